"""What the rules on documents read of an enrolment, and what they say of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from enrolment.enums import MemberRole
from enrolment.models import (
    Amendment,
    BankDetails,
    CompanyIdentity,
    Enrolment,
    Solution,
    SupportingDocument,
)
from enrolment.models.answers import FACTS
from enrolment.rules.completeness import Lack, advice, fault_of, missing, questions
from enrolment.rules.documents import (
    SUSPENDING,
    Asked,
    EnrolmentFacts,
    NamedSolution,
    Osu,
    Provided,
    Proxy,
    Stage,
    documents_asked,
    proof_fault,
)
from segur_portal.common import clock
from segur_portal.common.clock import PARIS
from segur_portal.common.enums import ParameterCode
from segur_portal.common.models import Parameter

_PROXIES = {
    MemberRole.PROXY.value: Proxy.EMPLOYEE,
    MemberRole.THIRD_PARTY_PROXY.value: Proxy.THIRD_PARTY,
}
Key = tuple[str, int | None]
# Nothing is being sent: each document is deposited, and decided, by itself.
VALIDATED = frozenset({"early", "final"})
STEPS = ("organisation", "solutions", "documents", "banque", "recapitulatif")


def facts_of(enrolment: Enrolment, signing_role: str = "") -> EnrolmentFacts:
    """The facts of an enrolment as it is now; `signing_role` is that of the member who signs."""
    return EnrolmentFacts(
        solutions=tuple(
            NamedSolution(
                one.pk,
                str(one),
                one.editor_id == enrolment.supplier_id,
                one.referenced_on is not None,
            )
            for one in solutions_asked(enrolment)
        ),
        requires_hosting=enrolment.scheme.requires_hosting_document,
        hosts_data=enrolment.hosts_data,
        legal_representative=enrolment.legal_representative,
        registered_name=_registered_name(enrolment) if enrolment.wanted_name.strip() else "",
        wanted_name=enrolment.wanted_name,
        is_vat_subject=enrolment.is_vat_subject,
        **_osu_of(enrolment),
        proxy=enrolment.proxy,
        proxy_name=enrolment.proxy_name,
        signer=_PROXIES.get(signing_role, Proxy.NONE),
        bank_max_age_months=int(
            Parameter.objects.number(ParameterCode.BANK_DETAILS_MAX_AGE_MONTHS, enrolment.scheme_id)
        ),
    )


def _osu_of(enrolment: Enrolment) -> dict[str, Any]:
    """What is said of the OSU habilitation. An enrolment validated before it was a question, or
    whose organisation obtained it since, is not asked what the organisation's page says."""
    if enrolment.state == "final" and not enrolment.osu and enrolment.supplier.osu_granted_on:
        return {"osu": Osu.HELD, "osu_granted_on": enrolment.supplier.osu_granted_on}
    return {"osu": enrolment.osu, "osu_granted_on": enrolment.osu_granted_on}


def _registered_name(enrolment: Enrolment) -> str:
    """The name that the register gives, as far as it answered."""
    found = CompanyIdentity.objects.filter(supplier=enrolment.supplier_id)
    return found.values_list("name", flat=True).first() or ""


def amendment_of(enrolment: Enrolment) -> Amendment | None:
    """The change under way on a validated enrolment, if there is one."""
    rows = Amendment.objects.filter(enrolment=enrolment).under_way()
    return rows.select_related("reason", "submission", "started_by").first()


def as_amended(enrolment: Enrolment) -> Enrolment:
    """The enrolment as it would be with the change under way, never to be saved; itself where
    there is none."""
    change = amendment_of(enrolment)
    return with_answers(enrolment, change) if change is not None else enrolment


def with_answers(enrolment: Enrolment, change: Amendment) -> Enrolment:
    """A copy of the enrolment, never to be saved, that gives the answers of a change."""
    amended = copy(enrolment)
    for name in FACTS:
        setattr(amended, name, getattr(change, name))
    return amended


def solutions_asked(enrolment: Enrolment) -> QuerySet[Solution]:
    """The solutions that documents are asked for: those enrolled, and those being added."""
    named = Solution.objects.filter(Q(enrolments=enrolment) | Q(joining=enrolment))
    return named.distinct().order_by("name", "version")


def current_documents(enrolment: Enrolment) -> dict[Key, SupportingDocument]:
    """The last version of each document deposited."""
    rows = enrolment.documents.current().select_related("file", "solution", "reason")
    return {(row.kind, row.solution_id): row for row in rows.order_by("pk")}


def as_provided(document: SupportingDocument) -> Provided:
    """A document, as the rules read it."""
    return Provided(
        document.state,
        document.deposited_at.astimezone(PARIS).date(),
        document.issued_on,
        document.starts_on,
        document.expires_on,
        document.covers_osu,
        document.proves,
    )


def current_bank_details(enrolment: Enrolment) -> BankDetails | None:
    """The bank details that this enrolment stands on: those under way, else those in force."""
    rows = BankDetails.objects.of(enrolment.supplier)
    return rows.under_way().first() or rows.in_force(date.max).first()


def lacks_of(
    enrolment: Enrolment, *, stage: str | None = None, signing_role: str = ""
) -> list[Lack]:
    """What still keeps the enrolment from being sent at the stage it asks for, by a member of that
    role."""
    bank = current_bank_details(enrolment)
    return missing(
        facts_of(enrolment, signing_role),
        {key: as_provided(row) for key, row in current_documents(enrolment).items()},
        stage=stage or enrolment.stage_to_send,
        on=clock.today(),
        has_bank_details=bank is not None and bank.state != "to_correct",
        must_run=enrolment.state != "final",
    )


def asked_by_change(enrolment: Enrolment, amended: Enrolment) -> list[Asked]:
    """The documents that a change asks for: those that the enrolment did not ask for, and those
    accepted for other answers. What is wrong with the others is not the change's concern."""
    before = {one.key for one in asked_of(enrolment)}
    facts = facts_of(amended)
    in_force = {(row.kind, row.solution_id): row for row in enrolment.documents.in_force()}
    return [
        one
        for one in asked_of(amended)
        if one.key not in before
        or (one.key in in_force and proof_fault(one, as_provided(in_force[one.key]), facts))
    ]


def lacks_of_change(enrolment: Enrolment, amended: Enrolment, signing_role: str = "") -> list[Lack]:
    """What still keeps a change from being sent, by a member of that role."""
    facts, current = facts_of(amended, signing_role), current_documents(enrolment)
    provided = {key: as_provided(row) for key, row in current.items()}
    lacks = list(questions(facts, Stage.FINAL))
    for one in asked_by_change(enrolment, amended):
        document = provided.get(one.key)
        if fault := fault_of(one, document, facts, clock.today(), must_run=True):
            lacks.append(Lack(f"{one.name} : {fault}.", "documents", one))
    return lacks


def advice_of(enrolment: Enrolment) -> list[str]:
    """What does not keep the enrolment from being sent, and will count afterwards, in words."""
    is_final = enrolment.state in VALIDATED or enrolment.stage_asked == Stage.FINAL
    return list(advice(facts_of(enrolment), Stage.FINAL if is_final else Stage.EARLY))


def asked_of(enrolment: Enrolment) -> list[Asked]:
    """Every document asked, those of the final stage included: the screen says which."""
    return documents_asked(facts_of(enrolment), Stage.FINAL)


def open_steps(enrolment: Enrolment) -> frozenset[str]:
    """The steps that the supplier may change now: all of a draft, then only what was asked."""
    if enrolment.state == "draft":
        return frozenset(STEPS)
    if enrolment.state == "early":
        # What is answered or chosen again is examined with the finalisation.
        return frozenset({"organisation", "solutions", "documents", "recapitulatif"})
    if enrolment.state == "final":
        return frozenset({"documents"})
    if enrolment.state == "correction_requested":
        bank = current_bank_details(enrolment)
        corrected = {"banque"} if bank is None or bank.state == "to_correct" else set()
        corrected |= {lack.step for lack in questions(facts_of(enrolment), enrolment.stage_asked)}
        return frozenset({"documents", "recapitulatif", *enrolment.reopened_steps, *corrected})
    return frozenset()


def open_documents(enrolment: Enrolment, asked: Iterable[Asked]) -> frozenset[Key]:
    """The documents that may be deposited now, or deposited again.

    A draft opens all; later, only what is to correct, what is not there yet, what is no longer
    valid, and what an officer has not looked at. A renewal before the end is always possible once
    the enrolment is validated.
    """
    if "documents" not in open_steps(enrolment):
        return frozenset()
    current = current_documents(enrolment)
    asked = list(asked)
    if enrolment.state == "draft" or "documents" in enrolment.reopened_steps:
        return frozenset(one.key for one in asked)
    if enrolment.state == "correction_requested" and enrolment.stage_asked == Stage.EARLY:
        asked = [one for one in asked if one.stage == Stage.EARLY]
    facts, is_renewable = facts_of(enrolment), enrolment.state in VALIDATED
    return frozenset(
        one.key for one in asked if _is_open(current.get(one.key), one, facts, is_renewable)
    )


def _is_open(
    row: SupportingDocument | None, asked: Asked, facts: EnrolmentFacts, is_renewable: bool
) -> bool:
    if row is None or row.state != "accepted":
        return True
    if is_renewable and row.expires_on is not None:
        return True
    return bool(fault_of(asked, as_provided(row), facts, clock.today()))


@dataclass(frozen=True, slots=True)
class Lapses:
    """What ended of an enrolment: in words for the whole, by solution for certificates."""

    sentences: tuple[str, ...] = ()
    certificates: Mapping[int, date] = field(default_factory=dict)


def lapses_of(enrolment: Enrolment | None, on: date) -> Lapses:
    """The accepted documents that no longer hold on that day, and are still asked.

    The right each carried stops the day after its end, and comes back when a renewal is accepted;
    a renewal that is only deposited neither gives nor takes. One query when nothing ended.
    """
    if enrolment is None:
        return Lapses()
    rows = enrolment.documents.in_force().filter(kind__in=sorted(SUSPENDING), expires_on__lt=on)
    ended = list(rows.select_related("solution"))
    if not ended:
        return Lapses()
    asked = {one.key for one in asked_of(enrolment)}
    ended = [row for row in ended if (row.kind, row.solution_id) in asked]
    return Lapses(
        tuple(
            f"{row} (expiré depuis le {row.expires_on:%d/%m/%Y})"
            for row in ended
            if row.solution_id is None
        ),
        {row.solution_id: row.expires_on for row in ended if row.solution_id is not None},
    )
