"""Treating a deposit: from the stored bytes to one verdict per request, all or nothing.

The state `running` is committed first, so that everybody sees it; then one transaction locks the
row, judges and writes everything. A worker killed at any point leaves either nothing or all: the
sweeper starts the deposit again and nothing is lost or doubled.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import mail_admins
from django.db import IntegrityError, transaction

from funding.actions.answers import answers_of, awaiting_in, reopen
from funding.actions.corrected_papers import Rereader
from funding.actions.documents import (
    Found,
    burn_names,
    facts_of,
    read_documents,
    reading_lock,
)
from funding.actions.holds import release_holds_for
from funding.actions.integrate import Batch, LostRaceError, integrate
from funding.actions.letters import issue_receipt
from funding.actions.limits import limits
from funding.actions.receive import wake_worker
from funding.actions.rewriting import free_claims, write_answers
from funding.actions.world import load_world, lock_answered, with_documents
from funding.intake import Envelope, Structure, check_structure, read_envelope
from funding.intake.judge import ALREADY, ANSWERED, INTEGRATED, KO, Verdict, judge
from funding.models import Deposit
from funding.rules.catalogue import RULES_VERSION
from funding.workflow import DEPOSIT
from segur_portal.common import clock
from segur_portal.common.actions import move, read_file
from segur_portal.common.enums import Role
from segur_portal.common.models import Scheme
from segur_portal.common.rules import Finding

logger = logging.getLogger(__name__)
# Without any progress: a document read makes the attempt that read it the first.
MAX_ATTEMPTS = 5
MAX_RACES = 20


def process_deposit(deposit_id: int) -> bool:
    """Treat a deposit to its end; True when this call gave the verdicts.

    Safe to call twice, or in two workers at once: the second finds the row locked or finished
    and does nothing.
    """
    deposit = _start(deposit_id)
    if deposit is None:
        return False
    assert deposit.file, "only a deposit with its JSON file is received"
    data = read_file(deposit.file)
    read = read_envelope(
        data,
        filename=deposit.file_name,
        supplier_siret=deposit.supplier.siret,
        limits=limits(),
    )
    structures = check_structure(read) if isinstance(read, Envelope) else []
    with reading_lock(deposit_id) as is_mine:
        if not is_mine:
            return False
        found = read_documents(deposit, read, structures) if isinstance(read, Envelope) else {}
    with transaction.atomic():
        locked = (
            Deposit.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=deposit_id, state="running")
            .first()
        )
        if locked is None:
            return False
        if isinstance(read, Envelope):
            _settle(deposit, read, structures, found)
        else:
            _refuse(deposit, read)
    # Once its verdicts are committed: what fails here is done by the next sweep of the holds.
    release_holds_for(deposit)
    return True


def _start(deposit_id: int) -> Deposit | None:
    """Commit that a worker has it; None when there is nothing to do."""
    with transaction.atomic():
        deposit: Deposit | None = (
            Deposit.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("supplier", "file")
            .filter(pk=deposit_id)
            .first()
        )
        if deposit is None or deposit.state not in DEPOSIT.moves["start"].sources:
            return None
        if deposit.attempts >= MAX_ATTEMPTS:
            _give_up(deposit)
            return None
        move(
            deposit,
            "start",
            workflow=DEPOSIT,
            role=Role.SYSTEM,
            attempts=deposit.attempts + 1,
            heartbeat_at=clock.machine_now(),
        )
    return deposit


def _give_up(deposit: Deposit) -> None:
    """Make a deposit that fails again and again visible, instead of trying for ever."""
    move(
        deposit,
        "fail",
        workflow=DEPOSIT,
        role=Role.SYSTEM,
        note=f"{deposit.attempts} tentatives de traitement sans résultat.",
    )
    logger.error("Deposit %s failed %s times.", deposit.number, deposit.attempts)
    mail_admins(
        f"Dépôt {deposit.number} en échec",
        f"Le dépôt {deposit.number} a échoué {deposit.attempts} fois.",
        fail_silently=True,
    )


def _refuse(deposit: Deposit, findings: list[Finding]) -> None:
    move(
        deposit,
        "refuse",
        workflow=DEPOSIT,
        role=Role.SYSTEM,
        findings=[finding.as_dict() for finding in findings],
        finished_at=clock.now(),
        rules_version=RULES_VERSION,
    )
    issue_receipt(deposit)


def _settle(
    deposit: Deposit, envelope: Envelope, structures: list[Structure], found: Found
) -> None:
    """Judge and integrate; a lost race is judged again, with what the winner committed."""
    scheme = Scheme.objects.get(pk=envelope.scheme)
    rereader = Rereader(envelope.scheme)
    for _ in range(MAX_RACES):
        try:
            with transaction.atomic():
                return _judge_and_write(deposit, envelope, structures, scheme, found, rereader)
        except (LostRaceError, IntegrityError) as race:
            logger.info("Deposit %s is judged again: %r", deposit.number, race)
    raise LostRaceError(f"Deposit {deposit.number} lost {MAX_RACES} races in a row.")


def _judge_and_write(
    deposit: Deposit,
    envelope: Envelope,
    structures: list[Structure],
    scheme: Scheme,
    found: Found,
    rereader: Rereader,
) -> None:
    lock_answered(deposit.supplier, envelope, structures)
    # Locked before anything is read of them: an answer given on screen meanwhile wins, or waits.
    again = awaiting_in(deposit.supplier, envelope, structures)
    world, versions = load_world(
        supplier=deposit.supplier,
        envelope=envelope,
        structures=structures,
        received_at=deposit.received_at,
    )
    documents = facts_of(
        deposit, found, envelope, structures, are_required=scheme.requires_documents
    )
    awaited = reopen(
        deposit.supplier, envelope, again, documents, deposit=deposit, rereader=rereader
    )
    reopened = {index: one.reopened for index, one in awaited.items()}
    world = with_documents(world, deposit.supplier, documents)
    world = replace(world, reopened=reopened)
    verdicts = judge(envelope, structures, world)
    if any(verdict.outcome in (INTEGRATED, ANSWERED) for verdict in verdicts):
        burn_names(deposit)
    now = clock.now()
    if versions.programme._state.adding:
        type(versions.programme).objects.bulk_create([versions.programme], ignore_conflicts=True)
    answers = answers_of(awaited, verdicts, envelope, deposit)
    batch = Batch(deposit, envelope, world, versions, scheme, now)
    integrate(batch, verdicts, free_claims(answers))
    write_answers(answers, actor=deposit.deposited_by)
    _finish(deposit, verdicts, envelope, base=versions.base, programme=versions.programme, at=now)


def _finish(
    deposit: Deposit,
    verdicts: list[Verdict],
    envelope: Envelope,
    *,
    at: datetime,
    **versions: Any,
) -> None:
    outcomes = [verdict.outcome for verdict in verdicts]
    move(
        deposit,
        "finish",
        workflow=DEPOSIT,
        role=Role.SYSTEM,
        scheme_id=envelope.scheme,
        kind=envelope.kind,
        request_count=len(outcomes),
        integrated_count=outcomes.count(INTEGRATED),
        answered_count=outcomes.count(ANSWERED),
        already_count=outcomes.count(ALREADY),
        ko_count=outcomes.count(KO),
        alert_count=sum(v.outcome == INTEGRATED and bool(v.alerts) for v in verdicts),
        finished_at=at,
        format_version=envelope.format_version,
        rules_version=RULES_VERSION,
        **versions,
    )
    issue_receipt(deposit)


def restart_forgotten() -> int:
    """Wake a worker for every deposit that waits without a sign of life; returns how many.

    The broker may have lost its messages (restart, crash, flush): the rows have not. A row that is
    locked has a worker at it, however long it takes. What is woken counts as alive for a while: a
    long queue is not woken again at every sweep.
    """
    now = clock.machine_now()
    with transaction.atomic():
        forgotten = Deposit.objects.forgotten(now - settings.DEPOSIT_STALE_AFTER)
        locked = forgotten.select_for_update(skip_locked=True, of=("self",))
        ids = list(locked.order_by("received_at").values_list("pk", flat=True))
        Deposit.objects.filter(pk__in=ids).update(heartbeat_at=now)
    for deposit_id in ids:
        wake_worker(deposit_id)
    return len(ids)


def restart_deposit(deposit: Deposit, *, actor: object) -> None:
    with transaction.atomic():
        move(
            deposit,
            "restart",
            workflow=DEPOSIT,
            role=Role.OFFICER,
            actor=actor,
            attempts=0,
            heartbeat_at=clock.machine_now(),
        )
        transaction.on_commit(lambda: wake_worker(deposit.pk))
