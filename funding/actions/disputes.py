"""Disputes between suppliers: contested, opened, answered, decided (domain page, section 7)."""

from __future__ import annotations

from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.urls import reverse

from enrolment.actions import check_assigned
from enrolment.enums import DEPOSITING_ROLES
from enrolment.models import Membership, Supplier, User
from funding.actions.limits import limits
from funding.actions.requests import move_request
from funding.actions.telling import tell_recoveries
from funding.enums import Outcome, PortalReason
from funding.intake import Envelope, read_envelope
from funding.models import DepositLine, Dispute, DisputePart, FundingRequest
from funding.workflow import DISPUTE
from orders.models import Claim
from orders.rules.claims import RULE_OF_CLAIM, wanted_claims
from orders.rules.facts import OrderFacts
from orders.rules.uniqueness import OWN_ADVICE
from segur_portal.common import clock
from segur_portal.common.actions import move, read_file, store_file, write_journal
from segur_portal.common.antivirus import scan_waiting_file
from segur_portal.common.enums import Kind, ParameterCode, Role
from segur_portal.common.french import day, typographic
from segur_portal.common.models import NoticeKind, Parameter, StoredFile
from segur_portal.common.notices import notify
from segur_portal.common.workflow import ForbiddenMoveError
from segur_portal.common.working_days import working_days_after

CONTESTED_CODES = frozenset(RULE_OF_CLAIM.values())
# The advice on an order of one's own: nobody contests oneself.
_OWN = frozenset({OWN_ADVICE, typographic(OWN_ADVICE)})
# Decided on what both parties said, hence once they can say no more.
AFTER_ANSWERS = frozenset({"uphold", "overturn"})
MAX_BYTES = 20 * 1024 * 1024


def contestable(line: DepositLine) -> bool:
    """Whether a KO line speaks of an order that this supplier does not hold."""
    if line.outcome != Outcome.KO:
        return False
    return any(
        one.get("code") in CONTESTED_CODES and one.get("advice") not in _OWN
        for one in line.findings
    )


@transaction.atomic
def contest(*, line: DepositLine, user: User, text: str, content: File[bytes]) -> Dispute:
    """Contest the order that made a request KO, with the client's signed order.

    Raises ForbiddenMoveError: nothing of it is held by another supplier now, or it is contested
    already.
    """
    supplier = line.deposit.supplier
    Supplier.objects.select_for_update(no_key=True).get(pk=supplier.pk)
    if not contestable(line):
        raise ForbiddenMoveError("Cette demande n’est pas KO pour une règle d’unicité.")
    if Dispute.objects.live().filter(line=line).exists():
        raise ForbiddenMoveError("Cette demande est déjà contestée.")
    payload = _payload_of(line)
    held = _held_by_another(line, payload)
    dispute = Dispute.objects.create(
        line=line,
        request=held,
        scheme_id=held.scheme_id,
        challenger=supplier,
        holder_id=held.supplier_id,
        client_name=payload["clients"][0]["nomStructure"][:150],
        contested_at=clock.now(),
    )
    _say(dispute, supplier, user, text, content)
    write_journal(dispute, "contest", actor=user, target=dispute.state)
    return dispute


def _payload_of(line: DepositLine) -> dict[str, Any]:
    """The KO request as it was deposited."""
    deposit = line.deposit
    assert deposit.file  # it was treated: its file arrived
    envelope = read_envelope(
        read_file(deposit.file),
        filename=deposit.file_name,
        supplier_siret=deposit.supplier.siret,
        limits=limits(),
    )
    assert isinstance(envelope, Envelope)  # it was treated: it can be read
    payload: dict[str, Any] = envelope.requests[line.index - 1]
    return payload


def _held_by_another(line: DepositLine, payload: dict[str, Any]) -> FundingRequest:
    """The live advance of another supplier that holds what the request wants."""
    scheme = str(line.deposit.scheme_id)
    wanted = wanted_claims(OrderFacts.from_payload(payload, scheme=scheme))
    orders = [
        Claim.objects.live()
        .filter(scheme=scheme, kind=claim.kind, value=claim.value, slot=claim.slot)
        .exclude(order__supplier=line.deposit.supplier)
        .values_list("order", flat=True)
        .first()
        for claim in wanted
    ]
    held = FundingRequest.objects.live().filter(
        kind=Kind.ADVANCE, order__in=[pk for pk in orders if pk]
    )
    request: FundingRequest | None = held.select_related("supplier").order_by("pk").first()
    if request is None:
        raise ForbiddenMoveError(
            "Aucune commande en place ne retient plus ce client : déposez de nouveau la demande."
        )
    return request


@transaction.atomic
def open_dispute(dispute: Dispute, *, actor: User, question: str) -> None:
    """Ask both parties, who have so many working days to answer (a parameter, section 7).

    Raises ForbiddenMoveError.
    """
    check_assigned(actor, dispute.scheme_id)
    days = int(Parameter.objects.number(ParameterCode.DISPUTE_DAYS, dispute.scheme_id))
    due_on = working_days_after(clock.today(), days)
    move(
        dispute,
        "open",
        workflow=DISPUTE,
        role=Role.OFFICER,
        actor=actor,
        note=question,
        question=question,
        opened_at=clock.now(),
        due_on=due_on,
    )
    words = f"Répondez avec vos pièces avant le {day(due_on)} inclus. {question}"
    for supplier in (dispute.challenger, dispute.holder):
        _tell(dispute, supplier, "votre réponse est attendue", words)


@transaction.atomic
def answer_dispute(
    dispute: Dispute, *, supplier: Supplier, user: User, text: str, content: File[bytes] | None
) -> None:
    """One party answers, as often as it likes until the day is over. Raises ForbiddenMoveError.

    Also after both have answered, until the decision: a refusal would say that the other has.
    """
    locked = Dispute.objects.of(supplier).select_for_update(of=("self",)).get(pk=dispute.pk)
    is_open = locked.state in ("open", "answered")
    if not is_open or locked.due_on is None or locked.due_on < clock.today():
        raise ForbiddenMoveError("Le délai de réponse est écoulé.")
    _say(locked, supplier, user, text, content)
    write_journal(locked, "answer", actor=user, is_public=False)
    if locked.state == "answered":
        return
    answered = locked.parts.filter(said_at__gte=locked.opened_at)
    if answered.values("supplier").distinct().count() == len(
        {locked.challenger_id, locked.holder_id}
    ):
        move(dispute, "close_answers", workflow=DISPUTE, role=Role.SYSTEM)


def close_overdue_disputes() -> int:
    """Close the answers of those whose time is over; returns how many."""
    closed = 0
    for dispute in Dispute.objects.overdue(clock.today()).order_by("pk"):
        try:
            move(dispute, "close_answers", workflow=DISPUTE, role=Role.SYSTEM)
        except ForbiddenMoveError:
            continue
        closed += 1
    return closed


@transaction.atomic
def withdraw_dispute(dispute: Dispute, *, supplier: Supplier, user: User) -> None:
    """The challenger gives up; the holder is told when it was asked. Raises ForbiddenMoveError."""
    if dispute.challenger_id != supplier.pk:
        raise ForbiddenMoveError("Seul celui qui a contesté retire sa contestation.")
    move(dispute, "withdraw", workflow=DISPUTE, role=Role.SUPPLIER, actor=user)
    if dispute.opened_at:
        _tell(dispute, dispute.holder, "est retiré", "Votre commande reste en place.")


@transaction.atomic
def decide_dispute(
    dispute: Dispute, name: str, *, actor: User, role: str, reason_code: str, note: str
) -> None:
    """Dismiss, uphold or overturn; overturning cancels the order in place with all it brings.

    Raises ForbiddenMoveError: the table, an officer's schemes, days left to answer, money on its
    way.
    """
    check_assigned(actor, dispute.scheme_id)
    locked = Dispute.objects.select_for_update(of=("self",)).get(pk=dispute.pk)
    if name in AFTER_ANSWERS and (refusal := too_early(locked)):
        raise ForbiddenMoveError(refusal)
    move(
        dispute,
        name,
        workflow=DISPUTE,
        role=role,
        actor=actor,
        reason_code=reason_code,
        note=note,
        answer=note,
        decided_at=clock.now(),
    )
    if name == "overturn":
        move_request(
            dispute.request,
            "cancel",
            actor=actor,
            role=role,
            reason_code=PortalReason.SUPPLIER_CHANGED,
            note=note,
            is_told=False,
        )
        tell_recoveries([dispute.request_id])
    for supplier, what in _outcomes(dispute, name):
        _tell(dispute, supplier, what, note)


def too_early(dispute: Dispute) -> str:
    """Why a dispute under way cannot be decided today; empty when its last day is over."""
    is_awaited = dispute.state in ("open", "answered")
    since = dispute.decidable_from(clock.today()) if is_awaited else None
    if since is None:
        return ""
    return (
        f"Décision possible à partir du {day(since)} : jusque-là, chaque partie peut compléter sa "
        "réponse."
    )


def _outcomes(dispute: Dispute, name: str) -> list[tuple[Supplier, str]]:
    """What each party is told; nobody is told of what was never opened against them."""
    if name == "dismiss":
        return [(dispute.challenger, "votre contestation est écartée")]
    if name == "uphold":
        return [
            (dispute.challenger, "la commande en place est confirmée"),
            (dispute.holder, "votre commande est confirmée"),
        ]
    return [
        (dispute.challenger, "la commande en place est annulée : déposez de nouveau la vôtre"),
        (dispute.holder, "votre commande est annulée"),
    ]


def _say(
    dispute: Dispute, supplier: Supplier, user: User, text: str, content: File[bytes] | None
) -> None:
    stored = None
    if content is not None:
        if not content.size or content.size > MAX_BYTES:
            raise ForbiddenMoveError("Le fichier doit peser de 1 octet à 20 Mio.")
        stored = store_file(
            content,
            name=content.name or "piece.pdf",
            purpose=StoredFile.Purpose.DISPUTE,
            stored_by=user,
        )
        scan_waiting_file(stored)
    DisputePart.objects.create(
        dispute=dispute,
        supplier=supplier,
        said_by=user,
        said_at=clock.now(),
        text=text,
        file=stored,
    )


def _tell(dispute: Dispute, supplier: Supplier, what: str, body: str) -> None:
    members = Membership.objects.in_force(clock.today()).filter(
        supplier=supplier, role__in=DEPOSITING_ROLES
    )
    # Each in its own words: what the other wrote of the client stays its own.
    is_challenger = supplier.pk == dispute.challenger_id
    client = dispute.client_name if is_challenger else dispute.request.client_name
    notify(
        users=[member.user for member in members.select_related("user")],
        kind=NoticeKind.DECISION,
        title=f"Litige {dispute.number} ({client}) : {what}"[:200],
        body=body,
        url=reverse("dispute_detail", args=[dispute.pk]),
    )
