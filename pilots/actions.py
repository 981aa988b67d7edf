"""Pilot proofs: recorded, reviewed by an officer, replaced or withdrawn by their supplier."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse

from enrolment.actions import check_assigned
from enrolment.enums import DEPOSITING_ROLES
from enrolment.models import Membership, Solution, Supplier, User
from orders.models import Order
from pilots.enums import POINTS
from pilots.models import PilotProof
from pilots.rules import ORDER_FELL, Campaign
from pilots.workflow import PROOF
from segur_portal.common import clock
from segur_portal.common.actions import move, write_journal
from segur_portal.common.enums import DocumentKind, Role
from segur_portal.common.french import count, spaced
from segur_portal.common.models import NoticeKind, Statement, StoredFile
from segur_portal.common.notices import notify
from segur_portal.common.workflow import ForbiddenMoveError

# The officer's answers, as moves of the table.
APPROVE, SEND_BACK, REJECT = "approve", "send_back", "reject"


@transaction.atomic
def record_proof(
    *,
    supplier: Supplier,
    solution: Solution,
    kind: str,
    user: User | None,
    file: StoredFile | None,
    order: Order | None = None,
    client_key: str = "",
    client_name: str = "",
    label: str = "",
    signed_on: date | None = None,
    findings: Sequence[Mapping[str, Any]] = (),
    pages: Mapping[str, Any] | None = None,
) -> PilotProof:
    """A proof received, to review. Raises ForbiddenMoveError when its client has served already."""
    Supplier.objects.select_for_update(no_key=True).get(pk=supplier.pk)
    same = PilotProof.objects.of(supplier).live().filter(solution=solution, kind=kind)
    if kind == PilotProof.Kind.REPORT and same.filter(client_key=client_key).exists():
        raise ForbiddenMoveError("Ce client a déjà un PV pilote : il en faut un autre (PIL-001).")
    proof = PilotProof.objects.create(
        supplier=supplier,
        solution=solution,
        kind=kind,
        order=order,
        client_key=client_key,
        client_name=client_name[:150],
        label=label,
        signed_on=signed_on,
        file=file,
        findings=list(findings),
        pages=dict(pages or {}),
        submitted_by=user,
        submitted_at=clock.now(),
    )
    write_journal(proof, "submit", actor=user, target=proof.state)
    return proof


@transaction.atomic
def replace_proof(
    proof: PilotProof,
    *,
    user: User,
    file: StoredFile,
    signed_on: date | None,
    findings: Sequence[Mapping[str, Any]],
    pages: Mapping[str, Any],
) -> None:
    """The supplier answers a correction with another file. Raises ForbiddenMoveError."""
    move(
        proof,
        "replace",
        workflow=PROOF,
        role=Role.SUPPLIER,
        actor=user,
        file=file,
        signed_on=signed_on or proof.signed_on,
        findings=list(findings),
        pages=dict(pages),
        checked=[],
        submitted_by=user,
        submitted_at=clock.now(),
        reviewed_on=None,
        answer="",
    )
    _keep_reason(proof, "")


@transaction.atomic
def withdraw_proof(proof: PilotProof, *, user: User) -> None:
    """Take back a proof that has no answer yet; its client may serve again."""
    move(proof, "withdraw", workflow=PROOF, role=Role.SUPPLIER, actor=user)


@transaction.atomic
def review_proof(
    proof: PilotProof,
    decision: str,
    *,
    actor: User | None,
    role: str,
    checked: Collection[str] | None = None,
    reason_code: str = "",
    note: str = "",
) -> None:
    """Answer a proof today: compliant, to correct or refused.

    `checked` are the codes the officer ticked; all of them are needed to say compliant, None when
    nobody was asked. The review that completes a campaign opens its balances, and tells it.
    Raises ForbiddenMoveError: the table, an officer's schemes, points not ticked.
    """
    check_assigned(actor, proof.solution.scheme_id)
    if decision == APPROVE and checked is not None:
        left = [text for code, text in points_of(proof) if code not in checked]
        if left:
            raise ForbiddenMoveError(f"Point non vérifié : {left[0]}.")
    Supplier.objects.select_for_update(no_key=True).get(pk=proof.supplier_id)
    before = campaign_of(proof)
    changes = {"checked": sorted(checked)} if checked is not None else {}
    move(
        proof,
        decision,
        workflow=PROOF,
        role=role,
        actor=actor,
        reason_code="" if decision == APPROVE else reason_code,
        note=note,
        reviewed_on=clock.today(),
        answer=note,
        **changes,
    )
    _keep_reason(proof, "" if decision == APPROVE else reason_code)
    _tell(proof)
    after = campaign_of(proof)
    if after.is_unlocked != before.is_unlocked:
        _tell_turn(proof, after)


def _keep_reason(proof: PilotProof, code: str) -> None:
    """The coded reason beside its text: the journal has it too, `move()` takes it for itself."""
    PilotProof.objects.filter(pk=proof.pk).exclude(reason_code=code).update(reason_code=code)
    proof.reason_code = code


def points_of(proof: PilotProof) -> list[tuple[str, str]]:
    """What the officer looks at: the mandatory statements of a report, then the portal's points."""
    statements = (
        Statement.objects.binding(DocumentKind.PILOT_REPORT, proof.solution.scheme_id)
        if proof.kind == PilotProof.Kind.REPORT
        else ()
    )
    return [*((one.code, one.text) for one in statements), *POINTS[proof.kind]]


def campaign_of(proof: PilotProof) -> Campaign:
    """Where the pilots of this proof's supplier and solution stand."""
    campaigns = PilotProof.objects.of(proof.supplier).campaigns([proof.solution])
    return campaigns[proof.solution_id]


def _tell(proof: PilotProof) -> None:
    state = PROOF.states[proof.state].public.lower()
    notify(
        users=_depositors(proof),
        kind=NoticeKind.DECISION,
        title=f"{proof} ({proof.title}) : {state}"[:200],
        body=proof.answer,
        url=reverse("pilot_detail", args=[proof.pk]),
    )


def _tell_turn(proof: PilotProof, campaign: Campaign) -> None:
    """The balances of the solution open, or close again."""
    if campaign.is_unlocked:
        write_journal(proof, "unlock_balances", note=f"{proof.solution} : soldes ouverts.")
        title = f"{proof.solution} : vos demandes de solde sont ouvertes"
        body = "Tous les pilotes exigés sont conformes : déposez vos demandes de solde."
    else:
        write_journal(proof, "lock_balances", note=f"{proof.solution} : soldes suspendus.")
        title = f"{proof.solution} : vos demandes de solde sont suspendues"
        body = "Un pilote n’est plus conforme. Les soldes déjà déposés restent."
    notify(
        users=_depositors(proof),
        kind=NoticeKind.DECISION,
        title=title[:200],
        body=body,
        url=reverse("pilot_campaign", args=[proof.solution_id]),
    )


@transaction.atomic
def discount_reports(*, order_id: int) -> None:
    """The order of these reports is cancelled: compliant still, they count no more (PIL-001).

    The supplier is told, and whether its balances are suspended. Those deposited already stay.
    """
    proofs = PilotProof.objects.filter(order=order_id, state="compliant").select_related("solution")
    for proof in proofs.select_related("supplier").order_by("pk"):
        campaign = campaign_of(proof)
        what = f"Le PV de {proof.title} ne compte plus : {ORDER_FELL}."
        write_journal(proof, "discount", note=what)
        body = what
        if campaign.reports_missing:
            missing = count(campaign.reports_missing, "PV pilote")
            body += f" Il manque {missing} pour ouvrir les demandes de solde (PIL-001)."
            body += " Les soldes déjà déposés restent."
        notify(
            users=_depositors(proof),
            kind=NoticeKind.DECISION,
            title=f"{proof.solution} : le PV de {proof.title} ne compte plus"[:200],
            body=spaced(body),
            url=reverse("pilot_campaign", args=[proof.solution_id]),
        )


def _depositors(proof: PilotProof) -> list[User]:
    members = Membership.objects.in_force(clock.today()).filter(
        supplier=proof.supplier_id, role__in=DEPOSITING_ROLES
    )
    return [member.user for member in members.select_related("user")]
