"""Purchase orders (bons de commande), their clients and lines. Facts: written once."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import F, Q

from enrolment.models import Solution, Supplier
from orders.enums import Activity, LineKind, Situation2023
from orders.queries import OrderQuerySet
from segur_portal.common.enums import Service
from segur_portal.common.models import Scheme


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Order(models.Model):
    """What a client signed with a supplier; one advance request, then one balance, answer it."""

    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="orders", verbose_name="fournisseur"
    )
    scheme = models.ForeignKey(
        Scheme, models.PROTECT, related_name="orders", db_index=False, verbose_name="dispositif"
    )
    solution = models.ForeignKey(
        Solution, models.PROTECT, related_name="orders", verbose_name="solution"
    )
    service = models.CharField(
        "prestation", max_length=30, choices=[(s.value, s.value) for s in Service]
    )
    number = models.CharField("numéro du bon de commande", max_length=50)
    signed_on = models.DateField("signé le")
    signature = models.CharField(
        "signature",
        max_length=20,
        choices=[("MANUSCRITE", "Manuscrite"), ("ELECTRONIQUE", "Électronique")],
    )
    file_name = models.CharField("fichier", max_length=100)
    pacs_name = models.CharField("PACS", max_length=100, blank=True, default="")
    pacs_identifier = models.CharField("identifiant du PACS", max_length=64, blank=True, default="")
    net = models.DecimalField("montant HT", max_digits=12, decimal_places=2)
    vat = models.DecimalField("TVA", max_digits=12, decimal_places=2)
    gross = models.DecimalField("montant TTC", max_digits=12, decimal_places=2)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = "bon de commande"
        verbose_name_plural = "bons de commande"
        constraints = [
            models.CheckConstraint(
                condition=Q(net__gte=0, vat__gte=0, gross=F("net") + F("vat")),
                name="order_amounts_add_up",
                violation_error_message="HT + TVA = TTC, au centime (MNT-002).",
            ),
        ]

    def __str__(self) -> str:
        return self.number


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class OrderClient(models.Model):
    """A client of an order (json-contract, `clients[]`)."""

    order = models.ForeignKey(
        Order, models.CASCADE, related_name="clients", verbose_name="bon de commande"
    )
    position = models.PositiveSmallIntegerField("rang")
    kind = models.CharField(
        "type",
        max_length=20,
        choices=[
            ("MEDECIN", "Médecin"),
            ("MSP", "MSP"),
            ("CDS", "Centre de santé"),
            ("CABINET", "Cabinet"),
            ("ETABLISSEMENT", "Établissement"),
        ],
    )
    name = models.CharField("structure", max_length=150)
    siren = models.CharField("SIREN", max_length=9, blank=True, default="")
    representative = models.CharField("représentant légal", max_length=165)
    phone = models.CharField("téléphone", max_length=40)
    mail = models.EmailField("adresse électronique", max_length=254)
    paid_wave_1 = models.BooleanField("mise à jour vague 1 à ses frais", null=True)
    has_de_minimis = models.BooleanField("aide de minimis perçue", null=True)

    class Meta:
        verbose_name = "client"
        ordering = ["order", "position"]
        indexes = [models.Index(fields=["siren"], name="order_client_siren")]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_client_position")
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class OrderLine(models.Model):
    """An establishment or a doctor of a client; `activity_2023` is the base's value at deposit."""

    client = models.ForeignKey(
        OrderClient, models.CASCADE, related_name="lines", db_index=False, verbose_name="client"
    )
    position = models.PositiveSmallIntegerField("rang")
    kind = models.CharField("nature", max_length=20, choices=LineKind.choices)
    name = models.CharField("nom", max_length=170)
    finess = models.CharField("FINESS géographique", max_length=9, blank=True, default="")
    rpps = models.CharField("RPPS", max_length=11, blank=True, default="")
    am_number = models.CharField("numéro AM", max_length=9, blank=True, default="")
    activity = models.CharField(
        "activité", max_length=20, blank=True, default="", choices=Activity.choices
    )
    situation_2023 = models.CharField(
        "situation en 2023", max_length=30, blank=True, default="", choices=Situation2023.choices
    )
    activity_2023 = models.PositiveIntegerField("activité 2023 retenue", null=True, blank=True)

    class Meta:
        verbose_name = "ligne"
        ordering = ["client", "position"]
        indexes = [
            models.Index(fields=["finess"], condition=~Q(finess=""), name="order_line_finess"),
            models.Index(fields=["rpps"], condition=~Q(rpps=""), name="order_line_rpps"),
            models.Index(fields=["am_number"], condition=~Q(am_number=""), name="order_line_am"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["client", "position"], name="order_line_position"),
            models.CheckConstraint(
                condition=Q(kind="establishment", rpps="", am_number="") & ~Q(finess="")
                | Q(kind="doctor", finess="") & ~Q(rpps=""),
                name="order_line_identifiers",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class DeMinimisAid(models.Model):
    """An aid of the last three years that a client declares (MNT-005)."""

    client = models.ForeignKey(
        OrderClient, models.CASCADE, related_name="aids", verbose_name="client"
    )
    granted_on = models.DateField("attribuée le")
    amount = models.DecimalField("montant", max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = "aide de minimis déclarée"
        verbose_name_plural = "aides de minimis déclarées"
        ordering = ["client", "granted_on"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="aid_positive")]

    def __str__(self) -> str:
        return f"{self.granted_on:%d/%m/%Y} : {self.amount} €"
