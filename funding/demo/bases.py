"""The editions of the eligible-clients base, through the real nightly import."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

from orders.actions.base import run_import
from orders.actions.base_files import receive_base_file
from segur_portal.common import clock
from segur_portal.common.enums import SchemeCode

from .base_files import LAST, TRUNCATED, base_file, base_filename
from .people import morning
from .population import Population
from .story import Story

_FIRST = {
    SchemeCode.MDV: date(2025, 12, 18),
    SchemeCode.RIS: date(2025, 7, 9),
    SchemeCode.DB: date(2025, 7, 9),
}
_SECOND, _REFUSED, NEXT_DAY = date(2026, 9, 14), date(2026, 9, 15), date(2026, 9, 16)


class Bases:
    """Tells the imports: the first edition, the second, and one that an officer must look at."""

    def __init__(self, population: Population, story: Story) -> None:
        self.population, self.story = population, story

    def tell(self) -> None:
        """Have each import run in its night."""
        for rank, scheme in enumerate(SchemeCode):
            self.story.tell(morning(_FIRST[scheme], 2, 30 + rank), self._import, scheme, 1)
            self.story.tell(morning(_SECOND, 2, 30 + rank), self._import, scheme, 2)
            # Last night: the same as the day before, but the file that an officer must look at.
            last = TRUNCATED if scheme == SchemeCode.RIS else 2
            self.story.tell(morning(_REFUSED, 2, 30 + rank), self._import, scheme, last)

    def _import(self, scheme: SchemeCode, edition: int) -> None:
        data = base_file(self.population, scheme, edition)
        received = receive_base_file(io.BytesIO(data), base_filename(scheme, clock.today()))
        run_import(received.pk)


def write_next_editions(population: Population, folder: Path) -> None:
    """The files of the day after: one to apply, one that lacks too many clients."""
    for name, edition in (("lendemain", LAST), ("quarantaine", TRUNCATED)):
        target = folder / name
        target.mkdir(parents=True, exist_ok=True)
        for scheme in SchemeCode:
            data = base_file(population, scheme, edition)
            (target / base_filename(scheme, NEXT_DAY)).write_bytes(data)
