"""What can be paid, is paid and is expected, for officers and for suppliers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Sum

from enrolment.models import Supplier
from funding.actions.payees import Refusal, payees
from funding.actions.statements import LOWERING
from funding.models import FundingRequest, LedgerEntry, Payment, Recovery
from segur_portal.common.french import instant
from segur_portal.common.models import IssuedDocument, Scheme
from segur_portal.common.money import plain_amount

from .sheet import sheet

# A year of statements on the page.
SHOWN_STATEMENTS = 12
_LEDGER_HEADERS = (
    "Date",
    "Nature",
    "Montant",
    "Dossier",
    "Référence",
    "Dispositif",
    "Bon de commande",
    "Virement",
)

_TRANSFER_HEADERS = (
    "Virement",
    "Dossier",
    "Référence",
    "Dispositif",
    "Nature",
    "Client",
    "SIRET",
    "Fournisseur",
    "Titulaire du compte",
    "Compte",
    "Montant",
    "État",
)


@dataclass(frozen=True, slots=True)
class ToPay:
    """The accepted requests of a supplier on a scheme; `obstacle` says why they must wait."""

    scheme: str
    supplier: str
    count: int
    total: Decimal
    obstacle: str = ""


def to_be_paid(schemes: Sequence[Scheme]) -> list[ToPay]:
    """Accepted requests with something to pay, by scheme and supplier, in five queries."""
    groups = list(
        FundingRequest.objects.filter(state="accepted", amount_due__gt=0, scheme__in=schemes)
        .order_by()
        .values("supplier", name=F("supplier__name"), short=F("scheme__short_name"))
        .annotate(count=Count("pk"), total=Sum("amount_due"))
        .order_by("short", "name")
    )
    accounts = payees({group["supplier"] for group in groups})
    return [
        ToPay(
            group["short"],
            group["name"],
            group["count"],
            group["total"],
            _obstacle(accounts[group["supplier"]]),
        )
        for group in groups
    ]


def _obstacle(account: object) -> str:
    return account.reason if isinstance(account, Refusal) else ""


def supplier_accounts(supplier: Supplier) -> dict[str, Any]:
    """What a supplier reads of its money: totals, expected, transfers, recovery orders."""
    expected = FundingRequest.objects.of(supplier).filter(
        state__in=["accepted", "to_pay"], amount_due__gt=0
    )
    return {
        "balance": LedgerEntry.objects.of(supplier).balance(),
        "expected": expected.select_related("scheme").order_by("state_since", "pk"),
        "payments": Payment.objects.of(supplier).select_related("request__scheme").order_by("-pk"),
        "statements": IssuedDocument.objects.addressed_to(supplier.siret)
        .filter(kind=IssuedDocument.Kind.PAYMENT_STATEMENT)
        .select_related("file")
        .order_by("-subject_id")[:SHOWN_STATEMENTS],
        "recoveries": Recovery.objects.filter(supplier=supplier)
        .select_related("request")
        .order_by("state", "due_on"),
    }


def ledger_sheet(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """The ledger as CSV: one line per entry, what lowers the account being negative."""
    return sheet(_LEDGER_HEADERS, map(_ledger_row, entries))


def accounting_sheet(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """The ledger of every supplier as CSV, for the accounting officer."""
    headers = ("SIRET", "Fournisseur", *_LEDGER_HEADERS)
    rows = ([one.supplier.siret, one.supplier.name, *_ledger_row(one)] for one in entries)
    return sheet(headers, rows)


def transfer_sheet(payments: Iterable[Payment]) -> Iterator[str]:
    """The transfers of a run as CSV, for whoever checks it before approving it: accounts masked."""
    return sheet(_TRANSFER_HEADERS, map(_transfer_row, payments))


def _transfer_row(one: Payment) -> list[Any]:
    return [
        one.end_to_end_id,
        one.request.number,
        one.request.reference,
        one.request.scheme.short_name,
        one.request.get_kind_display(),
        one.request.client_name,
        one.supplier.siret,
        one.supplier.name,
        one.account.holder,
        one.account.masked,
        plain_amount(one.amount),
        one.get_state_display(),
    ]


def _ledger_row(entry: LedgerEntry) -> list[Any]:
    signed = -entry.amount if entry.kind in LOWERING else entry.amount
    return [
        instant(entry.at),
        entry.get_kind_display(),
        plain_amount(signed),
        entry.request.number,
        entry.request.reference,
        entry.request.scheme.short_name,
        entry.order.number,
        entry.payment.end_to_end_id if entry.payment else "",
    ]
