"""Keys of the API: seen by officers, who can close one that has leaked when nobody else can."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from enrolment.actions.tokens import revoke_token
from enrolment.models import ApiToken
from segur_portal.common.admin.base import FactAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.filters import DayRangeFilter

REVOKE = "revoke"


@admin.register(ApiToken)
class ApiTokenAdmin(FactAdmin):
    """Which organisation holds which key, and its last call. The secret is kept nowhere."""

    list_display = (
        "name",
        "supplier",
        "role",
        "prefix",
        "expires_on",
        "last_used_at",
        "revoked_at",
    )
    list_filter = (("role", ChoicesDropdownFilter), ("last_used_at", DayRangeFilter))
    list_select_related = ("supplier",)
    detail_select_related = ("supplier", "created_by")
    search_fields = ("prefix", "name", "supplier__siret", "supplier__name")
    search_help_text = "Début de la clé, usage, SIRET ou nom du fournisseur"
    ordering = ("-created_at", "-pk")
    fields = (
        ("supplier", "name"),
        ("role", "prefix"),
        ("created_by", "created_at"),
        ("expires_on", "last_used_at"),
        "revoked_at",
    )

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        return name == REVOKE and bool(request.user.is_superuser)

    def deeds(self, request: HttpRequest, obj: ApiToken) -> list[Deed]:
        if obj.revoked_at is not None or not request.user.is_superuser:
            return []

        def run(data: dict[str, Any]) -> str:
            revoke_token(obj, actor=request.user)  # type: ignore[arg-type]
            return "La clé est révoquée : elle n’ouvre plus rien."

        explanation = (
            "Les administrateurs de l’organisation révoquent leurs clés d’ordinaire. Les logiciels "
            "qui emploient celle-ci seront refusés aussitôt, sans retour possible."
        )
        return [Deed(REVOKE, "Révoquer", run, forms.Form, explanation, is_grave=True)]
