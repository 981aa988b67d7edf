"""The rule on references already integrated (json-contract, « Depositing again »)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from segur_portal.common.french import count, listed
from segur_portal.common.rules import Breach, Rule, Severity

_ONLY = (
    "Ne changez que ce que l’ASP a rouvert : {opened}. Pour changer autre chose, écrivez à l’ASP "
    "depuis le dossier."
)


@dataclass(frozen=True, slots=True)
class ReferenceFacts:
    """A reference, the number of the live request that holds it, and where the two differ.

    When that request awaits a correction, `reopened` is what its officer opened (pointer to
    label), and `documents` what came in place of its documents: (pointer, name).
    """

    reference: str
    number: str | None
    differences: tuple[tuple[str, str, str], ...] = ()
    reopened: Mapping[str, str] | None = None
    documents: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(
        cls,
        reference: str,
        payload: Mapping[str, Any],
        known: Any | None,
        reopened: Any | None = None,
    ) -> ReferenceFacts:
        """The facts on `payload`, against the request `known` (a `Known`) of that reference, and
        what was `reopened` in it (a `Reopened`), when it awaits a correction."""
        if known is None:
            return cls(reference, None)
        found = tuple(differences(known.payload, payload))
        if reopened is None:
            return cls(reference, known.number, found)
        names = [(at, str(_at(payload, at))) for at in sorted(reopened.changed)]
        return cls(reference, known.number, found, reopened.opened, tuple(names))


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


def _at(payload: Any, pointer: str) -> Any:
    """The value at a pointer of two steps, as those of documents are."""
    block, tag = pointer.split("/")[1:]
    return payload[block][tag]


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
    if facts.reopened is not None:
        yield from _only_reopened(facts, facts.reopened)
        return
    for pointer, before, after in sorted(facts.differences)[:10]:
        yield Breach(
            pointer=pointer,
            found=after,
            expected=before,
            values={"number": facts.number, "reference": facts.reference},
        )


def _only_reopened(facts: ReferenceFacts, opened: Mapping[str, str]) -> Iterator[Breach]:
    """What differs from a request that awaits its correction, elsewhere than where it was
    reopened."""
    values = {
        "number": facts.number or "",
        "opened": listed([f"«\u00a0{label}\u00a0»" for label in opened.values()]),
    }
    elsewhere = [one for one in sorted(facts.differences) if one[0] not in opened]
    for pointer, before, after in elsewhere[:10]:
        yield Breach(
            pointer=pointer,
            found=after,
            expected=before,
            values=values,
            message=(
                "Le dossier {number} attend une correction, mais cette valeur n’a pas été "
                "rouverte : reçu « {found} », intégré « {expected} »."
            ),
            advice=_ONLY,
        )
    for pointer, name in facts.documents:
        if pointer not in opened:
            yield Breach(
                pointer=pointer,
                found=f"{name}, différent",
                expected=f"{name}, tel qu’il a été intégré",
                values={**values, "name": name},
                message=(
                    "Le dossier {number} attend une correction, mais le document « {name} » n’a "
                    "pas été rouvert : celui de ce dépôt est différent."
                ),
                advice=_ONLY,
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
        note=(
            "Une demande dont l’ASP attend la correction peut revenir sous sa référence : si seul "
            "change ce que l’ASP a rouvert, valeurs ou documents, elle est prise comme la réponse "
            "à la correction."
        ),
        source="Format de dépôt 1.0, « Déposer à nouveau »",
        check=_same_content,
    ),
)
