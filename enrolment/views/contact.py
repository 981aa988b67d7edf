"""The contact form: open to all, answered by mail."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from enrolment.actions import ask_support
from enrolment.doors import current_membership, is_too_many
from enrolment.forms import ContactForm

_TOO_MANY = "Vous avez déjà envoyé plusieurs messages : réessayez dans une heure."
_SENT = "Votre message est envoyé. La réponse vous parviendra à l’adresse {address}."


@never_cache
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Ask a question to the support; what was typed stays when something is wrong."""
    if request.method != "POST":
        return _page(request, ContactForm(initial=_known(request)))
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    if is_too_many(request, "contact", settings.CONTACT_RATE):
        form.add_error(None, _TOO_MANY)
        return _page(request, form, status=429)
    membership = current_membership(request)
    words = form.cleaned_data
    ask_support(
        name=words["nom"],
        email=words["courriel"],
        subject=words["sujet"],
        text=words["message"],
        reference=words["reference"],
        user=request.user if request.user.is_authenticated else None,
        supplier=membership.supplier if membership else None,
    )
    messages.success(request, _SENT.format(address=words["courriel"]))
    return redirect("help")


def _page(request: HttpRequest, form: ContactForm, status: int = 200) -> HttpResponse:
    return render(request, "pages/contact.html", {"form": form}, status=status)


def _known(request: HttpRequest) -> dict[str, str]:
    """What the portal already knows of who asks, and the file they come from."""
    known = {"reference": request.GET.get("dossier", "")[:60]}
    if request.user.is_authenticated:
        known |= {"nom": str(request.user), "courriel": request.user.email}
    return known
