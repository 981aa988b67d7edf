"""The seals of the audit trail: each chained to the one before it."""

from __future__ import annotations

from dataclasses import dataclass

import pgtrigger
from django.db import models
from django.db.models import F, Q

_DIGEST = r"^[0-9a-f]{64}$"


@dataclass(frozen=True, slots=True)
class Sealed:
    """On a model (`sealed = …`): its rows enter the daily seals.

    `at` says when each was written; `fields` are those never changed once written, all of them by
    default; `table` is what is read instead of the model's own table.
    """

    at: str
    fields: tuple[str, ...] = ()
    table: str = ""


class AuditSeal(models.Model):
    """What the traces were when a day ended: one digest over every table of history and the
    journal, since the seal before, and over that seal's own digest.

    `tables` says, for each table: the columns sealed, the rows `(after, upto]`, how many, and
    their digest. The database refuses any change of a seal.
    """

    day = models.DateField("jour", unique=True)
    made_at = models.DateTimeField("scellé le")
    previous = models.CharField("sceau précédent", max_length=64, blank=True)
    digest = models.CharField("sceau", max_length=64, unique=True)
    row_count = models.PositiveIntegerField("traces")
    tables = models.JSONField("détail")

    class Meta:
        verbose_name = "sceau du journal"
        verbose_name_plural = "sceaux du journal"
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["previous"], name="seal_chained_once"),
            models.CheckConstraint(
                condition=Q(digest__regex=_DIGEST) & ~Q(digest=F("previous")), name="seal_digest"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}"
