"""What the tests of the structure of a file share."""

from __future__ import annotations

import json
from typing import Any

from funding.intake import Limits, Structure, check_structure, read_envelope
from segur_portal.common.rules import Finding
from tests.builders import SCHEMES, SIRET, a_filename, a_request, an_envelope

MDV, RIS, DB = SCHEMES
CLIENT = "/clients/0"
BDC = "/bonDeCommande"
LEGAL = f"{CLIENT}/representantLegal"
DOCTOR = f"{CLIENT}/medecins/0"
DELETED = object()


def structures(scheme: str, kind: str = "AVANCE", *, requests: list[Any]) -> list[Structure]:
    """The structures of a file of these requests (written by `json`, which writes anything)."""
    envelope = read_envelope(
        json.dumps(an_envelope(scheme, kind, requests=requests)).encode(),
        filename=a_filename(scheme, kind),
        supplier_siret=SIRET,
        limits=Limits(),
    )
    assert not isinstance(envelope, list), envelope
    return check_structure(envelope)


def at(request: Any, pointer: str, value: Any) -> Any:
    """The request, with this value put at this pointer (or nothing left there)."""
    *parents, last = [int(step) if step.isdigit() else step for step in pointer.split("/")[1:]]
    node = request
    for step in parents:
        node = node[step]
    if value is DELETED:
        del node[last]
    else:
        node[last] = value
    return request


def findings(
    scheme: str, changes: dict[str, Any], kind: str = "AVANCE", request: Any = None
) -> tuple[Finding, ...]:
    """The findings of a valid request so changed."""
    request = request or a_request(scheme, kind)
    for pointer, value in changes.items():
        at(request, pointer, value)
    return structures(scheme, kind, requests=[request])[0].findings


def plain(text: str) -> str:
    """The text with ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")
