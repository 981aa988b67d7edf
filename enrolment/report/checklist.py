"""The documents of an enrolment as cards: what is asked, what was deposited, what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from enrolment.actions.paperwork import (
    as_provided,
    asked_by_change,
    asked_of,
    current_bank_details,
    current_documents,
    facts_of,
    open_documents,
)
from enrolment.models import Enrolment, SupportingDocument
from enrolment.rules.documents import SUSPENDING, Asked, DocumentKind, Stage, anchor_of, proof_fault
from enrolment.rules.points import Declared, points_to_check
from enrolment.workflow import DOCUMENT

SOON_DAYS = 60
_LEVELS = {"pending": "info", "accepted": "success", "to_correct": "error"}


@dataclass(frozen=True, slots=True)
class Card:
    """One document asked. `row` is its last version, `older` the former ones, latest first."""

    asked: Asked
    row: SupportingDocument | None
    older: tuple[SupportingDocument, ...]
    is_open: bool
    is_later: bool
    on: date
    # Why the version accepted does not say what is declared now, if so.
    stale: str = ""

    @property
    def anchor(self) -> str:
        """Its place in the page."""
        return anchor_of(*self.asked.key)

    @property
    def badge(self) -> tuple[str, str]:
        """The label and the DSFR level of its state."""
        if self.row is None:
            return ("À l’étape définitive", "new") if self.is_later else ("À déposer", "warning")
        if self.row.expires_on is not None and self.row.expires_on < self.on:
            return "Expiré", "error"
        return DOCUMENT.states[self.row.state].public, _LEVELS[self.row.state]

    @property
    def is_ending(self) -> bool:
        """Whether its end is near, and not past."""
        end = self.row.expires_on if self.row else None
        return end is not None and 0 <= (end - self.on).days <= SOON_DAYS

    @property
    def ending_effect(self) -> str:
        """What its end takes away the day after, in words; empty when it takes nothing."""
        if self.asked.solution is not None:
            lost = "vos demandes d’avance pour cette solution seront KO"
        elif self.asked.kind in SUSPENDING:
            lost = "toutes vos demandes seront KO, soldes compris,"
        else:
            return ""
        return f"Dès le lendemain, {lost} jusqu’à ce que l’ASP accepte son renouvellement."


def points_of_card(card: Card) -> tuple[str, ...]:
    """What an officer checks in the document of a card, with what was declared of it."""
    row = card.row
    assert row is not None
    enrolment, solution = row.enrolment, row.solution
    bank = current_bank_details(enrolment) if row.kind == DocumentKind.BANK else None
    declared = Declared(
        supplier=enrolment.supplier.name,
        siren=enrolment.supplier.siren,
        representative=enrolment.legal_representative,
        wanted_name=enrolment.wanted_name,
        proxy_name=enrolment.proxy_name,
        solution=str(solution) if solution else "",
        editor=solution.editor.name if solution else "",
        reference=solution.reference_number if solution else "",
        account=f"{bank.masked}, {bank.bic}" if bank else "",
        issued_on=row.issued_on,
        starts_on=row.starts_on,
        expires_on=row.expires_on,
        covers_osu=row.covers_osu,
    )
    return points_to_check(row.kind, declared)


def cards_of(enrolment: Enrolment, on: date) -> list[Card]:
    """The cards of the documents asked, in the table's order."""
    asked, facts = asked_of(enrolment), facts_of(enrolment)
    current = current_documents(enrolment)
    may_open = open_documents(enrolment, asked)
    older: dict[tuple[str, int | None], list[SupportingDocument]] = {}
    replaced = enrolment.documents.filter(replaced_at__isnull=False)
    for row in replaced.select_related("file", "reason").order_by("-version"):
        older.setdefault((row.kind, row.solution_id), []).append(row)
    is_early = enrolment.stage_asked == Stage.EARLY and enrolment.state not in ("early", "final")
    return [
        Card(
            one,
            current.get(one.key),
            tuple(older.get(one.key, ())),
            one.key in may_open,
            is_early and one.stage == Stage.FINAL,
            on,
            proof_fault(one, as_provided(row), facts) if (row := current.get(one.key)) else "",
        )
        for one in asked
    ]


def changed_cards(enrolment: Enrolment, amended: Enrolment, on: date) -> list[Card]:
    """The cards of the documents that a change asks for."""
    asked = {one.key for one in asked_by_change(enrolment, amended)}
    return [card for card in cards_of(amended, on) if card.asked.key in asked]
