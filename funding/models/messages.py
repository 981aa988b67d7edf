"""Messages about a request, between its supplier and the officers."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from funding.queries import MessageQuerySet
from segur_portal.common.models import StoredFile

from .requests import FundingRequest


@pghistory.track()
class Message(models.Model):
    """One message, never changed. `answered_at` is when the other side wrote next, where an answer
    was expected."""

    request = models.ForeignKey(
        FundingRequest, models.PROTECT, related_name="messages", verbose_name="demande"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="auteur"
    )
    is_from_officer = models.BooleanField("de l’ASP")
    text = models.TextField("texte")
    expects_answer = models.BooleanField("réponse attendue", default=False)
    sent_at = models.DateTimeField("envoyé le")
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "message"
        ordering = ["sent_at", "pk"]
        indexes = [
            models.Index(
                fields=["request"],
                condition=Q(expects_answer=True, answered_at__isnull=True),
                name="message_awaiting",
            )
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="message_says_something"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(expects_answer=True),
                name="message_answered_was_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sent_at:%d/%m/%Y %H:%M}"


@pghistory.track()
class Attachment(models.Model):
    """A file joined to a message."""

    message = models.ForeignKey(
        Message, models.PROTECT, related_name="attachments", verbose_name="message"
    )
    file = models.OneToOneField(
        StoredFile, models.PROTECT, related_name="+", verbose_name="fichier"
    )

    class Meta:
        verbose_name = "pièce jointe"
        verbose_name_plural = "pièces jointes"
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.file)
