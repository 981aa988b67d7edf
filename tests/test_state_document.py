"""docs/states.md tells of every machine, as its table is today."""

from __future__ import annotations

import re
from pathlib import Path

from segur_portal import state_document

ROOT = Path(__file__).resolve().parents[1]


def test_the_page_of_states_is_fresh() -> None:
    """docs/states.md is what `python -m segur_portal.state_document` writes."""
    assert state_document.PATH.read_text(encoding="utf-8") == state_document.render(), (
        "run: python -m segur_portal.state_document"
    )


def test_every_table_of_states_is_told() -> None:
    """A new machine, wherever its app, appears on the page."""
    written = {
        (path.relative_to(ROOT).parts[0], name)
        for pattern in ("*/workflow.py", "*/workflow/*.py")
        for path in ROOT.glob(pattern)
        for name in re.findall(r"^(\w+) = Workflow\(", path.read_text(encoding="utf-8"), re.M)
    }
    told = [(module.partition(".")[0], one.name) for module, one in state_document.machines()]
    assert len(told) == len(written)
    assert {app for app, _ in told} == {app for app, _ in written}


def test_a_reason_and_who_acts_are_said() -> None:
    """An officer reads who may refuse a request, and that it takes a reason."""
    page = state_document.render()
    assert (
        "| Refuser (`refuse`) | `in_instruction` | `refused` | un gestionnaire, motif obligatoire |"
        in page
    )
    assert "`paid` (final)" in page
