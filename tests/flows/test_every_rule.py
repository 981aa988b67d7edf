"""Each rule of the programme is broken by a file of the demonstration, once, and well explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from enrolment.models import Supplier, User
from funding.actions import simulate
from funding.demo.organisations import BY_KEY
from funding.demo.samples import ALL_RIGHT, DEPOSITORS, EVERY_FAULT, UNREADABLE, sample_path
from funding.demo.scenarios import FOLDER, SCENARIOS, Scenario
from funding.demo.structure_faults import structure_faults
from funding.intake import STRUCTURE_CODES
from funding.models import Correction, Deposit, FundingRequest
from funding.report.desk import Desk
from funding.report.words import absolute_pointer
from funding.rules.catalogue import CATALOGUE
from funding.workflow import REQUEST
from segur_portal.common import clock
from segur_portal.common.enums import Kind, SchemeCode
from segur_portal.common.rules import Finding, Severity
from tests.demonstration import demonstration, deposited

__all__ = ["demonstration"]
pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 15)
FILES = [(scheme, kind) for scheme in SchemeCode for kind in Kind]
# Who deposits or when breaks these, for every request of a file at once: `SCENARIOS` show them.
OF_A_WHOLE_FILE = {"CAL-001", "ENR-001", "ENR-004", "ENR-005", "ATT-002"}
# Documents come in ZIP files beside the JSON: `test_documents` shows these.
OF_DOCUMENTS = {"DOC-001", "DOC-002", "DOC-003", "DOC-004", "DOC-005"}
# No pilot is asked for DRIMbox: a parameter, not the rule, says so.
WITHOUT_PILOTS = {(SchemeCode.DB, Kind.BALANCE): {"PIL-001"}}
# A file that is not as the published schema says, without any code that says where: by
# construction none is known, and one would be a defect of the portal.
SAFETY_NET = {"STR-099"}


def findings_of(deposit: Deposit) -> list[Finding]:
    """Every finding of a deposit, in the order of its requests."""
    lines = deposit.lines.order_by("index")
    return [Finding.from_dict(item) for line in lines for item in line.findings]


def rules_of(scheme: SchemeCode, kind: Kind) -> set[str]:
    """The rules that a line of such a file can break."""
    applicable = {rule.code for rule in CATALOGUE if rule.applies(scheme=scheme, kind=kind, on=DAY)}
    return applicable - OF_A_WHOLE_FILE - OF_DOCUMENTS - WITHOUT_PILOTS.get((scheme, kind), set())


def codes_of(scheme: SchemeCode, kind: Kind) -> set[str]:
    """Every code of a file of faults: its rules, and the faults of structure it announces."""
    return rules_of(scheme, kind) | {code for code, _ in structure_faults(scheme, kind)}


def test_the_officers_of_the_demonstration_have_work(demonstration: Path) -> None:
    """No queue is empty, each state has its requests, and suppliers have something to correct."""
    officer = User.objects.get(email="gestionnaire@demo.fr")
    desk = Desk.of(officer, list(SchemeCode), clock.now())
    assert all(queue.count for queue in desk.queues()), desk.queues()
    found = set(FundingRequest.objects.values_list("state", flat=True))
    assert found >= REQUEST.states.keys() - {"accepted", "to_pay"}
    asked = Correction.objects.pending().filter(request__state="correction_requested")
    assert asked.exists()
    assert Correction.objects.exclude(answered_at=None).exists()


@pytest.mark.parametrize(("scheme", "kind"), FILES)
def test_the_file_all_right_is_integrated_whole(
    demonstration: Path, scheme: SchemeCode, kind: Kind
) -> None:
    """Every request is integrated, and there is nothing to say of any."""
    deposit = deposited(sample_path(demonstration, scheme, kind, ALL_RIGHT), DEPOSITORS[scheme][0])
    assert findings_of(deposit) == []
    assert deposit.integrated_count == deposit.request_count > 1


@pytest.mark.parametrize(("scheme", "kind"), FILES)
def test_every_code_comes_exactly_once(demonstration: Path, scheme: SchemeCode, kind: Kind) -> None:
    """The file « every rule broken once » gives exactly one finding of each code."""
    path = sample_path(demonstration, scheme, kind, EVERY_FAULT)
    deposit = deposited(path, DEPOSITORS[scheme][0])
    counts = Counter(finding.code for finding in findings_of(deposit))
    assert counts == dict.fromkeys(codes_of(scheme, kind), 1)


@pytest.mark.parametrize(("scheme", "kind"), FILES)
def test_each_finding_says_where_and_what_to_do(
    demonstration: Path, scheme: SchemeCode, kind: Kind
) -> None:
    """Each has a message, an advice, and a pointer to a place of the file."""
    path = sample_path(demonstration, scheme, kind, EVERY_FAULT)
    findings = findings_of(deposited(path, DEPOSITORS[scheme][0]))
    content = orjson.loads(path.read_bytes())
    for finding in findings:
        assert finding.message.strip(), finding
        assert finding.advice.strip(), finding
        assert exists(content, absolute_pointer(finding)), finding


def exists(content: Any, pointer: str) -> bool:
    """Whether the file has a value at this pointer, or an object where a tag is missing."""
    *parents, last = pointer.split("/")[1:]
    for step in parents:
        content = content[int(step) if isinstance(content, list) else step]
    if isinstance(content, list):
        return int(last) < len(content)
    return isinstance(content, dict)


@pytest.mark.parametrize(("scheme", "kind"), FILES)
def test_a_fault_never_stops_the_other_requests(
    demonstration: Path, scheme: SchemeCode, kind: Kind
) -> None:
    """Requests without a blocking finding are integrated; those with one are KO."""
    path = sample_path(demonstration, scheme, kind, EVERY_FAULT)
    deposit = deposited(path, DEPOSITORS[scheme][0])
    for line in deposit.lines.order_by("index"):
        is_blocked = any(item["severity"] == Severity.KO for item in line.findings)
        assert line.outcome == ("ko" if is_blocked else "integrated"), line.findings
    assert deposit.integrated_count > len({f.index for f in findings_of(deposit)}) // 20


@pytest.mark.parametrize(("scheme", "kind"), FILES)
def test_the_simulator_says_what_the_deposit_says(
    demonstration: Path, scheme: SchemeCode, kind: Kind
) -> None:
    """The same findings, word for word, before the deposit as after it."""
    path = sample_path(demonstration, scheme, kind, EVERY_FAULT)
    organisation = DEPOSITORS[scheme][0]
    before = simulated(path, organisation)
    assert before == findings_of(deposited(path, organisation))


def simulated(path: Path, organisation: str, **options: Any) -> list[Finding]:
    """The findings that the simulator gives."""
    supplier = Supplier.objects.get(siret=BY_KEY[organisation].siret)
    simulation = simulate(
        supplier=supplier, user=None, data=path.read_bytes(), name=path.name, **options
    )
    return [finding for line in simulation.lines for finding in line.findings]


@pytest.mark.parametrize(("scheme", "kind"), FILES)
def test_a_truncated_file_is_refused_whole(
    demonstration: Path, scheme: SchemeCode, kind: Kind
) -> None:
    """Nothing of it is integrated; the refusal says the line and the column."""
    path = sample_path(demonstration, scheme, kind, UNREADABLE)
    deposit = deposited(path, DEPOSITORS[scheme][0])
    assert deposit.state == "refused"
    assert not deposit.lines.exists()
    (finding,) = deposit.findings
    assert finding["code"] == "FIC-005"
    assert finding["line"] == path.read_bytes().count(b"\n") + 1
    assert finding["advice"]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: "+".join(sorted(one.codes)))
def test_a_scenario_shows_its_codes_once(demonstration: Path, scenario: Scenario) -> None:
    """What breaks a whole file is shown by a file of its own, or by another day."""
    path = demonstration / FOLDER / scenario.name
    if scenario.is_deposit:
        assert simulated(path, scenario.organisation) == []
        findings = findings_of(deposited(path, scenario.organisation))
    else:
        findings = simulated(path, scenario.organisation, as_of=scenario.as_of)
    counts = Counter(finding.code for finding in findings)
    assert {code: counts[code] for code in scenario.codes} == dict.fromkeys(scenario.codes, 1)


def test_together_they_show_every_code() -> None:
    """No rule and no anomaly of structure is left without a file that shows it."""
    shown = set(of_files(FILES)) | {code for one in SCENARIOS for code in one.codes}
    rules = {rule.code for rule in CATALOGUE} - OF_DOCUMENTS
    assert shown == rules | set(STRUCTURE_CODES) - SAFETY_NET


def of_files(files: Iterable[tuple[SchemeCode, Kind]]) -> Iterator[str]:
    """The codes of the files « every rule broken once », proved one by one above."""
    for scheme, kind in files:
        yield from codes_of(scheme, kind)
