"""What a supplier declares anew once its enrolment is validated."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from enrolment.queries import AmendmentQuerySet
from enrolment.workflow import AMENDMENT
from segur_portal.common import clock
from segur_portal.common.models import Reason, Scheme

from .answers import Answers
from .documents import Submission
from .enrolments import Enrolment


@pghistory.track()
class Amendment(Answers):
    """Other answers for a validated enrolment (domain page, section 3): they count once an officer
    accepted them, with the documents that they ask for; the enrolment keeps its rights meanwhile.
    """

    enrolment = models.ForeignKey(
        Enrolment, models.PROTECT, related_name="amendments", verbose_name="enrôlement"
    )
    number = models.PositiveSmallIntegerField("rang")
    state = models.CharField(
        "état", max_length=20, choices=AMENDMENT.choices(), default="draft", editable=False
    )
    state_since = models.DateTimeField("dans cet état depuis", default=clock.now, editable=False)
    # The organisation's facts as the change began with them (`actions.reviews.facts_in`).
    known_facts = models.JSONField("faits repris de l’organisation", default=dict, editable=False)
    # What it changes, kept as it was signed: `{"label", "before", "after"}`, in words.
    changes = models.JSONField("ce qui change", default=list, blank=True, editable=False)
    submission = models.ForeignKey(
        Submission,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="transmission",
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="commencé par"
    )
    started_at = models.DateTimeField("commencé le", default=clock.now)
    reason = models.ForeignKey(
        Reason, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="motif"
    )
    message = models.TextField("message de l’ASP", blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="décidé par",
    )

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        verbose_name = "changement déclaré"
        verbose_name_plural = "changements déclarés"
        ordering = ["enrolment", "-number"]
        constraints = [
            *Answers.Meta.constraints,
            models.UniqueConstraint(fields=["enrolment", "number"], name="amendment_number_once"),
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(state__in=AMENDMENT.live()),
                name="amendment_one_under_way",
                violation_error_message="Un changement est déjà en cours sur cet enrôlement.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["to_correct", "refused"], reason__isnull=False)
                & ~Q(message="")
                | ~Q(state__in=["to_correct", "refused"]) & Q(reason__isnull=True, message=""),
                name="amendment_refusal_is_explained",
                violation_error_message="Un refus ou un renvoi demande un motif et un texte.",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted")
                | Q(decided_by__isnull=False, submission__isnull=False),
                name="amendment_accepted_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"Changement n° {self.number} – {self.enrolment}"

    @property
    def scheme(self) -> Scheme:
        """The scheme of its enrolment."""
        return self.enrolment.scheme

    @property
    def is_open(self) -> bool:
        """Whether its supplier may change it now."""
        return self.state in ("draft", "to_correct")

    @property
    def public_state(self) -> str:
        """Its state in the supplier's wording."""
        return AMENDMENT.states[self.state].public
