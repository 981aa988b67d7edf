"""The supplier's dashboard: what needs its hand, the deadlines, what is open, where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from enrolment.actions.expiries import documents_ending as _documents
from enrolment.actions.expiries import places_to_renew
from enrolment.doors import SupplierRequest, supplier_required
from enrolment.models import (
    Amendment,
    BankDetails,
    Distribution,
    Enrolment,
    Membership,
    Supplier,
    SupportingDocument,
)
from funding.actions.payees import refused_transfer
from funding.models import Deposit, DepositLine, FundingRequest, Message
from funding.report import agenda, duties
from funding.report.incomplete import left_behind
from funding.report.pilots import pilots_of
from funding.report.progress import owner_of
from funding.report.totals import Totals, totals_of
from segur_portal.common import clock
from segur_portal.common.enums import SchemeCode
from segur_portal.common.models import JournalEntry, Scheme, Window

SHOWN_EACH = 5


@require_GET
@supplier_required
def dashboard(request: SupplierRequest) -> HttpResponse:
    """Everything of the supplier on one page, in a fixed number of queries."""
    supplier, now = request.supplier, clock.now()
    enrolments = _enrolments(supplier)
    windows = {(row.scheme_id, row.kind): row for row in Window.objects.all()}
    schemes = list(Scheme.objects.all())
    totals = totals_of(FundingRequest.objects.of(supplier).totals())
    pilots = pilots_of(supplier, enrolments.values())
    own = [scheme for scheme in schemes if scheme.pk in enrolments] or schemes
    others = [scheme for scheme in schemes if scheme not in own]
    shown = agenda.openings([*own, *others], enrolments, windows, now, pilots)
    context: dict[str, Any] = {
        "may_deposit": request.membership.may_deposit and any(one.may_deposit for one in shown),
        "may_simulate": request.membership.may_deposit and any(one.may_simulate for one in shown),
        "is_enrolling": bool(enrolments),
        "is_final": any(one.is_final for one in shown),
        "duties": duties.gravest_first(
            [
                *_request_duties(supplier, totals, windows),
                *_deposit_duties(supplier, windows),
                *_account_duties(supplier),
                *duties.enrolment_duties(enrolments.values()),
                *duties.change_duties(Amendment.objects.of(supplier).of_ours()),
                *duties.solution_duties(shown),
                *duties.sent_back_duties(SupportingDocument.objects.of(supplier).sent_back()),
                *_expiries(supplier, request.membership),
            ]
        ),
        "deadlines": agenda.next_deadlines(own, windows, now),
        "openings": shown,
        "rows": _last_deposits(supplier),
        "totals": totals,
    }
    return render(request, "funding/dashboard.html", context)


def _enrolments(supplier: Supplier) -> dict[str, Enrolment]:
    rows = Enrolment.objects.alive().filter(supplier=supplier)
    rows = rows.select_related("scheme", "supplier")
    rows = rows.prefetch_related("solutions")
    return {row.scheme_id: row for row in rows.order_by("scheme__order")}


def _request_duties(
    supplier: Supplier, totals: Totals, windows: agenda.Windows
) -> Iterator[duties.Duty]:
    requests = FundingRequest.objects.of(supplier)
    asked = list(
        requests.filter(state="correction_requested").order_by("state_since", "pk")[:SHOWN_EACH]
    )
    total = totals.in_state("correction_requested")
    yield from duties.correction_duties(asked, total, _officers_words(asked))
    awaiting = Message.objects.of(supplier).awaiting(from_officer=True).select_related("request")
    yield from duties.message_duties(list(awaiting.order_by("sent_at", "pk")[:SHOWN_EACH]))
    departed = requests.in_progress().filter(has_client_left_base=True).count()
    yield from duties.departure_duties(departed)
    yield from duties.hold_duties(totals.in_state("on_hold"), windows, SchemeCode.DB)


def _account_duties(supplier: Supplier) -> Iterator[duties.Duty]:
    if (refused := refused_transfer(supplier)) is not None:
        awaited = BankDetails.objects.of(supplier).under_way().order_by("-pk").first()
        yield from duties.account_duties(refused, awaited)


def _officers_words(requests: list[FundingRequest]) -> dict[str, str]:
    """The last public note that asked for a correction, by request."""
    entries = JournalEntry.objects.filter(
        subject=FundingRequest._meta.label,
        subject_id__in=[str(one.pk) for one in requests],
        verb="request_correction",
        is_public=True,
    )
    return {entry.subject_id: entry.note for entry in entries.order_by("at", "pk")}


def _deposit_duties(supplier: Supplier, windows: agenda.Windows) -> Iterator[duties.Duty]:
    incomplete = Deposit.objects.of(supplier).incomplete().order_by("received_at", "pk")
    yield from duties.incomplete_duties(left_behind(incomplete[:SHOWN_EACH]))
    refused = Deposit.objects.of(supplier).refused_unanswered().order_by("-pk")
    yield from duties.refusal_duties(refused[:SHOWN_EACH])
    lines = DepositLine.objects.of(supplier).to_correct().by_deposit()
    yield from duties.ko_duties(list(lines), windows)


def _last_deposits(supplier: Supplier) -> list[tuple[Deposit, str]]:
    """The latest deposits, each with who must act on it."""
    latest = Deposit.objects.of(supplier).with_left_to_correct().incomplete_first()
    latest = latest.select_related("scheme", "deposited_by")[:SHOWN_EACH]
    return [(deposit, owner_of(deposit, left=deposit.left_to_correct)) for deposit in latest]


def _expiries(supplier: Supplier, membership: Membership) -> Iterator[duties.Duty]:
    mandates = Distribution.objects.filter(distributor=supplier).select_related("solution")
    ordered = mandates.order_by("mandate_ends_on", "pk")
    today = clock.today()
    places = places_to_renew(supplier)
    yield from duties.expiry_duties(supplier, membership, ordered, places, today)
    yield from duties.document_duties(_documents(today + duties.WARNED, supplier), today)
