"""A key opens the API to one organisation, for what it allows, while it lives."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from enrolment.actions.tokens import create_token, digest_of, revoke_token
from enrolment.enums import TokenRole
from enrolment.models import ApiToken, Supplier
from tests.api.conftest import Software
from tests.builders import a_file, a_filename
from tests.factories import A_DAY

MDV = "SONS-MDV-LGC-Va2"


def deposit(client: Client) -> Any:
    return client.post(
        reverse("api_deposits"),
        a_file(MDV),
        content_type="application/json",
        headers={"x-nom-fichier": a_filename(MDV)},
    )


def code_of(response: Any) -> tuple[int, str]:
    document = response.json()
    assert document["message"].strip(), "a refusal is always said in words"
    return response.status_code, document["code"]


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer segur_inconnu", "Basic eDp5", "Bearer é\x00"]
)
def test_without_a_good_key_nothing_opens(supplier: Supplier, header: str) -> None:
    """401 in French with its code, and how to authenticate."""
    client = Client(headers={"authorization": header} if header else {})
    for name in ("api_deposits", "api_requests"):
        response = client.get(reverse(name))
        assert code_of(response) == (401, "API-401")
        assert response["WWW-Authenticate"].startswith("Bearer")
    assert code_of(deposit(client)) == (401, "API-401")


def test_a_session_of_the_site_is_no_key(supplier: Supplier) -> None:
    """A browser's cookie opens nothing here: no forged form can deposit."""
    client = Client()
    client.force_login(supplier.memberships.get().user)
    assert code_of(client.get(reverse("api_deposits"))) == (401, "API-401")


def test_a_reader_reads_and_nothing_else(supplier: Supplier, software: Software) -> None:
    """A key that reads may neither deposit nor simulate."""
    client = software(supplier, TokenRole.READER)
    assert client.get(reverse("api_deposits")).status_code == 200
    assert code_of(deposit(client)) == (403, "API-403")
    response = client.post(reverse("api_simulations"), b"{}", content_type="application/json")
    assert code_of(response) == (403, "API-403")


def test_a_revoked_key_opens_nothing(supplier: Supplier, software: Software) -> None:
    """At once, and for ever."""
    client = software(supplier)
    revoke_token(ApiToken.objects.get(), actor=supplier.memberships.get().user)
    assert code_of(client.get(reverse("api_deposits"))) == (401, "API-401")


def test_a_key_opens_until_its_last_day_included(supplier: Supplier, software: Software) -> None:
    """Its last day is still its own, the next is not."""
    client = software(supplier, expires_on=date(2026, 10, 1))
    with time_machine.travel("2026-10-01T21:00:00+00:00", tick=False):
        assert client.get(reverse("api_deposits")).status_code == 200
    with time_machine.travel("2026-10-02T00:01:00+02:00", tick=False):
        assert client.get(reverse("api_deposits")).status_code == 401


def test_only_a_fingerprint_is_kept(supplier: Supplier) -> None:
    """The secret is in no column; its beginning and its last call are."""
    token, secret = create_token(
        supplier=supplier,
        actor=supplier.memberships.get().user,
        name="ERP",
        role=TokenRole.READER,
        expires_on=date(2026, 12, 31),
    )
    kept = ApiToken.objects.filter(pk=token.pk).values().get()
    assert secret not in map(str, kept.values())
    assert kept["digest"] == digest_of(secret)
    assert secret.startswith(kept["prefix"])
    assert kept["last_used_at"] is None
    Client(headers={"authorization": f"Bearer {secret}"}).get(reverse("api_deposits"))
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert token.last_used_at >= A_DAY


@pytest.mark.parametrize("day", [date(2026, 9, 14), date(2027, 10, 1)])
def test_a_key_lives_a_year_at_most(supplier: Supplier, day: date) -> None:
    """Neither in the past nor for ever."""
    with pytest.raises(ValidationError, match="un an au plus"):
        create_token(
            supplier=supplier,
            actor=supplier.memberships.get().user,
            name="ERP",
            role=TokenRole.READER,
            expires_on=day,
        )


def test_too_many_calls_are_refused(supplier: Supplier, software: Software, settings: Any) -> None:
    """Each key has its allowance, and is told when to come back."""
    settings.API_RATES = {"read": "2/min", "write": "1/min"}
    client, other = software(supplier), software(supplier)
    address = reverse("api_deposits")
    assert [client.get(address).status_code for _ in range(3)] == [200, 200, 429]
    refused = client.get(address)
    assert code_of(refused) == (429, "API-429")
    assert int(refused["Retry-After"]) > 0
    assert other.get(address).status_code == 200
    assert [deposit(other).status_code for _ in range(2)] == [202, 429]
