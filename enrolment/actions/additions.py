"""Adding a solution to a validated enrolment (domain page, section 3; rules ENR-002, ENR-003).

The others keep their rights meanwhile: the new one counts once its own documents are accepted.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from enrolment.actions.files import check_window, offered_solutions
from enrolment.actions.paperwork import asked_of, current_documents
from enrolment.actions.reviews import members_of
from enrolment.models import Enrolment, Solution, User
from segur_portal.common import clock
from segur_portal.common.actions import write_journal
from segur_portal.common.models import NoticeKind
from segur_portal.common.notices import notify
from segur_portal.common.workflow import ForbiddenMoveError


def addable_solutions(enrolment: Enrolment) -> QuerySet[Solution]:
    """The solutions that may join a validated enrolment: of its scheme, edited or distributed by
    its supplier, referenced by ANS."""
    known = [*enrolment.solutions.all(), *enrolment.added_solutions.all()]
    offered: QuerySet[Solution] = offered_solutions(enrolment.supplier, enrolment.scheme)
    return offered.filter(referenced_on__isnull=False).exclude(pk__in=[one.pk for one in known])


@transaction.atomic
def add_solution(enrolment: Enrolment, solution: Solution, *, actor: User) -> None:
    """Ask for the documents of one more solution. Raises ForbiddenMoveError, in French."""
    locked = _locked(enrolment)
    check_window(locked.scheme)
    if not addable_solutions(locked).filter(pk=solution.pk).exists():
        raise ForbiddenMoveError(
            f"{solution} ne peut pas être ajoutée : elle l’est déjà, l’ANS ne l’a pas encore "
            "référencée, ou vous ne l’éditez ni ne la distribuez."
        )
    locked.added_solutions.add(solution)
    write_journal(locked, "add_solution", actor=actor, note=str(solution))


@transaction.atomic
def drop_solution(enrolment: Enrolment, solution: Solution, *, actor: User) -> None:
    """Give up a solution that was not accepted yet. Raises ForbiddenMoveError."""
    locked = _locked(enrolment)
    if not locked.added_solutions.filter(pk=solution.pk).exists():
        raise ForbiddenMoveError(f"{solution} n’est pas en cours d’ajout.")
    locked.added_solutions.remove(solution)
    write_journal(locked, "drop_solution", actor=actor, note=str(solution))


def enrol_added(enrolment: Enrolment, *, actor: User) -> list[Solution]:
    """Enrol the added solutions of which every own document is accepted and holds today; tell the
    supplier. Call it with the enrolment locked."""
    added = list(enrolment.added_solutions.order_by("name", "version"))
    if not added:
        return []
    current, asked = current_documents(enrolment), asked_of(enrolment)
    held = {
        key
        for key, row in current.items()
        if row.state == "accepted" and not (row.expires_on and row.expires_on < clock.today())
    }
    ready = [
        solution
        for solution in added
        if all(one.key in held for one in asked if one.solution and one.solution.id == solution.pk)
    ]
    for solution in ready:
        enrolment.added_solutions.remove(solution)
        enrolment.solutions.add(solution)
        entry = write_journal(enrolment, "enrol_solution", actor=actor, note=str(solution))
        notify(
            users=members_of(enrolment.supplier_id),
            kind=NoticeKind.DECISION,
            title=f"{solution} est ajoutée à votre enrôlement – {enrolment.scheme.software}",
            body="Vous pouvez déposer des demandes pour cette solution.",
            url=reverse("enrolment_detail", args=[enrolment.pk]),
            key=f"enrol-solution-{entry.pk}",
        )
    return ready


def _locked(enrolment: Enrolment) -> Enrolment:
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("scheme", "supplier")
    locked: Enrolment = rows.get(pk=enrolment.pk)
    if locked.state != "final":
        raise ForbiddenMoveError(
            "Une solution s’ajoute ainsi à un enrôlement définitif seulement ; avant, elle se "
            "choisit dans ses étapes."
        )
    return locked
