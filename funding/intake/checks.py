"""What a JSON Schema cannot say of a request: keys, decimals, telephones, agreement of values.

The schema names each of these checks by `format`. Deciding looks at whole columns of values;
explaining goes through the same functions value by value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from jsonschema import FormatChecker

from segur_portal.common.identifiers import IDENTIFIERS, IdentifierKind

from .telephones import is_valid_telephone

# How the PDF of each block is named: prefix + reference + .pdf (deposit format, « Files »).
DOCUMENT_PREFIXES = {"bonDeCommande": "BDC_", "procesVerbal": "PVVA_", "facture": "FACT_"}


def has_two_decimals(amount: Any) -> bool:
    """Whether an amount is a whole number of cents. A float is read as it was written."""
    if isinstance(amount, Decimal):  # a number too long for JSON: refused by its limit
        return True
    return bool(round(amount, 2) == amount)


def is_real_date(value: str) -> bool:
    """Whether `AAAA-MM-JJ` is a day of the calendar."""
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


COLUMN_CHECKS: dict[str, Callable[[Any], bool]] = {
    **{kind.value: IDENTIFIERS[kind].is_valid for kind in IdentifierKind},
    "telephone": is_valid_telephone,
    "montant": has_two_decimals,
}


def _on(kind: type | tuple[type, ...], check: Callable[[Any], bool]) -> Callable[[object], bool]:
    """The check, on values of that kind only: the others are the business of `type`."""

    def is_right(value: object) -> bool:
        return not isinstance(value, kind) or isinstance(value, bool) or check(value)

    return is_right


FORMATS = FormatChecker(formats=())
FORMATS.checks("date")(_on(str, is_real_date))
for _name, _check in COLUMN_CHECKS.items():
    FORMATS.checks(_name)(_on((int, float, Decimal) if _name == "montant" else str, _check))


def column(requests: list[Any], path: tuple[str, ...]) -> list[Any]:
    """Every value at this path of requests that follow their schema, without the nulls."""
    values = requests
    for step in path:
        if step == "[]":
            values = [item for block in values for item in block]
        else:
            values = [value[step] for value in values]
        if None in values:
            values = [value for value in values if value is not None]
    return values


def columns_hold(requests: list[Any], columns: tuple[tuple[tuple[str, ...], str], ...]) -> bool:
    """Whether every value of these requests passes the check its schema names."""
    return all(all(map(COLUMN_CHECKS[name], column(requests, path))) for path, name in columns)


def expected_file_name(block: str, reference: str) -> str:
    """The name of the PDF of this block."""
    return f"{DOCUMENT_PREFIXES[block]}{reference}.pdf"


def misnamed_documents(request: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Blocks whose PDF is not named after the request, with the right name."""
    reference = request.get("referenceFournisseur")
    for block in DOCUMENT_PREFIXES:
        document = request.get(block)
        if isinstance(reference, str) and isinstance(document, dict):
            expected = expected_file_name(block, reference)
            if isinstance(document.get("nomFichier"), str) and document["nomFichier"] != expected:
                yield block, expected


def strange_doctors(request: dict[str, Any]) -> Iterator[tuple[int, int, str, str]]:
    """Lines of a MEDECIN client whose RPPS is not the first line's: client, line, found, first."""
    for client, lines in _doctors_of_lone_practices(request):
        for line, doctor in enumerate(lines[1:], 1):
            if doctor != lines[0] and isinstance(doctor, str) and isinstance(lines[0], str):
                yield client, line, doctor, lines[0]


def _doctors_of_lone_practices(request: dict[str, Any]) -> Iterator[tuple[int, list[Any]]]:
    clients = request.get("clients")
    for index, client in enumerate(clients if isinstance(clients, list) else ()):
        if isinstance(client, dict) and client.get("typeClient") == "MEDECIN":
            doctors = client.get("medecins")
            if isinstance(doctors, list):
                yield index, [d.get("rpps") if isinstance(d, dict) else None for d in doctors]
