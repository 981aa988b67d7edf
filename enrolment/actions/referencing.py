"""ANS's list of referenced solutions: received, held to the rails, applied or put aside.

Nothing is ever deleted, and a blank takes nothing back. Past the thresholds the list waits for a
named agent, who confirms or rejects it with a reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import IO, Any

from django.core.files.base import File
from django.db import connection, transaction

from enrolment.actions.declarations import tell_declared
from enrolment.actions.permissions import check_assigned, role_of
from enrolment.actions.referencing_news import tell_referenced
from enrolment.actions.referencing_plan import Plan, SolutionChange, plan_of
from enrolment.actions.referencing_report import report_of
from enrolment.actions.referencing_written import keep
from enrolment.enums import UserKind
from enrolment.models import Distribution, ReferencingImport, User
from enrolment.rules.referencing import ListError, Read, read_list
from enrolment.workflow import REFERENCING_IMPORT
from segur_portal.common import clock
from segur_portal.common.actions import move, read_file, store_file, write_journal
from segur_portal.common.enums import ParameterCode, Role
from segur_portal.common.french import count, number, percent
from segur_portal.common.models import Parameter, StoredFile
from segur_portal.common.workflow import ForbiddenMoveError

MAX_BYTES = 5 * 1024 * 1024
_LOCK = "enrolment.referencing"


class ReferencingBusyError(ForbiddenMoveError):
    """Another list is being imported; the message is in French."""


def import_referencing(content: IO[bytes], name: str, *, actor: User) -> ReferencingImport:
    """Receive a list and apply it, unless the rails stop it; the import says what became of it.

    Raises ForbiddenMoveError for who is not of ANS, while another list is imported or waits for a
    decision; ListError for a file that cannot be read as a list: nothing is then received.
    """
    if actor.kind != UserKind.ANS and not actor.is_superuser:
        raise ForbiddenMoveError("Seul un agent de l’ANS importe sa liste.")
    file = content if isinstance(content, File) else File(content)
    if file.size > MAX_BYTES:
        raise ListError("Le fichier est trop gros : 5 Mio au plus.")
    file.seek(0)
    read = read_list(file.read(), on=clock.today())
    with transaction.atomic(), referencing_lock():
        if ReferencingImport.objects.filter(state="quarantined").exists():
            raise ForbiddenMoveError("Une liste attend une décision : confirmez-la ou rejetez-la.")
        file.seek(0)
        stored = store_file(
            file, name=name, purpose=StoredFile.Purpose.REFERENCING, stored_by=actor
        )
        import_ = ReferencingImport.objects.create(
            file=stored, requested_by=actor, received_at=clock.now()
        )
        write_journal(import_, "receive", actor=actor, target="received", note=name)
        _judge(import_, read)
    return import_


def release_referencing(import_: ReferencingImport, *, actor: User, note: str) -> bool:
    """Confirm a list in quarantine: compared again, then applied; whether it was.

    One that would now change more than was shown stays in quarantine with its new report. Raises
    ForbiddenMoveError: the state, the agent's rights, no reason, another list being imported.
    """
    check_decider(import_, actor)
    with transaction.atomic(), referencing_lock():
        REFERENCING_IMPORT.check(
            "release", source=state_of(import_), role=role_of(actor), reason=note
        )
        read = read_list(read_file(import_.file), on=clock.today())
        plan = plan_of(read)
        shown = (import_.added, import_.changed)
        values = report_of(plan, read, list(import_.report.get("alarms", [])))
        if plan.added > shown[0] or plan.changed > shown[1]:
            ReferencingImport.objects.filter(pk=import_.pk).update(**values)
            return False
        values["written"] = _write(import_, plan)
        move_import(import_, "release", actor, role_of(actor), note, decided_by=actor, **values)
    return True


@transaction.atomic
def reject_referencing(import_: ReferencingImport, *, actor: User, note: str) -> None:
    """Put a list in quarantine away for good: nothing of it is recorded. Raises
    ForbiddenMoveError."""
    check_decider(import_, actor)
    move_import(import_, "reject", actor, role_of(actor), note, decided_by=actor)


@contextmanager
def referencing_lock() -> Iterator[None]:
    """One list at a time, until the end of the transaction. Raises ReferencingBusyError."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [_LOCK])
        (is_mine,) = cursor.fetchone()
    if not is_mine:
        raise ReferencingBusyError("Une autre liste est en cours d’import : réessayez ensuite.")
    yield


def _judge(import_: ReferencingImport, read: Read) -> None:
    """Apply, keep as it is, or put in quarantine."""
    plan = plan_of(read)
    alarms = [*_alarms(plan, read), *_undone(import_, plan)]
    values = report_of(plan, read, alarms)
    system = Role.SYSTEM.value
    if alarms:
        move_import(import_, "quarantine", None, system, " ".join(alarms), is_over=False, **values)
    elif not plan.added and not plan.changed:
        move_import(import_, "keep", None, system, "", **values)
    else:
        values["written"] = _write(import_, plan)
        move_import(import_, "apply", None, system, "", **values)


def _alarms(plan: Plan, read: Read) -> Iterator[str]:
    """Why a named agent must confirm the list, in French: either threshold is enough, as for the
    eligible-clients base. Without a parameter, nothing is admitted."""
    numbers = Parameter.objects.numbers()
    most = numbers.get(ParameterCode.REFERENCING_MAX_CHANGED_ROWS, Decimal(0))
    share = numbers.get(ParameterCode.REFERENCING_MAX_CHANGED_PERCENT, Decimal(0))
    changed, refused = plan.changed_solutions, len(plan.refusals)
    known = read.count - len(plan.ignored)
    verb = "changeraient" if changed > 1 else "changerait"
    said = f"{count(changed, 'solution')} sur {number(plan.recorded)} {verb}"
    if changed > most:
        yield f"{said} : plus de {number(int(most))}."
    if changed * 100 > share * plan.recorded:
        yield f"{said} : plus de {percent(share)}."
    if refused * 100 > share * known:
        plural = "sont refusées" if refused > 1 else "est refusée"
        yield f"{count(refused, 'ligne')} sur {number(known)} {plural} : plus de {percent(share)}."


def _undone(import_: ReferencingImport, plan: Plan) -> Iterator[str]:
    """A file that an agent put away by restoring what it changed does not come back by itself."""
    if not plan.added and not plan.changed:
        return
    earlier = ReferencingImport.objects.filter(file__sha256=import_.file.sha256)
    last = earlier.exclude(pk=import_.pk).exclude(state="rejected").order_by("-pk").first()
    if last is not None and last.state == "restored":
        yield f"Ce même fichier a été appliqué, puis défait ({last}, restaurée)."


def _write(import_: ReferencingImport, plan: Plan) -> list[dict[str, Any]]:
    """Record everything that the plan changes; what was there before is given back, to be kept."""
    written = [_write_solution(import_, change) for change in plan.solutions]
    for one in plan.distributions:
        before = one.known.declared_on if one.known is not None else None
        row, is_new = Distribution.objects.update_or_create(
            solution=one.solution,
            distributor=one.distributor,
            defaults={"declared_on": one.declared_on},
        )
        written.append(keep(row, {"declared_on": (before, one.declared_on)}, is_new=is_new))
        if before is None:
            tell_declared(row)
    return written


def _write_solution(import_: ReferencingImport, change: SolutionChange) -> dict[str, Any]:
    solution, is_new = change.solution, change.is_new
    spelt_before, was_referenced = str(solution), solution.referenced_on is not None
    for name, (_, after) in change.fields.items():
        setattr(solution, name, after)
    solution.save(update_fields=None if is_new else list(change.fields))
    if solution.referenced_on is not None and not was_referenced:
        is_same = spelt_before == str(solution)
        tell_referenced(solution, import_=import_, spelt_before="" if is_same else spelt_before)
    return keep(solution, change.fields, is_new=is_new)


def check_decider(import_: ReferencingImport, actor: User) -> None:
    """ANS decides on its list; so does an officer of every scheme it names."""
    if actor.kind not in (UserKind.ANS, UserKind.OFFICER) or not actor.is_active:
        raise ForbiddenMoveError("Seul un agent de l’ANS ou un gestionnaire décide d’une liste.")
    for scheme in import_.report.get("schemes", []):
        check_assigned(actor, scheme)


def state_of(import_: ReferencingImport) -> str:
    """Its state as it is now, the row being locked."""
    ReferencingImport.objects.select_for_update(of=("self",)).get(pk=import_.pk)
    import_.refresh_from_db()
    return import_.state


def move_import(
    import_: ReferencingImport,
    name: str,
    actor: User | None,
    role: str,
    note: str,
    *,
    is_over: bool = True,
    **changes: Any,
) -> None:
    """Move an import; one that is over has an end date, which its restoration leaves."""
    if is_over:
        changes["finished_at"] = clock.now()
    move(
        import_,
        name,
        workflow=REFERENCING_IMPORT,
        role=role,
        actor=actor,
        note=note,
        **changes,
    )
