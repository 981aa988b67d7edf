"""The documents asked of an enrolment (domain page, section 3). Pure Python.

One table, `REQUIREMENTS`, read by the screens, by the obligation to answer and by the check made
when an enrolment is submitted or validated: they can never disagree.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from segur_portal.common.french import day


class DocumentKind(StrEnum):
    """Kinds of supporting document."""

    IDENTITY = "identity"
    BANK = "bank"
    CERTIFICATE = "certificate"
    HOSTING_STATEMENT = "hosting_statement"
    HOSTING_CERTIFICATE = "hosting_certificate"
    KBIS = "kbis"
    VAT = "vat"
    DISTRIBUTION_MANDATE = "distribution_mandate"
    PROXY_IDENTITY = "proxy_identity"
    PROXY_MANDATE = "proxy_mandate"
    SERVICE_CONTRACT = "service_contract"


class Stage(StrEnum):
    """The two stages of an enrolment."""

    EARLY = "early"
    FINAL = "final"


class Proxy(StrEnum):
    """Who employs the agent that the legal representative appoints, if any."""

    NONE = "none"
    EMPLOYEE = "employee"
    THIRD_PARTY = "third_party"


class Osu(StrEnum):
    """What a supplier says of the OSU habilitation (section 1): held, the editor's relied upon,
    or asked for and not obtained."""

    UNSAID = ""
    HELD = "held"
    EDITOR = "editor"
    PENDING = "pending"


class Dates(StrEnum):
    """Which dates a document carries, hence when it holds.

    `EXPIRES`: until a day, held on the day of deposit. `ISSUED`: recent enough on the day of
    deposit. `PERIOD`: from a day, maybe until another. `MAY_EXPIRE`: until a day, if there is one.
    """

    NONE = "none"
    EXPIRES = "expires"
    ISSUED = "issued"
    PERIOD = "period"
    MAY_EXPIRE = "may_expire"


@dataclass(frozen=True, slots=True)
class NamedSolution:
    """A solution of the enrolment; `is_own` when the supplier is its editor, `is_referenced` when
    ANS recorded its referencing."""

    id: int
    name: str
    is_own: bool
    is_referenced: bool = True


@dataclass(frozen=True, slots=True)
class EnrolmentFacts:
    """What the table reads. `hosts_data` is None while the question is not answered; `signer` is
    which kind of agent signs, or would: none when it is the legal representative, or nobody yet."""

    solutions: tuple[NamedSolution, ...] = ()
    requires_hosting: bool = True
    hosts_data: bool | None = None
    legal_representative: str = ""
    registered_name: str = ""
    wanted_name: str = ""
    is_vat_subject: bool = True
    osu: str = Osu.UNSAID
    osu_granted_on: date | None = None
    proxy: str = Proxy.NONE
    proxy_name: str = ""
    signer: str = Proxy.NONE
    bank_max_age_months: int = 3


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of the table: a kind of document, when it is asked, and why, in words.

    `proves` names the answers that the document bears on: accepted for one of them, it does not
    hold for another.
    """

    kind: DocumentKind
    label: str
    when: str
    applies: Callable[[EnrolmentFacts], bool]
    dates: Dates = Dates.NONE
    stage: Stage = Stage.EARLY
    for_solution: Callable[[NamedSolution], bool] | None = None
    proves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A document asked of one enrolment. `solution` is the one it is about, if it is."""

    kind: DocumentKind
    label: str
    reason: str
    stage: Stage
    dates: Dates
    solution: NamedSolution | None = None

    @property
    def key(self) -> tuple[str, int | None]:
        """What identifies it in an enrolment."""
        return self.kind.value, self.solution.id if self.solution else None

    @property
    def name(self) -> str:
        """Its label, with the solution it is about."""
        return f"{self.label} – {self.solution.name}" if self.solution else self.label


@dataclass(frozen=True, slots=True)
class Provided:
    """A document deposited, its dates and what an officer said of it: `proves` are the answers
    that it was accepted for."""

    state: str
    deposited_on: date
    issued_on: date | None = None
    starts_on: date | None = None
    expires_on: date | None = None
    covers_osu: bool = False
    proves: Mapping[str, str] = field(default_factory=dict)


REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement(
        DocumentKind.IDENTITY,
        "Pièce d’identité du représentant légal",
        "Toujours demandée ; en cours de validité le jour du dépôt.",
        lambda facts: True,
        Dates.EXPIRES,
        proves=("legal_representative",),
    ),
    Requirement(
        DocumentKind.BANK,
        "Relevé d’identité bancaire (RIB)",
        "Toujours demandé ; il date de {months} au plus.",
        lambda facts: True,
        Dates.ISSUED,
    ),
    Requirement(
        DocumentKind.CERTIFICATE,
        "Certificat de référencement",
        "Demandé pour chaque solution, à l’étape définitive seulement.",
        lambda facts: True,
        Dates.MAY_EXPIRE,
        Stage.FINAL,
        for_solution=lambda solution: True,
    ),
    Requirement(
        DocumentKind.HOSTING_STATEMENT,
        "Attestation sur l’honneur de non-hébergement de données de santé",
        "Demandée sur ce dispositif quand vous n’hébergez pas de données de santé.",
        lambda facts: facts.requires_hosting and facts.hosts_data is False,
    ),
    Requirement(
        DocumentKind.HOSTING_CERTIFICATE,
        "Certificat d’hébergeur de données de santé (HDS)",
        "Demandé sur ce dispositif quand vous hébergez des données de santé.",
        lambda facts: facts.requires_hosting and facts.hosts_data is True,
        Dates.EXPIRES,
    ),
    Requirement(
        DocumentKind.KBIS,
        "Extrait Kbis",
        "Demandé parce que vous voulez un autre nom que celui du registre.",
        lambda facts: (
            bool(facts.wanted_name.strip())
            and not same_name(facts.wanted_name, facts.registered_name)
        ),
        proves=("wanted_name",),
    ),
    Requirement(
        DocumentKind.VAT,
        "Justificatif de non-assujettissement à la TVA",
        "Demandé parce que vous n’êtes pas assujetti à la TVA.",
        lambda facts: not facts.is_vat_subject,
    ),
    Requirement(
        DocumentKind.DISTRIBUTION_MANDATE,
        "Mandat de distribution signé par l’éditeur",
        "Demandé pour chaque solution que vous distribuez sans l’éditer.",
        lambda facts: True,
        Dates.PERIOD,
        for_solution=lambda solution: not solution.is_own,
    ),
    Requirement(
        DocumentKind.PROXY_IDENTITY,
        "Pièce d’identité du mandataire",
        "Demandée parce que le représentant légal désigne un mandataire.",
        lambda facts: facts.proxy in (Proxy.EMPLOYEE, Proxy.THIRD_PARTY),
        Dates.EXPIRES,
        proves=("proxy_name",),
    ),
    Requirement(
        DocumentKind.PROXY_MANDATE,
        "Mandat du représentant légal, signé par lui",
        "Demandé parce que le mandataire est votre salarié.",
        lambda facts: facts.proxy == Proxy.EMPLOYEE,
        Dates.PERIOD,
        proves=("legal_representative", "proxy_name"),
    ),
    Requirement(
        DocumentKind.SERVICE_CONTRACT,
        "Contrat de prestation portant la délégation de signature",
        "Demandé parce que le mandataire est salarié d’un tiers.",
        lambda facts: facts.proxy == Proxy.THIRD_PARTY,
        Dates.PERIOD,
        proves=("proxy_name",),
    ),
)
LABELS = {requirement.kind: requirement.label for requirement in REQUIREMENTS}
DATES = {requirement.kind: requirement.dates for requirement in REQUIREMENTS}
_PROVES = {requirement.kind: requirement.proves for requirement in REQUIREMENTS}
# Accepted documents whose end takes away what they gave; a distribution mandate ends with its own
# rule (ENR-003), a bank statement or a statement on honour does not end.
SUSPENDING = frozenset(
    {
        DocumentKind.IDENTITY,
        DocumentKind.CERTIFICATE,
        DocumentKind.HOSTING_CERTIFICATE,
        DocumentKind.PROXY_IDENTITY,
        DocumentKind.PROXY_MANDATE,
        DocumentKind.SERVICE_CONTRACT,
    }
)


def documents_asked(facts: EnrolmentFacts, stage: str = Stage.FINAL) -> list[Asked]:
    """The documents asked at this stage, in the table's order; the final stage asks for all."""
    return [
        Asked(
            line.kind,
            line.label,
            line.when.format(months=f"{facts.bank_max_age_months} mois"),
            line.stage,
            line.dates,
            solution,
        )
        for line in REQUIREMENTS
        if line.applies(facts) and (stage == Stage.FINAL or line.stage == Stage.EARLY)
        for solution in _about(line, facts)
    ]


def anchor_of(kind: str, solution_id: int | None) -> str:
    """The place of a document in the page of an enrolment's documents."""
    about = f"-{solution_id}" if solution_id else ""
    return f"piece-{kind}{about}".replace("_", "-")


def _about(line: Requirement, facts: EnrolmentFacts) -> Iterable[NamedSolution | None]:
    if line.for_solution is None:
        return (None,)
    return tuple(solution for solution in facts.solutions if line.for_solution(solution))


def date_fault(dates: str, document: Provided, max_age_months: int) -> str:
    """Why the dates of a document are not right on the day of its deposit; empty when they are."""
    on = document.deposited_on
    if document.issued_on is not None and document.issued_on > on:
        return f"sa date ({day(document.issued_on)}) est à venir"
    if dates == Dates.ISSUED:
        if document.issued_on is None:
            return "sa date n’est pas indiquée"
        if document.issued_on < months_before(on, max_age_months):
            return f"il date du {day(document.issued_on)}, plus de {max_age_months} mois"
    if dates == Dates.EXPIRES and document.expires_on is None:
        return "sa fin de validité n’est pas indiquée"
    if dates == Dates.PERIOD and document.starts_on is None:
        return "son début n’est pas indiqué"
    if document.expires_on is not None:
        if document.expires_on < on:
            return f"sa validité a pris fin le {day(document.expires_on)}"
        if document.starts_on is not None and document.starts_on > document.expires_on:
            return "il finit avant de commencer"
    return ""


def proof_of(kind: str, facts: EnrolmentFacts) -> dict[str, str]:
    """The answers that a document of this kind bears on, as they are."""
    return {name: getattr(facts, name) for name in _PROVES[DocumentKind(kind)]}


def proof_fault(asked: Asked, document: Provided, facts: EnrolmentFacts) -> str:
    """Why an accepted document no longer says what is declared; empty when it does."""
    for name, declared in proof_of(asked.kind, facts).items():
        accepted = document.proves.get(name, "")
        if accepted and declared.strip() and not same_name(accepted, declared):
            return f"la version acceptée vaut pour « {accepted} », et non pour « {declared} »"
    if (
        asked.kind == DocumentKind.DISTRIBUTION_MANDATE
        and facts.osu == Osu.EDITOR
        and not document.covers_osu
    ):
        return (
            "vous vous appuyez sur l’habilitation OSU de l’éditeur ; ce mandat doit le prévoir, "
            "et vous l’indiquez en le déposant"
        )
    return ""


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, whatever their capitals and spaces."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def months_before(on: date, months: int) -> date:
    """The same day so many months earlier, or the last day of that month (31 May − 3 = 28 Feb)."""
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))
