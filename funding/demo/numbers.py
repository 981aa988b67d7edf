"""Valid numbers that never repeat within a demonstration: Luhn keys, real department codes."""

from __future__ import annotations

from segur_portal.common.identifiers import luhn_complete, make_rpps, make_siren

_SPREAD, _SIZE = 104_729, 100_000


class Numbers:
    """Gives the next number of each kind. A FINESS or AM number carries its department."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def siren(self) -> str:
        """A SIREN."""
        return make_siren(self._next("siren"))

    def rpps(self) -> str:
        """A RPPS number."""
        return make_rpps(self._next("rpps"))

    def finess(self, postal_code: str) -> str:
        """A geographic FINESS; Corsica has its letters. The third digit is 0."""
        department = {"20": "2B" if postal_code >= "20200" else "2A"}.get(
            postal_code[:2], postal_code[:2]
        )
        return luhn_complete(f"{department}0{self._five('finess')}")

    def am(self, postal_code: str) -> str:
        """An AM number of a doctor: the third digit is 1."""
        return luhn_complete(f"{postal_code[:2]}1{self._five('am')}")

    def _five(self, kind: str) -> str:
        return f"{self._next(kind) * _SPREAD % _SIZE:05}"

    def _next(self, kind: str) -> int:
        self._given[kind] = number = self._given.get(kind, 0) + 1
        if number >= _SIZE and kind in ("finess", "am"):
            raise OverflowError(f"No more than {_SIZE} {kind} numbers.")
        return number
