"""Users, the suppliers they act for, the schemes that officers are assigned to."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from enrolment.enums import DEPOSITING_ROLES, STAFF_KINDS, MemberRole, UserKind
from enrolment.queries import MembershipQuerySet, SupplierQuerySet
from segur_portal.common import identifiers
from segur_portal.common.models import Scheme


class UserManager(BaseUserManager["User"]):
    """Creates users known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        staff = {"is_staff": True, "is_superuser": True, "kind": UserKind.OFFICER}
        return self.create_user(email, password, **staff, **fields)


# The same, when the account of an administrator is closed.
KEEPS_ADMINISTRATOR_ACCOUNT = pgtrigger.Trigger(
    name="keeps_administrator_account",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("is_active"),
    timing=pgtrigger.Deferred,
    condition=pgtrigger.Q(old__is_active=True, new__is_active=False),
    func="""
        PERFORM 1 FROM enrolment_supplier WHERE id IN (
            SELECT supplier_id FROM enrolment_membership
            WHERE user_id = NEW.id AND is_administrator AND suspended_at IS NULL
        ) ORDER BY id FOR NO KEY UPDATE;
        IF EXISTS (
            SELECT 1 FROM enrolment_membership mine
            WHERE mine.user_id = NEW.id AND mine.is_administrator AND mine.suspended_at IS NULL
                AND NOT EXISTS (
                    SELECT 1 FROM enrolment_membership m JOIN enrolment_user u ON u.id = m.user_id
                    WHERE m.supplier_id = mine.supplier_id AND m.is_administrator
                        AND m.suspended_at IS NULL AND u.is_active
                )
        ) THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation',
                CONSTRAINT = 'membership_keeps_administrator',
                MESSAGE = 'The organisation would be left without an administrator.';
        END IF;
        RETURN NULL;
    """,
)


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractUser):
    """A person, known by e-mail. What a supplier's member sees hangs on its `Supplier`."""

    username = None  # type: ignore[assignment]
    email = models.EmailField("adresse électronique", unique=True)
    kind = models.CharField(
        "profil", max_length=20, choices=UserKind.choices, default=UserKind.SUPPLIER
    )
    phone = models.CharField("téléphone", max_length=20, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "utilisateur"
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(
                condition=Q(is_staff=False) | Q(kind__in=sorted(STAFF_KINDS)),
                name="user_supplier_is_not_staff",
                violation_error_message="Un fournisseur n’a pas accès à l’administration.",
            ),
        ]
        triggers = [KEEPS_ADMINISTRATOR_ACCOUNT]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def clean(self) -> None:
        """Say before the database does that the account of a last administrator stays open."""
        super().clean()
        if self._state.adding or self.is_active:
            return
        left = [
            str(mine.supplier)
            for mine in Membership.objects.administrators()
            .filter(user=self.pk)
            .select_related("supplier")
            .order_by("supplier__name")
            if not Membership.objects.of(mine.supplier)
            .administrators()
            .exclude(user=self.pk)
            .exists()
        ]
        if left:
            raise ValidationError(
                {
                    "is_active": f"Cette personne est seule à administrer {', '.join(left)} : "
                    "invitez ou désignez d’abord un autre administrateur."
                }
            )


@pghistory.track()
class Supplier(models.Model):
    """An industrial supplier (ENS): an editor or a distributor of health software."""

    siret = models.CharField("SIRET", max_length=14, unique=True)
    name = models.CharField("raison sociale", max_length=150)
    is_vat_subject = models.BooleanField("assujetti à la TVA", default=True)
    osu_granted_on = models.DateField("habilitation OSU : obtenue le", null=True, blank=True)
    osu_expires_on = models.DateField("habilitation OSU : expire le", null=True, blank=True)
    contact_email = models.EmailField("adresse de contact", blank=True)
    created_at = models.DateTimeField("créé le", auto_now_add=True)

    objects = SupplierQuerySet.as_manager()

    class Meta:
        verbose_name = "fournisseur"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(siret__regex=r"^\d{14}$"), name="supplier_siret"),
            models.CheckConstraint(
                condition=Q(osu_expires_on__isnull=True)
                | Q(osu_granted_on__isnull=False, osu_expires_on__gte=models.F("osu_granted_on")),
                name="supplier_osu_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a SIRET whose key is wrong."""
        if not identifiers.is_valid_siret(self.siret):
            raise ValidationError(
                {"siret": "Ce SIRET n’est pas valide : 14 chiffres, clé comprise."}
            )

    @property
    def siren(self) -> str:
        """The first nine digits of the SIRET."""
        return self.siret[:9]

    def holds_osu(self, on: date) -> bool:
        """Whether the OSU habilitation is held on that day (ENR-004)."""
        return (
            self.osu_granted_on is not None
            and self.osu_granted_on <= on
            and (self.osu_expires_on is None or on <= self.osu_expires_on)
        )


# An organisation that has an administrator keeps one, whatever the way it is written. Judged when
# the transaction ends, so that a hand-over may go in any order; the supplier's row is locked, so
# that two who leave at once take turns.
KEEPS_ADMINISTRATOR = pgtrigger.Trigger(
    name="keeps_administrator",
    when=pgtrigger.After,
    operation=pgtrigger.Update | pgtrigger.Delete,
    timing=pgtrigger.Deferred,
    condition=pgtrigger.Q(old__is_administrator=True, old__suspended_at__isnull=True),
    func="""
        PERFORM 1 FROM enrolment_supplier WHERE id = OLD.supplier_id FOR NO KEY UPDATE;
        IF NOT EXISTS (
            SELECT 1 FROM enrolment_membership m JOIN enrolment_user u ON u.id = m.user_id
            WHERE m.supplier_id = OLD.supplier_id AND m.is_administrator
                AND m.suspended_at IS NULL AND u.is_active
        ) THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation',
                CONSTRAINT = 'membership_keeps_administrator',
                MESSAGE = 'The organisation would be left without an administrator.';
        END IF;
        RETURN NULL;
    """,
)


@pghistory.track()
class Membership(models.Model):
    """What a user may do for a supplier, until when."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="memberships", verbose_name="utilisateur"
    )
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="memberships", verbose_name="fournisseur"
    )
    role = models.CharField("rôle", max_length=30, choices=MemberRole.choices)
    is_administrator = models.BooleanField("administre les membres", default=False)
    expires_on = models.DateField("jusqu’au", null=True, blank=True)
    suspended_at = models.DateTimeField("suspendu le", null=True, blank=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "membre"
        ordering = ["supplier", "user"]
        constraints = [
            models.UniqueConstraint(fields=["user", "supplier"], name="membership_once"),
            models.CheckConstraint(
                condition=Q(is_administrator=False) | Q(expires_on__isnull=True),
                name="membership_administrator_has_no_end",
                violation_error_message=(
                    "Un administrateur n’a pas de date de fin : transmettez d’abord "
                    "l’administration."
                ),
            ),
        ]
        triggers = [KEEPS_ADMINISTRATOR]

    def __str__(self) -> str:
        return f"{self.user} – {self.supplier} ({self.get_role_display()})"

    @property
    def may_deposit(self) -> bool:
        """Whether the role lets this member deposit, answer and submit, and not only read."""
        return self.role in DEPOSITING_ROLES

    def clean(self) -> None:
        """Say before the database does that the last administrator stays."""
        if self._state.adding or self.is_administrator:
            return
        others = Membership.objects.filter(supplier=self.supplier_id).administrators()
        was_one = others.filter(pk=self.pk).exists()
        if was_one and not others.exclude(pk=self.pk).exists():
            raise ValidationError(
                "Une organisation garde toujours un administrateur : désignez-en d’abord un autre."
            )


@pghistory.track()
class OfficerAssignment(models.Model):
    """A scheme that an officer instructs; an officer never instructs another (section 7)."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="assignments", verbose_name="utilisateur"
    )
    scheme = models.ForeignKey(
        Scheme, models.PROTECT, related_name="assignments", verbose_name="dispositif"
    )

    class Meta:
        verbose_name = "affectation"
        ordering = ["user", "scheme"]
        constraints = [models.UniqueConstraint(fields=["user", "scheme"], name="assignment_once")]

    def __str__(self) -> str:
        return f"{self.user} : {self.scheme_id}"
