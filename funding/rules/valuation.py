"""What an order is worth, and the aid that its clients had already (MNT-003, 004, 005)."""

from __future__ import annotations

from collections.abc import Iterator

from segur_portal.common.french import count
from segur_portal.common.money import in_french
from segur_portal.common.rules import Breach

from .facts import AmountFacts


def valued_once(facts: AmountFacts) -> Iterator[Breach]:
    """MNT-003: what the ceiling could not count: kept at 0 and shown."""
    for pointer, value in facts.unvalued:
        yield Breach(pointer, found=value, expected="une activité 2023 dans la base")
    for pointer, value in facts.repeated:
        yield Breach(
            pointer,
            found=value,
            expected="un numéro compté une fois",
            message="{found} est écrit plusieurs fois : son activité 2023 n’est comptée qu’une.",
            advice="Gardez une seule ligne pour ce numéro.",
        )


def situation_agrees(facts: AmountFacts) -> Iterator[Breach]:
    """MNT-004: a doctor declared new has no activity in 2023; the base knows better."""
    for pointer, value, activity in facts.contradicted:
        yield Breach(
            pointer.replace("/numeroAm", "/situation2023"),
            found="NOUVEAU",
            expected="la situation du médecin en 2023",
            values={"am": value, "activity": count(activity, "acte")},
        )


def under_de_minimis(facts: AmountFacts) -> Iterator[Breach]:
    """MNT-005: declared aid, the portal's own grants and this aid, the ceiling included.

    A supplier reads what it declared, what its own orders were granted and what it asks; never a
    figure from which the grants of others' orders could be subtracted.
    """
    for aid in facts.de_minimis:
        if aid.total <= aid.ceiling:
            continue
        granted, message = aid.granted.own, None
        found: str | None = in_french(aid.own_total)
        if aid.is_for_officer:
            granted, found = granted + aid.granted.others, in_french(aid.total)
        elif aid.own_total <= aid.ceiling:
            found, message = None, _WITH_OTHERS
        yield Breach(
            aid.pointer,
            found=found,
            expected=f"{in_french(aid.ceiling)} au plus",
            message=message,
            values={
                "client": aid.client,
                "declared": in_french(aid.declared),
                "granted": in_french(granted),
                "whose": "" if aid.is_for_officer else " pour vos commandes",
                "requested": in_french(aid.requested),
                "ceiling": in_french(aid.ceiling),
            },
        )


_WITH_OTHERS = (
    "{client} : le plafond d’aides de minimis de {ceiling} est dépassé, compte tenu des autres "
    "aides du client ({declared} déclarés, {granted} déjà accordés par ce portail{whose}, "
    "{requested} pour cette demande)."
)
