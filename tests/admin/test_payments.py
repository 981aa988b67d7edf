"""The pages of payment runs and transfers: who sees what, who does what, forged forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from enrolment.actions import sync_groups
from enrolment.models import User
from funding.actions.payments import move_run, prepare_run
from funding.actions.requests import move_request
from funding.actions.run_files import take_run_file
from funding.actions.settlement import settle
from funding.models import FundingRequest, Payment, PaymentRun, Recovery
from funding.remittance import Returned
from segur_portal.common.enums import Role
from segur_portal.common.models import JournalEntry
from segur_portal.common.workflow import ForbiddenMoveError
from tests.admin.conftest import MDV
from tests.factories import an_officer
from tests.funding.accepted import IBAN, RIS, Staff, accepted_requests, an_account, the_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def requests(db: None) -> list[FundingRequest]:
    requests = accepted_requests()
    an_account(requests[0].supplier)
    return requests


@pytest.fixture
def people(requests: list[FundingRequest]) -> Staff:
    """Two officers and an accountant, in their groups."""
    people = the_staff()
    sync_groups()
    return people


@pytest.fixture
def run(people: Staff) -> PaymentRun:
    """A run of the three requests, approved."""
    run = prepare_run(actor=people.preparer, schemes=[RIS]).run
    move_run(run, "propose", actor=people.preparer, role=Role.OFFICER)
    move_run(run, "approve", actor=people.approver, role=Role.OFFICER)
    return run


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def deed(user: User, subject: Any, name: str, **data: str) -> Any:
    """What the page of a deed answers to this form."""
    page = f"admin:funding_{subject._meta.model_name}_deed"
    address = reverse(page, args=(subject.pk, name))
    return signed_in(user).post(address, data, follow=True)


def paid(run: PaymentRun, people: Staff) -> list[Payment]:
    """The transfers of the run, transmitted and executed."""
    move_run(run, "transmit", actor=people.accountant, role=Role.ACCOUNTANT)
    payments = list(run.payments.order_by("pk"))
    settle([Returned(one.end_to_end_id, True) for one in payments], actor=people.accountant)
    return payments


def test_a_return_after_a_cancellation_is_recorded_by_hand(run: PaymentRun, people: Staff) -> None:
    """« Constater le retour », on the transfer's page."""
    payment = paid(run, people)[0]
    move_request(
        payment.request,
        "cancel",
        actor=people.preparer,
        role=Role.OFFICER,
        reason_code="withdrawn",
        note="Le client renonce.",
    )
    answer = deed(people.accountant, payment, "return", reason_code="bank", note="Compte clos.")
    assert answer.status_code == 200
    payment.refresh_from_db()
    assert (payment.state, Recovery.objects.get().state) == ("returned", "cancelled")


def download(user: User, run: PaymentRun, kind: str = "virements") -> int:
    address = reverse("admin:funding_paymentrun_file", args=(run.pk, kind))
    return signed_in(user).get(address).status_code


def downloads(run: PaymentRun) -> list[tuple[str, int | None]]:
    rows = JournalEntry.objects.filter(
        subject="funding.PaymentRun", subject_id=str(run.pk), verb__startswith="download"
    )
    return list(rows.order_by("pk").values_list("verb", "actor"))


def test_each_download_is_in_the_journal(run: PaymentRun, people: Staff) -> None:
    """Who and when, each time; the first transfer file marks the run, the slip does not."""
    assert download(people.approver, run, "bordereau") == 200
    run.refresh_from_db()
    assert run.downloaded_at is None
    assert [download(one, run) for one in (people.accountant, people.approver)] == [200, 200]
    run.refresh_from_db()
    assert run.downloaded_by == people.accountant
    assert run.downloaded_at
    assert downloads(run) == [
        ("download_slip", people.approver.pk),
        ("download", people.accountant.pk),
        ("download", people.approver.pk),
    ]
    assert download(people.accountant, run, "autre") == 404


WHY = {"reason_code": "bank", "note": "La banque confirme n’avoir rien reçu."}


def test_a_downloaded_run_is_abandoned_by_an_attestation_alone(
    run: PaymentRun, people: Staff
) -> None:
    """Neither the plain way nor whoever had the file, even by a forged form; then its files are
    served to nobody, and its requests can be gathered again."""
    download(people.accountant, run)
    deed(people.approver, run, "cancel", **WHY)
    deed(people.accountant, run, "void", **WHY)
    deed(people.approver, run, "void", reason_code="bank", note=" ")
    run.refresh_from_db()
    assert run.state == "approved"
    deed(people.approver, run, "void", **WHY)
    run.refresh_from_db()
    assert (run.state, run.attested_by) == ("cancelled", people.approver)
    assert download(people.accountant, run) == download(people.approver, run, "bordereau") == 404
    assert prepare_run(actor=people.preparer, schemes=[RIS]).run.transfer_count == 3


def test_the_attestation_is_offered_to_whoever_may_give_it(run: PaymentRun, people: Staff) -> None:
    """A run that nobody downloaded is simply abandoned; downloaded, somebody else attests."""
    before = offered(people.approver, run)
    assert ("cancel" in before, "void" in before) == (True, False)
    download(people.accountant, run)
    assert not {"cancel", "void"} & offered(people.accountant, run)
    after = offered(people.approver, run)
    assert ("cancel" in after, "void" in after) == (False, True)


def offered(user: User, run: PaymentRun) -> set[str]:
    """The deeds that the page of the run shows."""
    page = signed_in(user).get(reverse("admin:funding_paymentrun_change", args=(run.pk,)))
    return {link["url"].rstrip("/").rsplit("/", 1)[1] for link in page.context["portal_deeds"]}


def refusal(deed: Callable[[], object]) -> str:
    with pytest.raises(ForbiddenMoveError) as caught:
        deed()
    return str(caught.value)


def test_the_deed_itself_refuses_and_says_why(run: PaymentRun, people: Staff) -> None:
    """Whatever the door: not downloaded, downloaded by the same person, simply abandoned."""

    def abandon(name: str, actor: User, role: str) -> Callable[[], object]:
        return lambda: move_run(run, name, actor=actor, role=role, **WHY)

    attest = abandon("void", people.accountant, Role.ACCOUNTANT)
    assert "il suffit d’abandonner" in refusal(attest)
    take_run_file(run, "virements", actor=people.accountant)
    assert "Vous avez téléchargé" in refusal(attest)
    told = refusal(abandon("cancel", people.approver, Role.OFFICER))
    assert f"par {people.accountant}" in told
    with pytest.raises(IntegrityError, match="downloaded_is_attested"), transaction.atomic():
        PaymentRun.objects.filter(pk=run.pk).update(
            state="cancelled", attested_by=people.accountant
        )


def test_whoever_approves_reads_every_transfer(run: PaymentRun, people: Staff) -> None:
    """Before any file exists: the list filtered on the run, and its CSV without any full IBAN."""
    reader = signed_in(people.approver)
    page = reader.get(reverse("admin:funding_paymentrun_change", args=(run.pk,)))
    every = f"{reverse('admin:funding_payment_changelist')}?run__id__exact={run.pk}"
    assert f'href="{every}"' in page.content.decode()
    assert "Voir les 3 virements" in page.content.decode()
    assert len(reader.get(every).context["cl"].result_list) == 3
    other = PaymentRun.objects.create(
        execution_on=run.execution_on, prepared_by=people.preparer, prepared_at=run.prepared_at
    )
    none = reader.get(every.replace(f"={run.pk}", f"={other.pk}"))
    assert not none.context["cl"].result_list
    answer = reader.get(reverse("admin:funding_paymentrun_list", args=(run.pk,)))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert len(text.splitlines()) == 4
    assert all(one.request.number in text for one in run.payments.select_related("request"))
    assert IBAN not in text
    elsewhere = signed_in(an_officer(MDV, email="mdv@asp.fr"))
    sync_groups()
    assert elsewhere.get(answer.request["PATH_INFO"]).status_code in (403, 404)
