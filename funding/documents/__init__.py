"""Reading the documents of a deposit: ZIP files, PDFs, their text and their signatures.

Pure functions over files: no Django, no model. What reads a PDF runs in a process of its own
(`funding.documents.reader`), with limits of memory and time: a file made to harm stops only
itself. Originals are never saved again.
"""

from .archive import Entry, Listing, extract, list_archive
from .expected import ExpectedFile, expected_files, wanted_values
from .limits import ArchiveLimits, ReadingLimits
from .matching import Match, match_names
from .pieces import Piece, pieces_of
from .reader import Reader, one_child
from .result import Fault, Found, Reading, Signature, Wanted

__all__ = [
    "ArchiveLimits",
    "Entry",
    "ExpectedFile",
    "Fault",
    "Found",
    "Listing",
    "Match",
    "Piece",
    "Reader",
    "Reading",
    "ReadingLimits",
    "Signature",
    "Wanted",
    "expected_files",
    "extract",
    "list_archive",
    "match_names",
    "one_child",
    "pieces_of",
    "wanted_values",
]
