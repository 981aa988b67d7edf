"""Requests to join an organisation, and invitations: seen by officers, decided where nobody else
can."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import BooleanRadioFilter

from enrolment.actions.signup import decide_join
from enrolment.models import Invitation, JoinRequest
from segur_portal.common.admin.base import FactAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.filters import DayRangeFilter

ANSWERS = {"accept": ("Accepter", True), "refuse": ("Refuser", False)}


@admin.register(JoinRequest)
class JoinRequestAdmin(FactAdmin):
    """Who asked to act for which SIRET; the portal's administrators may decide."""

    list_display = ("user", "siret", "company_name", "role", "requested_at", "is_accepted")
    list_filter = (("requested_at", DayRangeFilter), ("is_accepted", BooleanRadioFilter))
    list_select_related = ("user",)
    search_fields = ("siret", "user__email")
    search_help_text = "SIRET ou adresse du demandeur"
    ordering = ("-requested_at", "-pk")
    fields = (
        ("user", "role"),
        ("siret", "company_name"),
        ("requested_at", "confirmed_at"),
        ("decided_at", "decided_by", "is_accepted"),
    )

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        return name in ANSWERS and request.user.is_superuser

    def deeds(self, request: HttpRequest, obj: JoinRequest) -> list[Deed]:
        is_waiting = obj.confirmed_at is not None and obj.decided_at is None
        if not (is_waiting and request.user.is_superuser):
            return []
        return [self._deed(request, obj, name) for name in ANSWERS]

    def _deed(self, request: HttpRequest, obj: JoinRequest, name: str) -> Deed:
        label, accept = ANSWERS[name]

        def run(data: dict[str, Any]) -> str:
            decide_join(obj, actor=request.user, accept=accept)  # type: ignore[arg-type]
            return "La réponse est enregistrée, la personne est prévenue."

        explanation = (
            "Les administrateurs de l’organisation décident d’ordinaire. S’il n’y en a plus, "
            "la personne acceptée le devient : vérifiez d’abord son identité."
        )
        return Deed(name, label, run, forms.Form, explanation, is_grave=not accept)


@admin.register(Invitation)
class InvitationAdmin(FactAdmin):
    """Who was invited by whom, and what became of it. The link itself is not shown."""

    list_display = ("email", "supplier", "role", "invited_by", "created_at", "accepted_at")
    list_filter = (("created_at", DayRangeFilter),)
    list_select_related = ("supplier", "invited_by")
    search_fields = ("email", "supplier__siret")
    search_help_text = "Adresse invitée ou SIRET"
    ordering = ("-created_at", "-pk")
    fields = (
        ("supplier", "email"),
        ("role", "is_administrator", "member_until"),
        ("invited_by", "created_at", "expires_at"),
        ("accepted_at", "accepted_by"),
        "cancelled_at",
    )
