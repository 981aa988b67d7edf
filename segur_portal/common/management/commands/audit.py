"""`manage.py audit seal|verify`: seal the traces of the days before, or verify every seal."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from segur_portal.common.audit import seal_day, verify_seals
from segur_portal.common.models import AuditSeal


class Command(BaseCommand):
    """Fails, with what changed, when a trace no longer agrees with its seal."""

    help = "Scelle les traces jusqu’à la veille (seal), ou vérifie tous les sceaux (verify)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["seal", "verify"])

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "seal":
            seal = seal_day()
            words = f"Scellé : {seal.digest}" if seal else "Rien à sceller."
            self.stdout.write(words)
            return
        with transaction.atomic():
            found = list(verify_seals())
        if found:
            raise CommandError("\n".join(found))
        last = AuditSeal.objects.order_by("-day").first()
        count = AuditSeal.objects.count()
        self.stdout.write(f"{count} sceau(x) vérifiés ; dernier : {last.digest if last else '–'}")
