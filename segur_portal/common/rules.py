"""What a business rule is, and what judging by it gives. Pure Python: no Django, no query.

A rule is declared once, in the `rules` room of the app whose words it uses, and gathered in one
catalogue (`funding.rules`). Its `check` receives a frozen dataclass of facts and yields one
`Breach` per violation: it yields nothing when all is well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from inspect import Parameter, signature
from string import Formatter
from typing import Any, Generic, TypeVar

from segur_portal.common.french import typographic

F = TypeVar("F")


class Severity(StrEnum):
    """What a broken rule does to the request (domain page, section 6)."""

    KO = "ko"
    ALERT = "alert"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Breach:
    """One violation found by a rule.

    `pointer` is a JSON pointer relative to the request (`/clients/0/siren`), `values` fills the
    placeholders of the rule's message and advice; `message`, `advice` and `severity` replace the
    rule's own where it has several ways of being broken.
    """

    pointer: str = ""
    found: str | None = None
    expected: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    message: str | None = None
    advice: str | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Rule(Generic[F]):
    """A rule of the programme.

    `title` is a French sentence true when all is well; `message` the French message when it is
    not, with `{placeholders}`; `advice` what the supplier can do; `source` the paragraph it comes
    from. `schemes`, `kinds` and `services` restrict it (empty = all); `since` and `until` bound
    the days of reception it applies to. `note` is a French remark for the public page. Texts are
    typed with plain spaces and set in French typography here.
    """

    code: str
    severity: Severity
    title: str
    message: str
    advice: str
    source: str
    check: Callable[[F], Iterable[Breach]]
    schemes: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    needs_database: bool = True
    since: date | None = None
    until: date | None = None
    note: str = ""

    def __post_init__(self) -> None:
        for name in ("title", "message", "advice", "note"):
            object.__setattr__(self, name, typographic(getattr(self, name)))

    def applies(self, *, scheme: str, kind: str, on: date) -> bool:
        """Whether the rule speaks of this scheme and kind of request, on that day of reception."""
        return (
            (not self.schemes or scheme in self.schemes)
            and (not self.kinds or kind in self.kinds)
            and (self.since is None or self.since <= on)
            and (self.until is None or on <= self.until)
        )

    def findings(self, facts: F) -> Iterator[Finding]:
        """The findings of this rule on these facts; none when it holds."""
        for breach in self.check(facts):
            yield Finding(
                code=self.code,
                severity=breach.severity or self.severity,
                message=_fill(breach.message or self.message, breach),
                advice=_fill(breach.advice or self.advice, breach),
                pointer=breach.pointer,
                found=breach.found,
                expected=breach.expected,
            )


@dataclass(frozen=True, slots=True)
class Finding:
    """What is said to a person about one fault: what, where, found, expected, what to do.

    `index` (from 1) and `reference` name the request, when there is one; `line` and `column` are
    given for syntax errors of the file.
    """

    code: str
    severity: Severity
    message: str
    advice: str = ""
    pointer: str = ""
    found: str | None = None
    expected: str | None = None
    index: int | None = None
    reference: str | None = None
    line: int | None = None
    column: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """A JSON-serialisable form; `from_dict` is its inverse."""
        return {
            name: value.value if isinstance(value, Severity) else value
            for name in self.__slots__
            if (value := getattr(self, name)) is not None
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Finding:
        return cls(**{**data, "severity": Severity(data["severity"])})


class Catalogue:
    """The rules of one or several families, by code. Two rules may not share a code.

    A rule judges the facts that its `check` says it reads: `check` may be given those of any
    family.
    """

    def __init__(self, *families: Iterable[Rule[Any]]) -> None:
        self._rules: dict[str, Rule[Any]] = {}
        self._readers: dict[type, list[Rule[Any]]] = {}
        for rule in (rule for family in families for rule in family):
            if rule.code in self._rules:
                raise ValueError(f"Two rules share the code {rule.code}.")
            self._rules[rule.code] = rule
            self._readers.setdefault(_facts_read(rule), []).append(rule)

    def __iter__(self) -> Iterator[Rule[Any]]:
        return iter(self._rules.values())

    def __getitem__(self, code: str) -> Rule[Any]:
        return self._rules[code]

    def __contains__(self, code: object) -> bool:
        return code in self._rules

    def check(
        self, facts: Any, *, scheme: str, kind: str, on: date, with_database: bool = True
    ) -> list[Finding]:
        """Every finding of the applicable rules that read such facts, in catalogue order.

        Raises KeyError on facts that no rule reads.
        """
        return [
            finding
            for rule in self._readers[type(facts)]
            if rule.applies(scheme=scheme, kind=kind, on=on)
            and (with_database or not rule.needs_database)
            for finding in rule.findings(facts)
        ]


def _facts_read(rule: Rule[Any]) -> type:
    """The type of the only parameter of the rule's check."""
    parameter = next(iter(signature(rule.check, eval_str=True).parameters.values()))
    if parameter.annotation is Parameter.empty or not isinstance(parameter.annotation, type):
        raise TypeError(f"The check of {rule.code} does not say which facts it reads.")
    return parameter.annotation


def _fill(text: str, breach: Breach) -> str:
    """Fill a message's placeholders from the breach; a missing value is a defect and raises."""
    text = typographic(text)
    if not any(name for _, name, _, _ in Formatter().parse(text)):
        return text
    return text.format(found=breach.found, expected=breach.expected, **breach.values)
