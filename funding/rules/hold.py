"""A DRIMbox order waits for the RIS of its client (ATT, domain page section 6)."""

from __future__ import annotations

from collections.abc import Iterator

from segur_portal.common.enums import Kind, SchemeCode
from segur_portal.common.french import instant
from segur_portal.common.rules import Breach, Rule, Severity

from .facts import HoldFacts


def _ris_requested(facts: HoldFacts) -> Iterator[Breach]:
    """ATT-001: every client of the order has a live RIS request."""
    for pointer, siren in facts.sirens:
        if siren not in facts.with_ris_request:
            limit = facts.hold_limit
            yield Breach(
                pointer,
                found=siren,
                expected="une demande RIS déposée pour ce client",
                values={"until": f", au plus tard {instant(limit)}" if limit else ""},
            )


def _ris_accepted_in_time(facts: HoldFacts) -> Iterator[Breach]:
    """ATT-002: past the hold limit, every client has a RIS request accepted by ASP.

    « Date 4 » of the call for funding. The limit itself is still in time. For the sweep,
    `received_at` is now; a deposit received past the limit is refused by the same rule.
    """
    limit = facts.hold_limit
    if limit is None or facts.received_at <= limit:
        return
    for pointer, siren in facts.sirens:
        if siren not in facts.with_ris_accepted:
            yield Breach(
                pointer,
                found=siren,
                expected="une demande RIS acceptée pour ce client",
                values={"limit": instant(limit)},
            )


_DB = frozenset({SchemeCode.DB.value})
_ADVANCE = frozenset({Kind.ADVANCE.value})

RULES: tuple[Rule[HoldFacts], ...] = (
    Rule(
        code="ATT-001",
        severity=Severity.WAIT,
        title="Le client d’une commande DRIMbox a une demande RIS",
        message=(
            "Le client de SIREN {found} n’a pas encore de demande RIS : l’instruction est en "
            "attente. Elle reprendra seule dès le dépôt d’une demande RIS pour ce client."
        ),
        advice="Déposez ou faites déposer la demande RIS de ce client{until}.",
        source="Domaine, section 6, Attente DRIMbox ; webinaire, « Rappel des calendriers »",
        check=_ris_requested,
        schemes=_DB,
        kinds=_ADVANCE,
    ),
    Rule(
        code="ATT-002",
        severity=Severity.KO,
        title="À la date limite, le client a une demande RIS acceptée",
        message=(
            "Le client de SIREN {found} n’avait aucune demande RIS acceptée à la date limite "
            "({limit}) : la demande DRIMbox est annulée."
        ),
        advice="La date est passée : cette demande DRIMbox ne peut plus être financée.",
        source="Domaine, section 6, Attente DRIMbox ; webinaire, « Rappel des calendriers »",
        check=_ris_accepted_in_time,
        schemes=_DB,
        kinds=_ADVANCE,
        note="À la date limite, une demande en attente est alors annulée.",
    ),
)
