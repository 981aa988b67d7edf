"""What a JSON Schema cannot say of a request: keys, decimals, telephones, agreement of values.

The schema names each of these checks by `format`. Deciding looks at whole columns of values;
explaining goes through the same functions value by value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from jsonschema import FormatChecker

from segur_portal.common.identifiers import IDENTIFIERS, IdentifierKind

from .telephones import is_valid_telephone

ITEMS = "[]"
# How the PDF of each block is named: prefix + reference + .pdf (deposit format, « Files »).
DOCUMENT_PREFIXES = {"bonDeCommande": "BDC_", "procesVerbal": "PVVA_", "facture": "FACT_"}

_REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,35}")


def is_reference(value: Any) -> bool:
    """Whether this is a well-formed reference of the supplier."""
    return isinstance(value, str) and _REFERENCE.fullmatch(value) is not None


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


VALUE_CHECKS: dict[str, Callable[[Any], bool]] = {
    **{kind.value: IDENTIFIERS[kind].is_valid for kind in IdentifierKind},
    "telephone": is_valid_telephone,
    "montant": has_two_decimals,
}


_VALUE_OF = bytes.maketrans(b"0123456789AB", bytes([*range(10), 1, 2]))
_DOUBLE_OF = bytes.maketrans(b"0123456789AB", bytes([0, 2, 4, 6, 8, 1, 3, 5, 7, 9, 2, 4]))
_MODULO_10 = bytes(value % 10 for value in range(256))


def all_pass_luhn(numbers: list[str]) -> bool:
    """Luhn of many numbers of one length at once, 10 times faster than one by one.

    The digits of a rank, one per number, are the bytes of a big integer; adding these integers adds
    every number's digits together (at most 14 × 9: no byte overflows).
    """
    width = len(numbers[0]) if numbers else 0
    text = "".join(numbers).encode()
    total = 0
    for rank in range(width):
        is_doubled = (width - rank) % 2 == 0
        digits = text[rank::width].translate(_DOUBLE_OF if is_doubled else _VALUE_OF)
        total += int.from_bytes(digits, "big")
    sums = total.to_bytes(len(numbers), "big")
    return not sums.translate(_MODULO_10).strip(b"\0") and "0" * width not in numbers


def _whole_column(check: Callable[[Any], bool]) -> Callable[[list[Any]], bool]:
    return lambda values: all(map(check, values))


# On values that have the form their schema asks for. An amount is compared at once with its cents.
WHOLE_COLUMNS: dict[str, Callable[[list[Any]], bool]] = {
    **{kind.value: all_pass_luhn for kind in IdentifierKind if kind != IdentifierKind.SIRET},
    "telephone": _whole_column(is_valid_telephone),
    "montant": lambda amounts: [round(amount, 2) for amount in amounts] == amounts,
}


def _on(kind: type | tuple[type, ...], check: Callable[[Any], bool]) -> Callable[[object], bool]:
    """The check, on values of that kind only: the others are the business of `type`."""

    def is_right(value: object) -> bool:
        return not isinstance(value, kind) or isinstance(value, bool) or check(value)

    return is_right


FORMATS = FormatChecker(formats=())
FORMATS.checks("date")(_on(str, is_real_date))
for _name, _check in VALUE_CHECKS.items():
    FORMATS.checks(_name)(_on((int, float, Decimal) if _name == "montant" else str, _check))


# Which values to check: the name of a check, or what each key and `[]` (any item) lead to.
Columns: TypeAlias = "str | dict[str, Columns]"


def columns_hold(values: list[Any], columns: Columns) -> bool:
    """Whether every value under these, which follow their schema, passes the check it names."""
    present = [value for value in values if value is not None]
    if isinstance(columns, str):
        return WHOLE_COLUMNS[columns](present)
    return all(
        columns_hold(
            [item for block in present for item in block]
            if step == ITEMS
            else [value[step] for value in present],
            inside,
        )
        for step, inside in columns.items()
    )


def agree(requests: list[dict[str, Any]]) -> bool:
    """Whether values that go together agree, in requests that follow their schema."""
    return all(
        [request[block]["nomFichier"] for request in requests if block in request]
        == [
            f"{prefix}{request['referenceFournisseur']}.pdf"
            for request in requests
            if block in request
        ]
        for block, prefix in DOCUMENT_PREFIXES.items()
    ) and not any(
        any(strange_doctors(request))
        for request in requests
        if request["clients"][0].get("typeClient") == "MEDECIN"
    )


def misnamed_documents(request: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Blocks whose PDF is not named after the request, with the right name."""
    reference = request.get("referenceFournisseur")
    for block, prefix in DOCUMENT_PREFIXES.items():
        document = request.get(block)
        if isinstance(document, dict) and is_reference(reference):
            expected = f"{prefix}{reference}.pdf"
            if isinstance(document.get("nomFichier"), str) and document["nomFichier"] != expected:
                yield block, expected


def strange_doctors(request: dict[str, Any]) -> Iterator[tuple[int, int, str, str]]:
    """Lines of a MEDECIN client whose RPPS is not the first line's: client, line, found, first."""
    for client, numbers in _doctors_of_lone_practices(request):
        for line, number in enumerate(numbers[1:], 1):
            if number != numbers[0] and isinstance(number, str) and isinstance(numbers[0], str):
                yield client, line, number, numbers[0]


def _doctors_of_lone_practices(request: dict[str, Any]) -> Iterator[tuple[int, list[Any]]]:
    clients = request.get("clients")
    for index, client in enumerate(clients if isinstance(clients, list) else ()):
        if isinstance(client, dict) and client.get("typeClient") == "MEDECIN":
            doctors = client.get("medecins")
            if isinstance(doctors, list):
                yield index, [d.get("rpps") if isinstance(d, dict) else None for d in doctors]
