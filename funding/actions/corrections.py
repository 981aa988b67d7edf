"""Corrections: what an officer reopens, and nothing else; what the supplier answers is judged
again by the same rules, as of the day the request was received."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction

from enrolment.models import User
from funding.actions.corrected_papers import Papers, judged_papers, keep_papers
from funding.actions.integrate import Batch, LostRaceError, rewrite
from funding.actions.requests import move_request
from funding.actions.telling import tell_supplier
from funding.actions.world import load_world
from funding.intake import Envelope, check_structure
from funding.intake.judge import KO, Verdict, judge
from funding.intake.leaves import Leaf, leaves_of, with_values
from funding.intake.world import World
from funding.models import Correction, FundingRequest
from orders.queries import rows_at_versions
from orders.rules.facts import OrderFacts
from segur_portal.common import clock
from segur_portal.common.enums import Kind, Role
from segur_portal.common.models import NoticeKind
from segur_portal.common.rules import Finding
from segur_portal.common.workflow import ForbiddenMoveError


class CorrectionRefusedError(Exception):
    """What was answered does not pass the rules; `findings` say where and why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(f"{len(findings)} findings")
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a supplier answers: values and files, by pointer."""

    values: Mapping[str, Any]
    files: Mapping[str, File[bytes]]


@transaction.atomic
def ask_corrections(
    request: FundingRequest,
    asked: Mapping[str, str],
    *,
    actor: User,
    reason_code: str,
    note: str,
) -> None:
    """Send a request back to its supplier, opening what `asked` names (pointer → question).

    Raises ForbiddenMoveError, in French: the state table, the officer's schemes, nothing asked, or
    something that the request does not hold.
    """
    leaves = {leaf.pointer: leaf for leaf in _leaves(request)}
    if not asked:
        raise ForbiddenMoveError("Choisissez au moins un champ ou un document à corriger.")
    if strange := asked.keys() - leaves.keys():
        raise ForbiddenMoveError(f"La demande n’a pas de valeur en {sorted(strange)[0]}.")
    chosen = [leaf for pointer, leaf in leaves.items() if pointer in asked]
    note = "\n".join([note.strip(), *(_line(leaf, asked[leaf.pointer]) for leaf in chosen)])
    move_request(
        request,
        "request_correction",
        actor=actor,
        role=Role.OFFICER,
        reason_code=reason_code,
        note=note,
    )
    now = clock.now()
    Correction.objects.bulk_create(
        Correction(
            request=request,
            pointer=leaf.pointer,
            label=leaf.label,
            is_document=leaf.form == "document",
            question=asked[leaf.pointer].strip(),
            before=leaf.value,
            asked_by=actor,
            asked_at=now,
        )
        for leaf in chosen
    )
    tell_supplier(
        request,
        kind=NoticeKind.DECISION,
        what="demande une correction",
        why=note,
        page="request_correction",
    )


def _line(leaf: Leaf, question: str) -> str:
    return f"– {leaf.label} : {question.strip() or 'à vérifier et à corriger'}"


def _leaves(request: FundingRequest) -> list[Leaf]:
    return leaves_of(request.payload, scheme=request.scheme_id, kind=request.kind)


@transaction.atomic
def answer_corrections(request: FundingRequest, answer: Answer, *, actor: User) -> None:
    """Put the answers in the request, judge it again, and give it back to ASP.

    Only what is open changes. Raises CorrectionRefusedError when the request would be KO (nothing
    is kept), ForbiddenMoveError when it awaits no correction.
    """
    locked = FundingRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if locked.state != "correction_requested":
        raise ForbiddenMoveError("Ce dossier n’attend plus de correction.")
    pending = {one.pointer: one for one in locked.corrections.pending().order_by("pk")}
    values = {at: value for at, value in answer.values.items() if at in pending}
    files = {at: file for at, file in answer.files.items() if at in pending}
    papers = Papers(files, actor)
    payload = with_values(locked.payload, values)
    verdict, batch = _judged(locked, payload, papers)
    try:
        with transaction.atomic():
            rewrite(batch, verdict, locked)
    except (LostRaceError, IntegrityError) as race:
        raise ForbiddenMoveError(
            "Un autre dossier vient de prendre un de ces identifiants. Envoyez de nouveau."
        ) from race
    keep_papers(locked, papers)
    _close(pending, values, papers, actor)
    request.refresh_from_db()
    move_request(
        request,
        "answer_correction",
        actor=actor,
        role=Role.SUPPLIER,
        note=_summary(pending, values, papers),
    )


def _judged(request: FundingRequest, payload: Any, papers: Papers) -> tuple[Verdict, Batch]:
    """The verdict on the corrected request, with what to write it."""
    envelope = Envelope(
        format_version=request.format_version,
        scheme=request.scheme_id,
        kind=request.kind,
        siret=request.supplier.siret,
        requests=[payload],
    )
    structures = check_structure(envelope)
    if structures[0].findings:
        raise CorrectionRefusedError(structures[0].findings)
    world, versions = load_world(
        supplier=request.supplier,
        envelope=envelope,
        structures=structures,
        received_at=request.received_at,
    )
    world = _as_received(_without(world, request), request, payload)
    documents = {1: judged_papers(request, payload, papers)}
    world = replace(world, documents=documents)
    (verdict,) = judge(envelope, structures, world)
    if verdict.outcome == KO:
        raise CorrectionRefusedError([f for f in verdict.findings if f.severity.value == "ko"])
    versions = replace(versions, base=versions.base or request.base)
    batch = Batch(request.deposit, envelope, world, versions, request.scheme, clock.now())
    return verdict, batch


def _without(world: World, request: FundingRequest) -> World:
    """The world as if this request did not hold what it holds."""
    held = {key: one for key, one in world.held.items() if one.request_number != request.number}
    advances = {
        reference: replace(one, other_balance=None) if one.other_balance == request.number else one
        for reference, one in world.advances.items()
    }
    return replace(world, known={}, held=held, advances=advances)


def _as_received(world: World, request: FundingRequest, payload: Any) -> World:
    """The lines of the base as they stood when the request was received, where there were some:
    a client that left since does not block an answer."""
    if request.kind != Kind.ADVANCE:
        return world
    version = request.base.version or 0
    keys = OrderFacts.from_payload(payload, scheme=request.scheme_id).lookups()
    then = rows_at_versions(request.scheme_id, [(*key, version) for key in dict.fromkeys(keys)])
    return replace(world, base={**world.base, **{key[:2]: row for key, row in then.items()}})


def _close(
    pending: Mapping[str, Correction], values: Mapping[str, Any], papers: Papers, actor: User
) -> None:
    now = clock.now()
    for pointer, one in pending.items():
        one.after = papers.digest(pointer) if one.is_document else values.get(pointer, one.before)
        one.answered_by, one.answered_at = actor, now
    Correction.objects.bulk_update(pending.values(), ["after", "answered_by", "answered_at"])


def _summary(pending: Mapping[str, Correction], values: Mapping[str, Any], papers: Papers) -> str:
    """What was answered, for the journal that both sides read."""
    lines = []
    for pointer, one in pending.items():
        if one.is_document:
            replaced = papers.digest(pointer) is not None
            lines.append(f"– {one.label} : {'remplacé' if replaced else 'maintenu'}")
        elif pointer in values and values[pointer] != one.before:
            lines.append(f"– {one.label} : {_shown(one.before)} → {_shown(values[pointer])}")
        else:
            lines.append(f"– {one.label} : maintenu")
    return "\n".join(lines)


def _shown(value: Any) -> str:
    return Leaf("", "", value, "text").shown
