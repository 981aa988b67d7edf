"""jsonschema-rs decides and jsonschema explains: they must give the same verdicts and paths.

Held on generated requests: a valid one in which keys and values are changed at random.
"""

import copy
import json

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from funding.intake import (
    Envelope,
    Limits,
    check_structure,
    checks,
    formats,
    read_envelope,
)
from funding.intake.structure import explain
from segur_portal.common.identifiers import make_am, make_finess, make_rpps, make_siren
from tests.builders import (
    KINDS,
    SCHEMES,
    SIRET,
    a_client,
    a_filename,
    a_request,
    an_envelope,
)
from tests.funding.intake_helpers import structures

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, 1, 0.01, 10.005, 1e300, -0.0, 999999999.99, 1000000000]),
    st.text(max_size=20),
    st.text(alphabet="0123456789 -AB", min_size=8, max_size=12),
    st.dates().map(str),
    st.sampled_from(
        [
            "", " ", "null", "vrai", "a ", "a\n", "\ufeffa", "a\x85", "a\u2028b", "x" * 151,
            "é" * 100, "2025-02-29", "2024-02-29", "0000-01-01", "20240101", "٢٠٢٤-01-01",
            "VAGUE_2", "VAGUE_1_ET_2", "MEDECIN", "MSP", "CABINET", "ETABLISSEMENT", "MIXTE",
            "BDC_a.pdf", "BDC_.pdf", "a@b.fr", "a@b.fr\n", "a.@b.fr", "0199001234", "+33199001234",
            make_siren(1), make_rpps(1), make_am(1), make_finess(1), "2A2671473",
        ]
    ),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=5), st.none(), max_size=2),
)  # fmt: skip
CLIENT_TYPES = {"SONS-MDV-LGC-Va2": ["MEDECIN", "MSP", "CDS"]}


def boxes(value):
    """Every object and block inside a value, itself included."""
    if isinstance(value, dict | list):
        yield value
        for child in list(value.values()) if isinstance(value, dict) else value:
            yield from boxes(child)


@st.composite
def changed_requests(draw):
    """A scheme, a kind, and a valid request with one to four changes."""
    scheme, kind = draw(st.sampled_from(SCHEMES)), draw(st.sampled_from(KINDS))
    request = a_request(scheme, kind)
    if kind == "AVANCE":
        types = CLIENT_TYPES.get(scheme, ["CABINET", "ETABLISSEMENT"])
        request["clients"] = [a_client(scheme, draw(st.sampled_from(types)))]
    request = copy.deepcopy(request)
    for _ in range(draw(st.integers(1, 4))):
        change(draw, draw(st.sampled_from(list(boxes(request)))))
    return scheme, kind, request


def change(draw, box):
    """Delete, add, rename, replace, repeat: one change of an object or block."""
    keys = list(box) if isinstance(box, dict) else list(range(len(box)))
    action = draw(st.sampled_from(["delete", "add", "rename", "replace", "replace", "repeat"]))
    if action == "add" and isinstance(box, dict):
        box[draw(st.text(max_size=8))] = draw(VALUES)
    elif action == "add":
        box.append(draw(VALUES))
    elif keys and action == "rename" and isinstance(box, dict):
        key = draw(st.sampled_from(keys))
        box[key + draw(st.sampled_from(["s", "S", " "]))] = box.pop(key)
    elif keys and action == "repeat" and isinstance(box, list):
        box.extend(box * draw(st.integers(1, 6)))
    elif keys:
        key = draw(st.sampled_from(keys))
        box[key] = draw(VALUES)
        if action == "delete":
            del box[key]


def plain_explainer(schema):
    """jsonschema as it comes, but for the exact end of patterns: no short cut for right lines."""
    keywords = {"pattern": formats._strict_pattern}
    validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, keywords)
    dates_only = jsonschema.FormatChecker(formats=())
    dates_only.checks("date")(is_date_or_of_year_zero)
    return validator(schema, format_checker=dates_only)


def is_date_or_of_year_zero(value):
    """jsonschema-rs alone knows a year 0; the pattern of our dates refuses it, for both."""
    return str(value).startswith("0000-") or checks.FORMATS.checkers["date"][0](value)


def of_year_zero():
    request = a_request("SONS-MDV-LGC-Va2", "SOLDE")
    request["procesVerbal"]["dateSignature"] = "0000-01-01"
    return "SONS-MDV-LGC-Va2", "SOLDE", request


EXPLAINERS = {
    (scheme, kind): plain_explainer(formats.request_schema("1.0", scheme, kind))
    for scheme in SCHEMES
    for kind in KINDS
}


@given(changed_requests())
@example(of_year_zero())
@settings(max_examples=400)
def test_same_verdicts_and_paths(case):
    """The two libraries, on the schema alone."""
    scheme, kind, request = case
    form = formats.request_format("1.0", scheme, kind)
    ours = {
        (tuple(error.absolute_path), error.validator)
        for error in EXPLAINERS[scheme, kind].iter_errors(request)
    }
    theirs = {
        (tuple(error.instance_path), keyword(error.kind))
        for error in form.shape.decider.iter_errors(request)
    }
    assert ours == theirs
    assert form.shape.accepts(request) == (not ours)


def keyword(kind: jsonschema_rs.ValidationErrorKind) -> str:
    return kind.name


@given(changed_requests())
@example(of_year_zero())
@settings(max_examples=400)
def test_deciding_and_explaining_agree(case):
    """With the checks of Python: a request is KO exactly when faults can be told, all of them."""
    scheme, kind, request = case
    form = formats.request_format("1.0", scheme, kind)
    full = type(EXPLAINERS[scheme, kind])(form.schema, format_checker=checks.FORMATS)
    unsound = list(full.iter_errors(request)) or not checks_agree(request)
    (structure,) = structures(scheme, kind, requests=[request])
    assert bool(structure.findings) == bool(unsound)
    assert "STR-099" not in {finding.code for finding in structure.findings}
    told = {tuple(error.absolute_path) for error in form.explainer.iter_errors(request)}
    assert told == {tuple(error.absolute_path) for error in full.iter_errors(request)}


def checks_agree(request):
    return not any(checks.misnamed_documents(request)) and not any(checks.strange_doctors(request))


@given(changed_requests())
@settings(max_examples=100)
def test_a_verdict_does_not_depend_on_the_other_requests(case):
    scheme, kind, request = case
    others = [a_request(scheme, kind, number=number) for number in (2, 3)]
    alone = structures(scheme, kind, requests=[request])[0]
    among = structures(scheme, kind, requests=[others[0], request, others[1]])
    assert [item.findings == () for item in among] == [True, alone.findings == (), True]
    assert [f.code for f in among[1].findings] == [f.code for f in alone.findings]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_nothing_is_explained_of_a_valid_request(scheme, kind):
    form = formats.request_format("1.0", scheme, kind)
    request = a_request(scheme, kind)
    assert form.shape.fits(request)
    assert list(EXPLAINERS[scheme, kind].iter_errors(request)) == []
    assert [fault.code for fault in explain(request, form)] == ["STR-099"]


@given(changed_requests(), st.data())
@settings(max_examples=50)
def test_a_key_twice_is_ko_for_both_and_hides_no_other_fault(case, data):
    """The schema sees one value of each key: what is repeated is added to what it finds, and
    takes the place of what was said of the same key."""
    scheme, kind, request = case
    key = data.draw(st.sampled_from(sorted(request) or [""]))
    (once,) = structures(scheme, kind, requests=[request])
    text = json.dumps(an_envelope(scheme, kind, requests=[request]))
    head = '"demandes": [{'
    text = text.replace(head, f"{head}{json.dumps(key)}: {json.dumps(request.get(key))}, ", 1)
    name = a_filename(scheme, kind)
    read = read_envelope(text.encode(), filename=name, supplier_siret=SIRET, limits=Limits())
    assert isinstance(read, Envelope)
    (twice,) = check_structure(read)
    told = {(one.code, one.pointer) for one in twice.findings}
    repeated = {one for one in told if one[0] == "STR-037"}
    assert len(repeated) == (key in request)
    at = {pointer for _, pointer in repeated}
    kept = {(one.code, one.pointer) for one in once.findings if one.pointer not in at}
    assert kept <= told
