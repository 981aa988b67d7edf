"""What awaits the supplier's hand: who must act, on what, until when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.text import Truncator

from enrolment.actions.expiries import Ending, Places
from enrolment.actions.reviews import page_of
from enrolment.models import (
    Amendment,
    BankDetails,
    Distribution,
    Enrolment,
    Membership,
    Supplier,
    SupportingDocument,
)
from enrolment.report.files import is_awaiting_ans, next_step_of, owner_of
from enrolment.workflow import ENROLMENT
from funding.models import Deposit, FundingRequest, Message, Payment
from funding.remittance import reason_in_words
from funding.workflow import ASP, PAYMENT, YOU
from segur_portal.common.enums import WindowKind
from segur_portal.common.french import count, day, listed, number

from .agenda import WINDOW_OF_KIND, Opening, Windows
from .rights import Refusal

# Ours: how long before its end a right is announced as ending.
WARNED = timedelta(days=60)
# Ours: how many objects a duty names before it says where all of them are.
SHOWN_ITEMS = 5
_GRAVITY = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Item:
    """One of the objects that a duty is about: where it is, and what is said of it."""

    url: str
    label: str
    detail: str


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do. `until` is the last instant, when one is known; `level` a DSFR level;
    `items` the first objects it is about, `url` and `link` where all of them are."""

    title: str
    detail: str
    owner: str = YOU
    until: datetime | None = None
    url: str = ""
    link: str = ""
    level: str = "warning"
    items: tuple[Item, ...] = ()


def gravest_first(duties: Iterable[Duty]) -> list[Duty]:
    """What blocks first, then what ends soonest; otherwise in the order given."""
    return sorted(
        duties,
        key=lambda duty: (
            _GRAVITY.index(duty.level),
            duty.until.timestamp() if duty.until else float("inf"),
        ),
    )


def correction_duties(
    requests: Sequence[FundingRequest], total: int, notes: Mapping[str, str]
) -> Iterator[Duty]:
    """Corrections asked by an officer: the oldest ones, and where all of them are. They have no
    last day: their requests were received in time.

    `notes` are the officers' words, by primary key.
    """
    if not requests:
        return
    yield Duty(
        "1 correction demandée par l’ASP"
        if total == 1
        else f"{number(total)} corrections demandées par l’ASP",
        "L’instruction de ces dossiers attend votre réponse, même après la fin des dépôts.",
        url=f"{reverse('request_list')}?etat=correction_requested",
        link=_all_of(total, len(requests), "correction"),
        level="error",
        items=tuple(
            Item(
                reverse("request_detail", args=[one.number]),
                one.number,
                f"{one.client_name} : {notes.get(str(one.pk), 'voir le message de l’ASP.')}",
            )
            for one in requests
        ),
    )


def message_duties(messages: Sequence[Message]) -> Iterator[Duty]:
    """Messages of the officers that expect an answer; the oldest ones."""
    if messages:
        yield Duty(
            "1 message de l’ASP attend votre réponse"
            if len(messages) == 1
            else "Des messages de l’ASP attendent votre réponse",
            "Répondez sur la page du dossier.",
            items=tuple(
                Item(
                    reverse("request_messages", args=[one.request.number]),
                    one.request.number,
                    Truncator(one.text).chars(120),
                )
                for one in messages
            ),
        )


def hold_duties(on_hold: int, windows: Windows, scheme: str) -> Iterator[Duty]:
    """DRIMbox requests that wait for a RIS request of their client (ATT-001, ATT-002)."""
    if on_hold:
        waits = "attendent une demande RIS de leur" if on_hold > 1 else "attend une demande RIS du"
        yield Duty(
            f"{count(on_hold, 'demande')} DRIMbox {waits} client",
            "L’instruction reprend d’elle-même dès que la demande RIS est déposée ; sans demande "
            "RIS validée à la limite, la demande DRIMbox est annulée (ATT-002).",
            until=_closing(windows, scheme, WindowKind.HOLD),
            url=f"{reverse('request_list')}?etat=on_hold",
            link="Voir les demandes en attente",
        )


def ko_duties(deposits: Sequence[Mapping[str, Any]], windows: Windows) -> Iterator[Duty]:
    """KO requests that were not deposited again, by deposit; the latest deposits first."""
    if not deposits:
        return
    closings = (
        _closing(windows, row["deposit__scheme"], WINDOW_OF_KIND.get(row["deposit__kind"], ""))
        for row in deposits
    )
    total = sum(row["lines"] for row in deposits)
    yield Duty(
        f"{count(total, 'demande')} KO à déposer de nouveau",
        "Téléchargez le fichier à corriger de chaque dépôt, corrigez-le, déposez-le.",
        until=_soonest(closings),
        url=f"{reverse('deposit_list')}?etat=a-corriger",
        link=_all_of(len(deposits), SHOWN_ITEMS, "dépôt", "Voir tous ces dépôts"),
        items=tuple(
            Item(
                f"{reverse('deposit_detail', args=[row['deposit__key']])}?verdict=ko",
                f"DEP-{row['deposit']:07d}",
                f"{count(row['lines'], 'demande')} KO",
            )
            for row in deposits[:SHOWN_ITEMS]
        ),
    )


def incomplete_duties(deposits: Iterable[tuple[Deposit, datetime]]) -> Iterator[Duty]:
    """Deposits that lack pieces: nothing of them is deposited."""
    for deposit, deadline in deposits:
        pieces = deposit.missing_count
        lacks = count(pieces, "pièce") if deposit.file_id else "le fichier JSON"
        yield Duty(
            f"{deposit.number} n’est pas déposé : il manque {lacks}",
            "Ce qui est arrivé est gardé. Rien n’est déposé tant que le dépôt est incomplet.",
            until=deadline,
            url=reverse("deposit_detail", args=[deposit.key]),
            link=f"Compléter le dépôt {deposit.number}",
            level="error",
        )


def refusal_duties(deposits: Iterable[Deposit]) -> Iterator[Duty]:
    """Files refused whole, after which nothing was treated."""
    for deposit in deposits:
        yield Duty(
            f"Fichier refusé : {deposit.file_name}",
            deposit.findings[0]["message"],
            url=reverse("deposit_detail", args=[deposit.key]),
            link=f"Voir pourquoi le dépôt {deposit.number} est refusé",
            level="error",
        )


def departure_duties(departed: int) -> Iterator[Duty]:
    """Requests in progress whose client is no more in the eligible-clients base."""
    if departed:
        verb = "portent" if departed > 1 else "porte"
        yield Duty(
            f"{count(departed, 'demande')} en cours {verb} sur un client sorti de la base",
            "L’ASP en tient compte à l’instruction. Vérifiez la situation du client.",
            owner=ASP,
            url=f"{reverse('request_list')}?sortie=on",
            link="Voir ces demandes",
            level="info",
        )


def account_duties(refused: Payment | None, awaited: BankDetails | None) -> Iterator[Duty]:
    """The account in force, that the bank refused; `awaited` are the details that shall replace
    it, once ASP has checked them."""
    if refused is None:
        return
    why = reason_in_words(refused.bank_code) or "compte en cause"
    is_with_asp = awaited is not None and awaited.state != "to_correct"
    yield Duty(
        f"Virement {refused} {PAYMENT.states[refused.state].public.lower()} : {why}",
        "Vos nouvelles coordonnées bancaires attendent l’ASP ; aucun virement ne part d’ici là."
        if is_with_asp
        else "Changez vos coordonnées bancaires : aucun virement ne part avant qu’elles soient en "
        "vigueur.",
        owner=ASP if is_with_asp else YOU,
        url=reverse("bank_details"),
        link="Voir mes coordonnées bancaires"
        if is_with_asp
        else "Changer mes coordonnées bancaires",
        level="info" if is_with_asp else "error",
    )


def enrolment_duties(enrolments: Iterable[Enrolment]) -> Iterator[Duty]:
    """Enrolments that wait for the supplier, or the want of any."""
    enrolments = list(enrolments)
    if not enrolments:
        yield Duty(
            "Vous n’êtes enrôlé sur aucun dispositif",
            "Sans enrôlement, ni le simulateur ni les dépôts ne vous sont ouverts.",
            url=reverse("enrolment_list"),
            link="Commencer un enrôlement",
        )
    for enrolment in enrolments:
        state = ENROLMENT.states[enrolment.state]
        if state.owner == YOU:
            yield Duty(
                f"{state.public} : {enrolment.scheme.software}",
                next_step_of(enrolment),
                owner=owner_of(enrolment),
                url=reverse("enrolment_detail", args=[enrolment.pk]),
                link="Ouvrir l’enrôlement",
                level="info" if is_awaiting_ans(enrolment) else "warning",
            )


def solution_duties(openings: Iterable[Opening]) -> Iterator[Duty]:
    """What keeps orders out of a validated enrolment, beside the referencing: the declaration of a
    distributor, its mandate (ENR-003), the OSU habilitation (ENR-004); each said once."""
    found: dict[str, list[tuple[Opening, Refusal]]] = {}
    for opening in openings:
        for one in opening.refusals:
            if one.finding.code != "ENR-002":
                found.setdefault(one.finding.message, []).append((opening, one))
    for message, same in found.items():
        opening, first = same[0]
        is_final = any(one.is_final for one, _ in same)
        code = first.finding.code
        effect = (
            f"Vos demandes d’avance sont KO ({code})."
            if is_final
            else f"À régler avant vos demandes d’avance, qui seraient KO ({code})."
        )
        names = [name for _, one in same for name in one.solutions]
        named = "Solution concernée" if len(names) == 1 else "Solutions concernées"
        yield Duty(
            message.rstrip("."),
            f"{effect} {first.finding.advice} {named} : {listed(names)}.",
            url=reverse("enrolment_detail", args=[opening.enrolment_id]),
            link="Ouvrir l’enrôlement",
            level="error" if is_final else "warning",
        )


def change_duties(changes: Iterable[Amendment]) -> Iterator[Duty]:
    """Changes of validated enrolments that wait for the supplier."""
    for one in changes:
        title = "Changement à corriger" if one.state == "to_correct" else "Changement non transmis"
        yield Duty(
            f"{title} ({one.scheme.software})",
            f"{one.reason} – {one.message}"
            if one.reason
            else "Complétez-le, signez-le et transmettez-le, ou abandonnez-le.",
            url=reverse("enrolment_change", args=[one.enrolment_id]),
            link="Ouvrir le changement",
            level="warning" if one.state == "to_correct" else "info",
        )


def sent_back_duties(documents: Iterable[SupportingDocument]) -> Iterator[Duty]:
    """Documents of validated enrolments that ASP sent back."""
    for one in documents:
        yield Duty(
            f"Pièce à corriger : {one} ({one.enrolment.scheme.software})",
            f"{one.reason} – {one.message}",
            url=page_of(one),
            link=f"Corriger : {one}",
            level="warning",
        )


def document_duties(endings: Iterable[Ending], today: date) -> Iterator[Duty]:
    """Documents of enrolments that end soon, or ended: the right they carried stops with them."""
    for one in endings:
        is_over = one.ends_on < today
        yield Duty(
            f"{one.what} : {'a pris fin' if is_over else 'prend fin'} le {day(one.ends_on)}",
            "L’enrôlement est suspendu (ENR-001) jusqu’à son renouvellement ; ce qui est déjà "
            "déposé reste."
            if is_over
            else one.effect,
            url=one.url,
            link=f"Renouveler : {one.what}",
            level="error" if is_over else "warning",
        )


def expiry_duties(
    supplier: Supplier,
    membership: Membership,
    distributions: Iterable[Distribution],
    places: Places,
    today: date,
) -> Iterator[Duty]:
    """Rights that end soon: the OSU habilitation (ENR-004), mandates (ENR-003), this membership.
    Those that ended are said by `solution_duties`."""
    osu, declare = places.habilitation(supplier.pk)
    if supplier.holds_osu(today) and _is_soon(supplier.osu_expires_on, today):
        yield Duty(
            f"Habilitation OSU : expire le {day(supplier.osu_expires_on)}",  # type: ignore[arg-type]
            "Renouvelez-la : au-delà, vos demandes seront KO (ENR-004).",
            url=osu,
            link=declare,
        )
    for one in distributions:
        end = one.mandate_ends_on
        if end is not None and today <= end <= today + WARNED:
            yield Duty(
                f"Mandat de distribution de {one.solution} : finit le {day(end)}",
                "Au-delà, vos demandes pour cette solution seront KO (ENR-003).",
                url=places.mandate(one),
                link=f"Renouveler le mandat de {one.solution}",
            )
    if _is_soon(membership.expires_on, today):
        yield Duty(
            f"Votre accès à {supplier.name} finit le {day(membership.expires_on)}",  # type: ignore[arg-type]
            "Demandez à l’administrateur de votre organisation de le prolonger.",
            url=reverse("members"),
            link="Voir qui administre l’organisation",
        )


def _all_of(total: int, shown: int, noun: str, words: str = "") -> str:
    """The words of the link to all of them, when some are not shown."""
    if total <= shown:
        return ""
    return words or f"Voir les {number(total)} {noun}s"


def _soonest(closings: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in closings if at is not None), default=None)


def _is_soon(end: date | None, today: date) -> bool:
    return end is not None and end <= today + WARNED


def _closing(windows: Windows, scheme: str | None, kind: str) -> datetime | None:
    window = windows.get((scheme or "", kind))
    return window.closes_at if window else None
