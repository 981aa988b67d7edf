"""What live orders hold for themselves: the guarantee behind every uniqueness rule."""

import pghistory
from django.db import models
from django.db.models import Q

from orders.enums import ClaimKind, Slot
from orders.queries import ClaimQuerySet
from segur_portal.common.models import Scheme

from .orders import Order


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Claim(models.Model):
    """An order holds (scheme, kind, value, slot) until released; two live claims never collide.

    Insertions go through `orders.actions.take_claims`, sorted by key: the order of insertion is
    what keeps concurrent batches from deadlocking.
    """

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="claims", verbose_name="bon de commande"
    )
    scheme = models.ForeignKey(
        Scheme, models.PROTECT, related_name="+", db_index=False, verbose_name="dispositif"
    )
    kind = models.CharField("clé", max_length=20, choices=ClaimKind.choices)
    value = models.CharField("valeur", max_length=220)
    slot = models.CharField("place", max_length=10, choices=Slot.choices, blank=True, default="")
    released_at = models.DateTimeField("libérée le", null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = "clé d’unicité"
        verbose_name_plural = "clés d’unicité"
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "kind", "value", "slot"],
                condition=Q(released_at__isnull=True),
                name="claim_live_once",
                violation_error_message="Déjà retenu par une autre commande (UNI).",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value} {self.slot}".strip()
