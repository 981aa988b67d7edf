"""Accounts and what they may do: for the portal's administrators."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from enrolment.actions import (
    PROGRAMME_GROUP,
    place_in_group,
    remove_second_factor,
    save_account,
)
from enrolment.models import Membership, OfficerAssignment, User
from segur_portal.common.admin.base import PortalAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.history import history
from segur_portal.common.admin.panels import Panel, timeline

SEND_LINK = "send-password-link"
REMOVE_FACTOR = "remove-second-factor"


class MembershipInline(TabularInline):
    """The suppliers a user acts for."""

    model = Membership
    fields = ("supplier", "role", "is_administrator", "expires_on")
    autocomplete_fields = ("supplier",)
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("supplier", "user")


class AssignmentInline(TabularInline):
    """The schemes an officer instructs."""

    model = OfficerAssignment
    fields = ("scheme",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("scheme", "user")


@admin.register(User)
class UserAdmin(PortalAdmin):
    """Accounts. They are closed (« actif »), never deleted: the journal names them."""

    list_display = ("email", "last_name", "first_name", "kind", "is_active", "last_login")
    list_filter = (("kind", ChoicesDropdownFilter), ("is_active", BooleanRadioFilter))
    search_fields = ("email", "last_name", "first_name")
    search_help_text = "Adresse, nom ou prénom"
    ordering = ("email",)
    inlines = (MembershipInline, AssignmentInline)
    fields = (
        "email",
        ("first_name", "last_name"),
        "phone",
        "kind",
        "groups",
        "is_active",
        "is_superuser",
        ("last_login", "date_joined"),
    )
    readonly_fields = ("last_login", "date_joined")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        own = tuple(super().get_readonly_fields(request, obj))
        return own if request.user.is_superuser else (*own, "is_superuser", "groups")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only the group given by hand: the others follow the profile."""
        if db_field.name == "groups":
            kwargs["queryset"] = Group.objects.filter(name=PROGRAMME_GROUP)
            kwargs["widget"] = forms.CheckboxSelectMultiple
            kwargs["label"] = "droits supplémentaires"
            kwargs["help_text"] = "Les autres droits découlent du profil."
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        save_account(obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        place_in_group(form.instance)

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        return name in (SEND_LINK, REMOVE_FACTOR) and self.has_change_permission(request)

    def deeds(self, request: HttpRequest, obj: User) -> list[Deed]:
        if not obj.is_active or not self.has_change_permission(request, obj):
            return []
        return [self._send_link(request, obj), self._remove_factor(request, obj)]

    def _send_link(self, request: HttpRequest, user: User) -> Deed:
        def run(data: dict[str, Any]) -> str:
            form = ResetPasswordForm({"email": user.email})
            form.full_clean()
            form.save(request)
            return f"Un lien a été envoyé à {user.email}."

        explanation = f"Un courriel part à {user.email}, avec un lien à usage unique."
        label = "Envoyer un lien pour choisir le mot de passe"
        return Deed(SEND_LINK, label, run, forms.Form, explanation)

    def _remove_factor(self, request: HttpRequest, user: User) -> Deed:
        def run(data: dict[str, Any]) -> str:
            removed = remove_second_factor(user, actor=request.user, **data)  # type: ignore[arg-type]
            return f"Seconds facteurs retirés : {removed}."

        explanation = (
            "Pour une personne qui a perdu le sien, une fois son identité vérifiée. Un agent "
            "devra en ajouter un nouveau dès sa prochaine connexion."
        )
        return Deed(
            REMOVE_FACTOR, "Retirer le second facteur", run, explanation=explanation, is_grave=True
        )

    def panels(self, request: HttpRequest, obj: User) -> list[Panel]:
        return [timeline(obj, words={"remove_second_factor": "Retrait du second facteur"})]


@admin.register(Membership)
class MembershipAdmin(PortalAdmin):
    """Who acts for which supplier, until when. A membership is ended by its date."""

    list_display = ("supplier", "user", "role", "is_administrator", "expires_on")
    list_display_links = ("supplier", "user")
    list_filter = (("supplier", AutocompleteSelectFilter), ("role", ChoicesDropdownFilter))
    list_select_related = ("supplier", "user")
    search_fields = ("user__email", "user__last_name", "supplier__siret", "supplier__name")
    search_help_text = "Adresse ou nom du membre, SIRET ou nom du fournisseur"
    ordering = ("supplier__name", "user__email", "pk")
    autocomplete_fields = ("user", "supplier")
    fields = ("supplier", "user", "role", "is_administrator", "expires_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("supplier", "user") if obj else ()

    def panels(self, request: HttpRequest, obj: Any) -> list[Panel]:
        return [history(obj)]


@admin.register(OfficerAssignment)
class OfficerAssignmentAdmin(PortalAdmin):
    """Which officer instructs which scheme."""

    list_display = ("officer", "scheme")
    list_filter = (("scheme", RelatedDropdownFilter),)
    list_select_related = ("user", "scheme")
    search_fields = ("user__email", "user__last_name")
    search_help_text = "Adresse ou nom du gestionnaire"
    ordering = ("user__email", "scheme__order", "pk")
    autocomplete_fields = ("user",)
    is_deletable = True

    @display(description="gestionnaire", ordering="user__email")
    def officer(self, obj: OfficerAssignment) -> str:
        return str(obj.user)
