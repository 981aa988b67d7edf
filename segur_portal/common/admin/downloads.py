"""Giving back a file received, to those who may see what it belongs to."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.decorators import display

from segur_portal.common.models import StoredFile
from segur_portal.common.serving import serve_file


class DownloadMixin:
    """Adds `file_link`, a field that downloads the file of an object, verified when read."""

    opts: Any
    admin_site: Any

    def file_of(self, obj: Any) -> StoredFile | None:
        """The file of the object, if it has one."""
        file: StoredFile | None = obj.file
        return file

    @display(description="fichier reçu")
    def file_link(self, obj: Any) -> str:
        """The name and the link of the file."""
        file = self.file_of(obj)
        if file is None:
            return "–"
        address = reverse(f"admin:{self._file_url_name}", args=(obj.pk,))
        return format_html('<a class="underline" href="{}" download>{}</a>', address, file.name)

    @property
    def _file_url_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_file"

    def get_urls(self) -> list[URLPattern]:
        """The address of the file, before the model's own pages."""
        page = path(
            "<path:object_id>/fichier/",
            self.admin_site.admin_view(self.file_view),
            name=self._file_url_name,
        )
        return [page, *super().get_urls()]  # type: ignore[misc]

    def file_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The bytes received, always as a download."""
        obj = self.get_object(request, object_id)  # type: ignore[attr-defined]
        return self.send(request, obj, self.file_of(obj) if obj is not None else None)

    def send(self, request: HttpRequest, obj: Any, file: StoredFile | None) -> HttpResponseBase:
        """A file of an object, verified, to whoever may see the object."""
        if file is None:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):  # type: ignore[attr-defined]
            raise PermissionDenied
        return serve_file(file)
