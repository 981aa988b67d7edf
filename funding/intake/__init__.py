"""File → structure: bytes in, findings out. Pure Python; writes nothing, knows no framework."""

from .canonical import canonical_hash, correction_file
from .envelope import Envelope, Limits, read_envelope
from .examples import blank, example, prefilled
from .fields import Condition, Field, envelope_fields, request_conditions, request_fields
from .file_codes import FILE_CODES
from .naming import FileName, next_free_name, parse_filename
from .structure import Structure, check_structure
from .structure_codes import STRUCTURE_CODES

__all__ = [
    "FILE_CODES",
    "STRUCTURE_CODES",
    "Condition",
    "Envelope",
    "Field",
    "FileName",
    "Limits",
    "Structure",
    "blank",
    "canonical_hash",
    "check_structure",
    "correction_file",
    "envelope_fields",
    "example",
    "next_free_name",
    "parse_filename",
    "prefilled",
    "read_envelope",
    "request_conditions",
    "request_fields",
]
