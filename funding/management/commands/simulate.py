"""`manage.py simulate FICHIER --supplier SIRET`: the verdicts of a deposit, without depositing."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from enrolment.models import Supplier
from funding.actions import SimulationClosedError, SimulationLimitError, simulate
from funding.report.document import report_document
from funding.report.entries import Report
from funding.report.simulation import report_of_simulation
from funding.report.text import report_text
from segur_portal.common import clock

ALL_RIGHT, SOME_KO, REFUSED, IMPOSSIBLE = 0, 1, 2, 3


class Command(BaseCommand):
    """Simulates a file; ends with 0 (no KO), 1 (some KO), 2 (file refused), 3 (not simulated)."""

    help = "Simule un dépôt : 0 aucun KO, 1 des KO, 2 fichier refusé, 3 simulation impossible."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FICHIER", type=Path, help="fichier JSON du dépôt")
        parser.add_argument("--supplier", required=True, metavar="SIRET", help="qui déposerait")
        parser.add_argument(
            "--as-of", metavar="DATE", help="AAAA-MM-JJ (à midi) ou AAAA-MM-JJTHH:MM[:SS], à Paris"
        )
        parser.add_argument(
            "--structure-only", action="store_true", help="sans la base ni les règles"
        )
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            simulation = simulate(
                supplier=_supplier(options["supplier"]),
                user=None,
                data=_content(path),
                name=path.name,
                as_of=_instant(options["as_of"]),
                structure_only=options["structure_only"],
            )
        except (SimulationClosedError, SimulationLimitError) as error:
            raise _impossible(str(error)) from error
        report = report_of_simulation(simulation, path.name)
        if options["format"] == "json":
            document = report_document(report)
            self.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
        else:
            self.stdout.write(report_text(report))
        if code := _exit_code(report):
            sys.exit(code)


def _exit_code(report: Report) -> int:
    if report.file_rows:
        return REFUSED
    return SOME_KO if report.counts["ko"] else ALL_RIGHT


def _supplier(siret: str) -> Supplier:
    supplier: Supplier | None = Supplier.objects.filter(siret=siret).first()
    if supplier is None:
        raise _impossible(f"Aucun fournisseur n’a le SIRET {siret}.")
    return supplier


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _impossible(f"Le fichier {path} ne se lit pas : {error.strerror}.") from error


def _instant(text: str | None) -> datetime | None:
    """A civil date (at noon) or date and time of Paris."""
    if text is None:
        return None
    try:
        if len(text) == len("AAAA-MM-JJ"):
            return clock.paris_instant(date.fromisoformat(text), time(12, 0))
        written = datetime.fromisoformat(text)
    except ValueError as error:
        raise _impossible(
            f"« {text} » n’est pas une date : écrivez AAAA-MM-JJ ou AAAA-MM-JJTHH:MM."
        ) from error
    return written.replace(tzinfo=written.tzinfo or clock.PARIS)


def _impossible(message: str) -> CommandError:
    return CommandError(message, returncode=IMPOSSIBLE)
