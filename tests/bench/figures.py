"""What a figure is, and how durations are taken: medians of interleaved runs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the bench; `target` is the promise, in words."""

    name: str
    value: float
    unit: str
    ratio: float | None = None
    target: str = ""

    def __str__(self) -> str:
        ratio = f"{self.ratio:.2f}" if self.ratio is not None else "-"
        return f"{self.name} {self.value:.2f} {self.unit} {ratio}  {self.target}".rstrip()


def elapsed_ms(action: Callable[[], object]) -> float:
    """How long one call takes, in milliseconds."""
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


def interleaved(rounds: int, *actions: Callable[[], object]) -> list[float]:
    """Median duration of each action, in milliseconds, all of them run in turn at each round."""
    durations: list[list[float]] = [[] for _ in actions]
    for _ in range(rounds):
        for action, taken in zip(actions, durations, strict=True):
            taken.append(elapsed_ms(action))
    return [statistics.median(taken) for taken in durations]
