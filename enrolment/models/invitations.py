"""How people come to act for a supplier: invited by it, or asking to join it."""

from __future__ import annotations

import uuid
from datetime import datetime

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from enrolment.enums import MemberRole
from enrolment.queries import InvitationQuerySet, JoinRequestQuerySet

from .people import Supplier, User


@pghistory.track()
class Invitation(models.Model):
    """An address invited to act for a supplier, by a link that works once and until a date.

    The link carries `nonce`: sending the invitation again draws another one, and closes the link
    sent before.
    """

    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="invitations", verbose_name="fournisseur"
    )
    email = models.EmailField("adresse invitée")
    role = models.CharField("rôle", max_length=30, choices=MemberRole.choices)
    is_administrator = models.BooleanField("administre les membres", default=False)
    member_until = models.DateField("membre jusqu’au", null=True, blank=True)
    nonce = models.UUIDField(default=uuid.uuid4, editable=False)
    invited_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="invité par"
    )
    created_at = models.DateTimeField("invité le")
    expires_at = models.DateTimeField("lien valable jusqu’au")
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="acceptée par"
    )
    cancelled_at = models.DateTimeField("annulée le", null=True, blank=True)

    # Never shown, even in the history: the link is made of it.
    secrets = ("nonce",)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                "supplier",
                Lower("email"),
                condition=Q(accepted_at__isnull=True, cancelled_at__isnull=True),
                name="invitation_pending_once",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(cancelled_at__isnull=True),
                name="invitation_accepted_or_cancelled",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="invitation_lasts"
            ),
            models.CheckConstraint(
                condition=Q(is_administrator=False) | Q(member_until__isnull=True),
                name="invitation_administrator_has_no_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} – {self.supplier}"

    def is_open(self, at: datetime) -> bool:
        """Whether the link still works."""
        return self.accepted_at is None and self.cancelled_at is None and at <= self.expires_at


@pghistory.track()
class JoinRequest(models.Model):
    """A person who asks to act for the organisation of a SIRET.

    Confirmed once their address is. The first to ask for a SIRET that nobody holds opens the
    organisation; afterwards the organisation's administrators decide, and the person is not told
    who they are.
    """

    user = models.ForeignKey(
        User, models.CASCADE, related_name="join_requests", verbose_name="demandeur"
    )
    siret = models.CharField("SIRET", max_length=14)
    company_name = models.CharField("raison sociale", max_length=150, blank=True)
    role = models.CharField("rôle demandé", max_length=30, choices=MemberRole.choices)
    requested_at = models.DateTimeField("demandé le")
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="décidé par"
    )
    is_accepted = models.BooleanField("acceptée", null=True, blank=True)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de rattachement"
        verbose_name_plural = "demandes de rattachement"
        ordering = ["-requested_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "siret"],
                condition=Q(decided_at__isnull=True),
                name="join_request_pending_once",
            ),
            models.CheckConstraint(condition=Q(siret__regex=r"^\d{14}$"), name="join_siret"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, is_accepted__isnull=True)
                | Q(decided_at__isnull=False, is_accepted__isnull=False),
                name="join_request_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(confirmed_at__isnull=False),
                name="join_request_confirmed_before_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.siret}"
