"""The clock of a request: days at ASP; it stops while the supplier has the hand, and at the
decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from funding.models import FundingRequest
from funding.workflow import WITH_SUPPLIER
from segur_portal.common.enums import ParameterCode
from segur_portal.common.french import count
from segur_portal.common.models import Parameter

_AIM = (ParameterCode.INSTRUCTION_DAYS, ParameterCode.INSTRUCTION_WARNING_DAYS)


@dataclass(frozen=True, slots=True)
class Aim:
    """How many days an instruction should last in a scheme, and when a file becomes pressing."""

    days: int
    warning_days: int

    @property
    def pressing_after(self) -> timedelta:
        """How long a file may be at ASP before it is pressing."""
        return timedelta(days=max(self.days - self.warning_days, 0))


@dataclass(frozen=True, slots=True)
class Clock:
    """Whole days spent at ASP and with the supplier, as of an instant."""

    days: int
    waited_days: int
    is_stopped: bool
    is_decided: bool
    aim: Aim

    @property
    def is_late(self) -> bool:
        """Past the days aimed at, and not decided."""
        return not self.is_decided and self.days > self.aim.days

    @property
    def is_pressing(self) -> bool:
        """Near the days aimed at, or past them, and not decided."""
        return not self.is_decided and self.days >= self.aim.pressing_after.days

    @property
    def short(self) -> str:
        """For a list: `12 j sur 60`."""
        stop = ", arrêtée" if self.is_stopped else ""
        return f"{self.days}\u00a0j sur {self.aim.days}{stop}"

    @property
    def sentence(self) -> str:
        """For the officer: the days, the aim, the waiting."""
        words = f"{count(self.days, 'jour')} d’instruction"
        if self.is_decided:
            words = f"Décidée en {count(self.days, 'jour')} d’instruction"
        elif self.is_stopped:
            words += ", horloge arrêtée : le fournisseur a la main"
        else:
            words += f" sur {self.aim.days} visés"
        if self.waited_days:
            words += f" ; {count(self.waited_days, 'jour')} d’attente du fournisseur"
        return f"{words}."

    @property
    def public_sentence(self) -> str:
        """For the supplier: what was spent on each side, without ASP's own aims."""
        words = f"{count(self.days, 'jour')} à l’ASP"
        if self.waited_days or self.is_stopped:
            words += f", {count(self.waited_days, 'jour')} dans l’attente de votre côté"
        if self.is_stopped:
            words += ". Le temps qui passe ne compte pas dans l’instruction"
        return f"{words}."


def clock_of(request: FundingRequest, now: datetime, aim: Aim) -> Clock:
    """The clock of a request at `now`."""
    is_stopped = request.state in WITH_SUPPLIER
    waited = request.waited
    if is_stopped:
        waited += max(now - request.state_since, timedelta())
    end = request.decided_at or now
    spent = max(end - request.received_at - waited, timedelta())
    return Clock(spent.days, waited.days, is_stopped, request.decided_at is not None, aim)


def aims(schemes: Iterable[str]) -> dict[str, Aim]:
    """The aim of each scheme, its own parameters before those of all. One query.

    Raises KeyError when the programme has none.
    """
    wanted = Parameter.objects.filter(code__in=_AIM)
    return {
        scheme: Aim(*(int(numbers[code]) for code in _AIM))
        for scheme, numbers in wanted.by_scheme(schemes).items()
    }
