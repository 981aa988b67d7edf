"""The reasons an officer may give: data, kept by the officers in charge of the programme."""

import pghistory
from django.db import models

from segur_portal.common.enums import ReasonSubject
from segur_portal.common.queries import ReasonQuerySet


@pghistory.track()
class Reason(models.Model):
    """One reason of a correction or a refusal. Journals and decisions keep its code.

    A reason that no longer serves is made inactive: it stays readable where it was given.
    """

    subject = models.CharField(
        "objet",
        max_length=20,
        choices=[
            (ReasonSubject.ENROLMENT.value, "Enrôlement"),
            (ReasonSubject.DOCUMENT.value, "Pièce d’enrôlement"),
            (ReasonSubject.BANK.value, "Coordonnées bancaires"),
            (ReasonSubject.SPECIMEN.value, "Modèle de document"),
            (ReasonSubject.REQUEST.value, "Demande"),
            (ReasonSubject.PILOT.value, "Preuve de pilote"),
            (ReasonSubject.DISPUTE.value, "Litige"),
        ],
    )
    code = models.SlugField("code", max_length=40)
    label = models.CharField("libellé", max_length=150)
    is_active = models.BooleanField("proposé", default=True)
    order = models.PositiveSmallIntegerField("rang", default=0)

    objects = ReasonQuerySet.as_manager()

    class Meta:
        verbose_name = "motif"
        ordering = ["subject", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "code"],
                name="reason_once_per_subject",
                violation_error_message="Ce code existe déjà pour cet objet.",
            ),
            models.CheckConstraint(condition=~models.Q(label=""), name="reason_has_label"),
        ]

    def __str__(self) -> str:
        return self.label
