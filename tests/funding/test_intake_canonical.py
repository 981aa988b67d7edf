"""The hash of a request, and the correction file."""

import json

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funding.intake import (
    Envelope,
    Limits,
    canonical_hash,
    check_structure,
    correction_file,
    read_envelope,
)
from funding.intake.canonical import _plain_numbers, _without_zero_decimals
from tests.builders import SIRET, a_file, a_filename, a_request, an_envelope

MDV = "SONS-MDV-LGC-Va2"
NUMBERS = st.one_of(st.integers(-(10**16), 10**16), st.floats(allow_nan=False, width=32))
TEXTS = st.text(alphabet='a1.0:",}]\\{[é ', max_size=12)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":100}', '{"a":100.0}'),
        ('{"a":100}', '{"a":1e2}'),
        ('{"a":100.00,"b":0.10}', '{ "b" : 0.1 , "a" : 100 }'),
        ('{"a":0}', '{"a":-0.0}'),
        ('{"a":-5.0}', '{"a":-5}'),
        ("[1.0,[2.0]]", "[1,[2]]"),
        ("1.0", "1"),
        ('{"é":1.0}', '{"\\u00e9":1}'),
        ('{"a.0":1.0}', '{"a.0":1}'),
        ('{"n":1.5,"m":2.0,"v":"1.0"}', '{"v":"1.0","m":2,"n":1.5}'),
        ('{"a":{"c":3,"b":2}}', '{"a":{"b":2,"c":3}}'),
        ('{"a":999999999999999.0}', '{"a":999999999999999}'),
    ],
)
def test_same_content(one, other):
    assert canonical_hash(json.loads(one)) == canonical_hash(json.loads(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":"1.0"}', '{"a":"1"}'),
        ('{"a":"1"}', '{"a":1}'),
        ('{"a":":1.0,"}', '{"a":":1,"}'),
        ('{"a":"x\\":1.0,"}', '{"a":"x\\":1,"}'),
        ('{"a":1}', '{"a":true}'),
        ('{"a":0}', '{"a":false}'),
        ('{"a":1.01}', '{"a":1.1}'),
        ('{"a":10.05}', '{"a":105}'),
        ('{"a":[1,2]}', '{"a":[2,1]}'),
        ('{"a":null}', "{}"),
        ('{"a":"é"}', '{"a":"e\\u0301"}'),
    ],
)
def test_other_content(one, other):
    assert canonical_hash(json.loads(one)) != canonical_hash(json.loads(other))


def test_a_hash_is_a_sha_256():
    assert canonical_hash({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@given(VALUES)
@settings(max_examples=500)
def test_the_short_cut_gives_the_same_bytes(value):
    """Shortening what is written gives what writing shortened numbers gives, or gives up."""
    written = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    shortened = _without_zero_decimals(written)
    exact = orjson.dumps(_plain_numbers(value), option=orjson.OPT_SORT_KEYS)
    assert shortened in (None, exact)


@given(VALUES)
@settings(max_examples=300)
def test_same_hash_only_for_equal_values(value):
    rewritten = json.loads(json.dumps(value))
    assert canonical_hash(rewritten) == canonical_hash(value)
    assert canonical_hash([value]) != canonical_hash(value)


@pytest.mark.parametrize("text", ['{"a":"\\ud800"}', '{"a":1e400}'])
def test_absurd_values_have_a_hash(text):
    assert len(canonical_hash(json.loads(text))) == 64


def test_a_valid_request_takes_the_short_cut():
    written = orjson.dumps(a_request(MDV), option=orjson.OPT_SORT_KEYS)
    assert _without_zero_decimals(written) == written.replace(b".0,", b",").replace(b".0}", b"}")


def test_correction_file_keeps_the_envelope_and_the_ko_requests():
    payload = an_envelope(MDV, requests=4)
    taken = {a_filename(MDV, number=2), a_filename(MDV, number=3)}
    name, content = correction_file(payload, [4, 2], a_filename(MDV), taken)
    assert name == a_filename(MDV, number=4)
    expected = {**payload, "demandes": [payload["demandes"][1], payload["demandes"][3]]}
    assert orjson.loads(content) == expected
    assert content.decode().splitlines()[1] == '  "versionSchema": "1.0",'


def test_correction_file_can_be_deposited():
    payload = an_envelope(MDV, requests=3)
    name, content = correction_file(payload, [3], a_filename(MDV), [])
    envelope = read_envelope(content, filename=name, supplier_siret=SIRET, limits=Limits())
    assert isinstance(envelope, Envelope)
    assert envelope.requests == [payload["demandes"][2]]


def test_correction_file_never_takes_the_name_of_the_deposit():
    name, _ = correction_file(an_envelope(MDV), [1], a_filename(MDV, number=999), [])
    assert name == a_filename(MDV, number=1)


def test_correction_file_of_a_misnamed_deposit():
    with pytest.raises(ValueError, match="not the name of a deposit"):
        correction_file(an_envelope(MDV), [1], "demandes.json", [])


def test_correction_file_chooses_no_value_among_several():
    """What a request repeats comes back repeated: the next deposit says so again, until one is
    removed."""
    text = a_file(MDV, requests=2).decode()
    text = text.replace('"prestation":', '"prestation":"À choisir","prestation":', 1)
    name, content = correction_file(envelope_of(text.encode()).payload, [1], a_filename(MDV), [])
    assert content.count(b'"prestation"') == 2
    lines = check_structure(envelope_of(content, name))
    assert [one.code for line in lines for one in line.findings] == ["STR-037"]
    chosen = content.replace('      "prestation": "À choisir",\n'.encode(), b"")
    assert envelope_of(chosen, name).requests == [a_request(MDV)]


def envelope_of(data: bytes, name: str = a_filename(MDV)) -> Envelope:
    found = read_envelope(data, filename=name, supplier_siret=SIRET, limits=Limits())
    assert isinstance(found, Envelope)
    return found
