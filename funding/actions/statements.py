"""Papers on money: the monthly statement of each supplier, the slip of each payment run."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse

from enrolment.enums import DEPOSITING_ROLES
from enrolment.models import Membership, Supplier
from funding.enums import LedgerKind
from funding.models import LedgerEntry, Payment, PaymentRun
from segur_portal.common import clock
from segur_portal.common.clock import PARIS, paris_instant
from segur_portal.common.french import day
from segur_portal.common.issuing import issue_document
from segur_portal.common.models import IssuedDocument, NoticeKind
from segur_portal.common.notices import notify

_MIDNIGHT = time(0)
LOWERING = frozenset(
    {
        LedgerKind.DUE_CANCELLED,
        LedgerKind.RETURNED,
        LedgerKind.RECOVERY_CANCELLED,
        LedgerKind.RECOVERED,
    }
)


def issue_statements(month: date | None = None) -> int:
    """The statement of each supplier whose ledger has entries of that month (the last one over,
    by default). Issued once each; returns how many are new."""
    first = (month or clock.today().replace(day=1) - timedelta(days=1)).replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    start, end = paris_instant(first, _MIDNIGHT), paris_instant(following, _MIDNIGHT)
    if end > clock.now():
        return 0
    entries = LedgerEntry.objects.filter(at__gte=start, at__lt=end)
    suppliers = Supplier.objects.filter(pk__in=entries.values("supplier")).order_by("pk")
    return sum(_issue_statement(one, first, start, end) for one in suppliers)


def _issue_statement(supplier: Supplier, first: date, start: datetime, end: datetime) -> bool:
    subject = (Supplier._meta.label, f"{supplier.pk}-{first:%Y-%m}")
    kind = IssuedDocument.Kind.PAYMENT_STATEMENT
    if IssuedDocument.objects.filter(kind=kind, subject=subject[0], subject_id=subject[1]).exists():
        return False
    own = LedgerEntry.objects.of(supplier)
    document = issue_document(
        kind=kind,
        subject=subject,
        recipient=supplier,
        data={
            "supplier": {"name": supplier.name, "siret": supplier.siret},
            "first": day(first),
            "last": day((end - timedelta(hours=1)).astimezone(PARIS).date()),
            "before": _amounts(own.filter(at__lt=start).balance()),
            "after": _amounts(own.filter(at__lt=end).balance()),
            "entries": [_entry(one) for one in _of_month(own, start, end)],
        },
    )
    members = Membership.objects.in_force(clock.today()).filter(
        supplier=supplier, role__in=DEPOSITING_ROLES
    )
    notify(
        users=[member.user for member in members.select_related("user")],
        kind=NoticeKind.PAYMENT,
        title=f"Votre relevé de paiement du {day(first)} est disponible",
        url=reverse("payment_list"),
        key=f"statement-{document.pk}",
    )
    return True


def _of_month(own: Any, start: datetime, end: datetime) -> Any:
    rows = own.filter(at__gte=start, at__lt=end).order_by("at", "pk")
    return rows.select_related("request", "payment").defer(
        "request__payload", "request__pricing", "request__alerts"
    )


def _entry(one: LedgerEntry) -> dict[str, str]:
    return {
        "on": day(one.at.astimezone(PARIS).date()),
        "kind": one.get_kind_display(),
        "request": one.request.number,
        "reference": one.request.reference,
        "payment": one.payment.end_to_end_id if one.payment else "",
        "amount": f"{-one.amount if one.kind in LOWERING else one.amount}",
    }


def _amounts(balance: dict[str, Decimal]) -> dict[str, str]:
    return {name: f"{amount}" for name, amount in balance.items()}


def issue_slip(run: PaymentRun) -> IssuedDocument:
    """The slip of an approved run, for the accounting officer: totals, files, who signed."""
    payments = Payment.objects.filter(run=run)
    assert run.transfer_file is not None
    assert run.slip_file is not None
    return issue_document(
        kind=IssuedDocument.Kind.PAYMENT_SLIP,
        subject=run,
        data={
            "run": {
                "number": run.number,
                "execution_on": day(run.execution_on),
                "transfer_count": run.transfer_count,
                "total": f"{run.total}",
                "prepared_by": str(run.prepared_by),
                "approved_by": str(run.approved_by),
                "prepared_on": day(run.prepared_at.astimezone(PARIS).date()),
            },
            "schemes": [
                {"name": row["scheme"], "count": row["count"], "total": f"{row['total']}"}
                for row in payments.by_scheme()
            ],
            "suppliers": [
                {"name": row["name"], "count": row["count"], "total": f"{row['total']}"}
                for row in payments.by_supplier()
            ],
            "files": [
                {"name": one.name, "sha256": one.sha256}
                for one in (run.transfer_file, run.slip_file)
            ],
        },
    )
