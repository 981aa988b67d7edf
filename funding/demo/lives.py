"""What becomes of a request once integrated: moves that its state table allows, day after day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from enrolment.models import User
from funding.actions.acceptance import without_ris
from funding.actions.corrections import (
    Answer,
    CorrectionRefusedError,
    answer_corrections,
    ask_corrections,
)
from funding.actions.requests import move_request
from funding.models import FundingRequest
from segur_portal.common import clock
from segur_portal.common.enums import Kind, Role

from .people import Cast, morning
from .story import Story

# Agents go home; nothing moves until the demonstration begins the next morning.
LAST_EVENING = morning(date(2026, 9, 14), 18)


@dataclass(frozen=True, slots=True)
class Turn:
    """One move: how many days after the one before, at the earliest and at the latest."""

    move: str
    days: tuple[int, int]
    reason_code: str = ""
    note: str = ""


_TAKE = Turn("take", (3, 12))
_ACCEPT = Turn("accept", (1, 9))
_CORRECTIONS = (
    Turn(
        "request_correction", (1, 6), "document",
        "Le bon de commande transmis est illisible en page 2 : déposez-en une copie nette.",
    ),
    Turn(
        "request_correction", (1, 6), "signature",
        "Le bon de commande n’est pas signé par le représentant légal du client.",
    ),
    Turn(
        "request_correction", (1, 6), "amount",
        "Le montant du bon de commande comprend des heures de formation facturées à part : "
        "joignez le détail.",
    ),
)  # fmt: skip
_ANSWER = Turn("answer_correction", (2, 12), note="Document remplacé.")
_REFUSALS = (
    Turn(
        "refuse", (1, 8), "not_eligible",
        "La structure a cessé son activité le 31/12/2025 : la prestation n’est pas finançable.",
    ),
    Turn(
        "refuse", (1, 8), "signature",
        "Le bon de commande est signé d’une personne qui ne représente pas le client.",
    ),
)  # fmt: skip
_CANCELS = (
    Turn("cancel", (4, 20), "withdrawn", "Le client renonce à la commande (courrier du client)."),
    Turn("cancel", (4, 20), "error", "Demande déposée par erreur, à la demande du fournisseur."),
)
_CHANGE = Turn("cancel", (10, 30), "supplier_changed", "Le client a choisi un autre fournisseur.")

# Payment runs do the rest: see `paydays`.
ACCEPTED = (_TAKE, _ACCEPT)


def courses(chance: Random) -> list[tuple[tuple[Turn, ...], int]]:
    """Possible lives and their weights; the reasons are drawn."""
    correction = chance.choice(_CORRECTIONS)
    return [
        (ACCEPTED, 60),
        ((_TAKE, correction, _ANSWER, *ACCEPTED), 6),
        ((_TAKE, correction), 6),
        ((_TAKE,), 6),
        ((), 6),
        ((_TAKE, chance.choice(_REFUSALS)), 5),
        ((chance.choice(_CANCELS),), 4),
        ((*ACCEPTED, _CHANGE), 4),
    ]


def _asked_in(request: FundingRequest, reason_code: str) -> str:
    """What such a correction opens in this request."""
    is_amount = reason_code == "amount"
    if request.kind == Kind.ADVANCE:
        return f"/bonDeCommande/{'montantHT' if is_amount else 'nomFichier'}"
    return "/facture/montantHT" if is_amount else "/procesVerbal/nomFichier"


class Lives:
    """Gives each integrated request its course."""

    def __init__(self, cast: Cast, story: Story, seed: str) -> None:
        self.cast, self.story = cast, story
        self.chance = Random(seed)  # noqa: S311 - a demonstration, not a secret

    def begin(self, requests: Iterable[FundingRequest]) -> None:
        """Draw a course for each request not on hold, from now."""
        for request in requests:
            if request.state != "on_hold":
                turns, weights = zip(*courses(self.chance), strict=True)
                self.follow(request, self.chance.choices(turns, weights=weights)[0])

    def follow(self, request: FundingRequest, turns: tuple[Turn, ...]) -> None:
        """Have the next turns played in their time."""
        if not turns:
            return
        wait = timedelta(
            days=self.chance.randint(*turns[0].days), minutes=self.chance.randint(-90, 300)
        )
        at = clock.now().replace(hour=9, minute=0, second=0, microsecond=0) + wait
        if at.weekday() >= 5:
            at += timedelta(days=2)
        if at < LAST_EVENING:
            self.story.tell(at, self._play, request, turns)

    def _play(self, request: FundingRequest, turns: tuple[Turn, ...]) -> None:
        turn, *coming = turns
        request.refresh_from_db(fields=["state"])
        if request.state == "to_pay":
            # Nobody moves a request while its transfer is prepared.
            self.story.tell(clock.now() + timedelta(days=4), self._play, request, turns)
            return
        if request.state == "on_hold":
            # The last RIS request of its client fell: nobody moves it before the next one.
            return
        if turn.move == "accept" and without_ris(request):
            # Its RIS is accepted first.
            later = clock.now() + timedelta(days=4)
            if later < LAST_EVENING:
                self.story.tell(later, self._play, request, turns)
            return
        if self._moved(request, turn):
            self.follow(request, tuple(coming))

    def _moved(self, request: FundingRequest, turn: Turn) -> bool:
        """Whether the turn was played: an answer that the rules refuse is left to be given."""
        actor, role = self._actor(request, turn.move)
        if turn.move == "request_correction":
            where = _asked_in(request, turn.reason_code)
            ask_corrections(
                request,
                {where: turn.note},
                actor=actor,
                reason_code=turn.reason_code,
                note="Merci de corriger ce qui suit.",
            )
        elif turn.move == "answer_correction":
            try:
                answer_corrections(request, Answer({}, {}), actor=actor)
            except CorrectionRefusedError:
                return False
        else:
            move_request(
                request,
                turn.move,
                actor=actor,
                role=role,
                reason_code=turn.reason_code,
                note=turn.note,
            )
        return True

    def _actor(self, request: FundingRequest, move: str) -> tuple[User, str]:
        """Who answers a correction is the supplier; the rest is an officer's."""
        if move == "answer_correction":
            return self.cast.depositor_of(request.supplier_id), Role.SUPPLIER
        return self.cast.officer_of(request.scheme_id, request.pk), Role.OFFICER
