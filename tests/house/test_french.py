"""What a user reads is set as French is: typographic apostrophes, spaces that do not break."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from segur_portal.common.typography import typeset
from tests.house.sources import APPS, template_files, trees

# A straight apostrophe after an elision, as in « l'ordre ».
STRAIGHT = re.compile(r"\b(?:[ldnsjcmt]|qu|jusqu|lorsqu|puisqu)'(?=[a-zà-ÿœ])", re.IGNORECASE)
TEMPLATE_CODE = re.compile(
    r"{%\s*comment.*?endcomment\s*%}|{#.*?#}|{%.*?%}|<script.*?</script>|<style.*?</style>",
    re.DOTALL,
)
TAG = re.compile(r"<[^>]*>", re.DOTALL)
READ_ATTRIBUTES = re.compile(r'(?:title|alt|placeholder|aria-label|content)="([^"]*)"')


def _sentences(template: str) -> str:
    """What a template says: its text, and the attributes that a user reads."""
    bare = TEMPLATE_CODE.sub("", template)
    return "\n".join([TAG.sub("", bare), *READ_ATTRIBUTES.findall(bare)])


def _strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The strings of a module that are not its documentation."""
    documentation = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text), lineno=line) if id(node) not in documentation:
                yield line, text


def test_templates_have_french_apostrophes() -> None:
    """« l’ordre »; the loader sees to the spaces."""
    found = {
        f"{name}: {found[0]!r}"
        for name, text in template_files().items()
        for found in re.finditer(f"{STRAIGHT.pattern}.*", _sentences(text))
    }
    assert not found


def test_messages_have_french_apostrophes() -> None:
    """The same in the strings of the code: errors, labels, help, mails."""
    found = {
        f"{path}:{line}: {text!r}"
        for path, tree in trees(*APPS).items()
        for line, text in _strings(tree)
        if STRAIGHT.search(text)
    }
    assert not found


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("<p>Fait : oui ?</p>", "<p>Fait\u00a0: oui\u202f?</p>"),
        ("« {{ name }} » ; 20 %", "«\u00a0{{ name }}\u00a0»\u202f; 20\u00a0%"),
        ('<a title="Lire : tout" href="a ?b">', '<a title="Lire\u00a0: tout" href="a ?b">'),
        (
            "{{ n|counted:'a, b' }}{% if a > b %} : x",
            "{{ n|counted:'a, b' }}{% if a > b %}\u00a0: x",
        ),
        ("<td {% if a > b %}x{% endif %}>a : b", "<td {% if a > b %}x{% endif %}>a\u00a0: b"),
        ("<code>a : b</code>", "<code>a : b</code>"),
        ("<script>a ? b : c</script>", "<script>a ? b : c</script>"),
    ],
)
def test_templates_are_spaced_when_loaded(typed: str, set_: str) -> None:
    """Sentences and read attributes only: tags, code and variables are left as typed."""
    assert typeset(typed) == set_
