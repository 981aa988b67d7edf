"""Instructing requests by the buttons of their page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from funding.actions.requests import move_request
from funding.models import FundingRequest
from funding.workflow import REQUEST
from orders.models import Claim
from segur_portal.common.actions import move
from segur_portal.common.enums import ParameterCode
from segur_portal.common.models import JournalEntry, Parameter
from segur_portal.common.workflow import ForbiddenMoveError

REASON = {
    "reason_code": "document",
    "note": "Le bon de commande n’est pas signé.",
    "ask": "/bonDeCommande/nomFichier",
}


def deed_url(request: FundingRequest, name: str) -> str:
    return reverse("admin:funding_fundingrequest_deed", args=(request.pk, name))


def page_url(request: FundingRequest) -> str:
    return reverse("admin:funding_fundingrequest_change", args=(request.pk,))


def do(client: Client, request: FundingRequest, name: str, **data: str) -> Any:
    return client.post(deed_url(request, name), data)


def state_of(request: FundingRequest) -> str:
    return str(FundingRequest.objects.values_list("state", flat=True).get(pk=request.pk))


def in_state(request: FundingRequest, state: str) -> None:
    """Put a request in a state without going through its history."""
    FundingRequest.objects.filter(pk=request.pk).update(state=state)


def test_an_officer_instructs_to_the_end(sign_in: Any, funding_request: FundingRequest) -> None:
    """Take, then accept: each deed moves the state and enters the journal, with its actor."""
    client = sign_in("officer")
    assert "Prendre" in client.get(page_url(funding_request)).content.decode()
    assert do(client, funding_request, "take").status_code == 302
    assert state_of(funding_request) == "in_instruction"
    assert do(client, funding_request, "accept", note="Dossier complet").status_code == 302
    assert state_of(funding_request) == "accepted"
    entry = JournalEntry.objects.filter(subject="funding.FundingRequest", verb="accept").get()
    assert (entry.source, entry.target, entry.note) == (
        "in_instruction",
        "accepted",
        "Dossier complet",
    )
    assert entry.actor is not None
    assert entry.actor.email == "officer@asp.fr"


def test_looking_at_a_deed_does_nothing(sign_in: Any, funding_request: FundingRequest) -> None:
    """The page that asks to confirm changes nothing."""
    response = sign_in("officer").get(deed_url(funding_request, "take"))
    assert response.status_code == 200
    assert state_of(funding_request) == "to_instruct"


@pytest.mark.parametrize("name", ["refuse", "request_correction"])
@pytest.mark.parametrize("missing", ["reason_code", "note"])
def test_a_refusal_always_has_a_reason_and_a_text(
    name: str, missing: str, sign_in: Any, funding_request: FundingRequest
) -> None:
    """Without the coded reason, or without the text, nothing is done (section 3)."""
    in_state(funding_request, "in_instruction")
    client = sign_in("officer")
    data = {key: value for key, value in REASON.items() if key != missing}
    assert do(client, funding_request, name, **data).status_code == 200
    assert state_of(funding_request) == "in_instruction"
    assert do(client, funding_request, name, **REASON).status_code == 302
    entry = JournalEntry.objects.filter(subject="funding.FundingRequest", verb=name).get()
    assert entry.reason_code == REASON["reason_code"]
    assert entry.note.startswith(REASON["note"])


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("refuse", "officer"),
        ("cancel", "system"),
        ("expire", "system"),
        ("request_correction", "officer"),
    ],
)
def test_no_decision_without_its_code(
    name: str, role: str, funding_request: FundingRequest
) -> None:
    """Whoever asks: a text alone is not a reason (section 7)."""
    in_state(funding_request, "in_instruction")
    with pytest.raises(ForbiddenMoveError, match="motif codé"):
        move_request(funding_request, name, actor=None, role=role, note="Un texte seul.")
    assert state_of(funding_request) == "in_instruction"


@pytest.mark.parametrize(("name", "state"), [("refuse", "in_instruction"), ("cancel", "accepted")])
def test_a_closed_advance_frees_its_claims(
    name: str, state: str, sign_in: Any, funding_request: FundingRequest
) -> None:
    """Refused or cancelled, a request releases what its order held; the others keep theirs."""
    in_state(funding_request, state)
    mine = Claim.objects.filter(order=funding_request.order)
    others = Claim.objects.exclude(order=funding_request.order)
    before = others.live().count()
    assert mine.live().exists()
    assert before
    assert do(sign_in("officer"), funding_request, name, **REASON).status_code == 302
    assert not mine.live().exists()
    assert others.live().count() == before


def test_a_request_on_hold_cannot_be_accepted(
    sign_in: Any, funding_request: FundingRequest
) -> None:
    """While it waits for a RIS request (ATT-001) no acceptance is offered, nor done if forged."""
    in_state(funding_request, "on_hold")
    client = sign_in("officer")
    assert (
        deed_url(funding_request, "accept")
        not in client.get(page_url(funding_request)).content.decode()
    )
    response = client.post(deed_url(funding_request, "accept"), follow=True)
    assert "n’est plus possible" in response.content.decode()
    assert state_of(funding_request) == "on_hold"


def test_nobody_accepts_above_the_de_minimis_ceiling(
    sign_in: Any, funding_request: FundingRequest
) -> None:
    """A request above the ceiling of the day (MNT-005) cannot be accepted; it can be refused."""
    Parameter.objects.filter(code=ParameterCode.DE_MINIMIS_CEILING).update(value=1)
    in_state(funding_request, "in_instruction")
    client = sign_in("officer")
    response = do(client, funding_request, "accept")
    assert "MNT-005" in response.content.decode()
    assert state_of(funding_request) == "in_instruction"
    assert do(client, funding_request, "refuse", **REASON).status_code == 302


def test_a_cancellation_says_first_that_the_balance_falls_with_it(
    sign_in: Any, funding_request: FundingRequest
) -> None:
    """Read before confirming; a balance cancelled alone frees nothing of the order."""
    in_state(funding_request, "accepted")
    balance = FundingRequest.objects.get(pk=funding_request.pk)
    balance.pk, balance.kind, balance.number = None, "SOLDE", "RIS-S-0000001"
    balance._state.adding, balance.advance, balance.state = True, funding_request, "to_instruct"
    balance.save()
    client = sign_in("officer")
    preview = client.get(deed_url(funding_request, "cancel")).content.decode()
    assert "RIS-S-0000001" in preview
    assert state_of(funding_request) == "accepted"
    assert do(client, balance, "cancel", **REASON).status_code == 302
    assert Claim.objects.filter(order=funding_request.order).live().exists()
    assert do(client, funding_request, "cancel", **REASON).status_code == 302


def test_a_scheme_that_is_not_theirs_does_not_exist(
    sign_in: Any, funding_request: FundingRequest
) -> None:
    """An officer of another scheme finds, opens and moves nothing (section 7)."""
    client = sign_in("officer_elsewhere")
    found = client.get(reverse("admin:funding_fundingrequest_changelist"))
    assert funding_request.number not in found.content.decode()
    assert client.get(page_url(funding_request)).status_code == 302
    for method in (client.get, client.post):
        assert method(deed_url(funding_request, "take")).status_code == 404
    assert state_of(funding_request) == "to_instruct"


@pytest.mark.parametrize("role", ["accountant", "ans"])
def test_another_role_is_refused(role: str, sign_in: Any, funding_request: FundingRequest) -> None:
    """An accountant or an ANS agent is offered no instruction, and refused if they forge it."""
    client = sign_in(role)
    page = client.get(page_url(funding_request)).content.decode()
    assert "/actions/" not in page
    for name in ("take", "cancel", "release", "answer_correction"):
        assert do(client, funding_request, name, **REASON).status_code == 403
    assert state_of(funding_request) == "to_instruct"


@pytest.mark.parametrize("role", ["officer", "accountant"])
@pytest.mark.parametrize(
    ("state", "name"), [("accepted", "prepare_payment"), ("to_pay", "pay"), ("to_pay", "cancel")]
)
def test_money_moves_only_by_a_run(
    role: str, state: str, name: str, sign_in: Any, funding_request: FundingRequest
) -> None:
    """A request and its transfer never disagree: nobody pays, or cancels meanwhile, by hand."""
    in_state(funding_request, state)
    assert do(sign_in(role), funding_request, name, **REASON).status_code in (302, 403)
    assert state_of(funding_request) == state


@pytest.mark.parametrize("name", ["release", "answer_correction", "unknown"])
def test_no_agent_plays_the_portal_or_the_supplier(
    name: str, sign_in: Any, funding_request: FundingRequest
) -> None:
    """Moves of the system or of the supplier are refused to an officer, as unknown ones are."""
    in_state(funding_request, "correction_requested")
    assert do(sign_in("officer"), funding_request, name).status_code == 403
    assert state_of(funding_request) == "correction_requested"


def test_a_page_grown_old_says_so(
    sign_in: Any, staff: Any, funding_request: FundingRequest
) -> None:
    """A colleague was quicker: the late click does nothing and says why."""
    client = sign_in("officer")
    client.get(deed_url(funding_request, "take"))
    move(funding_request, "take", workflow=REQUEST, role="officer", actor=staff["programme"])
    response = client.post(deed_url(funding_request, "take"), follow=True)
    assert "n’est plus possible" in response.content.decode()
    assert JournalEntry.objects.filter(verb="take").count() == 1


def test_the_page_tells_everything(sign_in: Any, funding_request: FundingRequest) -> None:
    """Amount explained, clients, identifiers, claims, journal and received JSON are readable."""
    page = sign_in("officer").get(page_url(funding_request)).content.decode()
    line = funding_request.order.clients.get(position=0).lines.earliest("pk")
    for expected in (
        funding_request.number,
        funding_request.client_name,
        line.finess or line.rpps,
        "Pourquoi ce montant",
        "Clés d’unicité",
        "Intégration",
        "Demande reçue (JSON)",
        "&quot;referenceFournisseur&quot;",
        "valeurs d’exemple",
    ):
        assert expected in page, expected
