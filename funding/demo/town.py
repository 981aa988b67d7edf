"""The town corridor's clients: doctors of every specialty, health houses, health centres."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from orders.rules.words import StructureType

from .numbers import Numbers
from .population import Client, Draw, Person, Site, Size, editions
from .vocabulary import RADIOLOGY, SPECIALTIES

_NAMES = [name for name, _ in SPECIALTIES]
_WEIGHTS = list(accumulate(weight for _, weight in SPECIALTIES))
_AM_COUNTS, _AM_WEIGHTS = (1, 2, 3), (65, 92, 100)
_CENTRES = (
    *[StructureType.CDS_MEDICAL.value] * 4,
    *[StructureType.CDS_MULTI.value] * 3,
    *[StructureType.CDS_NURSING.value] * 2,
    StructureType.CDS_DENTAL.value,
)


def town_clients(seed: int, size: Size, numbers: Numbers) -> Iterator[Client]:
    """Doctors, then health houses, then health centres."""
    draw = Draw(f"{seed} doctors", numbers)
    for rank in range(size.town_doctors):
        yield _doctor(draw, rank, size.town_doctors)
    draw = Draw(f"{seed} structures", numbers)
    for rank in range(size.health_houses):
        yield _health_house(draw, rank)
    for rank in range(size.health_centres):
        yield _health_centre(draw, rank)


def _doctor(draw: Draw, rank: int, total: int) -> Client:
    """A doctor; one in sixty is a radiologist, one in forty has no liberal activity."""
    _town, code = draw.town()
    specialty = draw.chance.choices(_NAMES, cum_weights=_WEIGHTS)[0]
    if rank % 60 == 23:
        specialty = RADIOLOGY
    person = _person(draw, code, specialty, is_liberal=rank % 40 != 17)
    return Client(
        StructureType.DOCTOR,
        f"Dr {person.name}",
        code,
        doctors=(person,),
        is_liberal=person.is_liberal,
        had_wave_1=draw.chance.random() < 0.6,
        old_postal_code=draw.town()[1] if rank % 400 == 5 else "",
        **editions(rank, total),  # type: ignore[arg-type]
    )


def _person(draw: Draw, code: str, specialty: str, *, is_liberal: bool) -> Person:
    count = draw.chance.choices(_AM_COUNTS, cum_weights=_AM_WEIGHTS)[0]
    am_numbers = tuple((draw.numbers.am(code), None) for _ in range(count))
    return draw.person(code, specialty, am_numbers=am_numbers, is_liberal=is_liberal)


def _health_house(draw: Draw, rank: int) -> Client:
    """A MSP; one in twenty has no liberal doctor."""
    town, code = draw.town()
    name = f"Maison de santé {draw.place()} – {town}"
    if rank == 6:
        name = (
            f"Maison de santé pluriprofessionnelle universitaire {draw.place()} et pôle de santé "
            f"des communes associées de l’agglomération de {town}, site principal"
        )[:150]
    return _structure(
        draw, StructureType.MSP.value, name, code,
        doctor_count=draw.chance.randint(2, 16), is_liberal=rank % 20 != 7,
    )  # fmt: skip


def _health_centre(draw: Draw, rank: int) -> Client:
    """A CDS of each type in turn; nursing centres have no doctor but one in twenty."""
    town, code = draw.town()
    kind = _CENTRES[rank % len(_CENTRES)]
    words = {
        StructureType.CDS_NURSING: ("Centre de soins infirmiers", int(rank % 20 == 7)),
        StructureType.CDS_DENTAL: ("Centre de santé dentaire", 0),
        StructureType.CDS_MULTI: ("Centre de santé polyvalent", draw.chance.randint(2, 14)),
        StructureType.CDS_MEDICAL: ("Centre médical", draw.chance.randint(1, 9)),
    }
    title, doctors = words[StructureType(kind)]
    return _structure(
        draw, kind, f"{title} {draw.place()} – {town}", code,
        doctor_count=0 if rank % 20 == 11 else doctors, is_liberal=False,
    )  # fmt: skip


def _structure(
    draw: Draw, kind: str, name: str, code: str, *, doctor_count: int, is_liberal: bool
) -> Client:
    return Client(
        kind,
        name,
        code,
        siren=draw.numbers.siren(),
        sites=(Site(name, draw.numbers.finess(code)),),
        doctor_count=doctor_count,
        is_liberal=is_liberal,
        had_wave_1=draw.chance.random() < 0.5,
    )
