"""Disputes between suppliers: ten working days, each sees only its own, the cascade (section 7)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from enrolment.actions import sync_groups
from enrolment.models import User
from funding.actions.disputes import (
    answer_dispute,
    close_overdue_disputes,
    contest,
    decide_dispute,
    open_dispute,
    withdraw_dispute,
)
from funding.actions.requests import move_request
from funding.models import DepositLine, Dispute, DisputePart, FundingRequest, Recovery
from funding.report.disputes import side_of
from orders.models import Claim
from segur_portal.common.enums import Role
from segur_portal.common.identifiers import make_siret
from segur_portal.common.models import IssuedDocument, Notification, OutgoingMail
from segur_portal.common.workflow import ForbiddenMoveError
from tests.builders import SIRET, a_request
from tests.documents.hostile_pdfs import GOOD
from tests.factories import (
    A_DAY,
    a_base,
    a_member,
    a_supplier,
    an_enrolment,
    an_officer,
    the_programme,
)
from tests.funding.screens import RIS, treated

HOLDER, CHALLENGER = "Imagerie du Ponant", "Logiciels du Levant"
QUESTION = "Produisez le bon de commande signé du client."
REASON = {"reason_code": "client_choice", "note": "Le client atteste son choix."}


@pytest.fixture(autouse=True)
def _on_tuesday() -> Any:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def officer(db: None) -> User:
    the_programme()
    return an_officer(RIS)


@pytest.fixture
def held(officer: User) -> FundingRequest:
    """An order in place: the holder's advance, to instruct."""
    asked = a_request(RIS, number=1)
    a_base(RIS, [asked])
    member = a_member(a_supplier(SIRET, HOLDER))
    supplier = member.memberships.get().supplier
    an_enrolment(supplier, asked, RIS)
    treated(supplier, member, [asked], RIS)
    return FundingRequest.objects.get()


@pytest.fixture
def line(held: FundingRequest) -> DepositLine:
    """The challenger's request of the same client, KO (UNI-002)."""
    asked = a_request(RIS, number=1)
    asked["solutionLogicielle"]["numeroReferencement"] = "REF-AUTRE"
    asked["referenceFournisseur"] = "REF-LEVANT"
    asked["bonDeCommande"]["nomFichier"] = "BDC_REF-LEVANT.pdf"
    member = a_member(a_supplier(make_siret(99), CHALLENGER))
    supplier = member.memberships.get().supplier
    an_enrolment(supplier, asked, RIS)
    deposit = treated(supplier, member, [asked], RIS)
    line = deposit.lines.get()
    assert line.outcome == "ko"
    return line


@pytest.fixture
def dispute(line: DepositLine) -> Dispute:
    """The order in place contested."""
    return contest(
        line=line, user=line.deposit.deposited_by, text="Le client nous a choisis.", content=a_pdf()
    )


def a_pdf(name: str = "bon-du-levant.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, GOOD, "application/pdf")


def parties(dispute: Dispute) -> dict[str, User]:
    return {
        "challenger": dispute.line.deposit.deposited_by,
        "holder": dispute.request.deposit.deposited_by,
    }


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def after_the_last_day() -> time_machine.travel:
    """The day after the ten working days: the first when a decision is possible."""
    return time_machine.travel(A_DAY + timedelta(days=15), tick=True)


def answered_by_both(dispute: Dispute) -> None:
    for name, user in parties(dispute).items():
        answer_dispute(
            dispute,
            supplier=getattr(dispute, name),
            user=user,
            text=f"Réponse secrète de {name}",
            content=a_pdf(f"{name}.pdf"),
        )
    dispute.refresh_from_db()


def test_ten_working_days_to_answer(dispute: Dispute, officer: User) -> None:
    """Tuesday 15/09/2026: ten working days lead to 29/09; both are told, answers close the next
    day, not before."""
    open_dispute(dispute, actor=officer, question=QUESTION)
    assert dispute.due_on == date(2026, 9, 29)
    told = Notification.objects.filter(title__startswith="Litige")
    assert {one.user for one in told} == set(parties(dispute).values())
    with time_machine.travel(A_DAY + timedelta(days=14), tick=True):
        assert close_overdue_disputes() == 0
    with time_machine.travel(A_DAY + timedelta(days=15), tick=True):
        with pytest.raises(ForbiddenMoveError, match="écoulé"):
            answer_dispute(
                dispute,
                supplier=dispute.holder,
                user=parties(dispute)["holder"],
                text="Trop tard",
                content=None,
            )
        assert close_overdue_disputes() == 1
        assert close_overdue_disputes() == 0


def test_who_has_answered_is_not_asked_again(dispute: Dispute, officer: User) -> None:
    """One's own answer changes one's own side and deadlines only; it may still be completed."""
    open_dispute(dispute, actor=officer, question=QUESTION)
    challenger, holder = dispute.challenger, dispute.holder
    assert {*Dispute.objects.awaiting(challenger), *Dispute.objects.awaiting(holder)} == {dispute}
    user = parties(dispute)["challenger"]
    answer_dispute(dispute, supplier=challenger, user=user, text="Voici.", content=None)
    assert list(Dispute.objects.awaiting(challenger)) == []
    assert list(Dispute.objects.awaiting(holder)) == [dispute]
    today = date(2026, 9, 15)
    mine, theirs = (side_of(dispute, one, today) for one in (challenger, holder))
    assert (mine.label, mine.may_answer) == ("Litige ouvert : vous avez répondu", True)
    assert theirs.label == "Litige ouvert : votre réponse est attendue"
    assert "compléter" in mine.advice


def test_nobody_guesses_that_the_other_has_answered(dispute: Dispute, officer: User) -> None:
    """Until the last day each party reads and may do the same, answered by the other or not."""
    open_dispute(dispute, actor=officer, question=QUESTION)
    challenger, user = dispute.challenger, parties(dispute)["challenger"]
    answer_dispute(dispute, supplier=challenger, user=user, text="Voici.", content=None)

    def page(day: int) -> tuple[str, str, bool, bool]:
        dispute.refresh_from_db()
        side = side_of(dispute, challenger, date(2026, 9, day))
        return side.label, side.advice, side.may_answer, side.may_withdraw

    alone = page(29)
    assert dispute.state == "open"
    overdue = page(30)
    answer_dispute(
        dispute,
        supplier=dispute.holder,
        user=parties(dispute)["holder"],
        text="Nous aussi.",
        content=None,
    )
    assert page(29) == alone
    assert dispute.state == "answered"
    assert page(30) == overdue
    assert overdue[0] == "L’ASP examine les réponses"
    answer_dispute(dispute, supplier=challenger, user=user, text="Et ceci.", content=None)
    withdraw_dispute(dispute, supplier=challenger, user=user)
    assert dispute.state == "withdrawn"


def test_each_sees_only_its_own_side(dispute: Dispute, officer: User) -> None:
    """Not one page, mail, notification or file says the other's name, words or documents."""
    holder = browser_of(parties(dispute)["holder"])
    assert holder.get(reverse("dispute_detail", args=[dispute.pk])).status_code == 404
    assert dispute.number not in holder.get(reverse("dispute_list")).content.decode()
    open_dispute(dispute, actor=officer, question=QUESTION)
    answered_by_both(dispute)
    with after_the_last_day():
        decide_dispute(dispute, "overturn", actor=officer, role=Role.OFFICER, **REASON)
    secrets = {
        "challenger": (HOLDER, "Réponse secrète de holder", "holder.pdf", dispute.request.number),
        "holder": (CHALLENGER, "Réponse secrète de challenger", "bon-du-levant", "REF-LEVANT"),
    }
    for name, user in parties(dispute).items():
        browser = browser_of(user)
        pages = [
            browser.get(reverse("dispute_list")),
            browser.get(reverse("dispute_detail", args=[dispute.pk])),
            browser.get(reverse("notifications")),
            browser.get(reverse("request_list")),
            browser.get(reverse("deposit_list")),
        ]
        seen = [page.content.decode() for page in pages]
        seen += [
            f"{mail.subject} {mail.text}" for mail in OutgoingMail.objects.filter(recipient=user)
        ]
        seen += [f"{one.title} {one.body}" for one in Notification.objects.filter(user=user)]
        for secret in secrets[name]:
            assert not any(secret in text for text in seen), (name, secret)
        others = DisputePart.objects.exclude(supplier=getattr(dispute, name))
        assert others
        for part in others:
            url = reverse("dispute_file", args=[dispute.pk, part.pk])
            assert browser.get(url).status_code == 404


def test_a_third_supplier_knows_nothing(dispute: Dispute, officer: User) -> None:
    """Neither the dispute nor its files exist for it."""
    open_dispute(dispute, actor=officer, question=QUESTION)
    stranger = browser_of(a_member(a_supplier(make_siret(77), "Tiers")))
    part = dispute.parts.get()
    assert stranger.get(reverse("dispute_detail", args=[dispute.pk])).status_code == 404
    assert stranger.get(reverse("dispute_file", args=[dispute.pk, part.pk])).status_code == 404
    line = dispute.line
    url = reverse("dispute_new", args=[line.deposit.key, line.index])
    assert stranger.get(url).status_code == 404


def test_overturning_frees_the_client_and_recovers(dispute: Dispute, officer: User) -> None:
    """The order in place was paid: it is cancelled, its keys are free, the money is to come back,
    and the challenger's deposit is integrated."""
    request = dispute.request
    for name in ("take", "accept"):
        move_request(request, name, actor=officer, role=Role.OFFICER)
    FundingRequest.objects.filter(pk=request.pk).update(state="paid")
    open_dispute(dispute, actor=officer, question=QUESTION)
    answered_by_both(dispute)
    assert dispute.state == "answered"
    with after_the_last_day():
        decide_dispute(dispute, "overturn", actor=officer, role=Role.OFFICER, **REASON)
    request.refresh_from_db()
    assert request.state == "cancelled"
    assert not Claim.objects.live().of_orders([request.order_id]).exists()
    assert Recovery.objects.get(request=request).amount == request.amount_due
    kinds = IssuedDocument.objects.about(request).values_list("kind", flat=True)
    assert {"cancellation", "recovery"} <= set(kinds)
    line = dispute.line
    again = a_request(RIS, number=1)
    again["solutionLogicielle"]["numeroReferencement"] = "REF-AUTRE"
    deposit = treated(line.deposit.supplier, line.deposit.deposited_by, [again], RIS, number=2)
    assert deposit.integrated_count == 1


def test_upholding_changes_nothing_of_the_order(dispute: Dispute, officer: User) -> None:
    """The order stays; a decision always has its reason."""
    open_dispute(dispute, actor=officer, question=QUESTION)
    answered_by_both(dispute)
    with after_the_last_day():
        with pytest.raises(ForbiddenMoveError, match="motif"):
            decide_dispute(
                dispute, "uphold", actor=officer, role=Role.OFFICER, reason_code="", note=" "
            )
        decide_dispute(dispute, "uphold", actor=officer, role=Role.OFFICER, **REASON)
    assert FundingRequest.objects.get(pk=dispute.request_id).state == "to_instruct"
    with pytest.raises(IntegrityError), transaction.atomic():
        Dispute.objects.filter(pk=dispute.pk).update(answer="")


@pytest.mark.parametrize("name", ["uphold", "overturn"])
def test_nothing_is_decided_while_an_answer_may_be_completed(
    dispute: Dispute, officer: User, name: str
) -> None:
    """The last day, 29/09, is both parties' own, answered or not; withdrawing stays possible."""
    open_dispute(dispute, actor=officer, question=QUESTION)
    answered_by_both(dispute)
    with time_machine.travel(A_DAY + timedelta(days=14), tick=True):
        with pytest.raises(ForbiddenMoveError, match="à partir du 30/09/2026"):
            decide_dispute(dispute, name, actor=officer, role=Role.OFFICER, **REASON)
        dispute.refresh_from_db()
        assert (dispute.state, dispute.decided_at) == ("answered", None)
        assert FundingRequest.objects.get(pk=dispute.request_id).state == "to_instruct"
    withdraw_dispute(dispute, supplier=dispute.challenger, user=parties(dispute)["challenger"])
    assert dispute.state == "withdrawn"


def test_only_another_s_order_is_contested(line: DepositLine, held: FundingRequest) -> None:
    """Once, and not when nobody holds the client any more."""
    user = line.deposit.deposited_by
    contest(line=line, user=user, text="Oui", content=a_pdf())
    with pytest.raises(ForbiddenMoveError, match="déjà contestée"):
        contest(line=line, user=user, text="Encore", content=a_pdf())
    Dispute.objects.update(state="withdrawn")
    Claim.objects.update(released_at=A_DAY)
    with pytest.raises(ForbiddenMoveError, match="déposez de nouveau"):
        contest(line=line, user=user, text="Libre", content=a_pdf())


def test_the_pages_from_the_report_to_the_decision(line: DepositLine, officer: User) -> None:
    """The supplier contests from its report; the officer opens, reads both, sees the cascade."""
    sync_groups()
    challenger = browser_of(line.deposit.deposited_by)
    report = challenger.get(reverse("deposit_detail", args=[line.deposit.key])).content.decode()
    url = reverse("dispute_new", args=[line.deposit.key, line.index])
    assert url in report
    refused = challenger.post(url, {"texte": "Oui", "piece": SimpleUploadedFile("a.pdf", b"non")})
    assert "n’est pas un PDF" in refused.content.decode()
    assert challenger.post(url, {"texte": "Il nous a choisis", "piece": a_pdf()}).status_code == 302
    dispute = Dispute.objects.get()
    agent = browser_of(officer)

    def deed(name: str) -> str:
        return reverse("admin:funding_dispute_deed", args=[dispute.pk, name])

    assert agent.post(deed("open"), {"note": QUESTION}).status_code == 302
    answered_by_both(dispute)
    page = agent.get(reverse("admin:funding_dispute_change", args=[dispute.pk])).content.decode()
    assert "Réponse secrète de holder" in page
    assert "Réponse secrète de challenger" in page
    assert "Décision possible à partir du 30/09/2026" in page
    assert deed("overturn") not in page
    preview = agent.get(deed("overturn")).content.decode()
    assert "possible à partir du 30/09/2026" in preview
    assert "possible à partir du" in agent.post(deed("overturn"), REASON).content.decode()
    assert FundingRequest.objects.get(pk=dispute.request_id).state == "to_instruct"
    with after_the_last_day():
        agent = browser_of(officer)
        page = agent.get(
            reverse("admin:funding_dispute_change", args=[dispute.pk])
        ).content.decode()
        assert deed("overturn") in page
        preview = agent.get(deed("overturn")).content.decode()
        assert "libération immédiate" in preview
        assert agent.post(deed("overturn"), REASON).status_code == 302
    assert FundingRequest.objects.get(pk=dispute.request_id).state == "cancelled"
