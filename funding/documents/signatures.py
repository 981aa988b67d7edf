"""Electronic signatures of a PDF: four outcomes, not two (DOC-003).

None found (perhaps signed by hand); untouched, but the signer is not verified; verified; altered
after the signature. The date is what the signer's machine said: a claim, not a proof.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from .result import ALTERED, NONE, UNVERIFIED, VERIFIED, Signature

_WORST_FIRST = (ALTERED, UNVERIFIED, VERIFIED)
_BROKEN = Signature(ALTERED, detail="La signature ne peut pas être lue.")


def read_signatures(path: Path, trust_roots: Sequence[str]) -> tuple[str, tuple[Signature, ...]]:
    """The outcome for the document, the worst of its signatures, and each of them."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
    with path.open("rb") as file:
        try:
            embedded = PdfFileReader(file, strict=False).embedded_signatures
        except (PdfError, ValueError, TypeError, KeyError, IndexError):
            return ALTERED, (_BROKEN,)
        signatures = tuple(_read(signature, tuple(trust_roots)) for signature in embedded)
    outcomes = {signature.outcome for signature in signatures}
    return next((outcome for outcome in _WORST_FIRST if outcome in outcomes), NONE), signatures


def _read(embedded: Any, trust_roots: tuple[str, ...]) -> Signature:
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError

    try:
        status = validate_pdf_signature(embedded, _context(trust_roots))
    except (PdfError, SignatureValidationError, ValueError, TypeError, KeyError):
        return _BROKEN
    outcome, detail = _outcome(status)
    claimed = status.signer_reported_dt
    return Signature(
        outcome=outcome,
        signer=_name(status.signing_cert.subject),
        issuer=_name(status.signing_cert.issuer),
        claimed_at=claimed.isoformat() if claimed else "",
        detail=detail,
    )


def _outcome(status: Any) -> tuple[str, str]:
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    if not (status.intact and status.valid):
        return ALTERED, "Le document a été modifié après sa signature."
    if status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return ALTERED, "La signature ne couvre pas tout le document."
    if status.modification_level == ModificationLevel.OTHER:
        return ALTERED, "Du contenu a été ajouté au document après sa signature."
    if status.trusted:
        return VERIFIED, ""
    return UNVERIFIED, _why_unverified(status)


def _why_unverified(status: Any) -> str:
    name = getattr(status.trust_problem_indic, "name", "")
    certificate = status.signing_cert
    if "EXPIRED" in name or "OUT_OF_BOUNDS" in name:
        return "Le certificat du signataire n’était pas ou n’est plus valable."
    if certificate.self_issued:
        return "Le signataire a fabriqué son certificat lui-même."
    return "L’autorité qui a délivré le certificat ne fait pas partie de celles de confiance."


@cache
def _context(trust_roots: tuple[str, ...]) -> Any:
    """What is trusted: the certificates of these PEM files; nothing is fetched."""
    from pyhanko.keys import load_certs_from_pemder
    from pyhanko_certvalidator import ValidationContext

    roots = list(load_certs_from_pemder(trust_roots))
    return ValidationContext(trust_roots=roots, allow_fetching=False)


def _name(name: Any) -> str:
    """`Camille MARTIN, Cabinet de la Gare`."""
    parts = name.native
    shown = [parts.get("common_name"), parts.get("organization_name")]
    return ", ".join(str(part)[:100] for part in shown if part)
