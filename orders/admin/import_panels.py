"""The report of an import, as an officer reads it: why, how many, which lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from orders.models import BaseImport, EligibleClient
from orders.workflow import BASE_IMPORT
from segur_portal.common.admin.panels import Panel, sentences, table, timeline
from segur_portal.common.french import count, number

WORDS = {"receive": "Réception", "restore": "Rétablissement", "follow": "Demandes signalées"}
_KEY = ("Type", "Identifiant", "Libellé")
_TRUTH = {"true": "oui", "false": "non", "t": "oui", "f": "non"}


def import_panels(import_: BaseImport) -> list[Panel]:
    """Reason, refused lines, then examples of what changes; the journal last."""
    report, will = import_.report, _tense(import_)
    examples: Mapping[str, list[dict[str, Any]]] = report.get("examples", {})
    panels = [sentences("En bref", _summary(import_))]
    if refused := report.get("refused"):
        rows = ((one["line"], one["kind"], one["value"], one["reason"]) for one in refused)
        title = _title("Lignes refusées", len(refused), import_.refused)
        panels.append(table(title, ("Ligne", "Type", "Identifiant", "Motif"), rows))
    if ended := examples.get("ended"):
        title = _title(f"Clients {will['ended']}", len(ended), import_.ended)
        panels.append(table(title, _KEY, map(_named, ended)))
    if changed := examples.get("changed"):
        title = _title(f"Lignes {will['changed']}", len(changed), import_.changed)
        panels.append(table(title, (*_KEY, "Avant → après"), map(_changed, changed)))
    if added := examples.get("added"):
        title = _title(f"Clients {will['added']}", len(added), import_.added)
        panels.append(table(title, _KEY, map(_named, added)))
    return [*panels, timeline(import_, workflow=BASE_IMPORT, words=WORDS)]


def _summary(import_: BaseImport) -> Iterator[str]:
    if reason := import_.report.get("reason"):
        yield reason
    if import_.restores:
        yield f"Rétablit la version {import_.restores.version} de la base."
    if import_.row_count:
        yield f"{count(import_.row_count, 'ligne')} dans le fichier."
    if (before := import_.report.get("in_force")) is not None:
        yield f"{count(before, 'ligne')} en vigueur avant cet import."
    if import_.state in ("received", "running"):
        yield "L’import est fait par un traitement de fond : cette page se recharge d’elle-même."


def _tense(import_: BaseImport) -> dict[str, str]:
    """What was done, or what would be."""
    if import_.version:
        return {"added": "ajoutés", "changed": "modifiées", "ended": "sortis de la base"}
    return {
        "added": "qui seraient ajoutés",
        "changed": "qui seraient modifiées",
        "ended": "qui sortiraient de la base",
    }


def _title(words: str, shown: int, total: int) -> str:
    if shown < total:
        return f"{words} : {number(shown)} premières sur {number(total)}"
    return f"{words} : {number(total)}"


def _named(one: Mapping[str, str]) -> tuple[str, ...]:
    return one["kind"], one["value"], one["label"]


def _changed(one: Mapping[str, Any]) -> tuple[str, ...]:
    return (*_named(one), _differences(one["fields"].items()))


def _differences(fields: Iterable[tuple[str, list[Any]]]) -> str:
    said = (
        f"{_field_name(name)} : {_value(before)} → {_value(after)}"
        for name, (before, after) in fields
    )
    return " ; ".join(said)


def _field_name(name: str) -> str:
    return str(EligibleClient._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _value(value: Any) -> str:
    return "(vide)" if value in (None, "") else _TRUTH.get(str(value), str(value))
