"""Requests that a supplier could make today: what the pre-filled model files are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from enrolment.models import Solution, Supplier
from funding.models import FundingRequest
from orders.models import EligibleClient
from segur_portal.common.enums import Kind, SchemeCode, Service

# Enough for some to pass every rule, few enough to be judged while a person waits.
TRIED = 20
GRANTED = ("accepted", "to_pay", "paid")
# Numbers and domains kept for fiction: nobody can be reached there.
CONTACT = {"telephone": "0199001234", "mail": "contact@cabinet.example"}
TO_COMPLETE = "À compléter"

Part = dict[str, Any]


def advance_parts(
    supplier: Supplier, solution: Solution, scheme: str, signed_on: date
) -> Iterator[Part]:
    """One order per eligible client that no live order of theirs holds, amounts at zero."""
    find = _doctors if scheme == SchemeCode.MDV else _imaging_clients
    clients = find(supplier, scheme)
    references = _free_references(supplier, scheme, signed_on)
    for reference, client in zip(references, clients, strict=False):
        yield {
            "referenceFournisseur": reference,
            "prestation": Service.WAVE_2.value,
            "solutionLogicielle": {
                "nom": solution.name,
                "version": solution.version,
                "numeroReferencement": solution.reference_number,
            },
            "pacs": _pacs(client) if scheme == SchemeCode.DB else None,
            "bonDeCommande": {
                "numero": f"BC-{reference}",
                "dateSignature": signed_on.isoformat(),
                "typeSignature": "ELECTRONIQUE",
                "montantHT": 0,
                "montantTVA": 0,
                "montantTTC": 0,
            },
            "clients": [client],
        }


def balance_parts(supplier: Supplier, scheme: str, performed_on: date) -> Iterator[Part]:
    """One balance per accepted advance that none answers: the same clients and amounts."""
    advances = FundingRequest.objects.of(supplier).with_balance()
    waiting = advances.filter(
        scheme=scheme, kind=Kind.ADVANCE, state__in=GRANTED, has_balance=False
    )
    for advance in waiting.select_related("order").order_by("number")[:TRIED]:
        day = max(performed_on, advance.order.signed_on).isoformat()
        yield {
            "referenceFournisseur": advance.reference,
            "numeroDossier": advance.number,
            "dateRealisation": day,
            "procesVerbal": {"dateSignature": day, "typeSignature": "ELECTRONIQUE"},
            "facture": {
                "numero": f"FA-{advance.reference}",
                "dateFacture": day,
                "montantHT": float(advance.net),
                "montantTVA": float(advance.vat),
                "montantTTC": float(advance.gross),
            },
            "clients": [_deployed(client) for client in advance.payload["clients"]],
        }


def _free_references(supplier: Supplier, scheme: str, on: date) -> Iterator[str]:
    prefix = f"MODELE-{on:%Y%m%d}-"
    own = FundingRequest.objects.of(supplier).filter(scheme=scheme, reference__startswith=prefix)
    taken = set(own.values_list("reference", flat=True))
    numbers = (f"{prefix}{number:03}" for number in range(1, 1000))
    return (reference for reference in numbers if reference not in taken)


def _doctors(supplier: Supplier, scheme: str) -> Iterator[Part]:
    """Liberal doctors that no order of theirs holds, each with one AM number."""
    rows = list(_unclaimed(supplier, scheme, "AM").exclude(rpps="")[:TRIED])
    free = _unclaimed(supplier, scheme, "RPPS").filter(value__in=[row.rpps for row in rows])
    by_doctor = {row.rpps: row for row in rows}
    for row in (by_doctor[rpps] for rpps in free.values_list("value", flat=True)):
        first, last = _names(row.label)
        yield {
            **_client("MEDECIN", row.label, row.siren or None, first, last),
            "miseAJourVague1AFraisPropres": False,
            "aideMinimisPercue": False,
            "medecins": [_doctor(row, activity=None, situation=None)],
        }


def _imaging_clients(supplier: Supplier, scheme: str) -> Iterator[Part]:
    """Legal persons, each with one of its doctors or of its establishments."""
    doctors = list(_unclaimed(supplier, scheme, "AM").exclude(siren="").exclude(rpps="")[:TRIED])
    places = list(_unclaimed(supplier, scheme, "FINESS").exclude(siren="")[:TRIED])
    named = {row.siren for row in (*doctors, *places)}
    owners = {
        row.value: row for row in _unclaimed(supplier, scheme, "SIREN").filter(value__in=named)
    }
    for owner in owners.values():
        own_doctors = [row for row in doctors if row.siren == owner.value]
        own_places = [row for row in places if row.siren == owner.value]
        yield _imaging_client(scheme, owner, own_doctors[:1], own_places[:1])


def _imaging_client(
    scheme: str,
    owner: EligibleClient,
    doctors: Iterable[EligibleClient],
    places: Iterable[EligibleClient],
) -> Part:
    is_establishment = owner.structure_type == "ETABLISSEMENT"
    kind = "ETABLISSEMENT" if is_establishment else "CABINET"
    return {
        **_client(kind, owner.label, owner.value, TO_COMPLETE, TO_COMPLETE),
        "miseAJourVague1AFraisPropres": None if scheme == SchemeCode.DB else False,
        "aideMinimisPercue": None if is_establishment else False,
        "etablissements": [
            {
                "nom": row.label or TO_COMPLETE,
                "finessGeographique": row.value,
                "activite": row.activity or "RADIOLOGIE",
            }
            for row in places
        ],
        "medecins": [
            _doctor(row, activity=_single(row.activity), situation="PRESENT") for row in doctors
        ],
    }


def _client(kind: str, name: str, siren: str | None, first: str, last: str) -> Part:
    return {
        "typeClient": kind,
        "nomStructure": name or TO_COMPLETE,
        "siren": siren,
        "representantLegal": {"nom": last, "prenom": first, **CONTACT},
        "aidesMinimis": [],
        "etablissements": [],
        "medecins": [],
    }


def _doctor(row: EligibleClient, *, activity: str | None, situation: str | None) -> Part:
    first, last = _names(row.label)
    return {
        "nom": last,
        "prenom": first,
        "rpps": row.rpps,
        "numeroAm": row.value,
        "activite": activity,
        "situation2023": situation,
    }


def _deployed(client: Part) -> Part:
    """What a balance says of a client of the order."""
    doctors = client["medecins"]
    return {
        "siren": client["siren"],
        "rpps": doctors[0]["rpps"] if client["typeClient"] == "MEDECIN" else None,
        "finessGeographiques": [one["finessGeographique"] for one in client["etablissements"]],
        "numerosAm": [one["numeroAm"] for one in doctors],
    }


def _pacs(client: Part) -> Part:
    return {"nom": TO_COMPLETE, "identifiant": f"PACS-{client['siren']}"}


def _single(activity: str) -> str:
    """A doctor has one activity: the mixed one is for establishments."""
    return activity if activity == "MEDECINE_NUCLEAIRE" else "RADIOLOGIE"


def _names(label: str) -> tuple[str, str]:
    """First and last names of a label such as « Camille MARTIN »."""
    first, _, last = label.strip().rpartition(" ")
    return first[:80] or TO_COMPLETE, last[:80] or TO_COMPLETE


def _unclaimed(supplier: Supplier, scheme: str, kind: str) -> Any:
    rows = EligibleClient.objects.current().unclaimed_by(supplier)
    return rows.filter(scheme=scheme, kind=kind).order_by("value")
