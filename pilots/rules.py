"""When the pilots of a solution are proved: what opens its balances (PIL-001)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

ORDER_FELL = "la commande a été annulée"


@dataclass(frozen=True, slots=True)
class Campaign:
    """The pilots of a supplier for a solution: what is required, and the days on which each
    compliant proof was reviewed, in order. `fallen` are the clients of the compliant reports whose
    order was cancelled since: they count no more."""

    reports_required: int
    training_required: bool
    reports: tuple[date, ...] = ()
    trainings: tuple[date, ...] = ()
    fallen: tuple[str, ...] = ()

    @property
    def is_concerned(self) -> bool:
        """Whether the scheme asks for anything: DRIMbox does not."""
        return self.reports_required > 0 or self.training_required

    @property
    def reports_missing(self) -> int:
        """How many compliant reports are still wanted."""
        return max(self.reports_required - len(self.reports), 0)

    @property
    def fallen_words(self) -> str:
        """Why reports found compliant count no more, in French; nothing when all count."""
        return " ".join(
            f"Le PV de {client} ne compte plus : {ORDER_FELL}." for client in self.fallen
        )

    @property
    def is_unlocked(self) -> bool:
        """Whether balances may be asked."""
        return not self.reports_missing and not (self.training_required and not self.trainings)

    @property
    def unlocked_on(self) -> date | None:
        """The day of the review that completed it; None when nothing is asked, or not yet."""
        if not (self.is_concerned and self.is_unlocked):
            return None
        last = self.reports[self.reports_required - 1 : self.reports_required]
        first = self.trainings[:1] if self.training_required else ()
        return max((*last, *first))
