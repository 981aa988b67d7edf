"""Corrections: what an officer reopens, and nothing else; what the supplier answers is judged
again by the same rules, as of the day the request was received."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction

from enrolment.models import User
from funding.actions.answers import AWAITING, Again, batch_of, worlds_as_received
from funding.actions.corrected_papers import Papers, judged_papers
from funding.actions.integrate import LostRaceError
from funding.actions.requests import move_request
from funding.actions.rewriting import Answered, free_claims, write_answers
from funding.actions.telling import tell_supplier
from funding.actions.world import with_documents
from funding.intake import Envelope, check_structure
from funding.intake.judge import KO, judge
from funding.intake.leaves import Leaf, leaves_of, with_values
from funding.models import Correction, FundingRequest
from orders.actions.claims import take_claims
from segur_portal.common import clock
from segur_portal.common.enums import Role
from segur_portal.common.french import spaced
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
    """What is asked, as people read it; a document under the name that its file must bear."""
    name = f", « {leaf.value} »" if leaf.form == "document" else ""
    return spaced(f"– {leaf.label}{name} : {question.strip() or 'à vérifier et à corriger'}")


def _leaves(request: FundingRequest) -> list[Leaf]:
    return leaves_of(request.payload, scheme=request.scheme_id, kind=request.kind)


def answer_corrections(request: FundingRequest, answer: Answer, *, actor: User) -> None:
    """Put the answers in the request, judge it again, and give it back to ASP.

    Only what is open changes. Raises CorrectionRefusedError when the request would be KO (nothing
    is kept, not even the files that came), ForbiddenMoveError when it awaits no correction.
    """
    papers = Papers(answer.files, actor)
    try:
        _answer(request, answer.values, papers, actor=actor)
    except Exception:
        for _, stored in papers.stored.values():
            stored.content.delete(save=False)
        raise
    request.refresh_from_db()


@transaction.atomic
def _answer(
    request: FundingRequest, values: Mapping[str, Any], papers: Papers, *, actor: User
) -> None:
    locked = FundingRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if locked.state != AWAITING:
        raise ForbiddenMoveError("Ce dossier n’attend plus de correction.")
    pending = {one.pointer: one for one in locked.corrections.pending().order_by("pk")}
    payload = with_values(locked.payload, {at: values[at] for at in values if at in pending})
    papers.files = {at: file for at, file in papers.files.items() if at in pending}
    one = _judged(locked, payload, pending, papers)
    try:
        with transaction.atomic():
            if take_claims(scheme=locked.scheme_id, wanted=free_claims([one])):
                raise LostRaceError
            write_answers([one], actor=actor)
    except (LostRaceError, IntegrityError) as race:
        raise ForbiddenMoveError(
            "Un autre dossier vient de prendre un de ces identifiants. Envoyez de nouveau."
        ) from race


def _judged(
    request: FundingRequest, payload: Any, pending: Mapping[str, Correction], papers: Papers
) -> Answered:
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
    again = Again(request, structures[0], payload)
    ((world, versions),) = worlds_as_received(request.supplier, envelope, [again])
    documents = {1: judged_papers(request, payload, papers)}
    world = with_documents(world, request.supplier, documents)
    (verdict,) = judge(envelope, structures, world)
    if verdict.outcome == KO:
        raise CorrectionRefusedError([f for f in verdict.findings if f.severity.value == "ko"])
    return Answered(request, pending, batch_of(request, envelope, world, versions), verdict, papers)
