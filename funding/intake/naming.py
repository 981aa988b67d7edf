"""The name of a deposit's JSON file: `<AVANCE|SOLDE>_<scheme>_<SIRET>_<AAAAMMJJ>_<NNN>.json`."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta

from segur_portal.common.enums import Kind, SchemeCode
from segur_portal.common.identifiers import IDENTIFIERS, IdentifierKind
from segur_portal.common.rules import Finding

from .file_codes import FILE_CODES
from .hints import closest, plural, shown

LAST_NUMBER = 999
RULE = "<AVANCE|SOLDE>_<dispositif>_<SIRET>_<AAAAMMJJ>_<NNN>.json"
_COPY = re.compile(r"\s*(?:\([0-9]+\)|- ?[Cc]opie|copy)(?=\.json$)")


@dataclass(frozen=True, slots=True, order=True)
class FileName:
    """What the name of a deposit says."""

    kind: str
    scheme: str
    siret: str
    on: date
    number: int

    def __str__(self) -> str:
        return f"{self.kind}_{self.scheme}_{self.siret}_{self.on:%Y%m%d}_{self.number:03}.json"


def parse_filename(name: str) -> FileName | Finding:
    """What the name says, or why it does not follow the rule."""
    parts = name.removesuffix(".json").split("_")
    reason = _reason(name, parts)
    if reason is None:
        kind, scheme, siret, day, number = parts
        return FileName(kind, scheme, siret, _day(day) or date.min, int(number))
    meant = _repaired(name)
    return FILE_CODES["FIC-030"].finding(
        found=shown(name),
        expected=f"«\u00a0{meant}\u00a0»" if meant else f"selon le modèle {RULE}",
        reason=reason,
    )


def _reason(name: str, parts: list[str]) -> str | None:
    """Why the name breaks the rule, the first reason from left to right; None when it does not."""
    if not name.endswith(".json"):
        return "il ne se termine pas par .json (en minuscules)"
    if re.search(r"\s", name):
        return "il contient un espace"
    if len(parts) != 5:
        return f"il a {plural(len(parts), 'partie')} au lieu de 5 (séparées par « _ »)"
    kind, scheme, siret, day, number = parts
    if kind not in set(Kind):
        return "il ne commence pas par AVANCE ou SOLDE (en majuscules)"
    if scheme not in set(SchemeCode):
        return f"le dispositif {shown(scheme)} n’existe pas"
    if explanation := IDENTIFIERS[IdentifierKind.SIRET].explain(siret):
        return f"le SIRET {shown(siret)} n’est pas valide, {explanation.reason}"
    if not _day(day):
        return f"{shown(day)} n’est pas une date de la forme AAAAMMJJ"
    if not re.fullmatch(r"[0-9]{3}", number) or number == "000":
        return f"{shown(number)} n’est pas un numéro de 001 à 999"
    return None


def _day(text: str) -> date | None:
    if not re.fullmatch(r"(?:19|20)[0-9]{6}", text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _repaired(name: str) -> str | None:
    """The name that was surely meant, when it is a copy, a case or a blank away."""
    stem = re.sub(r"\.json$", "", name.strip(), flags=re.IGNORECASE) + ".json"
    stem = re.sub(r"\s+", "", _COPY.sub("", stem))
    parts = stem.removesuffix(".json").split("_")
    if len(parts) == 5:
        parts[0] = closest(parts[0], Kind) or parts[0]
        parts[1] = closest(parts[1], SchemeCode) or parts[1]
        parts[4] = parts[4].zfill(3)
    repaired = "_".join(parts) + ".json"
    return repaired if _reason(repaired, parts) is None else None


def next_free_name(name: FileName, taken: Collection[str]) -> str:
    """The first name after this one that is not taken: next numbers, then lower ones, then days.

    A supplier that has used 999 numbers of a day continues with the following day's.
    """
    numbers = [*range(name.number + 1, LAST_NUMBER + 1), *range(1, name.number + 1)]
    day = name.on
    while True:
        for number in numbers:
            candidate = str(replace(name, on=day, number=number))
            if candidate not in taken:
                return candidate
        day, numbers = day + timedelta(days=1), list(range(1, LAST_NUMBER + 1))
