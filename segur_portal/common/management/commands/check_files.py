"""`manage.py check_files`: every file recorded exists, with the checksum of what was received.

Those deleted at the end of their period are not looked for.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from segur_portal.common.actions import CHUNK
from segur_portal.common.models import StoredFile


class Command(BaseCommand):
    help = "Vérifie que chaque fichier enregistré existe, avec son empreinte."

    def handle(self, *args: Any, **options: Any) -> None:
        """Read every file; fail with the list of those missing or changed."""
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


def _problem(stored: StoredFile) -> str:
    digest = hashlib.sha256()
    try:
        with stored.content.open("rb") as source:
            for chunk in iter(lambda: source.read(CHUNK), b""):
                digest.update(chunk)
    except OSError as error:
        return f"introuvable ({type(error).__name__})"
    return "" if digest.hexdigest() == stored.sha256 else "contenu changé"
