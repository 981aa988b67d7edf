"""Every template is used: one of ours is named somewhere, or takes the place of a library's."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.template import engines

from tests.house.sources import APPS, python_files, template_files

# Django loads these by itself.
ERRORS = {"403.html", "403_csrf.html", "404.html", "500.html"}
NAME = re.compile(r'["\']([\w{}./-]+\.(?:html|txt|xml))["\']')


def _overrides() -> set[str]:
    """Names that a library's own templates have too."""
    folders = [
        Path(folder)
        for loader in engines["django"].engine.template_loaders  # type: ignore[attr-defined]
        for one in getattr(loader, "loaders", [loader])
        for folder in one.get_dirs()
        if not str(folder).startswith(str(settings.BASE_DIR / "templates"))
    ]
    return {name for name in template_files() if any((at / name).is_file() for at in folders)}


def _named() -> list[re.Pattern[str]]:
    """What the code and the templates load; a part between braces stands for anything."""
    texts = [*python_files(*APPS).values(), *template_files().values()]
    names = {name for text in texts for name in NAME.findall(text)}
    anything = ["[^.]*".join(map(re.escape, re.split(r"{[^}]*}", name))) for name in names]
    # A view may name the end of a path, its folder being given apart.
    return [re.compile(f"(?:.*/)?{pattern}") for pattern in anything]


def test_no_template_is_unused() -> None:
    """A template that nothing loads is dead, or its page is broken."""
    named = _named()
    unused = {
        name for name in template_files() if not any(pattern.fullmatch(name) for pattern in named)
    }
    assert not unused - _overrides() - ERRORS
