"""A price scale (barème) and how its tranches are chosen and named. Pure Python."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from segur_portal.common.enums import Measure
from segur_portal.common.french import count, number

# Which measure applies to a service: the first of these that has a tranche in the scale (ours).
PREFERENCE = (Measure.ACTIVITY_2023, Measure.DOCTORS, Measure.FLAT)
_UNITS = {Measure.ACTIVITY_2023.value: "acte", Measure.DOCTORS.value: "médecin"}
MEASURE_LABELS = {
    Measure.ACTIVITY_2023.value: "activité 2023",
    Measure.DOCTORS.value: "nombre de médecins",
    Measure.FLAT.value: "forfait",
}


@dataclass(frozen=True, slots=True)
class Tier:
    """A tranche of a price scale: from `lower` included to `upper` excluded."""

    service: str
    measure: str
    lower: int
    upper: int | None
    ceiling_net: Decimal

    def holds(self, quantity: int) -> bool:
        """Whether a quantity falls in this tranche; a flat amount has no bounds."""
        return self.measure == Measure.FLAT or (
            self.lower <= quantity and (self.upper is None or quantity < self.upper)
        )

    @property
    def label(self) -> str:
        """`de 5 000 à 9 999 actes`, `à partir de 10 médecins`, `forfait`."""
        if self.measure == Measure.FLAT:
            return "forfait"
        unit = _UNITS[self.measure]
        if self.upper is None:
            return f"à partir de {count(self.lower, unit)}"
        if self.upper - 1 == self.lower:
            return count(self.lower, unit)
        return f"de {number(self.lower)} à {count(self.upper - 1, unit)}"


@dataclass(frozen=True, slots=True)
class Scale:
    """A scheme's price scale in force on a day; rates in percent."""

    id: int
    version: int
    is_official: bool
    source: str
    vat_rate: Decimal
    advance_rate: Decimal
    tiers: tuple[Tier, ...]

    def measure_of(self, service: str) -> str | None:
        """What the service is counted in; None when the scale does not price it."""
        measures = {tier.measure for tier in self.tiers if tier.service == service}
        return next((m.value for m in PREFERENCE if m in measures), None)

    def tier_of(self, service: str, measure: str | None, quantity: int) -> Tier | None:
        """The tranche of that quantity; None when the scale has none."""
        return next(
            (
                tier
                for tier in self.tiers
                if tier.service == service and tier.measure == measure and tier.holds(quantity)
            ),
            None,
        )

    @property
    def label(self) -> str:
        """`barème 2`, marked where its values are only examples."""
        return f"barème {self.version}" + ("" if self.is_official else " (valeurs d’exemple)")
