"""Filters of the officers' lists."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.widgets import INPUT_CLASSES

from segur_portal.common.clock import paris_instant


class DayRangeForm(forms.Form):
    """Two days, typed in the browser's own date field."""

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for end, label in (("from", "Du"), ("to", "Au")):
            widget = forms.DateInput(
                attrs={"type": "date", "class": " ".join(INPUT_CLASSES), "aria-label": label},
                format="%Y-%m-%d",
            )
            self.fields[f"{name}_{end}"] = forms.DateField(label="", required=False, widget=widget)


class DayRangeFilter(RangeDateFilter):
    """From a day to another, both included, in Paris; a day that is not one is ignored."""

    form_class = DayRangeForm

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        first, last = self._day("from"), self._day("to")
        if first is not None:
            queryset = queryset.filter(**{f"{self.field_path}__gte": self._start_of(first)})
        if last is not None:
            after = self._start_of(last + timedelta(days=1))
            queryset = queryset.filter(**{f"{self.field_path}__lt": after})
        return queryset

    def _day(self, end: str) -> date | None:
        text = self.used_parameters.get(f"{self.field_path}_{end}") or ""
        try:
            day = date.fromisoformat(str(text))
        except ValueError:
            return None
        return day if date(1900, 1, 1) <= day <= date(2200, 1, 1) else None

    def _start_of(self, day: date) -> Any:
        if isinstance(self.field, models.DateTimeField):
            return paris_instant(day, time(0, 0))
        return day
