"""Keys of the API: those of the organisation, for the members who administer it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from enrolment.actions.tokens import create_token, revoke_token
from enrolment.doors import SupplierRequest, administrator_required
from enrolment.forms.tokens import TokenForm
from enrolment.models import ApiToken
from segur_portal.common import clock


@require_http_methods(["GET", "POST"])
@never_cache
@administrator_required
def api_tokens(request: SupplierRequest) -> HttpResponse:
    """The keys of the organisation; a new one shows its secret in the answer, and only there."""
    if request.method != "POST":
        return _page(request, TokenForm.blank())
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        token, secret = create_token(
            supplier=request.supplier, actor=request.user, **form.cleaned_data
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _page(request, form)
    return _page(request, TokenForm.blank(), token, secret)


@require_POST
@administrator_required
def api_token_revoke(request: SupplierRequest, pk: int) -> HttpResponse:
    """Close a key at once."""
    token: ApiToken = get_object_or_404(ApiToken.objects.of(request.supplier), pk=pk)
    revoke_token(token, actor=request.user)
    messages.success(request, f"La clé {token} est révoquée : elle n’ouvre plus rien.")
    return redirect("api_tokens")


def _page(
    request: SupplierRequest, form: TokenForm, token: ApiToken | None = None, secret: str = ""
) -> HttpResponse:
    today = clock.today()
    tokens = ApiToken.objects.of(request.supplier).select_related("created_by")
    context = {
        "form": form,
        "rows": [(one, one.is_usable(today)) for one in tokens],
        "token": token,
        "secret": secret,
    }
    return render(request, "enrolment/api_tokens.html", context)
