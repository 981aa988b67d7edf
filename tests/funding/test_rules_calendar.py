"""CAL rules: in time and in order, to the microsecond and to the day, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from funding.rules.facts import CalendarFacts, WindowFacts
from tests.rule_cases import Broken, Case, assert_case, breaks, holds

# 10/11/2026 at 12:00 in Paris, winter time; 10/07/2025 at 14:00, summer time.
CLOSES = datetime(2026, 11, 10, 11, 0, tzinfo=UTC)
OPENS = datetime(2025, 7, 10, 12, 0, tzinfo=UTC)
WINDOW = WindowFacts(OPENS, CLOSES)
# 09/06/2027 at 12:00 in Paris, summer time.
SERVICE = WindowFacts(None, datetime(2027, 6, 9, 10, 0, tzinfo=UTC))
RECEIVED = datetime(2026, 9, 15, 8, 0, tzinfo=UTC)

ADVANCE = CalendarFacts(
    kind="AVANCE",
    received_at=RECEIVED,
    received_on=date(2026, 9, 15),
    window=WINDOW,
    signed_on=date(2026, 9, 1),
    referenced_on=date(2026, 8, 1),
    file_submitted_on=date(2026, 7, 1),
)
BALANCE = CalendarFacts(
    kind="SOLDE",
    received_at=RECEIVED,
    received_on=date(2027, 6, 30),
    window=WindowFacts(None, datetime(2027, 9, 22, 10, 0, tzinfo=UTC)),
    signed_on=date(2026, 9, 1),
    service_window=SERVICE,
    performed_on=date(2027, 6, 9),
)
MS, US = timedelta(milliseconds=1), timedelta(microseconds=1)
SIGNED, PERFORMED = "/bonDeCommande/dateSignature", "/dateRealisation"


def at(instant: datetime, **fields: Any) -> CalendarFacts:
    """An advance received at that instant."""
    return replace(ADVANCE, received_at=instant, **fields)


def signed(day: date, submitted: date | None, referenced: date | None, **fields: Any) -> Any:
    """An order signed that day, for a solution with these dates."""
    return replace(
        ADVANCE, signed_on=day, file_submitted_on=submitted, referenced_on=referenced, **fields
    )


def performed(day: date, **fields: Any) -> CalendarFacts:
    """A service performed that day."""
    return replace(BALANCE, performed_on=day, **fields)


CASES: list[Case] = [
    holds("CAL-001", "in the middle", ADVANCE),
    holds("CAL-001", "12:00:00.000 itself", at(CLOSES)),
    holds("CAL-001", "the opening itself", at(OPENS)),
    holds(
        "CAL-001", "a window that was always open", at(OPENS - MS, window=WindowFacts(None, CLOSES))
    ),
    breaks(
        "CAL-001",
        "12:00:00.001",
        at(CLOSES + MS),
        Broken(
            "",
            "d’avance sont closes depuis le 10/11/2026 à 12:00:00 (heure de Paris)",
            "reçue le 10/11/2026 à 12:00:00,001.",
        ),
    ),
    breaks("CAL-001", "12:00:00.000001", at(CLOSES + US), Broken("", "12:00:00,000001")),
    breaks(
        "CAL-001",
        "just before the opening",
        at(OPENS - MS),
        Broken("", "ouvrent le 10/07/2025 à 14:00:00", "le 10/07/2025 à 13:59:59,999"),
    ),
    breaks("CAL-001", "no window", at(RECEIVED, window=None), Broken("", "Aucune période")),
    breaks(
        "CAL-001",
        "a balance too late",
        replace(BALANCE, received_at=datetime(2027, 9, 22, 10, 0, 1, tzinfo=UTC)),
        Broken("", "de solde", "22/09/2027 à 12:00:00", "à 12:00:01"),
    ),
    holds("CAL-002", "signed after the referencing", ADVANCE),
    holds(
        "CAL-002",
        "signed on the day of the referencing, 200 days after the file",
        signed(date(2026, 8, 1), date(2027, 1, 1), date(2026, 8, 1)),
    ),
    holds(
        "CAL-002",
        "signed between the file and the referencing",
        signed(date(2026, 7, 31), date(2026, 7, 1), date(2026, 8, 1)),
    ),
    holds(
        "CAL-002",
        "the 120th day before the file",
        signed(date(2026, 3, 3), date(2026, 7, 1), date(2026, 8, 1)),
    ),
    breaks(
        "CAL-002",
        "the 121st day before the file",
        signed(date(2026, 3, 2), date(2026, 7, 1), date(2026, 8, 1)),
        Broken(SIGNED, "le 02/03/2026, 121 jours avant", "01/07/2026", "120 jours", "03/03/2026"),
    ),
    holds(
        "CAL-002",
        "the 120th day is 29 February",
        signed(date(2028, 2, 29), date(2028, 6, 28), date(2028, 7, 1)),
    ),
    breaks(
        "CAL-002",
        "the day before 29 February",
        signed(date(2028, 2, 28), date(2028, 6, 28), date(2028, 7, 1)),
        Broken(SIGNED, "29/02/2028"),
    ),
    holds(
        "CAL-002",
        "120 calendar days across the change of hour",
        signed(date(2026, 6, 27), date(2026, 10, 25), date(2026, 11, 1)),
    ),
    breaks(
        "CAL-002",
        "121 calendar days across the change of hour",
        signed(date(2025, 11, 28), date(2026, 3, 29), date(2026, 4, 1)),
        Broken(SIGNED, "29/11/2025"),
    ),
    breaks(
        "CAL-002",
        "another parameter",
        signed(date(2026, 6, 28), date(2026, 7, 1), date(2026, 8, 1), lead_days=2),
        Broken(SIGNED, "3 jours avant", "2 jours"),
    ),
    breaks(
        "CAL-002",
        "not referenced yet, in an early simulation",
        signed(date(2026, 3, 2), date(2026, 7, 1), None),
        Broken(SIGNED, "121 jours"),
    ),
    holds("CAL-002", "file date unknown is ENR-002's", signed(date(2020, 1, 1), None, None)),
    holds(
        "CAL-003", "signed on the day of the deposit", replace(ADVANCE, signed_on=date(2026, 9, 15))
    ),
    breaks(
        "CAL-003",
        "signed the day after",
        replace(ADVANCE, signed_on=date(2026, 9, 16)),
        Broken(SIGNED, "datée du 16/09/2026", "15/09/2026"),
    ),
    holds("CAL-004", "on the deadline's day", BALANCE),
    holds("CAL-004", "on the day of the signature", performed(date(2026, 9, 1))),
    holds(
        "CAL-004",
        "on the day of the deposit",
        performed(date(2027, 6, 1), received_on=date(2027, 6, 1)),
    ),
    holds("CAL-004", "no deadline fixed", performed(date(2027, 6, 20), service_window=None)),
    holds("CAL-004", "no date", replace(BALANCE, performed_on=None)),
    breaks(
        "CAL-004",
        "the day after the deadline",
        performed(date(2027, 6, 10)),
        Broken(PERFORMED, "10/06/2027", "le 09/06/2027 au plus tard"),
    ),
    breaks(
        "CAL-004",
        "before the signature",
        performed(date(2026, 8, 31)),
        Broken(PERFORMED, "31/08/2026", "antérieure", "01/09/2026"),
    ),
    breaks(
        "CAL-004",
        "in the future",
        performed(date(2027, 6, 2), received_on=date(2027, 6, 1)),
        Broken(PERFORMED, "datée du 02/06/2027, après le dépôt (01/06/2027)"),
    ),
    breaks(
        "CAL-004",
        "late and in the future",
        performed(date(2027, 6, 10), received_on=date(2027, 6, 9)),
        Broken(PERFORMED, "au plus tard"),
        Broken(PERFORMED, "après le dépôt"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_calendar(case: Case) -> None:
    """Each rule is broken exactly where, and as, the table says."""
    assert_case(case)
