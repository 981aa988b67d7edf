"""A balance answers an accepted advance (SOL, domain page section 6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from segur_portal.common.enums import Kind
from segur_portal.common.french import listed
from segur_portal.common.rules import Breach, Rule, Severity

from .facts import AdvanceFacts, BalanceFacts, Deployed


def _answers_an_advance(facts: BalanceFacts) -> Iterator[Breach]:
    """SOL-001: one accepted advance of the same supplier, named by its number, once."""
    advance = facts.advance
    if advance is None:
        yield Breach("/referenceFournisseur", found=facts.reference, expected="une avance acceptée")
        return
    if facts.named_number != advance.number:
        yield Breach(
            "/numeroDossier",
            found=facts.named_number,
            expected=advance.number,
            values={"reference": facts.reference},
            message="Le dossier {found} n’est pas celui de l’avance « {reference} ».",
            advice="Écrivez {expected}, le numéro que le portail a donné à cette avance.",
        )
    if not advance.is_accepted:
        yield Breach(
            "/numeroDossier",
            found=advance.state_label,
            expected="une avance acceptée",
            values={"number": advance.number},
            message="L’avance {number} n’est pas acceptée : {found}.",
            advice="Attendez la décision de l’ASP sur cette avance.",
        )
    if advance.other_balance is not None:
        yield Breach(
            "/numeroDossier",
            found=advance.other_balance,
            expected="une seule demande de solde",
            values={"number": advance.number},
            message="L’avance {number} a déjà une demande de solde, le dossier {found}.",
            advice="Suivez ce dossier, ou demandez son annulation avant d’en déposer un autre.",
        )


def _same_identifiers(facts: BalanceFacts) -> Iterator[Breach]:
    """SOL-002: the clients and identifiers of the order, or fewer.

    One that the order does not have is KO; fewer is an ALERT, and the amount is recomputed.
    """
    if facts.advance is None:
        return
    for part in facts.deployed:
        ordered = _ordered_as(part, facts.advance)
        yield from _strange_client(part) if ordered is None else _strange_lines(part, ordered)
    for ordered in facts.advance.ordered:
        yield from _missing(ordered, facts.deployed)


def _ordered_as(part: Deployed, advance: AdvanceFacts) -> Deployed | None:
    """The ordered client of the same SIREN, or of the same RPPS; None when there is none."""
    return next((ordered for ordered in advance.ordered if _is_same(part, ordered)), None)


def _is_same(part: Deployed, ordered: Deployed) -> bool:
    """SIREN decides when both have one, then RPPS (a doctor without a SIREN)."""
    if part.siren and ordered.siren:
        return part.siren == ordered.siren
    return bool(part.rpps) and part.rpps == ordered.rpps


def _strange_client(part: Deployed) -> Iterator[Breach]:
    key = "siren" if part.siren or not part.rpps else "rpps"
    yield _strange(f"{part.pointer}/{key}", part.siren or part.rpps or "(aucun)", "Le client")


def _strange_lines(part: Deployed, ordered: Deployed) -> Iterator[Breach]:
    if part.siren and part.siren != ordered.siren:
        yield _strange(f"{part.pointer}/siren", part.siren, "Le numéro SIREN")
    if part.rpps and part.rpps != ordered.rpps:
        yield _strange(f"{part.pointer}/rpps", part.rpps, "Le numéro RPPS")
    for value in sorted(part.finess - ordered.finess):
        yield _strange(f"{part.pointer}/finessGeographiques", value, "Le numéro FINESS")
    for value in sorted(part.am_numbers - ordered.am_numbers):
        yield _strange(f"{part.pointer}/numerosAm", value, "Le numéro d’AM")


def _strange(pointer: str, value: str, label: str) -> Breach:
    return Breach(
        pointer,
        found=value,
        expected="un identifiant de la commande",
        values={"label": label},
    )


def _missing(ordered: Deployed, deployed: Sequence[Deployed]) -> Iterator[Breach]:
    """An ordered client, or some of its identifiers, that the balance does not have."""
    parts = [part for part in deployed if _is_same(part, ordered)]
    name = ordered.siren or ordered.rpps
    if not parts:
        yield _fewer("/clients", f"le client {name}")
        return
    finess = ordered.finess.difference(*(part.finess for part in parts))
    am_numbers = ordered.am_numbers.difference(*(part.am_numbers for part in parts))
    missing = [
        *(f"FINESS {value}" for value in sorted(finess)),
        *(f"AM {value}" for value in sorted(am_numbers)),
    ]
    if missing:
        yield _fewer(parts[0].pointer, listed(missing))


def _fewer(pointer: str, missing: str) -> Breach:
    return Breach(
        pointer,
        found=f"sans {missing}",
        expected="les identifiants de la commande",
        values={"missing": missing},
        message="Par rapport à la commande, il manque {missing} : le montant est recalculé.",
        advice="Si ces identifiants ont bien été équipés, ajoutez-les avant de déposer le solde.",
        severity=Severity.ALERT,
    )


_BALANCE = frozenset({Kind.BALANCE.value})

RULES: tuple[Rule[BalanceFacts], ...] = (
    Rule(
        code="SOL-001",
        severity=Severity.KO,
        title="Une demande de solde répond à une avance acceptée, une seule fois",
        message="Vous n’avez pas d’avance de référence « {found} » sur ce dispositif.",
        advice="Reprenez la référence que vous aviez donnée à l’avance.",
        source="Domaine, section 6, Pilotes et solde",
        check=_answers_an_advance,
        kinds=_BALANCE,
    ),
    Rule(
        code="SOL-002",
        severity=Severity.KO,
        title="La demande de solde nomme les clients et identifiants de la commande",
        message="{label} {found} n’est pas dans la commande de cette avance.",
        advice="Ôtez cet identifiant : seul ce qui a été commandé peut être soldé.",
        source="Domaine, section 6, Pilotes et solde",
        check=_same_identifiers,
        kinds=_BALANCE,
        note="Moins d’identifiants que la commande : une alerte, et le montant est recalculé.",
    ),
)
