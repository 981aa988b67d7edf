"""`manage.py sync_groups`: the groups of the agents, with exactly their permissions."""

from typing import Any

from django.core.management.base import BaseCommand

from enrolment.actions import sync_groups


class Command(BaseCommand):
    help = "Crée les groupes des agents avec leurs droits et y place chacun. Sans effet de bord."

    def handle(self, *args: Any, **options: Any) -> None:
        placed = sync_groups()
        self.stdout.write(f"Groupes à jour : {placed} agent(s) placé(s).")
