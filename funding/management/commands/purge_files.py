"""`manage.py purge_files`: delete the files whose period of retention is over, or only count."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from funding.actions.retention import purge
from segur_portal.common.models import RetentionPeriod


class Command(BaseCommand):
    help = "Compte les fichiers dont la durée de conservation est passée ; --apply les supprime."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true", help="Supprimer, et le consigner.")

    def handle(self, *args: Any, **options: Any) -> None:
        """A dry run unless told otherwise."""
        is_dry_run = not options["apply"]
        labels = dict(RetentionPeriod._meta.get_field("kind").flatchoices)
        counts = purge(is_dry_run=is_dry_run)
        for kind, count in counts.items():
            self.stdout.write(f"{count:>8}  {labels[kind]}")
        total = sum(counts.values())
        done = "à supprimer (essai : rien n’a changé)" if is_dry_run else "supprimés"
        self.stdout.write(f"{total:>8}  fichiers {done}")
