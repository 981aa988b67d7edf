"""What is shown under an object's fields: findings, received JSON, timeline, history."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import OuterRef, Subquery

from segur_portal.common.clock import PARIS
from segur_portal.common.models import JournalEntry, Reason
from segur_portal.common.workflow import Workflow

SEVERITIES = {"ko": "KO", "alert": "Alerte", "wait": "Attente"}
TIMELINE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Panel:
    """A titled block: the template that draws it, and what it is given."""

    title: str
    template: str
    content: Mapping[str, Any] = field(default_factory=dict)


def when(value: datetime) -> str:
    """An instant in a table, in Paris, to the second."""
    return f"{value.astimezone(PARIS):%d/%m/%Y %H:%M:%S}"


def table(title: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Panel:
    """A table; an empty one says so."""
    content = {"table": {"headers": list(headers), "rows": [list(row) for row in rows]}}
    return Panel(title, "admin/parts/table.html", content)


def document(title: str, data: Any) -> Panel:
    """A JSON document, indented, folded until asked for."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    return Panel(title, "admin/parts/document.html", {"text": text})


def sentences(title: str, lines: Iterable[str]) -> Panel:
    """A list of French sentences."""
    return Panel(title, "admin/parts/sentences.html", {"lines": list(lines)})


def findings(title: str, found: Iterable[Mapping[str, Any]]) -> Panel:
    """Findings as stored with a request, a line or a deposit: what, where, found, expected."""
    found = list(found)
    if not found:
        return sentences(title, ["Aucun constat."])
    headers = ("Gravité", "Règle", "Constat", "Où", "Trouvé", "Attendu", "Que faire")
    rows = (
        (
            SEVERITIES.get(str(one.get("severity")), ""),
            one.get("code", ""),
            one.get("message", ""),
            one.get("pointer", ""),
            one.get("found", ""),
            one.get("expected", ""),
            one.get("advice", ""),
        )
        for one in found
    )
    return table(title, headers, rows)


def journal_of(obj: models.Model, *, reasons: str = "") -> list[JournalEntry]:
    """The last entries of the journal of an object, latest first, with `reason_label` in words
    where its coded reasons are those of the list `reasons`. One query."""
    entries = JournalEntry.objects.filter(subject=obj._meta.label, subject_id=str(obj.pk))
    if reasons:
        named = Reason.objects.filter(subject=reasons, code=OuterRef("reason_code"))
        label = Subquery(named.order_by("pk").values("label")[:1])
        entries = entries.annotate(reason_label=label)
    return list(entries.select_related("actor").order_by("-at", "-pk")[:TIMELINE_LENGTH])


def timeline(
    obj: models.Model,
    *,
    workflow: Workflow | None = None,
    words: Mapping[str, str] | None = None,
    entries: Iterable[JournalEntry] | None = None,
    reasons: str = "",
) -> Panel:
    """The journal of an object, latest first; `words` are the labels of verbs and of reasons that
    are of no list, `reasons` the list of the others, `entries` those already read."""
    labels = {**_labels(workflow), **(words or {})}
    entries = journal_of(obj, reasons=reasons) if entries is None else entries
    rows = (
        (
            when(entry.at),
            str(entry.actor) if entry.actor else "Le portail",
            labels.get(entry.verb, entry.verb),
            _states(entry, workflow),
            getattr(entry, "reason_label", "") or labels.get(entry.reason_code, entry.reason_code),
            entry.note,
        )
        for entry in entries
    )
    return table("Journal", ("Quand", "Qui", "Action", "État", "Motif", "Texte"), rows)


def _labels(workflow: Workflow | None) -> dict[str, str]:
    return {name: move.label for name, move in workflow.moves.items()} if workflow else {}


def _states(entry: JournalEntry, workflow: Workflow | None) -> str:
    names = [name for name in (entry.source, entry.target) if name]
    if workflow is not None:
        names = [workflow.states[n].internal if n in workflow.states else n for n in names]
    return " → ".join(names)
