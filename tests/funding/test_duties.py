"""What the dashboard asks of a supplier, in words and in order."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from enrolment.actions.expiries import Ending, Places
from enrolment.models import Amendment, Distribution, Enrolment, Solution, SupportingDocument
from funding.models import Payment
from funding.report import duties
from funding.report.rights import Refusal
from segur_portal.common.enums import WindowKind
from segur_portal.common.models import Reason, Scheme
from segur_portal.common.rules import Finding, Severity

RIS = "SONS-IMG-RIS-Va2"
CLOSING = datetime(2026, 11, 10, 11, tzinfo=UTC)
TODAY = date(2026, 9, 15)
PLACES = Places({(1, 7): "/mandat/"}, {1: "/organisation/"})
SOON = date(2026, 9, 20)
WINDOWS: Any = {(RIS, WindowKind.ADVANCE.value): SimpleNamespace(closes_at=CLOSING)}


def a_row(number: int, lines: int = 1) -> dict[str, Any]:
    return {
        "deposit": number,
        "deposit__key": UUID(int=number),
        "deposit__scheme": RIS,
        "deposit__kind": "AVANCE",
        "lines": lines,
    }


def a_request(number: int) -> Any:
    name = f"RIS-A-{number:07}"
    return SimpleNamespace(
        pk=number, number=name, scheme_id=RIS, kind="AVANCE", client_name=f"Cabinet {number}"
    )


def a_mandate(ends_on: date | None) -> Distribution:
    solution = Solution(pk=7, name="Orion RIS", version="12")
    return Distribution(distributor_id=1, solution=solution, mandate_ends_on=ends_on)


def test_ko_requests_are_one_duty_that_names_the_latest_deposits() -> None:
    """However many deposits hold some, with the closing of their window."""
    (duty,) = duties.ko_duties([a_row(number, number) for number in range(7, 0, -1)], WINDOWS)
    assert duty.title == "28 demandes KO à déposer de nouveau"
    assert duty.until == CLOSING
    assert [item.label for item in duty.items] == [f"DEP-{n:07}" for n in (7, 6, 5, 4, 3)]
    assert duty.items[0].detail == "7 demandes KO"
    assert duty.link == "Voir tous ces dépôts"
    assert list(duties.ko_duties([], WINDOWS)) == []


@pytest.mark.parametrize(
    ("total", "title", "link"),
    [
        (1, "1 correction demandée par l’ASP", ""),
        (13, "13 corrections demandées par l’ASP", "Voir les 13 corrections"),
    ],
)
def test_corrections_are_counted_in_good_french(total: int, title: str, link: str) -> None:
    """The officer's words stand beside each; the link to all appears when some are hidden. No last
    day: the answer is judged as of the reception."""
    shown = [a_request(number) for number in range(1, min(total, 5) + 1)]
    (duty,) = duties.correction_duties(shown, total, {"1": "Signature illisible."})
    assert (duty.title, duty.link, duty.until) == (title, link, None)
    assert duty.level == "error"
    assert duty.items[0].detail == "Cabinet 1 : Signature illisible."


@pytest.mark.parametrize(
    ("ends_on", "said"),
    [
        (date(2026, 3, 31), ""),
        (date(2026, 9, 15), "finit le 15/09/2026"),
        (date(2026, 11, 14), "finit le 14/11/2026"),
        (date(2026, 11, 15), ""),
        (None, ""),
    ],
)
def test_a_mandate_is_announced_before_its_end(ends_on: date | None, said: str) -> None:
    """Sixty days before; once it is over, the rules say what is refused."""
    supplier: Any = SimpleNamespace(
        pk=1, holds_osu=lambda _: True, osu_expires_on=None, name="Essai"
    )
    membership: Any = SimpleNamespace(expires_on=None)
    found = list(duties.expiry_duties(supplier, membership, [a_mandate(ends_on)], PLACES, TODAY))
    assert [said in duty.title for duty in found] == ([True] if said else [])


def test_what_blocks_comes_first_then_what_ends_soonest() -> None:
    """An error before a warning, a date before none."""
    names = ("info", "warning", "error")
    early, late = CLOSING, CLOSING.replace(year=2027)
    given = [
        *(duties.Duty(name, "", level=name) for name in names),
        duties.Duty("late", "", until=late),
        duties.Duty("early", "", until=early),
    ]
    ordered = [duty.title for duty in duties.gravest_first(given)]
    assert ordered == ["error", "early", "late", "warning", "info"]


def every_duty() -> Iterator[duties.Duty]:
    """At least one duty of each kind, as long as it has several forms."""
    supplier: Any = SimpleNamespace(pk=1, holds_osu=lambda _: True, osu_expires_on=SOON, name="X")
    without: Any = SimpleNamespace(pk=2, holds_osu=lambda _: False, osu_expires_on=None, name="Y")
    membership: Any = SimpleNamespace(expires_on=SOON)
    mandates = [a_mandate(SOON), a_mandate(date(2026, 3, 31))]
    yield from duties.expiry_duties(supplier, membership, mandates, PLACES, TODAY)
    yield from duties.expiry_duties(without, membership, [], PLACES, TODAY)
    yield from duties.correction_duties([a_request(1)], 1, {})
    message: Any = SimpleNamespace(request=a_request(1), text="Quand ?")
    yield from duties.message_duties([message])
    yield from duties.hold_duties(2, WINDOWS, RIS)
    yield from duties.ko_duties([a_row(1)], WINDOWS)
    deposit: Any = SimpleNamespace(
        number="DEP-0000001",
        key=UUID(int=1),
        missing_count=1,
        file_id=None,
        file_name="a.json",
        findings=[{"message": "Illisible."}],
    )
    yield from duties.incomplete_duties([(deposit, CLOSING)])
    yield from duties.refusal_duties([deposit])
    yield from duties.departure_duties(1)
    yield from duties.account_duties(Payment(pk=1, state="returned"), None)
    yield from duties.enrolment_duties([])
    scheme = Scheme(software="RIS")
    yield from duties.enrolment_duties([Enrolment(pk=1, state="draft", scheme=scheme)])
    document: Any = SupportingDocument(pk=1, kind="identity", message="Floue")
    document.enrolment = Enrolment(pk=1, scheme=scheme)
    document.reason = Reason(label="Illisible")
    yield from duties.sent_back_duties([document])
    change = Amendment(pk=1, enrolment=document.enrolment, state="draft")
    yield from duties.change_duties([change])
    refused = Finding("ENR-004", Severity.KO, "Sans habilitation.", "Demandez-la.")
    opening: Any = SimpleNamespace(
        refusals=(Refusal(refused, ("Orion RIS 12",)),), is_final=True, enrolment_id=1
    )
    yield from duties.solution_duties([opening])
    ending = Ending(1, "document-1", "Pièce d’identité", SOON, "", "/piece/")
    yield from duties.document_duties([ending], TODAY)


def test_every_duty_says_where_one_acts() -> None:
    """A link in words, or each of its objects; and every kind is looked at here."""
    found = list(every_duty())
    assert [one.title for one in found if not (one.url and one.link) and not one.items] == []
    assert all(item.url and item.label for one in found for item in one.items)
    kinds = [name for name in vars(duties) if name.endswith("_duties")]
    looked = set(inspect.getsource(every_duty).replace("(", ".").split("."))
    assert [name for name in kinds if name not in looked] == []


def test_a_mandate_is_renewed_at_its_own_card() -> None:
    """And an habilitation where its dates are declared."""
    expected = {
        "Mandat de distribution": "/mandat/",
        "Habilitation OSU : expire": "/organisation/",
        "Votre accès": reverse("members"),
    }
    found = list(every_duty())
    for words, page in expected.items():
        urls = {one.url for one in found if one.title.startswith(words)}
        assert urls == {page}, words
