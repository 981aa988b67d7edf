"""The members of an organisation: everybody sees them, its administrators manage them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrolment.actions import invitations, members
from enrolment.actions.organisation import change_contact
from enrolment.doors import SupplierRequest, administrator_required, supplier_required
from enrolment.forms import InviteForm, MemberForm, OrganisationContactForm
from enrolment.models import CompanyIdentity, Invitation, JoinRequest, Membership
from segur_portal.common import clock

GET_POST = require_http_methods(["GET", "POST"])


@dataclass(frozen=True, slots=True)
class MemberDeed:
    """Something an administrator does to a member, after a page that asks to confirm."""

    title: str
    explanation: str
    button: str
    done: str
    run: Callable[..., None]


DEEDS = {
    "suspendre": MemberDeed(
        "Suspendre l’accès",
        "La personne ne voit plus l’organisation, jusqu’à ce que vous rétablissiez son accès.",
        "Suspendre l’accès",
        "L’accès est suspendu.",
        members.suspend_member,
    ),
    "retablir": MemberDeed(
        "Rétablir l’accès",
        "La personne retrouve le rôle qu’elle avait.",
        "Rétablir l’accès",
        "L’accès est rétabli.",
        members.restore_member,
    ),
    "retirer": MemberDeed(
        "Retirer de l’organisation",
        "La personne perd tout accès à l’organisation. Ce qu’elle a déposé reste à l’organisation.",
        "Retirer de l’organisation",
        "La personne n’est plus membre de l’organisation.",
        members.remove_member,
    ),
    "transmettre": MemberDeed(
        "Transmettre l’administration",
        "La personne administre les membres à votre place. Vous gardez votre rôle, et ne pourrez "
        "plus ni inviter ni retirer personne.",
        "Transmettre l’administration",
        "L’administration est transmise.",
        members.hand_over,
    ),
}


@require_GET
@supplier_required
def member_list(request: SupplierRequest) -> HttpResponse:
    """Who acts for the organisation; for its administrators, who is invited or asks to join."""
    rows = Membership.objects.of(request.supplier).select_related("user")
    is_administrator = request.membership.is_administrator
    invited = Invitation.objects.of(request.supplier).pending() if is_administrator else []
    asking = JoinRequest.objects.waiting_for(request.supplier) if is_administrator else None
    context = {
        "members": rows.order_by("user__last_name", "user__email", "pk"),
        "invitations": invited,
        "join_requests": asking.select_related("user") if asking is not None else [],
        "is_administrator": is_administrator,
        "contact_email": request.supplier.contact_email,
        "identity": CompanyIdentity.objects.filter(supplier=request.supplier).first(),
        "now": clock.now(),
        "today": clock.today(),
    }
    return render(request, "enrolment/members/list.html", context)


@GET_POST
@administrator_required
def member_invite(request: SupplierRequest) -> HttpResponse:
    """Invite a colleague, or a proxy employed elsewhere."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _did(
        form, invitations.invite_member, supplier=request.supplier, actor=request.user
    ):
        messages.success(request, f"L’invitation part à {form.cleaned_data['email']}.")
        return redirect("members")
    return render(request, "enrolment/members/invite.html", {"form": form})


@GET_POST
@administrator_required
def organisation_contact(request: SupplierRequest) -> HttpResponse:
    """Change the address at which the organisation is warned."""
    initial = {"contact_email": request.supplier.contact_email}
    form = OrganisationContactForm(
        request.POST if request.method == "POST" else None, initial=initial
    )
    if form.is_valid() and _did(form, change_contact, request.supplier, actor=request.user):
        messages.success(request, "L’adresse de contact est enregistrée.")
        return redirect("members")
    return render(request, "enrolment/members/contact.html", {"form": form})


@GET_POST
@administrator_required
def member_change(request: SupplierRequest, pk: int) -> HttpResponse:
    """Change a member's role, end, and right to manage the others."""
    member = _member(request, pk)
    initial = {
        "role": member.role,
        "is_administrator": member.is_administrator,
        "expires_on": member.expires_on,
    }
    form = MemberForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and _did(form, members.change_member, member, actor=request.user):
        messages.success(request, f"Les droits de {member.user} sont enregistrés.")
        return redirect("members")
    context = {
        "form": form,
        "member": member,
        "is_self": member.user_id == request.user.pk,
        "today": clock.today(),
    }
    return render(request, "enrolment/members/change.html", context)


@GET_POST
@administrator_required
def member_deed(request: SupplierRequest, pk: int, name: str) -> HttpResponse:
    """Ask to confirm, then suspend, restore, remove a member or hand the administration over."""
    member, deed = _member(request, pk), DEEDS.get(name)
    if deed is None:
        raise Http404
    refusal = ""
    if request.method == "POST":
        try:
            deed.run(member, actor=request.user)
        except ValidationError as error:
            refusal = " ".join(error.messages)
        else:
            messages.success(request, deed.done)
            is_out = name == "retirer" and member.user_id == request.user.pk
            return redirect("home" if is_out else "members")
    context = {"member": member, "deed": deed, "refusal": refusal}
    return render(request, "enrolment/members/deed.html", context)


@require_POST
@administrator_required
def invitation_deed(request: SupplierRequest, pk: int, name: str) -> HttpResponse:
    """Send an invitation again, or cancel it."""
    invitation = get_object_or_404(Invitation.objects.of(request.supplier), pk=pk)
    deeds = {
        "renvoyer": (invitations.send_again, "L’invitation est renvoyée, avec un nouveau lien."),
        "annuler": (invitations.cancel_invitation, "L’invitation est annulée."),
    }
    if name not in deeds:
        raise Http404
    run, done = deeds[name]
    try:
        run(invitation, actor=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect("members")


def _member(request: SupplierRequest, pk: int) -> Membership:
    rows = Membership.objects.of(request.supplier).select_related("user", "supplier")
    found: Membership = get_object_or_404(rows, pk=pk)
    return found


def _did(form: Any, deed: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
    """Whether the deed was done; a refusal is said on the form."""
    try:
        deed(*args, **kwargs, **form.cleaned_data)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True
