"""Documents issued: anybody checks a code, the addressee downloads the file."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from enrolment.doors import SupplierRequest, is_too_many, supplier_required
from enrolment.forms import VerificationForm
from segur_portal.common.models import IssuedDocument
from segur_portal.common.serving import serve_file


@never_cache
@require_http_methods(["GET", "POST"])
def verification(request: HttpRequest) -> HttpResponse:
    """Confirms that the portal issued a document: its kind, reference and date, nothing else.

    The code travels in the body, never in an address that machines on the way would keep.
    """
    if request.method != "POST":
        return render(request, "pages/verification.html", {"form": VerificationForm()})
    form = VerificationForm(request.POST)
    if is_too_many(request, "verification", settings.VERIFICATION_RATE):
        form.add_error(None, "Trop d’essais depuis votre adresse. Réessayez dans une heure.")
        return render(request, "pages/verification.html", {"form": form}, status=429)
    context = {"form": form, "is_checked": form.is_valid()}
    if form.is_valid():
        context["document"] = IssuedDocument.objects.filter(code=form.cleaned_data["code"]).first()
    return render(request, "pages/verification.html", context)


@require_GET
@supplier_required
def issued_document(request: SupplierRequest, reference: str) -> HttpResponseBase:
    """The PDF of a document addressed to the supplier, once it is rendered."""
    own = IssuedDocument.objects.addressed_to(request.supplier.siret).select_related("file")
    document: IssuedDocument = get_object_or_404(own, reference=reference)
    if document.file is None:
        raise Http404("Ce document est en préparation.")
    return serve_file(document.file, name=document.file_name)
