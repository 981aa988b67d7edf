"""What cancelling many requests brings, all together: read before an officer confirms. A number of
queries that does not depend on how many requests there are."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from funding.models import FundingRequest
from funding.queries import FundingRequestQuerySet
from funding.workflow import REQUEST
from orders.models import Claim, OrderClient
from pilots.models import PilotProof
from segur_portal.common.enums import Kind, SchemeCode
from segur_portal.common.french import number, spaced
from segur_portal.common.money import ZERO, in_french


def cascade_of(ids: Sequence[int]) -> list[str]:
    """What cancelling these requests would bring, in French, as things stand now; each line a
    total. Nothing when none of them can be cancelled."""
    chosen = _cancellable(ids)
    total = chosen.count()
    if not total:
        return []
    left = len(ids) - total
    told = [f"{_many(total, 'dossier annulé', 'dossiers annulés')}."]
    if left:
        told.append(
            f"{_many(left, 'dossier laissé', 'dossiers laissés')} : l’état ne le permet pas, ou un "
            "virement est en route."
        )
    advances = chosen.filter(kind=Kind.ADVANCE)
    told += [*_balances(chosen), *_money(chosen), *_claims(advances), *_others(advances)]
    return [spaced(one) for one in told]


def _cancellable(ids: Sequence[int]) -> FundingRequestQuerySet:
    """Those that the table lets an officer cancel, with no money on its way."""
    balances = FundingRequest.objects.filter(advance=OuterRef("pk"), state="to_pay")
    rows = FundingRequest.objects.filter(
        pk__in=list(ids), state__in=REQUEST.moves["cancel"].sources
    )
    return rows.filter(~Exists(balances)).with_claimed().exclude(state="accepted", claimed__gt=0)


def _balances(chosen: FundingRequestQuerySet) -> list[str]:
    falling = FundingRequest.objects.live().filter(advance__in=chosen.values("pk"))
    total = falling.exclude(pk__in=chosen.values("pk")).count()
    if not total:
        return []
    words = _many(total, "demande de solde annulée", "demandes de solde annulées")
    return [f"{words} avec leur avance."]


def _money(chosen: FundingRequestQuerySet) -> list[str]:
    """Recovery orders of what was paid, and what is no longer due."""
    falling = FundingRequest.objects.live().filter(
        Q(pk__in=chosen.values("pk")) | Q(advance__in=chosen.values("pk"))
    )
    paid = Q(state="paid", owed__gt=0)
    sums = (
        falling.with_claimed()
        .annotate(owed=F("amount_due") - F("claimed"))
        .aggregate(
            orders=Count("pk", filter=paid),
            recovered=Coalesce(Sum("owed", filter=paid), ZERO),
            given_up=Coalesce(Sum("amount_due", filter=Q(state="accepted")), ZERO),
        )
    )
    told = []
    if sums["orders"]:
        words = _many(sums["orders"], "ordre de recouvrement", "ordres de recouvrement")
        told.append(f"{words}, pour {in_french(sums['recovered'])} au total.")
    if sums["given_up"]:
        told.append(f"{in_french(sums['given_up'])} acceptés ne sont plus dus.")
    return told


def _claims(advances: FundingRequestQuerySet) -> list[str]:
    freed = Claim.objects.live().filter(order__in=advances.values("order")).count()
    words = _many(freed, "clé d’unicité libérée", "clés d’unicité libérées")
    return [f"{words} aussitôt."] if freed else []


def _others(advances: FundingRequestQuerySet) -> list[str]:
    """Pilot proofs on these orders, DRIMbox requests of their clients (ATT-001, ATT-002)."""
    told = []
    proofs = PilotProof.objects.live().filter(order__in=advances.values("order")).count()
    if proofs:
        words = _many(proofs, "PV pilote", "PV pilotes")
        told.append(f"{words} sur ces commandes : plus comptés pour ouvrir les soldes (PIL-001).")
    orders = advances.filter(scheme=SchemeCode.RIS).values("order")
    sirens = OrderClient.objects.filter(order__in=orders).exclude(siren="").values("siren")
    waiting = FundingRequest.objects.in_progress().filter(
        scheme=SchemeCode.DB, kind=Kind.ADVANCE, order__clients__siren__in=sirens
    )
    waiting = waiting.exclude(pk__in=advances.values("pk"))
    if total := waiting.order_by().values("pk").distinct().count():
        words = _many(total, "demande DRIMbox", "demandes DRIMbox")
        told.append(
            f"{words} des mêmes clients : sans autre demande RIS, mises en attente (ATT-001), puis "
            "annulées à la date limite (ATT-002)."
        )
    return told


def _many(value: int, one: str, many: str) -> str:
    return f"{number(value)} {many if value > 1 else one}"
