"""Filters of the lists of deposits and requests."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from funding.models import Deposit, FundingRequest
from segur_portal.common import clock

Choices = list[tuple[str, str]]


class AlertFilter(DropdownFilter):
    """With or without alert."""

    title = "alertes"
    parameter_name = "alertes"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("avec", "Avec alerte"), ("sans", "Sans alerte")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "avec":
            return queryset.filter(alert_count__gt=0)
        return queryset.filter(alert_count=0) if self.value() == "sans" else queryset


class AssignedFilter(DropdownFilter):
    """One's own files, or those of nobody."""

    title = "attribution"
    parameter_name = "attribution"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("moi", "À moi"), ("personne", "À personne")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "moi":
            return queryset.filter(assigned_to=request.user.pk)
        return queryset.filter(assigned_to=None) if self.value() == "personne" else queryset


class RisFilter(DropdownFilter):
    """Accepted DRIMbox requests whose client has no RIS request accepted any more."""

    title = "DRIMbox"
    parameter_name = "ris"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("sans", "Acceptées sans RIS acceptée")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found: QuerySet[Any] = queryset
        if self.value() == "sans":
            lacking = FundingRequest.objects.granted_without_ris()
            found = queryset.filter(pk__in=lacking.values("pk"))
        return found


class AttentionFilter(DropdownFilter):
    """Deposits that need somebody: failed or stuck, or with KO requests."""

    title = "à surveiller"
    parameter_name = "surveiller"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("bloques", "En échec ou bloqués"), ("ko", "Avec des demandes KO")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "bloques":
            return queryset.filter(Q(state="failed") | Q(pk__in=stuck_deposits().values("pk")))
        return queryset.filter(ko_count__gt=0) if self.value() == "ko" else queryset


def stuck_deposits() -> QuerySet[Any]:
    """Deposits that wait although the sweeper should have started them again."""
    before = clock.machine_now() - 2 * settings.DEPOSIT_STALE_AFTER
    rows: QuerySet[Any] = Deposit.objects.forgotten(before)
    return rows
