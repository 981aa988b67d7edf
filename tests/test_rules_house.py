"""The house of rules: every code of the programme is there, tried, readable, and documented."""

from __future__ import annotations

import re
from datetime import date

import pytest

from funding.rules import document
from funding.rules.catalogue import (
    CATALOGUE,
    FAMILY_TITLES,
    RULES_VERSION,
    families,
    without_values,
)
from segur_portal.common.enums import Kind, SchemeCode
from segur_portal.common.rules import Breach, Catalogue, Rule, Severity
from tests.enrolment.test_rules import CASES as SUPPLIER
from tests.funding.test_rules_amounts import CASES as AMOUNTS
from tests.funding.test_rules_balance import CASES as BALANCE
from tests.funding.test_rules_calendar import CASES as CALENDAR
from tests.funding.test_rules_documents import CASES as DOCUMENTS
from tests.funding.test_rules_reference import CASES as REFERENCE
from tests.orders.test_rules_eligibility import CASES as ELIGIBILITY
from tests.orders.test_rules_uniqueness import CASES as UNIQUENESS
from tests.rule_cases import BAD_TYPOGRAPHY, Case

CASES: list[Case] = [
    *REFERENCE, *CALENDAR, *SUPPLIER, *ELIGIBILITY, *UNIQUENESS, *BALANCE, *AMOUNTS, *DOCUMENTS,
]  # fmt: skip

# Codes only grow: a line is added here, never removed nor given another meaning.
CODES = {
    "REF-001": "ko",
    "CAL-001": "ko",
    "CAL-002": "ko",
    "CAL-003": "ko",
    "CAL-004": "ko",
    "ENR-001": "ko",
    "ENR-002": "ko",
    "ENR-003": "ko",
    "ENR-004": "ko",
    "ENR-005": "alert",
    "ELI-001": "ko",
    "ELI-002": "ko",
    "ELI-003": "ko",
    "ELI-004": "ko",
    "ELI-005": "ko",
    "ELI-006": "alert",
    "UNI-001": "ko",
    "UNI-002": "ko",
    "UNI-003": "ko",
    "UNI-004": "ko",
    "UNI-005": "ko",
    "UNI-006": "ko",
    "UNI-007": "ko",
    "UNI-008": "ko",
    "UNI-009": "ko",
    "ATT-001": "wait",
    "ATT-002": "ko",
    "MNT-001": "ko",
    "MNT-002": "ko",
    "MNT-003": "alert",
    "MNT-004": "alert",
    "MNT-005": "alert",
    "MNT-006": "alert",
    "PIL-001": "ko",
    "SOL-001": "ko",
    "SOL-002": "ko",
    "DOC-001": "ko",
    "DOC-002": "ko",
    "DOC-003": "alert",
    "DOC-004": "alert",
    "DOC-005": "ko",
}
RULES = list(CATALOGUE)
DAY = date(2026, 9, 15)


def test_every_code_of_the_programme_is_in_the_catalogue() -> None:
    """The codes of section 6, with their severities, and no other."""
    assert {rule.code: rule.severity.value for rule in CATALOGUE} == CODES


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_is_tried_both_ways(rule: Rule[object]) -> None:
    """At least one case where it holds, and one where it is broken."""
    cases = [case for case in CASES if case.code == rule.code]
    assert any(case.broken for case in cases)
    assert any(not case.broken for case in cases)


def test_no_two_cases_have_the_same_name() -> None:
    """A name says what the case shows."""
    names = [case.id for case in CASES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_can_be_read(rule: Rule[object]) -> None:
    """Title, message and advice are French sentences with its typography, and have a source."""
    for text in (rule.title, rule.message, rule.advice, rule.note):
        assert not BAD_TYPOGRAPHY.search(text), text
        assert not re.search(r"[{}]", without_values(text))
    assert rule.message.endswith(".")
    assert rule.advice.endswith(".")
    assert not rule.title.endswith(".")
    assert rule.source
    assert rule.check.__doc__ or rule.code.startswith(("UNI", "REF"))


@pytest.mark.parametrize("scheme", list(SchemeCode))
@pytest.mark.parametrize("kind", list(Kind))
def test_every_scheme_and_kind_has_its_rules(scheme: str, kind: str) -> None:
    """Something is asked of each kind of request, on each scheme."""
    codes = {rule.code for rule in CATALOGUE if rule.applies(scheme=scheme, kind=kind, on=DAY)}
    assert codes >= {"REF-001", "CAL-001", "ENR-001", "UNI-009", "MNT-002"}
    assert ("SOL-001" in codes) == (kind == "SOLDE")


def test_families_hold_every_rule_once() -> None:
    """The public page shows each rule, in the order of the catalogue."""
    shown = [rule.code for family in families() for rule in family.rules]
    assert shown == [rule.code for rule in CATALOGUE]
    assert {code[:3] for code in CODES} == set(FAMILY_TITLES)


def test_the_version_names_the_revision_and_fits_its_column() -> None:
    """Deposits and requests remember it (64 characters)."""
    assert re.fullmatch(r"[1-9][0-9]*-[0-9a-f]{12}", RULES_VERSION)


def test_the_page_of_rules_is_fresh() -> None:
    """docs/rules.md is what `python -m funding.rules.document` writes."""
    assert document.PATH.read_text(encoding="utf-8") == document.render()


def _never(facts: int) -> list[Breach]:
    return [Breach()] if facts < 0 else []


def _rule(**fields: object) -> Rule[int]:
    values = {
        "code": "TST-001", "severity": Severity.KO, "title": "t", "message": "m", "advice": "a",
        "source": "s", "check": _never, **fields,
    }  # fmt: skip
    return Rule(**values)  # type: ignore[arg-type]


def test_two_rules_never_share_a_code() -> None:
    """A catalogue refuses a code given twice."""
    with pytest.raises(ValueError, match="TST-001"):
        Catalogue([_rule()], [_rule()])


def test_a_rule_says_which_facts_it_reads() -> None:
    """A check without a type could be given the facts of another family."""
    with pytest.raises(TypeError, match="TST-001"):
        Catalogue([_rule(check=lambda facts: [])])


def test_facts_that_no_rule_reads_are_a_defect() -> None:
    """Facts sent to the catalogue are read by somebody, or it says so."""
    catalogue = Catalogue([_rule()])
    assert catalogue.check(-1, scheme="x", kind="y", on=DAY)
    with pytest.raises(KeyError):
        catalogue.check("text", scheme="x", kind="y", on=DAY)


def test_a_rule_runs_between_its_dates() -> None:
    """`since` and `until` are both included, and without a database some rules rest."""
    catalogue = Catalogue([_rule(since=DAY, until=DAY)])
    assert catalogue.check(-1, scheme="x", kind="y", on=DAY)
    assert not catalogue.check(-1, scheme="x", kind="y", on=date(2026, 9, 14))
    assert not catalogue.check(-1, scheme="x", kind="y", on=date(2026, 9, 16))
    assert not catalogue.check(-1, scheme="x", kind="y", on=DAY, with_database=False)


def test_a_missing_value_is_a_defect() -> None:
    """A placeholder that no breach fills raises instead of reaching a user."""
    with pytest.raises(KeyError):
        list(_rule(message="{missing}").findings(-1))
