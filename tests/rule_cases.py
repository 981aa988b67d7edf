"""Tables of cases for rules: a case is facts, and where and how the rule is broken, if it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from funding.rules.catalogue import CATALOGUE
from segur_portal.common.rules import Finding, Severity

# French typography: no plain space inside « », before : ; ? ! % €, no straight apostrophe.
BAD_TYPOGRAPHY = re.compile(r" [:;?!»%€]|« |n° |'|\.\.|  ")


@dataclass(frozen=True)
class Broken:
    """One expected finding: its pointer, and words of its message and advice."""

    pointer: str
    words: tuple[str, ...] = ()
    severity: Severity | None = None

    def __init__(self, pointer: str, *words: str, severity: Severity | None = None) -> None:
        object.__setattr__(self, "pointer", pointer)
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "severity", severity)


@dataclass(frozen=True)
class Case:
    """A rule judged on facts; no `broken` = the rule holds. `name` says what the case shows."""

    code: str
    name: str
    facts: Any
    broken: tuple[Broken, ...] = field(default=())

    @property
    def id(self) -> str:
        """How pytest shows it."""
        return f"{self.code} {self.name}"


def holds(code: str, name: str, facts: Any) -> Case:
    """A case where the rule holds."""
    return Case(code, name, facts)


def breaks(code: str, name: str, facts: Any, *broken: Broken) -> Case:
    """A case where the rule is broken, exactly there."""
    assert broken
    return Case(code, name, facts, broken)


def plain(text: str) -> str:
    """A text without its no-break spaces, to compare words."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def assert_case(case: Case) -> None:
    """The rule gives the expected findings, each readable by a person."""
    rule = CATALOGUE[case.code]
    found = list(rule.findings(case.facts))
    assert [f.pointer for f in found] == [b.pointer for b in case.broken], found
    for finding, broken in zip(found, case.broken, strict=True):
        assert finding.severity is (broken.severity or rule.severity)
        text = plain(f"{finding.message} {finding.advice} [{finding.found}] [{finding.expected}]")
        for words in broken.words:
            assert words in text, text
        assert_readable(finding)


def assert_readable(finding: Finding) -> None:
    """A message and an advice in sentences, filled, in French typography."""
    for text in (finding.message, finding.advice):
        assert text.endswith("."), text
        assert not re.search(r"[{}]|None|\bTrue\b|\bFalse\b", text), text
        assert not BAD_TYPOGRAPHY.search(text), text
    assert finding.expected
