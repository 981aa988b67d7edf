"""One fault of structure for each STR code that a scheme and kind of request may show.

Each is done to a request that was right, and to nothing else: what is found is that code, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from funding.intake.reading import Repeated
from segur_portal.common.enums import Kind, SchemeCode

from .asking import Request

Change = Callable[[Request], Any]
_MDV, _RIS, _DB = (scheme.value for scheme in SchemeCode)
_EVERY = frozenset({_MDV, _RIS, _DB})
_IMAGING = frozenset({_RIS, _DB})
TOO_MANY_CLIENTS = 51
LONG_NAME = "Cabinet " + "de groupe et d’associés " * 8


def write(*path: str | int, to: Any) -> Change:
    """A change that writes a value at a path of the request."""

    def change(request: Request) -> Request:
        _inside(request, path)[path[-1]] = to
        return request

    return change


def spoil(*path: str | int, by: Callable[[Any], Any]) -> Change:
    """A change that replaces the value at a path by a function of it."""

    def change(request: Request) -> Request:
        place = _inside(request, path)
        place[path[-1]] = by(place[path[-1]])
        return request

    return change


def _inside(request: Any, path: tuple[str | int, ...]) -> Any:
    for step in path[:-1]:
        request = request[step]
    return request


def _without(*path: str | int) -> Change:
    def change(request: Request) -> Request:
        del _inside(request, path)[path[-1]]
        return request

    return change


def wrong_key(number: str) -> str:
    """The number with another last digit: its key no longer fits."""
    return f"{number[:-1]}{(int(number[-1]) + 1) % 10}"


def _as_object(request: Request) -> str:
    """STR-001: a text where a request is expected."""
    return f"voir la demande {request['referenceFournisseur']}"


def _accented_reference(request: Request) -> Request:
    return request | {"referenceFournisseur": f"Réf {request['referenceFournisseur'][-6:]}"}


def _twice(block: str) -> Change:
    """STR-037: the number of this block is written again, with another value."""

    def change(request: Request) -> Request:
        written = list(request[block].items())
        number = request[block]["numero"]
        request[block] = Repeated([*written, ("numero", f"{number}-BIS")])
        return Repeated(list(request.items()))

    return change


def _many_doctors(request: Request) -> Request:
    """STR-032, town doctors: six lines where five are allowed."""
    doctors = request["clients"][0]["medecins"]
    request["clients"][0]["medecins"] = [dict(doctors[0]) for _ in range(6)]
    return request


def _many_clients(request: Request) -> Request:
    request["clients"] = request["clients"][:1] * TOO_MANY_CLIENTS
    return request


def _other_rpps(request: Request) -> Request:
    """STR-036: a second line with another RPPS."""
    doctors = request["clients"][0]["medecins"]
    request["clients"][0]["medecins"] = [
        doctors[0],
        {**doctors[0], "rpps": "10319084520", "numeroAm": "751298365"},
    ]
    return request


_CLIENT = ("clients", 0)
_SITE = (*_CLIENT, "etablissements", 0)
_DOCTOR = (*_CLIENT, "medecins", 0)
_AID = [{"dateAttribution": "2025-06-30", "montant": 1200}]

# code, schemes, change. « doctor » and « structure » are the two shapes of a town client.
_ADVANCE: tuple[tuple[str, frozenset[str], Change], ...] = (
    ("STR-001", _EVERY, _as_object),
    ("STR-002", _EVERY, _without("bonDeCommande", "typeSignature")),
    ("STR-003", _EVERY, write(*_CLIENT, "commentaire", to="à rappeler")),
    ("STR-004", _EVERY, write(*_CLIENT, "nomStructure", to=["Cabinet"])),
    ("STR-005", _EVERY, write(*_CLIENT, "aideMinimisPercue", to="vrai")),
    ("STR-006", frozenset({_MDV, _RIS}), write("pacs", to="NULL")),
    ("STR-006", frozenset({_DB}), write(*_CLIENT, "miseAJourVague1AFraisPropres", to="None")),
    ("STR-007", _EVERY, spoil("bonDeCommande", "montantHT", by=lambda net: f"{net:.2f}")),
    ("STR-008", _EVERY, spoil(*_DOCTOR, "rpps", by=int)),
    ("STR-009", _EVERY, write("bonDeCommande", "numero", to=None)),
    ("STR-010", frozenset({_MDV, _RIS}), write("pacs", to={"nom": "PACS", "identifiant": "P-1"})),
    ("STR-010", frozenset({_DB}), write(*_CLIENT, "miseAJourVague1AFraisPropres", to=False)),
    ("STR-011", _EVERY, write(*_CLIENT, "nomStructure", to="")),
    ("STR-012", _EVERY, write(*_CLIENT, "nomStructure", to=LONG_NAME.strip())),
    ("STR-013", _EVERY, spoil(*_CLIENT, "nomStructure", by=lambda name: f"{name} ")),
    ("STR-014", _EVERY, spoil(*_CLIENT, "nomStructure", by=lambda name: f"Cabinet\x07 {name}"[:99])),  # noqa: E501
    ("STR-015", _EVERY, write("bonDeCommande", "typeSignature", to="Manuscrit")),
    ("STR-016", _EVERY, write("bonDeCommande", "dateSignature", to="31/03/2026")),
    ("STR-017", _EVERY, write("bonDeCommande", "montantTVA", to=-120.0)),
    ("STR-018", _EVERY, write("bonDeCommande", "montantHT", to=1041.667)),
    ("STR-020", _IMAGING, spoil(*_CLIENT, "siren", by=wrong_key)),
    ("STR-020", frozenset({_MDV}), write(*_CLIENT, "siren", to="123456789")),
    ("STR-021", _EVERY, spoil(*_DOCTOR, "rpps", by=wrong_key)),
    ("STR-022", _EVERY, spoil(*_DOCTOR, "numeroAm", by=wrong_key)),
    ("STR-023", _EVERY, spoil(*_SITE, "finessGeographique", by=wrong_key)),
    ("STR-024", _EVERY, write(*_CLIENT, "representantLegal", "telephone", to="01 99 00 12")),
    ("STR-025", _EVERY, write(*_CLIENT, "representantLegal", "mail", to="contact(at)sante.example")),  # noqa: E501
    ("STR-026", _EVERY, _accented_reference),
    ("STR-027", _EVERY, write("bonDeCommande", "nomFichier", to="BDC_scan-2026.pdf")),
    ("STR-030", frozenset({_MDV}), write(
        *_CLIENT, "etablissements",
        to=[{"nom": "Cabinet", "finessGeographique": "756804571", "activite": None}],
    )),
    ("STR-031", _EVERY, write("clients", to=[])),
    ("STR-032", frozenset({_MDV}), _many_doctors),
    ("STR-032", _IMAGING, _many_clients),
    ("STR-033", _EVERY, lambda request: _aid(request, told=True, lines=[])),
    ("STR-034", _EVERY, lambda request: _aid(request, told=False, lines=_AID)),
    ("STR-035", _IMAGING, lambda request: _emptied(request, "etablissements", "medecins")),
    ("STR-036", frozenset({_MDV}), _other_rpps),
    ("STR-037", _EVERY, _twice("bonDeCommande")),
)  # fmt: skip
_BALANCE: tuple[tuple[str, frozenset[str], Change], ...] = (
    ("STR-001", _EVERY, _as_object),
    ("STR-002", _EVERY, _without("procesVerbal", "typeSignature")),
    ("STR-003", _EVERY, write("commentaire", to="solde partiel")),
    ("STR-004", _EVERY, write("facture", to="FA-2026-0001")),
    ("STR-006", _EVERY, write(*_CLIENT, "rpps", to="null")),
    ("STR-007", _EVERY, spoil("facture", "montantTTC", by=lambda gross: f"{gross:.2f} €")),
    ("STR-008", _EVERY, spoil(*_CLIENT, "numerosAm", 0, by=int)),
    ("STR-009", _EVERY, write("numeroDossier", to=None)),
    ("STR-010", _IMAGING, write(*_CLIENT, "rpps", to="10319084520")),
    ("STR-011", _EVERY, write("facture", "numero", to="")),
    ("STR-012", _EVERY, write("facture", "numero", to="FA-" + "0" * 60)),
    ("STR-013", _EVERY, spoil("facture", "numero", by=lambda number: f" {number}")),
    ("STR-014", _EVERY, spoil("facture", "numero", by=lambda number: f"{number[:4]}\t{number[4:]}")),  # noqa: E501
    ("STR-015", _EVERY, write("procesVerbal", "typeSignature", to="SCANNEE")),
    ("STR-016", _EVERY, write("dateRealisation", to="2026-02-30")),
    ("STR-017", _EVERY, write("facture", "montantTVA", to=-1.0)),
    ("STR-018", _EVERY, write("facture", "montantHT", to=2083.3333)),
    ("STR-020", _EVERY, write(*_CLIENT, "siren", to="123456789")),
    ("STR-021", frozenset({_MDV}), spoil(*_CLIENT, "rpps", by=wrong_key)),
    ("STR-022", _EVERY, spoil(*_CLIENT, "numerosAm", 0, by=wrong_key)),
    ("STR-023", _IMAGING, spoil(*_CLIENT, "finessGeographiques", 0, by=wrong_key)),
    ("STR-026", _EVERY, _accented_reference),
    ("STR-027", _EVERY, write("facture", "nomFichier", to="FACT_scan-2026.pdf")),
    ("STR-030", frozenset({_MDV}), write(*_CLIENT, "finessGeographiques", to=["756804571"])),
    ("STR-031", _EVERY, write("clients", to=[])),
    ("STR-032", _IMAGING, _many_clients),
    ("STR-032", frozenset({_MDV}), spoil(*_CLIENT, "numerosAm", by=lambda am: am[:1] * 6)),
    ("STR-035", _IMAGING, lambda request: _emptied(request, "finessGeographiques", "numerosAm")),
    ("STR-037", _EVERY, _twice("facture")),
)  # fmt: skip


def structure_faults(scheme: str, kind: str) -> Iterator[tuple[str, Change]]:
    """(code, change) for every fault of structure of this scheme and kind of request."""
    for code, schemes, change in _ADVANCE if kind == Kind.ADVANCE else _BALANCE:
        if scheme in schemes:
            yield code, change


def _aid(request: Request, *, told: bool, lines: list[Any]) -> Request:
    request["clients"][0] |= {"aideMinimisPercue": told, "aidesMinimis": lines}
    return request


def _emptied(request: Request, *blocks: str) -> Request:
    request["clients"][0] |= {block: [] for block in blocks}
    return request


def riddled(request: Request) -> Request:
    """STR-090: more faults than a report shows."""
    doctors = request["clients"][0]["medecins"]
    request["clients"][0]["medecins"] = [{**doctors[0], "rpps": "?"} for _ in range(120)]
    return request
