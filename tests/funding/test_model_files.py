"""The model files that the documentation offers."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import orjson
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from enrolment.enums import MemberRole
from enrolment.models import Enrolment, Supplier, User
from funding.actions import process_deposit, receive_deposit, simulate
from funding.intake import parse_filename
from funding.intake.naming import FileName
from funding.models import FundingRequest, SimulationLog
from pilots.models import PilotProof
from segur_portal.common.models import Scheme, Window
from tests.builders import KINDS, SCHEMES, SIRET, a_file, a_filename, a_request
from tests.factories import A_DAY, a_base, a_member, a_supplier, an_enrolment, the_programme

pytestmark = pytest.mark.django_db
OUTSIDER_SIRET = "73282932000074"


@pytest.fixture(autouse=True)
def _on_a_day() -> Any:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def user() -> User:
    the_programme()
    return a_member(a_supplier(SIRET), role=MemberRole.READER)


def supplier_of(user: User) -> Supplier:
    return user.memberships.get().supplier


def enrolled(user: User, scheme: str, count: int = 5) -> list[Any]:
    """The supplier is enrolled and the base knows the clients of these requests."""
    requests = [a_request(scheme, number=number) for number in range(1, count + 1)]
    an_enrolment(supplier_of(user), requests[0], scheme)
    a_base(scheme, requests)
    return requests


def with_advances_accepted(user: User, scheme: str) -> None:
    """Two advances accepted, and every pilot proof."""
    requests = enrolled(user, scheme)
    content = BytesIO(a_file(scheme, requests=requests[:2]))
    deposit = receive_deposit(
        supplier=supplier_of(user), user=user, content=content, name=a_filename(scheme)
    )
    process_deposit(deposit.pk)
    FundingRequest.objects.update(state="accepted")
    solution = Enrolment.objects.get().solutions.get()
    proof = {"supplier": supplier_of(user), "solution": solution, "state": "compliant"}
    order = FundingRequest.objects.latest("pk").order
    for number in range(5):
        PilotProof.objects.create(
            **proof,
            kind="report",
            order=order,
            client_key=str(number),
            signed_on=A_DAY.date(),
            reviewed_on=A_DAY.date(),
        )
    PilotProof.objects.create(**proof, kind="training", reviewed_on=A_DAY.date())


def download(user: User | None, scheme: str, kind: str, model: str = "pre-rempli") -> Any:
    client = Client()
    if user:
        client.force_login(user)
    short_name = Scheme.objects.get(pk=scheme).short_name.lower()
    address = reverse("documentation_model", args=[short_name, kind.lower(), model])
    response = client.get(address)
    assert response.status_code == 200
    name = response["Content-Disposition"].partition('filename="')[2].rstrip('"')
    return name, response.content


def simulated(user: User, name: str, data: bytes, **options: Any) -> Any:
    return simulate(supplier=supplier_of(user), user=user, data=data, name=name, **options)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_prefilled_model_passes_the_simulator(user: User, scheme: str, kind: str) -> None:
    """What an enrolled supplier downloads is accepted as it is, under its own name."""
    if kind == "AVANCE":
        enrolled(user, scheme)
    else:
        with_advances_accepted(user, scheme)
    name, data = download(user, scheme, kind)
    result = simulated(user, name, data)
    assert not result.deposit_findings
    assert [line.findings for line in result.lines if line.outcome != "integrated"] == []
    assert len(result.lines) == (3 if kind == "AVANCE" else 2)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_prefilled_advances_ask_for_something(user: User, scheme: str) -> None:
    """The amounts are those of the ceiling, not zero."""
    enrolled(user, scheme)
    _, data = download(user, scheme, "AVANCE")
    orders = [request["bonDeCommande"] for request in orjson.loads(data)["demandes"]]
    assert all(order["montantHT"] > 0 for order in orders)


def test_a_deposited_model_leaves_the_next_one_depositable(user: User) -> None:
    """The clients, references and file name of the next model are others."""
    enrolled(user, "SONS-MDV-LGC-Va2")
    for _ in range(2):
        name, data = download(user, "SONS-MDV-LGC-Va2", "AVANCE")
        deposit = receive_deposit(
            supplier=supplier_of(user), user=user, content=BytesIO(data), name=name
        )
        process_deposit(deposit.pk)
        deposit.refresh_from_db()
        assert (deposit.state, deposit.ko_count) == ("done", 0)
    assert FundingRequest.objects.count() == 5


def test_what_another_supplier_claimed_is_not_told(user: User) -> None:
    """The model is no oracle: like the simulator, it knows the supplier's own orders alone."""
    scheme = "SONS-MDV-LGC-Va2"
    requests = enrolled(user, scheme, count=2)
    other = a_member(a_supplier(OUTSIDER_SIRET))
    solution = {**requests[0]["solutionLogicielle"], "numeroReferencement": "REF-AUTRE"}
    taken = {**requests[0], "solutionLogicielle": solution}
    an_enrolment(supplier_of(other), taken, scheme)
    content = BytesIO(a_file(scheme, requests=[taken], siret=OUTSIDER_SIRET))
    deposit = receive_deposit(
        supplier=supplier_of(other),
        user=other,
        content=content,
        name=a_filename(scheme, siret=OUTSIDER_SIRET),
    )
    process_deposit(deposit.pk)
    assert FundingRequest.objects.count() == 1
    _, data = download(user, scheme, "AVANCE")
    offered = orjson.loads(data)["demandes"]
    named = {one["clients"][0]["medecins"][0]["rpps"] for one in offered}
    assert named == {one["clients"][0]["medecins"][0]["rpps"] for one in requests}


def test_out_of_the_window_the_model_passes_as_of_a_day_when_it_is_open(user: User) -> None:
    """The simulator can run as of another date: the model is still an example that passes."""
    scheme = "SONS-IMG-RIS-Va2"
    enrolled(user, scheme)
    closes_at = Window.objects.get(scheme=scheme, kind="advance").closes_at
    with time_machine.travel(closes_at.replace(year=closes_at.year + 1), tick=True):
        name, data = download(user, scheme, "AVANCE")
        result = simulated(user, name, data, as_of=closes_at)
    assert {line.outcome for line in result.lines} == {"integrated"}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("who", ["anonymous", "not enrolled"])
def test_without_enrolment_the_model_is_the_fictitious_example(
    user: User, scheme: str, kind: str, who: str
) -> None:
    """Nothing of the base is shown to who is not enrolled."""
    a_base(scheme, [a_request(scheme)])
    name, data = download(user if who == "not enrolled" else None, scheme, kind)
    assert name.startswith("exemple-fictif_")
    assert orjson.loads(data)["siretFournisseur"] != SIRET
    assert a_request(scheme)["clients"][0]["nomStructure"].encode() not in data


def test_the_prefilled_model_has_the_next_free_name_of_the_day(user: User) -> None:
    """It can be deposited without renaming."""
    enrolled(user, "SONS-IMG-DB-Va2")
    name, _ = download(user, "SONS-IMG-DB-Va2", "AVANCE")
    assert parse_filename(name) == FileName("AVANCE", "SONS-IMG-DB-Va2", SIRET, A_DAY.date(), 1)


def test_making_a_model_counts_as_a_simulation(user: User, settings: Any) -> None:
    """It reads the base: logged, under the same limit, and a page says when there are too many."""
    settings.SIMULATOR_RATE = "2/h"
    scheme = "SONS-MDV-LGC-Va2"
    enrolled(user, scheme)
    download(user, scheme, "AVANCE")
    log = SimulationLog.objects.get()
    # Three doctors: an RPPS and an AM number each.
    assert (log.run_by, log.request_count, log.identifier_count) == (user, 3, 6)
    assert log.with_database
    download(user, scheme, "AVANCE", "vierge")
    download(user, scheme, "AVANCE")
    client = Client()
    client.force_login(user)
    short_name = Scheme.objects.get(pk=scheme).short_name.lower()
    page = client.get(reverse("documentation_model", args=[short_name, "avance", "pre-rempli"]))
    assert page.status_code == 429
    assert "2 simulations complètes ou modèles pré-remplis par heure" in page.content.decode()
    assert SimulationLog.objects.count() == 2
    download(user, scheme, "AVANCE", "vierge")


@pytest.mark.parametrize("model", ["vierge", "schema"])
def test_the_other_models_need_no_account(model: str) -> None:
    """The blank file and the schema are public."""
    the_programme()
    _, data = download(None, "SONS-IMG-RIS-Va2", "SOLDE", model)
    assert isinstance(orjson.loads(data), dict)


@pytest.mark.parametrize(
    "address",
    [
        "/documentation/ris/avance/inconnu.json",
        "/documentation/ris/autre/",
        "/documentation/autre/avance/",
    ],
)
def test_an_unknown_format_does_not_exist(client: Client, address: str) -> None:
    """404, whatever part is wrong."""
    the_programme()
    assert client.get(address).status_code == 404
