"""What the stories of corrections share."""

from __future__ import annotations

from enrolment.models import User
from funding.actions.corrections import ask_corrections
from funding.models import FundingRequest

RIS = "SONS-IMG-RIS-Va2"


def ask(one: FundingRequest, officer: User, *pointers: str) -> None:
    ask_corrections(
        one,
        {pointer: f"Corrigez {pointer}" for pointer in pointers},
        actor=officer,
        reason_code="document",
        note="Merci de corriger.",
    )
