"""Where a finding points, in the words of the file: the same as those of the structure's messages.

A pointer is relative to its request; people and tools are given both the words and the pointer
from the top of the file (`/demandes/11/clients/0/siren`).
"""

from __future__ import annotations

from funding.intake.formats import CURRENT_VERSION, Schema, request_schema
from funding.intake.words import Path, node_at, types_of, where
from segur_portal.common.rules import Finding

NO_BREAK = "\u00a0"


def absolute_pointer(finding: Finding) -> str:
    """The JSON pointer from the top of the file; that of a file's own fault is already so."""
    if finding.index is None:
        return finding.pointer
    return f"/demandes/{finding.index - 1}{finding.pointer}"


def place(finding: Finding, *, scheme: str = "", kind: str = "") -> str:
    """`Demande n° 12 (REF-0012) › Client n° 1 › Numéro RPPS (« rpps »)`; for a file, its line."""
    if finding.index is None:
        return _place_in_file(finding)
    reference = f" ({finding.reference})" if finding.reference else ""
    head = f"Demande n°{NO_BREAK}{finding.index}{reference}"
    schema = _schema(scheme, kind)
    path = _path(finding.pointer, schema)
    return f"{head} › {where(schema, path)}" if path else head


def _place_in_file(finding: Finding) -> str:
    if finding.line is not None:
        column = f", colonne {finding.column}" if finding.column is not None else ""
        return f"Ligne {finding.line}{column}"
    if not finding.pointer:
        return "Le fichier"
    return f"Enveloppe › «{NO_BREAK}{finding.pointer.rpartition('/')[2]}{NO_BREAK}»"


def _schema(scheme: str, kind: str) -> Schema:
    """The titles to speak with; none when the file did not say what it was."""
    try:
        return request_schema(CURRENT_VERSION, scheme, kind)
    except KeyError:
        return {}


def _path(pointer: str, schema: Schema) -> Path:
    """The steps of a pointer (RFC 6901); a rank only where the schema has a block, since the keys
    of a faulty file may look like anything."""
    path: Path = ()
    for step in pointer.split("/")[1:]:
        is_block = "array" in types_of(node_at(schema, path)) and step.isdecimal()
        path = (*path, int(step) if is_block else step.replace("~1", "/").replace("~0", "~"))
    return path
