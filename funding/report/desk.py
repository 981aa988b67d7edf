"""The officer's desk: its queues, how many files each holds, and the file that comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from funding.models import FundingRequest
from funding.queries import FundingRequestQuerySet
from segur_portal.common.french import number

from .clocks import Aim, Clock, aims, clock_of

# A queue is not counted further: nobody takes more in a year.
COUNT_CAP = 10_000
MINE, TO_TAKE, WITH_SUPPLIER, PRESSING = "mes-dossiers", "a-prendre", "fournisseur", "echeance"
WITHOUT_RIS, OWED_BACK = "sans-ris", "a-restituer"
LABELS = {
    MINE: "Mes dossiers",
    TO_TAKE: "À prendre",
    WITH_SUPPLIER: "Chez le fournisseur",
    PRESSING: "Proches de l’échéance",
    WITHOUT_RIS: "DRIMbox acceptées sans RIS",
    OWED_BACK: "Sommes à restituer",
}
# What should not happen: shown only when it does.
_EXCEPTIONS = frozenset({WITHOUT_RIS, OWED_BACK})
EMPTY = {
    MINE: "Aucun dossier ne vous est attribué. Prenez le plus ancien de la file « À prendre ».",
    TO_TAKE: "Aucune demande n’attend d’être prise dans vos dispositifs.",
    WITH_SUPPLIER: "Aucun dossier n’attend son fournisseur.",
    PRESSING: "Aucun dossier n’approche du délai visé.",
    WITHOUT_RIS: "Chaque demande DRIMbox acceptée a une demande RIS acceptée pour son client.",
    OWED_BACK: "Rien n’est à restituer, ou un lot de paiement le restitue déjà.",
}


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue, and how many files it holds."""

    key: str
    count: int

    @property
    def label(self) -> str:
        """Its name."""
        return LABELS[self.key]

    @property
    def count_in_words(self) -> str:
        """Its count, capped."""
        return f"{number(COUNT_CAP)}+" if self.count > COUNT_CAP else number(self.count)


@dataclass(frozen=True, slots=True)
class Desk:
    """What an officer of these schemes has to do, as of an instant."""

    officer: Any
    aims: Mapping[str, Aim]
    now: datetime

    @classmethod
    def of(cls, officer: Any, schemes: list[str], now: datetime) -> Desk:
        """The desk of an officer who sees these schemes. One query."""
        return cls(officer, aims(schemes), now)

    def rows(self, key: str) -> FundingRequestQuerySet:
        """The files of a queue, the oldest first."""
        seen = FundingRequest.objects.in_schemes(list(self.aims))
        if key == TO_TAKE:
            found = seen.to_take()
        elif key == WITH_SUPPLIER:
            found = seen.with_supplier(self.officer)
        elif key == WITHOUT_RIS:
            found = seen.granted_without_ris()
        elif key == OWED_BACK:
            found = seen.owed_back()
        elif key == PRESSING:
            limits = {scheme: aim.pressing_after for scheme, aim in self.aims.items()}
            found = seen.pressing(self.officer, limits, self.now)
        else:
            found = seen.on_desk_of(self.officer)
        return found.oldest_first()

    def queues(self) -> list[Queue]:
        """Every queue with its count: one query each, bounded."""
        found = [Queue(key, self.rows(key).order_by()[: COUNT_CAP + 1].count()) for key in LABELS]
        return [queue for queue in found if queue.count or queue.key not in _EXCEPTIONS]

    def clock(self, request: FundingRequest) -> Clock:
        """The clock of a file."""
        return clock_of(request, self.now, self.aims[request.scheme_id])

    def next_after(self, request: FundingRequest | None, key: str) -> FundingRequest | None:
        """The file that comes after one in a queue; past the last, the first of the others."""
        rows = self.rows(key).only("pk", "number")
        if request is None:
            return rows.first()
        following = rows.filter(received_at__gt=request.received_at) | rows.filter(
            received_at=request.received_at, pk__gt=request.pk
        )
        return following.first() or rows.exclude(pk=request.pk).first()
