"""What keeps an enrolment from being sent, in words (domain page, section 3). Pure Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from segur_portal.common.french import day, listed

from .documents import (
    Asked,
    DocumentKind,
    EnrolmentFacts,
    Osu,
    Provided,
    Proxy,
    Stage,
    date_fault,
    documents_asked,
    proof_fault,
)

# By these an agent signs for the legal representative.
_DELEGATIONS = frozenset({DocumentKind.PROXY_MANDATE, DocumentKind.SERVICE_CONTRACT})
_SIGNERS = {
    Proxy.EMPLOYEE: "mandataire salarié de l’organisation",
    Proxy.THIRD_PARTY: "mandataire employé par un tiers",
}


@dataclass(frozen=True, slots=True)
class Lack:
    """Something missing, in words; `asked` is the document, or None for a question."""

    sentence: str
    step: str
    asked: Asked | None = field(default=None, compare=False)


def missing(
    facts: EnrolmentFacts,
    provided: Mapping[tuple[str, int | None], Provided],
    *,
    stage: str,
    on: date,
    has_bank_details: bool,
    must_run: bool = True,
) -> list[Lack]:
    """Everything that still keeps this enrolment from being submitted at this stage, in words.

    `must_run`: who signs by delegation holds it already that day; once the enrolment is validated,
    a renewal may begin later.
    """
    lacks = list(questions(facts, stage))
    for asked in documents_asked(facts, stage):
        if fault := fault_of(asked, provided.get(asked.key), facts, on, must_run=must_run):
            lacks.append(Lack(f"{asked.name} : {fault}.", "documents", asked))
    if not has_bank_details:
        lacks.append(Lack("Coordonnées bancaires : à saisir ou à corriger.", "banque"))
    return lacks


def fault_of(
    asked: Asked,
    document: Provided | None,
    facts: EnrolmentFacts,
    on: date,
    *,
    must_run: bool = False,
) -> str:
    """What is wrong on that day with a document asked; empty when nothing is."""
    if document is None:
        return "à déposer"
    if document.state == "to_correct":
        return "à corriger"
    if fault := date_fault(asked.dates, document, facts.bank_max_age_months):
        return fault
    if document.expires_on is not None and document.expires_on < on:
        return f"expiré depuis le {day(document.expires_on)}"
    starts_on = document.starts_on
    if must_run and asked.kind in _DELEGATIONS and starts_on is not None and starts_on > on:
        return f"il ne vaut qu’à partir du {day(starts_on)}"
    return proof_fault(asked, document, facts)


def questions(facts: EnrolmentFacts, stage: str) -> Iterator[Lack]:
    """The questions that are not answered, or whose answers do not agree."""
    if not facts.legal_representative.strip():
        yield Lack("Nom du représentant légal : à indiquer.", "organisation")
    if facts.signer != Proxy.NONE and facts.signer != facts.proxy:
        yield Lack(
            "Mandataire : vous signez comme "
            f"{_SIGNERS[Proxy(facts.signer)]}, et l’enrôlement ne le déclare pas. Déclarez-le, "
            "avec ses pièces, ou faites signer le représentant légal.",
            "organisation",
        )
    if facts.proxy != Proxy.NONE and not facts.proxy_name.strip():
        yield Lack("Nom du mandataire : à indiquer.", "organisation")
    if facts.requires_hosting and facts.hosts_data is None:
        yield Lack("Hébergement de données de santé : répondez oui ou non.", "organisation")
    if stage == Stage.FINAL and (sentence := _osu(facts)):
        yield Lack(f"Habilitation OSU : {sentence}.", "organisation")
    if not facts.solutions:
        yield Lack("Solutions : choisissez-en au moins une.", "solutions")


def _osu(facts: EnrolmentFacts) -> str:
    """What the answer on the OSU habilitation lacks (section 1): only a distributor may rely on
    the editor's."""
    own = [one.name for one in facts.solutions if one.is_own]
    if facts.osu == Osu.UNSAID:
        return "dites si vous l’avez, si vous l’avez demandée, ou si c’est celle de l’éditeur"
    if facts.osu == Osu.HELD and facts.osu_granted_on is None:
        return "indiquez le jour de son obtention"
    if facts.osu == Osu.EDITOR and own:
        return f"il vous faut la vôtre, puisque vous éditez {listed(own)}"
    return ""


def advice(facts: EnrolmentFacts, stage: str) -> Iterator[str]:
    """What does not keep the enrolment from being sent, and will count afterwards, in words."""
    if stage != Stage.FINAL:
        return
    if unknown := [one.name for one in facts.solutions if not one.is_referenced]:
        are = "ne sont pas référencées" if len(unknown) > 1 else "n’est pas référencée"
        yield (
            f"{listed(unknown)} {are} par l’ANS à ce jour : l’ASP ne pourra valider le définitif "
            "qu’ensuite. Vous pouvez ne garder que les solutions référencées ; les autres "
            "rejoindront l’enrôlement plus tard."
        )
    if facts.osu == Osu.PENDING:
        yield (
            "Vos demandes d’avance seront KO (ENR-004) tant que vous n’aurez pas déclaré votre "
            "habilitation OSU."
        )
