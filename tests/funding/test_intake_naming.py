"""The name of a deposit's JSON file."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.intake import FileName, next_free_name, parse_filename
from segur_portal.common.rules import Finding
from tests.builders import KINDS, SCHEMES, SIRET, a_filename

NAME = a_filename("SONS-MDV-LGC-Va2", number=7)
STEM = NAME.removesuffix(".json")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_name_that_follows_the_rule(scheme, kind):
    name = parse_filename(a_filename(scheme, kind, on="20260401", number=999))
    assert name == FileName(kind, scheme, SIRET, date(2026, 4, 1), 999)
    assert str(name) == a_filename(scheme, kind, on="20260401", number=999)


@pytest.mark.parametrize(
    ("name", "reason", "meant"),
    [
        ("", ".json", None),
        ("demandes.json", "1 partie ", None),
        (NAME.upper(), ".json (en minuscules)", NAME),
        (f"{STEM}.JSON", ".json (en minuscules)", NAME),
        (f"{STEM}.txt", ".json", None),
        (f"{STEM} (1).json", "espace", NAME),
        (f"{STEM} - Copie.json", "espace", NAME),
        (f" {NAME}", "espace", NAME),
        (NAME.replace("AVANCE", "avance"), "AVANCE ou SOLDE", NAME),
        (NAME.replace("AVANCE", "ACOMPTE"), "AVANCE ou SOLDE", None),
        (NAME.replace("Va2", "VA2"), "dispositif", NAME),
        (NAME.replace("MDV-LGC", "XYZ"), "dispositif", None),
        (NAME.replace(SIRET, "84697880700094"), "SIRET", None),
        (NAME.replace(SIRET, SIRET[:9]), "SIREN", None),
        (NAME.replace("20260401", "20260230"), "date", None),
        (NAME.replace("20260401", "01042026"), "date", None),
        (NAME.replace("20260401", "2026-04-01"), "date", None),
        (NAME.replace("_007", "_7"), "001 à 999", NAME),
        (NAME.replace("_007", "_000"), "001 à 999", None),
        (NAME.replace("_007", "_1000"), "001 à 999", None),
        (NAME.replace("_007", "_٠٠٧"), "001 à 999", None),
        (NAME.replace("_007", ""), "4 parties", None),
        (f"dossier/{NAME}", "AVANCE ou SOLDE", None),
        (f"{STEM}\x00.json", "001 à 999", None),
        ("a" * 10_000 + ".json", "1 partie ", None),
    ],
)
def test_a_name_that_breaks_the_rule(name, reason, meant):
    finding = parse_filename(name)
    assert isinstance(finding, Finding)
    assert finding.code == "FIC-030"
    assert reason in finding.message.replace("\u00a0", " ")
    assert finding.expected
    assert finding.expected.startswith(f"«\u00a0{meant}" if meant else "selon le modèle")
    assert "\x00" not in finding.message
    assert len(finding.message) < 300


@given(st.text(max_size=80))
def test_any_name_is_answered(name):
    parse_filename(name)


@given(st.sampled_from(range(len(NAME))), st.characters())
def test_any_slip_of_the_keyboard_is_answered(place, char):
    slip = NAME[:place] + char + NAME[place + 1 :]
    name = parse_filename(slip)
    assert isinstance(name, Finding) or str(name) == slip


def names(numbers, on="20260401"):
    return {a_filename("SONS-MDV-LGC-Va2", on=on, number=number) for number in numbers}


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        (set(), names([8])),
        (names([8, 9]), names([10])),
        (names([9]), names([8])),
        (names(range(7, 1000)), names([1])),
        (names(range(1, 1000)), names([1], on="20260402")),
        (names(range(1, 1000)) | names([1, 2], on="20260402"), names([3], on="20260402")),
    ],
)
def test_next_free_name(taken, expected):
    name = parse_filename(NAME)
    assert isinstance(name, FileName)
    assert {next_free_name(name, taken)} == expected
