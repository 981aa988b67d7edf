"""The enrolment of a supplier on a scheme."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from enrolment.queries import EnrolmentQuerySet
from enrolment.rules.documents import Stage
from enrolment.workflow import ENROLMENT
from segur_portal.common import clock
from segur_portal.common.models import Scheme

from .answers import Answers
from .people import Supplier
from .solutions import Solution

STAGES = [(Stage.EARLY.value, "Anticipé"), (Stage.FINAL.value, "Définitif")]


@pghistory.track()
class Enrolment(Answers):
    """One supplier × one scheme × one or more solutions (domain page, section 3)."""

    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="enrolments", verbose_name="fournisseur"
    )
    scheme = models.ForeignKey(
        Scheme, models.PROTECT, related_name="enrolments", verbose_name="dispositif"
    )
    solutions = models.ManyToManyField(
        Solution, related_name="enrolments", blank=True, verbose_name="solutions"
    )
    # Asked for once the enrolment is final: they count when their own documents are accepted.
    added_solutions = models.ManyToManyField(
        Solution, related_name="joining", blank=True, verbose_name="solutions en cours d’ajout"
    )
    state = models.CharField(
        "état", max_length=30, choices=ENROLMENT.choices(), default="draft", editable=False
    )
    early_validated_on = models.DateField("validé (anticipé) le", null=True, blank=True)
    final_validated_on = models.DateField("validé (définitif) le", null=True, blank=True)
    # The organisation's facts as the file began with them: what differs, the supplier changed.
    known_facts = models.JSONField(
        "faits repris de l’organisation",
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        editable=False,
    )
    stage_asked = models.CharField(
        "étape demandée",
        max_length=10,
        choices=STAGES,
        default=Stage.EARLY.value,
    )
    reopened_steps = ArrayField(
        models.CharField(max_length=20), default=list, blank=True, verbose_name="étapes rouvertes"
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="attribué à",
    )
    state_since = models.DateTimeField("dans cet état depuis", default=clock.now, editable=False)
    created_at = models.DateTimeField("créé le", auto_now_add=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = "enrôlement"
        ordering = ["supplier", "scheme"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "scheme"],
                condition=~Q(state="refused"),
                name="enrolment_once_alive",
                violation_error_message="Ce fournisseur est déjà enrôlé sur ce dispositif.",
            ),
            models.CheckConstraint(
                condition=~Q(state="final") | Q(final_validated_on__isnull=False),
                name="enrolment_final_has_date",
            ),
            *Answers.Meta.constraints,
        ]

    def __str__(self) -> str:
        return f"{self.supplier} – {self.scheme_id}"

    @property
    def stage_to_send(self) -> str:
        """The stage that is sent next: the final one, once the early one is validated."""
        return Stage.FINAL.value if self.state == "early" else str(self.stage_asked)

    @property
    def stage_to_send_label(self) -> str:
        """Its name."""
        return str(dict(STAGES)[self.stage_to_send])
