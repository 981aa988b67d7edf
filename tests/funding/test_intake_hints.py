"""Guesses that turn an error into something to write."""

import pytest

from funding.intake import hints
from funding.intake.codes import typographic
from funding.intake.telephones import _PLAIN, _REGIONS, _exists, is_valid_telephone


@pytest.mark.parametrize(
    ("value", "meant"),
    [("vrai", True), ("VRAI", True), ("True", True), ("true", True), (" oui ", True), (1, True),
     ("faux", False), ("FALSE", False), ("Non", False), (0, False), ("0", False),
     ("null", None), ("peut-être", None), ("", None), (None, None), (2, None), ([], None)],
)  # fmt: skip
def test_boolean_meant(value, meant):
    assert hints.boolean_meant(value) is meant


@pytest.mark.parametrize(
    ("value", "meant"),
    [("null", True), ("Null", True), ("NULL", True), ("None", True), ("", True), ("néant", True),
     (" ", True), ("N/A", True), ("nullement", False), (None, False), (0, False), ("zéro", False)],
)  # fmt: skip
def test_null_meant(value, meant):
    assert hints.null_meant(value) is meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [("1250", "1250"), ("1250.5", "1250.5"), ("1 250,50 €", "1250.50"), ("1\u202f250,5", "1250.5"),
     ("12 EUR", "12"), ("12 euros", "12"), ("12,345", None), ("1,250.50", None), ("douze", None),
     ("", None), ("-5", None), ("٣", None)],
)  # fmt: skip
def test_amount_meant(text, meant):
    assert hints.amount_meant(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [("31/12/2026", "2026-12-31"), ("1.2.2026", "2026-02-01"), ("2026-1-5", "2026-01-05"),
     ("20260105", "2026-01-05"), ("2026/01/05", "2026-01-05"), ("2026-01-05 10:00", "2026-01-05"),
     ("30/02/2026", None), ("12/31/2026", None), ("demain", None), ("", None)],
)  # fmt: skip
def test_date_meant(text, meant):
    assert hints.date_meant(text) == meant


@pytest.mark.parametrize(
    ("word", "meant"),
    [("client", "clients"), ("CLIENTS", "clients"), ("cliënts", "clients"), ("cleints", "clients"),
     ("medecin", "medecins"), ("médecins", "medecins"), ("etablissement", "etablissements"),
     ("montant", None), ("", None), ("zzz", None)],
)  # fmt: skip
def test_closest(word, meant):
    assert hints.closest(word, ["clients", "medecins", "etablissements", "siren"]) == meant


@pytest.mark.parametrize(
    ("value", "shown"),
    [("a", '"a"'), (1, "1"), (1.5, "1.5"), (True, "true"), (None, "null"), ([], "un bloc vide []"),
     ([1], "un bloc de 1 ligne"), ([1, 2], "un bloc de 2 lignes"), ({}, "un objet { … }"),
     ("a\x00\n\u00a0\ud800", '"a\\u0000\\u000a\\u00a0\\ud800"'),
     ("x" * 100, '"' + "x" * 77 + '…"'), (10**100, "1" + "0" * 78 + "…")],
)  # fmt: skip
def test_shown(value, shown):
    assert hints.shown(value) == shown


@pytest.mark.parametrize(
    ("value", "length", "text"),
    [(21047295, 9, '"021047295"'), (21047295.0, 9, '"021047295"'), (1.5, 9, '"0000001.5"'),
     (123, 2, '"123"')],
)  # fmt: skip
def test_number_as_text(value, length, text):
    assert hints.number_as_text(value, length) == text


def test_typographic():
    assert typographic("Écrivez « a » ; n° 1 : oui ?") == (
        "Écrivez «\u00a0a\u00a0»\u202f; n°\u00a01\u00a0: oui\u202f?"
    )


@pytest.mark.parametrize(
    "number",
    ["0199001234", "01.99.00.12.34", "01 99 00 12 34", "+33 1 99 00 12 34", "0033199001234",
     "+33 (0)1 99 00 12 34", "01\u00a099\u00a000\u00a012\u00a034", "0692123456", "0590276027",
     "0612345678", "+41 22 730 51 11", "+687271234", "271234"],
)  # fmt: skip
def test_telephones_that_exist(number):
    assert is_valid_telephone(number)


@pytest.mark.parametrize(
    "number",
    ["", "01 99 00 12", "1234", "3646", "0039981234", "01 99 00 12 34 poste 5", "0199001234 x5",
     "01990012345", "+33 0 1", "bonjour", "0199001234 / 0199001235"],
)  # fmt: skip
def test_telephones_that_do_not(number):
    assert not is_valid_telephone(number)


def test_the_short_cut_of_telephones_accepts_nothing_more():
    """Every number its pattern accepts is one that libphonenumber knows, all regions together."""
    accepted = [
        number
        for prefix in ("0", "+33", "+262", "0262", "+590", "+687", "+689", "00508", "")
        for body in range(1_000_003, 10_000_000, 80_021)
        for number in (f"{prefix}{body}", f"{prefix}{body}12")
        if _PLAIN.fullmatch(number)
    ]
    assert len(accepted) > 100
    assert [n for n in accepted if not any(_exists(n, region) for region in _REGIONS)] == []
