"""The coded reasons are data: offered while they serve, readable ever after, and never without a
text where something is decided."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from enrolment.actions import sync_groups
from enrolment.models import User
from funding.actions.requests import move_request
from funding.models import FundingRequest
from segur_portal.common import clock
from segur_portal.common.actions import journal_entry
from segur_portal.common.enums import ReasonSubject, Role
from segur_portal.common.models import JournalEntry, Reason
from segur_portal.common.workflow import ForbiddenMoveError
from tests.factories import A_DAY, the_programme
from tests.funding.accepted import taken_requests

MIGRATION = import_module("segur_portal.common.migrations.0019_reasons_of_decisions")
pytestmark = pytest.mark.django_db


@pytest.fixture
def one() -> Iterator[FundingRequest]:
    """A request in instruction."""
    with time_machine.travel(A_DAY, tick=True):
        yield taken_requests(1)[0]


@pytest.fixture
def officer(one: FundingRequest) -> User:
    return User.objects.get(email="instruit@asp.fr")


def refuse(one: FundingRequest, officer: User, **reason: str) -> None:
    values: dict[str, Any] = {"reason_code": "error", "note": "Doublon.", **reason}
    move_request(one, "refuse", actor=officer, role=Role.OFFICER, **values)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ({"reason_code": ""}, "motif codé"),
        ({"note": " "}, "demande un motif"),
        ({"reason_code": "invented"}, "n’existe pas"),
    ],
)
def test_a_decision_needs_a_reason_of_the_list_and_a_text(
    one: FundingRequest, officer: User, reason: dict[str, str], words: str
) -> None:
    """One without the other decides nothing."""
    with pytest.raises(ForbiddenMoveError, match=words):
        refuse(one, officer, **reason)
    one.refresh_from_db()
    assert one.state == "in_instruction"


@pytest.mark.parametrize("reason", [{"reason_code": ""}, {"note": ""}])
def test_the_database_refuses_one_without_the_other(
    one: FundingRequest, officer: User, reason: dict[str, str]
) -> None:
    """Whoever writes the decision, and by whatever way."""
    refuse(one, officer)
    decided = JournalEntry.objects.get(verb="refuse")
    assert decided.is_coded
    with (
        pytest.raises(IntegrityError, match=r"journal_(decision|reason)_has"),
        transaction.atomic(),
    ):
        JournalEntry.objects.filter(pk=decided.pk).update(**reason)
    values = {"reason_code": "error", "note": "Doublon.", **reason}
    entry = journal_entry(one, "refuse", at=clock.now(), is_coded=True, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save()


def test_an_ended_reason_is_no_longer_offered_but_still_read(
    one: FundingRequest, officer: User, client: Any
) -> None:
    """An officer ends it in the administration: the request it refused still says it in words."""
    refuse(one, officer)
    Reason.objects.filter(subject=ReasonSubject.REQUEST, code="error").update(is_active=False)
    assert "error" not in dict(Reason.objects.offered(ReasonSubject.REQUEST))
    assert Reason.objects.words(ReasonSubject.REQUEST)["error"] == "Erreur de dépôt"
    sync_groups()
    client.force_login(officer)
    page = client.get(reverse("admin:funding_fundingrequest_change", args=[one.pk]))
    assert "Erreur de dépôt" in page.content.decode()
    form = client.get(reverse("admin:funding_bulk")).context["form"]
    assert "error" not in dict(form.fields["reason_code"].choices)
    assert "document" in dict(form.fields["reason_code"].choices)


@pytest.mark.parametrize("subject", [ReasonSubject.REQUEST, ReasonSubject.PILOT])
def test_a_reason_that_an_officer_adds_is_offered(subject: str) -> None:
    """At its rank among the others."""
    the_programme()
    Reason.objects.create(subject=subject, code="new", label="Nouveau motif", order=1)
    assert Reason.objects.offered(subject)[0] == ("new", "Nouveau motif")


def test_an_installation_in_service_receives_them() -> None:
    """With the codes that its decisions bear; what an officer wrote is left as it is."""
    the_programme()
    shipped = set(Reason.objects.values_list("subject", "code", "label", "order"))
    decided = Reason.objects.filter(subject__in=MIGRATION.REASONS)
    decided.exclude(code="other").delete()
    Reason.objects.filter(subject="dispute", code="other").update(label="Divers")
    with connection.schema_editor() as editor:
        MIGRATION.put_in_place(apps, editor)
    found = set(Reason.objects.values_list("subject", "code", "label", "order"))
    assert found ^ shipped == {
        ("dispute", "other", "Divers", 60),
        ("dispute", "other", "Autre motif", 60),
    }


def test_a_new_installation_receives_them_with_its_programme() -> None:
    """The migration leaves an empty table empty."""
    Reason.objects.all().delete()
    with connection.schema_editor() as editor:
        MIGRATION.put_in_place(apps, editor)
    assert not Reason.objects.exists()
