"""What is open to a supplier, why the rest is not, and its next deadlines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.urls import reverse

from enrolment.actions.paperwork import Lapses, lapses_of
from enrolment.models import Enrolment
from enrolment.report.files import next_step_of, owner_of
from enrolment.rules import SupplierFacts
from enrolment.workflow import ENROLMENT
from funding.actions.deadlines import CLOSINGS
from funding.actions.standing import stage_of
from funding.rules.catalogue import CATALOGUE
from funding.rules.facts import CalendarFacts, PilotFacts, WindowFacts
from segur_portal.common.clock import PARIS
from segur_portal.common.enums import Kind, WindowKind
from segur_portal.common.french import count, instant
from segur_portal.common.models import Scheme, Window
from segur_portal.common.rules import Finding

from .pilots import Pilots, missing_pilots
from .rights import Refusal, Right, refusals_of, rights_of

Windows = Mapping[tuple[str, str], Window]

# Ours: what fits on a dashboard, and when a deadline is near.
SHOWN_DEADLINES = 6
URGENT_DAYS = 30

WINDOW_OF_KIND = {
    Kind.ADVANCE.value: WindowKind.ADVANCE.value,
    Kind.BALANCE.value: WindowKind.BALANCE.value,
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """A closing to come, with the calendar days left, in Paris."""

    label: str
    scheme: Scheme
    closes_at: datetime
    days_left: int

    @property
    def left(self) -> str:
        """`aujourd’hui`, `demain`, `dans 56 jours`."""
        if self.days_left == 0:
            return "aujourd’hui"
        return "demain" if self.days_left == 1 else f"dans {count(self.days_left, 'jour')}"

    @property
    def is_urgent(self) -> bool:
        return self.days_left <= URGENT_DAYS


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a door is open now; `why` says it, and ends with the instant `at` if there is one.
    `url` and `link` are where it can be opened again; `but`, what it is not open to."""

    label: str
    is_open: bool
    why: str
    at: datetime | None = None
    url: str = ""
    link: str = ""
    but: str = ""


_EARLY = ("Simulateur", "Relecture de vos modèles de documents")


@dataclass(frozen=True, slots=True)
class Opening:
    """A scheme, where the supplier's enrolment on it stands, its gates: what the early stage opens
    (simulator, review of layouts), then deposits.

    `next_step` says what opens the rest, `enrolment_id` where; `refusals`, why orders of some of
    the solutions would be refused.
    """

    scheme: Scheme
    stage: str
    owner: str
    gates: tuple[Gate, ...]
    next_step: str = ""
    enrolment_id: int | None = None
    is_final: bool = False
    refusals: tuple[Refusal, ...] = ()

    @property
    def may_simulate(self) -> bool:
        """Whether the simulator is open."""
        return self.gates[0].is_open

    @property
    def may_deposit(self) -> bool:
        """Whether some kind of request is taken now."""
        return any(gate.is_open for gate in self.gates[len(_EARLY) :])


_NOT_FINAL = Gate("", False, "Il faut d’abord un enrôlement définitif (ENR-001). Fermeture le")


def next_deadlines(schemes: Iterable[Scheme], windows: Windows, now: datetime) -> list[Deadline]:
    """The closings to come of these schemes, the soonest first."""
    today = now.astimezone(PARIS).date()
    deadlines = [
        Deadline(CLOSINGS[kind], scheme, window.closes_at, (window.closes_on - today).days)
        for scheme in schemes
        for (code, kind), window in windows.items()
        if code == scheme.pk and window.closes_at >= now
    ]
    return sorted(deadlines, key=lambda one: (one.closes_at, one.scheme.order))[:SHOWN_DEADLINES]


def openings(
    schemes: Sequence[Scheme],
    enrolments: Mapping[str, Enrolment],
    windows: Windows,
    now: datetime,
    pilots: Pilots | None = None,
) -> list[Opening]:
    """For each scheme, what this supplier may deposit now; `pilots` where balances matter."""
    pilots = pilots or {}
    return [
        _opening(scheme, enrolments.get(scheme.pk), windows, pilots.get(scheme.pk, ()), now)
        for scheme in schemes
    ]


def _opening(
    scheme: Scheme,
    enrolment: Enrolment | None,
    windows: Windows,
    pilots: Sequence[PilotFacts],
    now: datetime,
) -> Opening:
    stage, today = stage_of(enrolment), now.astimezone(PARIS).date()
    lapses = lapses_of(enrolment, today) if stage == "final" else Lapses()
    rights = rights_of(enrolment, stage, today, lapses.certificates) if enrolment else ()
    refusal = _refusal(stage, today, lapses)
    suspended = enrolment if stage == "final" and refusal is not None else None
    stopped = _suspended(suspended, refusal) if suspended and refusal else None
    advance, balance = (
        _gate(
            label,
            kind.value,
            windows.get((scheme.pk, WINDOW_OF_KIND[kind])),
            now,
            refused=stopped or (_NOT_FINAL if refusal else None),
        )
        for kind, label in (
            (Kind.ADVANCE, "Demandes d’avance"),
            (Kind.BALANCE, "Demandes de solde"),
        )
    )
    if suspended is not None and refusal is not None:
        next_step = refusal.advice
    elif stage == "final" and _are_all_refused(rights):
        next_step = " ".join(one.finding.advice for one in refusals_of(rights))
    else:
        enrolment_window = windows.get((scheme.pk, WindowKind.ENROLMENT.value))
        next_step = _next_step(enrolment, enrolment_window, now)
    return Opening(
        scheme=scheme,
        stage=_stage(enrolment, is_suspended=suspended is not None),
        owner=owner_of(enrolment) if enrolment else "",
        gates=(
            *_early_gates(stage != "none"),
            _by_solution(advance, rights),
            _with_pilots(balance, pilots),
        ),
        next_step=next_step,
        enrolment_id=enrolment.pk if enrolment else None,
        is_final=stage == "final",
        refusals=tuple(refusals_of(rights)),
    )


def _refusal(stage: str, on: date, lapses: Lapses) -> Finding | None:
    """Why a request received now would be refused to this supplier (ENR-001), if it would."""
    facts = SupplierFacts(
        on=on,
        stage=stage,
        is_simulation=False,
        named_solution="",
        named_version="",
        named_reference_number="",
        solution=None,
        enrolled_solutions=(),
        holds_osu=False,
        layout="asp",
        lapsed=lapses.sentences,
    )
    return next(iter(CATALOGUE["ENR-001"].findings(facts)), None)


def _stage(enrolment: Enrolment | None, *, is_suspended: bool) -> str:
    if enrolment is None:
        return "Non enrôlé"
    public = ENROLMENT.states[enrolment.state].public
    return f"{public}, suspendu" if is_suspended else public


def _suspended(enrolment: Enrolment, refusal: Finding) -> Gate:
    """A final enrolment of which a document has ended."""
    return Gate(
        "",
        False,
        f"{refusal.message.rstrip('.')} ({refusal.code}).",
        url=reverse("enrolment_detail", args=[enrolment.pk]),
        link="Voir la pièce à renouveler",
    )


def _next_step(enrolment: Enrolment | None, window: Window | None, now: datetime) -> str:
    """What to do, or to wait for; without an enrolment, whether one may still begin."""
    if enrolment is not None:
        return next_step_of(enrolment)
    if window is not None and window.opens_at is not None and now < window.opens_at:
        return f"Les enrôlements ouvriront {instant(window.opens_at)}."
    if window is not None and now > window.closes_at:
        return f"Les enrôlements sont clos depuis {instant(window.closes_at)}."
    return "Commencez un enrôlement : tout le reste en dépend."


def _early_gates(is_enrolled: bool) -> Iterator[Gate]:
    """What an enrolment opens as soon as its early stage is validated (section 3)."""
    why = "" if is_enrolled else "S’ouvre à l’enrôlement anticipé."
    return (Gate(label, is_enrolled, why) for label in _EARLY)


def _by_solution(gate: Gate, rights: Sequence[Right]) -> Gate:
    """Orders are judged on the solution they name too (ENR-002 to ENR-004): a door that would
    refuse all of them is closed, one that refuses some says which."""
    if not gate.is_open:
        return gate
    found = [one.finding for one in refusals_of(rights)]
    refused = " ".join(f"{one.message.rstrip('.')} ({one.code})." for one in found)
    if _are_all_refused(rights):
        return Gate(gate.label, False, refused)
    return replace(gate, but=refused)


def _are_all_refused(rights: Sequence[Right]) -> bool:
    return bool(rights) and all(one.refusal is not None for one in rights)


def _with_pilots(gate: Gate, pilots: Sequence[PilotFacts]) -> Gate:
    """Balances also wait for the pilots (PIL-001)."""
    missing = missing_pilots(pilots) if gate.is_open else ""
    return Gate(gate.label, False, f"{missing.rstrip('.')} (PIL-001).") if missing else gate


def _gate(
    label: str, kind: str, window: Window | None, now: datetime, *, refused: Gate | None
) -> Gate:
    """The law says whether the calendar is open (CAL-001); `refused`, who may not come in."""
    if not _in_time(kind, window, now):
        return _closed(label, window, now)
    closes = window.closes_at if window else None
    if refused is not None:
        return replace(refused, label=label, at=None if refused.url else closes)
    return Gate(label, True, "jusqu’au", closes)


def _closed(label: str, window: Window | None, now: datetime) -> Gate:
    if window is None:
        return Gate(label, False, "Dates non publiées.")
    if window.opens_at is not None and now < window.opens_at:
        return Gate(label, False, "Ouverture le", window.opens_at)
    return Gate(label, False, "Fermé depuis le", window.closes_at)


def _in_time(kind: str, window: Window | None, now: datetime) -> bool:
    today = now.astimezone(PARIS).date()
    facts = CalendarFacts(
        kind=kind,
        received_at=now,
        received_on=today,
        window=WindowFacts(window.opens_at, window.closes_at) if window else None,
        signed_on=today,
    )
    return not any(CATALOGUE["CAL-001"].findings(facts))
