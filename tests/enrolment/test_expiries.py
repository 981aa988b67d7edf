"""What ends is announced at 60, 30 and 7 days; the day after the right is gone, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from enrolment.actions import review_document
from enrolment.actions.expiries import documents_ending, warn_expiries
from enrolment.actions.paperwork import lapses_of
from enrolment.models import Distribution, Enrolment, Membership, Solution, SupportingDocument
from enrolment.rules.documents import SUSPENDING
from segur_portal.common.models import Notification, OutgoingMail, Reason
from tests.factories import A_DAY, a_supplier, an_officer

from .kit import RIS, a_draft, a_signatory, deposit

pytestmark = pytest.mark.django_db
END = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def signatory() -> Membership:
    return a_signatory()


@pytest.fixture
def final(signatory: Membership) -> Enrolment:
    """A validated enrolment whose identity document ends on END."""
    enrolment = a_draft(signatory)
    deposit(enrolment, signatory.user, "identity", expires_on=END)
    SupportingDocument.objects.update(
        state="accepted", reviewed_by=signatory.user, reviewed_at=A_DAY
    )
    Enrolment.objects.update(state="final", final_validated_on=date(2026, 9, 15))
    enrolment.refresh_from_db()
    return enrolment


def on(day: date) -> time_machine.travel:
    return time_machine.travel(datetime(day.year, day.month, day.day, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("days_before", "told"), [(61, 0), (60, 1), (31, 1), (30, 1), (7, 1), (0, 1), (-1, 1)]
)
def test_an_end_is_announced(final: Enrolment, days_before: int, told: int) -> None:
    """From sixty days before, once for each threshold, and the day after."""
    with on(END - timedelta(days=days_before)):
        assert warn_expiries() == told
        assert warn_expiries() == 0


def test_each_threshold_is_told_once(final: Enrolment) -> None:
    """Run every day, four announcements in all; a day without a run is made up for."""
    for left in range(65, -5, -1):
        if left != 30:
            with on(END - timedelta(days=left)):
                warn_expiries()
    titles = list(Notification.objects.order_by("pk").values_list("title", flat=True))
    assert len(titles) == 4
    assert "a pris fin" in titles[-1]


def test_the_right_stops_the_day_after(final: Enrolment) -> None:
    """The last day counts; then the enrolment is suspended, in words."""
    assert not lapses_of(final, END).sentences
    lapsed = lapses_of(final, END + timedelta(days=1)).sentences
    assert lapsed == ("Pièce d’identité du représentant légal (expiré depuis le 01/12/2026)",)


def test_a_renewal_counts_once_accepted(final: Enrolment, signatory: Membership) -> None:
    """Deposited, it takes nothing away and gives nothing; accepted, the right is back."""
    after = END + timedelta(days=1)
    renewal = deposit(final, signatory.user, "identity")
    assert lapses_of(final, after).sentences
    SupportingDocument.objects.filter(pk=renewal.pk).update(
        state="accepted", reviewed_by=signatory.user, reviewed_at=A_DAY
    )
    assert not lapses_of(final, after).sentences
    assert final.documents.count() == 2


def test_a_certificate_that_ends_stops_its_solution_only(
    final: Enrolment, signatory: Membership
) -> None:
    """The other solutions stay open."""
    solution = final.solutions.get()
    deposit(final, signatory.user, "certificate", solution.pk, expires_on=END)
    SupportingDocument.objects.filter(kind="certificate").update(
        state="accepted", reviewed_by=signatory.user, reviewed_at=A_DAY
    )
    lapses = lapses_of(final, END + timedelta(days=1))
    assert lapses.certificates == {solution.pk: END}


def test_mandates_and_habilitations_are_announced_too(signatory: Membership) -> None:
    """By their own dates, to the members of who loses the right."""
    editor = a_supplier("55208131766522", "Éditeur tiers")
    solution = Solution.objects.create(scheme_id=RIS, editor=editor, name="Tiers", version="1")
    Distribution.objects.create(
        solution=solution,
        distributor=signatory.supplier,
        mandate_accepted_on=date(2026, 1, 1),
        mandate_starts_on=date(2026, 1, 1),
        mandate_ends_on=date(2026, 9, 20),
    )
    signatory.supplier.osu_expires_on = date(2026, 10, 1)
    signatory.supplier.save()
    assert warn_expiries() == 2
    titles = set(Notification.objects.filter(user=signatory.user).values_list("title", flat=True))
    assert {title.split(" : ")[0].split("\u00a0")[0] for title in titles} == {
        "Mandat de distribution de Tiers 1",
        "Habilitation OSU",
    }


def test_only_what_carries_a_right_suspends() -> None:
    """A bank statement does not end; a mandate has its own rule."""
    assert not {"bank", "hosting_statement", "distribution_mandate"} & {
        kind.value for kind in SUSPENDING
    }


def test_a_renewal_sent_back_is_told_and_does_not_hide_the_end(
    final: Enrolment, signatory: Membership
) -> None:
    """By mail and on screen with its page, then among the ends: the former one still ends."""
    officer = an_officer()
    renewal = deposit(final, signatory.user, "identity")
    ending = next(documents_ending(END))
    assert (ending.ends_on, "en cours de vérification" in ending.effect) == (END, True)
    reason = Reason.objects.filter(subject="document").first()
    review_document(renewal, "send_back", actor=officer, reason=reason, message="Illisible.")
    told = Notification.objects.of(signatory.user).latest("pk")
    assert told.title.startswith("Pièce à corriger")
    assert f"{reason} – Illisible." in told.body
    page = reverse("enrolment_step", args=[final.pk, "documents"])
    assert told.url == f"{page}#piece-identity"
    mail = OutgoingMail.objects.filter(recipient=signatory.user).latest("pk")
    assert f"{reason} – Illisible." in mail.text
    assert "à corriger" in next(documents_ending(END)).effect
    with on(END - timedelta(days=30)):
        assert warn_expiries() == 1


def test_a_renewal_accepted_is_told_and_ends_the_warning(
    final: Enrolment, signatory: Membership
) -> None:
    """The end is that of the new version."""
    renewal = deposit(final, signatory.user, "identity")
    review_document(renewal, "accept", actor=an_officer())
    assert Notification.objects.of(signatory.user).latest("pk").title.startswith("Pièce acceptée")
    assert not list(documents_ending(END))


@pytest.mark.parametrize("state", ["early", "final"])
def test_a_document_is_renewed_before_its_end(
    final: Enrolment, signatory: Membership, state: str
) -> None:
    """As the warning invites to, at both stages; an officer reviews it there."""
    Enrolment.objects.update(state=state, early_validated_on=date(2026, 9, 15))
    final.refresh_from_db()
    renewal = deposit(final, signatory.user, "identity")
    review_document(renewal, "accept", actor=an_officer())
    renewal.refresh_from_db()
    assert renewal.state == "accepted"


def test_the_dashboard_and_the_deposit_form_say_what_is_suspended(
    client: Client, final: Enrolment, signatory: Membership
) -> None:
    """As ENR-001 does, with the way to the document; a renewal sent back is a duty."""
    client.force_login(signatory.user)
    pages = [reverse("dashboard"), reverse("deposit_new")]
    for page in pages:
        assert "suspendu" not in text_of_page(client, page)
    renewal = deposit(final, signatory.user, "identity")
    reason = Reason.objects.filter(subject="document").first()
    review_document(renewal, "send_back", actor=an_officer(), reason=reason, message="Flou.")
    duty = text_of_page(client, pages[0])
    assert "Pièce à corriger" in duty
    assert f"{reverse('enrolment_step', args=[final.pk, 'documents'])}#piece-identity" in duty
    SupportingDocument.objects.filter(version=1).update(expires_on=date(2026, 9, 14))
    for page in pages:
        words = text_of_page(client, page)
        assert "Votre enrôlement est suspendu" in words
        assert "(ENR-001)" in words
        assert reverse("enrolment_detail", args=[final.pk]) in words
        assert "Vous pouvez déposer des demandes pour" not in words


def text_of_page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


@pytest.mark.parametrize("is_answered", [False, True])
def test_a_document_sent_back_still_ends_on_its_day(
    final: Enrolment, signatory: Membership, is_answered: bool
) -> None:
    """Before its end or after it, an officer's correction gives no right back; an answer that
    waits for its examination neither. Accepted, it does."""
    officer, after = an_officer(), END + timedelta(days=1)
    reason = Reason.objects.filter(subject="document").first()
    document = final.documents.get()
    review_document(document, "send_back", actor=officer, reason=reason, message="Illisible.")
    answer = deposit(final, signatory.user, "identity") if is_answered else None
    assert not lapses_of(final, END).sentences
    assert lapses_of(final, after).sentences
    assert next(documents_ending(END)).ends_on == END
    if answer is not None:
        review_document(answer, "accept", actor=officer)
        assert not lapses_of(final, after).sentences
        assert not list(documents_ending(END))


def test_a_document_that_ended_then_is_sent_back_gives_nothing_back(final: Enrolment) -> None:
    """The day after its end, the enrolment stays suspended."""
    after = END + timedelta(days=1)
    with on(after):
        reason = Reason.objects.filter(subject="document").first()
        review_document(
            final.documents.get(),
            "send_back",
            actor=an_officer(),
            reason=reason,
            message="Périmée.",
        )
        assert lapses_of(final, after).sentences


def test_what_is_no_longer_asked_does_not_end(final: Enrolment, signatory: Membership) -> None:
    """The agent's document says nothing once there is no agent: no right hangs on it."""
    Enrolment.objects.update(proxy="employee", proxy_name="Lou Petit")
    final.refresh_from_db()
    deposit(final, signatory.user, "proxy_identity", expires_on=END)
    SupportingDocument.objects.update(
        state="accepted", reviewed_by=signatory.user, reviewed_at=A_DAY
    )
    assert len(list(documents_ending(END))) == 2
    Enrolment.objects.update(proxy="none", proxy_name="")
    assert [one.key for one in documents_ending(END)] == [
        f"document-{final.documents.get(kind='identity').pk}"
    ]


def test_a_long_name_keeps_nobody_from_being_told(final: Enrolment, signatory: Membership) -> None:
    """The title is cut, the day is in the text; the others are told as well."""
    Solution.objects.update(name="N" * 100, version="v" * 30)
    deposit(final, signatory.user, "certificate", final.solutions.get().pk, expires_on=END)
    SupportingDocument.objects.update(
        state="accepted", reviewed_by=signatory.user, reviewed_at=A_DAY
    )
    with on(END - timedelta(days=7)):
        assert warn_expiries() == 2
    told = Notification.objects.get(title__startswith="Certificat")
    assert (len(told.title), told.title[-1]) == (200, "…")
    assert "Prend fin le 01/12/2026" in told.body
