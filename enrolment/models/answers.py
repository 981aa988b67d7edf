"""What a supplier declares of itself on a scheme: the questions of the enrolment file."""

from django.db import models
from django.db.models import F, Q

from enrolment.rules.documents import Osu, Proxy

FACTS = (
    "legal_representative",
    "wanted_name",
    "is_vat_subject",
    "hosts_data",
    "proxy",
    "proxy_name",
    "osu",
    "osu_granted_on",
    "osu_expires_on",
    "uses_own_order_layout",
)
PROXIES = [
    (Proxy.NONE.value, "Aucun mandataire"),
    (Proxy.EMPLOYEE.value, "Un salarié de l’organisation"),
    (Proxy.THIRD_PARTY.value, "Un salarié d’une autre organisation"),
]
OSU = [
    (Osu.HELD.value, "Oui, nous l’avons"),
    (Osu.PENDING.value, "Pas encore : elle est demandée"),
    (
        Osu.EDITOR.value,
        "Non : distributeur, nous nous appuyons sur celle de l’éditeur, et son mandat le prévoit",
    ),
]


class Answers(models.Model):
    """The answers (domain page, sections 1 and 3). `osu_*` are the dates declared."""

    wanted_name = models.CharField(
        "autre nom souhaité", max_length=150, blank=True, help_text="Vide : celui du registre."
    )
    legal_representative = models.CharField(
        "représentant légal (nom et prénom)", max_length=150, blank=True
    )
    is_vat_subject = models.BooleanField("assujetti à la TVA (déclaré)", default=True)
    hosts_data = models.BooleanField("héberge des données de santé", null=True, blank=True)
    proxy = models.CharField("mandataire", max_length=20, choices=PROXIES, default=Proxy.NONE.value)
    proxy_name = models.CharField("mandataire (nom et prénom)", max_length=150, blank=True)
    osu = models.CharField(
        "habilitation OSU (déclarée)",
        max_length=10,
        choices=OSU,
        default=Osu.UNSAID.value,
        db_default=Osu.UNSAID.value,
        blank=True,
    )
    osu_granted_on = models.DateField("OSU : obtenue le (déclaré)", null=True, blank=True)
    osu_expires_on = models.DateField("OSU : expire le (déclaré)", null=True, blank=True)
    uses_own_order_layout = models.BooleanField(
        "utilise son propre modèle de bon de commande", default=False
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(osu_expires_on__isnull=True)
                | Q(osu_granted_on__isnull=False, osu_expires_on__gte=F("osu_granted_on")),
                name="%(class)s_osu_dates",
                violation_error_message="L’habilitation OSU finit après avoir commencé.",
            )
        ]
