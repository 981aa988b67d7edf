"""One order for one client (UNI, domain page section 6): what an order claims, and who holds it.

An order claims (scheme, kind, value, slot); the database refuses two live equal claims. These
rules say beforehand, and in words, what it would refuse. Pure Python.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from segur_portal.common.enums import Kind, SchemeCode
from segur_portal.common.rules import Breach, Rule, Severity

from .facts import Client, Holder, OrderFacts, UniquenessFacts, WantedClaim
from .words import LABELS, Activity, ClientKind, Key, Slot

_MDV, _RIS, _DB = SchemeCode.MDV.value, SchemeCode.RIS.value, SchemeCode.DB.value

# Which rule a conflict on a claim breaks: for the rules below, and for a lost race.
RULE_OF_CLAIM: dict[tuple[str, str], str] = {
    (_MDV, Key.RPPS.value): "UNI-001",
    (_MDV, Key.FINESS.value): "UNI-001",
    (_RIS, Key.SIREN.value): "UNI-002",
    (_RIS, Key.SIREN_SOLUTION.value): "UNI-002",
    (_RIS, Key.AM.value): "UNI-003",
    (_RIS, Key.FINESS.value): "UNI-004",
    (_RIS, Key.FINESS_SOLUTION.value): "UNI-004",
    (_DB, Key.SIREN.value): "UNI-005",
    (_DB, Key.AM.value): "UNI-006",
    (_DB, Key.FINESS.value): "UNI-007",
    (_DB, Key.PACS.value): "UNI-008",
}

_SLOTS: dict[str | None, tuple[Slot, ...]] = {
    Activity.RADIOLOGY.value: (Slot.RADIOLOGY,),
    Activity.NUCLEAR.value: (Slot.NUCLEAR,),
    Activity.MIXED.value: (Slot.RADIOLOGY, Slot.NUCLEAR),
    None: (Slot.RADIOLOGY, Slot.NUCLEAR),
}
_SLOT_WORDS = {
    Slot.ONLY.value: "",
    Slot.RADIOLOGY.value: " pour la radiologie",
    Slot.NUCLEAR.value: " pour la médecine nucléaire",
}
_VALUE_LENGTH = 200


def normalised(text: str) -> str:
    """A solution's name or a PACS identifier without what people write differently.

    Case, blanks and compatibility forms do not make two names.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(plain.split())[:_VALUE_LENGTH]


def wanted_claims(order: OrderFacts) -> list[WantedClaim]:
    """Every key that the order needs for itself, slots before solutions.

    A key that the order writes twice comes twice: UNI-009 refuses it.
    """
    makers: dict[str, Callable[[OrderFacts], Iterator[WantedClaim]]] = {
        _MDV: _town_claims,
        _RIS: _ris_claims,
        _DB: _drimbox_claims,
    }
    return list(makers[order.scheme](order))


def _town_claims(order: OrderFacts) -> Iterator[WantedClaim]:
    """The doctor once (again for an AM number written twice), or the structure's FINESS."""
    for client in order.clients:
        for line in client.establishments:
            yield _claim(Key.FINESS, line.finess, f"{line.pointer}/finessGeographique")
        if client.kind == ClientKind.DOCTOR:
            yield from _town_doctor_claims(client)


def _town_doctor_claims(client: Client) -> Iterator[WantedClaim]:
    seen: set[str] = set()
    am_numbers: set[tuple[str, str]] = set()
    for doctor in client.doctors:
        couple = (doctor.rpps, doctor.am_number)
        if doctor.rpps not in seen or couple in am_numbers:
            yield _claim(Key.RPPS, doctor.rpps, f"{doctor.pointer}/rpps")
        seen.add(doctor.rpps)
        am_numbers.add(couple)


def _ris_claims(order: OrderFacts) -> Iterator[WantedClaim]:
    """Two places for a SIREN and a FINESS, when radiology and nuclear use different solutions."""
    solution = normalised(order.solution_name)
    for client in order.clients:
        lines = [*client.establishments, *client.doctors]
        slots = [slot for line in lines for slot in _SLOTS[line.activity]]
        if client.siren:
            yield from _shared(Key.SIREN, client.siren, f"{client.pointer}/siren", slots, solution)
        for line in client.establishments:
            pointer = f"{line.pointer}/finessGeographique"
            yield from _shared(Key.FINESS, line.finess, pointer, _SLOTS[line.activity], solution)
        yield from _am_claims(client)


def _shared(
    key: Key, value: str, pointer: str, slots: Iterable[Slot], solution: str
) -> Iterator[WantedClaim]:
    """The places of a key that two solutions may share, and the key with the solution."""
    for slot in dict.fromkeys(slots):
        yield _claim(key, value, pointer, slot)
    yield _claim(Key(f"{key}_SOLUTION"), f"{value}|{solution}", pointer)


def _drimbox_claims(order: OrderFacts) -> Iterator[WantedClaim]:
    """One order for each SIREN, FINESS, AM number and PACS."""
    for client in order.clients:
        if client.siren:
            yield _claim(Key.SIREN, client.siren, f"{client.pointer}/siren")
        for line in client.establishments:
            yield _claim(Key.FINESS, line.finess, f"{line.pointer}/finessGeographique")
        yield from _am_claims(client)
    if order.pacs_identifier:
        yield _claim(Key.PACS, normalised(order.pacs_identifier), "/pacs/identifiant")


def _am_claims(client: Client) -> Iterator[WantedClaim]:
    for doctor in client.doctors:
        yield _claim(Key.AM, doctor.am_number, f"{doctor.pointer}/numeroAm")


def _claim(kind: Key, value: str, pointer: str, slot: Slot = Slot.ONLY) -> WantedClaim:
    return WantedClaim(kind.value, value, slot.value, pointer)


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
        advice = _OWN_ADVICE
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


_OWN_ADVICE = (
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
    return ", ".join(
        f"{nouns[name]} n° {int(rank) + 1}" for name, rank in pairwise(parts) if name in nouns
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
