"""The structure of each request of a file. One fault makes only its own request KO."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import orjson

from segur_portal.common.french import listed
from segur_portal.common.rules import Finding

from .checks import agree, columns_hold, misnamed_documents, strange_doctors
from .envelope import Envelope
from .faults import Fault, faults_of
from .formats import RequestFormat, request_format
from .hints import printable, shown
from .reading import Repeated, repeated_keys
from .structure_codes import STRUCTURE_CODES
from .words import Path

MAX_FINDINGS = 100
REFERENCE_LENGTH = 35
_VALUES_SHOWN = 3
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Structure:
    """What is to be said of the structure of one request; no finding means all is well.

    `reference` is the supplier's, shortened and made printable when it is faulty.
    """

    index: int
    reference: str | None
    findings: tuple[Finding, ...]


def check_structure(envelope: Envelope) -> list[Structure]:
    """One structure per request, in the order of the file."""
    form = request_format(envelope.format_version, envelope.scheme, envelope.kind)
    sound = _sound(envelope.requests, form)
    return [
        Structure(
            index=index,
            reference=_reference(request),
            findings=() if is_sound else _located(explain(request, form), index, request),
        )
        for index, (request, is_sound) in enumerate(zip(envelope.requests, sound, strict=True), 1)
    ]


def _located(findings: list[Finding], index: int, request: Any) -> tuple[Finding, ...]:
    reference = _reference(request)
    return tuple(replace(item, index=index, reference=reference) for item in findings)


def _sound(requests: list[Any], form: RequestFormat) -> list[bool]:
    """Which requests are right: by the schema one by one, then all values by whole columns.

    Requests are looked at one by one only when a column holds a wrong value.
    """
    verdicts = [
        not isinstance(request, Repeated) and form.shape.accepts(request) for request in requests
    ]
    accepted = [request for request, verdict in zip(requests, verdicts, strict=True) if verdict]
    if _values_hold(accepted, form):
        return verdicts
    return [
        verdict and _values_hold([request], form)
        for request, verdict in zip(requests, verdicts, strict=True)
    ]


def _values_hold(requests: list[dict[str, Any]], form: RequestFormat) -> bool:
    return agree(requests) and columns_hold(requests, form.shape.columns)


def _reference(request: Any) -> str | None:
    reference = request.get("referenceFournisseur") if isinstance(request, dict) else None
    return printable(reference, REFERENCE_LENGTH) if isinstance(reference, str) else None


def explain(request: Any, form: RequestFormat) -> list[Finding]:
    """Every fault of a request, one per place, at most `MAX_FINDINGS`."""
    if not isinstance(request, dict):
        found, expected = shown(request), '{ "referenceFournisseur": …, … }'
        return [STRUCTURE_CODES["STR-001"].finding(found=found, expected=expected)]
    faults: dict[Path, Fault] = {}
    for fault in _faults(request, form):
        faults.setdefault(fault.path, fault)
        if len(faults) > MAX_FINDINGS:
            break
    renamed = {fault.renamed for fault in faults.values()}
    kept = [fault for path, fault in faults.items() if path not in renamed]
    findings = [fault.finding(form.schema) for fault in kept[:MAX_FINDINGS]]
    if len(kept) > MAX_FINDINGS:
        findings.append(STRUCTURE_CODES["STR-090"].finding(limit=MAX_FINDINGS))
    return findings or [STRUCTURE_CODES["STR-099"].finding()]


def _faults(request: dict[str, Any], form: RequestFormat) -> Iterator[Fault]:
    if isinstance(request, Repeated):
        yield from _repeated_keys(request)
    if not _is_text(request):
        yield from _broken_texts(request, ())
    errors = form.explainer.iter_errors(request)
    yield from chain.from_iterable(faults_of(error, form.schema) for error in errors)
    for block, expected in misnamed_documents(request):
        found = shown(request[block]["nomFichier"])
        yield Fault((block, "nomFichier"), "STR-027", found, f'"{printable(expected)}"')
    for client, line, found, first in strange_doctors(request):
        path: Path = ("clients", client, "medecins", line, "rpps")
        yield Fault(path, "STR-036", shown(found), shown(first))


def _repeated_keys(request: Repeated) -> Iterator[Fault]:
    """A value among several is nobody's to choose, neither here nor in the correction file."""
    for path, values in repeated_keys(request):
        found = [shown(value) for value in values[:_VALUES_SHOWN]]
        yield Fault(
            path,
            "STR-037",
            listed([*found, "d’autres"] if len(values) > _VALUES_SHOWN else found),
            values={"key": printable(str(path[-1])), "count": len(values)},
        )


def _is_text(request: dict[str, Any]) -> bool:
    """Whether the request can be written as UTF-8 JSON."""
    try:
        orjson.dumps(request)
    except TypeError:
        return False
    return True


def _broken_texts(value: Any, path: Path) -> Iterator[Fault]:
    """Texts that hold half a character (lone surrogate), that no other program could read."""
    if isinstance(value, str):
        if found := _SURROGATE.search(value):
            yield Fault(
                path,
                "STR-014",
                shown(value),
                f'"{printable(_SURROGATE.sub("", value))}"',
                values={"detail": f"moitié de caractère, U+{ord(found[0]):04X}"},
            )
    elif isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, child in items:
            yield from _broken_texts(child, (*path, key))
