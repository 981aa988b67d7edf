"""Runs every figure on a throw-away database; `python -m tests.bench [part…]` chooses."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segur_portal.settings.test")
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django

django.setup()

import time_machine  # noqa: E402
from django.core.management import call_command  # noqa: E402

from tests.bench import base, batch, documents, lists, pdf, queue, writers  # noqa: E402
from tests.bench.data import build  # noqa: E402
from tests.bench.figures import Figure  # noqa: E402
from tests.factories import A_DAY  # noqa: E402


def _batch() -> Iterator[Figure]:
    user, supply = build()
    yield from batch.figures(user, supply)
    yield from writers.figures(user, supply)
    yield from queue.figures(user, supply)


def _lists() -> Iterator[Figure]:
    user, _ = build()
    yield from lists.figures(user)


PARTS: dict[str, Callable[[], Iterable[Figure]]] = {
    "structure": batch.structure_figures,
    "batch": _batch,
    "lists": _lists,
    "base": base.figures,
    "pdf": pdf.figures,
    "documents": documents.figures,
}
# Minutes long: only when named.
LONG: dict[str, Callable[[], Iterable[Figure]]] = {"base-x10": base.larger_figures}


def main() -> None:
    call_command("migrate", verbosity=0)
    with time_machine.travel(A_DAY, tick=True):
        for name in sys.argv[1:] or PARTS:
            for figure in {**PARTS, **LONG}[name]():
                print(figure, flush=True)


if __name__ == "__main__":
    main()
