"""Files of the base for tests: valid lines, any number, each part replaceable."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from io import BytesIO
from typing import Any

from orders.actions.base import run_import
from orders.actions.base_files import COLUMNS, receive_base_file
from orders.models import BaseImport
from segur_portal.common.enums import SchemeCode
from segur_portal.common.identifiers import make_siren
from segur_portal.common.models import Parameter

RIS, MDV = SchemeCode.RIS.value, SchemeCode.MDV.value
HEADER = ";".join(COLUMNS)
DAY = date(2026, 9, 14)


def a_line(number: int, **changes: object) -> str:
    """A valid line of an imaging practice; `changes` are by field of the model."""
    fields = {
        "kind": "SIREN",
        "value": make_siren(number),
        "rpps": "",
        "siren": make_siren(number),
        "label": f"Cabinet d’imagerie n° {number}",
        "structure_type": "CABINET",
        "specialty": "",
        "is_liberal": 1,
        "doctor_count": 3,
        "postal_code": "33000",
        "activity": "RADIOLOGIE",
        "activity_2023": 5000,
        "had_wave_1": 0,
    }
    return ";".join(str(value) for value in {**fields, **changes}.values())


def lines(count: int, *, but: Iterable[int] = ()) -> list[str]:
    """The lines 1 to `count`, but some."""
    return [a_line(number) for number in range(1, count + 1) if number not in set(but)]


def content_of(rows: Iterable[str], *, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *rows, ""]).encode()


def a_name(day: date = DAY, scheme: str = RIS) -> str:
    return f"base-eligibles_{scheme}_{day:%Y%m%d}.csv"


def received(
    rows: Iterable[str] | bytes, *, day: date = DAY, scheme: str = RIS, by: Any = None
) -> BaseImport:
    content = rows if isinstance(rows, bytes) else content_of(rows)
    return receive_base_file(BytesIO(content), a_name(day, scheme), by)


def imported(rows: Iterable[str] | bytes, *, day: date = DAY, scheme: str = RIS) -> BaseImport:
    """A file received and run."""
    return run_import(received(rows, day=day, scheme=scheme).pk)


def thresholds(*, rows: int, percent: int) -> None:
    """What may leave the base before an officer must look."""
    Parameter.objects.filter(code="base_max_removed_rows").update(value=rows)
    Parameter.objects.filter(code="base_max_removed_percent").update(value=percent)
