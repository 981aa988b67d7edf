"""What the search box of a list finds: every identifier, through an index, never by scanning.

One subquery for each kind of identifier that the typed text may be, put together by UNION: the
database reads a handful of index entries, whatever the size of the list.
"""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q, QuerySet

from enrolment.models import Supplier
from funding.models import Deposit, DepositLine, FundingRequest
from orders.admin.search import order_ids

_DEPOSIT = re.compile(r"DEP-0*(\d{1,15})$", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s.\u00a0\u202f-]")
HELP = "Dossier, dépôt (DEP-…), référence, commande, SIREN, FINESS, RPPS, AM, fournisseur"


def forms_of(term: str) -> list[str]:
    """The text as typed, and without the blanks, dots and dashes people put in identifiers."""
    typed = term.strip()
    return list(dict.fromkeys([typed, _SEPARATORS.sub("", typed), typed.upper()]))


def deposit_id(term: str) -> int | None:
    """The key behind a deposit's public number (`DEP-0000012`)."""
    found = _DEPOSIT.match(term.strip())
    return int(found.group(1)) if found else None


def requests_named(rows: QuerySet[Any], term: str) -> QuerySet[Any]:
    """Requests that the text names: their number, an identifier, their supplier or deposit."""
    if (deposit := deposit_id(term)) is not None:
        return rows.filter(deposit=deposit)
    forms = forms_of(term)
    requests, lines = FundingRequest.objects.order_by(), DepositLine.objects.order_by()
    named = requests.filter(number__startswith=term.strip().upper()).values("pk")
    return rows.filter(
        pk__in=named.union(
            lines.filter(identifiers__overlap=forms, request__isnull=False).values("request"),
            requests.filter(order__in=order_ids(forms)).values("pk"),
            requests.filter(supplier__in=_suppliers(term)).values("pk"),
        )
    )


def deposits_named(rows: QuerySet[Any], term: str) -> QuerySet[Any]:
    """Deposits of this number, file name or supplier, or with a line that the text names."""
    if (deposit := deposit_id(term)) is not None:
        return rows.filter(pk=deposit)
    deposits = Deposit.objects.order_by()
    lines = DepositLine.objects.order_by().filter(identifiers__overlap=forms_of(term))
    requests = FundingRequest.objects.order_by().filter(number__startswith=term.strip().upper())
    return rows.filter(
        pk__in=deposits.filter(file_name=term.strip())
        .values("pk")
        .union(
            lines.values("deposit"),
            requests.values("deposit"),
            deposits.filter(supplier__in=_suppliers(term)).values("pk"),
        )
    )


def lines_named(rows: QuerySet[Any], term: str) -> QuerySet[Any]:
    """Lines that name an identifier, or of a request, deposit or supplier."""
    if (deposit := deposit_id(term)) is not None:
        return rows.filter(deposit=deposit)
    lines, number = DepositLine.objects.order_by(), term.strip().upper()
    return rows.filter(
        Q(
            pk__in=lines.filter(identifiers__overlap=forms_of(term))
            .values("pk")
            .union(
                lines.filter(
                    request__in=FundingRequest.objects.filter(number__startswith=number)
                ).values("pk"),
                lines.filter(
                    deposit__in=Deposit.objects.filter(supplier__in=_suppliers(term))
                ).values("pk"),
            )
        )
    )


def _suppliers(term: str) -> QuerySet[Any]:
    return Supplier.objects.named(term).order_by().values("pk")
