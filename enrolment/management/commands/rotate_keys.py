"""Write again under the current key what former keys encrypted."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from enrolment.actions import rotate_keys


class Command(BaseCommand):
    """`manage.py rotate_keys`: afterwards the former keys may leave ENCRYPTION_KEYS."""

    help = "Chiffre de nouveau, avec la première clé, ce que d’anciennes clés ont chiffré."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{rotate_keys()} IBAN chiffrés de nouveau.")
