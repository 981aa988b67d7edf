"""What every page of the officers' site shares: cheap lists, panels, deeds, no deletion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from segur_portal.common.admin.deeds import DeedsMixin
from segur_portal.common.admin.links import link_where_allowed
from segur_portal.common.admin.panels import Panel

COUNT_CAP = 10_000
link_where_allowed()


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than `COUNT_CAP`: a list of 150,000 rows opens as fast as a short one."""

    template_name = "admin/parts/pagination.html"

    @cached_property
    def count(self) -> int:
        """The number of rows, or the cap when there are more."""
        rows: Any = self.object_list
        return min(int(rows.order_by()[: COUNT_CAP + 1].count()), COUNT_CAP)

    @property
    def is_capped(self) -> bool:
        """Whether there may be more rows than pages."""
        return self.count >= COUNT_CAP


class PortalChangeList(ChangeList):
    """A list that leaves the large columns of its rows in the database."""

    def get_queryset(self, *args: Any, **kwargs: Any) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = super().get_queryset(*args, **kwargs)
        return rows.defer(*self.model_admin.list_defer)


class PortalAdmin(DeedsMixin, ModelAdmin):
    """A model that officers may edit, when their group says so; nothing is deleted by default."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_filter_submit = True
    list_defer: Sequence[str] = ()
    detail_select_related: Sequence[str] = ()
    actions = None
    warn_unsaved_form = True
    is_deletable = False
    change_form_template = "admin/portal_change_form.html"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """The rows; the page of one object reads what it points to in the same query."""
        rows: models.QuerySet[Any] = super().get_queryset(request)
        match = request.resolver_match
        if self.detail_select_related and match is not None and "object_id" in match.kwargs:
            rows = rows.select_related(*self.detail_select_related)
        return rows

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PortalChangeList

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_deletable and bool(super().has_delete_permission(request, obj))

    def panels(self, request: HttpRequest, obj: Any) -> list[Panel]:
        """What is shown under the fields of an object."""
        return []

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form, which knows for whom it links to other objects (`links`)."""
        form = super().get_form(request, obj, change, **kwargs)
        form.seen_by = request
        return form

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """The form, with the deeds this user may do on the object and its panels."""
        if obj is not None:
            context["portal_deeds"] = self.deed_links(request, obj)
            context["portal_panels"] = self.panels(request, obj)
        response: HttpResponse = super().render_change_form(
            request, context, add, change, form_url, obj
        )
        return response


class FactAdmin(PortalAdmin):
    """Facts: shown, never added, changed or deleted here, whoever asks."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
