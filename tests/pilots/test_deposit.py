"""A pilot report: of an accepted advance's client, once, with the checks of its PDF."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pikepdf
import pytest
from django.db import IntegrityError, transaction

from enrolment.models import User
from funding.actions.pilots import PilotRefusedError, answer_correction, submit_report
from funding.actions.requests import move_request
from funding.models import FundingRequest
from pilots.actions import withdraw_proof
from pilots.models import PilotProof
from segur_portal.common.enums import Role
from segur_portal.common.workflow import ForbiddenMoveError
from tests.pilots.kit import SIGNED_ON, a_report, a_report_file, answered


def locked_pdf() -> bytes:
    """A PDF that asks for a password."""
    target = BytesIO()
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(target, encryption=pikepdf.Encryption(owner="a", user="b"))
    return target.getvalue()


def test_a_report_names_its_client_and_what_was_read(
    advances: list[FundingRequest], member: User
) -> None:
    """The client is the order's; the statements read pre-tick the officer's list."""
    proof = a_report(advances[0], member)
    client = advances[0].order.clients.get()
    assert (proof.client_key, proof.client_name) == (client.siren, client.name)
    assert proof.pages == {"conformite": [1], "pilote": [1], "signature_client": [1]}
    assert proof.findings == []
    assert proof.state == "submitted"
    assert proof.file is not None
    assert proof.file.purpose == "pilot"


def test_a_locked_pdf_is_refused_at_once(advances: list[FundingRequest], member: User) -> None:
    """DOC-002: nothing is kept, and the sentence says what to do."""
    with pytest.raises(PilotRefusedError, match=r"mot de passe|protection|protégé"):
        submit_report(
            request=advances[0],
            user=member,
            content=a_report_file(advances[0], locked_pdf()),
            signed_on=SIGNED_ON,
        )
    assert not PilotProof.objects.exists()


def test_what_the_pdf_does_not_show_is_an_alert(
    advances: list[FundingRequest], member: User
) -> None:
    """DOC-004: another client's report is received, and said to the officer."""
    proof = submit_report(
        request=advances[0],
        user=member,
        content=a_report_file(advances[1]),
        signed_on=SIGNED_ON,
        is_electronic=True,
    )
    assert {one["code"] for one in proof.findings} == {"DOC-003", "DOC-004"}


def test_a_client_serves_once(advances: list[FundingRequest], member: User) -> None:
    """Said in French by the deed, guaranteed by the database; a proof withdrawn frees it."""
    proof = a_report(advances[0], member)
    with pytest.raises(ForbiddenMoveError, match="déjà un PV pilote"):
        a_report(advances[0], member)
    with pytest.raises(IntegrityError), transaction.atomic():
        PilotProof.objects.create(
            supplier=proof.supplier,
            solution=proof.solution,
            kind="report",
            order=proof.order,
            client_key=proof.client_key,
            signed_on=SIGNED_ON,
        )
    withdraw_proof(proof, user=member)
    assert a_report(advances[0], member).state == "submitted"


def test_only_an_accepted_advance_serves(
    advances: list[FundingRequest], member: User, officer: User
) -> None:
    """A cancelled advance proves nothing."""
    move_request(
        advances[0], "cancel", actor=officer, role=Role.OFFICER, reason_code="error", note="Erreur"
    )
    with pytest.raises(PilotRefusedError, match="avance acceptée"):
        a_report(advances[0], member)


@pytest.mark.parametrize("signed_on", [date(2026, 3, 30), date(2026, 9, 16)])
def test_a_signature_before_the_order_or_after_today_is_refused(
    advances: list[FundingRequest], member: User, signed_on: date
) -> None:
    """The order is of 31/03/2026, today is 15/09/2026."""
    with pytest.raises(PilotRefusedError) as refusal:
        submit_report(
            request=advances[0],
            user=member,
            content=a_report_file(advances[0]),
            signed_on=signed_on,
        )
    assert refusal.value.field == "signed_on"


def test_a_correction_is_answered_by_another_file(
    advances: list[FundingRequest], member: User, officer: User
) -> None:
    """The same proof goes back to the officer, its answer erased."""
    proof = answered(a_report(advances[0], member), "send_back", officer)
    before = proof.file_id
    answer_correction(proof, user=member, content=a_report_file(advances[0]))
    proof.refresh_from_db()
    assert (proof.state, proof.answer, proof.reason_code) == ("submitted", "", "")
    assert proof.file_id != before
