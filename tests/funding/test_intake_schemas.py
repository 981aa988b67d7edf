"""The published schemas: well formed, documented on every key, true to the deposit format."""

import json

import jsonschema
import orjson
import pytest

from funding.intake import Limits, checks, formats
from funding.intake.fields import envelope_fields, request_conditions, request_fields
from funding.intake.structure_codes import STRUCTURE_CODES
from segur_portal.common.enums import Kind, SchemeCode
from tests.builders import KINDS, SCHEMES, a_request

MDV, RIS, DB = SCHEMES
FILES = sorted((formats.SCHEMAS / "1.0").glob("*.json"))
PAIRS = [(scheme, kind) for scheme in SCHEMES for kind in KINDS]


def keys(value, prefix=""):
    """The paths of every key of a value, in order."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield f"{prefix}{key}"
            yield from keys(child, f"{prefix}{key}.")
    elif isinstance(value, list) and value:
        yield from keys(value[0], f"{prefix.removesuffix('.')}[].")


def test_one_schema_per_scheme_and_kind():
    expected = {f"{kind.lower()}.{scheme}.json" for scheme, kind in PAIRS}
    assert {path.name for path in FILES} == expected | {"common.json", "enveloppe.json"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_schemas_are_draft_2020_12(path):
    jsonschema.Draft202012Validator.check_schema(orjson.loads(path.read_bytes()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_schemas_are_kept_readable(path):
    text = path.read_text()
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize("version", ["0.9", "2.0", ""])
def test_unknown_formats(version):
    with pytest.raises(KeyError):
        formats.request_format(version, MDV, "AVANCE")
    with pytest.raises(KeyError):
        formats.request_format("1.0", "../common", "AVANCE")


@pytest.mark.parametrize(("scheme", "kind"), PAIRS)
def test_a_published_schema_stands_alone(scheme, kind):
    """It holds the definitions it uses and nothing else: a supplier downloads one file."""
    schema = formats.request_schema("1.0", scheme, kind)
    text = orjson.dumps(schema).decode()
    assert "common.json" not in text
    for name in schema["$defs"]:
        assert f'"#/$defs/{name}"' in text
    jsonschema.Draft202012Validator(schema).validate(a_request(scheme, kind))


@pytest.mark.parametrize(("scheme", "kind"), PAIRS)
def test_every_object_is_closed_and_every_key_mandatory(scheme, kind):
    schema = formats.request_schema("1.0", scheme, kind)
    for path, node in formats.nodes(schema, schema):
        if "properties" in node:
            assert node["additionalProperties"] is False, path
            assert node["required"] == list(node["properties"]), path


@pytest.mark.parametrize(("scheme", "kind"), PAIRS)
def test_every_check_and_anomaly_of_a_schema_exists(scheme, kind):
    schema = formats.request_schema("1.0", scheme, kind)
    known = {*checks.VALUE_CHECKS, "date", "courriel", "reference", "nom-fichier"}
    assert {
        node["format"] for _, node in formats.nodes(schema, schema) if "format" in node
    } <= known
    anomalies = {
        part["x-anomalie"]
        for part in walk(schema)
        if isinstance(part, dict) and "x-anomalie" in part
    }
    assert anomalies <= set(STRUCTURE_CODES)


def walk(value):
    yield value
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, dict | list):
            yield from walk(child)


@pytest.mark.parametrize(("scheme", "kind"), PAIRS)
def test_the_documentation_lists_every_key_in_order(scheme, kind):
    fields = request_fields(scheme, kind)
    documented = [field.path for field in fields]
    assert len(documented) == len(set(documented))
    written = list(dict.fromkeys(keys(a_request(scheme, kind))))
    assert set(written) <= set(documented)
    assert [field.path for field in fields if field.depth == 0] == list(a_request(scheme, kind))


@pytest.mark.parametrize(("scheme", "kind"), PAIRS)
def test_every_key_is_documented_in_french(scheme, kind):
    for field in [*request_fields(scheme, kind), *envelope_fields()]:
        assert field.title
        assert field.description.endswith(".")
        assert "'" not in field.description + field.title
        assert field.type


def test_fields_say_types_limits_and_values():
    fields = {field.path: field for field in request_fields(RIS, "AVANCE")}
    assert fields["clients"].limits == "1 à 50 éléments"
    assert fields["clients[].siren"].limits == "9 chiffres"
    assert fields["clients[].aideMinimisPercue"].nullable
    assert fields["pacs"].type == "null"
    assert fields["prestation"].values == ("VAGUE_2", "VAGUE_1_ET_2")
    assert fields["clients[].nomStructure"].limits == "1 à 150 caractères"
    assert fields["clients[].medecins[].rpps"].depth == 2
    assert fields["clients[].aidesMinimis[].montant"].limits.startswith("supérieur à 0")
    assert {field.path: field for field in request_fields(MDV, "AVANCE")}[
        "clients"
    ].limits == "exactement 1 élément"


@pytest.mark.parametrize(("scheme", "kind"), PAIRS)
def test_conditions_are_documented(scheme, kind):
    conditions = request_conditions(scheme, kind)
    assert {condition.path for condition in conditions} == {"clients[]"}
    assert all(condition.description.endswith(".") for condition in conditions)


def test_the_envelope_schema_says_what_the_code_does():
    properties = formats.envelope_schema()["properties"]
    assert properties["dispositif"]["enum"] == [scheme.value for scheme in SchemeCode]
    assert properties["typeDemande"]["enum"] == [kind.value for kind in Kind]
    assert properties["versionSchema"]["const"] == formats.CURRENT_VERSION
    assert properties["demandes"]["maxItems"] == Limits().max_requests
