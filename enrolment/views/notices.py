"""A person's notifications: read them, choose how they come. The demonstration's mailbox."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrolment.forms import PreferencesForm
from segur_portal.common.models import MANDATORY_KINDS, NoticeKind, Notification, OutgoingMail
from segur_portal.common.notices import choose_channels, mark_read

LIST_SIZE = 20
SHOWN_MAILS = 30


@require_GET
@login_required
def notifications(request: HttpRequest) -> HttpResponse:
    """One's own news, the latest first; only those not read when asked."""
    mine = Notification.objects.of(request.user)
    is_filtering = request.GET.get("etat") == "non-lues"
    shown = mine.unread() if is_filtering else mine
    page = Paginator(shown.order_by("-created_at", "-pk"), LIST_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "is_filtering": is_filtering,
    }
    return render(request, "enrolment/notifications.html", context)


@require_POST
@login_required
def open_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read and go to its page."""
    notification = get_object_or_404(Notification.objects.of(request.user), pk=pk)
    mark_read(request.user, notification_id=pk)
    return redirect(notification.url or "notifications")


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    mark_read(request.user)
    messages.success(request, "Toutes vos notifications sont marquées comme lues.")
    return redirect("notifications")


@require_http_methods(["GET", "POST"])
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """How each kind of news reaches this person."""
    user: Any = request.user
    chosen = dict(user.notification_preferences.values_list("kind", "channel"))
    form = PreferencesForm(chosen, request.POST if request.method == "POST" else None)
    if form.is_valid():
        choose_channels(user, form.cleaned_data)
        messages.success(request, "Vos préférences sont enregistrées.")
        return redirect("notification_preferences")
    mandatory = [kind.label for kind in NoticeKind if kind in MANDATORY_KINDS]
    context = {"form": form, "mandatory": mandatory}
    return render(request, "enrolment/notification_preferences.html", context)


@require_GET
def demonstration_mails(request: HttpRequest) -> HttpResponse:
    """The latest mails, for who tries the portal. Exists in demonstration only."""
    if not settings.DEMONSTRATION:
        raise Http404
    mails = OutgoingMail.objects.order_by("-pk")[:SHOWN_MAILS]
    return render(request, "enrolment/demonstration_mails.html", {"mails": mails})
