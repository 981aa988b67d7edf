"""`manage.py import_eligible_clients FICHIER`: import a file of the eligible-clients base now."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.actions.base import run_import
from orders.actions.base_files import BaseFileError, receive_base_file
from orders.actions.base_lock import BaseBusyError
from orders.models import BaseImport
from orders.workflow import ImportState

IN_FORCE, QUARANTINED, REFUSED, IMPOSSIBLE = 0, 1, 2, 3
_CODES = {
    ImportState.APPLIED: IN_FORCE,
    ImportState.UNCHANGED: IN_FORCE,
    ImportState.QUARANTINED: QUARANTINED,
}


class Command(BaseCommand):
    """Imports a file; ends with 0 (in force), 1 (quarantine), 2 (refused), 3 (not imported)."""

    help = "Importe une base : 0 en vigueur, 1 en quarantaine, 2 refusée, 3 import impossible."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            metavar="FICHIER",
            type=Path,
            help="base-eligibles_<dispositif>_<AAAAMMJJ>.csv",
        )
        parser.add_argument(
            "--force",
            action="store_true",
            help="même si le fichier est plus ancien que la base en vigueur, ou le même",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        import_ = _imported(options["file"], force=options["force"])
        self.stdout.write("\n".join(_told(import_)))
        if code := _CODES.get(ImportState(import_.state), REFUSED):
            sys.exit(code)


def _imported(path: Path, *, force: bool) -> BaseImport:
    try:
        with path.open("rb") as content:
            received = receive_base_file(content, path.name)
    except OSError as error:
        raise _impossible(f"Le fichier {path} ne se lit pas : {error.strerror}.") from error
    except BaseFileError as error:
        raise _impossible(str(error)) from error
    try:
        return run_import(received.pk, force=force)
    except BaseBusyError as error:
        raise _impossible(f"{error} Le fichier est reçu : il sera importé à la suite.") from error


def _told(import_: BaseImport) -> list[str]:
    version = f", version {import_.version}" if import_.version else ""
    lines = [
        f"{import_.scheme_id}, base du {import_.business_date:%d/%m/%Y} : "
        f"{import_.get_state_display().lower()}{version}.",
        f"{import_.row_count} lignes lues : {import_.added} ajoutées, {import_.changed} modifiées,"
        f" {import_.ended} retirées, {import_.refused} refusées.",
    ]
    if reason := import_.report.get("reason"):
        lines.append(reason)
    for one in import_.report.get("refused", []):
        lines.append(f"  ligne {one['line']} ({one['kind']} {one['value']}) : {one['reason']}")
    return lines


def _impossible(message: str) -> CommandError:
    return CommandError(message, returncode=IMPOSSIBLE)
