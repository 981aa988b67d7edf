"""`python -m segur_portal.state_document` writes docs/states.md from the tables of states."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from segur_portal.common.enums import Role
from segur_portal.common.workflow import Move, State, Workflow

PATH = Path(__file__).resolve().parents[1] / "docs" / "states.md"
MODULES = ("enrolment.workflow", "orders.workflow", "pilots.workflow", "funding.workflow")

_ROLES = {
    Role.SUPPLIER.value: "le fournisseur",
    Role.OFFICER.value: "un gestionnaire",
    Role.ACCOUNTANT.value: "l’agent comptable",
    Role.ANS.value: "un agent de l’ANS",
    Role.SYSTEM.value: "le portail",
}
_HEAD = """# Les états

<!-- Généré par `python -m segur_portal.state_document` : ne pas modifier à la main. -->

Une machine par objet qui a une vie. La table de chacune est dans le `workflow.py` de son
application ; `segur_portal.common.actions.move` est le seul endroit qui change un état, et lit ces
tables, comme les boutons, l’administration et cette page. Le fournisseur ne lit que la colonne
« pour le fournisseur ».
"""


def machines() -> Iterator[tuple[str, Workflow]]:
    """Every machine of the portal with the module of its table, in the order of the apps."""
    for name in MODULES:
        for value in vars(import_module(name)).values():
            if isinstance(value, Workflow):
                yield name, value


def render() -> str:
    """The page, in Markdown."""
    return "\n".join([_HEAD, *(_machine(module, one) for module, one in machines())])


def _machine(module: str, workflow: Workflow) -> str:
    lines = [
        f"## {workflow.name}\n",
        f"Table : `{module}`.\n",
        *_diagram(workflow),
        "| état | pour le fournisseur | pour les agents | qui agit, dit au fournisseur |",
        "|---|---|---|---|",
        *map(_state, workflow.states.values()),
        "",
        "| action | de | vers | par |",
        "|---|---|---|---|",
        *map(_move, workflow.moves.values()),
        "",
    ]
    return "\n".join(lines)


def _diagram(workflow: Workflow) -> Iterator[str]:
    """A Mermaid diagram: what leaves a state is written once, whatever the number of sources."""
    yield "```mermaid"
    yield "stateDiagram-v2"
    for state in workflow.states.values():
        yield f"    {state.name} : {state.internal}"
    for move in workflow.moves.values():
        for source in sorted(move.sources):
            yield f"    {source} --> {move.target} : {move.label}"
    for state in workflow.states.values():
        if state.is_final:
            yield f"    {state.name} --> [*]"
    yield "```\n"


def _state(state: State) -> str:
    name = f"`{state.name}`{' (final)' if state.is_final else ''}"
    return f"| {name} | {state.public} | {state.internal} | {state.owner or '–'} |"


def _move(move: Move) -> str:
    sources = ", ".join(f"`{source}`" for source in sorted(move.sources))
    roles = " ou ".join(_ROLES[role] for role in sorted(move.roles))
    reason = ", motif obligatoire" if move.needs_reason else ""
    return f"| {move.label} (`{move.name}`) | {sources} | `{move.target}` | {roles}{reason} |"


def main() -> None:
    """Write the page."""
    PATH.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
