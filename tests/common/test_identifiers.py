"""French identifiers: what is valid, why a value is refused, what is proposed instead."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

from segur_portal.common.identifiers import (
    IDENTIFIERS,
    IdentifierKind,
    clean,
    luhn_complete,
    make_am,
    make_finess,
    make_rpps,
    make_siren,
    make_siret,
)

MAKERS = {
    "siren": make_siren,
    "siret": make_siret,
    "finess": make_finess,
    "rpps": make_rpps,
    "am": make_am,
}
VALID = {
    "siren": "915881395 998698799 973091143 917075368 945568152",
    "siret": "84697880700093 83208196200074 82731778500042 88648876600066 35600000009075 "
    "35600000000048",
    "finess": "756804571 690178470 2A2671473 2B5136274 970201075",
    "rpps": "10319084520 10059972835 10792984162 99702294861 99706283605 99700218896",
    "am": "751298365 691957930 131186033 331208074 591370283 991823766 990781056",
}
INVALID = {
    "siren": "915881396 91588139 9158813950 91588139A 000000000",
    "siret": "84697880700094 87534778700017 8469788070009 35600000012345 8469788070009X "
    "00000000000000 MONACOCONFO001",
    "finess": "756804570 2A2671477 2C2671473 75680457 000000000 2a2671473",
    "rpps": "10319084521 1031908452 1031908452A 00000000000 10319084520017",
    "am": "751298366 75129836 7512983650 75129836X 000000000",
}


def explained(kind, value):
    """Why the value is refused; it must be."""
    explanation = IDENTIFIERS[kind].explain(value)
    assert explanation is not None
    return explanation


def cases(table):
    return [(kind, value) for kind, values in table.items() for value in values.split()]


@pytest.mark.parametrize(("kind", "value"), cases(VALID))
def test_valid(kind, value):
    assert IDENTIFIERS[kind].is_valid(value)
    assert IDENTIFIERS[kind].explain(value) is None
    assert IDENTIFIERS[kind].propose(value) == value


@pytest.mark.parametrize(("kind", "value"), cases(INVALID))
def test_invalid(kind, value):
    assert not IDENTIFIERS[kind].is_valid(value)
    assert explained(kind, value).reason


@pytest.mark.parametrize("kind", IDENTIFIERS)
@pytest.mark.parametrize("value", ["", " ", "٩١٥٨٨١٣٩٥", "\ud800", "\x00", "9" * 10_000, "९" * 9])
def test_absurd_values_are_refused_and_explained(kind, value):
    assert not IDENTIFIERS[kind].is_valid(value)
    assert explained(kind, value).proposal is None


@pytest.mark.parametrize("kind", IDENTIFIERS)
@pytest.mark.parametrize(
    "paste", [" {} ", "\u00a0{}", "{}\n", "{}\u202f", "{}."], ids=["blank", "nbsp", "eol", "n", "."]
)
def test_what_people_paste_is_refused_and_its_cleaned_value_proposed(kind, paste):
    value = VALID[kind].split()[0]
    spaced = paste.format(" ".join([value[:3], value[3:6], value[6:]]))
    assert not IDENTIFIERS[kind].is_valid(spaced)
    explanation = explained(kind, spaced)
    assert explanation.proposal == value
    assert "espaces" in explanation.reason


@pytest.mark.parametrize(
    ("kind", "value", "reason", "proposal"),
    [
        ("siren", "915881396", "clé de contrôle", None),
        ("siren", "91588139", "8 chiffres au lieu de 9", None),
        ("siren", "91588139A", "caractère interdit", None),
        ("siren", "000000000", "zéros", None),
        ("siren", "", "vide", None),
        ("siren", "84697880700093", "SIRET", "846978807"),
        ("siren", "FR81915881395", "TVA", "915881395"),
        ("siren", "9I5881395", "lettre", "915881395"),
        ("siret", "915881395", "SIREN", None),
        ("siret", "87534778700017", "9 premiers chiffres", None),
        ("finess", "2a2671473", "minuscule", "2A2671473"),
        ("finess", "2C2671473", "2A et 2B", None),
        ("finess", "84697880700093", "SIRET", None),
        ("rpps", "810319084520", "8 + RPPS", "10319084520"),
        ("rpps", "0751298365", "ADELI", None),
        ("rpps", "10319084520017", "RPPS-rang", None),
        ("rpps", "751298365", "AM", None),
        ("am", "2A2671473", "FINESS", None),
        ("am", "10319084520", "RPPS", None),
        ("am", "75129836", "manque la clé", None),
    ],
)
def test_the_reason_is_the_precise_one(kind, value, reason, proposal):
    explanation = explained(kind, value)
    assert reason in explanation.reason.replace("\u00a0", " ")
    assert explanation.proposal == proposal


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("siren", luhn_complete("01234567")),
        ("siret", luhn_complete(luhn_complete("01234567") + "0001")),
        ("finess", luhn_complete("01000002")),
        ("am", luhn_complete("01100002")),
    ],
)
def test_lost_leading_zeros_are_found_back(kind, value):
    explanation = explained(kind, value.lstrip("0"))
    assert explanation.proposal == value
    assert "zéros" in explanation.reason


def test_clean():
    assert clean(" 2a 26.714-73\u00a0\u202f") == "2A2671473"


@given(seed=st.integers(0, 10**7))
@pytest.mark.parametrize("kind", MAKERS)
def test_generated_numbers_are_valid(kind, seed):
    assert IDENTIFIERS[kind].is_valid(MAKERS[kind](seed))


@pytest.mark.parametrize("kind", MAKERS)
def test_generated_numbers_are_distinct(kind):
    assert len({MAKERS[kind](seed) for seed in range(20_000)}) == 20_000


def test_a_generated_am_number_is_never_a_generated_finess():
    assert not {make_am(seed) for seed in range(20_000)} & {make_finess(s) for s in range(20_000)}


@given(data=st.data(), seed=st.integers(0, 10**6))
@pytest.mark.parametrize("kind", MAKERS)
def test_any_wrong_digit_is_seen(kind, data, seed):
    value = MAKERS[kind](seed)
    place = data.draw(st.integers(0, len(value) - 1))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != value[place]]))
    assert not IDENTIFIERS[kind].is_valid(value[:place] + digit + value[place + 1 :])


@given(text=st.text(alphabet="0123456789 .A\u00a0", max_size=16))
@settings(max_examples=300)
def test_agrees_with_the_reference_library(text):
    """Same verdicts as stdnum on what is already clean; and never all zeros."""
    for kind, reference in (
        (IdentifierKind.SIREN, stdnum_siren.is_valid),
        (IdentifierKind.SIRET, stdnum_siret.is_valid),
    ):
        digits = text.isascii() and text.isdecimal()
        expected = digits and text.strip("0") != "" and reference(text)
        assert IDENTIFIERS[kind].is_valid(text) == expected


@given(stem=st.text(alphabet="0123456789", min_size=1, max_size=13))
def test_luhn_complete(stem):
    assert luhn.is_valid(luhn_complete(stem))


@given(text=st.text(max_size=40))
@pytest.mark.parametrize("kind", IDENTIFIERS)
def test_every_refusal_is_explained_and_every_proposal_is_valid(kind, text):
    explanation = IDENTIFIERS[kind].explain(text)
    assert (explanation is None) == IDENTIFIERS[kind].is_valid(text)
    if explanation and explanation.proposal:
        assert IDENTIFIERS[kind].is_valid(explanation.proposal)
