"""An officer sees and instructs the schemes they are assigned to, and no other (section 7)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest

from enrolment.enums import UserKind
from enrolment.models import OfficerAssignment
from segur_portal.common.models import Scheme


def is_limited(user: Any) -> bool:
    """Whether this user only works on assigned schemes."""
    return user.kind == UserKind.OFFICER and not user.is_superuser


def assigned_schemes(user: Any) -> models.QuerySet[Any, Any]:
    """The codes of the schemes of an officer, as a subquery."""
    return OfficerAssignment.objects.filter(user=user).values("scheme")


class SchemeScopedMixin:
    """Limits a list, its pages and its forms to the officer's schemes.

    `scheme_path` leads from the model to its scheme; rows without one (a file that could not be
    read) are everybody's when `shows_unknown_scheme`.
    """

    scheme_path = "scheme"
    shows_unknown_scheme = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """The rows of the officer's schemes."""
        rows: models.QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        if not is_limited(request.user):
            return rows
        own = models.Q(**{f"{self.scheme_path}__in": assigned_schemes(request.user)})
        if self.shows_unknown_scheme:
            own |= models.Q(**{f"{self.scheme_path}__isnull": True})
        return rows.filter(own)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only the officer's schemes."""
        if db_field.name == "scheme" and is_limited(request.user):
            kwargs["queryset"] = Scheme.objects.filter(pk__in=assigned_schemes(request.user))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
