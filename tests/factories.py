"""Rows that tests start from: the programme, suppliers with their people, bases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.core.management import call_command

from enrolment.enums import MemberRole, UserKind
from enrolment.models import Enrolment, Membership, OfficerAssignment, Solution, Supplier, User
from orders.models import BaseImport, EligibleClient
from segur_portal.common.enums import SchemeCode
from segur_portal.common.models import Scheme

PASSWORD = "mot-de-passe-de-test"
# A day when every window of the advances is open.
A_DAY = datetime(2026, 9, 15, 8, 0, tzinfo=UTC)


def the_programme(*, requires_documents: bool = False) -> None:
    """Schemes, windows, parameters and price scales, as shipped, but for the signed documents:
    most tests deposit a JSON file alone, which is then treated at once."""
    if not Scheme.objects.exists():
        call_command("load_programme", verbosity=0)
        Scheme.objects.update(requires_documents=requires_documents)


def a_user(email: str, kind: str = UserKind.SUPPLIER, **fields: Any) -> User:
    """A person who can sign in with PASSWORD."""
    user = User.objects.create_user(email, PASSWORD, kind=kind, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def a_supplier(siret: str, name: str = "Éditeur d’essai", **fields: Any) -> Supplier:
    """A supplier that holds its OSU habilitation."""
    fields = {"osu_granted_on": date(2025, 1, 1), **fields}
    return Supplier.objects.create(siret=siret, name=name, **fields)


def a_member(
    supplier: Supplier, role: str = MemberRole.LEGAL_REPRESENTATIVE, email: str = ""
) -> User:
    """A member of a supplier; its legal representative manages the others."""
    user = a_user(email or f"{role}.{supplier.siret}@exemple.fr")
    is_administrator = role == MemberRole.LEGAL_REPRESENTATIVE
    Membership.objects.create(
        user=user, supplier=supplier, role=role, is_administrator=is_administrator
    )
    return user


def an_officer(*schemes: str, email: str = "gestionnaire@exemple.fr") -> User:
    """An officer assigned to these schemes (all by default)."""
    user = a_user(email, UserKind.OFFICER, is_staff=True)
    for scheme in schemes or tuple(SchemeCode):
        OfficerAssignment.objects.create(user=user, scheme_id=scheme)
    return user


def an_enrolment(
    supplier: Supplier, request: Mapping[str, Any], scheme: str, state: str = "final"
) -> Enrolment:
    """An enrolment whose solution is the one that `request` names, referenced for long."""
    named = request["solutionLogicielle"]
    solution, _ = Solution.objects.get_or_create(
        scheme_id=scheme,
        editor=supplier,
        name=named["nom"],
        version=named["version"],
        defaults={
            "reference_number": named["numeroReferencement"],
            "file_submitted_on": date(2025, 6, 1),
            "referenced_on": date(2025, 7, 1),
        },
    )
    enrolment, _ = Enrolment.objects.get_or_create(
        supplier=supplier,
        scheme_id=scheme,
        defaults={
            "state": state,
            "early_validated_on": date(2025, 10, 10),
            "final_validated_on": date(2025, 11, 10) if state == "final" else None,
        },
    )
    enrolment.solutions.add(solution)
    return enrolment


def a_base(scheme: str, requests: Iterable[Mapping[str, Any]]) -> BaseImport:
    """A version 1 of a scheme's base in which everything these requests name is eligible."""
    imported, _ = BaseImport.objects.get_or_create(
        scheme_id=scheme,
        version=1,
        defaults={
            "state": "applied",
            "business_date": date(2026, 9, 14),
            "received_at": A_DAY,
            "finished_at": A_DAY,
        },
    )
    rows = {
        (row["kind"], row["value"]): EligibleClient(scheme_id=scheme, valid_from=1, **row)
        for request in requests
        for client in request["clients"]
        for row in _rows_of(client)
    }
    EligibleClient.objects.bulk_create(rows.values(), ignore_conflicts=True)
    return imported


STRUCTURES = {"CDS": "CDS_MEDICAL"}


def _rows_of(client: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    siren = client["siren"] or ""
    structure = STRUCTURES.get(client["typeClient"], client["typeClient"])
    shared = {
        "siren": siren,
        "label": client["nomStructure"],
        "structure_type": structure,
        "doctor_count": 3,
    }
    if siren:
        yield {"kind": "SIREN", "value": siren, **shared}
    for line in client["etablissements"]:
        yield {
            "kind": "FINESS",
            "value": line["finessGeographique"],
            **shared,
            "is_liberal": True,
            "activity": line["activite"] or "",
            "activity_2023": 20_000,
        }
    for line in client["medecins"]:
        doctor = {
            **shared,
            "rpps": line["rpps"],
            "structure_type": "MEDECIN",
            "is_liberal": True,
            "doctor_count": 1,
            "specialty": _specialty(line["activite"]),
        }
        yield {"kind": "RPPS", "value": line["rpps"], **doctor}
        yield {
            "kind": "AM",
            "value": line["numeroAm"],
            **doctor,
            "activity": line["activite"] or "",
            "activity_2023": 8_000,
        }


def _specialty(activity: str | None) -> str:
    return {
        "RADIOLOGIE": "Radiodiagnostic et imagerie médicale",
        "MEDECINE_NUCLEAIRE": "Médecine nucléaire",
    }.get(activity or "", "Médecine générale")
