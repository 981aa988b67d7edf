"""`manage.py check_files`: every file recorded exists, with the checksum of what was received, and
no object of the storage is left without a row.

Those deleted at the end of their period are not looked for.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from segur_portal.common.actions import CHUNK
from segur_portal.common.models import StoredFile
from segur_portal.common.orphans import ManyOrphansError, erase_orphans, orphans


class Command(BaseCommand):
    help = (
        "Vérifie que chaque fichier enregistré existe, avec son empreinte, et liste les objets du "
        "stockage que rien n’enregistre ; --erase-orphans les efface."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--erase-orphans", action="store_true", help="Effacer les objets listés."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """List the orphans, then read every file; fail with those missing or changed."""
        self._orphans(must_erase=options["erase_orphans"])
        wrong = []
        count = 0
        for stored in StoredFile.objects.filter(deleted_at=None).order_by("pk").iterator():
            count += 1
            if problem := _problem(stored):
                wrong.append(f"{stored.pk} {stored.name} : {problem}")
        if wrong:
            raise CommandError(
                "\n".join([f"{len(wrong)} fichiers sur {count} en défaut :", *wrong])
            )
        self.stdout.write(f"{count} fichiers vérifiés.")

    def _orphans(self, *, must_erase: bool) -> None:
        """Say which objects no row records, and erase them when told to."""
        names = list(orphans())
        for name in names:
            self.stdout.write(f"orphelin : {name}")
        if not names:
            return
        if not must_erase:
            self.stdout.write(f"Objets orphelins : {len(names)} (essai : rien n’a changé).")
            return
        try:
            erased = erase_orphans(names)
        except ManyOrphansError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Objets orphelins effacés : {erased}.")


def _problem(stored: StoredFile) -> str:
    digest = hashlib.sha256()
    try:
        with stored.content.open("rb") as source:
            for chunk in iter(lambda: source.read(CHUNK), b""):
                digest.update(chunk)
    except OSError as error:
        return f"introuvable ({type(error).__name__})"
    return "" if digest.hexdigest() == stored.sha256 else "contenu changé"
