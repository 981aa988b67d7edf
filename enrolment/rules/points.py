"""What an officer checks in each supporting document (domain page, section 3). Pure Python.

The points are shown beside the document, with what the supplier declared; those that fail are what
it reads in the correction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from segur_portal.common.french import day

from .documents import DocumentKind

_END = "Sa fin de validité est celle qui est déclarée : {ends}."
_PERIOD = "Ses dates sont celles qui sont déclarées : {period}."
_READABLE = "Il est complet et lisible."
_READABLE_SHE = "Elle est complète et lisible."

POINTS: dict[DocumentKind, tuple[str, ...]] = {
    DocumentKind.IDENTITY: (
        _READABLE_SHE,
        "Elle est celle du représentant légal : {representative}.",
        _END,
    ),
    DocumentKind.BANK: (
        _READABLE,
        "Son titulaire est l’organisation : {supplier}.",
        "Son IBAN et son BIC sont ceux qui sont saisis : {account}.",
        "Sa date est celle qui est déclarée : {issued}.",
    ),
    DocumentKind.CERTIFICATE: (
        _READABLE,
        "L’ANS le délivre pour {solution}.",
        "Son numéro est celui que l’ANS a enregistré : {reference}.",
    ),
    DocumentKind.HOSTING_STATEMENT: (
        _READABLE_SHE,
        "Elle est au nom de l’organisation : {supplier}.",
        "Elle est datée et signée, et dit que l’organisation n’héberge pas de données de santé.",
    ),
    DocumentKind.HOSTING_CERTIFICATE: (
        _READABLE,
        "Il nomme l’organisation, ou l’hébergeur auquel elle fait appel.",
        _END,
    ),
    DocumentKind.KBIS: (
        _READABLE,
        "Le SIREN est celui de l’organisation : {siren}.",
        "Le nom souhaité y figure : {wanted_name}.",
    ),
    DocumentKind.VAT: (
        _READABLE,
        "Il est au nom de l’organisation : {supplier}.",
        "Il établit qu’elle n’est pas assujettie à la TVA.",
    ),
    DocumentKind.DISTRIBUTION_MANDATE: (
        _READABLE,
        "Il est signé par l’éditeur : {editor}.",
        "Il désigne le distributeur et la solution : {supplier}, {solution}.",
        _PERIOD,
    ),
    DocumentKind.PROXY_IDENTITY: (
        _READABLE_SHE,
        "Elle est celle du mandataire : {proxy_name}.",
        _END,
    ),
    DocumentKind.PROXY_MANDATE: (
        _READABLE,
        "Il est signé par le représentant légal : {representative}.",
        "Il désigne le mandataire : {proxy_name}.",
        _PERIOD,
    ),
    DocumentKind.SERVICE_CONTRACT: (
        _READABLE,
        "Il lie l’organisation et l’employeur du mandataire : {supplier}.",
        "Il délègue la signature au mandataire : {proxy_name}.",
        _PERIOD,
    ),
}
_OSU = "Il prévoit de façon explicite le recours à l’habilitation OSU de l’éditeur."


@dataclass(frozen=True, slots=True)
class Declared:
    """What the supplier declared, or ANS recorded, that a document has to agree with."""

    supplier: str
    siren: str
    representative: str = ""
    wanted_name: str = ""
    proxy_name: str = ""
    solution: str = ""
    editor: str = ""
    reference: str = ""
    account: str = ""
    issued_on: date | None = None
    starts_on: date | None = None
    expires_on: date | None = None
    covers_osu: bool = False


def points_to_check(kind: str, declared: Declared) -> tuple[str, ...]:
    """The points of a document, as sentences that are true when all is well."""
    starts, ends = declared.starts_on, declared.expires_on
    period = f"à partir du {day(starts)}" if starts else ""
    words = {
        "supplier": declared.supplier,
        "siren": declared.siren,
        "representative": declared.representative,
        "wanted_name": declared.wanted_name,
        "proxy_name": declared.proxy_name,
        "solution": declared.solution,
        "editor": declared.editor,
        "reference": declared.reference,
        "account": declared.account,
        "issued": day(declared.issued_on) if declared.issued_on else "",
        "ends": day(ends) if ends else "",
        "period": f"{period}, jusqu’au {day(ends)}" if period and ends else period,
    }
    shown = {name: word or "non indiqué" for name, word in words.items()}
    points = [one.format(**shown) for one in POINTS[DocumentKind(kind)]]
    if declared.covers_osu:
        points.append(_OSU)
    return tuple(points)


def correction_text(failed: tuple[str, ...], message: str) -> str:
    """What the supplier reads: the points that fail, then the officer's own words."""
    lines = [*(f"Non conforme : {one}" for one in failed), message.strip()]
    return "\n".join(line for line in lines if line)
