"""Amounts, their VAT, their ceilings and state aid (MNT, domain page section 6)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from segur_portal.common.enums import IMAGING, Kind
from segur_portal.common.french import listed, percent
from segur_portal.common.money import CENT, ZERO, in_french, vat_on
from segur_portal.common.rules import Breach, Rule, Severity

from .facts import AmountFacts
from .valuation import situation_agrees, under_de_minimis, valued_once

# Section 6, MNT-002: metropolitan rate, overseas rate, and no VAT.
LEGAL_VAT_RATES = (Decimal(20), Decimal("8.5"), Decimal(0))


def _under_ceiling(facts: AmountFacts) -> Iterator[Breach]:
    """MNT-001: excluding and including VAT, each under its ceiling, the cent included.

    An invoice is not refused above the ceiling: what it may be paid is capped (MNT-006).
    """
    if facts.ceiling_net is None or facts.ceiling_gross is None:
        yield Breach(
            facts.pointer,
            found=in_french(facts.net),
            expected="une prestation et une activité prévues par le barème",
            message="Aucune tranche du barème ne s’applique à cette prestation.",
            advice=(
                "Vérifiez la prestation demandée, et l’activité 2023 ou le nombre de médecins des "
                "identifiants de la commande."
            ),
        )
        return
    pairs = (
        ("montantHT", "hors taxes", facts.net, facts.ceiling_net),
        ("montantTTC", "toutes taxes comprises", facts.gross, facts.ceiling_gross),
    )
    for key, words, amount, ceiling in pairs:
        if amount > ceiling:
            yield Breach(
                f"{facts.pointer}/{key}",
                found=in_french(amount),
                expected=f"{in_french(ceiling)} au plus",
                values={
                    "words": words,
                    "ceiling": in_french(ceiling),
                    "tier": facts.tier_label,
                    "excess": in_french(amount - ceiling),
                    "mark": "" if facts.is_official else ", valeurs d’exemple",
                },
            )


def _adds_up(facts: AmountFacts) -> Iterator[Breach]:
    """MNT-002: the sum to the cent, and a legal VAT within one cent.

    One amount including VAT in six cannot be reached from whole cents: never demand more.
    """
    if facts.net + facts.vat != facts.gross:
        yield Breach(
            f"{facts.pointer}/montantTTC",
            found=in_french(facts.gross),
            expected=in_french(facts.net + facts.vat),
            values={"net": in_french(facts.net), "vat": in_french(facts.vat)},
        )
    if not facts.is_vat_subject:
        if facts.vat != ZERO:
            yield _vat_not_due(facts)
    elif not any(abs(facts.vat - vat_on(facts.net, rate)) <= CENT for rate in LEGAL_VAT_RATES):
        yield _unknown_rate(facts)


def _vat_not_due(facts: AmountFacts) -> Breach:
    return Breach(
        f"{facts.pointer}/montantTVA",
        found=in_french(facts.vat),
        expected=in_french(ZERO),
        values={"gross": in_french(facts.net)},
        message="Vous n’êtes pas assujetti à la TVA : elle doit être nulle, elle est de {found}.",
        advice="Écrivez une TVA de {expected} et un montant TTC de {gross}.",
    )


def _unknown_rate(facts: AmountFacts) -> Breach:
    choices = [
        f"{in_french(vat_on(facts.net, rate))} à {percent(rate)}" for rate in LEGAL_VAT_RATES
    ]
    return Breach(
        f"{facts.pointer}/montantTVA",
        found=in_french(facts.vat),
        expected=listed(choices, "ou"),
        values={"net": in_french(facts.net)},
        message=(
            "La TVA de {found} ne correspond à aucun taux légal pour {net} HT ; il faudrait "
            "{expected}."
        ),
        advice="Corrigez la TVA et le montant TTC ; un centime d’arrondi est admis.",
    )


def _balance_positive(facts: AmountFacts) -> Iterator[Breach]:
    """MNT-006: what is validated of the invoice, and a balance that is never negative.

    ALERT, not KO: the request is integrated with the balance it may have, 0 at least, and the
    officer sees what the advance paid too much (ours).
    """
    if facts.validated_gross is None:
        return
    if facts.validated_gross < facts.gross:
        yield Breach(
            f"{facts.pointer}/montantTTC",
            found=in_french(facts.gross),
            expected=f"{in_french(facts.validated_gross)} au plus",
            message="La facture est de {found} TTC ; {validated} TTC sont retenus, au plus.",
            values={"validated": in_french(facts.validated_gross)},
            advice=(
                "Le montant est limité à celui de la commande et au plafond des identifiants "
                "déployés ; rien n’est à refaire si vous en êtes d’accord."
            ),
        )
    if facts.validated_gross < facts.amount_advanced:
        yield Breach(
            f"{facts.pointer}/montantTTC",
            found=in_french(facts.validated_gross),
            expected=f"{in_french(facts.amount_advanced)} au moins",
            values={
                "advanced": in_french(facts.amount_advanced),
                "excess": in_french(facts.amount_advanced - facts.validated_gross),
            },
        )


_ADVANCE = frozenset({Kind.ADVANCE.value})

RULES: tuple[Rule[AmountFacts], ...] = (
    Rule(
        code="MNT-001",
        severity=Severity.KO,
        title="Les montants HT et TTC ne dépassent pas le plafond de leur tranche",
        message=(
            "Le montant {words} de {found} dépasse de {excess} le plafond de {ceiling} "
            "(tranche : {tier}{mark})."
        ),
        advice="Ramenez ce montant à {expected}, sur la commande comme dans le fichier.",
        source="Domaine, section 6, Montants ; webinaire, « Tranche de montant plafond »",
        check=_under_ceiling,
        kinds=_ADVANCE,
        note="Une facture n’est pas refusée pour cela : le montant retenu y est limité.",
    ),
    Rule(
        code="MNT-002",
        severity=Severity.KO,
        title="HT + TVA = TTC au centime, et la TVA suit un taux légal",
        message="{net} HT et {vat} de TVA font {expected} TTC, et non {found}.",
        advice="Corrigez le montant TTC : {expected}.",
        source="Domaine, section 6, Montants",
        check=_adds_up,
        needs_database=False,
        note="Taux légaux : 20 %, 8,5 % et 0 % ; un centime d’arrondi est admis sur la TVA.",
    ),
    Rule(
        code="MNT-003",
        severity=Severity.ALERT,
        title="Chaque identifiant d’imagerie a une activité 2023, comptée une fois",
        message="La base ne donne pas l’activité 2023 de {found} : 0 est retenu.",
        advice="Si ce numéro avait une activité en 2023, signalez-le : le plafond en dépend.",
        source="Domaine, section 6, Montants ; webinaire, « Focus sur le calcul des montants »",
        check=valued_once,
        schemes=IMAGING,
        kinds=_ADVANCE,
    ),
    Rule(
        code="MNT-004",
        severity=Severity.ALERT,
        title="La situation d’un médecin en 2023 est celle que la base connaît",
        message=(
            "Le médecin du numéro d’AM {am} est déclaré nouveau : rien n’est compté ; or la base "
            "lui connaît {activity} en 2023."
        ),
        advice=(
            "S’il exerçait ici en 2023, ou si son ancienne structure n’existe plus, corrigez "
            "« situation2023 » : le plafond augmentera peut-être."
        ),
        source="Domaine, section 6, Montants ; webinaire, « 4 cas de figure pour un médecin »",
        check=situation_agrees,
        schemes=IMAGING,
        kinds=_ADVANCE,
        note="Un médecin déclaré nouveau compte pour 0, quoi que dise la base.",
    ),
    Rule(
        code="MNT-005",
        severity=Severity.ALERT,
        title="Les aides de minimis du client restent sous le plafond",
        message=(
            "{client} : {found} d’aides de minimis ({declared} déclarés, {granted} déjà accordés "
            "par ce portail{whose}, {requested} pour cette demande), pour {ceiling} au plus."
        ),
        advice=(
            "La demande est enregistrée, mais ne pourra être acceptée au-dessus du plafond : "
            "vérifiez avec le client les aides déclarées."
        ),
        source="Domaine, section 6, Montants ; règlement (UE) 2023/2831, article 3",
        check=under_de_minimis,
        kinds=_ADVANCE,
        note=(
            "Ce qui a été accordé pour les commandes d’autres fournisseurs compte, mais n’est pas "
            "chiffré. N’est pas concerné un établissement de santé que la base connaît comme tel "
            "et qui est identifié par un FINESS."
        ),
    ),
    Rule(
        code="MNT-006",
        severity=Severity.ALERT,
        title="Le solde est le montant validé moins l’avance, jamais négatif",
        message=(
            "Le montant validé ({found}) est inférieur à l’avance accordée ({advanced}) : le solde "
            "est nul, et l’avance dépasse de {excess} ce montant."
        ),
        advice="Vérifiez la facture et les identifiants déployés ; l’ASP vous écrira sinon.",
        source="Domaine, section 6, Montants",
        check=_balance_positive,
        kinds=frozenset({Kind.BALANCE.value}),
    ),
)
