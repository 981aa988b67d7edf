"""A supplier's own enrolment file: begin it, fill it in, sign and send it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from enrolment.actions.enrolments import move_enrolment
from enrolment.actions.paperwork import (
    asked_of,
    current_bank_details,
    current_documents,
    lacks_of,
    open_steps,
)
from enrolment.actions.reviews import facts_in
from enrolment.enums import SIGNING_ROLES
from enrolment.models import (
    Distribution,
    Enrolment,
    Membership,
    Solution,
    Submission,
    Supplier,
    User,
)
from enrolment.models.answers import FACTS, Answers
from enrolment.rules.completeness import Lack
from enrolment.rules.documents import Osu, Stage
from enrolment.rules.referencing import alike
from segur_portal.common import clock
from segur_portal.common.actions import write_journal
from segur_portal.common.enums import WindowKind
from segur_portal.common.french import day, instant
from segur_portal.common.issuing import issue_document
from segur_portal.common.models import IssuedDocument, Scheme, Window
from segur_portal.common.workflow import ForbiddenMoveError

SENDING = {"draft": "submit", "correction_requested": "resubmit", "early": "finalise"}
# A correction asked once the early stage is validated is one of the finalisation.
SENDING_FINAL = {**SENDING, "correction_requested": "resubmit_final"}


class StaleError(ForbiddenMoveError):
    """What is sent was typed or read before somebody else changed it."""


class IncompleteError(ForbiddenMoveError):
    """An enrolment that cannot be sent yet; the message says everything that is missing."""


@transaction.atomic
def start_enrolment(supplier: Supplier, scheme: Scheme, *, actor: User) -> Enrolment:
    """Begin an enrolment, or give back the one that exists. Raises ForbiddenMoveError when the
    scheme's window of enrolments is closed."""
    Supplier.objects.select_for_update().get(pk=supplier.pk)
    found = Enrolment.objects.filter(supplier=supplier, scheme=scheme).alive().first()
    if found is not None:
        return cast(Enrolment, found)
    check_window(scheme)
    enrolment = Enrolment.objects.create(
        supplier=supplier,
        scheme=scheme,
        is_vat_subject=supplier.is_vat_subject,
        osu=(Osu.HELD if supplier.osu_granted_on else Osu.UNSAID).value,
        osu_granted_on=supplier.osu_granted_on,
        osu_expires_on=supplier.osu_expires_on,
        known_facts=facts_in(supplier),
    )
    write_journal(enrolment, "start", actor=actor, target="draft")
    return enrolment


def check_window(scheme: Scheme) -> None:
    """Raise ForbiddenMoveError outside the scheme's window of enrolments, where it has one."""
    window = Window.objects.filter(scheme=scheme, kind=WindowKind.ENROLMENT).first()
    now = clock.now()
    if window is None:
        return
    if window.opens_at is not None and now < window.opens_at:
        raise ForbiddenMoveError(f"Les enrôlements ouvrent le {day(window.opens_on)}.")  # type: ignore[arg-type]
    if now > window.closes_at:
        raise ForbiddenMoveError(f"Les enrôlements sont clos depuis le {day(window.closes_on)}.")


def _locked(enrolment: Enrolment, step: str) -> Enrolment:
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("scheme")
    locked: Enrolment = rows.get(pk=enrolment.pk)
    if step not in open_steps(locked):
        raise ForbiddenMoveError("Cette étape n’est pas ouverte à la modification.")
    return locked


@transaction.atomic
def save_organisation(enrolment: Enrolment, data: Mapping[str, Any], *, shown: str = "") -> None:
    """Keep the answers on the organisation, `shown` being those of the page (`answers_shown`).
    Raises ForbiddenMoveError when the step is closed, StaleError."""
    locked = _locked(enrolment, "organisation")
    take_answers(locked, data, shown)
    locked.full_clean(exclude=["supplier", "scheme"])
    locked.save(update_fields=list(FACTS))


def answers_shown(answers: Answers | Mapping[str, Any]) -> str:
    """The answers that a page shows, for it to send back with those that it changes."""
    found = answers if isinstance(answers, Mapping) else vars(answers)
    return json.dumps({name: str(found[name]) for name in FACTS if name in found})


def take_answers(answers: Answers, data: Mapping[str, Any], shown: str = "") -> None:
    """Give the answers that a page changed, and leave the others as they are now: another tab, or
    a colleague, may have changed them since they were shown.

    Raises StaleError, and changes nothing, when one of them was changed here and there.
    """
    before = _read_shown(shown)
    given = {name: data[name] for name in FACTS if name in data}
    changed = {name: value for name, value in given.items() if before.get(name) != str(value)}
    twice = [
        name
        for name, value in changed.items()
        if name in before and str(getattr(answers, name)) not in (before[name], str(value))
    ]
    if twice:
        labels = ", ".join(
            str(getattr(Answers._meta.get_field(name), "verbose_name", name)) for name in twice
        )
        raise StaleError(
            f"Changé entre-temps dans un autre onglet, ou par un collègue : {labels}. Rechargez "
            "la page avant de le modifier."
        )
    for name, value in changed.items():
        setattr(answers, name, value)


def _read_shown(shown: str) -> dict[str, str]:
    """What a page says it showed; nothing when it says nothing that can be read."""
    try:
        found = json.loads(shown or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def fingerprint_of(content: Any) -> str:
    """The digest of what a page shows."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def offered_solutions(supplier: Supplier, scheme: Scheme | str) -> Any:
    """The solutions of a scheme that this supplier edits, or may distribute: all the others."""
    return (
        Solution.objects.filter(scheme=scheme)
        .filter(Q(editor=supplier) | Q(distributions__distributor=supplier))
        .select_related("editor")
        .distinct()
        .order_by("name", "version")
    )


@transaction.atomic
def choose_solutions(enrolment: Enrolment, solutions: Iterable[Solution], *, stage: str) -> None:
    """Keep the solutions of an enrolment and the stage it asks for.

    Raises ForbiddenMoveError when the step is closed, ValidationError for a solution that the
    supplier neither edits nor distributes.
    """
    locked = _locked(enrolment, "solutions")
    chosen = list(solutions)
    allowed = set(offered_solutions(locked.supplier, locked.scheme).values_list("pk", flat=True))
    if foreign := [str(one) for one in chosen if one.pk not in allowed]:
        raise ValidationError(f"{', '.join(foreign)} : vous ne l’éditez ni ne la distribuez.")
    locked.solutions.set(chosen)
    if locked.early_validated_on is None:
        Enrolment.objects.filter(pk=locked.pk).update(stage_asked=Stage(stage).value)


@transaction.atomic
def declare_solution(enrolment: Enrolment, *, name: str, version: str, actor: User) -> Solution:
    """Add a solution that the supplier edits to its enrolment; ANS records its referencing.

    One that is known already under another spelling is that one: it is not recorded twice.
    """
    locked = _locked(enrolment, "solutions")
    name, version = name.strip(), version.strip()
    own = Solution.objects.filter(scheme=locked.scheme, editor=locked.supplier).order_by("pk")
    wanted = alike(name, version)
    known = [one for one in own if alike(one.name, one.version) == wanted]
    if len(known) == 1:
        solution, is_new = known[0], False
    else:
        solution, is_new = own.get_or_create(
            scheme=locked.scheme, editor=locked.supplier, name=name, version=version
        )
    locked.solutions.add(solution)
    if is_new:
        write_journal(locked, "declare_solution", actor=actor, note=str(solution))
    return solution


@transaction.atomic
def declare_distribution(enrolment: Enrolment, solution: Solution, *, actor: User) -> None:
    """Say that the supplier distributes another editor's solution: the editor's declaration to
    ANS and the mandate are then expected (ENR-003). Raises ForbiddenMoveError."""
    locked = _locked(enrolment, "solutions")
    if solution.scheme_id != locked.scheme_id or solution.editor_id == locked.supplier_id:
        raise ForbiddenMoveError("Cette solution n’est pas d’un autre éditeur sur ce dispositif.")
    _, is_new = Distribution.objects.get_or_create(solution=solution, distributor=locked.supplier)
    locked.solutions.add(solution)
    if is_new:
        write_journal(locked, "declare_distribution", actor=actor, note=str(solution))


@transaction.atomic
def submit_enrolment(enrolment: Enrolment, *, membership: Membership, seen: str = "") -> Submission:
    """Sign and send: from a draft, after a correction, or to become final. `seen` is the digest of
    the recap that was shown.

    Raises ForbiddenMoveError: who may not sign, a state that sends nothing, an incomplete file
    (IncompleteError, everything missing in words), a recap that changed since (StaleError).
    """
    actor: User = membership.user
    if membership.role not in SIGNING_ROLES or membership.supplier_id != enrolment.supplier_id:
        raise ForbiddenMoveError("Seul le représentant légal ou le mandataire peut transmettre.")
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("scheme", "supplier")
    locked = rows.get(pk=enrolment.pk)
    name = (SENDING_FINAL if locked.early_validated_on else SENDING).get(locked.state)
    if name is None:
        raise ForbiddenMoveError("Cet enrôlement est déjà transmis à l’ASP.")
    if name == "submit":
        check_window(locked.scheme)
    if name == "finalise":
        locked.stage_asked = Stage.FINAL.value
        Enrolment.objects.filter(pk=locked.pk).update(stage_asked=Stage.FINAL.value)
    check_complete(lacks_of(locked, signing_role=membership.role))
    check_recap(locked, seen)
    submission = sign(locked, membership)
    Enrolment.objects.filter(pk=locked.pk).update(reopened_steps=[])
    move_enrolment(enrolment, name, actor=actor, role="supplier", note=submission.reference)
    return submission


def check_complete(lacks: Iterable[Lack]) -> None:
    """Raise IncompleteError with everything that is missing, if anything is."""
    if sentences := [lack.sentence for lack in lacks]:
        raise IncompleteError(" ".join(sentences))


def check_recap(enrolment: Enrolment, seen: str) -> None:
    """Raise StaleError when the recap is not the one that was shown, if it was said which."""
    if seen and seen != fingerprint_of(recap(enrolment)):
        raise StaleError(
            "L’enrôlement a changé depuis l’affichage : relisez, puis signez de nouveau."
        )


def sign(
    enrolment: Enrolment, membership: Membership, *, changes: Iterable[Mapping[str, str]] = ()
) -> Submission:
    """Keep what is signed of an enrolment as it is given, and issue its receipt, which says the
    `changes` (label, before, after) of one that was validated. Call it with the enrolment locked,
    once nothing is missing."""
    submission = Submission.objects.create(
        enrolment_id=enrolment.pk,
        number=enrolment.submissions.count() + 1,
        stage=enrolment.stage_asked,
        signed_by=membership.user,
        signed_at=clock.now(),
        content={**recap(enrolment), "changes": list(changes)},
    )
    issue_document(
        kind=IssuedDocument.Kind.ENROLMENT_RECEIPT,
        subject=enrolment,
        recipient=enrolment.supplier,
        scheme_id=enrolment.scheme_id,
        version=submission.number,
        data={
            **submission.content,
            "signed_by": str(membership.user),
            "signed_at": instant(submission.signed_at),
            "submission": submission.reference,
        },
    )
    return submission


def osu_in_words(answers: Answers) -> str:
    """What is declared of the OSU habilitation."""
    if answers.osu == Osu.EDITOR:
        return "celle de l’éditeur, prévue par son mandat"
    if answers.osu == Osu.PENDING:
        return "demandée, pas encore obtenue"
    if answers.osu_granted_on is None:
        return "non déclarée"
    end = f", jusqu’au {day(answers.osu_expires_on)}" if answers.osu_expires_on else ""
    return f"obtenue le {day(answers.osu_granted_on)}{end}"


def recap(enrolment: Enrolment) -> dict[str, Any]:
    """What is signed: the answers, the solutions, the documents with their checksum, masked
    bank details. Plain values, as the receipt shows them."""
    bank = current_bank_details(enrolment)
    current = current_documents(enrolment)
    return {
        "supplier": enrolment.supplier.name,
        "siret": enrolment.supplier.siret,
        "scheme": enrolment.scheme_id,
        "scheme_name": enrolment.scheme.name,
        "stage": enrolment.stage_to_send_label,
        "legal_representative": enrolment.legal_representative,
        "wanted_name": enrolment.wanted_name,
        "is_vat_subject": enrolment.is_vat_subject,
        "hosts_data": enrolment.hosts_data,
        "uses_own_order_layout": enrolment.uses_own_order_layout,
        "proxy": enrolment.get_proxy_display(),
        "proxy_name": enrolment.proxy_name,
        "osu": osu_in_words(enrolment),
        "solutions": [str(one) for one in enrolment.solutions.order_by("name", "version")],
        "bank": {"holder": bank.holder, "iban": bank.masked, "bic": bank.bic} if bank else None,
        "documents": [
            {
                "name": asked.name,
                "file": row.file.name,
                "sha256": row.file.sha256,
                "version": row.version,
                "deposited_at": instant(row.deposited_at.replace(microsecond=0)),
            }
            for asked in asked_of(enrolment)
            if (row := current.get(asked.key)) is not None
        ],
    }
