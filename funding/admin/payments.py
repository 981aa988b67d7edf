"""Transfers: each settled by the bank's answer, or by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from enrolment.admin.scope import SchemeScopedMixin
from funding.actions.payees import clear_account
from funding.actions.payments import withdraw_payment
from funding.actions.settlement import settle
from funding.enums import PaymentReason
from funding.models import FundingRequest, Payment
from funding.remittance import Returned, reason_in_words
from funding.report.payments import owed_words
from funding.workflow import PAYMENT
from segur_portal.common.admin.base import FactAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.displays import money
from segur_portal.common.admin.history import history
from segur_portal.common.admin.moves import MovesMixin
from segur_portal.common.admin.panels import Panel, sentences, table, timeline
from segur_portal.common.enums import Role
from segur_portal.common.money import in_french
from segur_portal.common.workflow import ForbiddenMoveError, Move

PAYMENT_COLOURS = {
    "planned": "info",
    "sent": "primary",
    "paid": "success",
    "withdrawn": "danger",
    "rejected": "danger",
    "returned": "danger",
}
WORDS = {**dict(PaymentReason.choices), "clear_account": "Compte déclaré bon"}


@admin.register(Payment)
class PaymentAdmin(SchemeScopedMixin, MovesMixin, FactAdmin):
    """Transfers, each settled by the bank's answer or by hand."""

    scheme_path = "request__scheme"
    workflow = PAYMENT
    reasons = PaymentReason.choices
    list_display = (
        "end_to_end_id",
        "coloured_state",
        "run",
        "request",
        "supplier",
        money("amount", "montant"),
        "settled_on",
    )
    list_display_links = ("end_to_end_id",)
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("request__scheme", RelatedDropdownFilter),
        ("run", RelatedDropdownFilter),
    )
    list_select_related = ("run", "request", "supplier")
    list_defer = ("request__payload", "request__pricing", "request__alerts")
    detail_select_related = ("run", "request", "supplier", "account")
    search_fields = ("request__number", "supplier__name")
    search_help_text = "Numéro de dossier, fournisseur"
    ordering = ("-pk",)
    fields = (
        ("end_to_end_id", "state"),
        ("run", "request"),
        ("supplier", "masked_account"),
        (money("amount", "montant"), "settled_on"),
        ("is_refund",),
        ("bank_reason", "is_account_refused"),
    )

    def move_object(
        self, request: HttpRequest, obj: Payment, step: Move, role: str, data: dict[str, Any]
    ) -> None:
        if step.name == "withdraw":
            withdraw_payment(obj, actor=request.user, **data)  # type: ignore[arg-type]
            return
        text = data.get("note", "")
        answer = Returned(
            obj.end_to_end_id,
            step.name == "pay",
            text=text,
            blames_account=data.get("reason_code") == PaymentReason.ACCOUNT,
        )
        result = settle([answer], actor=request.user)  # type: ignore[arg-type]
        if result.problems:
            raise ForbiddenMoveError(" ".join(result.problems))
        for remark in result.remarks:
            self.message_user(request, remark, "WARNING")

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        if name == "clear_account":
            return Role.OFFICER in self.roles_of(request)
        return super().may_ever(request, name)

    def deeds(self, request: HttpRequest, obj: Payment) -> list[Deed]:
        """The moves of the table and, for the officer, answering for a refused account."""
        deeds = super().deeds(request, obj)
        if obj.is_account_refused and self.may_ever(request, "clear_account"):

            def run(data: dict[str, Any]) -> str:
                clear_account(obj, actor=request.user, note=data["note"])  # type: ignore[arg-type]
                return f"{obj.account.masked} : le compte peut être payé de nouveau."

            deeds.append(
                Deed(
                    "clear_account",
                    "Déclarer le compte bon",
                    run,
                    explanation="La banque a refusé ce compte, qui n’est plus payé. Dites comment "
                    "vous savez qu’il peut l’être de nouveau.",
                )
            )
        return deeds

    def panels(self, request: HttpRequest, obj: Payment) -> list[Panel]:
        return [timeline(obj, workflow=PAYMENT, words=WORDS), history(obj)]

    @display(description="état", ordering="state", label=PAYMENT_COLOURS)
    def coloured_state(self, obj: Payment) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description="motif de la banque")
    def bank_reason(self, obj: Payment) -> str:
        """The code in words."""
        return reason_in_words(obj.bank_code) or "–"

    @display(description="compte")
    def masked_account(self, obj: Payment) -> str:
        """The holder, and the account without its middle."""
        return f"{obj.account.holder}, {obj.account.masked}"


def nature(payment: Payment) -> str:
    """What a transfer pays."""
    return "Restitution" if payment.is_refund else "Paiement"


def link(page: str, pk: int, text: str) -> str:
    """A link to the page of an object of this app."""
    return format_html(
        '<a class="underline" href="{}">{}</a>', reverse(f"admin:{page}_change", args=(pk,)), text
    )


def transfers_of(request: FundingRequest) -> list[Panel]:
    """The transfers of a request, for its page."""
    rows = [
        (
            link("funding_payment", one.pk, one.end_to_end_id),
            link("funding_paymentrun", one.run_id, one.run.number),
            nature(one),
            in_french(one.amount),
            one.get_state_display(),
            f"{one.settled_on:%d/%m/%Y}" if one.settled_on else "",
        )
        for one in request.payments.select_related("run").order_by("pk")
    ]
    headers = ("Virement", "Lot", "Nature", "Montant", "État", "Réglé le")
    return [table("Paiements", headers, rows)] if rows else []


def owed_panels(request: FundingRequest) -> list[Panel]:
    """What is owed back of a cancelled request, and why."""
    owed = owed_words(request) if request.state == "cancelled" else ""
    return [sentences("À restituer au fournisseur", [owed])] if owed else []
