"""Who is a client of the town-doctors corridor (ELI-002, ELI-003). Pure Python."""

from __future__ import annotations

from collections.abc import Iterator

from segur_portal.common.french import count
from segur_portal.common.rules import Breach

from .facts import BaseRow, Client, EligibilityFacts, Establishment
from .identifiers import known_doctors
from .specialties import is_excluded_from_mdv
from .words import STRUCTURE_LABELS, ClientKind, Key, StructureType

# Section 6, ELI-003: nursing and dental centres belong to another corridor.
ADMITTED_CENTRES = frozenset({StructureType.CDS_MULTI.value, StructureType.CDS_MEDICAL.value})


def town_doctor(facts: EligibilityFacts) -> Iterator[Breach]:
    """ELI-002: a liberal activity, and a specialty that is not excluded."""
    for doctor, row in known_doctors(facts.order, facts.base):
        pointer = f"{doctor.pointer}/rpps"
        values = {"name": doctor.name}
        if not _is_liberal(facts, doctor.rpps, row):
            yield Breach(
                pointer, found="aucune activité libérale", expected="une activité libérale",
                values=values,
            )  # fmt: skip
        if is_excluded_from_mdv(row.specialty):
            yield Breach(
                pointer,
                found=row.specialty,
                expected="une spécialité de médecine de ville",
                values=values,
                message="{name} a une spécialité exclue de ce dispositif : {found}.",
                advice=(
                    "Biologistes, radiologues et médecins nucléaires relèvent d’autres couloirs."
                ),
            )


def _is_liberal(facts: EligibilityFacts, rpps: str, row: BaseRow) -> bool:
    """Whether the base knows a liberal activity, on the RPPS or on one AM number of the order."""
    am_numbers = {
        doctor.am_number
        for client in facts.order.clients
        for doctor in client.doctors
        if doctor.rpps == rpps
    }
    rows = [facts.base.get((Key.AM.value, number)) for number in am_numbers]
    return row.is_liberal or any(line is not None and line.is_liberal for line in rows)


def town_structure(facts: EligibilityFacts) -> Iterator[Breach]:
    """ELI-003: an MSP with a liberal doctor, or a multi-purpose or medical CDS with a doctor."""
    for client in facts.order.clients:
        for line in client.establishments:
            row = facts.base.get((Key.FINESS.value, line.finess))
            if row is not None and (breach := _wrong_structure(client, line, row)):
                yield breach


def _wrong_structure(client: Client, line: Establishment, row: BaseRow) -> Breach | None:
    pointer, values = f"{line.pointer}/finessGeographique", {"name": line.name}
    if client.kind == ClientKind.MSP:
        wrong_type = row.structure_type != StructureType.MSP
        expected, lacks_doctor = "une MSP", not (row.is_liberal and row.doctor_count)
        doctors = "au moins un médecin libéral"
    else:
        wrong_type = row.structure_type not in ADMITTED_CENTRES
        expected, lacks_doctor = "un centre de santé polyvalent ou médical", not row.doctor_count
        doctors = "au moins un médecin salarié"
    if wrong_type:
        found = STRUCTURE_LABELS.get(row.structure_type, "type inconnu")
        return Breach(pointer, found=found, expected=expected, values=values)
    if lacks_doctor:
        return Breach(
            pointer,
            found=f"{count(row.doctor_count, 'médecin')} dans la base",
            expected=doctors,
            values=values,
            message="{name} n’a pas {expected} dans la base des clients éligibles.",
            advice="Cette structure n’est pas éligible tant que la base n’en connaît pas.",
        )
    return None
