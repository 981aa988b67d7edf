"""REF-001: a reference already integrated keeps its content, without a database."""

from types import SimpleNamespace
from typing import Any

import pytest

from funding.rules.reference import ReferenceFacts, differences
from tests.rule_cases import Broken, Case, assert_case, breaks, holds

NUMBER = "AV-2026-000123"
OPENED = {"/a/b": "Le nom", "/a/c": "Bon de commande (PDF)"}
CASES: list[Case] = [
    holds("REF-001", "a new reference", ReferenceFacts("CMD-7", None)),
    holds("REF-001", "the same content", ReferenceFacts("CMD-7", NUMBER)),
    breaks(
        "REF-001",
        "another content: each difference at its place",
        ReferenceFacts("CMD-7", NUMBER, (("/b", "1", "2"), ("/a/0", "x", "null"))),
        Broken("/a/0", "« CMD-7 »", NUMBER, "reçu « null », intégré « x »"),
        Broken("/b", "reçu « 2 »"),
    ),
    holds(
        "REF-001",
        "a correction awaited: only what was reopened changes",
        ReferenceFacts("CMD-7", NUMBER, (("/a/b", "x", "y"),), OPENED, (("/a/c", "BDC.pdf"),)),
    ),
    breaks(
        "REF-001",
        "a correction awaited: a value and a document that were not reopened",
        ReferenceFacts(
            "CMD-7", NUMBER, (("/a/b", "x", "y"), ("/d", "1", "2")), OPENED, (("/f", "BDC.pdf"),)
        ),
        Broken("/d", NUMBER, "n’a pas été rouverte", "« Le nom » et « Bon de commande (PDF) »"),
        Broken("/f", "« BDC.pdf » n’a pas été rouvert"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_reference(case: Case) -> None:
    """The rule is broken exactly where, and as, the table says."""
    assert_case(case)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("/a", "1", "2")]),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, [("/a/b/1", "2", "3")]),
        ({"a": [1]}, {"a": [1, 2]}, [("/a", "un bloc de 1 ligne", "un bloc de 2 lignes")]),
        ({"a": None}, {"a": "x"}, [("/a", "null", "x")]),
        ({"a": True}, {"a": False}, [("/a", "true", "false")]),
        ({"a": [1]}, {"a": {"b": 1}}, [("/a", "un bloc de 1 ligne", "un objet")]),
    ],
)
def test_where_two_requests_differ(before: Any, after: Any, expected: Any) -> None:
    """The supplier sees each value that changed, at its pointer."""
    assert list(differences(before, after)) == expected


def test_facts_on_a_reference() -> None:
    """A reference that nobody holds has no number; a known one is compared with what it holds."""
    known = SimpleNamespace(number=NUMBER, payload={"a": 1, "b": {"c": [1]}})
    assert ReferenceFacts.of("CMD-7", {"a": 2}, None) == ReferenceFacts("CMD-7", None)
    found = ReferenceFacts.of("CMD-7", {"a": 2, "b": 3}, known)
    assert found.number == NUMBER
    assert sorted(found.differences) == [("/a", "1", "2"), ("/b", "un objet", "3")]
