"""The imaging corridor's clients: liberal practices and hospitals, with their 2023 activity."""

from __future__ import annotations

from collections.abc import Iterator

from orders.rules.words import Activity, StructureType

from .numbers import Numbers
from .population import Client, Draw, Person, Site, Size, editions, imaging_doctor

_TITLES = (
    "Centre d’imagerie",
    "Imagerie médicale",
    "SELARL Radiologie",
    "SCM des radiologues",
    "GIE Scanner et IRM",
    "Cabinet de radiologie",
)
_HOSPITALS = ("Centre hospitalier", "Clinique", "Hôpital privé", "Polyclinique")
# Each tranche of the example scale, and how many practices in a hundred fall in it.
_TRANCHES = (
    ((800, 4_999), 18),
    ((5_000, 14_999), 27),
    ((15_000, 39_999), 32),
    ((40_000, 99_999), 17),
    ((100_000, 160_000), 6),
)
_RADIOLOGY, _NUCLEAR, _MIXED = (
    Activity.RADIOLOGY.value,
    Activity.NUCLEAR.value,
    Activity.MIXED.value,
)


def imaging_clients(seed: int, size: Size, numbers: Numbers) -> Iterator[Client]:
    """Practices, then hospitals."""
    draw = Draw(f"{seed} practices", numbers)
    for rank in range(size.imaging_practices):
        yield _practice(draw, rank, size.imaging_practices)
    draw = Draw(f"{seed} hospitals", numbers)
    for _ in range(size.hospitals):
        yield _hospital(draw)


def _practice(draw: Draw, rank: int, total: int) -> Client:
    """A practice: its activity comes from the AM numbers of its doctors."""
    town, code = draw.town()
    name = f"{draw.chance.choice(_TITLES)} {draw.place()} – {town}"
    if rank % 90 == 12:
        name = (
            f"Groupement d’imagerie diagnostique et interventionnelle {draw.place()}, cabinets "
            f"associés de radiologie et de médecine nucléaire de {town} et environs"
        )[:150]
    activity = draw.chance.choices((_RADIOLOGY, _MIXED, _NUCLEAR), weights=(80, 12, 8))[0]
    doctors = _doctors(draw, rank, code, activity)
    return Client(
        StructureType.PRACTICE,
        name,
        code,
        siren=draw.numbers.siren(),
        sites=tuple(_sites(draw, name, code, activity, draw.chance.choice((1, 1, 1, 2, 2, 3)))),
        doctors=doctors,
        outsiders=(_outsider(draw, code),) if rank % 25 == 4 else (),
        doctor_count=len(doctors),
        had_wave_1=draw.chance.random() < 0.55,
        old_postal_code=draw.town()[1] if rank % 150 == 5 else "",
        **editions(rank, total),  # type: ignore[arg-type]
    )


def _doctors(draw: Draw, rank: int, code: str, activity: str) -> tuple[Person, ...]:
    """Three to seven doctors; one practice in thirty has an AM number of unknown activity."""
    shares = _shares(draw, _yearly_acts(draw), draw.chance.randint(3, 7))
    doctors = []
    for place, acts in enumerate(shares):
        speaks = (_NUCLEAR if place % 3 == 2 else _RADIOLOGY) if activity == _MIXED else activity
        numbers: list[int | None] = [acts]
        if place == 0 and rank % 30 == 11:
            numbers.append(None)
        elif place == 0 and rank % 4 == 1:
            numbers = [acts - acts // 3, acts // 3]
        doctors.append(imaging_doctor(draw, code, speaks, numbers))
    if rank % 6 == 2:
        doctors.append(imaging_doctor(draw, code, activity.replace(_MIXED, _RADIOLOGY), [0]))
    return tuple(doctors)


def _outsider(draw: Draw, code: str) -> Person:
    """A doctor of another specialty who practises there (ELI-004)."""
    return draw.person(code, "Médecine vasculaire", am_numbers=((draw.numbers.am(code), 1_200),))


def _hospital(draw: Draw) -> Client:
    """A hospital or clinic: salaried activity by FINESS, and a few doctors' liberal one."""
    town, code = draw.town()
    kind = draw.chance.choice(_HOSPITALS)
    name = f"{kind} de {town}" if kind == _HOSPITALS[0] else f"{kind} {draw.place()} – {town}"
    activity = draw.chance.choices((_RADIOLOGY, _MIXED), weights=(55, 45))[0]
    shares = _shares(draw, _yearly_acts(draw) * 2, draw.chance.randint(2, 4))
    sites = [
        Site(site.name, site.finess, site.activity, acts)
        for site, acts in zip(_sites(draw, name, code, activity, len(shares)), shares, strict=True)
    ]
    count = draw.chance.randint(2, 5)
    return Client(
        StructureType.ESTABLISHMENT,
        name,
        code,
        siren=draw.numbers.siren(),
        sites=tuple(sites),
        doctors=tuple(
            imaging_doctor(draw, code, _RADIOLOGY, [draw.chance.randint(200, 2_500)])
            for _ in range(count)
        ),
        doctor_count=count,
        had_wave_1=draw.chance.random() < 0.5,
    )


def _sites(draw: Draw, name: str, code: str, activity: str, count: int) -> Iterator[Site]:
    for rank in range(count):
        label = name if rank == 0 else f"{name.partition(' – ')[0][:110]}, site {draw.place()}"
        yield Site(label, draw.numbers.finess(code), activity)


def _yearly_acts(draw: Draw) -> int:
    weights = [weight for _, weight in _TRANCHES]
    (low, high), _ = draw.chance.choices(_TRANCHES, weights=weights)[0]
    return draw.chance.randint(low, high)


def _shares(draw: Draw, total: int, count: int) -> list[int]:
    """`total` in `count` uneven parts."""
    weights = [draw.chance.uniform(0.5, 1.5) for _ in range(count)]
    parts = [int(total * weight / sum(weights)) for weight in weights]
    return [total - sum(parts[1:]), *parts[1:]]
