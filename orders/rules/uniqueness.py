"""One order for one client (UNI, domain page section 6): what an order claims, and who holds it.

An order claims (scheme, kind, value, slot); the database refuses two live equal claims. These
rules say beforehand, and in words, what it would refuse. Pure Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from segur_portal.common.enums import Kind, SchemeCode
from segur_portal.common.french import typographic
from segur_portal.common.rules import Breach, Rule, Severity

from .claims import RULE_OF_CLAIM, wanted_claims
from .facts import Holder, UniquenessFacts, WantedClaim
from .words import LABELS, Key, Slot

__all__ = ["RULES", "RULE_OF_CLAIM", "conflicts", "wanted_claims"]

_SLOT_WORDS = {
    Slot.ONLY.value: "",
    Slot.RADIOLOGY.value: " pour la radiologie",
    Slot.NUCLEAR.value: " pour la médecine nucléaire",
}


def conflicts(code: str) -> Callable[[UniquenessFacts], Iterator[Breach]]:
    """The check of one rule: the wanted claims of its kinds that a live order holds.

    Said once for each place of the request and holder.
    """

    def check(facts: UniquenessFacts) -> Iterator[Breach]:
        told: set[tuple[str, Holder]] = set()
        for claim in facts.wanted:
            holder = facts.held.get(claim.key)
            if holder is None or RULE_OF_CLAIM[facts.scheme, claim.kind] != code:
                continue
            if (claim.pointer, holder) not in told:
                told.add((claim.pointer, holder))
                yield _conflict(claim, holder)

    return check


def _conflict(claim: WantedClaim, holder: Holder) -> Breach:
    by = "une autre commande de ce dispositif"
    advice = None
    if holder.is_own:
        advice = OWN_ADVICE
        by = (
            f"votre dossier {holder.request_number}" if holder.request_number else "l’un des vôtres"
        )
    return Breach(
        claim.pointer,
        found=_value(claim),
        expected="un client sans commande en cours pour ce dispositif",
        values={**_words(claim), "by": by},
        message=_SAME_SOLUTION if claim.kind.endswith("_SOLUTION") else None,
        advice=advice,
    )


OWN_ADVICE = (
    "Suivez ce dossier, ou demandez son annulation avant de déposer une autre commande pour ce "
    "client."
)
_SAME_SOLUTION = (
    "{label} {found} est déjà retenu par {by}, avec la même solution : deux commandes ne sont "
    "admises que si la radiologie et la médecine nucléaire utilisent des RIS différents."
)


def _once_in_file(facts: UniquenessFacts) -> Iterator[Breach]:
    """UNI-009: the same reference or key once in a file; the first stands."""
    if facts.repeated_reference is not None:
        yield Breach(
            "/referenceFournisseur",
            found=facts.reference,
            expected="une référence par demande",
            values={"first": facts.repeated_reference},
            message=(
                "La référence {found} est déjà celle de la demande n° {first} de ce fichier, qui "
                "seule est retenue."
            ),
            advice="Donnez une autre référence à cette demande, ou ôtez-la du fichier.",
        )
    told: set[str] = set()
    seen: dict[tuple[str, str, str], str] = {}
    for claim in facts.wanted:
        earlier, first = seen.setdefault(claim.key, claim.pointer), facts.in_file.get(claim.key)
        if claim.pointer in told or (earlier == claim.pointer and first is None):
            continue
        told.add(claim.pointer)
        is_inside = earlier != claim.pointer
        yield Breach(
            claim.pointer,
            found=_value(claim),
            expected="un numéro une seule fois dans le fichier",
            values={**_words(claim), "first": first, "place": _place(earlier)},
            message=_TWICE_INSIDE if is_inside else None,
            advice=_TWICE_INSIDE_ADVICE if is_inside else None,
        )


_TWICE_INSIDE = "{label} {found} est déjà écrit dans cette demande ({place})."
_TWICE_INSIDE_ADVICE = (
    "Gardez une seule ligne pour cet identifiant ; si son activité est double, écrivez « MIXTE »."
)


def _place(pointer: str) -> str:
    """A JSON pointer in words: `client n° 1, médecin n° 2`."""
    nouns = {"clients": "client", "etablissements": "établissement", "medecins": "médecin"}
    parts = pointer.strip("/").split("/")
    return typographic(
        ", ".join(
            f"{nouns[name]} n° {int(rank) + 1}" for name, rank in pairwise(parts) if name in nouns
        )
    )


def _value(claim: WantedClaim) -> str:
    return claim.value.split("|")[0] if claim.kind.endswith("_SOLUTION") else claim.value


def _words(claim: WantedClaim) -> dict[str, str]:
    return {"label": LABELS[Key(claim.kind)], "slot": _SLOT_WORDS[claim.slot]}


def _rule(code: str, scheme: str, title: str) -> Rule[UniquenessFacts]:
    return Rule(
        code=code,
        severity=Severity.KO,
        title=title,
        message="{label} {found} est déjà retenu par {by}{slot}.",
        advice=(
            "Si le client vous a bien choisi, contestez avec le bon de commande qu’il vous a "
            "signé : un gestionnaire tranchera."
        ),
        source="Domaine, section 6, Unicité ; webinaire, « Règles d’unicité »",
        check=conflicts(code),
        schemes=frozenset({scheme}),
        kinds=frozenset({Kind.ADVANCE.value}),
    )


_MDV, _RIS, _DB = SchemeCode.MDV.value, SchemeCode.RIS.value, SchemeCode.DB.value

RULES: tuple[Rule[UniquenessFacts], ...] = (
    _rule("UNI-001", _MDV, "Un médecin ou une structure n’a qu’une commande"),
    _rule("UNI-002", _RIS, "Un SIREN n’a qu’une commande RIS, ou deux pour deux RIS différents"),
    _rule("UNI-003", _RIS, "Un numéro d’AM n’est que dans une commande RIS"),
    _rule(
        "UNI-004",
        _RIS,
        "Un FINESS géographique n’est que dans une commande RIS, ou deux pour deux RIS différents",
    ),
    _rule("UNI-005", _DB, "Un SIREN n’a qu’une commande DRIMbox"),
    _rule("UNI-006", _DB, "Un numéro d’AM n’est que dans une commande DRIMbox"),
    _rule("UNI-007", _DB, "Un FINESS géographique n’est que dans une commande DRIMbox"),
    _rule("UNI-008", _DB, "Un PACS n’a qu’une commande DRIMbox"),
    Rule(
        code="UNI-009",
        severity=Severity.KO,
        title="Un fichier ne nomme qu’une fois un client, un identifiant ou une référence",
        message=(
            "{label} {found} est déjà dans la demande n° {first} de ce fichier, qui seule est "
            "retenue."
        ),
        advice="Gardez ce client dans une seule demande du fichier.",
        source="Domaine, section 6, Unicité",
        check=_once_in_file,
        needs_database=False,
    ),
)
