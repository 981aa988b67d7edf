"""Coming to act for the organisation of a SIRET: opened by the first, decided by its people after.

A SIRET held by nobody is opened by the first person who asks, once their address is confirmed:
what they may then do is judged on the documents of the enrolment. A SIRET already held sends the
request to the organisation's administrators, whom the person is not told about.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from enrolment.actions.identity import await_identity
from enrolment.actions.members import (
    administrators_of,
    check_administrator,
    close_other_ways,
    lock_supplier,
)
from enrolment.enums import MemberRole
from enrolment.models import JoinRequest, Membership, Supplier, User
from segur_portal.common import clock
from segur_portal.common.actions import write_journal
from segur_portal.common.models import NoticeKind
from segur_portal.common.notices import notify


@transaction.atomic
def ask_to_join(
    *, user: User, siret: str, role: str, company_name: str = "", is_confirmed: bool
) -> JoinRequest:
    """Record that a person asks to act for a SIRET; asked twice, it stays one request.

    `company_name`: what the register said, or what the person typed when it did not answer.
    Raises ValidationError when they are already a member.
    """
    members = Membership.objects.in_force(clock.today())
    if members.filter(user=user, supplier__siret=siret).exists():
        raise ValidationError("Vous êtes déjà membre de cette organisation.")
    request, _ = JoinRequest.objects.get_or_create(
        user=user,
        siret=siret,
        decided_at=None,
        defaults={
            "role": MemberRole(role),
            "company_name": company_name[:150],
            "requested_at": clock.now(),
        },
    )
    if is_confirmed:
        _confirm(request)
    return request


@transaction.atomic
def confirm_requests(user: User) -> None:
    """What a person asked takes effect once their address is confirmed."""
    waiting = JoinRequest.objects.filter(user=user, confirmed_at__isnull=True)
    for request in waiting.select_for_update(of=("self",)).order_by("pk"):
        _confirm(request)


def _confirm(request: JoinRequest) -> None:
    if request.confirmed_at is None:
        request.confirmed_at = clock.now()
        request.save()
        supplier = Supplier.objects.filter(siret=request.siret).first() or _open(request)
        if request.decided_at is None:
            _tell_administrators(request, supplier)


def _open(request: JoinRequest) -> Supplier:
    """Open the organisation, with the person as its administrator; when somebody else has just
    opened it, theirs stands and the request waits for them."""
    try:
        with transaction.atomic():
            supplier = Supplier.objects.create(
                siret=request.siret,
                name=request.company_name or f"SIRET {request.siret}",
                contact_email=request.user.email,
            )
    except IntegrityError:
        return Supplier.objects.get(siret=request.siret)
    Membership.objects.create(
        user=request.user, supplier=supplier, role=request.role, is_administrator=True
    )
    request.decided_at, request.is_accepted = clock.now(), True
    request.save()
    opened = {"siret": supplier.siret, "name": supplier.name}
    write_journal(supplier, "open", actor=request.user, data=opened)
    await_identity(supplier)
    return supplier


def _tell_administrators(request: JoinRequest, supplier: Supplier) -> None:
    """Those who decide; without any, the portal's own administrators."""
    deciders = administrators_of(supplier)
    url = reverse("members")
    if not deciders:
        deciders = list(User.objects.filter(is_superuser=True, is_active=True).order_by("pk"))
        url = reverse("admin:enrolment_joinrequest_change", args=[request.pk])
    notify(
        users=deciders,
        kind=NoticeKind.ACCOUNT,
        title=f"Demande de rattachement à {supplier}",
        body=(
            f"{request.user} ({request.user.email}) demande à agir pour {supplier}, comme "
            f"{request.get_role_display().lower()}. Acceptez ou refusez dans la page des membres."
        ),
        url=url,
        key=f"join-request-{request.pk}",
    )


@transaction.atomic
def decide_join(request: JoinRequest, *, actor: User, accept: bool) -> None:
    """Accept or refuse a person who asks to join; accepted where nobody administers, they do.
    Who became a member otherwise since keeps their rights.

    Raises NotAdministratorError, or ValidationError when it is decided already.
    """
    supplier = lock_supplier(Supplier.objects.get(siret=request.siret).pk)
    check_administrator(supplier, actor)
    waiting = JoinRequest.objects.pending().select_related("user")
    fresh = waiting.filter(pk=request.pk).first()
    if fresh is None:
        raise ValidationError("Cette demande est déjà décidée.")
    fresh.decided_at, fresh.decided_by, fresh.is_accepted = clock.now(), actor, accept
    fresh.save()
    in_force = Membership.objects.of(supplier).in_force(clock.today())
    if accept and not in_force.filter(user=fresh.user).exists():
        is_first = not administrators_of(supplier)
        Membership.objects.update_or_create(
            user=fresh.user,
            supplier=supplier,
            defaults={
                "role": fresh.role,
                "is_administrator": is_first,
                "expires_on": None,
                "suspended_at": None,
            },
        )
    if accept:
        close_other_ways(fresh.user, supplier)
    verb = "accept_join" if accept else "refuse_join"
    data = {"member": fresh.user.email, "role": fresh.role}
    write_journal(supplier, verb, actor=actor, data=data, is_public=False)
    answer = "acceptée" if accept else "refusée"
    notify(
        users=[fresh.user],
        kind=NoticeKind.ACCOUNT,
        title=f"Votre demande de rattachement est {answer}",
        body=(
            f"Vous pouvez maintenant agir pour {supplier}."
            if accept
            else f"L’organisation du SIRET {fresh.siret} n’a pas accepté votre demande."
        ),
        url=reverse("organisations"),
    )
