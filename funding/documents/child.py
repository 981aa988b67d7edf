"""`python -m funding.documents.child`: reads and draws PDFs one after the other, as told.

One JSON object a line on its input, one on its output. Each file has its own allowance of
processor time; memory is bounded for the whole process.
"""

from __future__ import annotations

import base64
import json
import resource
import sys
from pathlib import Path
from typing import Any

from .drawing import draw_page, page_texts
from .limits import ReadingLimits
from .result import NONE, Reading, Wanted
from .signatures import read_signatures
from .structure import check_pdf
from .text import read_text


def read_pdf(
    path: Path, *, wanted: list[Wanted], trust_roots: list[str], limits: ReadingLimits
) -> Reading:
    """Everything that is found in one PDF. A file with a fault of structure is read no further."""
    structure = check_pdf(path, limits)
    if structure.faults:
        return Reading(faults=structure.faults, page_count=structure.page_count)
    has_text, found, sizes = read_text(path, wanted)
    outcome, signatures = (
        read_signatures(path, trust_roots) if structure.has_signature else (NONE, ())
    )
    return Reading(
        page_count=structure.page_count,
        has_text=has_text,
        signature=outcome,
        signatures=signatures,
        found=found,
        sizes=tuple(sizes),
    )


def _bound_memory(limits: ReadingLimits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _bound_time(limits: ReadingLimits) -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + limits.seconds + 1, hard))


def _answer(order: dict[str, Any], limits: ReadingLimits) -> dict[str, Any]:
    _bound_time(limits)
    path = Path(order["path"])
    if order["do"] == "draw":
        return {"image": base64.b64encode(draw_page(path, order["page"])).decode()}
    if order["do"] == "texts":
        return {"texts": page_texts(path)}
    wanted = [Wanted(**item) for item in order["wanted"]]
    reading = read_pdf(path, wanted=wanted, trust_roots=order["trust_roots"], limits=limits)
    return reading.as_dict()


def main() -> None:
    """Read what is asked until the input ends. The first line gives the limits."""
    limits = ReadingLimits(**json.loads(sys.stdin.readline()))
    _bound_memory(limits)
    for line in sys.stdin:
        answer = _answer(json.loads(line), limits)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
