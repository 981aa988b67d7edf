"""`manage.py demo_accounts`: the accounts of the demonstration, as a list."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from enrolment.demo_accounts import DEMO_ACCOUNTS


class Command(BaseCommand):
    """Prints who can sign in, with which address and password."""

    help = "Liste les comptes de démonstration : profil, adresse, mot de passe."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("Les comptes de démonstration n’existent qu’en mode démonstration.")
        rows = [(account.label, account.email, account.password) for account in DEMO_ACCOUNTS]
        head = ("Profil", "Adresse", "Mot de passe")
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        for row in (head, tuple("─" * width for width in widths), *rows):
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.stdout.write(f"  {'  '.join(cells)}".rstrip())
