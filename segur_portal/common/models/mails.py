"""Mails to send: a row written with the deed it tells of, sent once the deed is committed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from segur_portal.common.queries import MailQuerySet


class OutgoingMail(models.Model):
    """One mail to one person, as it was written when it was queued.

    `key` says what it tells: a second mail with the same key is never written, so nothing is sent
    twice. `answer` is what the provider said last, an acceptance or a refusal. The words of a
    secret mail (it carries a link that opens something) are erased once it is sent.
    """

    key = models.CharField("clé", max_length=200, unique=True)
    template = models.CharField("modèle", max_length=60)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="destinataire",
    )
    address = models.EmailField("adresse")
    subject = models.CharField("objet", max_length=200)
    text = models.TextField("texte", blank=True)
    html = models.TextField("page", blank=True)
    is_secret = models.BooleanField("porte un lien secret", default=False)
    queued_at = models.DateTimeField("mis en file le")
    next_attempt_at = models.DateTimeField("prochain essai à partir du", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    given_up_at = models.DateTimeField("abandonné le", null=True, blank=True)
    answer = models.TextField("réponse du serveur de messagerie", blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = "courriel"
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="mail_waiting",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(given_up_at__isnull=True),
                name="mail_sent_or_given_up",
            ),
            # Waiting means neither sent nor given up, and the other way round.
            models.CheckConstraint(
                condition=Q(
                    next_attempt_at__isnull=False, sent_at__isnull=True, given_up_at__isnull=True
                )
                | Q(next_attempt_at__isnull=True)
                & (Q(sent_at__isnull=False) | Q(given_up_at__isnull=False)),
                name="mail_waiting_or_settled",
            ),
            models.CheckConstraint(
                condition=Q(is_secret=False) | Q(sent_at__isnull=True) | Q(text="", html=""),
                name="mail_secret_erased_once_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.address}"
