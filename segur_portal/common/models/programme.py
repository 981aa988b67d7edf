"""The programme as data: schemes, windows, parameters, price scales (domain page, section 2).

Every date and number here is edited by an officer, with a source note; pghistory keeps each
version, and a request remembers the `ProgrammeSnapshot` it was judged on.
"""

from __future__ import annotations

from datetime import datetime, time

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Func, Q

from segur_portal.common.clock import paris_instant
from segur_portal.common.enums import Measure, ParameterCode, Service, WindowKind
from segur_portal.common.queries import ParameterQuerySet

NOON = time(12, 0)


@pghistory.track()
class Scheme(models.Model):
    """A funding scheme (dispositif SONS)."""

    code = models.CharField("code", max_length=30, primary_key=True)
    short_name = models.CharField("nom court", max_length=10, unique=True)
    name = models.CharField("nom", max_length=100)
    corridor = models.CharField("couloir", max_length=50)
    software = models.CharField("logiciel", max_length=100)
    requires_hosting_document = models.BooleanField("document HDS exigé", default=True)
    requires_documents = models.BooleanField(
        "documents signés exigés avec le dépôt",
        default=False,
        help_text="Un dépôt attend alors ses ZIP : il n’est déposé qu’une fois complet.",
    )
    requires_ris_request = models.BooleanField("demande RIS exigée", default=False)
    order = models.PositiveSmallIntegerField("rang", default=0)
    source = models.CharField(
        "source", max_length=300, default="Webinaire de l’ANS et de l’ASP du 16/10/2025"
    )

    class Meta:
        verbose_name = "dispositif"
        ordering = ["order"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^SONS-[A-Za-z0-9-]+$"), name="scheme_code_form"
            )
        ]

    def __str__(self) -> str:
        return self.code


@pghistory.track()
class Window(models.Model):
    """A calendar line of a scheme, in civil dates and times of Paris; the bounds are included.

    Without an opening the window is only a deadline (service performed before, hold limit).
    """

    scheme = models.ForeignKey(
        Scheme, models.PROTECT, related_name="windows", verbose_name="dispositif"
    )
    kind = models.CharField(
        "objet",
        max_length=20,
        choices=[
            (WindowKind.ENROLMENT.value, "Enrôlement"),
            (WindowKind.ADVANCE.value, "Demandes d’avance"),
            (WindowKind.SERVICE.value, "Réalisation de la prestation"),
            (WindowKind.BALANCE.value, "Demandes de solde"),
            (WindowKind.HOLD.value, "Limite de mise en attente DRIMbox"),
        ],
    )
    opens_on = models.DateField("ouverture : date", null=True, blank=True)
    opens_time = models.TimeField("ouverture : heure", default=time(0, 0))
    closes_on = models.DateField("fermeture : date")
    closes_time = models.TimeField("fermeture : heure", default=NOON)
    source = models.CharField("source", max_length=300)

    class Meta:
        verbose_name = "échéance"
        ordering = ["scheme", "closes_on"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "kind"], name="window_once_per_scheme"),
            models.CheckConstraint(
                condition=Q(opens_on__isnull=True) | Q(opens_on__lte=models.F("closes_on")),
                name="window_opens_before_closing",
                violation_error_message="L’ouverture précède la fermeture.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme_id} {self.get_kind_display()}"

    @property
    def opens_at(self) -> datetime | None:
        """The UTC instant of the opening."""
        return paris_instant(self.opens_on, self.opens_time) if self.opens_on else None

    @property
    def closes_at(self) -> datetime:
        """The UTC instant of the closing, still in time."""
        return paris_instant(self.closes_on, self.closes_time)


@pghistory.track()
class Parameter(models.Model):
    """A number of the programme; without a scheme it holds for all."""

    scheme = models.ForeignKey(
        Scheme,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parameters",
        verbose_name="dispositif",
    )
    code = models.CharField(
        "paramètre",
        max_length=40,
        choices=[
            (ParameterCode.SIGNATURE_LEAD_DAYS.value, "Antériorité admise de la signature (jours)"),
            (ParameterCode.PILOT_REPORTS.value, "PV pilotes exigés"),
            (ParameterCode.TRAINING_MATERIALS.value, "Supports de formation exigés (0 ou 1)"),
            (ParameterCode.DE_MINIMIS_CEILING.value, "Plafond de minimis (€)"),
            (ParameterCode.DE_MINIMIS_YEARS.value, "Période de minimis (années)"),
            (ParameterCode.BANK_DETAILS_MAX_AGE_MONTHS.value, "Ancienneté d’un RIB (mois)"),
            (ParameterCode.RECOVERY_DAYS.value, "Délai de remboursement (jours)"),
            (ParameterCode.INSTRUCTION_DAYS.value, "Délai visé d’instruction (jours)"),
            (ParameterCode.INSTRUCTION_WARNING_DAYS.value, "Instruction : signalée avant (jours)"),
            (ParameterCode.HOLD_FIRST_ALERT_DAYS.value, "Attente RIS : premier rappel (jours)"),
            (ParameterCode.HOLD_LAST_ALERT_DAYS.value, "Attente RIS : dernier rappel (jours)"),
            (ParameterCode.INCOMPLETE_DAYS.value, "Dépôt incomplet : durée gardée (jours)"),
            (ParameterCode.DISPUTE_DAYS.value, "Litige : délai de réponse (jours ouvrés)"),
            (ParameterCode.BASE_MAX_REMOVED_ROWS.value, "Base : retraits admis (lignes)"),
            (ParameterCode.BASE_MAX_REMOVED_PERCENT.value, "Base : retraits admis (%)"),
            (ParameterCode.BANK_CHANGE_DELAY_DAYS.value, "Changement d’IBAN : délai (jours)"),
            (
                ParameterCode.REFERENCING_MAX_CHANGED_ROWS.value,
                "Liste de l’ANS : solutions modifiées admises (nombre)",
            ),
            (
                ParameterCode.REFERENCING_MAX_CHANGED_PERCENT.value,
                "Liste de l’ANS : solutions modifiées admises (%)",
            ),
        ],
    )
    value = models.DecimalField("valeur", max_digits=14, decimal_places=2)
    source = models.CharField("source", max_length=300)

    objects = ParameterQuerySet.as_manager()

    class Meta:
        verbose_name = "paramètre"
        ordering = ["code", "scheme"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "code"], name="parameter_once_per_scheme", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="parameter_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()} : {self.value}"


@pghistory.track()
class PriceScale(models.Model):
    """A version of a scheme's price scale (barème). The one in force on a day has begun, latest."""

    scheme = models.ForeignKey(
        Scheme, models.PROTECT, related_name="price_scales", verbose_name="dispositif"
    )
    version = models.PositiveIntegerField("version")
    starts_on = models.DateField("en vigueur à partir du")
    advance_rate = models.DecimalField("taux d’avance (%)", max_digits=5, decimal_places=2)
    vat_rate = models.DecimalField("taux de TVA du plafond (%)", max_digits=5, decimal_places=2)
    is_official = models.BooleanField("barème officiel", default=False)
    source = models.CharField("source", max_length=300)

    class Meta:
        verbose_name = "barème"
        ordering = ["scheme", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "version"], name="price_scale_version"),
            models.UniqueConstraint(fields=["scheme", "starts_on"], name="price_scale_start"),
            models.CheckConstraint(
                condition=Q(advance_rate__gte=0, advance_rate__lte=100),
                name="price_scale_advance_rate",
            ),
            models.CheckConstraint(
                condition=Q(vat_rate__gte=0, vat_rate__lte=100), name="price_scale_vat_rate"
            ),
        ]

    def __str__(self) -> str:
        mark = "" if self.is_official else " (valeurs d’exemple)"
        return f"{self.scheme_id} barème {self.version}{mark}"


@pghistory.track()
class PriceTier(models.Model):
    """A tranche: from `lower` included to `upper` excluded (none = no upper bound)."""

    scale = models.ForeignKey(
        PriceScale, models.CASCADE, related_name="tiers", verbose_name="barème"
    )
    service = models.CharField(
        "prestation",
        max_length=30,
        choices=[
            (Service.WAVE_2.value, "Vague 2"),
            (Service.WAVE_1_AND_2.value, "Vague 1 + Vague 2"),
            (Service.NEW_ACQUISITION.value, "Nouvelle acquisition"),
        ],
    )
    measure = models.CharField(
        "unité",
        max_length=20,
        choices=[
            (Measure.FLAT.value, "Forfait"),
            (Measure.DOCTORS.value, "Nombre de médecins"),
            (Measure.ACTIVITY_2023.value, "Activité 2023"),
        ],
    )
    lower = models.PositiveIntegerField("de (inclus)", default=0)
    upper = models.PositiveIntegerField("à (exclu)", null=True, blank=True)
    ceiling_net = models.DecimalField("plafond HT (€)", max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = "tranche"
        ordering = ["scale", "service", "measure", "lower"]
        constraints = [
            models.CheckConstraint(
                condition=Q(upper__isnull=True) | Q(upper__gt=models.F("lower")),
                name="price_tier_bounds",
                violation_error_message="La borne haute dépasse la borne basse.",
            ),
            models.CheckConstraint(condition=Q(ceiling_net__gte=0), name="price_tier_ceiling"),
            ExclusionConstraint(
                name="price_tier_no_overlap",
                expressions=[
                    ("scale", RangeOperators.EQUAL),
                    ("service", RangeOperators.EQUAL),
                    ("measure", RangeOperators.EQUAL),
                    (
                        Func("lower", "upper", function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="Deux tranches se chevauchent.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.measure} {self.lower}–{self.upper or '∞'}"


class ProgrammeSnapshot(models.Model):
    """The programme's data as it was when requests were judged, kept once per content."""

    digest = models.CharField("empreinte", max_length=64, primary_key=True)
    content = models.JSONField("contenu")
    created_at = models.DateTimeField("constaté le")

    class Meta:
        verbose_name = "version du programme"
        verbose_name_plural = "versions du programme"
        constraints = [
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="programme_snapshot_digest"
            )
        ]

    def __str__(self) -> str:
        return self.digest[:12]
