"""Telling those who may sign that a file is ready (domain page, section 3)."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse

from enrolment.actions.files import fingerprint_of, recap
from enrolment.actions.paperwork import (
    amendment_of,
    lacks_of,
    lacks_of_change,
    open_steps,
    with_answers,
)
from enrolment.enums import SIGNING_ROLES
from enrolment.models import Enrolment, Membership, User
from segur_portal.common import clock
from segur_portal.common.models import NoticeKind
from segur_portal.common.notices import notify
from segur_portal.common.workflow import ForbiddenMoveError


@transaction.atomic
def ask_signature(enrolment: Enrolment, *, actor: User) -> int:
    """Tell the members who may sign that the enrolment, or the change under way, is complete; how
    many were told. They are told once of the same content.

    Raises ForbiddenMoveError: nothing is to be signed now, something is missing, or nobody may.
    """
    change = amendment_of(enrolment)
    is_open = "recapitulatif" in open_steps(enrolment) if change is None else change.is_open
    if not is_open:
        raise ForbiddenMoveError("Il n’y a rien à signer pour l’instant.")
    shown = with_answers(enrolment, change) if change is not None else enrolment
    lacks = lacks_of(enrolment) if change is None else lacks_of_change(enrolment, shown)
    if lacks:
        raise ForbiddenMoveError(f"Il manque encore : {' '.join(lack.sentence for lack in lacks)}")
    members = Membership.objects.of(enrolment.supplier).in_force(clock.today())
    signers = members.filter(role__in=sorted(SIGNING_ROLES)).select_related("user")
    users = [one.user for one in signers.order_by("pk")]
    if not users:
        raise ForbiddenMoveError(
            "Personne ne peut signer : un administrateur doit inviter le représentant légal ou le "
            "mandataire."
        )
    page = (
        reverse("enrolment_step", args=[enrolment.pk, "recapitulatif"])
        if change is None
        else reverse("enrolment_change", args=[enrolment.pk])
    )
    what = "L’enrôlement" if change is None else "Le changement déclaré"
    notify(
        users=users,
        kind=NoticeKind.ENROLMENT,
        title=f"{what} est prêt à signer – {enrolment.scheme.software}",
        body=f"{actor} a complété le dossier de {enrolment.supplier}. Relisez-le, puis signez-le.",
        url=page,
        key=f"to-sign-{enrolment.pk}-{fingerprint_of(recap(shown))[:16]}",
    )
    return len(users)
