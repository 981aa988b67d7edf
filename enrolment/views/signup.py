"""Opening an account with the SIRET of one's organisation."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.views import SignupView
from allauth.decorators import rate_limit
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from enrolment.forms import SignUpForm, SiretForm
from segur_portal.common.identifiers import is_valid_siret
from segur_portal.common.registry import Company, RegistryUnavailableError, find_company

logger = logging.getLogger(__name__)


@require_http_methods(["GET", "POST"])
def sign_up_siret(request: HttpRequest) -> HttpResponse:
    """First step: for which organisation."""
    if request.user.is_authenticated:
        return redirect("admin:index" if request.user.is_staff else "organisations")
    form = SiretForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return redirect("sign_up", siret=form.cleaned_data["siret"])
    return render(request, "enrolment/signup/siret.html", {"form": form})


class SignUpView(SignupView):
    """Second step: what the register says of the company, and who the person is."""

    template_name = "enrolment/signup/person.html"
    form_class = SignUpForm

    def get_form_class(self) -> type[SignUpForm]:
        return SignUpForm

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.siret: str = kwargs["siret"]
        if not is_valid_siret(self.siret):
            raise Http404
        self.company, self.is_known = _company(self.siret)

    def get_form_kwargs(self) -> dict[str, Any]:
        known_name = self.company.name if self.company else ""
        return {**super().get_form_kwargs(), "siret": self.siret, "known_name": known_name}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {"siret": self.siret, "company": self.company, "is_known": self.is_known}
        return {**super().get_context_data(**kwargs), **own}


sign_up = rate_limit(action="company_lookup")(SignUpView.as_view())


def _company(siret: str) -> tuple[Company | None, bool | None]:
    """What the register says, and whether it knows the SIRET: None when it did not answer."""
    try:
        company = find_company(siret)
    except RegistryUnavailableError as failure:
        logger.warning("Sign-up without the register: %s", failure)
        return None, None
    return company, company is not None
