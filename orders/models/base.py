"""The eligible-clients base: versioned rows, never deleted, and the imports that made them."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from orders.enums import Activity, IdentifierKind, StructureType
from orders.queries import EligibleClientQuerySet
from orders.workflow import BASE_IMPORT, ImportState
from segur_portal.common.models import Scheme, StoredFile


@pghistory.track(exclude=["report"])
class BaseImport(models.Model):
    """One file of the base, for one scheme, and what became of it.

    `version` numbers the states of a scheme's base: 1, 2, 3… It is set when the import (or the
    restoration of an earlier version, `restores`) is applied.
    """

    scheme = models.ForeignKey(
        Scheme, models.PROTECT, related_name="base_imports", verbose_name="dispositif"
    )
    version = models.PositiveIntegerField("version", null=True, blank=True)
    state = models.CharField(
        "état",
        max_length=20,
        choices=BASE_IMPORT.choices(),
        default=ImportState.RECEIVED,
        editable=False,
    )
    business_date = models.DateField("date de la base")
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="fichier"
    )
    restores = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="restored_by",
        verbose_name="restaure",
    )
    row_count = models.PositiveIntegerField("lignes lues", default=0)
    added = models.PositiveIntegerField("ajoutées", default=0)
    changed = models.PositiveIntegerField("modifiées", default=0)
    ended = models.PositiveIntegerField("retirées", default=0)
    refused = models.PositiveIntegerField("refusées", default=0)
    report = models.JSONField("compte rendu", default=dict, blank=True)
    refusals = models.ForeignKey(
        StoredFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="lignes refusées",
        help_text="Toutes les lignes refusées, quand le compte rendu ne peut les montrer toutes.",
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="demandé par",
    )
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="quarantaine levée par",
    )
    received_at = models.DateTimeField("reçu le")
    started_at = models.DateTimeField("commencé le", null=True, blank=True)
    finished_at = models.DateTimeField("terminé le", null=True, blank=True)

    class Meta:
        verbose_name = "import de la base"
        verbose_name_plural = "imports de la base"
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "version"], name="base_version_once"),
            models.UniqueConstraint(
                fields=["scheme"], condition=Q(state="running"), name="base_one_running_import"
            ),
            models.CheckConstraint(
                condition=~Q(state="applied") | Q(version__isnull=False),
                name="base_applied_has_version",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["received", "running"]) | Q(finished_at__isnull=False),
                name="base_finished_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme_id} base {self.version or '–'} du {self.business_date:%d/%m/%Y}"


class EligibleClient(models.Model):
    """A line of the base over the versions `[valid_from, valid_to)`; open-ended when current.

    Lines are end-dated, never deleted, so that any past version can be read or restored.
    """

    scheme = models.ForeignKey(
        Scheme,
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name="dispositif",
    )
    kind = models.CharField("type", max_length=6, choices=IdentifierKind.choices)
    value = models.CharField("identifiant", max_length=14)
    rpps = models.CharField("RPPS", max_length=11, blank=True, default="")
    siren = models.CharField("SIREN", max_length=9, blank=True, default="")
    label = models.CharField("libellé", max_length=150, default="")
    structure_type = models.CharField("type de structure", max_length=20)
    specialty = models.CharField("spécialité", max_length=100, blank=True, default="")
    is_liberal = models.BooleanField("libéral", default=False)
    doctor_count = models.PositiveIntegerField("médecins", default=0)
    postal_code = models.CharField("code postal", max_length=5, blank=True, default="")
    activity = models.CharField("activité", max_length=20, blank=True, default="")
    activity_2023 = models.PositiveIntegerField("activité 2023", null=True, blank=True)
    had_wave_1 = models.BooleanField("bénéficiaire de la vague 1", default=False)
    valid_from = models.PositiveIntegerField("depuis la version")
    valid_to = models.PositiveIntegerField("jusqu’à la version (exclue)", null=True, blank=True)

    objects = EligibleClientQuerySet.as_manager()

    class Meta:
        verbose_name = "client éligible"
        verbose_name_plural = "clients éligibles"
        indexes = [
            # Past versions: balances are judged on the version of their advance.
            models.Index(
                fields=["scheme", "kind", "value", "valid_to"],
                condition=Q(valid_to__isnull=False),
                name="eligible_client_past",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "kind", "value"],
                condition=Q(valid_to__isnull=True),
                name="eligible_client_current_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="eligible_client_versions",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=IdentifierKind.values) & ~Q(value=""),
                name="eligible_client_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value} {self.label}"


@pghistory.track()
class EligibilityOverride(models.Model):
    """An officer's correction of the base, until a date: the next import does not undo it.

    What it leaves blank (or unknown) stays as in the base.
    """

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="+", verbose_name="dispositif")
    kind = models.CharField("type", max_length=6, choices=IdentifierKind.choices)
    value = models.CharField("identifiant", max_length=14)
    is_eligible = models.BooleanField("éligible")
    rpps = models.CharField("RPPS", max_length=11, blank=True)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    label = models.CharField("libellé", max_length=150, blank=True)
    structure_type = models.CharField(
        "type de structure", max_length=20, blank=True, choices=StructureType.choices
    )
    specialty = models.CharField("spécialité", max_length=100, blank=True)
    is_liberal = models.BooleanField("libéral", null=True, blank=True)
    doctor_count = models.PositiveIntegerField("médecins", null=True, blank=True)
    activity = models.CharField("activité", max_length=20, blank=True, choices=Activity.choices)
    activity_2023 = models.PositiveIntegerField("activité 2023", null=True, blank=True)
    had_wave_1 = models.BooleanField("bénéficiaire de la vague 1", null=True, blank=True)
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au (inclus)")
    reason = models.TextField("motif")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="décidée par"
    )

    class Meta:
        verbose_name = "dérogation d’éligibilité"
        verbose_name_plural = "dérogations d’éligibilité"
        ordering = ["-starts_on", "-pk"]
        indexes = [models.Index(fields=["scheme", "kind", "value"], name="override_by_key")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="override_dates"),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value} : {'éligible' if self.is_eligible else 'non éligible'}"
