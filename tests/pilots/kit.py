"""Pilot reports as PDF, deposited and reviewed."""

from __future__ import annotations

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from enrolment.models import User
from funding.actions.pilots import client_of, submit_report
from funding.demo.papers import a_pdf, report_lines
from funding.models import FundingRequest
from pilots.actions import review_proof
from pilots.models import PilotProof
from segur_portal.common.enums import Role

SIGNED_ON = date(2026, 9, 10)


def a_report_file(advance: FundingRequest, content: bytes | None = None) -> SimpleUploadedFile:
    """The report of the client of an advance, as a browser sends it."""
    key, name = client_of(advance)
    data = content or a_pdf(report_lines(advance, key, name, SIGNED_ON))
    return SimpleUploadedFile("pv.pdf", data, "application/pdf")


def a_report(advance: FundingRequest, user: User) -> PilotProof:
    """A report deposited, to review."""
    return submit_report(
        request=advance, user=user, content=a_report_file(advance), signed_on=SIGNED_ON
    )


def answered(proof: PilotProof, decision: str, officer: User, note: str = "") -> PilotProof:
    """The proof once the officer answered."""
    review_proof(
        proof,
        decision,
        actor=officer,
        role=Role.OFFICER,
        reason_code="" if decision == "approve" else "unsigned",
        note=note or ("" if decision == "approve" else "La signature manque."),
    )
    return proof
