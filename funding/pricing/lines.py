"""What each identifier of an order adds to its amount, and why (MNT-003, MNT-004). Pure Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orders.rules.facts import BaseRow, BaseRows, Client, Doctor, Establishment, OrderFacts
from orders.rules.words import ClientKind, Key, Situation
from segur_portal.common.enums import Measure
from segur_portal.common.french import count, typographic

_REASONS = {
    Situation.PRESENT.value: "Présent en 2023 et toujours là : son activité 2023 compte ici.",
    Situation.NEW.value: "Nouveau, sans activité en 2023 : rien n’est compté.",
    Situation.LEFT.value: (
        "Parti en 2023 ou après : son activité 2023 compte dans la structure où il exerçait alors, "
        "celle-ci."
    ),
    Situation.STRUCTURE_GONE.value: (
        "Arrivé après 2023, son ancienne structure n’existe plus : son activité 2023 compte ici."
    ),
}
_UNSAID = "Situation en 2023 non précisée : son activité 2023 compte ici."
_SALARIED = "Établissement : son activité 2023 compte."
_PRACTICE = "Cabinet : son activité vient des numéros d’AM de ses médecins, pas de son FINESS."
_TWICE = "Déjà compté dans cette commande : un numéro ne compte qu’une fois."
_UNVALUED = "La base n’en donne pas l’activité 2023 : 0 est retenu."
_ABSENT = "Absent de la base : 0 est retenu."
_DOCTOR = "Un médecin compte pour 1."
_STRUCTURE = "Nombre de médecins que donne la base."


@dataclass(frozen=True, slots=True)
class PricedLine:
    """What an identifier adds: `known` is the base's number (None when it gives none), `counted`
    what is retained, `reason` the French sentence that says why.

    `is_repeated`, `is_unvalued` and `is_contradicted` feed the alerts MNT-003 and MNT-004.
    """

    pointer: str
    client_pointer: str
    label: str
    kind: str
    value: str
    known: int | None
    counted: int
    reason: str
    is_repeated: bool = False
    is_unvalued: bool = False
    is_contradicted: bool = False


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a line comes from, before it is valued."""

    pointer: str
    client: Client
    label: str
    kind: Key
    value: str
    reason: str
    counts: bool = True


def priced_lines(order: OrderFacts, base: BaseRows, measure: str | None) -> tuple[PricedLine, ...]:
    """The lines of an order for a measure; a flat amount counts nothing."""
    if measure == Measure.ACTIVITY_2023:
        return tuple(_activity_lines(order, base))
    if measure == Measure.DOCTORS:
        return tuple(_doctor_lines(order, base))
    return ()


def _activity_lines(order: OrderFacts, base: BaseRows) -> Iterator[PricedLine]:
    """The 2023 activity of establishments by FINESS, and of liberal doctors by AM number."""
    seen: set[tuple[str, str]] = set()
    for source in _activity_sources(order, base):
        row = base.get((source.kind.value, source.value))
        is_repeated = (source.kind.value, source.value) in seen
        seen.add((source.kind.value, source.value))
        yield _valued(source, row, is_repeated=is_repeated)


def _activity_sources(order: OrderFacts, base: BaseRows) -> Iterator[_Source]:
    for client in order.clients:
        for line in client.establishments:
            yield _establishment_source(client, line, base)
        for doctor in client.doctors:
            yield _doctor_source(client, doctor)


def _establishment_source(client: Client, line: Establishment, base: BaseRows) -> _Source:
    counts = _is_establishment(client, line, base)
    pointer = f"{line.pointer}/finessGeographique"
    reason = _SALARIED if counts else _PRACTICE
    return _Source(pointer, client, line.name, Key.FINESS, line.finess, reason, counts)


def _is_establishment(client: Client, line: Establishment, base: BaseRows) -> bool:
    """Whether the activity of a FINESS is salaried: what the base says of the client and of the
    FINESS, both when it speaks of both; what was declared only where it says nothing."""
    keys = ((Key.SIREN.value, client.siren or ""), (Key.FINESS.value, line.finess))
    types = {row.structure_type for key in keys if (row := base.get(key))} - {""}
    return (types or {client.kind}) == {ClientKind.ESTABLISHMENT.value}


def _doctor_source(client: Client, doctor: Doctor) -> _Source:
    reason = _REASONS.get(doctor.situation_2023 or "", _UNSAID)
    counts = doctor.situation_2023 != Situation.NEW
    pointer = f"{doctor.pointer}/numeroAm"
    return _Source(pointer, client, doctor.name, Key.AM, doctor.am_number, reason, counts)


def _valued(source: _Source, row: BaseRow | None, *, is_repeated: bool) -> PricedLine:
    known = row.activity_2023 if row is not None else None
    reason, counted = source.reason, known or 0
    if is_repeated:
        reason, counted = _TWICE, 0
    elif not source.counts:
        counted = 0
    elif known is None:
        reason = _UNVALUED if row is not None else _ABSENT
    return PricedLine(
        source.pointer,
        source.client.pointer,
        source.label,
        source.kind.value,
        source.value,
        known,
        counted,
        typographic(reason),
        is_repeated=is_repeated,
        is_unvalued=source.counts and row is not None and known is None and not is_repeated,
        is_contradicted=source.kind is Key.AM and not source.counts and bool(known),
    )


def _doctor_lines(order: OrderFacts, base: BaseRows) -> Iterator[PricedLine]:
    """A MEDECIN counts 1; a structure counts the doctors the base gives to its FINESS."""
    for client in order.clients:
        if client.kind == ClientKind.DOCTOR:
            for doctor in client.doctors[:1]:
                yield PricedLine(
                    f"{doctor.pointer}/rpps", client.pointer, doctor.name, Key.RPPS.value,
                    doctor.rpps, 1, 1, _DOCTOR,
                )  # fmt: skip
        for line in client.establishments:
            row = base.get((Key.FINESS.value, line.finess))
            known = row.doctor_count if row is not None else None
            yield PricedLine(
                f"{line.pointer}/finessGeographique", client.pointer, line.name, Key.FINESS.value,
                line.finess, known, known or 0,
                typographic(_STRUCTURE if row is not None else _ABSENT),
            )  # fmt: skip


def quantity_in_words(measure: str, quantity: int) -> str:
    """`Activité 2023 retenue : 7 500 actes.`; nothing for a flat amount."""
    if measure == Measure.ACTIVITY_2023:
        return typographic(f"Activité 2023 retenue : {count(quantity, 'acte')}.")
    if measure == Measure.DOCTORS:
        return typographic(f"Médecins comptés : {count(quantity, 'médecin')}.")
    return typographic("Forfait : le montant ne dépend ni de l’activité ni des médecins.")
