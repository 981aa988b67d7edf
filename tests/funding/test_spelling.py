"""A request that spells its solution otherwise than ANS does is told how to write it (ENR-002)."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from enrolment.models import Solution, User
from funding.models import DepositLine
from tests.builders import SIRET, a_request
from tests.factories import A_DAY, a_base, a_member, a_supplier, an_enrolment, the_programme
from tests.funding.screens import RIS, treated
from tests.rule_cases import plain


@pytest.fixture(autouse=True)
def _on_tuesday() -> Any:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def member(db: None) -> User:
    the_programme()
    return a_member(a_supplier(SIRET))


def deposited(member: User, *, name: str, version: str, twin: bool = False) -> DepositLine:
    """One request of an enrolled supplier, its solution named so."""
    asked, supplier = a_request(RIS, number=1), member.memberships.get().supplier
    a_base(RIS, [asked])
    an_enrolment(supplier, asked, RIS)
    if twin:
        Solution.objects.create(
            scheme_id=RIS, editor=supplier, name="LOGICIEL ESSAI", version="2.4.1"
        )
    asked["solutionLogicielle"] |= {"nom": name, "version": version}
    return treated(supplier, member, [asked], RIS).lines.get()


@pytest.mark.parametrize(
    ("name", "version", "twin", "said"),
    [
        ("logiciel-essai", "v2.4.1", False, "s’écrit « Logiciel Essai » version « 2.4.1 »"),
        ("logiciel-essai", "v2.4.1", True, "n’est pas connue parmi celles"),
        ("Logiciel Essai", "2.4.2", False, "n’est pas connue parmi celles"),
    ],
    ids=["spelt otherwise", "two could be meant", "another version"],
)
def test_the_name_is_that_of_ans(
    member: User, name: str, version: str, twin: bool, said: str
) -> None:
    """KO in every case: the name is compared to the letter; the message says the right one."""
    line = deposited(member, name=name, version=version, twin=twin)
    assert line.outcome == "ko"
    (found,) = [one for one in line.findings if one["code"] == "ENR-002"]
    assert said in plain(found["message"])
