"""Named questions on deposits and requests; supplier doors start from `of(supplier)`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Func,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, NullIf

from funding.enums import Outcome, Verdict
from funding.workflow import GRANTED, IN_PROGRESS, PAYMENT, REQUEST, YOU
from segur_portal.common.enums import Kind, SchemeCode
from segur_portal.common.money import ZERO

from .desk import DeskQuerySet

if TYPE_CHECKING:
    from enrolment.models import Supplier
    from funding.models import Deposit


class DepositQuerySet(models.QuerySet[Any]):
    """Deposits."""

    def of(self, supplier: Supplier) -> DepositQuerySet:
        """The deposits of this supplier."""
        return self.filter(supplier=supplier)

    def waiting(self) -> DepositQuerySet:
        """Deposits that no worker has finished."""
        return self.filter(state__in=["received", "running"])

    def incomplete(self) -> DepositQuerySet:
        """Deposits that lack pieces: they are not deposited."""
        return self.filter(state="incomplete")

    def incomplete_first(self) -> DepositQuerySet:
        """What is not deposited yet before all, then the latest."""
        return self.order_by(
            Case(When(state="incomplete", then=0), default=1), "-received_at", "-pk"
        )

    def forgotten(self, before: datetime) -> DepositQuerySet:
        """Waiting deposits without a sign of life since `before`."""
        return self.waiting().filter(Q(heartbeat_at__lt=before) | Q(heartbeat_at__isnull=True))

    def ahead_of(self, deposit: Deposit) -> DepositQuerySet:
        """Waiting deposits received before this one, whoever made them."""
        return self.waiting().filter(
            Q(received_at__lt=deposit.received_at)
            | Q(received_at=deposit.received_at, pk__lt=deposit.pk)
        )

    def matching(self, text: str) -> DepositQuerySet:
        """Deposits of this public number (`DEP-0000012`) or whose file name holds the text."""
        digits = text.upper().removeprefix("DEP-")
        is_number = text.upper().startswith("DEP-") and digits.isdecimal() and len(digits) < 16
        named = Q(pk=int(digits)) if is_number else Q()
        return self.filter(named | Q(file_name__icontains=text))

    def with_left_to_correct(self) -> DepositQuerySet:
        """Deposits with `left_to_correct`: how many KO requests were not deposited again."""
        lines = self.model._meta.get_field("lines").related_model._default_manager
        left = lines.to_correct().filter(deposit=OuterRef("pk")).order_by().values("deposit")
        counted = Subquery(left.annotate(n=Count("pk")).values("n"))
        return self.annotate(left_to_correct=Coalesce(counted, 0))  # type: ignore[no-any-return]

    def refused_unanswered(self) -> DepositQuerySet:
        """Refused files after which nothing was treated, for their scheme if it could be read."""
        treated = self.model._default_manager.filter(
            supplier=OuterRef("supplier"), pk__gt=OuterRef("pk"), state="done"
        )
        same_scheme = treated.filter(scheme=OuterRef("scheme"))
        return self.filter(state="refused").exclude(
            Q(scheme=None) & Exists(treated) | Q(scheme__isnull=False) & Exists(same_scheme)
        )


class DepositLineQuerySet(models.QuerySet[Any]):
    """Lines of deposits."""

    def of(self, supplier: Supplier) -> DepositLineQuerySet:
        """The lines of this supplier's deposits."""
        return self.filter(deposit__supplier=supplier)

    def in_report_order(self) -> DepositLineQuerySet:
        """What is to be corrected first, then alerts, then the others; by rank in the file."""
        return self.order_by(
            Case(When(outcome=Outcome.KO, then=0), When(alert_count__gt=0, then=1), default=2),
            "index",
        )

    def with_verdict(self, verdict: str) -> DepositLineQuerySet:
        """Lines of this verdict, as people read it."""
        integrated = Q(outcome=Outcome.INTEGRATED)
        conditions = {
            Verdict.KO.value: Q(outcome=Outcome.KO),
            Verdict.ANSWERED.value: Q(outcome=Outcome.ANSWERED),
            Verdict.ALREADY.value: Q(outcome=Outcome.ALREADY),
            Verdict.ALERT.value: integrated & Q(alert_count__gt=0),
            Verdict.OK.value: integrated & Q(alert_count=0),
        }
        return self.filter(conditions[verdict])

    def with_code(self, code: str) -> DepositLineQuerySet:
        """Lines with a finding of this code."""
        return self.filter(findings__contains=[{"code": code}])

    def code_counts(self) -> list[tuple[str, int]]:
        """Every code among the findings, with the number of lines that have it, in code order."""
        codes = self.order_by().annotate(code=_FindingCodes(F("findings")))
        rows = codes.values("code").annotate(lines=Count("pk", distinct=True)).order_by("code")
        return [(row["code"], row["lines"]) for row in rows]

    def naming(self, forms: Sequence[str]) -> DepositLineQuerySet:
        """Lines whose reference or identifiers are one of these."""
        return self.filter(Q(identifiers__overlap=list(forms)) | Q(reference__in=list(forms)))

    def to_correct(self) -> DepositLineQuerySet:
        """KO lines that nothing followed: the same reference was not deposited again since."""
        later = self.model._default_manager.filter(
            deposit__supplier=OuterRef("deposit__supplier"),
            deposit__scheme=OuterRef("deposit__scheme"),
            deposit__kind=OuterRef("deposit__kind"),
            reference=OuterRef("reference"),
            pk__gt=OuterRef("pk"),
        )
        return self.filter(~Exists(later), outcome=Outcome.KO).exclude(reference="")

    def unnamed_ko(self) -> DepositLineQuerySet:
        """KO lines without a reference: nothing can tell whether they were deposited again."""
        return self.filter(outcome=Outcome.KO, reference="")

    def by_deposit(self) -> models.QuerySet[Any, dict[str, Any]]:
        """The deposits of these lines, the latest first, with the number of lines of each."""
        columns = ("deposit", "deposit__key", "deposit__scheme", "deposit__kind")
        counted = self.order_by().values(*columns).annotate(lines=Count("pk"))
        return counted.order_by("-deposit")  # type: ignore[no-any-return]


class _FindingCodes(Func):
    """The code of each finding of a line: one row each."""

    function = "jsonb_path_query"
    template = "(%(function)s(%(expressions)s, '$[*].code') #>> '{}')"
    output_field = TextField()
    set_returning = True


class FundingRequestQuerySet(DeskQuerySet):
    """Funding requests."""

    def of(self, supplier: Supplier) -> FundingRequestQuerySet:
        """The requests of this supplier."""
        return self.filter(supplier=supplier)

    def live(self) -> FundingRequestQuerySet:
        """Requests that still hold what they claimed."""
        return self.filter(state__in=REQUEST.live())

    def in_progress(self) -> FundingRequestQuerySet:
        """Requests not decided yet."""
        return self.filter(state__in=IN_PROGRESS)

    def provable(self) -> FundingRequestQuerySet:
        """Accepted advances: their client may sign a pilot report (PIL-001)."""
        return self.filter(kind=Kind.ADVANCE, state__in=GRANTED)

    def granted_without_ris(self) -> FundingRequestQuerySet:
        """Accepted or paid DRIMbox advances of which a client has no RIS request accepted now."""
        clients = self.model._meta.get_field("order").related_model._meta.get_field("clients")
        accepted = self.model._default_manager.filter(
            scheme=SchemeCode.RIS,
            kind=Kind.ADVANCE,
            state__in=GRANTED,
            order__clients__siren=OuterRef("siren"),
        )
        lacking = clients.related_model._default_manager.filter(
            ~Exists(accepted), order=OuterRef("order")
        ).exclude(siren="")
        return self.filter(
            Exists(lacking), scheme=SchemeCode.DB, kind=Kind.ADVANCE, state__in=GRANTED
        )

    def without_balance(self) -> FundingRequestQuerySet:
        """Advances that no live balance answers."""
        return self.with_balance().filter(has_balance=False)

    def with_claimed(self) -> FundingRequestQuerySet:
        """Advances with `claimed`: what recovery orders take back of them, as the excess of their
        balances. Such a balance is due nothing; its order stands when it is cancelled."""
        balances = self.model._default_manager.filter(advance=OuterRef("pk"), amount_due=0)
        sums = balances.order_by().values("advance").annotate(total=Sum("recovery__amount"))
        return self.annotate(claimed=Coalesce(Subquery(sums.values("total")), ZERO))  # type: ignore[no-any-return]

    def owed_back(self) -> FundingRequestQuerySet:
        """Cancelled requests with `owed`: what their supplier paid back of a transfer that the bank
        returned, as the ledger says, and that no transfer is giving back yet.
        """
        payments = self.model._meta.get_field("payments").related_model._default_manager
        entries = self.model._meta.get_field("ledger").related_model._default_manager
        transfers = payments.filter(request=OuterRef("pk"))
        owed = entries.filter(request=OuterRef("pk")).still_to_pay("request")
        cancelled = self.filter(Exists(transfers.filter(state="returned")), state="cancelled")
        cancelled = cancelled.filter(~Exists(transfers.filter(state__in=PAYMENT.live())))
        return cancelled.annotate(owed=Subquery(owed)).filter(owed__gt=0)  # type: ignore[no-any-return]

    def with_client_key(self) -> FundingRequestQuerySet:
        """Requests with `client_key`: the SIREN of their first client, otherwise its RPPS."""
        clients = self.model._meta.get_field("order").related_model._meta.get_field("clients")
        first = clients.related_model._default_manager.filter(order=OuterRef("order"))
        keys = first.order_by("position").annotate(
            key=Coalesce(NullIf(F("siren"), Value("")), Min("lines__rpps"))
        )
        return self.annotate(client_key=Subquery(keys.values("key")[:1]))  # type: ignore[no-any-return]

    def exclude_served(self, served: models.QuerySet[Any]) -> FundingRequestQuerySet:
        """Requests for which this correlated question finds nothing."""
        return self.filter(~Exists(served))

    def awaiting_supplier(self) -> FundingRequestQuerySet:
        """Requests that nothing moves until the supplier acts."""
        return self.filter(state__in=_YOURS)

    def hand_first(self) -> FundingRequestQuerySet:
        """What awaits the supplier first, an answer to an officer before all, then the latest."""
        urgency = Case(
            When(state="correction_requested", then=0), When(state__in=_YOURS, then=1), default=2
        )
        return self.order_by(urgency, "-received_at", "-pk")

    def totals(self) -> models.QuerySet[Any, dict[str, Any]]:
        """Number and amount to be paid by kind and state, and how many on sample values."""
        figures = {
            "requests": Count("pk"),
            "amount": Sum("amount_due"),
            "on_samples": Count("pk", filter=Q(price_scale__is_official=False)),
        }
        counted = self.order_by().values("kind", "state").annotate(**figures)
        return counted.order_by("kind", "state")  # type: ignore[no-any-return]

    def matching(self, text: str, forms: Sequence[str]) -> FundingRequestQuerySet:
        """Requests of this number, reference, client, order number, or that name an identifier
        written in one of these forms."""
        return self.filter(
            Q(number__iexact=text)
            | Q(reference__icontains=text)
            | Q(client_name__icontains=text)
            | Q(order__number__iexact=text)
            | Q(pk__in=self._named_by(forms))
        )

    def _named_by(self, forms: Sequence[str]) -> models.QuerySet[Any]:
        """Primary keys of the requests whose deposited lines name one of these."""
        lines = self.model._meta.get_field("lines").related_model._default_manager
        named = lines.filter(identifiers__overlap=list(forms), request__isnull=False)
        requests: models.QuerySet[Any] = named.values("request")
        return requests

    def with_balance(self) -> FundingRequestQuerySet:
        """Requests with `has_balance`: whether a live balance answers them."""
        balances = self.model._default_manager.filter(
            advance=OuterRef("pk"), state__in=REQUEST.live()
        )
        annotated: FundingRequestQuerySet = self.annotate(has_balance=Exists(balances))
        return annotated


_YOURS = [state.name for state in REQUEST.states.values() if state.owner == YOU]
