"""The files of a payment run: who downloaded them, and what that forbids (docs/decisions/0012)."""

from __future__ import annotations

from django.db import transaction

from enrolment.models import User
from funding.models import PaymentRun
from segur_portal.common import clock
from segur_portal.common.actions import write_journal
from segur_portal.common.french import instant
from segur_portal.common.models import JournalEntry, StoredFile
from segur_portal.common.workflow import ForbiddenMoveError

TRANSFERS, SLIP = "virements", "bordereau"
_FIELDS = {TRANSFERS: "transfer_file", SLIP: "slip_file"}
_VERBS = {TRANSFERS: "download", SLIP: "download_slip"}


@transaction.atomic
def take_run_file(run: PaymentRun, kind: str, *, actor: User) -> StoredFile | None:
    """A file of the run, about to be downloaded by `actor`: the journal says so each time.

    None when there is no such file, or none any more: those of an abandoned run are served to
    nobody. The run is held, so that a file is either downloaded or its run abandoned.
    """
    locked = PaymentRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    stored: StoredFile | None = getattr(locked, _FIELDS.get(kind, ""), None)
    if stored is None or locked.state == "cancelled":
        return None
    now = clock.now()
    if kind == TRANSFERS and locked.downloaded_at is None:
        PaymentRun.objects.filter(pk=run.pk).update(downloaded_by=actor, downloaded_at=now)
    write_journal(
        run, _VERBS[kind], actor=actor, at=now, data={"sha256": stored.sha256}, is_public=False
    )
    return stored


def check_not_downloaded(run: PaymentRun) -> None:
    """A run whose file may be at the bank is not simply abandoned. Raises ForbiddenMoveError."""
    if run.downloaded_at is None:
        return
    raise ForbiddenMoveError(
        f"Le fichier de virements a été téléchargé {instant(run.downloaded_at)} par "
        f"{run.downloaded_by} : la banque l’a peut-être reçu. Une autre personne doit attester "
        "qu’elle ne l’exécutera pas."
    )


def check_attests(run: PaymentRun, actor: User) -> None:
    """Who attests never had the file in hand. Raises ForbiddenMoveError, in French."""
    if run.downloaded_at is None:
        raise ForbiddenMoveError(
            "Le fichier de virements n’a pas été téléchargé : il suffit d’abandonner le lot."
        )
    if may_attest(run, actor):
        return
    raise ForbiddenMoveError(
        "Vous avez téléchargé le fichier de virements : une autre personne doit attester que la "
        "banque ne l’exécutera pas."
    )


def may_attest(run: PaymentRun, actor: User) -> bool:
    """Whether the file was downloaded, and never by this person."""
    entries = JournalEntry.objects.filter(
        subject=PaymentRun._meta.label, subject_id=str(run.pk), verb=_VERBS[TRANSFERS]
    )
    return run.downloaded_at is not None and not entries.filter(actor=actor).exists()
