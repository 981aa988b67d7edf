"""Who there is to equip: doctors and structures of the two corridors, drawn from a seed.

Rare cases fall at fixed ranks, so that the smallest population has them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from random import Random

from orders.rules.words import Activity, StructureType

from .numbers import Numbers
from .vocabulary import FIRST_NAMES, LAST_NAMES, NUCLEAR_MEDICINE, PLACES, RADIOLOGY, TOWNS


@dataclass(frozen=True, slots=True)
class Size:
    """How many of each; `FULL` makes 20,000 clients."""

    town_doctors: int
    health_houses: int
    health_centres: int
    imaging_practices: int
    hospitals: int


FULL = Size(17_400, 800, 600, 900, 300)
QUICK = Size(420, 60, 60, 420, 40)


@dataclass(frozen=True, slots=True)
class Person:
    """A doctor: one RPPS, and (AM number, 2023 activity) for each place of exercise."""

    last_name: str
    first_name: str
    rpps: str
    am_numbers: tuple[tuple[str, int | None], ...]
    specialty: str
    is_liberal: bool = True
    activity: str = ""

    @property
    def name(self) -> str:
        """`Camille MARTIN`."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class Site:
    """An establishment with its own geographic FINESS."""

    name: str
    finess: str
    activity: str = ""
    activity_2023: int | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """A client of the base, from the edition `since` to the edition `until` (excluded).

    `outsiders` practise there without being imaging doctors; `old_postal_code` is the first
    edition's.
    """

    structure_type: str
    name: str
    postal_code: str
    siren: str = ""
    sites: tuple[Site, ...] = ()
    doctors: tuple[Person, ...] = ()
    outsiders: tuple[Person, ...] = ()
    doctor_count: int = 1
    is_liberal: bool = True
    had_wave_1: bool = False
    since: int = 1
    until: int | None = None
    old_postal_code: str = ""

    @property
    def is_stable(self) -> bool:
        """Whether every edition of the base has it."""
        return self.since == 1 and self.until is None

    @property
    def am_numbers(self) -> list[tuple[str, int | None]]:
        """Those of its imaging doctors, with their activity."""
        return [number for doctor in self.doctors for number in doctor.am_numbers]


@dataclass(frozen=True)
class Population:
    """Everybody, corridor by corridor."""

    town: tuple[Client, ...]
    imaging: tuple[Client, ...]

    @cached_property
    def count(self) -> int:
        """How many clients."""
        return len(self.town) + len(self.imaging)


class Draw:
    """A source of chance with the names of the demonstration."""

    def __init__(self, seed: str, numbers: Numbers) -> None:
        self.chance = Random(seed)  # noqa: S311 - a demonstration, not a secret
        self.numbers = numbers

    def person(self, postal_code: str, specialty: str, **fields: object) -> Person:
        """A doctor with one AM number; `fields` replace what is drawn."""
        values: dict[str, object] = {
            "last_name": self.chance.choice(LAST_NAMES).replace("-", " "),
            "first_name": self.chance.choice(FIRST_NAMES),
            "rpps": self.numbers.rpps(),
            "am_numbers": ((self.numbers.am(postal_code), None),),
            "specialty": specialty,
        }
        return Person(**{**values, **fields})  # type: ignore[arg-type]

    def town(self) -> tuple[str, str]:
        """A town and its postal code."""
        return self.chance.choice(TOWNS)

    def place(self) -> str:
        """`de la Gare`, `Pasteur`…"""
        return self.chance.choice(PLACES)


def editions(rank: int, total: int) -> dict[str, int]:
    """Between which editions of the base a client is there: a few leave, a few arrive."""
    if rank in (10, 11, 230) or rank % 900 == 450:
        return {"until": 2}
    if rank >= total - max(2, total // 700):
        return {"since": 2}
    return {}


def imaging_doctor(draw: Draw, postal_code: str, activity: str, acts: list[int | None]) -> Person:
    """A radiologist or nuclear-medicine doctor with one AM number for each activity given."""
    specialty = NUCLEAR_MEDICINE if activity == Activity.NUCLEAR else RADIOLOGY
    numbers = tuple((draw.numbers.am(postal_code), number) for number in acts)
    return draw.person(postal_code, specialty, am_numbers=numbers, activity=activity)


def is_centre_admitted(client: Client) -> bool:
    """Whether a health centre is of a type that ELI-003 admits."""
    return client.structure_type in (StructureType.CDS_MEDICAL, StructureType.CDS_MULTI)
