"""What an anomaly of a file or of a structure is, and how it becomes a finding."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from segur_portal.common.rules import Finding, Severity

_BEFORE = re.compile(r" (?=[:»])")
_BEFORE_THIN = re.compile(r" (?=[;?!])")
_AFTER = re.compile(r"(?<=[«°]) ")


def typographic(text: str) -> str:
    """The no-break spaces of French typography, in a text written with plain ones."""
    text = _BEFORE.sub("\u00a0", text)
    return _AFTER.sub("\u00a0", _BEFORE_THIN.sub("\u202f", text))


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One kind of fault: a title true when all is well, the message when not, and what to do.

    Message and advice have placeholders: `{found}`, `{expected}`, and those of each anomaly.
    """

    code: str
    title: str
    message: str
    advice: str
    severity: Severity = Severity.KO

    def finding(
        self,
        *,
        pointer: str = "",
        found: str | None = None,
        expected: str | None = None,
        advice: str | None = None,
        line: int | None = None,
        column: int | None = None,
        **values: Any,
    ) -> Finding:
        """A finding of this kind; `advice` replaces the general one where a better is known."""
        texts = {name: typographic(text) for name, text in values.items() if isinstance(text, str)}
        values |= texts | {"found": found, "expected": expected, "line": line, "column": column}
        return Finding(
            code=self.code,
            severity=self.severity,
            message=self.message.format(**values),
            advice=self.advice.format(**values) if advice is None else typographic(advice),
            pointer=pointer,
            found=found,
            expected=expected,
            line=line,
            column=column,
        )


def catalogue(*rows: tuple[str, str, str, str]) -> dict[str, Anomaly]:
    """Anomalies by code, from rows of code, title, message and advice."""
    return {
        code: Anomaly(code, typographic(title), typographic(message), typographic(advice))
        for code, title, message, advice in rows
    }
