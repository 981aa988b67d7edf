"""The supplier's cockpit of pilots: what is proved, who can still serve, what money waits."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, OuterRef, Sum
from django.db.models.functions import Coalesce

from enrolment.models import Enrolment, Solution, Supplier
from funding.models import FundingRequest
from funding.queries import FundingRequestQuerySet
from pilots.models import PilotProof
from pilots.rules import ORDER_FELL, Campaign
from pilots.workflow import PROOF
from segur_portal.common.french import count, day
from segur_portal.common.money import ZERO

COLOURS = {
    "submitted": "info",
    "to_correct": "warning",
    "compliant": "success",
    "not_compliant": "error",
}


@dataclass(frozen=True, slots=True)
class Pilot:
    """The campaign of one solution. `waiting` is the balance that may be asked of the `advances`
    accepted and not answered by a balance; `candidates` the clients that can still serve."""

    solution: Solution
    campaign: Campaign
    in_review: int
    to_correct: int
    candidates: int
    advances: int
    waiting: Decimal

    @property
    def headline(self) -> str:
        """`3 sur 5 conformes`."""
        done = min(len(self.campaign.reports), self.campaign.reports_required)
        word = "conforme" if done < 2 else "conformes"
        return f"{done} sur {self.campaign.reports_required} {word}"

    @property
    def sentence(self) -> str:
        """What is still wanted, or since when balances are open."""
        campaign = self.campaign
        if not campaign.is_concerned:
            return "Aucun pilote n’est exigé : les demandes de solde n’en dépendent pas."
        if campaign.unlocked_on:
            return f"Soldes ouverts depuis le {day(campaign.unlocked_on)}."
        wanted = []
        if campaign.reports_missing:
            wanted.append(
                f"{campaign.reports_missing} PV pilotes"
                if campaign.reports_missing > 1
                else "1 PV pilote"
            )
        if campaign.training_required and not campaign.trainings:
            wanted.append("le support de formation")
        return f"Il manque {' et '.join(wanted)} pour ouvrir les soldes (PIL-001)."

    @property
    def training_words(self) -> str:
        """Where the training material stands."""
        return "Conforme" if self.campaign.trainings else "Attendu"

    @property
    def shortage(self) -> str:
        """A warning when fewer clients can serve than reports are wanted."""
        wanted = self.campaign.reports_missing - self.in_review - self.to_correct
        short = wanted - self.candidates
        if short <= 0:
            return ""
        return f"Il manque encore {count(short, 'avance')} à faire accepter, de clients différents."


def pilots_of_supplier(supplier: Supplier) -> list[Pilot]:
    """Every enrolled solution, in the order of the schemes: a fixed number of queries."""
    enrolments = Enrolment.objects.alive().filter(supplier=supplier)
    solutions = list(
        Solution.objects.filter(enrolments__in=enrolments)
        .select_related("scheme")
        .order_by("scheme__order", "name", "version")
        .distinct()
    )
    proofs = PilotProof.objects.of(supplier)
    campaigns = proofs.campaigns(solutions)
    states = _states(proofs)
    money = _money(supplier)
    served = _candidates(supplier)
    return [
        Pilot(
            solution=one,
            campaign=campaigns[one.pk],
            in_review=states.get((one.pk, "submitted"), 0),
            to_correct=states.get((one.pk, "to_correct"), 0),
            candidates=served.get(one.pk, 0),
            advances=money.get(one.pk, (0, ZERO))[0],
            waiting=money.get(one.pk, (0, ZERO))[1],
        )
        for one in solutions
    ]


def candidates(supplier: Supplier, solution: int | None = None) -> FundingRequestQuerySet:
    """Accepted advances whose client has no live report for the solution."""
    used = (
        PilotProof.objects.of(supplier)
        .live()
        .filter(
            kind=PilotProof.Kind.REPORT,
            solution=OuterRef("order__solution"),
            client_key=OuterRef("client_key"),
        )
    )
    found = FundingRequest.objects.of(supplier).provable().with_client_key()
    if solution is not None:
        found = found.filter(order__solution=solution)
    return found.exclude_served(used)


def proof_rows(supplier: Supplier, solution: Solution) -> list[dict[str, Any]]:
    """The proofs of a solution, what awaits the supplier first."""
    rows = PilotProof.objects.of(supplier).filter(solution=solution).with_order_standing()
    shown = [
        {
            "one": one,
            "colour": COLOURS.get(one.state, "") if one.has_order else "",
            "state": PROOF.states[one.state],
            "fell": "" if one.has_order else ORDER_FELL,
        }
        for one in rows.select_related("file").defer("findings", "pages").order_by("-pk")
    ]
    return sorted(shown, key=lambda row: row["one"].state != "to_correct")


def _states(proofs: Any) -> dict[tuple[int, str], int]:
    rows = (
        proofs.filter(kind=PilotProof.Kind.REPORT)
        .order_by()
        .values_list("solution_id", "state")
        .annotate(n=Count("pk"))
    )
    return {(solution, state): n for solution, state, n in rows}


def _money(supplier: Supplier) -> dict[int, tuple[int, Decimal]]:
    """By solution, the advances without a balance, and what their balances may amount to."""
    rows = (
        FundingRequest.objects.of(supplier)
        .provable()
        .without_balance()
        .order_by()
        .values_list("order__solution")
        .annotate(n=Count("pk"), left=Coalesce(Sum(F("gross") - F("amount_due")), ZERO))
    )
    return {solution: (n, left) for solution, n, left in rows}


def _candidates(supplier: Supplier) -> dict[int, int]:
    rows = (
        candidates(supplier)
        .order_by()
        .values_list("order__solution")
        .annotate(n=Count("client_key", distinct=True))
    )
    return dict(rows)
