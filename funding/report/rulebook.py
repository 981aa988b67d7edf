"""The public page of rules: every code, from the catalogues that judge the deposits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from funding.enums import KindChoice
from funding.intake import FILE_CODES, STRUCTURE_CODES
from funding.intake.codes import Anomaly
from funding.rules.catalogue import CATALOGUE, families
from segur_portal.common.enums import SchemeCode
from segur_portal.common.french import listed
from segur_portal.common.rules import Rule, Severity

_SEVERITIES = {
    Severity.KO: ("KO", "error", "La demande est rejetée."),
    Severity.ALERT: ("Alerte", "warning", "La demande est intégrée, l’alerte est montrée."),
    Severity.WAIT: ("Attente", "info", "La demande est intégrée, son instruction attend."),
}
_SHORT = {code.value: code.name for code in SchemeCode}
_PLACEHOLDERS = re.compile(r"(?:\{\w+\}\s?)*\{\w+\}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A code as the public reads it: what must be true, what is said and done when it is not."""

    code: str
    title: str
    message: str
    advice: str
    label: str
    level: str
    effect: str
    scope: str = ""
    source: str = ""

    @property
    def text(self) -> str:
        """What a search looks in."""
        return plain(f"{self.code} {self.title} {self.message} {self.advice} {self.scope}")


@dataclass(frozen=True, slots=True)
class Chapter:
    """The entries of one family of codes."""

    prefix: str
    title: str
    entries: tuple[Entry, ...]


def plain(text: str) -> str:
    """The text without case nor accents, as searches compare it."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def chapters(words: str = "") -> list[Chapter]:
    """Every family that has something to say on these words (all of them without words)."""
    wanted = plain(words).split()
    found = (_keep(chapter, wanted) for chapter in _all())
    return [chapter for chapter in found if chapter.entries]


def rules_on(scheme: str, kind: str, on: date) -> list[Entry]:
    """The business rules that a request of this scheme and kind meets on that day."""
    return [_rule(rule) for rule in CATALOGUE if rule.applies(scheme=scheme, kind=kind, on=on)]


def _all() -> Iterable[Chapter]:
    for family in families():
        yield Chapter(family.prefix, family.title, tuple(_rule(rule) for rule in family.rules))
    yield Chapter("STR", "Structure d’une demande", tuple(map(_anomaly, STRUCTURE_CODES.values())))
    yield Chapter("FIC", "Fichier du dépôt", tuple(map(_file_anomaly, FILE_CODES.values())))


def _keep(chapter: Chapter, wanted: list[str]) -> Chapter:
    kept = tuple(one for one in chapter.entries if all(word in one.text for word in wanted))
    return replace(chapter, entries=kept)


def _rule(rule: Rule[Any]) -> Entry:
    label, level, effect = _SEVERITIES[rule.severity]
    return Entry(
        code=rule.code,
        title=rule.title,
        message=_open(rule.message),
        advice=_open(rule.advice),
        label=label,
        level=level,
        effect=effect,
        scope=_scope(rule),
        source=rule.source,
    )


def _anomaly(anomaly: Anomaly) -> Entry:
    label, level, effect = _SEVERITIES[anomaly.severity]
    texts = (anomaly.title, _open(anomaly.message), _open(anomaly.advice))
    return Entry(anomaly.code, *texts, label, level, effect)


def _file_anomaly(anomaly: Anomaly) -> Entry:
    return replace(_anomaly(anomaly), effect="Le fichier entier est refusé.")


def _open(text: str) -> str:
    """The text with an ellipsis where the values of a request are written."""
    return _PLACEHOLDERS.sub("…", text).replace("….", "…")


def _scope(rule: Rule[Any]) -> str:
    schemes = [short for code, short in _SHORT.items() if code in rule.schemes]
    kinds = [label.lower() for kind, label in KindChoice.choices if kind in rule.kinds]
    return ", ".join(part for part in (listed(schemes), listed(kinds)) if part)
