"""Orders and lines of the base as frozen facts, without a database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from orders.rules.facts import BaseRow, Client, Doctor, Establishment, OrderFacts
from segur_portal.common.enums import SchemeCode, Service
from segur_portal.common.identifiers import make_am, make_finess, make_rpps, make_siren

MDV, RIS, DB = SchemeCode.MDV.value, SchemeCode.RIS.value, SchemeCode.DB.value
RADIOLOGY, NUCLEAR, MIXED = "RADIOLOGIE", "MEDECINE_NUCLEAIRE", "MIXTE"
SIREN, OTHER_SIREN = make_siren(1), make_siren(2)
FINESS, OTHER_FINESS = make_finess(1), make_finess(2)
RPPS, OTHER_RPPS = make_rpps(1), make_rpps(2)
AM, OTHER_AM = make_am(1), make_am(2)


def doctor(
    rpps: str = RPPS,
    am: str = AM,
    activity: str | None = RADIOLOGY,
    situation: str | None = "PRESENT",
) -> Doctor:
    """A doctor; its pointer is set by `client`."""
    return Doctor("", "Ada Martin", rpps, am, activity, situation)


def establishment(finess: str = FINESS, activity: str | None = RADIOLOGY) -> Establishment:
    """An establishment; its pointer is set by `client`."""
    return Establishment("", "Site Nord", finess, activity)


def client(*lines: Doctor | Establishment, kind: str = "CABINET", **fields: Any) -> Client:
    """A client with these lines; its pointer is set by `order`."""
    values: dict[str, Any] = {
        "name": "Cabinet du Port",
        "siren": SIREN,
        "paid_wave_1": False,
        "has_de_minimis": False,
        "aids": (),
        **fields,
    }
    return Client(
        pointer="",
        kind=kind,
        establishments=tuple(line for line in lines if isinstance(line, Establishment)),
        doctors=tuple(line for line in lines if isinstance(line, Doctor)),
        **values,
    )


def order(*clients: Client, scheme: str = RIS, **fields: Any) -> OrderFacts:
    """An order for these clients, every pointer set as in the deposit format."""
    values: dict[str, Any] = {
        "service": Service.WAVE_2.value,
        "solution_name": "Clario RIS",
        "solution_version": "4.2",
        "reference_number": "REF-001",
        "signed_on": date(2026, 9, 1),
        "pacs_identifier": None,
        "net": Decimal("1000.00"),
        "vat": Decimal("200.00"),
        "gross": Decimal("1200.00"),
        **fields,
    }
    placed = tuple(_placed(item, f"/clients/{rank}") for rank, item in enumerate(clients))
    return OrderFacts(scheme=scheme, clients=placed, **values)


def _placed(item: Client, pointer: str) -> Client:
    return replace(
        item,
        pointer=pointer,
        establishments=tuple(
            replace(line, pointer=f"{pointer}/etablissements/{rank}")
            for rank, line in enumerate(item.establishments)
        ),
        doctors=tuple(
            replace(line, pointer=f"{pointer}/medecins/{rank}")
            for rank, line in enumerate(item.doctors)
        ),
    )


def row(kind: str, value: str, **fields: Any) -> BaseRow:
    """A line of the base."""
    return BaseRow(kind, value, **fields)


def base(*rows: BaseRow) -> dict[tuple[str, str], BaseRow]:
    """The base made of these lines."""
    return {(item.kind, item.value): item for item in rows}


def without(
    rows: dict[tuple[str, str], BaseRow], *keys: tuple[str, str]
) -> dict[tuple[str, str], BaseRow]:
    """The base without these lines."""
    return {key: item for key, item in rows.items() if key not in keys}


def changed(
    rows: dict[tuple[str, str], BaseRow], kind: str, value: str, **fields: Any
) -> dict[tuple[str, str], BaseRow]:
    """The base with one line changed."""
    return {**rows, (kind, value): replace(rows[kind, value], **fields)}


def pointers(items: Iterable[Any]) -> list[str]:
    """Where each of these says it is."""
    return [item.pointer for item in items]
