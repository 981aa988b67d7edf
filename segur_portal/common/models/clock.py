"""The demonstration's moved clock."""

from django.db import models


class ClockShift(models.Model):
    """How far the portal's clock is from the machine's. One row at most, in demonstration only."""

    shift = models.DurationField("décalage")

    class Meta:
        verbose_name = "décalage de l’horloge"
        verbose_name_plural = "décalage de l’horloge"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="clock_shift_single_row")
        ]

    def __str__(self) -> str:
        return str(self.shift)
