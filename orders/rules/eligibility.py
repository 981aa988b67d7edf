"""Who may receive the service (ELI, domain page section 6), judged on the base. Pure Python.

An identifier that the base does not have is the business of ELI-001 alone: the other rules pass
over it, so that one fault gives one finding.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from segur_portal.common.enums import IMAGING, Kind, SchemeCode, Service
from segur_portal.common.french import count
from segur_portal.common.rules import Breach, Rule, Severity

from .facts import BaseRow, BaseRows, Client, Doctor, EligibilityFacts, Establishment, OrderFacts
from .words import LABELS, Activity, ClientKind, Key, StructureType

# Domain page, section 6: specialties excluded by ELI-002, alone admitted by ELI-004. The short
# names are ours.
RADIOLOGY = ("radiodiagnostic et imagerie médicale", "radiodiagnostic", "radiologie")
NUCLEAR_MEDICINE = ("médecine nucléaire",)
EXCLUDED_FROM_MDV = ("biologie médicale", *RADIOLOGY, *NUCLEAR_MEDICINE)
ADMITTED_IN_IMAGING = (*RADIOLOGY, *NUCLEAR_MEDICINE)
# Section 6, ELI-003: nursing and dental centres belong to another corridor.
ADMITTED_CENTRES = frozenset({StructureType.CDS_MULTI.value, StructureType.CDS_MEDICAL.value})
LEGAL_PERSONS = frozenset({StructureType.PRACTICE.value, StructureType.ESTABLISHMENT.value})


@dataclass(frozen=True, slots=True)
class Named:
    """An identifier that the order names: kind, value, whose it is, and where."""

    kind: Key
    value: str
    name: str
    pointer: str

    @property
    def key(self) -> tuple[str, str]:
        """Its key in the base."""
        return (self.kind.value, self.value)


def folded(text: str) -> str:
    """Letters and digits only, without case or accent: how specialties are compared."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[^a-z0-9]", "", plain)


_EXCLUDED = frozenset(map(folded, EXCLUDED_FROM_MDV))
_ADMITTED = frozenset(map(folded, ADMITTED_IN_IMAGING))


def named_identifiers(order: OrderFacts) -> Iterator[Named]:
    """Every identifier of the order, in its order; repeated ones each time."""
    for client in order.clients:
        if client.siren:
            yield Named(Key.SIREN, client.siren, client.name, f"{client.pointer}/siren")
        for line in client.establishments:
            yield _finess(line)
        for doctor in client.doctors:
            yield Named(Key.RPPS, doctor.rpps, doctor.name, f"{doctor.pointer}/rpps")
            yield _am(doctor)


def _finess(line: Establishment) -> Named:
    return Named(Key.FINESS, line.finess, line.name, f"{line.pointer}/finessGeographique")


def _am(doctor: Doctor) -> Named:
    return Named(Key.AM, doctor.am_number, doctor.name, f"{doctor.pointer}/numeroAm")


def _in_base(facts: EligibilityFacts) -> Iterator[Breach]:
    """ELI-001: one breach for each identifier that the base does not have."""
    told: set[tuple[str, str]] = set()
    for named in named_identifiers(facts.order):
        if named.key in facts.base or named.key in told:
            continue
        told.add(named.key)
        is_finess = named.kind is Key.AM and (Key.FINESS.value, named.value) in facts.base
        yield Breach(
            named.pointer,
            found=named.value,
            expected="un numéro de la base des clients éligibles",
            values={"label": LABELS[named.kind], "name": named.name},
            message=_FINESS_AS_AM if is_finess else None,
            advice=_FINESS_AS_AM_ADVICE if is_finess else None,
        )


_FINESS_AS_AM = (
    "{found} ({name}) est le numéro FINESS d’un établissement, pas le numéro d’AM d’un médecin."
)
_FINESS_AS_AM_ADVICE = (
    "Écrivez le numéro d’AM du médecin, ou déplacez ce FINESS dans le bloc « etablissements »."
)


def _town_doctor(facts: EligibilityFacts) -> Iterator[Breach]:
    """ELI-002: a liberal activity, and a specialty that is not excluded.

    A specialty that the base does not give is not held against the doctor.
    """
    for doctor, row in _doctors(facts, {ClientKind.DOCTOR.value}):
        pointer = f"{doctor.pointer}/rpps"
        values = {"name": doctor.name}
        if not _is_liberal(facts, doctor.rpps, row):
            yield Breach(
                pointer, found="aucune activité libérale", expected="une activité libérale",
                values=values,
            )  # fmt: skip
        if folded(row.specialty) in _EXCLUDED:
            yield Breach(
                pointer,
                found=row.specialty,
                expected="une spécialité de médecine de ville",
                values=values,
                message="{name} a une spécialité exclue de ce dispositif : {found}.",
                advice="Ce médecin n’est pas éligible ici ; voyez les dispositifs d’imagerie.",
            )


def _is_liberal(facts: EligibilityFacts, rpps: str, row: BaseRow) -> bool:
    """Whether the base knows a liberal activity, on the RPPS or on one AM number of the order."""
    am_numbers = {
        doctor.am_number
        for client in facts.order.clients
        for doctor in client.doctors
        if doctor.rpps == rpps
    }
    rows = [facts.base.get((Key.AM.value, number)) for number in am_numbers]
    return row.is_liberal or any(line is not None and line.is_liberal for line in rows)


def _doctors(facts: EligibilityFacts, kinds: set[str]) -> Iterator[tuple[Doctor, BaseRow]]:
    """Each doctor of clients of these kinds once, with the RPPS line of the base."""
    seen: set[str] = set()
    for client in facts.order.clients:
        for doctor in client.doctors if client.kind in kinds else ():
            row = facts.base.get((Key.RPPS.value, doctor.rpps))
            if row is not None and doctor.rpps not in seen:
                seen.add(doctor.rpps)
                yield doctor, row


def _town_structure(facts: EligibilityFacts) -> Iterator[Breach]:
    """ELI-003: an MSP with a liberal doctor, or a multi-purpose or medical CDS with a doctor."""
    for client in facts.order.clients:
        for line in client.establishments:
            row = facts.base.get((Key.FINESS.value, line.finess))
            if row is not None and (breach := _wrong_structure(client, line, row)):
                yield breach


def _wrong_structure(client: Client, line: Establishment, row: BaseRow) -> Breach | None:
    pointer, values = f"{line.pointer}/finessGeographique", {"name": line.name}
    if client.kind == ClientKind.MSP:
        wrong_type = row.structure_type != StructureType.MSP
        expected, lacks_doctor = "une MSP", not (row.is_liberal and row.doctor_count)
        doctors = "au moins un médecin libéral"
    else:
        wrong_type = row.structure_type not in ADMITTED_CENTRES
        expected, lacks_doctor = "un centre de santé polyvalent ou médical", not row.doctor_count
        doctors = "au moins un médecin salarié"
    if wrong_type:
        return Breach(pointer, found=row.structure_type, expected=expected, values=values)
    if lacks_doctor:
        return Breach(
            pointer,
            found=f"{count(row.doctor_count, 'médecin')} dans la base",
            expected=doctors,
            values=values,
            message="{name} n’a pas {expected} dans la base des clients éligibles.",
            advice="Cette structure n’est pas éligible tant que la base n’en connaît pas.",
        )
    return None


def _imaging_client(facts: EligibilityFacts) -> Iterator[Breach]:
    """ELI-004: legal persons with a SIREN; radiologists and nuclear-medicine doctors only."""
    for client in facts.order.clients:
        row = facts.base.get((Key.SIREN.value, client.siren or ""))
        is_natural = row is not None and row.structure_type not in LEGAL_PERSONS | {""}
        if not client.siren or is_natural:
            yield Breach(
                f"{client.pointer}/siren",
                found=client.siren,
                expected="le SIREN d’un établissement de santé ou d’un cabinet",
                values={"name": client.name},
            )
    kinds = {client.kind for client in facts.order.clients}
    for doctor, row in _doctors(facts, kinds):
        if row.specialty and folded(row.specialty) not in _ADMITTED:
            yield Breach(
                f"{doctor.pointer}/rpps",
                found=row.specialty,
                expected="radiologue ou médecin nucléaire",
                values={"name": doctor.name},
                message="{name} n’est ni radiologue ni médecin nucléaire : {found}.",
                advice="Ôtez ce médecin de la demande : son activité n’y est pas finançable.",
            )


def _without_wave_1(facts: EligibilityFacts) -> Iterator[Breach]:
    """ELI-005: neither funded nor paid by the client itself; RIS looks at the whole instance.

    For a town doctor or structure, what counts is its own RPPS, AM numbers or FINESS, not the
    SIREN, which several of them may share. For RIS, one AM number or FINESS of radiology (or
    mixed) is enough.
    """
    order = facts.order
    if order.service != Service.WAVE_1_AND_2:
        return
    for client in order.clients:
        if client.paid_wave_1:
            yield Breach(
                f"{client.pointer}/miseAJourVague1AFraisPropres",
                found="true",
                expected="false",
                values={"name": client.name},
                message="{name} a financé à ses frais la mise à jour vers la Vague 1.",
            )
    for named in _instance(order):
        row = facts.base.get(named.key)
        if row is not None and row.had_wave_1:
            yield Breach(
                named.pointer,
                found=named.value,
                expected="un identifiant sans prestation Vague 1 financée",
                values={"label": LABELS[named.kind], "name": named.name},
            )


def _instance(order: OrderFacts) -> Iterator[Named]:
    """The identifiers that tell whether the Vague 1 was funded."""
    is_ris = order.scheme == SchemeCode.RIS
    for client in order.clients:
        for line in client.establishments:
            if not (is_ris and line.activity == Activity.NUCLEAR):
                yield _finess(line)
        seen: set[str] = set()
        for doctor in client.doctors:
            if not is_ris and doctor.rpps not in seen:
                seen.add(doctor.rpps)
                yield Named(Key.RPPS, doctor.rpps, doctor.name, f"{doctor.pointer}/rpps")
            if not (is_ris and doctor.activity == Activity.NUCLEAR):
                yield _am(doctor)


def _couples_agree(facts: EligibilityFacts) -> Iterator[Breach]:
    """ELI-006: AM and RPPS, FINESS and SIREN agree with the base, where it gives both."""
    for client in facts.order.clients:
        for line in client.establishments:
            row = facts.base.get((Key.FINESS.value, line.finess))
            if row is not None and client.siren and row.siren not in ("", client.siren):
                yield Breach(
                    f"{line.pointer}/finessGeographique",
                    found=f"FINESS {line.finess}, SIREN {client.siren}",
                    expected=f"SIREN {row.siren}",
                    values={"finess": line.finess, "siren": client.siren},
                )
        yield from _strange_am_numbers(client, facts.base)


def _strange_am_numbers(client: Client, base: BaseRows) -> Iterator[Breach]:
    """AM numbers of another RPPS. Whose they are is not said: it is not the supplier's business."""
    for doctor in client.doctors:
        row = base.get((Key.AM.value, doctor.am_number))
        if row is not None and row.rpps not in ("", doctor.rpps):
            yield Breach(
                f"{doctor.pointer}/numeroAm",
                found=f"AM {doctor.am_number}, RPPS {doctor.rpps}",
                expected="le RPPS auquel la base rattache ce numéro d’AM",
                values={"am": doctor.am_number, "rpps": doctor.rpps, "name": doctor.name},
                message=(
                    "Dans la base, le numéro d’AM {am} n’est pas rattaché au RPPS {rpps} ({name})."
                ),
                advice="Vérifiez le couple RPPS et numéro d’AM de ce médecin.",
            )


_ADVANCE = frozenset({Kind.ADVANCE.value})
_MDV = frozenset({SchemeCode.MDV.value})

RULES: tuple[Rule[EligibilityFacts], ...] = (
    Rule(
        code="ELI-001",
        severity=Severity.KO,
        title="Chaque identifiant de la commande est dans la base des clients éligibles",
        message=(
            "{label} {found} ({name}) n’est pas dans la base des clients éligibles de ce "
            "dispositif."
        ),
        advice=(
            "Vérifiez ce numéro dans la base publiée par l’ANS ; s’il est juste, ce client n’est "
            "pas éligible à ce jour."
        ),
        source="Domaine, section 6, Éligibilité ; webinaire, « Bonnes pratiques »",
        check=_in_base,
        kinds=_ADVANCE,
    ),
    Rule(
        code="ELI-002",
        severity=Severity.KO,
        title="Le médecin de ville a une activité libérale et une spécialité admise",
        message="La base ne connaît aucune activité libérale de {name}.",
        advice="Seuls les médecins ayant au moins une activité libérale sont éligibles.",
        source="Domaine, section 6, Éligibilité ; webinaire, « Clients LGC »",
        check=_town_doctor,
        schemes=_MDV,
        kinds=_ADVANCE,
    ),
    Rule(
        code="ELI-003",
        severity=Severity.KO,
        title="La structure est une MSP ou un centre de santé admis, avec un médecin",
        message="Dans la base, {name} est de type {found} ; il faut {expected}.",
        advice=(
            "Corrigez « typeClient » ou le FINESS. Les centres infirmiers et dentaires relèvent "
            "d’un autre couloir."
        ),
        source="Domaine, section 6, Éligibilité ; webinaire, « Clients LGC »",
        check=_town_structure,
        schemes=_MDV,
        kinds=_ADVANCE,
    ),
    Rule(
        code="ELI-004",
        severity=Severity.KO,
        title="Le client d’imagerie est une personne morale, ses médecins des imageurs",
        message="{name} n’est pas, d’après son SIREN, un établissement de santé ou un cabinet.",
        advice="Donnez le SIREN de la personne morale (établissement, SEL, SCM, GIE…).",
        source="Domaine, section 6, Éligibilité ; webinaire, « Clients DRIMbox et RIS »",
        check=_imaging_client,
        schemes=IMAGING,
        kinds=_ADVANCE,
    ),
    Rule(
        code="ELI-005",
        severity=Severity.KO,
        title="La prestation « Vague 1 + Vague 2 » va à un client sans Vague 1",
        message="{label} {found} ({name}) a déjà bénéficié d’une prestation Vague 1 financée.",
        advice="Ce client ne peut recevoir que la prestation « Vague 2 » : changez « prestation ».",
        source="Domaine, section 6, Éligibilité ; webinaire, note sur SONS-RAD-RIS-Va1",
        check=_without_wave_1,
        schemes=_MDV | {SchemeCode.RIS.value},
        kinds=_ADVANCE,
    ),
    Rule(
        code="ELI-006",
        severity=Severity.ALERT,
        title="Les couples AM et RPPS, FINESS et SIREN, sont ceux de la base",
        message="Dans la base, le FINESS {finess} n’est pas rattaché au SIREN {siren}.",
        advice="Vérifiez le FINESS et le SIREN : la base indique {expected}.",
        source="Domaine, section 6, Éligibilité",
        check=_couples_agree,
        kinds=_ADVANCE,
    ),
)
