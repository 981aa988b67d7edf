"""Hostile or absurd files: a clear finding, quickly, without an exception or much memory."""

import json
import tracemalloc
from time import perf_counter

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funding.intake import Envelope, Limits, check_structure, correction_file, read_envelope
from tests.builders import SIRET, a_doctor, a_file, a_filename, a_request, an_envelope
from tests.funding.intake_helpers import BDC, CLIENT, LEGAL, MDV, at, structures

NAME = a_filename(MDV)
MIB = 1024 * 1024
TEXT = a_file(MDV).decode()


def judge(data):
    """The codes said of a file, each finding being storable as UTF-8 JSON."""
    read = read_envelope(data, filename=NAME, supplier_siret=SIRET, limits=Limits())
    if isinstance(read, Envelope):
        read = [finding for item in check_structure(read) for finding in item.findings]
    for finding in read:
        assert "\\u0000" not in orjson.dumps(finding.as_dict()).decode().replace("\\\\u", "")
    return [finding.code for finding in read]


def edited(pointer, value):
    return json.dumps(an_envelope(MDV, requests=[at(a_request(MDV), pointer, value)])).encode()


def amount(text):
    return TEXT.replace('"montantHT":1000.0', f'"montantHT":{text}').encode()


@pytest.mark.parametrize(
    "number",
    ["1" * 400, "-" + "1" * 400, "1" * 5_000, "1e400", "-1e400", "1e99999999999999999999",
     "9" * 30, "1" * 9 * MIB, "1e309", "0." + "1" * 9 * MIB],
    ids=["400", "-400", "5000", "1e400", "-1e400", "huge exponent", "30", "9 MiB", "1e309", "0.1…"],
)  # fmt: skip
def test_giant_numbers_are_faults_of_their_request(number):
    code = "STR-018" if number.startswith("0.") else "STR-017"
    assert judge(amount(number)) == [code]


def test_a_giant_number_in_place_of_a_text():
    data = TEXT.replace('"VAGUE_2"', "1" * 400).encode()
    assert judge(data) == ["STR-008"]


@pytest.mark.parametrize(
    ("pointer", "value", "code"),
    [
        (f"{CLIENT}/nomStructure", "a\x00b", "STR-014"),
        (f"{CLIENT}/nomStructure", "a\ud800b", "STR-014"),
        (f"{LEGAL}/mail", "a\udfff@b.fr", "STR-014"),
        (f"{CLIENT}/siren", "91588139\ud800", "STR-014"),
        ("/referenceFournisseur", "a\ud800", "STR-014"),
        (f"{CLIENT}/a\ud800", 1, "STR-003"),
        ("/a\x00", 1, "STR-003"),
        (f"{BDC}/dateSignature", "2026-03-31\x00", "STR-016"),
    ],
)
def test_broken_texts_are_faults_of_their_request(pointer, value, code):
    assert judge(edited(pointer, value)) == [code]


def test_only_the_absurd_request_is_ko():
    bad = at(a_request(MDV, number=2), f"{CLIENT}/nomStructure", "a\ud800")
    requests = [a_request(MDV), bad, a_request(MDV, number=3)]
    result = structures(MDV, requests=requests)
    assert [bool(item.findings) for item in result] == [False, True, False]
    envelope = read_envelope(
        json.dumps(an_envelope(MDV, requests=requests)).encode(),
        filename=NAME, supplier_siret=SIRET, limits=Limits(),
    )  # fmt: skip
    assert isinstance(envelope, Envelope)
    _, content = correction_file(envelope.payload, [2], NAME, [])
    assert json.loads(content)["demandes"] == [bad]


HEAVY = {
    "nested blocks": (b"[" * 10 * MIB, ["FIC-006"]),
    "nested objects": (b'{"a":' * (2 * MIB), ["FIC-006"]),
    "closed nesting": (b"[" * 5 * MIB + b"]" * 5 * MIB, ["FIC-006"]),
    "nesting late in the file": (b'{"a":"' + b"x" * MIB + b'","b":' + b"[" * 30, ["FIC-006"]),
    "flat blocks": (b"[" + b"[]," * (3 * MIB) + b"0]", ["FIC-008"]),
    "flat objects": (b"[" + b"{}," * (3 * MIB) + b"0]", ["FIC-008"]),
    "flat numbers": (b"[" + b"0," * (4 * MIB) + b"0]", ["FIC-010"]),
    "escaped quotes without end": (b'"' + b'\\"' * (4 * MIB), ["FIC-005"]),
    "quotes": (b'"' * (10 * MIB - 1), ["FIC-005"]),
    "backslashes": (b'"' + b"\\" * (10 * MIB - 1), ["FIC-005"]),
    "blanks": (b" " * 10 * MIB, ["FIC-001"]),
    "one long text": (b'"' + b"a" * 9 * MIB + b'"', ["FIC-010"]),
    "same key": (b"{" + b'"a":1,' * (MIB) + b'"a":1}', None),
    "many keys": (b"{" + b",".join(b'"%d":1' % n for n in range(500_000)) + b"}", None),
    "long name": (edited(f"{CLIENT}/nomStructure", "x" * 9 * MIB), ["STR-012"]),
    "blanks in a name": (edited(f"{CLIENT}/nomStructure", "a" + " " * 9 * MIB), ["STR-013"]),
    "long mail": (edited(f"{LEGAL}/mail", "x." * 4 * MIB + "@"), ["STR-012"]),
    "long domain": (edited(f"{LEGAL}/mail", "x@" + "a-" * 4 * MIB), ["STR-012"]),
    "long telephone": (edited(f"{LEGAL}/telephone", "0" + " " * 9 * MIB + "1"), ["STR-024"]),
    "long identifier": (edited(f"{CLIENT}/siren", "1" * 9 * MIB), ["STR-020"]),
    "long date": (edited(f"{BDC}/dateSignature", "2" * 9 * MIB), ["STR-016"]),
    "long unknown key": (edited("/" + "k" * 9 * MIB, 1), ["STR-003"]),
    "long amount": (edited(f"{BDC}/montantHT", "1" * 9 * MIB), ["STR-007"]),
    "many doctors": (
        edited(f"{CLIENT}/medecins", [a_doctor(MDV, seed=1, am_seed=n) for n in range(40_000)]),
        ["STR-032"],
    ),
    "many bad doctors": (
        edited(f"{CLIENT}/medecins", [{**a_doctor(MDV), "rpps": "x"}] * 40_000),
        None,
    ),
    "repeated keys hidden by colons": (
        a_file(MDV, requests=25).replace(b"LEF", b": : ").replace(b'{"nom":', b'{"nom":1,"nom":'),
        ["STR-037"] * 100,
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("case", HEAVY)
def test_heavy_files_are_answered_quickly_and_soberly(case):
    """The bounds are wide: a shared machine; without care some of these take minutes or GiB."""
    data, codes = HEAVY[case]
    started = perf_counter()
    said = judge(data)
    elapsed = perf_counter() - started
    assert said
    assert codes is None or said == codes
    assert len(said) <= 102
    assert elapsed < 8


@pytest.mark.slow
@pytest.mark.parametrize("case", ["nested blocks", "flat objects", "escaped quotes without end"])
def test_heavy_files_take_little_memory(case):
    data, _ = HEAVY[case]
    tracemalloc.start()
    judge(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * len(data)


@given(data=st.binary(max_size=200))
@settings(max_examples=300)
def test_any_bytes_are_answered(data):
    assert judge(data)


@given(place=st.integers(0, len(TEXT) - 1), inserted=st.text(max_size=3), cut=st.integers(0, 3))
@settings(max_examples=500)
def test_any_damage_to_a_text_is_answered(place, inserted, cut):
    """No exception, whatever is inserted or removed; and a finding when it is no JSON any more."""
    data = (TEXT[:place] + inserted + TEXT[place + cut :]).encode("utf-8", "surrogatepass")
    codes = judge(data)
    try:
        json.loads(data)
    except ValueError:
        assert codes


@given(
    value=st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    )
)
@settings(max_examples=300)
def test_any_value_in_place_of_a_request_is_answered(value):
    data = json.dumps(an_envelope(MDV, requests=[value])).encode()
    assert judge(data)
