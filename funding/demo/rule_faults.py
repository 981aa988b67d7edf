"""Requests of advance that break one rule each: right in every other way.

`broken(kit, code)` writes the request; `kit.companions` then holds what must come before it in
the same file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from orders.rules.words import StructureType
from segur_portal.common.enums import SchemeCode, Service
from segur_portal.common.identifiers import luhn_complete
from segur_portal.common.money import ZERO, euros, vat_on

from .asking import Request, amounts
from .kit import Kit, has_wave_1, other_part

Maker = Callable[[Kit], Request]
_MDV, _RIS, _DB = (scheme.value for scheme in SchemeCode)
_IMAGING = frozenset({_RIS, _DB})
_EVERY = frozenset({_MDV, _RIS, _DB})
MAKERS: dict[tuple[str, str], Maker] = {}
# Signed after any day of the demonstration.
_TOO_LATE = date(2027, 12, 31)


def _breaks(code: str, schemes: frozenset[str] = _EVERY) -> Callable[[Maker], Maker]:
    def register(maker: Maker) -> Maker:
        MAKERS.update({(code, scheme): maker for scheme in schemes})
        return maker

    return register


def codes_of(scheme: str) -> list[str]:
    """The codes that a file of advances of this scheme can show, in order."""
    return sorted(code for code, known in MAKERS if known == scheme)


def broken(kit: Kit, code: str) -> Request:
    """A request that breaks this rule only."""
    return MAKERS[code, kit.scheme](kit)


def _repriced(kit: Kit, request: Request) -> Request:
    """The request with amounts that its changed lines still allow."""
    net = euros(kit.desk.ceiling(request) * Decimal("0.7"))
    request["bonDeCommande"] |= amounts(net, kit.desk.vat(net))
    return request


def _first(request: Request, *path: str) -> Any:
    """The first client, or what is at the start of its blocks."""
    found = request["clients"][0]
    for key in path:
        found = found[key][0]
    return found


@_breaks("REF-001")
def _reference_taken(kit: Kit) -> Request:
    """The reference of a live request, for other clients."""
    held = kit.reference_holder
    if kit.is_town:
        doctors = list(kit.desk.doctors(kit.take(lambda c: len(c.am_numbers) > 1).doctors))
        return held | {"clients": [held["clients"][0] | {"medecins": doctors}]}
    net = Decimal(str(held["bonDeCommande"]["montantHT"]))
    while True:
        pair = [kit.desk.client(kit.take(), kit.signed_on) for _ in range(2)]
        request = held | {"clients": pair}
        if kit.desk.ceiling(request) >= net:
            return request


@_breaks("CAL-002")
def _signed_too_early(kit: Kit) -> Request:
    """The 121st day before the complete file."""
    submitted = kit.desk.software.submitted_on
    assert submitted is not None
    return kit.desk.advance(kit.take(), signed_on=submitted - timedelta(days=121))


@_breaks("CAL-003")
def _signed_after(kit: Kit) -> Request:
    return kit.desk.advance(kit.take(), signed_on=_TOO_LATE)


@_breaks("ENR-002")
def _unknown_version(kit: Kit) -> Request:
    return kit.fresh(solutionLogicielle={**kit.desk.software.named, "version": "99.0"})


@_breaks("ENR-003")
def _mandate_expired(kit: Kit) -> Request:
    return kit.fresh(solutionLogicielle=kit.foreign)


@_breaks("ELI-001")
def _unknown_number(kit: Kit) -> Request:
    """An AM number with a good key, that the base does not have."""
    request = kit.fresh(lambda client: len(client.am_numbers) > 1)
    line = _first(request, "medecins")
    line["numeroAm"] = luhn_complete(f"{line['numeroAm'][:2]}9{line['numeroAm'][3:8]}")
    return _repriced(kit, request)


@_breaks("ELI-002", frozenset({_MDV}))
def _excluded_specialty(kit: Kit) -> Request:
    client = kit.pools.ineligible.take(
        lambda client: (
            client.structure_type == StructureType.DOCTOR and client.is_liberal and client.is_stable
        )
    )
    return kit.desk.advance(client, signed_on=kit.signed_on)


@_breaks("ELI-003", frozenset({_MDV}))
def _nursing_centre(kit: Kit) -> Request:
    client = kit.pools.ineligible.take(
        lambda client: (
            client.structure_type == StructureType.CDS_NURSING and client.doctor_count > 0
        )
    )
    return kit.desk.advance(client, signed_on=kit.signed_on)


@_breaks("ELI-004", _IMAGING)
def _other_specialty(kit: Kit) -> Request:
    client = kit.take(lambda client: bool(client.outsiders))
    request = kit.desk.advance(client, signed_on=kit.signed_on)
    request["clients"][0]["medecins"] += [
        {**line, "activite": "RADIOLOGIE", "situation2023": "PRESENT"}
        for line in kit.desk.doctors(client.outsiders)
    ]
    return request


@_breaks("ELI-005", frozenset({_MDV, _RIS}))
def _paid_wave_1(kit: Kit) -> Request:
    request = kit.fresh(lambda client: not client.had_wave_1)
    request["prestation"] = Service.WAVE_1_AND_2.value
    _first(request)["miseAJourVague1AFraisPropres"] = True
    return request


@_breaks("ELI-006")
def _strange_couple(kit: Kit) -> Request:
    """An AM number that the base gives to another doctor (alert)."""
    request = kit.fresh(lambda client: client.had_wave_1 and len(client.am_numbers) > 1)
    _first(request, "medecins")["numeroAm"] = kit.take().am_numbers[0][0]
    return _repriced(kit, request)


@_breaks("UNI-001", frozenset({_MDV}))
def _doctor_taken(kit: Kit) -> Request:
    assert kit.holder is not None
    return kit.desk.advance(kit.holder, signed_on=kit.signed_on)


@_breaks("UNI-002", frozenset({_RIS}))
@_breaks("UNI-005", frozenset({_DB}))
def _siren_taken(kit: Kit) -> Request:
    assert kit.split is not None
    request = kit.desk.advance(other_part(kit.split), signed_on=kit.signed_on)
    if request["pacs"]:
        request["pacs"]["identifiant"] += "-B"
    return request


@_breaks("UNI-003", frozenset({_RIS}))
@_breaks("UNI-006", frozenset({_DB}))
def _am_taken(kit: Kit) -> Request:
    request = kit.fresh(has_wave_1)
    request["clients"][0]["medecins"].append(next(kit.desk.doctors([kit.held_doctor()])))
    return request


@_breaks("UNI-004", frozenset({_RIS}))
@_breaks("UNI-007", frozenset({_DB}))
def _site_taken(kit: Kit) -> Request:
    assert kit.site_owner is not None
    return kit.desk.advance(kit.site_owner, signed_on=kit.signed_on)


@_breaks("UNI-009")
def _twice_in_file(kit: Kit) -> Request:
    """The same doctor in two requests of the file: the first stands."""
    client = kit.take()
    first = kit.desk.advance(client, signed_on=kit.signed_on)
    kit.companions.append(first)
    if kit.is_town:
        return kit.desk.advance(client, signed_on=kit.signed_on)
    second = kit.fresh(has_wave_1)
    second["clients"][0]["medecins"].append(dict(_first(first, "medecins")))
    return second


@_breaks("ATT-001", frozenset({_DB}))
def _without_ris(kit: Kit) -> Request:
    client = kit.pools.imaging.take(lambda client: client.is_stable)
    return kit.desk.advance(client, signed_on=kit.signed_on)


@_breaks("MNT-001")
def _over_ceiling(kit: Kit) -> Request:
    """Above the ceiling excluding VAT; under it including VAT, at the overseas rate."""
    request = kit.fresh()
    net = kit.desk.ceiling(request) + 50
    vat = vat_on(net, Decimal("8.5")) if kit.desk.organisation.is_vat_subject else ZERO
    request["bonDeCommande"] |= amounts(net, vat)
    return request


@_breaks("MNT-002")
def _wrong_sum(kit: Kit) -> Request:
    request = _repriced(kit, kit.fresh())
    request["bonDeCommande"]["montantTTC"] = round(request["bonDeCommande"]["montantTTC"] + 0.1, 2)
    return request


@_breaks("MNT-003", _IMAGING)
def _unknown_activity(kit: Kit) -> Request:
    """An AM number whose 2023 activity the base does not give (alert)."""
    stranger = kit.pools.unvalued.take().doctors[0]
    number = next(number for number, acts in stranger.am_numbers if acts is None)
    person = replace(stranger, am_numbers=((number, None),))
    client = kit.take(has_wave_1)
    client = replace(client, doctors=(*client.doctors, person))
    return kit.desk.advance(client, signed_on=kit.signed_on)


@_breaks("MNT-004", _IMAGING)
def _said_new(kit: Kit) -> Request:
    """A doctor declared new, whose 2023 activity the base knows (alert)."""
    request = kit.fresh(lambda client: bool(client.am_numbers[0][1]))
    _first(request, "medecins")["situation2023"] = "NOUVEAU"
    return _repriced(kit, request)


@_breaks("MNT-005")
def _too_much_aid(kit: Kit) -> Request:
    """Aid declared by the client just under the ceiling: this one goes above (alert)."""
    request = kit.fresh(lambda client: client.structure_type != StructureType.ESTABLISHMENT)
    granted_on = kit.signed_on - timedelta(days=200)
    _first(request).update(
        aideMinimisPercue=True,
        aidesMinimis=[{"dateAttribution": granted_on.isoformat(), "montant": 299_950}],
    )
    return request


def advance_faults(kit: Kit) -> Iterator[tuple[str, Request]]:
    """(code, request) for every rule that a file of advances of this scheme can break."""
    for code in codes_of(kit.scheme):
        yield code, broken(kit, code)
