"""Specialties of doctors, as the programme sorts them. Pure Python."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Domain page, section 6: specialties excluded by ELI-002, alone admitted by ELI-004. The short
# names are ours.
RADIOLOGY = ("radiodiagnostic et imagerie médicale", "radiodiagnostic", "radiologie")
NUCLEAR_MEDICINE = ("médecine nucléaire",)
EXCLUDED_FROM_MDV = ("biologie médicale", *RADIOLOGY, *NUCLEAR_MEDICINE)
ADMITTED_IN_IMAGING = (*RADIOLOGY, *NUCLEAR_MEDICINE)


@lru_cache(maxsize=1024)
def folded(text: str) -> str:
    """Letters and digits only, without case or accent: how specialties are compared."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[^a-z0-9]", "", plain)


_EXCLUDED = frozenset(map(folded, EXCLUDED_FROM_MDV))
_ADMITTED = frozenset(map(folded, ADMITTED_IN_IMAGING))


def is_excluded_from_mdv(specialty: str) -> bool:
    """ELI-002. A specialty that the base does not give is not held against the doctor."""
    return folded(specialty) in _EXCLUDED


def is_admitted_in_imaging(specialty: str) -> bool:
    """ELI-004. A specialty that the base does not give is not held against the doctor."""
    return not specialty or folded(specialty) in _ADMITTED
