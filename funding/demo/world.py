"""The population of a demonstration."""

from __future__ import annotations

from .imaging import imaging_clients
from .numbers import Numbers
from .population import FULL, Population, Size
from .town import town_clients

SEED = 2026


def build_population(size: Size = FULL, seed: int = SEED) -> Population:
    """Everybody, the same each time for a size and a seed."""
    numbers = Numbers()
    imaging = tuple(imaging_clients(seed, size, numbers))
    return Population(town=tuple(town_clients(seed, size, numbers)), imaging=imaging)
