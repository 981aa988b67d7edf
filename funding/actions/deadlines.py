"""What ends for a supplier, with what it has left to do: reminders and calendars read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse

from enrolment.models import Enrolment, Supplier
from funding.actions.pieces import deadline_of
from funding.models import Deposit, DepositLine, Dispute, FundingRequest, Recovery
from pilots.models import PilotProof
from segur_portal.common import clock
from segur_portal.common.clock import PARIS, paris_instant
from segur_portal.common.enums import Kind, WindowKind
from segur_portal.common.french import count, listed, typographic
from segur_portal.common.models import Window
from segur_portal.common.models.programme import NOON

CLOSINGS = {
    WindowKind.ENROLMENT.value: "Fin des enrôlements",
    WindowKind.ADVANCE.value: "Fin des demandes d’avance",
    WindowKind.SERVICE.value: "Prestation à réaliser au plus tard",
    WindowKind.BALANCE.value: "Fin des demandes de solde",
    WindowKind.HOLD.value: "Limite de l’attente d’une demande RIS",
}
_ENDING_AT = {WindowKind.ADVANCE.value: Kind.ADVANCE, WindowKind.BALANCE.value: Kind.BALANCE}


@dataclass(frozen=True, slots=True)
class Due:
    """One deadline of a supplier. `key` names it with its date, `uid` whatever its date; `todo` is
    what is left, the drafts and corrections first; `url` a path of the portal; `is_draft` says that
    what was begun is lost at that instant."""

    key: str
    uid: str
    title: str
    at: datetime
    todo: str
    url: str
    is_draft: bool = False

    @property
    def on(self) -> date:
        """Its civil day, in Paris."""
        return self.at.astimezone(PARIS).date()


def deadlines_of(supplier: Supplier, *, until: datetime | None = None) -> list[Due]:
    """Every deadline to come, the nearest first: deposits to complete, windows of its schemes,
    disputes to answer, recoveries to pay back."""
    now = clock.now()
    found = [
        *_incomplete(supplier),
        *_windows(supplier),
        *_disputes(supplier),
        *_recoveries(supplier),
    ]
    kept = [one for one in found if one.at >= now and (until is None or one.at <= until)]
    return sorted(kept, key=lambda one: (one.at, one.key))


def _incomplete(supplier: Supplier) -> Iterator[Due]:
    """Deposits that lack pieces: past their limit, nothing of them was deposited."""
    for one in Deposit.objects.of(supplier).incomplete().order_by("received_at", "pk"):
        limit, _ = deadline_of(one)
        lacks = count(one.missing_count, "pièce") if one.file_id else "le fichier JSON"
        yield Due(
            f"deposit-{one.pk}-{limit.astimezone(PARIS).date()}",
            f"deposit-{one.pk}-{supplier.pk}",
            f"Dépôt {one.number} à compléter",
            limit,
            typographic(f"Non déposé : il manque {lacks}."),
            reverse("deposit_detail", args=[one.key]),
            is_draft=True,
        )


def _windows(supplier: Supplier) -> Iterator[Due]:
    enrolments = Enrolment.objects.alive().filter(supplier=supplier).select_related("scheme")
    by_scheme = {one.scheme_id: one for one in enrolments}
    windows = Window.objects.filter(scheme__in=by_scheme).select_related("scheme")
    for window in windows.order_by("closes_on", "pk"):
        yield Due(
            f"window-{window.pk}-{window.closes_on}",
            f"window-{window.pk}-{supplier.pk}",
            f"{CLOSINGS[window.kind]} ({window.scheme.short_name})",
            window.closes_at,
            _todo(supplier, window, by_scheme[window.scheme_id]),
            reverse("dashboard"),
        )


def _todo(supplier: Supplier, window: Window, enrolment: Enrolment) -> str:
    """What is left before this window closes: drafts and corrections, then the rest."""
    if window.kind == WindowKind.ENROLMENT:
        is_draft = enrolment.state in ("draft", "correction_requested")
        return "Votre enrôlement n’est pas transmis." if is_draft else ""
    own = FundingRequest.objects.of(supplier).filter(scheme=window.scheme_id)
    kind = _ENDING_AT.get(window.kind)
    if kind is None:
        waiting = own.filter(state="on_hold").count() if window.kind == WindowKind.HOLD else 0
        return f"{count(waiting, 'demande')} sans demande RIS." if waiting else ""
    lines = DepositLine.objects.of(supplier).to_correct()
    incomplete = Deposit.objects.of(supplier).incomplete()
    parts = [
        (incomplete.filter(scheme=window.scheme_id, kind=kind).count(), "dépôt", "à compléter"),
        (
            own.filter(kind=kind, state="correction_requested").count(),
            "correction",
            "à transmettre",
        ),
        (
            lines.filter(deposit__scheme=window.scheme_id, deposit__kind=kind).count(),
            "demande",
            "KO à déposer de nouveau",
        ),
    ]
    if kind == Kind.BALANCE:
        proofs = PilotProof.objects.of(supplier).filter(solution__scheme=window.scheme_id)
        parts += [
            (proofs.filter(state="to_correct").count(), "preuve", "de pilote à corriger"),
            (own.provable().without_balance().count(), "avance", "sans demande de solde"),
        ]
    words = [f"{count(n, noun)} {rest}" for n, noun, rest in parts if n]
    return f"Il reste {listed(words)}." if words else ""


def _disputes(supplier: Supplier) -> Iterator[Due]:
    for one in Dispute.objects.awaiting(supplier).order_by("due_on", "pk"):
        assert one.due_on is not None
        yield Due(
            f"dispute-{one.pk}-{one.due_on}",
            f"dispute-{one.pk}-{supplier.pk}",
            f"Réponse au litige {one.number}",
            paris_instant(one.due_on + timedelta(days=1), NOON.replace(hour=0))
            - timedelta(minutes=1),
            "Votre réponse est attendue, avec vos pièces.",
            reverse("dispute_detail", args=[one.pk]),
        )


def _recoveries(supplier: Supplier) -> Iterator[Due]:
    rows = Recovery.objects.filter(supplier=supplier, state="issued")
    for one in rows.order_by("due_on", "pk"):
        yield Due(
            f"recovery-{one.pk}-{one.due_on}",
            f"recovery-{one.pk}-{supplier.pk}",
            f"Remboursement {one.number}",
            paris_instant(one.due_on, NOON),
            "Une somme reste à rembourser.",
            reverse("payment_list"),
        )
