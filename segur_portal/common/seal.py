"""The portal's own electronic seal (PAdES) on the papers that commit it.

The certificate and its key are a PKCS#12 file named by the settings (`SEAL_PKCS12`,
`SEAL_PASSPHRASE`). Without one, papers leave a place for a signature by hand.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from pyhanko.sign import SimpleSigner

# The certificate with its chain, and a reserve: the size is given, nothing is signed twice.
_SIGNATURE_BYTES = 32_768


class SealError(Exception):
    """The file of the seal cannot be opened, or its passphrase is wrong."""


def is_configured() -> bool:
    """Whether the settings name a seal."""
    return bool(settings.SEAL_PKCS12)


def holder() -> str:
    """The name on the seal's certificate. Raises SealError."""
    subject = _signer().signing_cert.subject.native  # type: ignore[union-attr]
    return str(subject.get("organization_name") or subject["common_name"])


def seal_pdf(content: bytes, *, reason: str) -> bytes:
    """The PDF with the portal's signature added at its end. Raises SealError."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import PdfSignatureMetadata, sign_pdf
    from pyhanko.sign.fields import SigSeedSubFilter

    target = BytesIO()
    sign_pdf(
        IncrementalPdfFileWriter(BytesIO(content)),
        PdfSignatureMetadata(
            field_name="Cachet", subfilter=SigSeedSubFilter.PADES, reason=reason, name=holder()
        ),
        _signer(),
        output=target,
        bytes_reserved=_SIGNATURE_BYTES,
    )
    return target.getvalue()


def _signer() -> SimpleSigner:
    return _open(str(settings.SEAL_PKCS12), settings.SEAL_PASSPHRASE)


@cache
def _open(path: str, passphrase: str) -> SimpleSigner:
    from pyhanko.sign import SimpleSigner

    try:
        signer: SimpleSigner | None = SimpleSigner.load_pkcs12(
            path, passphrase=passphrase.encode() or None
        )
    except (OSError, ValueError) as error:
        raise SealError(f"{path}: {error}") from error
    if signer is None:
        raise SealError(f"{path} cannot be read, or SEAL_PASSPHRASE is not its passphrase.")
    return signer
