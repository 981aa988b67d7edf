"""One decision on every request of a filter: each is checked again, each has its own result."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from celery import current_app
from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet
from kombu.exceptions import OperationalError

from enrolment.models import User
from funding.actions.letters import reason_words
from funding.actions.requests import move_request
from funding.actions.telling import tell_bulk
from funding.models import BulkDecision, BulkDecisionLine, FundingRequest
from funding.workflow import REQUEST
from segur_portal.common import clock
from segur_portal.common.actions import insert_rows
from segur_portal.common.enums import Role
from segur_portal.common.french import spaced
from segur_portal.common.workflow import ForbiddenMoveError, Move

logger = logging.getLogger(__name__)
MAX_REQUESTS = 2_000
# Up to this many, the officer waits for the result; beyond, a worker does it.
AT_ONCE = 20
_FORGOTTEN_AFTER = timedelta(minutes=2)
# A correction names its own fields: it is asked file by file.
_ONE_BY_ONE = frozenset({"request_correction"})
Outcome = BulkDecisionLine.Outcome
# What may be wrong of one file alone. A database that does not answer, or a worker told to stop,
# is not: the decision is taken up again where it was.
_OF_ONE_FILE = (
    IntegrityError,
    DataError,
    ObjectDoesNotExist,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


def bulk_moves() -> list[Move]:
    """The moves that an officer may ask on many requests."""
    steps = REQUEST.moves.values()
    return [one for one in steps if Role.OFFICER in one.roles and one.name not in _ONE_BY_ONE]


def chosen_of(requests: QuerySet[FundingRequest]) -> list[int]:
    """The requests of a list, in order; one more than may be decided when there are too many."""
    keys = requests.order_by().values_list("pk", flat=True).distinct()
    return sorted(keys[: MAX_REQUESTS + 1])


def digest_of(ids: Sequence[int]) -> str:
    """What tells a set of requests from any other: the one that was shown, and the one asked."""
    return sha256(",".join(map(str, sorted(ids))).encode()).hexdigest()


@transaction.atomic
def ask_bulk(
    requests: QuerySet[FundingRequest],
    name: str,
    *,
    actor: User,
    reason_code: str = "",
    note: str = "",
    expected: str,
) -> BulkDecision:
    """Record a decision on these requests, then have it carried out.

    `expected` is the digest of those that were shown. Raises ForbiddenMoveError, in French: nothing
    to decide, too many, others than those shown, a reason that is missing.
    """
    step = REQUEST.moves[name]
    if step.needs_reason and not (reason_code and note.strip()):
        raise ForbiddenMoveError(f"« {step.label} » demande un motif et une explication.")
    ids = chosen_of(requests)
    if not ids:
        raise ForbiddenMoveError("Aucun dossier ne répond à ces filtres.")
    if len(ids) > MAX_REQUESTS:
        raise ForbiddenMoveError(f"{MAX_REQUESTS} dossiers au plus : précisez les filtres.")
    if digest_of(ids) != expected:
        raise ForbiddenMoveError(
            "La liste a changé depuis son affichage : des dossiers y sont entrés ou en sont "
            "sortis. Rien n’est décidé : relisez la liste ci-dessous, puis confirmez."
        )
    decision = BulkDecision.objects.create(
        move=name, reason_code=reason_code, note=note, asked_by=actor, asked_at=clock.now()
    )
    insert_rows([BulkDecisionLine(decision=decision, request_id=pk) for pk in ids])
    if len(ids) > AT_ONCE:
        transaction.on_commit(lambda: wake_bulk(decision.pk))
    return decision


def run_bulk(decision_id: int) -> None:
    """Carry out what is left of a decision. Safe to call twice, or in two workers at once."""
    decision = BulkDecision.objects.select_related("asked_by").get(pk=decision_id)
    waiting = decision.lines.filter(outcome=Outcome.WAITING).order_by("pk")
    for pk in list(waiting.values_list("pk", flat=True)):
        _run_line(decision, pk)
    with transaction.atomic():
        locked = BulkDecision.objects.select_for_update().get(pk=decision_id)
        if locked.finished_at is None and not waiting.exists():
            locked.finished_at = clock.now()
            locked.save(update_fields=["finished_at"])
            tell_bulk(locked, reason_words(locked.reason_code))


def resume_bulk() -> int:
    """Wake a worker for each decision that nobody finished; returns how many."""
    before = clock.now() - _FORGOTTEN_AFTER
    found = BulkDecision.objects.filter(finished_at__isnull=True, asked_at__lt=before)
    ids = list(found.order_by("asked_at").values_list("pk", flat=True))
    for pk in ids:
        wake_bulk(pk)
    return len(ids)


def wake_bulk(decision_id: int) -> None:
    """Tell a worker that a decision waits; a broker that is down loses nothing."""
    try:
        current_app.send_task("funding.bulk", args=[decision_id])
    except (OperationalError, OSError):
        logger.warning("The broker did not answer; decision %s waits for the sweep.", decision_id)


@transaction.atomic
def _run_line(decision: BulkDecision, pk: int) -> None:
    """One file: its move, or why it was left as it is."""
    locked = BulkDecisionLine.objects.select_for_update(skip_locked=True, of=("self",))
    line = locked.select_related("request__supplier", "request__scheme", "request__deposit")
    found = line.select_related("request__order").filter(pk=pk, outcome=Outcome.WAITING).first()
    if found is None:
        return
    try:
        with transaction.atomic():
            move_request(
                found.request,
                decision.move,
                actor=decision.asked_by,
                role=Role.OFFICER,
                reason_code=decision.reason_code,
                note=decision.note,
                is_told=False,
            )
    except ForbiddenMoveError as refusal:
        found.outcome, found.message = Outcome.LEFT, str(refusal)
    except _OF_ONE_FILE as fault:
        logger.exception("Decision %s leaves request %s.", decision.pk, found.request.number)
        found.outcome, found.message = Outcome.LEFT, _told(fault)
    else:
        found.outcome = Outcome.DONE
    found.save(update_fields=["outcome", "message"])


def _told(fault: Exception) -> str:
    """A fault of the portal as the officer reads it, with its own words for who mends it."""
    words = (str(fault).strip().splitlines() or [""])[0]
    return spaced(
        "Le dossier est resté en l’état : une erreur technique, signalée à l’exploitant, a empêché "
        f"la décision ({type(fault).__name__} : {words[:200]})."
    )
