"""`manage.py load_programme`: the programme's data (schemes, windows, parameters, scales)."""

from typing import Any

from django.core.management.base import BaseCommand

from segur_portal.common.programme import load_programme


class Command(BaseCommand):
    help = "Met en place les données du programme qui manquent, sans toucher à celles qui existent."

    def handle(self, *args: Any, **options: Any) -> None:
        created = load_programme()
        self.stdout.write(f"Programme : {created} élément(s) ajouté(s).")
