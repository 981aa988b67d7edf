"""The nightly import of the base, against a raw COPY of the same file with the same indexes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.db import connection

from orders.actions.base import run_import
from orders.actions.base_files import COLUMNS, receive_base_file
from orders.models import BaseImport
from segur_portal.common.identifiers import make_am, make_rpps
from segur_portal.common.models import JournalEntry, Parameter
from tests.bench.figures import Figure, interleaved
from tests.factories import the_programme

RIS = "SONS-IMG-RIS-Va2"
LINES, ROUNDS, TIMES = 300_000, 5, 10
FIRST_DAY = date(2026, 9, 13)
# Of each thousand lines: changed, gone, wrong.
CHANGED, GONE, WRONG = 20, 5, 1
CHUNK = 256 * 1024
_FLOOR_TABLE = """
    DROP TABLE IF EXISTS bench_base;
    CREATE TABLE bench_base (LIKE orders_eligibleclient INCLUDING ALL);
    ALTER TABLE bench_base ALTER scheme_id SET DEFAULT '', ALTER valid_from SET DEFAULT 1
"""


@dataclass(frozen=True, slots=True)
class Nights:
    """The files of two nights, on the disk."""

    first: Path
    second: Path


def figures() -> Iterator[Figure]:
    """300,000 lines: first load and nightly against the floor, memory of the command."""
    the_programme()
    Parameter.objects.filter(code="base_max_removed_rows").update(value=10_000_000)
    with tempfile.TemporaryDirectory() as folder:
        nights = _write(Path(folder), LINES)
        yield from _measure(nights, "base-300k", ROUNDS)
        yield from _memory(nights)


def larger_figures() -> Iterator[Figure]:
    """Ten times the lines: what each step costs, against the same step of one time."""
    the_programme()
    Parameter.objects.filter(code="base_max_removed_rows").update(value=10_000_000)
    with tempfile.TemporaryDirectory() as folder:
        once = _durations(_write(Path(folder), LINES), 3)
        large = _durations(_write(Path(folder), LINES * TIMES), 1)
    for name, small, much in zip(("floor", "first", "night"), once, large, strict=True):
        yield Figure(
            f"base-3M-{name}", much / 1000, "s", much / small, "target: <= 12 times 300,000 lines"
        )


def _measure(nights: Nights, name: str, rounds: int) -> Iterator[Figure]:
    floor, first, night = _durations(nights, rounds)
    yield Figure(f"{name}-floor", floor / 1000, "s")
    yield Figure(f"{name}-first", first / 1000, "s", first / floor, "target: <= 3")
    yield Figure(f"{name}-night", night / 1000, "s", night / floor, "target: <= 1.3")


def _durations(nights: Nights, rounds: int) -> list[float]:
    """Milliseconds of the raw COPY, of the first load and of the night after."""
    ready: list[int] = []

    def prepare() -> None:
        _empty()
        ready[:] = [_received(nights.first, 0), _received(nights.second, 1)]

    def run(rank: int) -> None:
        import_ = run_import(ready[rank])
        assert import_.state == "applied", import_.report

    prepare()
    floor, _, first, night = interleaved(
        rounds, lambda: _copy(nights.first), prepare, lambda: run(0), lambda: run(1)
    )
    last = BaseImport.objects.order_by("-pk")[0]
    thousands = last.row_count // (1000 - GONE)
    found = (last.changed, last.ended, last.refused)
    assert found == (thousands * CHANGED, thousands * GONE, thousands * WRONG), found
    return [floor, first, night]


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE orders_eligibleclient")
        JournalEntry.objects.filter(subject=BaseImport._meta.label).delete()
        BaseImport.objects.all().delete()
        cursor.execute(_FLOOR_TABLE)
        cursor.execute("CHECKPOINT")


def _received(path: Path, rank: int) -> int:
    day = FIRST_DAY + timedelta(days=rank)
    with path.open("rb") as content:
        return receive_base_file(content, f"base-eligibles_{RIS}_{day:%Y%m%d}.csv").pk


def _copy(path: Path) -> None:
    names = ", ".join(COLUMNS.values())
    texts = ", ".join(field for field in COLUMNS.values() if field != "activity_2023")
    options = f"FORMAT csv, DELIMITER ';', HEADER, FORCE_NOT_NULL ({texts})"
    with (
        connection.cursor() as cursor,
        path.open("rb") as source,
        cursor.copy(f"COPY bench_base ({names}) FROM STDIN ({options})") as copy,
    ):
        while chunk := source.read(CHUNK):
            copy.write(chunk)


def _memory(nights: Nights) -> Iterator[Figure]:
    """Peak of a process that imports the file by the command, beside one that imports a line."""
    short = nights.first.with_name("short.csv")
    with nights.first.open() as lines, short.open("w") as start:
        start.writelines(next(lines) for _ in range(2))
    idle, peak = _peak_mib(short), _peak_mib(nights.first)
    yield Figure("base-300k-memory", peak - idle, "MiB", None, "target: <= 100")
    yield Figure("base-300k-process", peak, "MiB", peak / idle, "Django and its libraries included")


def _peak_mib(path: Path) -> float:
    """The most memory that the command held."""
    _empty()
    named = path.with_name(f"base-eligibles_{RIS}_{FIRST_DAY:%Y%m%d}.csv")
    named.unlink(missing_ok=True)
    os.link(path, named)
    words = [sys.executable, "manage.py", "import_eligible_clients", str(named)]
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return usage.ru_maxrss / 1024


def _write(folder: Path, count: int) -> Nights:
    nights = Nights(folder / f"first-{count}.csv", folder / f"second-{count}.csv")
    header = ";".join(COLUMNS) + "\n"
    with nights.first.open("w") as first, nights.second.open("w") as second:
        first.write(header)
        second.write(header)
        for number in range(1, count + 1):
            first.write(_line(number, 5000))
            if (rank := number % 1000) >= GONE:
                second.write(_line(number, _activity(rank)))
    return nights


def _activity(rank: int) -> object:
    """Of the second night: wrong, changed, or as on the first."""
    if rank < GONE + WRONG:
        return "?"
    return 6000 if rank < GONE + WRONG + CHANGED else 5000


def _line(number: int, activity: object) -> str:
    return (
        f"AM;{make_am(number)};{make_rpps(number)};;Docteur Marie-Hélène LEFÈVRE {number};MEDECIN;"
        f"Radiodiagnostic et imagerie médicale;1;1;33000;RADIOLOGIE;{activity};0\n"
    )
