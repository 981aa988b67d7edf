"""What a list of ANS would change: compared with what is recorded, before anything is written.

A solution is found by its exact name and version first. Failing that, one that its editor declared
and spelt otherwise is the same solution, as long as it is the only one and is not referenced yet:
its name and version are then ANS's to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from enrolment.models import Distribution, Solution, Supplier
from enrolment.rules.referencing import (
    FACTS,
    Key,
    Line,
    Read,
    Refusal,
    alike,
    referencing_fault,
)
from segur_portal.common.french import listed
from segur_portal.common.models import Scheme

SPELLING = ("name", "version")

# Not a fault: ANS lists everybody, the portal knows who signed up.
_NO_ACCOUNT = {
    "editor": "éditeur sans compte (SIRET {siret}). Rien à faire : la ligne sera prise au premier "
    "import qui suivra son inscription.",
    "distributor": "distributeur sans compte (SIRET {siret}) ; la solution, elle, est prise. Rien "
    "à faire : il sera déclaré au premier import qui suivra son inscription.",
}


@dataclass(slots=True)
class SolutionChange:
    """A solution to add, or whose referencing or spelling changes: `{field: (before, after)}`."""

    solution: Solution
    fields: dict[str, tuple[Any, Any]]

    @property
    def is_new(self) -> bool:
        """Whether the list adds it."""
        return self.solution.pk is None


@dataclass(slots=True)
class DistributionChange:
    """A distributor to declare, or whose date of declaration changes."""

    solution: Solution
    distributor: Supplier
    declared_on: date
    known: Distribution | None = None


@dataclass(slots=True)
class Plan:
    """Everything that a list would do, the lines it refuses, and those that wait for an account."""

    solutions: list[SolutionChange] = field(default_factory=list)
    distributions: list[DistributionChange] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    ignored: list[Refusal] = field(default_factory=list)
    recorded: int = 0

    @property
    def added(self) -> int:
        """Solutions and distributors that were not known."""
        new = sum(one.is_new for one in self.solutions)
        return new + sum(one.known is None for one in self.distributions)

    @property
    def changed_solutions(self) -> int:
        """Solutions whose recorded facts change."""
        return sum(not one.is_new for one in self.solutions)

    @property
    def changed(self) -> int:
        """Facts recorded that the list changes."""
        return self.changed_solutions + sum(one.known is not None for one in self.distributions)


def plan_of(read: Read) -> Plan:
    """Compare a list with what is recorded: a fixed number of queries, nothing written.

    Solutions and distributions are locked: what is compared is what is changed. Call it in a
    transaction.
    """
    return _Planner(read.lines, read.refusals).plan


class _Planner:
    def __init__(self, lines: Sequence[Line], refusals: Iterable[Refusal]) -> None:
        self.plan = Plan(refusals=list(refusals))
        self.schemes = set(Scheme.objects.values_list("pk", flat=True))
        self.suppliers = {one.siret: one for one in Supplier.objects.order_by("pk")}
        rows = Solution.objects.select_for_update(of=("self",), no_key=True)
        rows = rows.select_related("editor").order_by("pk")
        self.solutions: dict[Key, Solution] = {_key(one): one for one in rows}
        self.plan.recorded = len(self.solutions)
        self.spellings: dict[Key, set[Key]] = defaultdict(set)
        for key in self.solutions:
            self.spellings[_plain(key)].add(key)
        self.named = {line.key for line in lines}
        self.numbers: dict[tuple[str, str], Solution] = {
            (one.scheme_id, one.reference_number): one
            for one in self.solutions.values()
            if one.reference_number
        }
        self.distributions = {
            (one.solution_id, one.distributor_id): one
            for one in Distribution.objects.select_for_update(no_key=True).order_by("pk")
        }
        # What a line of this list already said of a solution, or of one of its distributors.
        self.said: dict[Key, tuple[int, dict[str, Any]]] = {}
        self.declared: set[tuple[Key, str]] = set()
        for line in lines:
            if reason := self._take(line):
                self.plan.refusals.append(_left_out(line, reason))
        self.plan.refusals.sort(key=lambda one: one.number)

    def _take(self, line: Line) -> str:
        """Note what a line changes, or say why it is refused."""
        if line.scheme not in self.schemes:
            return f"dispositif : « {line.scheme[:40]} » n’existe pas."
        if line.editor not in self.suppliers:
            self._ignore(line, "editor", line.editor)
            return ""
        return self._solution(line) or self._distributor(line)

    def _ignore(self, line: Line, who: str, siret: str) -> None:
        reason = _NO_ACCOUNT[who].format(siret=siret)
        self.plan.ignored.append(_left_out(line, reason))

    def _solution(self, line: Line) -> str:
        if line.key in self.said:
            number, facts = self.said[line.key]
            same = line.facts == facts or not line.facts
            return "" if same else f"La ligne {number} dit autre chose de cette solution."
        others = self._spelt_otherwise(line)
        if fault := self._spelling_fault(others):
            return fault
        solution = self.solutions.get(others[0] if others else line.key)
        before: Mapping[str, Any] = {name: getattr(solution, name, None) or None for name in FACTS}
        after = {**before, **line.facts}
        if fault := referencing_fault(after):
            return fault
        owner = self.numbers.get((line.scheme, line.reference_number))
        if owner is not None and owner is not solution:
            return f"Le numéro {line.reference_number} est celui de {owner}."
        fields = {
            name: (before[name], after[name]) for name in FACTS if before[name] != after[name]
        }
        if solution is None:
            solution = Solution(
                scheme_id=line.scheme,
                editor=self.suppliers[line.editor],
                name=line.name,
                version=line.version,
            )
        for name in SPELLING:
            if getattr(solution, name) != getattr(line, name):
                fields[name] = (getattr(solution, name), getattr(line, name))
        self._note(line, solution, others)
        if fields or solution.pk is None:
            self.plan.solutions.append(SolutionChange(solution, fields))
        return ""

    def _spelt_otherwise(self, line: Line) -> list[Key]:
        """The solutions of this editor that differ from the line by their spelling only, where
        none bears its very name and version."""
        if line.key in self.solutions:
            return []
        return sorted(self.spellings.get(_plain(line.key), ()))

    def _spelling_fault(self, others: Sequence[Key]) -> str:
        """Why none of these can be the solution of the line, in French."""
        if not others:
            return ""
        named = listed([f"« {key[2]} {key[3]} »" for key in others[:5]])
        if len(others) > 1:
            return f"{named} s’écrivent presque de même : rien ne dit laquelle est référencée."
        if others[0] in self.named:
            return f"La liste écrit aussi cette solution {named} : n’en gardez qu’une écriture."
        if self.solutions[others[0]].referenced_on is not None:
            return f"{named} est déjà référencée et s’écrit presque de même : reprenez ce nom."
        return ""

    def _note(self, line: Line, solution: Solution, others: Sequence[Key]) -> None:
        """What the next lines must know of this one."""
        self.said[line.key] = (line.number, line.facts)
        if line.reference_number:
            self.numbers[line.scheme, line.reference_number] = solution
        self.solutions[line.key] = solution
        self.spellings[_plain(line.key)].add(line.key)
        for other in others:
            del self.solutions[other]
            self.spellings[_plain(other)].discard(other)

    def _distributor(self, line: Line) -> str:
        if not line.distributor:
            return ""
        if line.distributor not in self.suppliers:
            self._ignore(line, "distributor", line.distributor)
            return ""
        if (line.key, line.distributor) in self.declared:
            return "Ce distributeur est déjà déclaré plus haut pour cette solution."
        self.declared.add((line.key, line.distributor))
        solution, distributor = self.solutions[line.key], self.suppliers[line.distributor]
        known = self.distributions.get((solution.pk, distributor.pk))
        assert line.declared_on is not None
        if known is None or known.declared_on != line.declared_on:
            self.plan.distributions.append(
                DistributionChange(solution, distributor, line.declared_on, known)
            )
        return ""


def _left_out(line: Line, reason: str) -> Refusal:
    return Refusal(line.number, f"{line.name} {line.version}", reason)


def _plain(key: Key) -> Key:
    """What a solution is, without what people write differently."""
    scheme, editor, name, version = key
    return (scheme, editor, *alike(name, version))


def _key(solution: Solution) -> Key:
    return (solution.scheme_id, solution.editor.siret, solution.name, solution.version)
