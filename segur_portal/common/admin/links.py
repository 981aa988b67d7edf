"""Links of a form to other objects: only where whoever looks may follow them.

Django links a read-only foreign key to its page whoever looks, and the page then answers 403.
"""

from __future__ import annotations

from typing import Any

from unfold.fields import UnfoldAdminReadonlyField

_linked = UnfoldAdminReadonlyField.get_admin_url


def _link_where_allowed(field: Any, remote_field: Any, remote_obj: Any) -> str:
    request = getattr(field.form, "seen_by", None)
    page = field.model_admin.admin_site._registry.get(remote_field.model)
    if request is not None and page is not None and not page.has_view_permission(request):
        return str(remote_obj)
    return _linked(field, remote_field, remote_obj)  # type: ignore[no-any-return]


def link_where_allowed() -> None:
    """Have the read-only fields of every form ask for the right to see what they lead to."""
    UnfoldAdminReadonlyField.get_admin_url = _link_where_allowed
