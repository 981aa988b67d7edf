"""Every line of the table of documents, both ways (domain page, section 3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.rules.completeness import advice, fault_of, missing, questions
from enrolment.rules.documents import (
    REQUIREMENTS,
    Asked,
    Dates,
    DocumentKind,
    EnrolmentFacts,
    NamedSolution,
    Osu,
    Provided,
    Proxy,
    Requirement,
    Stage,
    date_fault,
    documents_asked,
    months_before,
    proof_fault,
    proof_of,
)
from tests.rule_cases import BAD_TYPOGRAPHY

OWN, OTHERS = NamedSolution(1, "RIS 5", True), NamedSolution(2, "Box 4", False)
DAY = date(2026, 9, 15)
PLAIN = EnrolmentFacts(
    solutions=(OWN,),
    hosts_data=False,
    legal_representative="A. B.",
    osu=Osu.HELD,
    osu_granted_on=date(2025, 1, 1),
)
K = DocumentKind

# (line, facts, stage, whether it is asked)
TABLE = [
    (K.IDENTITY, PLAIN, Stage.EARLY, True),
    (K.IDENTITY, EnrolmentFacts(), Stage.FINAL, True),
    (K.BANK, PLAIN, Stage.EARLY, True),
    (K.BANK, EnrolmentFacts(), Stage.FINAL, True),
    (K.CERTIFICATE, PLAIN, Stage.FINAL, True),
    (K.CERTIFICATE, PLAIN, Stage.EARLY, False),
    (K.HOSTING_STATEMENT, replace(PLAIN, hosts_data=False), Stage.EARLY, True),
    (K.HOSTING_STATEMENT, replace(PLAIN, hosts_data=True), Stage.FINAL, False),
    (K.HOSTING_STATEMENT, replace(PLAIN, requires_hosting=False), Stage.FINAL, False),
    (K.HOSTING_STATEMENT, replace(PLAIN, hosts_data=None), Stage.FINAL, False),
    (K.HOSTING_CERTIFICATE, replace(PLAIN, hosts_data=True), Stage.EARLY, True),
    (K.HOSTING_CERTIFICATE, replace(PLAIN, hosts_data=False), Stage.FINAL, False),
    (
        K.HOSTING_CERTIFICATE,
        replace(PLAIN, hosts_data=True, requires_hosting=False),
        Stage.FINAL,
        False,
    ),
    (K.KBIS, replace(PLAIN, wanted_name="Autre nom"), Stage.EARLY, True),
    (K.KBIS, replace(PLAIN, wanted_name="  "), Stage.FINAL, False),
    (
        K.KBIS,
        replace(PLAIN, wanted_name="LUMIRAD  Systèmes", registered_name="Lumirad Systèmes"),
        Stage.FINAL,
        False,
    ),
    (K.VAT, replace(PLAIN, is_vat_subject=False), Stage.EARLY, True),
    (K.VAT, PLAIN, Stage.FINAL, False),
    (K.DISTRIBUTION_MANDATE, replace(PLAIN, solutions=(OTHERS,)), Stage.EARLY, True),
    (K.DISTRIBUTION_MANDATE, PLAIN, Stage.FINAL, False),
    (K.PROXY_IDENTITY, replace(PLAIN, proxy=Proxy.EMPLOYEE), Stage.EARLY, True),
    (K.PROXY_IDENTITY, replace(PLAIN, proxy=Proxy.THIRD_PARTY), Stage.EARLY, True),
    (K.PROXY_IDENTITY, PLAIN, Stage.FINAL, False),
    (K.PROXY_MANDATE, replace(PLAIN, proxy=Proxy.EMPLOYEE), Stage.EARLY, True),
    (K.PROXY_MANDATE, replace(PLAIN, proxy=Proxy.THIRD_PARTY), Stage.FINAL, False),
    (K.PROXY_MANDATE, PLAIN, Stage.FINAL, False),
    (K.SERVICE_CONTRACT, replace(PLAIN, proxy=Proxy.THIRD_PARTY), Stage.EARLY, True),
    (K.SERVICE_CONTRACT, replace(PLAIN, proxy=Proxy.EMPLOYEE), Stage.FINAL, False),
    (K.SERVICE_CONTRACT, PLAIN, Stage.FINAL, False),
]


@pytest.mark.parametrize(("kind", "facts", "stage", "is_asked"), TABLE)
def test_a_line_of_the_table(
    kind: DocumentKind, facts: EnrolmentFacts, stage: Stage, is_asked: bool
) -> None:
    """A document is asked exactly when its line says so."""
    assert (kind in {one.kind for one in documents_asked(facts, stage)}) == is_asked


def test_every_line_is_tried_both_ways_where_it_has_two() -> None:
    """Each kind appears as asked, and as not asked unless it is always asked."""
    assert {line.kind for line in REQUIREMENTS} == set(DocumentKind)
    assert {kind for kind, *_, is_asked in TABLE if is_asked} == set(DocumentKind)
    always = {K.IDENTITY, K.BANK}
    assert {kind for kind, *_, is_asked in TABLE if not is_asked} == set(DocumentKind) - always


def test_certificates_and_mandates_are_asked_for_each_solution() -> None:
    """One certificate per solution, one mandate per solution of another editor."""
    asked = documents_asked(replace(PLAIN, solutions=(OWN, OTHERS)))
    assert {one.key for one in asked if one.solution} == {
        ("certificate", 1),
        ("certificate", 2),
        ("distribution_mandate", 2),
    }


facts_of_any_kind = st.builds(
    EnrolmentFacts,
    solutions=st.lists(
        st.builds(NamedSolution, st.integers(1, 50), st.text(max_size=5), st.booleans()),
        max_size=4,
        unique_by=lambda one: one.id,
    ).map(tuple),
    requires_hosting=st.booleans(),
    hosts_data=st.sampled_from([None, True, False]),
    wanted_name=st.text(max_size=5),
    is_vat_subject=st.booleans(),
    proxy=st.sampled_from(list(Proxy)),
    bank_max_age_months=st.integers(1, 24),
)


@given(facts_of_any_kind)
def test_the_early_stage_never_asks_for_more_than_the_final_one(facts: EnrolmentFacts) -> None:
    """From early to final nothing is typed again; only certificates are added."""
    early = {one.key for one in documents_asked(facts, Stage.EARLY)}
    final = {one.key for one in documents_asked(facts, Stage.FINAL)}
    assert early <= final
    assert {kind for kind, _ in final - early} <= {"certificate"}


@given(facts_of_any_kind, st.sampled_from(list(Stage)))
def test_what_is_provided_in_full_lacks_nothing(facts: EnrolmentFacts, stage: Stage) -> None:
    """The screen's list and the server's check are one: give what is shown, and it is complete."""
    facts = replace(
        facts, proxy_name="A. B.", legal_representative="A. B.", osu=Osu.HELD, osu_granted_on=DAY
    )
    good = Provided("pending", DAY, issued_on=DAY, starts_on=DAY, expires_on=DAY)
    provided = {one.key: good for one in documents_asked(facts, stage)}
    lacks = missing(facts, provided, stage=stage, on=DAY, has_bank_details=True)
    questions = facts.requires_hosting and facts.hosts_data is None
    assert bool(lacks) == (questions or not facts.solutions)
    for key in provided:
        fewer = {one: provided[one] for one in provided if one != key}
        assert missing(facts, fewer, stage=stage, on=DAY, has_bank_details=True)


def test_what_is_missing_is_said_in_words() -> None:
    """A new enrolment: every question and document, in French, each with the step to open."""
    lacks = missing(
        EnrolmentFacts(), {}, stage=Stage.EARLY, on=DAY, has_bank_details=False,
    )  # fmt: skip
    assert [(lack.step, lack.sentence) for lack in lacks] == [
        ("organisation", "Nom du représentant légal : à indiquer."),
        ("organisation", "Hébergement de données de santé : répondez oui ou non."),
        ("solutions", "Solutions : choisissez-en au moins une."),
        ("documents", "Pièce d’identité du représentant légal : à déposer."),
        ("documents", "Relevé d’identité bancaire (RIB) : à déposer."),
        ("banque", "Coordonnées bancaires : à saisir ou à corriger."),
    ]


@pytest.mark.parametrize(
    ("solutions", "osu", "granted_on", "words"),
    [
        ((OWN,), Osu.UNSAID, None, "dites si vous l’avez"),
        ((OWN,), Osu.HELD, None, "indiquez le jour de son obtention"),
        ((OWN,), Osu.HELD, DAY, ""),
        ((OWN,), Osu.PENDING, None, ""),
        ((OWN, OTHERS), Osu.EDITOR, None, "il vous faut la vôtre, puisque vous éditez RIS 5"),
        ((OTHERS,), Osu.EDITOR, None, ""),
    ],
)
def test_the_osu_habilitation_is_a_question_of_the_final_stage(
    solutions: tuple[NamedSolution, ...], osu: Osu, granted_on: date | None, words: str
) -> None:
    """Editor or distributor holds it; only a distributor may rely on the editor's (section 1)."""
    facts = replace(PLAIN, solutions=solutions, osu=osu, osu_granted_on=granted_on)
    said = {
        stage: [one.sentence for one in questions(facts, stage) if "OSU" in one.sentence]
        for stage in Stage
    }
    assert said[Stage.EARLY] == []
    assert bool(said[Stage.FINAL]) == bool(words)
    assert words in "".join(said[Stage.FINAL])


def test_what_will_count_later_is_said_without_keeping_anything_back() -> None:
    """A solution that ANS has not referenced, a habilitation that is asked for."""
    pending = replace(
        PLAIN,
        osu=Osu.PENDING,
        solutions=(replace(OWN, is_referenced=False), OTHERS),
    )
    first, second = advice(pending, Stage.FINAL)
    assert first.startswith("RIS 5 n’est pas référencée par l’ANS")
    assert "ENR-004" in second
    assert list(advice(pending, Stage.EARLY)) == []
    assert list(advice(PLAIN, Stage.FINAL)) == []


def test_a_distributor_without_habilitation_has_a_mandate_that_covers_it() -> None:
    """The mandate is what proves it: the checklist says so before any request is KO."""
    facts = replace(PLAIN, solutions=(OTHERS,), osu=Osu.EDITOR, osu_granted_on=None)
    (asked,) = (one for one in documents_asked(facts) if one.kind == K.DISTRIBUTION_MANDATE)
    mandate = Provided("accepted", DAY, starts_on=DAY)
    assert "ce mandat doit le prévoir" in fault_of(asked, mandate, facts, DAY)
    assert fault_of(asked, replace(mandate, covers_osu=True), facts, DAY) == ""
    assert fault_of(asked, mandate, replace(facts, osu=Osu.HELD), DAY) == ""


@pytest.mark.parametrize("line", REQUIREMENTS, ids=lambda line: line.kind.value)
def test_what_was_accepted_for_one_answer_does_not_hold_for_another(line: Requirement) -> None:
    """Another legal representative has its own identity document; a capital changes nothing."""
    facts = replace(PLAIN, solutions=(OTHERS,), wanted_name="Nom", proxy_name="C. D.")
    asked = Asked(line.kind, line.label, "", line.stage, line.dates)
    for name in line.proves:
        accepted = Provided("accepted", DAY, proves=proof_of(line.kind, facts))
        assert proof_fault(asked, accepted, facts) == ""
        shouted: dict[str, Any] = {name: f"  {getattr(facts, name).upper()} "}
        same = replace(facts, **shouted)
        assert proof_fault(asked, accepted, same) == ""
        another: dict[str, Any] = {name: "E. F."}
        other = replace(facts, **another)
        assert "et non pour « E. F. »" in proof_fault(asked, accepted, other)
        # Not accepted yet: an officer compares.
        assert proof_fault(asked, replace(accepted, proves={}), other) == ""
    expected = {
        K.IDENTITY: {"legal_representative"},
        K.KBIS: {"wanted_name"},
        K.PROXY_IDENTITY: {"proxy_name"},
        K.PROXY_MANDATE: {"legal_representative", "proxy_name"},
        K.SERVICE_CONTRACT: {"proxy_name"},
    }
    assert set(line.proves) == expected.get(line.kind, set())


def test_a_document_to_correct_or_expired_since_is_missing() -> None:
    """What an officer sent back, and what ended after its deposit, must be replaced."""
    sent_back = Provided("to_correct", DAY, expires_on=DAY)
    ended = Provided("accepted", date(2026, 9, 1), expires_on=date(2026, 9, 14))
    for document, words in ((sent_back, "à corriger"), (ended, "expiré depuis le 14/09/2026")):
        lacks = missing(
            PLAIN, {("identity", None): document}, stage=Stage.EARLY, on=DAY,
            has_bank_details=True,
        )  # fmt: skip
        assert words in lacks[0].sentence


@pytest.mark.parametrize(
    ("dates", "document", "fault"),
    [
        (Dates.EXPIRES, {"expires_on": DAY}, ""),
        (Dates.EXPIRES, {"expires_on": date(2026, 9, 14)}, "sa validité a pris fin le 14/09/2026"),
        (Dates.EXPIRES, {}, "sa fin de validité n’est pas indiquée"),
        (Dates.ISSUED, {"issued_on": date(2026, 6, 15)}, ""),
        (Dates.ISSUED, {"issued_on": date(2026, 6, 14)}, "il date du 14/06/2026, plus de 3 mois"),
        (Dates.ISSUED, {"issued_on": date(2026, 9, 16)}, "sa date (16/09/2026) est à venir"),
        (Dates.ISSUED, {}, "sa date n’est pas indiquée"),
        (Dates.PERIOD, {"starts_on": date(2026, 10, 1)}, ""),
        (Dates.PERIOD, {}, "son début n’est pas indiqué"),
        (
            Dates.PERIOD,
            {"starts_on": date(2026, 10, 2), "expires_on": date(2026, 10, 1)},
            "il finit avant de commencer",
        ),
        (Dates.MAY_EXPIRE, {}, ""),
        (Dates.NONE, {}, ""),
    ],
)
def test_dates_are_judged_on_the_day_of_deposit(
    dates: Dates, document: dict[str, Any], fault: str
) -> None:
    """The last day counts, the day after does not."""
    assert date_fault(dates, Provided("pending", DAY, **document), 3) == fault


@pytest.mark.parametrize(
    ("on", "months", "expected"),
    [
        (date(2026, 5, 31), 3, date(2026, 2, 28)),
        (date(2028, 5, 31), 3, date(2028, 2, 29)),
        (date(2026, 1, 15), 3, date(2025, 10, 15)),
        (date(2026, 12, 31), 12, date(2025, 12, 31)),
    ],
)
def test_months_are_counted_on_the_calendar(on: date, months: int, expected: date) -> None:
    """The end of a shorter month is its last day."""
    assert months_before(on, months) == expected


@pytest.mark.parametrize("line", REQUIREMENTS, ids=lambda line: line.kind.value)
def test_every_line_reads_as_french(line: object) -> None:
    """Labels and reasons follow French typography."""
    for text in (line.label, line.when):  # type: ignore[attr-defined]
        assert not BAD_TYPOGRAPHY.search(text), text


@pytest.mark.parametrize("kind", [K.PROXY_MANDATE, K.SERVICE_CONTRACT, K.DISTRIBUTION_MANDATE])
def test_who_signs_by_delegation_holds_it_already(kind: DocumentKind) -> None:
    """A delegation to come does not sign today; a distribution mandate may begin with its orders,
    and a renewal deposited early begins when the former ends."""
    facts = replace(PLAIN, solutions=(OTHERS,), proxy_name="C. D.")
    asked = Asked(kind, "Mandat", "", Stage.EARLY, Dates.PERIOD)
    later = Provided("pending", DAY, starts_on=date(2030, 1, 1))
    is_delegation = kind != K.DISTRIBUTION_MANDATE
    fault = fault_of(asked, later, facts, DAY, must_run=True)
    assert ("à partir du 01/01/2030" in fault) == is_delegation
    assert fault_of(asked, later, facts, DAY) == ""
    assert fault_of(asked, replace(later, starts_on=DAY), facts, DAY, must_run=True) == ""
