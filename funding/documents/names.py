"""Names of the entries of a ZIP: decoding them, and telling whether two are the same."""

from __future__ import annotations

from unicodedata import normalize

_NOISE = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def decoded_name(raw: bytes, *, is_utf8: bool) -> str:
    """The name in composed Unicode. Without the UTF-8 flag, UTF-8 is tried first, then the DOS
    pages, in which the French accents have the same bytes."""
    for encoding in ("utf-8",) if is_utf8 else ("utf-8", "cp850"):
        try:
            return normalize("NFC", raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    return normalize("NFC", raw.decode("cp437"))


def folded(name: str) -> str:
    """Equal for two names that a file system could take for one another."""
    return normalize("NFKC", name).casefold().rstrip(". ")


def is_noise(name: str) -> bool:
    """Whether a system put it there by itself: folders and hidden files of macOS and Windows."""
    parts = name.split("/")
    if ".." in parts or name.startswith("/"):
        return False
    return name.endswith("/") or parts[0] == "__MACOSX" or parts[-1].casefold() in _NOISE
