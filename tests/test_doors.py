"""Every address × every actor: nobody opens what is not theirs, and no address is forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, reverse

from enrolment.actions import submit_specimen
from enrolment.actions.invitations import invite_member
from enrolment.actions.signup import ask_to_join
from enrolment.enums import MemberRole, UserKind
from enrolment.models import Supplier, User
from funding.actions import process_deposit, receive_deposit
from funding.actions.messages import send_message
from funding.demo.papers import a_zip, documents_of
from funding.models import Dispute, FundingRequest
from pilots.actions import record_proof, review_proof
from segur_portal.common.actions import store_file
from segur_portal.common.issuing import issue_document, render_document
from segur_portal.common.models import IssuedDocument, NoticeKind, Scheme
from segur_portal.common.notices import notify
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.doors import ACTORS, AGAIN, AGENTS, DOORS, LOGIN, NOT_ALLOWED, Answer, Door, World
from tests.enrolment.kit import deposit as deposit_piece
from tests.factories import (
    A_DAY,
    a_base,
    a_member,
    a_supplier,
    a_user,
    an_enrolment,
    an_officer,
    the_programme,
)

pytestmark = pytest.mark.django_db
RIS = "SONS-IMG-RIS-Va2"
STRANGER_SIRET = "73282932000074"
# Tried coarsely below: the pages of allauth and of the administration are theirs to test.
PREFIXES = ("comptes/", "gestion/")
# What a visit may write: its own session, nothing of the programme.
# Sessions, and the log that a pre-filled model is counted in like a simulation.
OWN_TABLES = ("django_session", "usersessions_usersession", "funding_simulationlog")
ADDRESSES = {
    LOGIN: "account_login",
    AGAIN: "account_reauthenticate",
    "organisations": "organisations",
    AGENTS: "admin:index",
    "dashboard": "dashboard",
    "notifications": "notifications",
}


@dataclass(frozen=True, slots=True)
class Address:
    """A named address: how it begins, and the names of its parts."""

    route: str
    name: str
    parts: frozenset[str]


def addresses(resolver: Any = None, route: str = "", parts: Iterable[str] = ()) -> list[Address]:
    """Every address of the portal."""
    found = []
    for entry in (resolver or get_resolver()).url_patterns:
        names = frozenset({*parts, *entry.pattern.regex.groupindex})
        names |= frozenset(getattr(entry.pattern, "converters", ()))
        here = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found += addresses(entry, here, names)
        else:
            found.append(Address(here, entry.name or here, names))
    return found


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def actors() -> dict[str, User | None]:
    the_programme()
    supplier, other = a_supplier(SIRET), a_supplier(STRANGER_SIRET, "Concurrent")
    agents = {
        kind: a_user(f"{kind}@exemple.fr", kind, is_staff=True)
        for kind in (UserKind.ACCOUNTANT, UserKind.ANS)
    }
    people = {
        "anonymous": None,
        "legal": a_member(supplier),
        "preparer": a_member(supplier, MemberRole.PREPARER),
        "reader": a_member(supplier, MemberRole.READER),
        "stranger": a_member(other),
        "officer": an_officer(),
        "accountant": agents[UserKind.ACCOUNTANT],
        "ans": agents[UserKind.ANS],
    }
    assert tuple(people) == ACTORS
    return people


@pytest.fixture
def world(actors: dict[str, User | None]) -> World:
    """A treated deposit of two requests, one of them KO."""
    supplier, user = Supplier.objects.get(siret=SIRET), actors["legal"]
    requests = [a_request(RIS, number=number) for number in (1, 2)]
    enrolment = an_enrolment(supplier, requests[0], RIS)
    a_base(RIS, requests)
    requests[1]["clients"][0]["siren"] = "123456789"
    content = BytesIO(a_file(RIS, requests=requests))
    assert user is not None
    archive = ContentFile(a_zip(documents_of(requests[0], "AVANCE")), name="bons.zip")
    deposit = receive_deposit(
        supplier=supplier, user=user, content=content, name=a_filename(RIS), archives=[archive]
    )
    process_deposit(deposit.pk)
    (notification,) = notify(
        users=[user], kind=NoticeKind.DEPOSIT, title="Dépôt traité", url=reverse("dashboard")
    )
    document = issue_document(
        kind=IssuedDocument.Kind.MODEL, subject=("enrolment.Specimen", "0"), recipient=supplier
    )
    render_document(document.pk, lambda document: b"%PDF-")
    return World(
        member=supplier.memberships.get(user=actors["reader"]),
        invitation=invite_member(
            supplier=supplier, actor=user, email="invite@exemple.fr", role=MemberRole.READER
        ),
        join_request=ask_to_join(
            user=a_user("seul@exemple.fr"),
            siret=supplier.siret,
            role=MemberRole.READER,
            is_confirmed=True,
        ),
        deposit=deposit,
        signed=deposit.documents.get(),
        request=FundingRequest.objects.get(),
        supplier=supplier,
        notification=notification,
        document=document,
        specimen=submit_specimen(
            supplier=supplier,
            user=user,
            scheme=Scheme.objects.get(pk=RIS),
            kind="purchase_order",
            label="BDC",
            content=ContentFile(b"%PDF-1.7", "bdc.pdf"),
        ),
        attachment=_an_attachment(user),
        dispute=_a_dispute(deposit, actors["stranger"]),
        proof=_a_proof(user, enrolment.solutions.get()),
        enrolment=enrolment,
        piece=deposit_piece(enrolment, user, "identity"),
    )


def _an_attachment(user: User) -> Any:
    """A file joined to a message on the request."""
    message = send_message(
        request=FundingRequest.objects.get(),
        author=user,
        text="Voici",
        files=[ContentFile(b"%PDF-1.7", "piece.pdf")],
    )
    return message.attachments.get()


def _a_dispute(deposit: Any, other: Any) -> Any:
    """The KO request contested; the order in place is said to be the stranger's."""
    dispute = Dispute.objects.create(
        line=deposit.lines.get(index=2),
        request=FundingRequest.objects.get(),
        scheme_id=RIS,
        challenger=deposit.supplier,
        holder=other.memberships.get().supplier,
        client_name="Client",
        contested_at=A_DAY,
    )
    dispute.parts.create(
        supplier=deposit.supplier,
        said_by=deposit.deposited_by,
        said_at=A_DAY,
        text="Il nous a choisis",
        file=store_file(BytesIO(b"%PDF-1.7"), name="bon.pdf", purpose="dispute"),
    )
    return dispute


def _a_proof(user: User, solution: Any) -> Any:
    """A training material, sent back by the officer."""
    proof = record_proof(
        supplier=user.memberships.get().supplier,
        solution=solution,
        kind="training",
        user=user,
        label="Guide",
        file=store_file(BytesIO(b"%PDF-1.7"), name="guide.pdf", purpose="pilot"),
    )
    review_proof(
        proof, "send_back", actor=None, role="officer", reason_code="incomplete", note="Illisible."
    )
    return proof


def client_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def read(response: Any) -> Any:
    """The response once its file, if it is one, is read to the end, which closes it."""
    if response.streaming:
        b"".join(response.streaming_content)
    return response


def answer_of(response: Any) -> Answer:
    """The status, or where a redirection leads when the table has a word for it."""
    read(response)
    target = response.headers.get("Location", "").partition("?")[0]
    named = (word for word, name in ADDRESSES.items() if target == reverse(name))
    return next(named, response.status_code)


def test_every_address_is_in_the_table() -> None:
    """An address that nobody thought about is a door left open."""
    names = [one.name for one in addresses() if not one.route.startswith(PREFIXES)]
    assert sorted(names) == sorted(door.name for door in DOORS)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_a_get_is_answered_as_the_table_says(
    door: Door, actors: dict[str, User | None], world: World
) -> None:
    """Each actor gets the answer of the table; where there is none, the method is refused."""
    address = reverse(door.name, args=door.args(world))
    answers = {who: answer_of(client_of(user).get(address)) for who, user in actors.items()}
    assert answers == (door.get or refused(answers))


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_a_post_is_answered_as_the_table_says(
    door: Door, actors: dict[str, User | None], world: World
) -> None:
    """Each actor gets the answer of the table; where there is none, the method is refused."""
    address, data = reverse(door.name, args=door.args(world)), door.data(world)
    answers = {who: answer_of(client_of(user).post(address, data)) for who, user in actors.items()}
    assert answers == (door.post or refused(answers))


def refused(answers: dict[str, Answer]) -> dict[str, Answer]:
    """The method is refused to all; who is not signed in may be asked to sign in first."""
    allowed = {NOT_ALLOWED} | ({LOGIN} if answers["anonymous"] == LOGIN else set())
    anonymous = answers["anonymous"] if answers["anonymous"] in allowed else NOT_ALLOWED
    return {**dict.fromkeys(ACTORS, NOT_ALLOWED), "anonymous": anonymous}


@pytest.mark.parametrize("door", [door for door in DOORS if door.get], ids=lambda door: door.name)
def test_a_get_writes_nothing(door: Door, actors: dict[str, User | None], world: World) -> None:
    """Looking changes nothing: a link followed twice, or by a robot, is harmless."""
    address = reverse(door.name, args=door.args(world))
    for user in actors.values():
        client = client_of(user)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            read(client.get(address))
        written = [
            query["sql"]
            for query in queries.captured_queries
            if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))
            and not any(table in query["sql"] for table in OWN_TABLES)
        ]
        assert not written


# ---------------------------------------------------------------- prefixes, coarsely

OPEN_TO_ALL = {
    "account_login",
    "account_signup",
    "account_inactive",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_login_webauthn",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
}
# Translations of the administration's scripts, and the way out.
HARMLESS = {"jsi18n", "logout"}
SAMPLES = {"key": "x", "uidb36": "1", "pk": 1, "object_id": 1, "app_label": "enrolment"}


def address_of(namespace: str, address: Address) -> str:
    """The address, with a sample for each part."""
    parts = {
        name: uuid4() if f"<uuid:{name}>" in address.route else SAMPLES.get(name, 1)
        for name in address.parts
    }
    return reverse(f"{namespace}{address.name}", kwargs=parts)


def named(prefix: str) -> list[Address]:
    """The addresses under a prefix; a route without a name is the administration's last resort."""
    return [one for one in addresses() if one.route.startswith(prefix) and one.name != one.route]


def test_account_pages_ask_to_sign_in_except_those_that_serve_to() -> None:
    """No page of an account is shown to who is not signed in, and none fails."""
    for entry in named("comptes/"):
        response = Client().get(address_of("", entry))
        assert response.status_code in (200, 302, 401, 404, 405), entry.name
        if entry.name not in OPEN_TO_ALL:
            assert response.status_code != 200, entry.name


@pytest.mark.parametrize("who", ["reader", "officer"])
def test_account_pages_never_fail(who: str, actors: dict[str, User | None]) -> None:
    """Every account page answers, to a supplier's member as to an agent."""
    client = client_of(actors[who])
    for entry in named("comptes/"):
        assert client.get(address_of("", entry)).status_code < 500, entry.name


@pytest.mark.parametrize("who", ["anonymous", "legal", "reader", "stranger"])
def test_the_administration_is_closed_to_suppliers(
    who: str, actors: dict[str, User | None], world: World
) -> None:
    """Not one page of the agents' side opens to a supplier, by GET nor by POST."""
    client = client_of(actors[who])
    for entry in named("gestion/"):
        if entry.name in HARMLESS:
            continue
        address = address_of("admin:", entry)
        for method in (client.get, client.post):
            response = method(address)
            assert response.status_code in (302, 403, 404, 405), entry.name
            if response.status_code == 302:
                assert "/login/" in response["Location"], entry.name


@pytest.mark.parametrize("who", ["officer", "accountant", "ans"])
def test_the_administration_opens_to_agents(who: str, actors: dict[str, User | None]) -> None:
    """Its first page is theirs; what each may do there is tried in tests/admin."""
    assert client_of(actors[who]).get(reverse("admin:index")).status_code == 200
