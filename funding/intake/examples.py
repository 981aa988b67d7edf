"""Model files: a complete example, a blank one to fill in, one filled in with what is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from segur_portal.common.enums import Kind
from segur_portal.common.identifiers import make_siret

from .checks import DOCUMENT_PREFIXES
from .formats import CURRENT_VERSION, Schema, request_schema, resolved
from .words import types_of

Known = Mapping[str, Any]
_DATE_TO_FILL = "AAAA-MM-JJ"


def example(scheme: str, kind: str, *, version: str = CURRENT_VERSION) -> dict[str, Any]:
    """A complete and valid file of one request, of imaginary people."""
    schema = request_schema(version, scheme, kind)
    return _envelope(version, scheme, kind, make_siret(1), [deepcopy(schema["examples"][0])])


def blank(scheme: str, kind: str, *, version: str = CURRENT_VERSION) -> dict[str, Any]:
    """A file of one request where every key is shown and every value is to be filled in.

    Each block shows one line, even the ones that exclude each other: those that do not apply are
    to be emptied.
    """
    schema = request_schema(version, scheme, kind)
    return _envelope(version, scheme, kind, "", [_blank(schema, schema)])


def prefilled(
    scheme: str,
    kind: str,
    *,
    siret: str,
    solution: Known | None = None,
    clients: Iterable[Known] = (),
    requests: Iterable[Known] = (),
    version: str = CURRENT_VERSION,
) -> dict[str, Any]:
    """A blank file completed with what is known, under the keys of the format.

    `requests` gives parts of whole requests (a balance starts from its advance); `clients` makes
    one request per client; with neither, there is one request. The names of the PDF follow from the
    reference, and the blocks that the type of client excludes are empty.
    """
    schema = request_schema(version, scheme, kind)
    known = [*requests, *({"clients": [client]} for client in clients)] or [{}]
    common = {"solutionLogicielle": dict(solution)} if solution and kind == Kind.ADVANCE else {}
    filled = [_filled({**common, **part}, schema) for part in known]
    return _envelope(version, scheme, kind, siret, filled)


def _envelope(
    version: str, scheme: str, kind: str, siret: str, requests: Sequence[Any]
) -> dict[str, Any]:
    return {
        "versionSchema": version,
        "dispositif": str(scheme),
        "typeDemande": str(kind),
        "siretFournisseur": siret,
        "demandes": list(requests),
    }


def _blank(node: Schema, root: Schema) -> Any:
    node = resolved(node, root)
    if "properties" in node:
        return {key: _blank(child, root) for key, child in node["properties"].items()}
    if "items" in node:
        return [_blank(node["items"], root)]
    types = types_of(node)
    if "null" in types:
        return None
    if "boolean" in types:
        return False
    if "number" in types:
        return 0
    return _DATE_TO_FILL if node.get("format") == "date" else ""


def _filled(known: Known, schema: Schema) -> dict[str, Any]:
    request: dict[str, Any] = _merged(_blank(schema, schema), known)
    if reference := request["referenceFournisseur"]:
        for block, prefix in DOCUMENT_PREFIXES.items():
            if block in request:
                request[block]["nomFichier"] = f"{prefix}{reference}.pdf"
    request["clients"] = [_settled(client) for client in request["clients"]]
    return request


def _merged(model: Any, known: Any) -> Any:
    """The model with the known values in place of its own; each known line gets the whole model."""
    if isinstance(model, dict) and isinstance(known, Mapping):
        return {key: _merged(value, known.get(key, value)) for key, value in model.items()}
    if isinstance(model, list) and isinstance(known, list | tuple) and model:
        return [_merged(model[0], item) for item in known]
    return known


def _settled(client: dict[str, Any]) -> dict[str, Any]:
    """The client with the blocks emptied that its answers exclude."""
    excluded = {"MEDECIN": "etablissements", "MSP": "medecins", "CDS": "medecins"}
    emptied = {excluded[kind]} if (kind := client.get("typeClient")) in excluded else set()
    if client.get("typeClient") and not client["aideMinimisPercue"]:
        emptied.add("aidesMinimis")
    return {key: [] if key in emptied else value for key, value in client.items()}
