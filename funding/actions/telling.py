"""Telling the members of a supplier what became of its requests: decided one by one, or in bulk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db.models import Q
from django.urls import reverse

from enrolment.models import Membership, User
from funding.models import BulkDecision, BulkDecisionLine, FundingRequest, Recovery
from segur_portal.common import clock
from segur_portal.common.french import count, day, spaced
from segur_portal.common.models import NoticeKind
from segur_portal.common.money import in_french
from segur_portal.common.notices import News, notify, notify_all

# The moves that decide, in words.
_DECIDED = {
    "accept": "acceptée",
    "refuse": "refusée",
    "cancel": "annulée",
    "expire": "annulée",
}
_NAMED = 20


def tell_supplier(
    request: FundingRequest, *, kind: str, what: str, why: str, key: str = "", page: str = ""
) -> None:
    """Tell each member of the supplier, once when the fact has a `key`; `page` is the name of the
    address to open, the request's own by default."""
    notify(
        users=_members([request.supplier_id]).get(request.supplier_id, ()),
        kind=kind,
        title=f"La demande {request.number} ({request.client_name}) {what}"[:200],
        body=why,
        url=reverse(page or "request_detail", args=[request.number]),
        key=key,
    )


def tell_decision(request: FundingRequest, move: str, *, reason: str, note: str) -> None:
    """Tell that a request is accepted, refused or cancelled, and what is then to be paid back."""
    if move not in _DECIDED:
        return
    tell_supplier(
        request,
        kind=NoticeKind.DECISION,
        what=f"est {_DECIDED[move]}",
        why=_why(request, move, reason, note),
    )
    tell_recoveries([request.pk])


def tell_recoveries(requests: Collection[int]) -> None:
    """Tell of the recovery orders issued for these requests, or for their balances: once each."""
    rows = Recovery.objects.filter(
        Q(request__in=requests) | Q(request__advance__in=requests), state="issued"
    )
    found = list(rows.select_related("request").order_by("pk"))
    members = _members({one.supplier_id for one in found}) if found else {}
    notify_all(
        [
            News(
                user,
                f"Demande {one.request.number} : {in_french(one.amount)} à rembourser",
                spaced(
                    f"Ordre de recouvrement {one.number} : {in_french(one.amount)}, avant le "
                    f"{day(one.due_on)} inclus. Rappelez cette référence avec le virement."
                ),
                reverse("payment_list"),
                f"recovery-{one.pk}",
            )
            for one in found
            for user in members.get(one.supplier_id, ())
        ],
        kind=NoticeKind.PAYMENT,
    )


def tell_recovery_cancelled(recovery: Recovery) -> None:
    """Tell that a transfer asked back was returned by the bank: nothing of it is to be paid back,
    and what was paid back already is owed to the supplier."""
    left = recovery.amount - recovery.recovered
    parts = ["La banque a retourné à l’ASP le virement que cet ordre demandait de rembourser."]
    if left:
        parts.append(f"Ne remboursez pas les {in_french(left)} qui restaient demandés.")
    if recovery.recovered:
        parts.append(
            f"L’ASP vous doit les {in_french(recovery.recovered)} déjà remboursés : un prochain "
            "virement vous les rendra."
        )
    tell_supplier(
        recovery.request,
        kind=NoticeKind.PAYMENT,
        what=f": l’ordre de recouvrement {recovery.number} est sans objet",
        why=spaced(" ".join(parts)),
        key=f"recovery-{recovery.pk}-returned",
    )


def tell_bulk(decision: BulkDecision, reason: str) -> None:
    """Tell each supplier, in one piece of news, of its requests that a decision on a filter
    changed; in a number of queries that does not depend on how many there are."""
    if decision.move not in _DECIDED:
        return
    lines = decision.lines.filter(outcome=BulkDecisionLine.Outcome.DONE).order_by("pk")
    by_supplier: dict[int, list[FundingRequest]] = {}
    heavy = ("request__payload", "request__pricing", "request__alerts")
    for line in lines.select_related("request").defer(*heavy):
        by_supplier.setdefault(line.request.supplier_id, []).append(line.request)
    members = _members(by_supplier)
    news = [
        News(user, *_said(requests, decision, reason), f"bulk-{decision.pk}")
        for supplier, requests in by_supplier.items()
        for user in members.get(supplier, ())
    ]
    notify_all(news, kind=NoticeKind.DECISION)
    tell_recoveries([one.pk for requests in by_supplier.values() for one in requests])


def _said(
    requests: Sequence[FundingRequest], decision: BulkDecision, reason: str
) -> tuple[str, str, str]:
    """The title, the text and the page of a decision on requests of one supplier."""
    first, word = requests[0], _DECIDED[decision.move]
    if len(requests) == 1:
        title = f"La demande {first.number} ({first.client_name}) est {word}"
        why = _why(first, decision.move, reason, decision.note)
        return title, why, reverse("request_detail", args=[first.number])
    listed = [f"– {one.number} ({one.client_name})" for one in requests[:_NAMED]]
    if (left := len(requests) - _NAMED) > 0:
        listed.append(f"– et {count(left, 'autre')}")
    if decision.move != "accept":
        listed.insert(0, _reasoned(reason, decision.note))
    text = "\n".join(listed)
    page = f"{reverse('request_list')}?etat={first.state}"
    return spaced(f"{count(len(requests), 'demande')} {word}s"), text, page


def _why(request: FundingRequest, move: str, reason: str, note: str) -> str:
    if move != "accept":
        return _reasoned(reason, note)
    if not request.amount_due:
        return "Rien n’est à verser."
    return spaced(f"Montant à verser : {in_french(request.amount_due)}.")


def _reasoned(reason: str, note: str) -> str:
    """The coded reason in words, then what the officer wrote."""
    return spaced(f"Motif : {reason}.\n{note}") if reason else note


def _members(suppliers: Iterable[int]) -> dict[int, list[User]]:
    """The people who act for these suppliers today. One query."""
    found: dict[int, list[User]] = {}
    rows = Membership.objects.in_force(clock.today()).filter(supplier__in=list(suppliers))
    for one in rows.select_related("user").order_by("pk"):
        found.setdefault(one.supplier_id, []).append(one.user)
    return found
