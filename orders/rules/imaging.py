"""Who is a client of the imaging corridor (ELI-004). Pure Python."""

from __future__ import annotations

from collections.abc import Iterator

from segur_portal.common.rules import Breach

from .facts import EligibilityFacts
from .identifiers import known_doctors
from .specialties import is_admitted_in_imaging
from .words import Key, StructureType

LEGAL_PERSONS = frozenset({StructureType.PRACTICE.value, StructureType.ESTABLISHMENT.value})


def imaging_client(facts: EligibilityFacts) -> Iterator[Breach]:
    """ELI-004: legal persons with a SIREN; radiologists and nuclear-medicine doctors only."""
    for client in facts.order.clients:
        row = facts.base.get((Key.SIREN.value, client.siren or ""))
        is_natural = row is not None and row.structure_type not in LEGAL_PERSONS | {""}
        if not client.siren or is_natural:
            yield Breach(
                f"{client.pointer}/siren",
                found=client.siren,
                expected="le SIREN d’un établissement de santé ou d’un cabinet",
                values={"name": client.name},
            )
    for doctor, row in known_doctors(facts.order, facts.base):
        if not is_admitted_in_imaging(row.specialty):
            yield Breach(
                f"{doctor.pointer}/rpps",
                found=row.specialty,
                expected="radiologue ou médecin nucléaire",
                values={"name": doctor.name},
                message="{name} n’est ni radiologue ni médecin nucléaire : {found}.",
                advice="Ôtez ce médecin de la demande : son activité n’y est pas finançable.",
            )
