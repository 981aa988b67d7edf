"""The trace that a simulation was run: never its content, nothing reserved (section 4)."""

from django.conf import settings
from django.db import models

from enrolment.models import Supplier


class SimulationLog(models.Model):
    """Who ran the simulator, when, on how many requests: what rate limiting and audit need."""

    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="+", verbose_name="fournisseur"
    )
    run_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="par",
    )
    run_at = models.DateTimeField("le")
    request_count = models.PositiveSmallIntegerField("demandes")
    identifier_count = models.PositiveIntegerField("identifiants interrogés")
    with_database = models.BooleanField("avec la base")

    class Meta:
        verbose_name = "simulation"
        ordering = ["-run_at"]
        indexes = [models.Index(fields=["supplier", "run_at"], name="simulation_by_supplier")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(request_count__lte=1000), name="simulation_request_count"
            )
        ]

    def __str__(self) -> str:
        return f"{self.supplier} {self.run_at:%d/%m/%Y %H:%M}"
