"""`manage.py load_demo`: replace everything by the demonstration's data (docs/demonstration.md)."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from funding.demo.load import SMALL, WHOLE, NotADemonstrationError, is_loaded, load_demonstration
from funding.demo.seals import write_seal


class Command(BaseCommand):
    """Loads the demonstration; refuses outside demonstration mode."""

    help = "Remplace toutes les données par celles de la démonstration (mode démonstration seul)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="ne fait rien si le portail a déjà des données"
        )
        parser.add_argument(
            "--quick", action="store_true", help="petite variante, pour les tests (1 000 clients)"
        )

    def handle(self, *args: Any, if_empty: bool, quick: bool, **options: Any) -> None:
        if settings.DEMONSTRATION and settings.SEAL_PKCS12:
            write_seal(Path(settings.SEAL_PKCS12))
        if if_empty and is_loaded():
            return
        begun = time.monotonic()
        try:
            load_demonstration(SMALL if quick else WHOLE, say=self.stdout.write)
        except NotADemonstrationError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"  Démonstration prête en {time.monotonic() - begun:.1f} s.")
