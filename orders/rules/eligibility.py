"""Who may receive the service (ELI, domain page section 6), judged on the base. Pure Python.

An identifier that the base does not have is the business of ELI-001 alone: the other rules pass
over it, so that one fault gives one finding.
"""

from __future__ import annotations

from collections.abc import Iterator

from segur_portal.common.enums import IMAGING, Kind, SchemeCode, Service
from segur_portal.common.rules import Breach, Rule, Severity

from .facts import BaseRows, Client, EligibilityFacts, OrderFacts
from .identifiers import Named, am_number, finess, named_identifiers
from .imaging import imaging_client
from .town import town_doctor, town_structure
from .words import LABELS, Activity, Key


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
                yield finess(line)
        seen: set[str] = set()
        for doctor in client.doctors:
            if not is_ris and doctor.rpps not in seen:
                seen.add(doctor.rpps)
                yield Named(Key.RPPS, doctor.rpps, doctor.name, f"{doctor.pointer}/rpps")
            if not (is_ris and doctor.activity == Activity.NUCLEAR):
                yield am_number(doctor)


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
        check=town_doctor,
        schemes=_MDV,
        kinds=_ADVANCE,
    ),
    Rule(
        code="ELI-003",
        severity=Severity.KO,
        title="La structure est une MSP ou un centre de santé admis, avec un médecin",
        message="Dans la base, {name} est de type « {found} » ; il faut {expected}.",
        advice=(
            "Corrigez « typeClient » ou le FINESS. Les centres infirmiers et dentaires relèvent "
            "d’un autre couloir."
        ),
        source="Domaine, section 6, Éligibilité ; webinaire, « Clients LGC »",
        check=town_structure,
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
        check=imaging_client,
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
