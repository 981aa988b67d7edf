"""What an order claims for itself: the keys that two live orders cannot share. Pure Python."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator

from segur_portal.common.enums import SchemeCode

from .facts import Client, OrderFacts, WantedClaim
from .words import Activity, ClientKind, Key, Slot

_MDV, _RIS, _DB = SchemeCode.MDV.value, SchemeCode.RIS.value, SchemeCode.DB.value

# Which rule a conflict on a claim breaks: for the rules below, and for a lost race.
RULE_OF_CLAIM: dict[tuple[str, str], str] = {
    (_MDV, Key.RPPS.value): "UNI-001",
    (_MDV, Key.FINESS.value): "UNI-001",
    (_RIS, Key.SIREN.value): "UNI-002",
    (_RIS, Key.SIREN_SOLUTION.value): "UNI-002",
    (_RIS, Key.AM.value): "UNI-003",
    (_RIS, Key.FINESS.value): "UNI-004",
    (_RIS, Key.FINESS_SOLUTION.value): "UNI-004",
    (_DB, Key.SIREN.value): "UNI-005",
    (_DB, Key.AM.value): "UNI-006",
    (_DB, Key.FINESS.value): "UNI-007",
    (_DB, Key.PACS.value): "UNI-008",
}

_SLOTS: dict[str | None, tuple[Slot, ...]] = {
    Activity.RADIOLOGY.value: (Slot.RADIOLOGY,),
    Activity.NUCLEAR.value: (Slot.NUCLEAR,),
    Activity.MIXED.value: (Slot.RADIOLOGY, Slot.NUCLEAR),
    None: (Slot.RADIOLOGY, Slot.NUCLEAR),
}
_VALUE_LENGTH = 200


def normalised(text: str) -> str:
    """A solution's name or a PACS identifier without what people write differently.

    Case, accents, blanks and compatibility forms do not make two names.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (char for char in plain if not char.isspace() and not unicodedata.combining(char))
    return "".join(kept)[:_VALUE_LENGTH]


def wanted_claims(order: OrderFacts) -> list[WantedClaim]:
    """Every key that the order needs for itself, slots before solutions.

    A key that the order writes twice comes twice: UNI-009 refuses it.
    """
    makers: dict[str, Callable[[OrderFacts], Iterator[WantedClaim]]] = {
        _MDV: _town_claims,
        _RIS: _ris_claims,
        _DB: _drimbox_claims,
    }
    return list(makers[order.scheme](order))


def _town_claims(order: OrderFacts) -> Iterator[WantedClaim]:
    """The doctor once (again for an AM number written twice), or the structure's FINESS."""
    for client in order.clients:
        for line in client.establishments:
            yield _claim(Key.FINESS, line.finess, f"{line.pointer}/finessGeographique")
        if client.kind == ClientKind.DOCTOR:
            yield from _town_doctor_claims(client)


def _town_doctor_claims(client: Client) -> Iterator[WantedClaim]:
    seen: set[str] = set()
    am_numbers: set[tuple[str, str]] = set()
    for doctor in client.doctors:
        couple = (doctor.rpps, doctor.am_number)
        if doctor.rpps not in seen or couple in am_numbers:
            yield _claim(Key.RPPS, doctor.rpps, f"{doctor.pointer}/rpps")
        seen.add(doctor.rpps)
        am_numbers.add(couple)


def _ris_claims(order: OrderFacts) -> Iterator[WantedClaim]:
    """Two places for a SIREN and a FINESS, when radiology and nuclear use different solutions."""
    solution = normalised(order.solution_name)
    for client in order.clients:
        activities = [line.activity for line in client.establishments]
        activities += [doctor.activity for doctor in client.doctors]
        slots = [slot for activity in activities for slot in _SLOTS[activity]]
        if client.siren:
            yield from _shared(Key.SIREN, client.siren, f"{client.pointer}/siren", slots, solution)
        for line in client.establishments:
            pointer = f"{line.pointer}/finessGeographique"
            yield from _shared(Key.FINESS, line.finess, pointer, _SLOTS[line.activity], solution)
        yield from _am_claims(client)


def _shared(
    key: Key, value: str, pointer: str, slots: Iterable[Slot], solution: str
) -> Iterator[WantedClaim]:
    """The places of a key that two solutions may share, and the key with the solution."""
    for slot in dict.fromkeys(slots):
        yield _claim(key, value, pointer, slot)
    yield _claim(Key(f"{key}_SOLUTION"), f"{value}|{solution}", pointer)


def _drimbox_claims(order: OrderFacts) -> Iterator[WantedClaim]:
    """One order for each SIREN, FINESS, AM number and PACS."""
    for client in order.clients:
        if client.siren:
            yield _claim(Key.SIREN, client.siren, f"{client.pointer}/siren")
        for line in client.establishments:
            yield _claim(Key.FINESS, line.finess, f"{line.pointer}/finessGeographique")
        yield from _am_claims(client)
    if order.pacs_identifier:
        yield _claim(Key.PACS, normalised(order.pacs_identifier), "/pacs/identifiant")


def _am_claims(client: Client) -> Iterator[WantedClaim]:
    for doctor in client.doctors:
        yield _claim(Key.AM, doctor.am_number, f"{doctor.pointer}/numeroAm")


def _claim(kind: Key, value: str, pointer: str, slot: Slot = Slot.ONLY) -> WantedClaim:
    return WantedClaim(kind.value, value, slot.value, pointer)
