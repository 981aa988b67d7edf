"""Suppliers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from enrolment.actions.organisation import tell_contact_change
from enrolment.admin.identity import (
    INVITE,
    READ_REGISTER,
    announcement_panels,
    identity_panel,
    invite_deed,
    read_register_deed,
)
from enrolment.models import Enrolment, Membership, Solution, Supplier
from segur_portal.common import clock
from segur_portal.common.admin.base import PortalAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.history import history
from segur_portal.common.admin.panels import Panel, table
from segur_portal.common.french import day


@admin.register(Supplier)
class SupplierAdmin(PortalAdmin):
    """The industrial suppliers; the SIRET never changes once requests may name it."""

    list_display = ("name", "siret", "is_vat_subject", "holds_osu_today", "contact_email")
    list_filter = (("is_vat_subject", BooleanRadioFilter),)
    search_fields = ("siret", "name")
    search_help_text = "SIRET ou raison sociale"
    ordering = ("name", "pk")
    fields = (
        "siret",
        "name",
        "contact_email",
        "is_vat_subject",
        ("osu_granted_on", "osu_expires_on"),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """By SIRET or name."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=Supplier.objects.named(search_term).values("pk")), False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("siret",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Supplier, form: Any, change: bool) -> None:
        """A contact changed here is told as one that the organisation changes."""
        super().save_model(request, obj, form, change)
        if change and "contact_email" in form.changed_data:
            tell_contact_change(
                obj,
                former=form.initial.get("contact_email") or "",
                fresh=obj.contact_email,
                actor=request.user,  # type: ignore[arg-type]
            )

    def panels(self, request: HttpRequest, obj: Supplier) -> list[Panel]:
        return [
            identity_panel(obj),
            *announcement_panels(obj),
            _enrolments(obj),
            _solutions(obj),
            _members(obj),
            history(obj),
        ]

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        return name in (READ_REGISTER, INVITE) and self.has_change_permission(request)

    def deeds(self, request: HttpRequest, obj: Supplier) -> list[Deed]:
        if not self.has_change_permission(request, obj):
            return []
        found = [read_register_deed(obj)]
        if request.user.is_superuser:
            found.append(invite_deed(obj, request.user))
        return found

    @display(description="OSU", boolean=True)
    def holds_osu_today(self, obj: Supplier) -> bool:
        return obj.holds_osu(clock.today())


def _enrolments(supplier: Supplier) -> Panel:
    rows = (
        (one.scheme_id, one.get_state_display(), _day(one.final_validated_on))
        for one in Enrolment.objects.filter(supplier=supplier).order_by("scheme")
    )
    return table("Enrôlements", ("Dispositif", "État", "Définitif le"), rows)


def _solutions(supplier: Supplier) -> Panel:
    rows = (
        (str(one), one.scheme_id, one.reference_number or "–", _day(one.referenced_on))
        for one in Solution.objects.filter(editor=supplier).order_by("scheme", "name", "version")
    )
    return table("Solutions éditées", ("Solution", "Dispositif", "Numéro", "Référencée le"), rows)


def _members(supplier: Supplier) -> Panel:
    members = Membership.objects.filter(supplier=supplier).select_related("user")
    rows = (
        (str(one.user), one.user.email, _role(one), _day(one.expires_on))
        for one in members.order_by("user__email")
    )
    return table("Membres", ("Nom", "Adresse", "Rôle", "Jusqu’au"), rows)


def _role(member: Membership) -> str:
    words = [member.get_role_display()]
    if member.is_administrator:
        words.append("administrateur")
    if member.suspended_at:
        words.append("suspendu")
    return ", ".join(words)


def _day(value: Any) -> str:
    return day(value) if value else "–"
