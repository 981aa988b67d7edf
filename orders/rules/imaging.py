"""Who is a client of the imaging corridor (ELI-004). Pure Python."""

from __future__ import annotations

from collections.abc import Iterator

from segur_portal.common.rules import Breach

from .facts import BaseRows, Client, EligibilityFacts
from .identifiers import known_doctors
from .specialties import is_admitted_in_imaging
from .words import STRUCTURE_LABELS, ClientKind, Key, StructureType

LEGAL_PERSONS = frozenset({StructureType.PRACTICE.value, StructureType.ESTABLISHMENT.value})


def imaging_client(facts: EligibilityFacts) -> Iterator[Breach]:
    """ELI-004: legal persons with a SIREN, of the type that the base knows; radiologists and
    nuclear-medicine doctors only.

    KO when the type differs: a practice declared as an establishment was not asked about its
    *de minimis* aid, and the declared type decides what the client was asked to sign.
    """
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
        elif row is not None and not _is_of_type(client, row.structure_type):
            yield _other_type(client, row.structure_type)
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


def is_health_establishment(client: Client, base: BaseRows) -> bool:
    """Whether a client is exempt from *de minimis*: a health establishment, which the base says it
    is, identified by a FINESS (MNT-005). A practice that has a FINESS is not."""
    row = base.get((Key.SIREN.value, client.siren or ""))
    is_known = row is not None and row.structure_type == StructureType.ESTABLISHMENT
    return client.kind == ClientKind.ESTABLISHMENT and is_known and bool(client.establishments)


def _is_of_type(client: Client, known: str) -> bool:
    """Only the base's word makes an establishment; what it leaves blank forbids no practice."""
    return client.kind == known or (not known and client.kind == ClientKind.PRACTICE)


def _other_type(client: Client, known: str) -> Breach:
    if not known:
        message = "La base ne dit pas que {name} est un établissement de santé."
    else:
        message = "{name} est déclaré {found} ; dans la base, son SIREN est celui d’un {known}."
    return Breach(
        f"{client.pointer}/typeClient",
        found=client.kind,
        expected=known or ClientKind.PRACTICE.value,
        values={"name": client.name, "known": STRUCTURE_LABELS.get(known, known)},
        message=message,
        advice=(
            "Écrivez {expected} : du type du client dépendent la question sur les aides de minimis "
            "et l’activité qui compte. Si la base se trompe, signalez-le à l’ASP avant de déposer."
        ),
    )
