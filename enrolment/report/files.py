"""Where a supplier stands on each scheme, and where it is in the steps of a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from enrolment.actions.paperwork import STEPS, open_steps
from enrolment.actions.reviews import undeclared_words
from enrolment.models import Enrolment, Supplier
from enrolment.workflow import ENROLMENT
from segur_portal.common.enums import WindowKind
from segur_portal.common.models import Scheme, Window

STEP_TITLES = dict(
    zip(
        STEPS,
        (
            "Organisation et options",
            "Solutions",
            "Pièces justificatives",
            "Coordonnées bancaires",
            "Récapitulatif et signature",
        ),
        strict=True,
    )
)
NEXT_STEPS = {
    "draft": "Complétez l’enrôlement, signez-le et transmettez-le à l’ASP.",
    "submitted": "Un agent de l’ASP va l’examiner. Vous n’avez rien à faire.",
    "in_review": "Un agent de l’ASP l’examine. Vous n’avez rien à faire.",
    "correction_requested": "Répondez aux points signalés par l’ASP, puis transmettez de nouveau.",
    "early": "Le simulateur et la relecture de vos modèles vous sont ouverts. Dès que l’ANS a "
    "référencé vos solutions, déposez leurs certificats et finalisez.",
    "final_submitted": "Un agent de l’ASP va examiner la finalisation. Le simulateur reste ouvert.",
    "final": "Vous pouvez déposer des demandes pour les solutions de cet enrôlement.",
    "refused": "L’ASP a refusé cet enrôlement ; le motif est dans l’historique.",
}
REFERENCED = "L’ANS a référencé vos solutions : déposez leurs certificats, puis finalisez."
ANS = "L’ANS instruit le référencement"
_BADGES = {
    "draft": "new",
    "correction_requested": "error",
    "early": "success",
    "final": "success",
    "refused": "error",
}


def is_awaiting_ans(enrolment: Enrolment) -> bool:
    """Whether a validated early enrolment waits for the referencing of a solution."""
    return enrolment.state == "early" and any(
        one.referenced_on is None for one in enrolment.solutions.all()
    )


def owner_of(enrolment: Enrolment) -> str:
    """Whose turn it is."""
    return ANS if is_awaiting_ans(enrolment) else ENROLMENT.states[enrolment.state].owner


def next_step_of(enrolment: Enrolment) -> str:
    """What comes next, in words."""
    if enrolment.state == "early" and not is_awaiting_ans(enrolment):
        return REFERENCED
    if enrolment.state == "final" and (left := undeclared_words(enrolment)):
        return left
    return NEXT_STEPS[enrolment.state]


@dataclass(frozen=True, slots=True)
class Line:
    """A scheme and the supplier's enrolment on it. `is_startable`: it may begin one now."""

    scheme: Scheme
    enrolment: Enrolment | None
    window: Window | None
    is_startable: bool

    @property
    def stage(self) -> str:
        return ENROLMENT.states[self.enrolment.state].public if self.enrolment else "Non commencé"

    @property
    def owner(self) -> str:
        return owner_of(self.enrolment) if self.enrolment else ""

    @property
    def badge(self) -> str:
        return _BADGES.get(self.enrolment.state, "info") if self.enrolment else ""

    @property
    def next_step(self) -> str:
        return next_step_of(self.enrolment) if self.enrolment else ""

    @property
    def is_ours(self) -> bool:
        """Whether something is to be sent by the supplier."""
        return self.enrolment is not None and self.enrolment.state in (
            "draft",
            "correction_requested",
            "early",
        )


def overview(supplier: Supplier, now: datetime) -> list[Line]:
    """One line for each scheme."""
    enrolments = {
        row.scheme_id: row
        for row in Enrolment.objects.filter(supplier=supplier)
        .select_related("scheme")
        .prefetch_related("solutions")
        .order_by("pk")
    }
    windows = {row.scheme_id: row for row in Window.objects.filter(kind=WindowKind.ENROLMENT)}
    return [
        _line(scheme, enrolments.get(scheme.pk), windows.get(scheme.pk), now)
        for scheme in Scheme.objects.order_by("order")
    ]


def _line(
    scheme: Scheme, enrolment: Enrolment | None, window: Window | None, now: datetime
) -> Line:
    is_in_time = window is None or (
        (window.opens_at is None or window.opens_at <= now) and now <= window.closes_at
    )
    is_free = enrolment is None or enrolment.state == "refused"
    return Line(scheme, enrolment, window, is_in_time and is_free)


@dataclass(frozen=True, slots=True)
class Stepper:
    """The DSFR stepper: where one is, and the links to the other steps."""

    number: int
    title: str
    next_title: str
    links: tuple[tuple[str, str, bool, bool], ...]

    @property
    def total(self) -> int:
        return len(STEPS)


def steps_of(enrolment: Enrolment, step: str) -> Stepper:
    """The stepper of a step."""
    rank = STEPS.index(step)
    following = STEPS[rank + 1] if rank + 1 < len(STEPS) else ""
    return Stepper(
        rank + 1, STEP_TITLES[step], STEP_TITLES.get(following, ""), tuple(_links(enrolment, step))
    )


def _links(enrolment: Enrolment, step: str) -> Iterator[tuple[str, str, bool, bool]]:
    """Name, title, whether it is this step, whether it is open."""
    may_change = open_steps(enrolment)
    for name in STEPS:
        yield name, STEP_TITLES[name], name == step, name in may_change
