"""Events in the order of their dates, each played while the portal's clock stands at its own."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

from segur_portal.common import clock

Deed = Callable[..., object]


class Story:
    """A queue of deeds to come. A deed may tell others; those after the end are never played."""

    def __init__(self, end: datetime) -> None:
        self.end = end
        self._rank = count()
        self._coming: list[tuple[datetime, int, Deed, tuple[Any, ...]]] = []

    def tell(self, at: datetime, deed: Deed, *words: Any) -> None:
        """Have a deed played at that instant, unless the story ends before."""
        if at <= self.end:
            heapq.heappush(self._coming, (at, next(self._rank), deed, words))

    def play(self) -> int:
        """Play everything; returns how many deeds there were."""
        played = 0
        while self._coming:
            at, _, deed, words = heapq.heappop(self._coming)
            with clock.frozen_at(at):
                deed(*words)
            played += 1
        return played
