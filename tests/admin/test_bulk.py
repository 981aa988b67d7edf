"""Decisions on a filter: every file of it, each checked again, each with its result."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from enrolment.models import User
from funding.actions.bulk import ask_bulk, chosen_of, digest_of, resume_bulk, run_bulk
from funding.models import BulkDecision, BulkDecisionLine, FundingRequest
from segur_portal.common.models import JournalEntry
from segur_portal.common.workflow import ForbiddenMoveError
from tests.admin.test_desk import copies

BULK = "admin:funding_bulk"


def asked(client: Any, query: str = "", **data: Any) -> Any:
    """Decide on what the page shows."""
    page = client.get(f"{reverse(BULK)}{query}")
    return client.post(f"{reverse(BULK)}{query}", {"expected": page.context["expected"], **data})


def shown(rows: Any) -> str:
    return digest_of(chosen_of(rows))


def outcomes() -> dict[str, str]:
    """The outcome of each file, by number."""
    return dict(BulkDecisionLine.objects.values_list("request__number", "outcome"))


def test_the_whole_filter_is_decided_not_the_page(
    sign_in: Any, funding_request: FundingRequest
) -> None:
    """Sixty files where a page shows fifty, and what the filter leaves out is not touched."""
    copies(funding_request, 60, state="in_instruction")
    client = sign_in("officer")
    query = "?state__exact=in_instruction"
    response = client.get(f"{reverse(BULK)}{query}")
    assert response.context["total"] == 60
    response = asked(client, query, move="give_back")
    decision = BulkDecision.objects.get()
    assert response["Location"] == reverse("admin:funding_bulk_result", args=[decision.pk])
    assert decision.finished_at is None
    run_bulk(decision.pk)
    assert set(outcomes().values()) == {"done"}
    assert FundingRequest.objects.filter(state="to_instruct").count() == 62
    assert JournalEntry.objects.filter(verb="give_back").count() == 60


def test_each_file_is_checked_again(sign_in: Any, funding_request: FundingRequest) -> None:
    """Those whose state allows it are done; the others are left, and say why."""
    other = FundingRequest.objects.exclude(pk=funding_request.pk).get()
    FundingRequest.objects.filter(pk=other.pk).update(state="paid")
    client = sign_in("officer")
    response = asked(client, move="take")
    assert outcomes() == {funding_request.number: "done", other.number: "left"}
    page = client.get(response["Location"]).content.decode()
    assert "impossible : l’état actuel est « Payée »" in page.replace("\u00a0", " ")
    assert BulkDecision.objects.get().finished_at is not None


@pytest.mark.parametrize("data", [{}, {"reason_code": "document"}, {"note": "x"}])
def test_a_refusal_needs_its_reason_and_text(
    data: dict[str, str], sign_in: Any, funding_request: FundingRequest
) -> None:
    """One without the other decides nothing."""
    response = asked(sign_in("officer"), move="refuse", **data)
    assert response.status_code == 200
    assert "demande un motif" in response.content.decode()
    assert not BulkDecision.objects.exists()


def test_a_list_that_changed_is_shown_again(sign_in: Any, funding_request: FundingRequest) -> None:
    """As many files as were shown, but one went out and another came in: nothing is decided, and
    the list as it stands now is what is confirmed next."""
    client, query = sign_in("officer"), "?state__exact=in_instruction"
    first, second = copies(funding_request, 2, state="in_instruction")
    FundingRequest.objects.filter(pk=second.pk).update(state="to_instruct")
    seen = client.get(f"{reverse(BULK)}{query}").context["expected"]
    FundingRequest.objects.filter(pk=second.pk).update(state="in_instruction")
    FundingRequest.objects.filter(pk=first.pk).update(state="to_instruct")
    response = asked(client, query, move="give_back", expected=seen)
    assert "des dossiers y sont entrés ou en sont sortis" in response.content.decode()
    assert not BulkDecision.objects.exists()
    now = response.context["expected"]
    assert asked(client, query, move="give_back", expected=now).status_code == 302


def test_a_correction_is_not_asked_in_bulk(sign_in: Any, funding_request: FundingRequest) -> None:
    """It names its own fields, file by file."""
    response = asked(sign_in("officer"), move="request_correction")
    assert response.status_code == 200
    assert not BulkDecision.objects.exists()


def test_files_of_other_schemes_are_out_of_reach(
    sign_in: Any, staff: dict[str, User], funding_request: FundingRequest
) -> None:
    """Neither counted, nor decided when forced in."""
    assert sign_in("officer_elsewhere").get(reverse(BULK)).context["total"] == 0
    rows = FundingRequest.objects.all()
    decision = ask_bulk(rows, "take", actor=staff["officer_elsewhere"], expected=shown(rows))
    run_bulk(decision.pk)
    assert set(outcomes().values()) == {"left"}
    assert not FundingRequest.objects.filter(state="in_instruction").exists()


@pytest.mark.parametrize("role", ["accountant", "ans"])
def test_who_does_not_instruct_decides_nothing(role: str, sign_in: Any, deposit: Any) -> None:
    """Refused to both."""
    assert sign_in(role).get(reverse(BULK)).status_code == 403


def test_results_are_read_by_who_asked(sign_in: Any, funding_request: FundingRequest) -> None:
    """Nobody else's page."""
    response = asked(sign_in("officer"), move="take")
    assert sign_in("officer_elsewhere").get(response["Location"]).status_code == 404


def test_a_decision_carried_out_twice_is_done_once(
    staff: dict[str, User], funding_request: FundingRequest
) -> None:
    """The second worker finds nothing to do; a forgotten one is taken up."""
    rows = FundingRequest.objects.all()
    decision = ask_bulk(rows, "take", actor=staff["officer"], expected=shown(rows))
    assert resume_bulk() == 0
    BulkDecision.objects.update(asked_at="2026-01-01T00:00Z")
    assert resume_bulk() == 1
    run_bulk(decision.pk)
    run_bulk(decision.pk)
    assert JournalEntry.objects.filter(verb="take").count() == 2
    assert resume_bulk() == 0


def test_nothing_to_decide_is_said(staff: dict[str, User], deposit: Any) -> None:
    """An empty filter."""
    with pytest.raises(ForbiddenMoveError, match="Aucun dossier"):
        ask_bulk(FundingRequest.objects.none(), "take", actor=staff["officer"], expected="")
