"""The Latin characters that every SEPA bank takes (EPC217-08)."""

import re
import unicodedata

_WORDS = {
    "Œ": "OE", "œ": "oe", "Æ": "AE", "æ": "ae", "ß": "ss", "Ø": "O", "ø": "o", "ł": "l", "Ł": "L",
    "’": "'", "‘": "'", "“": "'", "”": "'", "«": "'", "»": "'", "–": "-", "—": "-", "…": "...",
    "&": "+", "€": "EUR", "°": "o", "@": "(at)", "_": "-",
}  # fmt: skip
_FORBIDDEN = re.compile(r"[^a-zA-Z0-9/\-?:().,'+ ]")
_SLASHES = re.compile(r"/{2,}")


def sepa_text(text: str, length: int) -> str:
    """`text` in the SEPA characters, at most `length` of them: accents dropped, others replaced
    or blanked, no leading, trailing or double slash."""
    spelt = "".join(_WORDS.get(char, char) for char in unicodedata.normalize("NFC", text))
    plain = "".join(c for c in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(c))
    clean = _SLASHES.sub("/", _FORBIDDEN.sub(" ", plain))
    return " ".join(clean.split())[:length].strip(" /")
