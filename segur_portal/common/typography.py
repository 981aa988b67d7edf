"""Templates are typed with plain spaces; what a browser shows has those of French typography.

Loaded in the place of Django's own loader of `templates/`, so that nobody has to type, see or
check a no-break space. Only what a user reads changes: not tags, not code, not variables.
"""

from __future__ import annotations

import re

from django.template import Origin
from django.template.loaders.filesystem import Loader as FilesystemLoader

from .french import spaced

_CODE = r"{%.*?%}|{{.*?}}|{#.*?#}"
_UNREAD = re.compile(
    r"(<(?:script|style|pre|code)\b.*?</(?:script|style|pre|code)>"
    rf"|{_CODE}|<(?:{_CODE}|[^<>])*>)",
    re.DOTALL,
)
_READ_ATTRIBUTE = re.compile(r'(?<= )(?:title|alt|placeholder|aria-label)="[^"]*"')


def typeset(source: str) -> str:
    """The source of a template, its sentences spaced as French is."""
    parts = _UNREAD.split(source)
    for rank, part in enumerate(parts):
        is_tag = rank % 2 and part.startswith("<")
        if not rank % 2:
            parts[rank] = spaced(part)
        elif is_tag and not _has_code(part):
            parts[rank] = _READ_ATTRIBUTE.sub(lambda found: spaced(found[0]), part)
    return "".join(parts)


def _has_code(tag: str) -> bool:
    return "{%" in tag or "{{" in tag


class Loader(FilesystemLoader):
    """Django's loader of the portal's own templates, its pages typeset."""

    def get_contents(self, origin: Origin) -> str:
        contents: str = super().get_contents(origin)
        return typeset(contents) if origin.name.endswith(".html") else contents
