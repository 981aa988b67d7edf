"""What can be paid, is paid and is expected, for officers and for suppliers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum

from enrolment.models import Supplier
from funding.actions.payees import Refusal, payees
from funding.actions.statements import LOWERING
from funding.models import FundingRequest, LedgerEntry, Payment, Recovery
from segur_portal.common.french import instant, listed
from segur_portal.common.models import IssuedDocument, Scheme
from segur_portal.common.money import in_french, plain_amount

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
    """The accepted requests of a supplier on a scheme, or (`is_refund`) what is owed back of its
    cancelled ones; `obstacle` says why they must wait."""

    scheme: str
    supplier: str
    count: int
    total: Decimal
    obstacle: str = ""
    is_refund: bool = False


def to_be_paid(schemes: Sequence[Scheme]) -> list[ToPay]:
    """Accepted requests with something to pay, and what is owed back, by scheme and supplier, in
    six queries."""
    accepted = FundingRequest.objects.filter(state="accepted", amount_due__gt=0, scheme__in=schemes)
    owed = FundingRequest.objects.owed_back().in_schemes(schemes)
    groups = [(one, True) for one in _grouped(owed, "owed")]
    groups += [(one, False) for one in _grouped(accepted, "amount_due")]
    accounts = payees({group["supplier"] for group, _ in groups})
    return [
        ToPay(
            group["short"],
            group["name"],
            group["count"],
            group["total"],
            _obstacle(accounts[group["supplier"]]),
            is_refund,
        )
        for group, is_refund in groups
    ]


def _grouped(rows: Any, amount: str) -> list[dict[str, Any]]:
    groups = rows.order_by().values(
        "supplier", name=F("supplier__name"), short=F("scheme__short_name")
    )
    counted = groups.annotate(count=Count("pk"), total=Sum(amount))
    return list(counted.order_by("short", "name"))


def owed_words(request: FundingRequest) -> str:
    """Why an amount is owed back of a cancelled request, in French; empty when nothing is.

    Three queries.
    """
    owed = FundingRequest.objects.owed_back().filter(pk=request.pk)
    amount = owed.values_list("owed", flat=True).first()
    if amount is None:
        return ""
    of_excess = Q(request__advance=request.pk, request__amount_due=0)
    orders = Recovery.objects.filter(Q(request=request.pk) | of_excess, recovered__gt=0)
    paid_back = listed(f"{one} ({in_french(one.recovered)})" for one in orders.order_by("pk"))
    returned = request.payments.filter(state="returned", is_refund=False).order_by("-pk").first()
    return (
        f"{in_french(amount)} : le fournisseur a remboursé {paid_back}, et la banque a retourné "
        f"{returned} à l’ASP. La demande est annulée : il ne tient plus rien de ce virement, ce "
        "qu’il a remboursé lui est dû. Le prochain lot de paiement du dispositif le lui rend."
    )


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
        "owed_back": FundingRequest.objects.of(supplier).owed_back().order_by("state_since", "pk"),
        "giving_back": Payment.objects.giving_back(supplier)
        .select_related("request")
        .order_by("pk"),
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
        "Restitution" if one.is_refund else one.request.get_kind_display(),
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
