"""Why bytes are not JSON, said to someone who does not write programs: place, cause, remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from json import JSONDecodeError

from segur_portal.common.rules import Finding

from .file_codes import FILE_CODES
from .hints import boolean_meant, null_meant, printable

_SIGNATURES = (
    (b"PK\x03\x04", "un fichier ZIP (ou Excel, Word)"),
    (b"PK\x05\x06", "un fichier ZIP vide"),
    (b"%PDF", "un fichier PDF"),
    (b"\x1f\x8b", "un fichier compressé (gzip)"),
    (b"7z\xbc\xaf", "un fichier compressé (7z)"),
    (b"Rar!", "un fichier compressé (RAR)"),
    (b"\xd0\xcf\x11\xe0", "un fichier Word ou Excel ancien"),
    (b"\x89PNG", "une image PNG"),
    (b"\xff\xd8\xff", "une image JPEG"),
    (b"<", "un document XML ou HTML"),
)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"{\x00", b"\x00{", b"[\x00", b"\x00[")
_CONTEXT = 200
_CONSTANT = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|(NaN|-?Infinity)', re.DOTALL)


class NotANumber(ValueError):  # noqa: N818 - says what was met, and never leaves this package
    """NaN or Infinity, that Python's `json` would accept."""

    def __init__(self, name: str) -> None:
        self.name = name


def undecodable(data: bytes) -> Finding | None:
    """Another kind of file, or a text that is not UTF-8; None for a UTF-8 text."""
    if data.startswith(_UTF_16):
        return FILE_CODES["FIC-004"].finding(
            found="un texte codé en UTF-16",
            advice="Enregistrez le fichier en UTF-8, sans rien changer d’autre.",
        )
    for signature, name in _SIGNATURES:
        if data.lstrip().startswith(signature):
            return FILE_CODES["FIC-004"].finding(found=name)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return _not_utf8(data, error.start)
    return None


def _not_utf8(data: bytes, start: int) -> Finding:
    return FILE_CODES["FIC-003"].finding(
        found=f"0x{data[start]:02X}",
        expected="UTF-8",
        line=data.count(b"\n", 0, start) + 1,
        column=start - data.rfind(b"\n", 0, start),
        position=start,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the reading stopped: what the parser says, what stands before and after."""

    said: str
    before: str
    after: str
    word: str

    @property
    def char(self) -> str:
        return self.after[:1]


Cause = tuple[str, str]  # the reason, what to do


def syntax_finding(error: JSONDecodeError) -> Finding:
    """The finding of a syntax error, with the most likely cause."""
    text, place = error.doc, error.pos
    after = text[place : place + _CONTEXT]
    seen = _Place(
        said=error.msg,
        before=text[max(0, place - _CONTEXT) : place].rstrip(),
        after=after,
        word=re.match(r'[^\s,:\[\]{}"]*', after)[0],  # type: ignore[index]
    )
    reason, advice = next(cause for find in _CAUSES for cause in find(seen))
    return _finding(reason, advice, seen.word or seen.char, error.lineno, error.colno)


def not_a_number_finding(text: str, error: NotANumber) -> Finding:
    """The finding of a NaN or Infinity, that the parser gives without its place."""
    start = next(match.start() for match in _CONSTANT.finditer(text) if match[1])
    line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
    reason = f"« {error.name} » n’est pas un nombre"
    return _finding(reason, "Écrivez un nombre, ou null là où il est permis.", "", line, column)


def _finding(reason: str, advice: str, found: str, line: int, column: int) -> Finding:
    return FILE_CODES["FIC-005"].finding(
        found=printable(found) or None, advice=advice, line=line, column=column, reason=reason
    )


def _end_of_file(at: _Place) -> Iterator[Cause]:
    if at.said.startswith("Unterminated string"):
        yield (
            "ce texte n’a pas de guillemet fermant, ou le fichier est coupé",
            "Fermez les guillemets ; si la fin du fichier manque, exportez-le de nouveau.",
        )
    if len(at.after) < _CONTEXT and at.after.strip() in ("", at.word):
        yield (
            "le fichier s’arrête avant la fin ; il est coupé, ou une accolade ou un crochet "
            "n’est pas fermé",
            "Exportez de nouveau le fichier, ou fermez ce qui est ouvert.",
        )


def _bare_word(at: _Place) -> Iterator[Cause]:
    word = printable(at.word, 30)
    if at.said.startswith("Expecting property name") and re.match(r"[^\W\d]", word):
        yield f"la balise « {word} » n’est pas entre guillemets", f'Écrivez "{word}".'
    if not at.said.startswith("Expecting value") or not word[:1].isalpha():
        return
    if (meant := boolean_meant(word)) is not None:
        right = "true" if meant else "false"
        yield f"« {word} » n’est pas compris", f"Écrivez {right}, en minuscules."
    if null_meant(word) or word.casefold() == "nan":
        yield f"« {word} » n’est pas compris", "Écrivez null, en minuscules."


def _quotes(at: _Place) -> Iterator[Cause]:
    if at.char in ("'", "‘", "’", "“", "”", "«", "`"):
        yield (
            f"les textes se mettent entre guillemets droits, et non entre {at.char}",
            'Remplacez ce signe par " au début et à la fin du texte.',
        )
    if at.said.startswith("Expecting ',' delimiter") and at.before.endswith('"') and at.word:
        yield (
            "il y a un guillemet à l’intérieur d’un texte, ou un texte mal fermé",
            'Écrivez \\" pour un guillemet à l’intérieur d’un texte.',
        )


def _commas(at: _Place) -> Iterator[Cause]:
    if at.char and at.char in "}]" and at.before.endswith(","):
        yield f"il y a une virgule de trop avant {at.char}", "Ôtez la dernière virgule."
    if at.char == "," and at.before.endswith((",", "[", "{", ":")):
        yield "il y a une virgule de trop, ou il manque une valeur", "Ôtez cette virgule."
    if re.search(r"[0-9]\s*,$", at.before) and at.char.isdigit():
        yield (
            "les décimales d’un montant s’écrivent après un point, et non après une virgule",
            "Écrivez par exemple 1250.50.",
        )


def _numbers(at: _Place) -> Iterator[Cause]:
    number = re.search(r"(?<![\w.])-?[0-9.]+$", at.before)
    if at.said.startswith("Expecting ',' delimiter") and number and at.char.isdigit():
        if number[0] == "0":
            yield (
                "un nombre ne commence pas par 0",
                "Un numéro (SIREN, RPPS…) s’écrit entre guillemets.",
            )
        yield "il y a un espace dans un nombre", "Écrivez le nombre sans espace : 1250.50."
    if at.char in ("+", ".") or (number and at.char in (".", "€")):
        yield "ce nombre est mal écrit", "Écrivez par exemple 1250.50 ou 0.50."


def _separators(at: _Place) -> Iterator[Cause]:
    if at.said.startswith("Extra data"):
        yield (
            "il y a quelque chose après la fin du fichier",
            "Gardez un seul objet : les demandes vont toutes dans le bloc « demandes ».",
        )
    if at.word.startswith(("//", "/*", "#")):
        yield "un fichier JSON n’a pas de commentaire", "Ôtez ce commentaire."
    if at.said.startswith("Expecting ':' delimiter"):
        yield "il manque « : » après la balise", "Écrivez : entre la balise et sa valeur."
    if at.said.startswith("Expecting ',' delimiter") and at.char in ('"', "{", "["):
        yield "il manque une virgule avant cet endroit", "Ajoutez une virgule."
    if at.said.startswith("Expecting ',' delimiter") and at.char in ("}", "]"):
        yield (
            f"« {at.char} » ferme autre chose que ce qui est ouvert",
            "Un objet { se ferme par }, un bloc [ par ].",
        )


def _inside_text(at: _Place) -> Iterator[Cause]:
    if at.said.startswith("Invalid control character"):
        yield (
            "il y a un retour à la ligne, une tabulation ou un caractère invisible dans un texte, "
            "ou un guillemet n’est pas fermé",
            "Écrivez le texte sur une seule ligne, entre guillemets.",
        )
    if at.said.startswith("Invalid \\"):
        yield "il y a une barre « \\ » seule dans un texte", "Écrivez \\\\ ou ôtez-la."


def _anything(at: _Place) -> Iterator[Cause]:
    unexpected = printable(at.word or at.char, 30)
    if at.said.startswith("Expecting value") and at.char in "}],:":
        yield f"il manque une valeur avant « {unexpected} »", "Ajoutez la valeur, ou null."
    yield f"« {unexpected} » n’est pas attendu ici", FILE_CODES["FIC-005"].advice


_CAUSES: tuple[Callable[[_Place], Iterator[Cause]], ...] = (
    _end_of_file, _inside_text, _quotes, _bare_word, _commas, _numbers, _separators, _anything,
)  # fmt: skip
