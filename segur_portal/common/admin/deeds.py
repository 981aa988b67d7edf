"""Deeds on one object: a button, a page that asks to confirm, one action, one message.

A deed is the only way an officer changes a state or a fact: the page's own form never does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from segur_portal.common.admin.forms import NoteForm
from segur_portal.common.workflow import ForbiddenMoveError


@dataclass(frozen=True, slots=True)
class Deed:
    """What a user may do on an object, from its page.

    `run` receives the cleaned data of `form_class`, does it, and returns the French message that
    says it is done; a ForbiddenMoveError or a ValidationError it raises is told to the user.
    `consequences` are what it brings, one sentence each, shown before the form. `template` and
    `context` are for a deed that shows more than its form.
    """

    name: str
    label: str
    run: Callable[[dict[str, Any]], str]
    form_class: type[Form] = NoteForm
    explanation: str = ""
    is_grave: bool = False
    consequences: tuple[str, ...] = ()
    template: str = "admin/deed.html"
    context: Mapping[str, Any] = field(default_factory=dict)


class DeedsMixin:
    """Adds the deeds of an object to its page, and the page that confirms each."""

    model: Any
    opts: Any
    admin_site: Any

    def deeds(self, request: HttpRequest, obj: Any) -> list[Deed]:
        """The deeds that this user may do on the object as it is now."""
        return []

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        """Whether the user's role ever allows the deed: tells a late click from a forged one."""
        return False

    def deed_links(self, request: HttpRequest, obj: Any) -> list[dict[str, Any]]:
        """The buttons of the object's page."""
        return [
            {
                "label": deed.label,
                "url": reverse(self._deed_url_name, args=(obj.pk, deed.name)),
                "is_grave": deed.is_grave,
            }
            for deed in self.deeds(request, obj)
        ]

    @property
    def _deed_url_name(self) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_deed"

    def get_urls(self) -> list[URLPattern]:
        """The pages of deeds, before the model's own pages."""
        page = path(
            "<path:object_id>/actions/<slug:name>/",
            self.admin_site.admin_view(self.deed_view),
            name=self._deed_url_name.removeprefix("admin:"),
        )
        return [page, *super().get_urls()]  # type: ignore[misc]

    def deed_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Ask to confirm the deed, then do it."""
        obj = self._object_or_404(request, object_id)
        deed = next((deed for deed in self.deeds(request, obj) if deed.name == name), None)
        if deed is None:
            return self._refuse(request, obj, name)
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = deed.form_class(*sent)
        if request.method == "POST" and form.is_valid() and self._done(request, deed, form):
            return redirect(self._page_of(obj))
        return TemplateResponse(request, deed.template, self._page(request, obj, deed, form))

    def _object_or_404(self, request: HttpRequest, object_id: str) -> Any:
        obj = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if obj is None:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):  # type: ignore[attr-defined]
            raise PermissionDenied
        return obj

    def _refuse(self, request: HttpRequest, obj: Any, name: str) -> HttpResponse:
        """A role that never has this deed is refused; a page grown old is told so."""
        if not self.may_ever(request, name):
            raise PermissionDenied
        messages.error(
            request, "Cette action n’est plus possible : l’état a changé depuis votre dernière vue."
        )
        return redirect(self._page_of(obj))

    def _done(self, request: HttpRequest, deed: Deed, form: Form) -> bool:
        """Whether the deed was done; a refusal of the deed becomes an error of the form."""
        try:
            messages.success(request, deed.run(form.cleaned_data))
        except ForbiddenMoveError as refusal:
            form.add_error(None, str(refusal))
            return False
        except ValidationError as refusal:
            form.add_error(None, list(refusal.messages))
            return False
        return True

    def _page_of(self, obj: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=(obj.pk,))

    def _page(self, request: HttpRequest, obj: Any, deed: Deed, form: Form) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            **deed.context,
            "title": deed.label,
            "opts": self.opts,
            "original": obj,
            "deed": deed,
            "form": form,
            "back": self._page_of(obj),
        }
