"""In time, and in order (CAL, domain page section 6). Deadlines are instants, days are dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from segur_portal.common.enums import Kind
from segur_portal.common.french import count, day, instant, paris_day
from segur_portal.common.rules import Breach, Rule, Severity

from .facts import CalendarFacts

_NAMES = {Kind.ADVANCE.value: "d’avance", Kind.BALANCE.value: "de solde"}


def _in_window(facts: CalendarFacts) -> Iterator[Breach]:
    """CAL-001: received from the opening to the closing, both included, to the microsecond.

    What counts is the instant when the server received the whole deposit (section 2).
    """
    values = {"name": _NAMES[facts.kind], "received": instant(facts.received_at)}
    window = facts.window
    if window is None:
        yield Breach(
            found=f"reçu {values['received']}",
            expected="une période de dépôt",
            values=values,
            message="Aucune période de dépôt des demandes {name} n’est fixée pour ce dispositif.",
            advice="Attendez que l’ASP publie les dates.",
        )
    elif window.opens_at is not None and facts.received_at < window.opens_at:
        yield Breach(
            found=f"reçu {values['received']}",
            expected=f"à partir du {instant(window.opens_at).removeprefix('le ')}",
            values={**values, "opens": instant(window.opens_at)},
            message=(
                "Les demandes {name} ouvrent {opens} (heure de Paris) ; celle-ci a été reçue "
                "{received}."
            ),
            advice="Déposez de nouveau ce fichier à partir de l’ouverture.",
        )
    elif facts.received_at > window.closes_at:
        yield Breach(
            found=f"reçu {values['received']}",
            expected=f"au plus tard {instant(window.closes_at)}",
            values={**values, "closes": instant(window.closes_at)},
        )


def _signed_not_too_early(facts: CalendarFacts) -> Iterator[Breach]:
    """CAL-002: signed before the referencing, at most 120 days before the complete file.

    The 120th day is included. An unknown file date is the business of ENR-002.
    """
    signed, submitted = facts.signed_on, facts.file_submitted_on
    is_referenced = facts.referenced_on is not None and signed >= facts.referenced_on
    if is_referenced or submitted is None:
        return
    earliest = submitted - timedelta(days=facts.lead_days)
    if signed < earliest:
        yield Breach(
            "/bonDeCommande/dateSignature",
            found=day(signed),
            expected=f"le {day(earliest)} au plus tôt",
            values={
                "submitted": day(submitted),
                "earliest": day(earliest),
                "lead": count(facts.lead_days, "jour"),
                "gap": count((submitted - signed).days, "jour"),
            },
        )


def _signed_before_deposit(facts: CalendarFacts) -> Iterator[Breach]:
    """CAL-003: an order is signed at the latest on the day of its deposit."""
    if facts.signed_on > facts.received_on:
        yield Breach(
            "/bonDeCommande/dateSignature",
            found=day(facts.signed_on),
            expected=f"le {day(facts.received_on)} au plus tard",
            values={"received": day(facts.received_on)},
        )


def _performed_in_time(facts: CalendarFacts) -> Iterator[Breach]:
    """CAL-004: performed between the signature and the deadline's day, not in the future."""
    performed = facts.performed_on
    if performed is None:
        return
    pointer, found = "/dateRealisation", day(performed)
    deadline = paris_day(facts.service_window.closes_at) if facts.service_window else None
    if deadline is not None and performed > deadline:
        yield Breach(pointer, found=found, expected=f"le {day(deadline)} au plus tard")
    if performed < facts.signed_on:
        yield Breach(
            pointer,
            found=found,
            expected=f"le {day(facts.signed_on)} au plus tôt",
            values={"signed": day(facts.signed_on)},
            message="La prestation ({found}) est antérieure à la signature du bon de commande "
            "({signed}).",
            advice="Corrigez la date de réalisation : elle suit la signature de la commande.",
        )
    if performed > facts.received_on:
        yield Breach(
            pointer,
            found=found,
            expected=f"le {day(facts.received_on)} au plus tard",
            values={"received": day(facts.received_on)},
            message="La prestation est datée du {found}, après le dépôt ({received}).",
            advice="Déposez la demande de solde une fois la prestation réalisée.",
        )


_ADVANCE = frozenset({Kind.ADVANCE.value})
_BALANCE = frozenset({Kind.BALANCE.value})

RULES: tuple[Rule[CalendarFacts], ...] = (
    Rule(
        code="CAL-001",
        severity=Severity.KO,
        title="La demande est reçue pendant la période de dépôt",
        message=(
            "Les demandes {name} sont closes depuis {closes} (heure de Paris) ; celle-ci a été "
            "reçue {received}."
        ),
        advice="La période est close : cette demande ne peut plus être déposée.",
        source="Domaine, section 2 ; webinaire, « Rappel des calendriers Ségur Vague 2 »",
        check=_in_window,
        needs_database=False,
        note="Ce qui compte est l’instant de réception du dépôt complet, 12:00:00 compris.",
    ),
    Rule(
        code="CAL-002",
        severity=Severity.KO,
        title="La commande n’est pas signée trop tôt avant le référencement",
        message=(
            "La commande a été signée le {found}, {gap} avant le dossier complet de la solution "
            "({submitted}) ; {lead} au plus sont admis, soit à partir du {earliest}."
        ),
        advice="Faites signer une nouvelle commande par le client.",
        source="Domaine, section 6, Calendrier ; webinaire, « Rappel des calendriers »",
        check=_signed_not_too_early,
        kinds=_ADVANCE,
        note="Une commande signée après le référencement n’a pas cette limite.",
    ),
    Rule(
        code="CAL-003",
        severity=Severity.KO,
        title="La commande est signée avant le dépôt",
        message="La commande est datée du {found}, après le jour du dépôt ({received}).",
        advice="Corrigez la date de signature, ou déposez la demande une fois la commande signée.",
        source="Domaine, section 6, Calendrier",
        check=_signed_before_deposit,
        kinds=_ADVANCE,
        needs_database=False,
    ),
    Rule(
        code="CAL-004",
        severity=Severity.KO,
        title="La prestation est réalisée après la commande et avant la date limite",
        message="La prestation a été réalisée le {found} ; il la fallait {expected}.",
        advice="Une prestation réalisée après la date limite n’est pas financée.",
        source="Domaine, section 6, Calendrier ; webinaire, « Rappel des calendriers »",
        check=_performed_in_time,
        kinds=_BALANCE,
    ),
)
