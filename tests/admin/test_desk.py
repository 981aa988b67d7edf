"""« Mon bureau »: queues with counts, taking, assigning, sharing out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrolment.models import OfficerAssignment, User
from funding.actions.desk import level, reassign, share_out
from funding.models import FundingRequest
from segur_portal.common import clock
from segur_portal.common.models import JournalEntry
from segur_portal.common.workflow import ForbiddenMoveError
from tests.admin.conftest import RIS
from tests.admin.test_request_moves import do, in_state

DESK = "admin:funding_desk"


def copies(request: FundingRequest, count: int, **fields: Any) -> list[FundingRequest]:
    """Requests like this one, each with an order of its own."""
    made = []
    for rank in range(count):
        order = type(request.order).objects.get(pk=request.order_id)
        order.pk = None
        order.save()
        one = FundingRequest.objects.get(pk=request.pk)
        one.pk, one.order = None, order
        one.number, one.reference = f"COPIE-{rank:04}", f"COPIE-{rank:04}"
        for name, value in fields.items():
            setattr(one, name, value)
        made.append(one)
    return FundingRequest.objects.bulk_create(made)


def counts(client: Client) -> dict[str, int]:
    """What the desk says waits in each queue."""
    response = client.get(reverse(DESK))
    return {one.key: one.count for one in response.context["queues"]}


def shown(client: Client, queue: str) -> list[str]:
    """The numbers of the files that a queue shows."""
    response = client.get(reverse(DESK), {"file": queue})
    return [one.number for one, _ in response.context["rows"]]


def test_each_queue_counts_what_it_holds(
    sign_in: Any, staff: dict[str, User], funding_request: FundingRequest
) -> None:
    """Mine, nobody's, those that wait for their supplier, those whose time is nearly over."""
    other = FundingRequest.objects.exclude(pk=funding_request.pk).get()
    FundingRequest.objects.filter(pk=other.pk).update(
        assigned_to=staff["officer"],
        received_at=clock.now() - timedelta(days=55),
    )
    client = sign_in("officer")
    assert counts(client) == {"mes-dossiers": 1, "a-prendre": 1, "fournisseur": 0, "echeance": 1}
    assert shown(client, "mes-dossiers") == shown(client, "echeance") == [other.number]
    assert shown(client, "a-prendre") == [funding_request.number]
    in_state(other, "correction_requested")
    assert counts(client) == {"mes-dossiers": 0, "a-prendre": 1, "fournisseur": 1, "echeance": 0}


def test_time_spent_with_the_supplier_presses_nobody(
    sign_in: Any, funding_request: FundingRequest
) -> None:
    """A file that waited for its supplier is not near its end for all that."""
    old = clock.now() - timedelta(days=55)
    FundingRequest.objects.filter(pk=funding_request.pk).update(
        received_at=old, waited=timedelta(days=30)
    )
    assert shown(sign_in("officer"), "echeance") == []


def test_a_desk_holds_its_own_schemes_only(sign_in: Any, funding_request: FundingRequest) -> None:
    """An officer of another scheme sees nothing of it, nor can give it to themselves."""
    client = sign_in("officer_elsewhere")
    assert set(counts(client).values()) == {0}
    response = client.get(reverse("admin:funding_desk_next"), {"apres": funding_request.pk})
    assert response["Location"].startswith(reverse(DESK))


def test_taking_the_oldest_opens_it(
    sign_in: Any, staff: dict[str, User], funding_request: FundingRequest
) -> None:
    """One press: the oldest file of nobody is mine, in instruction, and open."""
    FundingRequest.objects.filter(pk=funding_request.pk).update(
        received_at=clock.now() - timedelta(days=9)
    )
    response = sign_in("officer").post(reverse("admin:funding_desk_next"))
    page = reverse("admin:funding_fundingrequest_change", args=[funding_request.pk])
    assert response["Location"] == f"{page}?file=mes-dossiers"
    funding_request.refresh_from_db()
    assert (funding_request.state, funding_request.assigned_to) == (
        "in_instruction",
        staff["officer"],
    )


@pytest.mark.parametrize("role", ["accountant", "ans"])
def test_who_does_not_instruct_takes_nothing(role: str, sign_in: Any, deposit: Any) -> None:
    """Others may look; taking and sharing out are refused."""
    client = sign_in(role)
    assert client.get(reverse(DESK)).status_code == 200
    assert client.post(reverse("admin:funding_desk_next")).status_code == 403
    assert client.get(reverse("admin:funding_desk_reassign")).status_code == 403


def test_giving_back_a_file_frees_it(sign_in: Any, funding_request: FundingRequest) -> None:
    """What is given back is nobody's."""
    client = sign_in("officer")
    do(client, funding_request, "take")
    do(client, funding_request, "give_back")
    funding_request.refresh_from_db()
    assert (funding_request.state, funding_request.assigned_to) == ("to_instruct", None)


def test_the_next_file_follows_in_its_queue(sign_in: Any, funding_request: FundingRequest) -> None:
    """From one file to the next of the same queue, then back to the first."""
    numbers = list(FundingRequest.objects.oldest_first().values_list("pk", flat=True))
    client, address = sign_in("officer"), reverse("admin:funding_desk_next")
    for at, then in ((numbers[0], numbers[1]), (numbers[1], numbers[0])):
        response = client.get(address, {"apres": at, "file": "a-prendre"})
        page = reverse("admin:funding_fundingrequest_change", args=[then])
        assert response["Location"] == f"{page}?file=a-prendre"


def test_an_assignment_is_written_and_stays_inside(
    sign_in: Any, staff: dict[str, User], funding_request: FundingRequest
) -> None:
    """The journal says to whom; the supplier does not read it."""
    client = sign_in("officer")
    do(client, funding_request, "assign", officer=str(staff["programme"].pk), note="Congés")
    funding_request.refresh_from_db()
    assert funding_request.assigned_to == staff["programme"]
    entry = JournalEntry.objects.get(verb="assign")
    assert (entry.note, entry.is_public) == ("Congés", False)


def test_a_file_is_not_given_to_who_may_not_see_it(
    sign_in: Any, staff: dict[str, User], funding_request: FundingRequest
) -> None:
    """An officer of another scheme is not offered, nor taken when forged."""
    do(sign_in("officer"), funding_request, "assign", officer=str(staff["officer_elsewhere"].pk))
    funding_request.refresh_from_db()
    assert funding_request.assigned_to is None


def test_sharing_levels_what_each_has() -> None:
    """The least loaded receive first, until all have as many."""
    assert level({1: 5, 2: 0, 3: 1}, 6) == {1: 0, 2: 4, 3: 2}
    assert level({1: 0, 2: 0}, 3) == {1: 2, 2: 1}
    assert level({}, 3) == {}


def test_files_are_shared_out_after_a_preview(
    sign_in: Any, staff: dict[str, User], funding_request: FundingRequest
) -> None:
    """Who gets how many is shown; nothing is done before it is confirmed; then all is."""
    copies(funding_request, 8, assigned_to=staff["officer"], state="in_instruction")
    OfficerAssignment.objects.create(user=staff["officer_elsewhere"], scheme_id=RIS)
    client, address = sign_in("officer"), reverse("admin:funding_desk_reassign")
    receivers = [staff["programme"].pk, staff["officer_elsewhere"].pk]
    data = {"source": staff["officer"].pk, "officers": receivers, "note": "Départ"}
    response = client.post(address, {**data, "preview": ""})
    assert {s.officer.pk: s.gets for s in response.context["shares"]} == dict.fromkeys(receivers, 4)
    assert FundingRequest.objects.filter(assigned_to=staff["officer"]).count() == 8
    assert client.post(address, {**data, "expected": 8, "confirm": ""}).status_code == 302
    for pk in receivers:
        assert FundingRequest.objects.filter(assigned_to=pk).count() == 4
    assert JournalEntry.objects.filter(verb="assign", note="Départ", is_public=False).count() == 8


def test_a_list_that_changed_since_is_shown_again(
    sign_in: Any, staff: dict[str, User], funding_request: FundingRequest
) -> None:
    """One more file than in the preview: nothing is done."""
    address = reverse("admin:funding_desk_reassign")
    data = {"source": "personne", "officers": [staff["officer"].pk], "note": "x"}
    response = sign_in("officer").post(address, {**data, "expected": 1, "confirm": ""})
    assert "a changé depuis" in response.content.decode()
    assert not FundingRequest.objects.filter(assigned_to__isnull=False).exists()


def test_nobody_shares_out_what_is_not_theirs(
    staff: dict[str, User], funding_request: FundingRequest
) -> None:
    """Neither the actor nor the receiver may be strange to the scheme."""
    rows = FundingRequest.objects.all()
    stranger, officer = staff["officer_elsewhere"], staff["officer"]
    for actor, receiver in ((stranger, officer), (officer, stranger)):
        with pytest.raises(ForbiddenMoveError, match="affecté au dispositif"):
            reassign(rows, officers=[receiver], actor=actor, note="x", expected=2)


def test_a_shared_file_counts_once(staff: dict[str, User], funding_request: FundingRequest) -> None:
    """Sharing one's own files with oneself does not count them twice."""
    FundingRequest.objects.update(assigned_to=staff["officer"])
    (share,) = share_out(FundingRequest.objects.all(), [staff["officer"]])
    assert (share.has, share.gets, share.then) == (0, 2, 2)


def test_the_desk_costs_as_much_for_fifty_files_as_for_one(
    sign_in: Any, funding_request: FundingRequest
) -> None:
    """Under 15 queries, however many files wait."""
    client = sign_in("officer")
    client.get(reverse(DESK), {"file": "a-prendre"})
    found = []
    for more in (0, 60):
        copies(funding_request, more)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(reverse(DESK), {"file": "a-prendre"}).status_code == 200
        found.append(len(captured))
    assert found[0] == found[1] < 15


def test_a_clock_stops_while_the_supplier_has_the_hand(
    sign_in: Any, funding_request: FundingRequest
) -> None:
    """Days with the supplier are counted apart, whatever the state they led to."""
    FundingRequest.objects.filter(pk=funding_request.pk).update(
        state="correction_requested", state_since=clock.now() - timedelta(days=4)
    )
    do(sign_in("officer"), funding_request, "cancel", reason_code="error", note="Doublon")
    funding_request.refresh_from_db()
    assert funding_request.waited.days == 4
    assert funding_request.decided_at is not None
