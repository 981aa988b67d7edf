"""The rule on references already integrated (json-contract, « Depositing again »)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from segur_portal.common.french import count
from segur_portal.common.rules import Breach, Rule, Severity


@dataclass(frozen=True, slots=True)
class ReferenceFacts:
    """A reference, the number of the live request that holds it, and where the two differ."""

    reference: str
    number: str | None
    differences: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def of(cls, reference: str, payload: Mapping[str, Any], known: Any | None) -> ReferenceFacts:
        """The facts on `payload`, against the request `known` (a `Known`) of that reference."""
        if known is None:
            return cls(reference, None)
        return cls(reference, known.number, tuple(differences(known.payload, payload)))


def differences(before: Any, after: Any, pointer: str = "") -> Iterator[tuple[str, str, str]]:
    """(pointer, before, after) of every leaf that differs between two JSON values."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() | after.keys():
            yield from differences(before.get(key), after.get(key), f"{pointer}/{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for rank, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, f"{pointer}/{rank}")
    elif before != after:
        yield pointer, _shown(before), _shown(after)


def _shown(value: Any) -> str:
    """A value as it is written in the file, shortened; blocks and objects in words."""
    if isinstance(value, list):
        return f"un bloc de {count(len(value), 'ligne')}"
    if isinstance(value, dict):
        return "un objet"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return str(value)[:80]


def _same_content(facts: ReferenceFacts) -> Iterator[Breach]:
    if facts.number is None:
        return
    for pointer, before, after in sorted(facts.differences)[:10]:
        yield Breach(
            pointer=pointer,
            found=after,
            expected=before,
            values={"number": facts.number, "reference": facts.reference},
        )


RULES: tuple[Rule[ReferenceFacts], ...] = (
    Rule(
        code="REF-001",
        severity=Severity.KO,
        title="Une référence déjà intégrée désigne toujours la même demande",
        message=(
            "La référence « {reference} » est déjà celle du dossier {number}, "
            "dont le contenu est différent : reçu « {found} », intégré « {expected} »."
        ),
        advice=(
            "Donnez une autre référence à cette nouvelle demande, ou renvoyez-la à l’identique : "
            "elle sera alors reconnue comme déjà intégrée."
        ),
        source="Format de dépôt 1.0, « Déposer à nouveau »",
        check=_same_content,
    ),
)
