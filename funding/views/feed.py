"""The calendar of a person's deadlines: its page, and the address that agendas subscribe to."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from enrolment.actions.feeds import close_feed, open_feed, recognise_feed
from enrolment.doors import SupplierRequest, supplier_required
from enrolment.models import CalendarFeed, Membership
from funding.actions.deadlines import deadlines_of
from funding.report.ics import calendar_of
from segur_portal.common import clock
from segur_portal.common.mails import portal_url


@require_http_methods(["GET", "POST"])
@supplier_required
def calendar_page(request: SupplierRequest) -> HttpResponse:
    """The deadlines to come; make the secret address, make it again, close it."""
    address = ""
    if request.method == "POST":
        if request.POST.get("action") == "fermer":
            if close_feed(request.user):
                messages.success(
                    request, "Adresse fermée : les agendas abonnés ne lisent plus rien."
                )
            return redirect("calendar_page")
        address = portal_url(reverse("calendar_feed", args=[open_feed(request.user)]))
    context = {
        "deadlines": deadlines_of(request.supplier),
        "feed": CalendarFeed.objects.filter(user=request.user).first(),
        "address": address,
    }
    return render(request, "funding/calendar.html", context)


@require_GET
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The deadlines of every organisation this person is a member of today."""
    user = recognise_feed(secret)
    if user is None:
        raise Http404("Cette adresse de calendrier n’existe pas ou n’existe plus.")
    memberships = Membership.objects.in_force(clock.today()).filter(user=user)
    found = [
        (one.supplier.name, due)
        for one in memberships.select_related("supplier").order_by("supplier__name", "pk")
        for due in deadlines_of(one.supplier)
    ]
    response = HttpResponse(calendar_of(found), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="echeances-segur.ics"'
    response["Cache-Control"] = "private, no-store"
    return response
