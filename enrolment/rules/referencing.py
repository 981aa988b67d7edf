"""ANS's list of referenced solutions and declared distributors: how its lines read.

One line a solution, or one for each distributor of it. A blank cell says nothing: it never takes
back what is recorded. Dates are written `AAAA-MM-JJ` or `JJ/MM/AAAA`.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from segur_portal.common.identifiers import clean, is_valid_siret

# Column of the list → field of `Line`.
COLUMNS = {
    "dispositif": "scheme",
    "siret_editeur": "editor",
    "nom": "name",
    "version": "version",
    "numero_referencement": "reference_number",
    "dossier_complet_le": "file_submitted_on",
    "reference_le": "referenced_on",
    "siret_distributeur": "distributor",
    "distributeur_declare_le": "declared_on",
}
FACTS = ("reference_number", "file_submitted_on", "referenced_on")
REQUIRED = ("dispositif", "siret_editeur", "nom", "version")
LENGTHS = {"nom": 100, "version": 30, "numero_referencement": 50}
MAX_LINES = 20_000
_DATES = ("%Y-%m-%d", "%d/%m/%Y")
_MARKS = re.compile("[®©™℠]")
_GAP = re.compile(r"(?<!\d) | (?!\d)")
_PREFIX = re.compile(r"^v(?:er(?:sion)?)?[.:]?(?=\d)")

Key = tuple[str, str, str, str]


class ListError(Exception):
    """A list that cannot be taken at all; the message is in French, for the user."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, its values read; `number` is that of the file, the header being line 1."""

    number: int
    scheme: str
    editor: str
    name: str
    version: str
    reference_number: str = ""
    file_submitted_on: date | None = None
    referenced_on: date | None = None
    distributor: str = ""
    declared_on: date | None = None

    @property
    def key(self) -> Key:
        """What a solution is: scheme, editor, name, version."""
        return (self.scheme, self.editor, self.name, self.version)

    @property
    def facts(self) -> dict[str, Any]:
        """What the line says of the referencing; blanks say nothing."""
        return {name: value for name in FACTS if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that is left out, and why."""

    number: int
    what: str
    reason: str


@dataclass(slots=True)
class Read:
    """The lines of a list, and those that could not be read."""

    lines: list[Line] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many lines the file holds."""
        return len(self.lines) + len(self.refusals)


def read_list(data: bytes, *, on: date) -> Read:
    """The lines of a list. Raises ListError: encoding, columns, no line, too many lines."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ListError(
            "Le fichier n’est pas en UTF-8 : enregistrez-le en « CSV UTF-8 »."
        ) from None
    if "\0" in text:
        raise ListError("Le fichier n’est pas un fichier CSV.")
    rows = csv.reader(text.splitlines(), delimiter=";")
    names = _header(next(rows, []))
    read = Read()
    for number, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if read.count == MAX_LINES:
            raise ListError(f"Le fichier a plus de {MAX_LINES} lignes.")
        values = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        what = " ".join(values.get(name, "") for name in ("nom", "version")).strip()[:120]
        try:
            if len(cells) != len(names):
                raise ValueError(f"{len(cells)} colonnes, {len(names)} attendues.")
            read.lines.append(_line(number, values, on))
        except ValueError as error:
            read.refusals.append(Refusal(number, what, str(error)))
    if not read.count:
        raise ListError("Le fichier ne contient aucune ligne.")
    return read


def _header(cells: list[str]) -> list[str]:
    """The columns, in the file's order. Raises ListError, naming what is wrong."""
    names = [cell.strip().lower() for cell in cells]
    problems = {
        "manquante(s)": [name for name in COLUMNS if name not in names],
        "inconnue(s)": [name[:40] or "(vide)" for name in names if name not in COLUMNS][:15],
        "en double": sorted({name for name in names if names.count(name) > 1})[:15],
    }
    said = [f"{what} : {', '.join(which)}" for what, which in problems.items() if which]
    if said:
        raise ListError(f"Colonnes de l’en-tête – {' ; '.join(said)}.")
    return names


def _line(number: int, values: Mapping[str, str], on: date) -> Line:
    """One line. Raises ValueError, with all that is wrong in French."""
    faults = [f"{name} : à remplir." for name in REQUIRED if not values[name]]
    faults += [
        f"{name} : {limit} caractères au plus."
        for name, limit in LENGTHS.items()
        if len(values[name]) > limit
    ]
    read: dict[str, Any] = {COLUMNS[name]: value for name, value in values.items()}
    for name in ("siret_editeur", "siret_distributeur"):
        read[COLUMNS[name]] = siret = clean(values[name])
        if siret and not is_valid_siret(siret):
            faults.append(f"{name} : « {values[name][:20]} » n’est pas un SIRET.")
    for name in ("dossier_complet_le", "reference_le", "distributeur_declare_le"):
        read[COLUMNS[name]] = found = _date(values[name])
        if values[name] and found is None:
            faults.append(f"{name} : « {values[name][:20]} » n’est pas une date (AAAA-MM-JJ).")
        elif found is not None and found > on:
            faults.append(f"{name} : cette date est à venir.")
    faults += _together(read)
    if faults:
        raise ValueError(" ".join(faults))
    return Line(number, **read)


def _together(read: Mapping[str, Any]) -> Iterator[str]:
    """What two columns say together."""
    if bool(read["distributor"]) != bool(read["declared_on"]):
        yield "Un distributeur va avec la date de sa déclaration."
    if read["distributor"] and read["distributor"] == read["editor"]:
        yield "L’éditeur n’est pas son propre distributeur."


def _date(text: str) -> date | None:
    for form in _DATES:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 (a civil date)
        except ValueError:
            continue
    return None


def alike(name: str, version: str) -> tuple[str, str]:
    """A solution without what two people write differently: the same pair, the same solution.

    Case, accents, blanks, hyphens and apostrophes do not make two names, nor « v2.1 » and « 2.1 »
    two versions; between two figures, a blank still counts.
    """
    return _plain(name), _PREFIX.sub("", _plain(version), count=1)


def _plain(text: str) -> str:
    spelt = unicodedata.normalize("NFKD", _MARKS.sub("", text)).casefold()
    letters = (c for c in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(c))
    words = "".join(" " if _is_gap(c) else c for c in letters).split()
    return _GAP.sub("", " ".join(words)) or " ".join(text.split())


def _is_gap(char: str) -> bool:
    return char.isspace() or char in "_'’‘`´" or unicodedata.category(char) == "Pd"


def referencing_fault(facts: Mapping[str, Any]) -> str:
    """Why a solution cannot be referenced with these facts, in French; empty when it can."""
    obtained, submitted = facts.get("referenced_on"), facts.get("file_submitted_on")
    if obtained is None:
        return ""
    if not facts.get("reference_number"):
        return "Une solution référencée a un numéro de référencement."
    if submitted is None:
        return "Une solution référencée a une date de dossier complet."
    if obtained < submitted:
        return "Le référencement précède le dépôt du dossier complet."
    return ""
