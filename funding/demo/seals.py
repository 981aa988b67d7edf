"""Electronic signatures for tests and the demonstration, made with certificates of our own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from asn1crypto import keys, x509
from cryptography import x509 as made
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from segur_portal.common import clock

_YEARS = timedelta(days=3650)
_SIGNATURE_BYTES = 8_192


@dataclass(frozen=True, slots=True)
class Seal:
    """A certificate and its key."""

    certificate: made.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate, as a list of trusted authorities wants it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def a_seal(
    name: str,
    *,
    issuer: Seal | None = None,
    is_authority: bool = False,
    begins: datetime | None = None,
    ends: datetime | None = None,
) -> Seal:
    """A certificate of this name, self-signed without an issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = made.Name([made.NameAttribute(NameOID.COMMON_NAME, name)])
    now = clock.machine_now()
    certificate = (
        made.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(made.random_serial_number())
        .not_valid_before(begins or now - _YEARS)
        .not_valid_after(ends or now + _YEARS)
        .add_extension(made.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(_usage(is_authority), critical=True)
        .sign(issuer.key if issuer else key, hashes.SHA256())
    )
    return Seal(certificate, key)


def _usage(is_authority: bool) -> made.KeyUsage:
    return made.KeyUsage(
        digital_signature=not is_authority, content_commitment=not is_authority,
        key_encipherment=False, data_encipherment=False, key_agreement=False,
        key_cert_sign=is_authority, crl_sign=is_authority, encipher_only=False,
        decipher_only=False,
    )  # fmt: skip


@cache
def authority() -> Seal:
    """The authority of the demonstration: the portal trusts it when its file is in the settings."""
    return a_seal("Autorité de démonstration", is_authority=True)


@cache
def signer(name: str = "Camille MARTIN") -> Seal:
    """Somebody whom the authority knows."""
    return a_seal(name, issuer=authority())


@cache
def stranger() -> Seal:
    """Somebody who made a certificate alone."""
    return a_seal("Certificat maison")


@cache
def expired() -> Seal:
    """Somebody whom the authority knew, until last year."""
    end = clock.machine_now() - timedelta(days=400)
    return a_seal("Paul PASSÉ", issuer=authority(), ends=end)


def signed(content: bytes, seal: Seal) -> bytes:
    """The PDF with a PAdES signature, added at its end as signing tools do."""
    der = serialization.Encoding.DER
    certificate = x509.Certificate.load(seal.certificate.public_bytes(der))
    private = seal.key.private_bytes(
        der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    store: Any = SimpleCertificateStore()
    store.register(x509.Certificate.load(authority().certificate.public_bytes(der)))
    tool = SimpleSigner(
        signing_cert=certificate,
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=store,
    )
    meta = PdfSignatureMetadata(field_name="Signature", subfilter=SigSeedSubFilter.PADES)
    target = BytesIO()
    # The size is given: no second signature to measure it.
    sign_pdf(
        IncrementalPdfFileWriter(BytesIO(content)),
        meta,
        tool,
        output=target,
        bytes_reserved=_SIGNATURE_BYTES,
    )
    return target.getvalue()


def altered(content: bytes) -> bytes:
    """A signed PDF in which one amount or letter was changed without a trace."""
    at = content.index(b"MediaBox")
    change = content.index(b"842", at)
    return content[:change] + b"841" + content[change + 3 :]


def added_to(content: bytes) -> bytes:
    """A signed PDF to which a page's content was added afterwards."""
    from pyhanko.pdf_utils import generic

    writer = IncrementalPdfFileWriter(BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0]
    stream = generic.StreamObject(stream_data=b"BT /F1 30 Tf 100 400 Td (9 999 999) Tj ET")
    page[generic.pdf_name("/Contents")] = generic.ArrayObject(
        [page.raw_get("/Contents"), writer.add_object(stream)]
    )
    writer.update_container(page)
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def write_seal(path: Path) -> None:
    """Write a seal for the portal, of no value, unless there is one already."""
    if path.exists():
        return
    seal = a_seal("Agence de services et de paiement (démonstration)")
    content = pkcs12.serialize_key_and_certificates(
        b"cachet", seal.key, seal.certificate, None, serialization.NoEncryption()
    )
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(path)


def write_authority(folder: Path) -> Path:
    """Write the authority's certificate, for the settings of tests."""
    path = folder / "autorite.pem"
    path.write_bytes(authority().pem)
    return path
