"""Deeds drawn from a state table: the buttons are those the table allows to this role."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest

from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.forms import NoteForm, reason_form
from segur_portal.common.enums import Role
from segur_portal.common.workflow import Move, Workflow

Mover = Callable[..., Any]


class MovesMixin:
    """For a model with a state: its deeds are the moves of its `workflow`.

    `move_object(request, obj, step, role, data)` calls the app's deed. `roles_of` gives the roles
    the user may act under, the first that the table allows being the one used.
    """

    workflow: Workflow
    reasons: Sequence[tuple[str, str]] = ()
    explanations: dict[str, str] = {}
    grave_moves: frozenset[str] = frozenset({"refuse", "cancel", "reject"})

    def roles_of(self, request: HttpRequest) -> list[str]:
        """The roles of this user on this model's state table."""
        kind = getattr(request.user, "kind", "")
        return [kind] if kind in {role.value for role in Role} - {Role.SYSTEM.value} else []

    def move_object(
        self, request: HttpRequest, obj: Any, step: Move, role: str, data: dict[str, Any]
    ) -> None:
        """Make the move through the app's own deed."""
        raise NotImplementedError

    def label_of(self, step: Move, role: str) -> str:
        """The button's text."""
        return step.label

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        """Whether a role of this user is in the table for that move."""
        step = self.workflow.moves.get(name)
        if step is None:
            return bool(super().may_ever(request, name))  # type: ignore[misc]
        return self._role_for(request, step) is not None

    def deeds(self, request: HttpRequest, obj: Any) -> list[Deed]:
        """The moves the table allows from the object's state, in the table's order."""
        own = [
            self._deed(request, obj, step, role)
            for step in self.workflow.moves.values()
            if obj.state in step.sources and (role := self._role_for(request, step)) is not None
        ]
        return [*own, *super().deeds(request, obj)]  # type: ignore[misc]

    def _role_for(self, request: HttpRequest, step: Move) -> str | None:
        return next((role for role in self.roles_of(request) if role in step.roles), None)

    def _deed(self, request: HttpRequest, obj: Any, step: Move, role: str) -> Deed:
        def run(data: dict[str, Any]) -> str:
            self.move_object(request, obj, step, role, data)
            return f"{obj} : {self.workflow.states[step.target].internal}."

        return Deed(
            name=step.name,
            label=self.label_of(step, role),
            run=run,
            form_class=reason_form(lambda: self.reasons) if step.needs_reason else NoteForm,
            explanation=self.explanations.get(step.name, ""),
            is_grave=step.name in self.grave_moves,
        )
