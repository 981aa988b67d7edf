"""The identifiers that an order names, and where. Pure Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .facts import BaseRow, BaseRows, Doctor, Establishment, OrderFacts
from .words import Key


@dataclass(frozen=True, slots=True)
class Named:
    """An identifier that the order names: kind, value, whose it is, and where."""

    kind: Key
    value: str
    name: str
    pointer: str

    @property
    def key(self) -> tuple[str, str]:
        """Its key in the base."""
        return (self.kind.value, self.value)


def named_identifiers(order: OrderFacts) -> Iterator[Named]:
    """Every identifier of the order, in its order; repeated ones each time."""
    for client in order.clients:
        if client.siren:
            yield Named(Key.SIREN, client.siren, client.name, f"{client.pointer}/siren")
        for line in client.establishments:
            yield finess(line)
        for doctor in client.doctors:
            yield Named(Key.RPPS, doctor.rpps, doctor.name, f"{doctor.pointer}/rpps")
            yield am_number(doctor)


def finess(line: Establishment) -> Named:
    """The FINESS of an establishment."""
    return Named(Key.FINESS, line.finess, line.name, f"{line.pointer}/finessGeographique")


def am_number(doctor: Doctor) -> Named:
    """The AM number of a doctor's line."""
    return Named(Key.AM, doctor.am_number, doctor.name, f"{doctor.pointer}/numeroAm")


def known_doctors(order: OrderFacts, base: BaseRows) -> Iterator[tuple[Doctor, BaseRow]]:
    """Each doctor of the order that the base knows, once, with the line of its RPPS."""
    seen: set[str] = set()
    for client in order.clients:
        for doctor in client.doctors:
            row = base.get((Key.RPPS.value, doctor.rpps))
            if row is not None and doctor.rpps not in seen:
                seen.add(doctor.rpps)
                yield doctor, row
