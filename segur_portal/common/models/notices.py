"""Notifications on screen, and how each person wants to be told of each kind of news."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from segur_portal.common.queries import NotificationQuerySet


class NoticeKind(models.TextChoices):
    """Kinds of news. A kind is what a person sets a preference on, not an event."""

    ACCOUNT = "account", "Compte et organisation"
    DECISION = "decision", "Décisions et demandes de correction"
    ENROLMENT = "enrolment", "Enrôlement et pièces justificatives"
    DEPOSIT = "deposit", "Dépôts traités"
    REQUEST = "request", "Avancement des demandes"
    MESSAGE = "message", "Messages"
    DEADLINE = "deadline", "Échéances"
    PAYMENT = "payment", "Paiements"


class Channel(models.TextChoices):
    """How a kind of news reaches a person; it is always on screen."""

    EACH = "each", "Un courriel à chaque fois"
    DAILY = "daily", "Dans le résumé du matin"
    SCREEN = "screen", "À l’écran seulement"


# Nobody may say they were not told: security of the account, decisions and their time limits.
MANDATORY_KINDS = frozenset({NoticeKind.ACCOUNT, NoticeKind.DECISION})
DEFAULT_CHANNELS: dict[str, Channel] = {
    NoticeKind.ACCOUNT: Channel.EACH,
    NoticeKind.DECISION: Channel.EACH,
    NoticeKind.ENROLMENT: Channel.EACH,
    NoticeKind.DEPOSIT: Channel.SCREEN,
    NoticeKind.REQUEST: Channel.DAILY,
    NoticeKind.MESSAGE: Channel.EACH,
    NoticeKind.DEADLINE: Channel.DAILY,
    NoticeKind.PAYMENT: Channel.EACH,
}


class Notification(models.Model):
    """One piece of news for one person, with the page to open.

    `internal_note` is for agents: it is never written for a supplier's member, and never shown to
    somebody who no longer works for the State. `key` names the fact: told once to each person.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="notifications",
        verbose_name="destinataire",
    )
    kind = models.CharField("nature", max_length=20, choices=NoticeKind.choices)
    key = models.CharField("fait", max_length=150, blank=True)
    title = models.CharField("titre", max_length=200)
    body = models.TextField("texte", blank=True)
    internal_note = models.TextField("note interne", blank=True)
    url = models.CharField("page", max_length=300, blank=True)
    created_at = models.DateTimeField("le")
    read_at = models.DateTimeField("lue le", null=True, blank=True)
    is_for_digest = models.BooleanField("attend le résumé du matin", default=False)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = "notification"
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notification_by_user"),
            models.Index(
                fields=["user"], condition=Q(read_at__isnull=True), name="notification_unread"
            ),
            models.Index(
                fields=["user"], condition=Q(is_for_digest=True), name="notification_for_digest"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"], condition=~Q(key=""), name="notification_once"
            ),
            models.CheckConstraint(
                condition=Q(url="") | Q(url__startswith="/") & ~Q(url__startswith="//"),
                name="notification_own_page",
                violation_error_message="Une notification mène à une page du portail.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class NotificationPreference(models.Model):
    """What a person chose for a kind of news; without a row the default holds."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="notification_preferences",
        verbose_name="personne",
    )
    kind = models.CharField("nature", max_length=20, choices=NoticeKind.choices)
    channel = models.CharField("moyen", max_length=10, choices=Channel.choices)

    class Meta:
        verbose_name = "préférence de notification"
        verbose_name_plural = "préférences de notification"
        ordering = ["user", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="preference_once"),
            models.CheckConstraint(
                condition=~Q(kind__in=sorted(MANDATORY_KINDS)) | Q(channel=Channel.EACH),
                name="preference_mandatory_kind_is_mailed",
                violation_error_message="Ces notifications sont toujours envoyées par courriel.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} : {self.get_kind_display()}, {self.get_channel_display()}"
