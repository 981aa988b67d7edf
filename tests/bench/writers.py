"""Eight writers at once on overlapping keys: how fast, and what PostgreSQL had to break."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db.models import Count

from enrolment.models import User
from funding.models import Deposit
from orders.models import Claim
from tests.bench.data import deposit_of
from tests.bench.figures import Figure
from tests.bench.queue import in_processes

WRITERS, BATCHES, DEMAND = 8, 3, 100


def figures(user: User, supply: Iterator[list[Any]]) -> list[Figure]:
    """Each writer treats files of 100 requests drawn, in its own order, from a pool of 400."""
    pool = [*next(supply), *next(supply)]
    chance = random.Random(8)
    shares = [
        [
            deposit_of(user, _asked(chance, pool, f"{writer}-{rank}"), number=writer * 10 + rank).pk
            for rank in range(BATCHES)
        ]
        for writer in range(WRITERS)
    ]
    before = _deadlocks()
    began = time.perf_counter()
    in_processes(shares)
    taken = time.perf_counter() - began
    ids = [pk for share in shares for pk in share]
    lines = sum(row.request_count for row in Deposit.objects.filter(pk__in=ids, state="done"))
    assert lines == WRITERS * BATCHES * DEMAND, "every request has its verdict"
    keys = Claim.objects.live().values("scheme", "kind", "value", "slot")
    twice = keys.annotate(holders=Count("pk")).filter(holders__gt=1).count()
    return [
        Figure("writers-8", len(ids) / taken, "files/s"),
        Figure("writers-8-keys-held-twice", twice, "keys", target="target: 0"),
        Figure("writers-8-deadlocks", _deadlocks() - before, "deadlocks", target="target: 0"),
    ]


def _asked(chance: random.Random, pool: list[Any], mark: str) -> list[Any]:
    """Orders of the same clients, under references of one's own."""
    return [
        {
            **request,
            "referenceFournisseur": f"{request['referenceFournisseur']}-{mark}",
            "bonDeCommande": {
                **request["bonDeCommande"],
                "nomFichier": f"BDC_{request['referenceFournisseur']}-{mark}.pdf",
            },
        }
        for request in chance.sample(pool, DEMAND)
    ]


def _deadlocks() -> int:
    log = Path(os.environ.get("SEGUR_TEST_PG_LOG", os.devnull))
    return log.read_text(errors="replace").count("deadlock detected") if log.is_file() else 0
