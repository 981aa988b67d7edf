"""What production forgives, made to fail in tests.

A template of ours that names what its context lacks shows nothing: here it raises. Rows read
without an order come in any: here they come last written first, so that whoever counts on the
order of writing sees it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db.models import QuerySet
from django.template import Context, VariableDoesNotExist, base
from django.template.base import FilterExpression, Parser, Variable

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# « May be missing », said by the template itself.
FORGIVING = {"default", "default_if_none"}
# Drawn blank too: what they lack is left to be filled in by hand.
BLANK = TEMPLATES / "pdf" / "models"


class UndefinedVariableError(Exception):
    """A template of ours shows a variable that its context does not have."""


class StrictExpression(FilterExpression):
    """An expression of a template, which knows where it is written."""

    def __init__(self, token: str, parser: Parser) -> None:
        super().__init__(token, parser)
        path = Path(str(getattr(parser.origin, "name", "")))
        first = getattr(self.filters[0][0], "_filter_name", "") if self.filters else ""
        self.place = ""
        is_ours = path.is_relative_to(TEMPLATES) and not path.is_relative_to(BLANK)
        if is_ours and first not in FORGIVING:
            self.place = str(path.relative_to(TEMPLATES))

    def resolve(self, context: Context, ignore_failures: bool = False) -> Any:
        if self.place and not ignore_failures and isinstance(self.var, Variable):
            try:
                self.var.resolve(context)
            except VariableDoesNotExist as error:
                raise UndefinedVariableError(f"{self.place}: {self.token}: {error}") from error
        return super().resolve(context, ignore_failures)


def strict_templates(patch: pytest.MonkeyPatch) -> None:
    """Make a variable that does not exist an error, in our own templates alone."""
    patch.setattr(base, "FilterExpression", StrictExpression)


def unordered_rows_come_reversed(patch: pytest.MonkeyPatch) -> None:
    """Reverse what a queryset without an order reads."""
    fetch = QuerySet._fetch_all

    def fetch_reversed(self: QuerySet[Any]) -> None:
        is_new = self._result_cache is None
        fetch(self)
        if is_new and not self.ordered and isinstance(self._result_cache, list):
            self._result_cache.reverse()

    patch.setattr(QuerySet, "_fetch_all", fetch_reversed)
