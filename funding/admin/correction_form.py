"""Asking for a correction: the values to reopen, each with what is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms

from funding.actions.reopening import Block, blocks_of
from funding.models import FundingRequest
from segur_portal.common.admin.forms import ReasonForm

QUESTION_LENGTH = 500


class CorrectionForm(ReasonForm):
    """A reason, a text, and at least one field or document; `ask` are their pointers."""

    request_corrected: FundingRequest

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.blocks: list[Block] = blocks_of(self.request_corrected)
        self.pointers = [leaf.pointer for block in self.blocks for leaf in block.leaves]
        self.fields["ask"] = forms.MultipleChoiceField(
            label="À corriger",
            choices=[(pointer, pointer) for pointer in self.pointers],
            error_messages={
                "required": "Choisissez au moins un champ ou un document à corriger.",
                "invalid_choice": "Cette valeur n’est pas dans la demande.",
            },
        )

    @property
    def rows(self) -> list[tuple[str, bool, list[dict[str, Any]]]]:
        """Each block: its title, whether it is open, its values as typed so far."""
        chosen = set(self["ask"].value() or ())
        rows = []
        for rank, block in enumerate(self.blocks):
            values = [
                {
                    "leaf": leaf,
                    "label": leaf.label.removeprefix(f"{block.title} › "),
                    "is_asked": leaf.pointer in chosen,
                    "question": self.data.get(f"question:{leaf.pointer}", ""),
                }
                for leaf in block.leaves
            ]
            is_open = rank == 0 or any(value["is_asked"] for value in values)
            rows.append((block.title, is_open, values))
        return rows

    def clean(self) -> dict[str, Any]:
        """What is asked: pointer → question."""
        data = super().clean() or {}
        data["asked"] = {
            pointer: self.data.get(f"question:{pointer}", "").strip()[:QUESTION_LENGTH]
            for pointer in data.get("ask", ())
        }
        return data


def correction_form(
    request: FundingRequest, choices: Callable[[], Iterable[tuple[str, str]]]
) -> type[forms.Form]:
    """The form of one request, with these reasons."""

    class Form(CorrectionForm):
        request_corrected = request

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            field = self.fields["reason_code"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "Choisir un motif"), *choices()]

    return Form
