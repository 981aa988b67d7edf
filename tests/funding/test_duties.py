"""What the dashboard asks of a supplier, in words and in order."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from enrolment.models import Distribution, Solution
from funding.report import duties
from segur_portal.common.enums import WindowKind

RIS = "SONS-IMG-RIS-Va2"
CLOSING = datetime(2026, 11, 10, 11, tzinfo=UTC)
TODAY = date(2026, 9, 15)
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
    solution = Solution(name="Orion RIS", version="12")
    return Distribution(solution=solution, mandate_ends_on=ends_on)


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
        (date(2026, 3, 31), "expiré depuis le 31/03/2026"),
        (date(2026, 9, 15), "finit le 15/09/2026"),
        (date(2026, 11, 14), "finit le 14/11/2026"),
        (date(2026, 11, 15), ""),
        (None, ""),
    ],
)
def test_a_mandate_is_announced_before_its_end_then_said_expired(
    ends_on: date | None, said: str
) -> None:
    """Sixty days before; never in the future tense once it is over."""
    supplier: Any = SimpleNamespace(holds_osu=lambda _: True, osu_expires_on=None, name="Essai")
    membership: Any = SimpleNamespace(expires_on=None)
    found = list(duties.expiry_duties(supplier, membership, [a_mandate(ends_on)], TODAY))
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
