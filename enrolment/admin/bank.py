"""Bank details: compared with the document, accepted, changed by two persons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from enrolment.actions import decide_bank_details, reveal_iban, same_iban_elsewhere
from enrolment.actions.bank import may_be_stopped
from enrolment.enums import UserKind
from enrolment.models import BankDetails
from enrolment.report.bank import statement_lines
from enrolment.workflow import BANK
from segur_portal.common.admin.base import FactAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.history import history
from segur_portal.common.admin.moves import MovesMixin
from segur_portal.common.admin.panels import Panel, sentences, timeline
from segur_portal.common.models import Reason
from segur_portal.common.workflow import Move

COLOURS = {
    "proposed": "warning",
    "approved": "info",
    "accepted": "success",
    "to_correct": "danger",
    "withdrawn": None,
}


@admin.register(BankDetails)
class BankDetailsAdmin(MovesMixin, FactAdmin):
    """The bank details of suppliers; the IBAN is masked, and reading it is recorded."""

    workflow = BANK
    list_display = ("supplier", "shown_iban", "bic", "holder", "coloured_state", "effective_on")
    list_filter = (("state", ChoicesDropdownFilter),)
    list_select_related = ("supplier",)
    search_fields = ("supplier__name", "supplier__siret", "iban_end")
    search_help_text = "SIRET ou raison sociale, quatre derniers caractères de l’IBAN"
    grave_moves = frozenset({"stop"})
    ordering = ("-typed_at", "-pk")
    fields = (
        "supplier",
        ("shown_iban", "bic", "holder"),
        ("state", "effective_on", "replaces"),
        ("typed_by", "typed_at"),
        ("approved_by", "confirmed_by"),
        ("reason", "message"),
    )
    readonly_fields = ("shown_iban",)
    explanations = {
        "approve": "Ces coordonnées en remplacent d’autres : un second agent devra confirmer.",
        "confirm": "Le changement prendra effet après le délai de sécurité ; l’ancien contact est "
        "prévenu.",
        "stop": "Le changement n’a pas encore pris effet : un seul agent l’arrête. Les coordonnées "
        "en vigueur restent les mêmes ; l’organisation et son contact sont prévenus.",
    }

    @property
    def reasons(self) -> list[tuple[str, str]]:  # type: ignore[override]
        """The coded reasons, which are data."""
        rows = Reason.objects.filter(subject="bank", is_active=True)
        return list(rows.order_by("order", "pk").values_list("code", "label"))

    def deeds(self, request: HttpRequest, obj: Any) -> list[Deed]:
        """First bank details are accepted, a change is approved then confirmed by another."""
        useless = {"approve"} if obj.replaces_id is None else {"accept"}
        if not may_be_stopped(obj):
            useless.add("stop")
        own = [deed for deed in super().deeds(request, obj) if deed.name not in useless]
        return [*own, self._reveal(request, obj)] if self._may_read(request) else own

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        return self._may_read(request) if name == "reveal" else super().may_ever(request, name)

    def move_object(
        self, request: HttpRequest, obj: BankDetails, step: Move, role: str, data: dict[str, Any]
    ) -> None:
        code = data.get("reason_code", "")
        reason = Reason.objects.filter(subject="bank", code=code).first() if code else None
        decide_bank_details(
            obj,
            step.name,
            actor=request.user,  # type: ignore[arg-type]
            reason=reason,
            message=data.get("note", ""),
        )

    def panels(self, request: HttpRequest, obj: BankDetails) -> list[Panel]:
        words = dict(Reason.objects.filter(subject="bank").values_list("code", "label"))
        verbs = {"type": "Saisie", "reveal": "IBAN lu en clair"}
        return [
            sentences("Contrôles", _checks(obj)),
            timeline(obj, workflow=BANK, words={**words, **verbs}),
            history(obj),
        ]

    def _may_read(self, request: HttpRequest) -> bool:
        return getattr(request.user, "kind", "") in (UserKind.OFFICER, UserKind.ACCOUNTANT)

    def _reveal(self, request: HttpRequest, obj: BankDetails) -> Deed:
        def run(data: dict[str, Any]) -> str:
            iban = reveal_iban(obj, actor=request.user)  # type: ignore[arg-type]
            return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))

        text = "Pour le comparer au RIB. La lecture est inscrite au journal."
        return Deed("reveal", "Lire l’IBAN en clair", run, explanation=text)

    @display(description="IBAN")
    def shown_iban(self, obj: BankDetails) -> str:
        return obj.masked

    @display(description="état", ordering="state", label=COLOURS)
    def coloured_state(self, obj: BankDetails) -> tuple[str, str]:
        return obj.state, obj.get_state_display()


def _checks(details: BankDetails) -> Iterator[str]:
    """What the portal compared for the officer."""
    yield from statement_lines(details)
    if others := same_iban_elsewhere(details):
        names = ", ".join(str(one) for one in others)
        yield f"Ce même IBAN a été donné par : {names}."
    name, holder = details.supplier.name.casefold(), details.holder.casefold()
    if name not in holder and holder not in name:
        yield f"Le titulaire « {details.holder} » n’est pas « {details.supplier.name} »."
