"""The table format of a state machine: states, moves, rights and labels per audience. Pure Python.

`segur_portal.common.actions.move` is the only place that writes a state; buttons, API, admin and
the generated diagrams read these tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class ForbiddenMoveError(Exception):
    """A transition that the table does not allow; the message is in French, for the user."""


@dataclass(frozen=True, slots=True)
class State:
    """One state. `public` is the supplier's wording, `internal` the officer's; `owner` says in
    French who must act; `is_final` and `is_live` (still holds claims) drive queries."""

    name: str
    internal: str
    public: str
    owner: str = ""
    is_final: bool = False
    is_live: bool = True


@dataclass(frozen=True, slots=True)
class Move:
    """A transition: its name, where from, where to, by which roles (`system` = the portal itself),
    whether it needs a text that says why, and, with `reasons`, a code of that list beside it."""

    name: str
    sources: frozenset[str]
    target: str
    roles: frozenset[str]
    label: str
    needs_reason: bool = False
    reasons: str = ""


class Workflow:
    """The states and moves of one machine."""

    def __init__(self, name: str, states: Iterable[State], moves: Iterable[Move]) -> None:
        self.name = name
        self.states = {state.name: state for state in states}
        self.moves = {move.name: move for move in moves}
        for move in self.moves.values():
            unknown = (move.sources | {move.target}) - self.states.keys()
            if unknown:
                raise ValueError(f"{name}.{move.name} names unknown states {sorted(unknown)}.")

    def choices(self) -> list[tuple[str, str]]:
        """(value, internal label) pairs for a model field."""
        return [(state.name, state.internal) for state in self.states.values()]

    def live(self) -> list[str]:
        """Names of the states that still hold what they claimed."""
        return [state.name for state in self.states.values() if state.is_live]

    def allowed(self, source: str, role: str) -> list[Move]:
        """The moves that this role may make from this state."""
        return [
            move for move in self.moves.values() if source in move.sources and role in move.roles
        ]

    def check(self, name: str, *, source: str, role: str, reason: str = "", code: str = "") -> Move:
        """The move of that name, if this role may make it from this state.

        Raises ForbiddenMoveError, with a French sentence for the user, otherwise.
        """
        move = self.moves.get(name)
        if move is None:
            raise ForbiddenMoveError(f"Action inconnue : {name}.")
        if role not in move.roles:
            raise ForbiddenMoveError(f"Vous n’avez pas le droit de faire « {move.label} ».")
        if source not in move.sources:
            raise ForbiddenMoveError(
                f"« {move.label} » est impossible : "
                f"l’état actuel est « {self.states[source].internal} »."
            )
        if move.needs_reason and not reason.strip():
            raise ForbiddenMoveError(f"« {move.label} » demande un motif.")
        if move.reasons and not code:
            raise ForbiddenMoveError(f"« {move.label} » demande un motif codé.")
        return move
