"""Why a text is refused, and what to write instead: the most precise reason first."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from segur_portal.common.identifiers import IDENTIFIERS

from . import hints
from .checks import DOCUMENT_PREFIXES
from .formats import Schema
from .words import example_of, expectation

# code, what to write, advice in place of the code's own, values of its message
TextFault = tuple[str, str | None, str | None, dict[str, Any]]

_IDENTIFIER_CODES = {"siren": "STR-020", "rpps": "STR-021", "am": "STR-022", "finess": "STR-023"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def text_fault(text: str, node: Schema) -> TextFault:
    """What is wrong with this text, which the schema node refuses."""
    name = node.get("format", "")
    if "null" in node.get("type", ()) and hints.null_meant(text):
        return "STR-006", "null", None, {}
    if not text.strip():
        return "STR-011", _to_write(node), None, {}
    if name in IDENTIFIERS:
        return _identifier(text, name)
    if name in _BY_FORMAT:
        return _BY_FORMAT[name](text, node)
    return _plain(text, node)


def _to_write(node: Schema) -> str:
    """What an empty text should hold; never an imaginary number that could be left there."""
    if node.get("format") in IDENTIFIERS:
        return expectation(node, ("string",))
    return f'par exemple "{example_of(node)}"'


def _quoted(text: str) -> str:
    return f'"{hints.printable(text)}"'


def _identifier(text: str, name: str) -> TextFault:
    kind = IDENTIFIERS[name]
    explanation = kind.explain(text)
    assert explanation is not None
    values = {"detail": explanation.reason}
    if explanation.proposal:
        advice = f'Écrivez "{explanation.proposal}".'
        return _IDENTIFIER_CODES[name], f'"{explanation.proposal}"', advice, values
    return _IDENTIFIER_CODES[name], kind.form, None, values


def _date(text: str, node: Schema) -> TextFault:
    meant = hints.date_meant(text)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) and not meant:
        detail = "ce jour n’existe pas dans le calendrier"
    elif meant == text:
        detail = "l’année doit être entre 1900 et 2099"
    else:
        detail = "elle n’est pas de la forme AAAA-MM-JJ"
    proposal = meant if meant and meant != text else "AAAA-MM-JJ"
    return "STR-016", f'"{proposal}"', None, {"detail": detail}


def _telephone(text: str, node: Schema) -> TextFault:
    return "STR-024", '"0199001234" ou "+33 1 99 00 12 34"', None, {}


def _mail(text: str, node: Schema) -> TextFault:
    if len(text) > node["maxLength"]:
        return _too_long(text, node)
    if re.search(r"\s", text):
        detail = "elle contient un espace"
    elif text.count("@") != 1:
        detail = "il faut exactement un « @ »"
    elif not text.isascii():
        detail = "elle contient un accent ou un caractère spécial"
    elif "." not in text.rpartition("@")[2]:
        detail = "le domaine, après « @ », est incomplet"
    else:
        detail = "un point ou un signe y est mal placé"
    return "STR-025", '"nom@domaine.fr"', None, {"detail": detail}


def _reference(text: str, node: Schema) -> TextFault:
    if len(text) > node["maxLength"]:
        return _too_long(text, node)
    cleaned = re.sub(r"[^A-Za-z0-9._-]+", "-", _without_accents(text)).strip("-")
    return "STR-026", f'"{cleaned}"' if cleaned else _to_write(node), None, {}


def _without_accents(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _file_name(text: str, node: Schema) -> TextFault:
    prefix = next(item for item in DOCUMENT_PREFIXES.values() if item in node["pattern"])
    return "STR-027", f'"{prefix}<référence du fournisseur>.pdf"', None, {}


def _too_long(text: str, node: Schema) -> TextFault:
    limit = node["maxLength"]
    return "STR-012", f"{limit} caractères au plus", None, {"length": len(text), "limit": limit}


def _plain(text: str, node: Schema) -> TextFault:
    if found := _CONTROL.search(text.strip()):
        return _forbidden(text, found[0])
    if len(text.strip()) > node.get("maxLength", len(text)):
        return _too_long(text, node)
    if _CONTROL.search(text) or text != _trimmed(text):
        return "STR-013", _quoted(_trimmed(text)), None, {}
    return _too_long(text, node)


def _trimmed(text: str) -> str:
    return text.strip().strip("\u200b\ufeff").strip()


def _forbidden(text: str, char: str) -> TextFault:
    cleaned = _CONTROL.sub("", text)
    names = {"\x00": "caractère nul", "\n": "retour à la ligne", "\t": "tabulation"}
    detail = names.get(char, "moitié de caractère" if char >= "\ud800" else "caractère de contrôle")
    return "STR-014", _quoted(cleaned), None, {"detail": f"{detail}, U+{ord(char):04X}"}


_BY_FORMAT = {
    "date": _date,
    "telephone": _telephone,
    "courriel": _mail,
    "reference": _reference,
    "nom-fichier": _file_name,
}
