"""The outcome of a deposit is the same whatever the order in which its pieces arrive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrolment.models import User
from funding.actions import add_pieces, file_without, process_deposit, receive_deposit
from funding.demo.papers import a_pdf, a_scan, a_zip, order_lines
from funding.documents import one_child
from funding.models import Deposit
from segur_portal.common.models import Statement
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import A_DAY, a_base, a_member, a_supplier, an_enrolment, the_programme

RIS = "SONS-IMG-RIS-Va2"
COUNT = 4
JSON = "json"
ZIPS = ("a.zip", "b.zip", "c.zip")
pytestmark = pytest.mark.django_db
REQUESTS = [a_request(RIS, number=number) for number in range(1, COUNT + 1)]
for _request in REQUESTS:
    _request["bonDeCommande"]["typeSignature"] = "MANUSCRITE"
NAMES = [request["bonDeCommande"]["nomFichier"] for request in REQUESTS]
PAPERS = {
    "right": [a_pdf(order_lines(request)) for request in REQUESTS],
    "scan": [a_scan(order_lines(request)) for request in REQUESTS],
    "broken": [b"%PDF-1.7 rien"] * COUNT,
}


@dataclass(frozen=True)
class Arrival:
    """How a deposit arrives: what each document is and in which ZIP, then which pieces come in
    each upload."""

    papers: tuple[tuple[str, str], ...]
    uploads: tuple[tuple[str, ...], ...]


@st.composite
def arrivals(draw: st.DrawFn) -> Arrival:
    """Any spread of the documents, any order of the pieces, any grouping into uploads."""
    kinds = st.sampled_from(("right", "right", "scan", "broken", "missing", "misnamed"))
    papers = draw(
        st.lists(st.tuples(kinds, st.sampled_from(ZIPS)), min_size=COUNT, max_size=COUNT).map(tuple)
    )
    order = draw(st.permutations([JSON, *ZIPS]))
    cuts = sorted(draw(st.sets(st.integers(1, len(order) - 1))))
    edges = [0, *cuts, len(order)]
    uploads = tuple(tuple(order[a:b]) for a, b in pairwise(edges))
    return Arrival(papers, uploads)


@pytest.fixture
def user() -> Iterator[User]:
    with time_machine.travel(A_DAY, tick=True), one_child():
        the_programme(requires_documents=True)
        Statement.objects.update(is_active=False)
        user = a_member(a_supplier(SIRET))
        an_enrolment(user.memberships.get().supplier, REQUESTS[0], RIS)
        a_base(RIS, REQUESTS)
        yield user


def files_of(arrival: Arrival) -> dict[str, bytes]:
    """The ZIP files; one that holds no document has a file that nobody asks for."""
    contents: dict[str, dict[str, bytes]] = {name: {} for name in ZIPS}
    for rank, (kind, zip_) in enumerate(arrival.papers):
        if kind == "misnamed":
            contents[zip_][NAMES[rank].lower()] = PAPERS["right"][rank]
        elif kind != "missing":
            contents[zip_][NAMES[rank]] = PAPERS[kind][rank]
    return {name: a_zip(files or {"notes.txt": b"-"}) for name, files in contents.items()}


def outcome_of(user: User, uploads: Sequence[Sequence[str]], zips: dict[str, bytes]) -> Any:
    """The verdict on each request once everything came, undone afterwards."""
    with transaction.atomic():
        deposit: Deposit | None = None
        for upload in uploads:
            pieces: dict[str, Any] = {
                "content": BytesIO(a_file(RIS, requests=REQUESTS)) if JSON in upload else None,
                "name": a_filename(RIS) if JSON in upload else "",
                "archives": [ContentFile(zips[one], one) for one in upload if one != JSON],
            }
            if deposit is None:
                supplier = user.memberships.get().supplier
                deposit = receive_deposit(supplier=supplier, user=user, **pieces)
            elif deposit.state == "incomplete":
                deposit = add_pieces(deposit=deposit, user=user, **pieces)
        assert deposit is not None
        if deposit.state == "incomplete":
            deposit = file_without(deposit=deposit, user=user)
        assert process_deposit(deposit.pk)
        lines = list(deposit.lines.order_by("index").values_list("index", "outcome", "findings"))
        transaction.set_rollback(True)
    return lines


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(arrival=arrivals())
def test_the_order_of_the_pieces_changes_nothing(user: User, arrival: Arrival) -> None:
    """Together or one after the other, JSON first or last: the same verdicts, word for word."""
    zips = files_of(arrival)
    together = outcome_of(user, [(JSON, *ZIPS)], zips)
    assert outcome_of(user, arrival.uploads, zips) == together
    wrong = {"broken", "missing", "misnamed"}
    assert [outcome for _, outcome, _ in together] == [
        "ko" if kind in wrong else "integrated" for kind, _ in arrival.papers
    ]
