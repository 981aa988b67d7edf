"""What cancelling a request brings: read before an officer confirms, then done in that order."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from funding.actions.ledger import claimed_of
from funding.models import FundingRequest
from orders.models import Claim
from pilots.models import PilotProof
from segur_portal.common.enums import Kind, SchemeCode
from segur_portal.common.french import count
from segur_portal.common.money import ZERO, in_french
from segur_portal.common.workflow import ForbiddenMoveError


def live_balance(request: FundingRequest) -> FundingRequest | None:
    """The balance that answers an advance and would fall with it."""
    return FundingRequest.objects.live().filter(advance=request).first()


def check_cancellable(request: FundingRequest) -> None:
    """Refuse while money is on its way. Raises ForbiddenMoveError, in French."""
    for obstacle in _obstacles(request, live_balance(request)):
        raise ForbiddenMoveError(obstacle)


def _obstacles(request: FundingRequest, balance: FundingRequest | None) -> Iterator[str]:
    for one in (balance, request):
        if one is not None and one.state == "to_pay":
            yield (
                f"{one.number} est dans un lot de paiement : retirez-la du lot, ou attendez son "
                "règlement."
            )
    # Returned by the bank after an excess of it was claimed: paid again, the accounts are even.
    if request.state == "accepted" and (claimed := claimed_of(request)):
        yield (
            f"{request.number} a été retournée par la banque, et {in_french(claimed)} en sont déjà "
            "réclamés : versez-la de nouveau avant de l’annuler."
        )


def consequences_of(request: FundingRequest) -> list[str]:
    """The cascade of a cancellation, in French, as things stand now; nothing is written."""
    told = []
    balance = live_balance(request)
    if balance is not None:
        told.append(
            f"La demande de solde {balance.number} ({balance.get_state_display().lower()}) est "
            "annulée d’abord."
        )
    told += [f"Impossible pour l’instant : {one}" for one in _obstacles(request, balance)]
    for one in (balance, request):
        if one is not None and (owed := recovered_by_cancelling(one)):
            told.append(
                f"Un ordre de recouvrement de {in_french(owed)} est émis pour {one.number}, déjà "
                "payée."
            )
        elif one is not None and one.state == "accepted" and one.amount_due:
            told.append(f"{in_french(one.amount_due)} ne sont plus dus pour {one.number}.")
    if request.kind == Kind.ADVANCE:
        told += [*_claims(request), *_pilots(request), *_holds(request)]
    told.append(f"{request.supplier.name} reçoit la décision, avec votre motif.")
    return told


def recovered_by_cancelling(request: FundingRequest) -> Decimal:
    """What the supplier would have to pay back, beyond what is claimed already."""
    return request.amount_due - claimed_of(request) if request.state == "paid" else ZERO


def _claims(request: FundingRequest) -> list[str]:
    held = Claim.objects.live().of_orders([request.order_id]).count()
    if not held:
        return []
    return [
        f"{count(held, 'clé')} d’unicité de la commande {request.order.number} : libération "
        "immédiate, un autre bon de commande peut alors être déposé pour ce client."
    ]


def _pilots(request: FundingRequest) -> list[str]:
    proofs = PilotProof.objects.live().filter(order=request.order_id)
    return [f"{one} repose sur cette commande : à réexaminer." for one in proofs]


def _holds(request: FundingRequest) -> list[str]:
    """DRIMbox requests of the same client, which need a RIS request (ATT-001, ATT-002)."""
    if request.scheme_id != SchemeCode.RIS:
        return []
    sirens = request.order.clients.exclude(siren="").values("siren")
    waiting = FundingRequest.objects.in_progress().filter(
        scheme=SchemeCode.DB, kind=Kind.ADVANCE, order__clients__siren__in=sirens
    )
    total = waiting.distinct().count()
    if not total:
        return []
    return [
        f"{count(total, 'demande')} DRIMbox du même client : sans autre demande RIS, remise en "
        "attente (ATT-001), puis annulation à la date limite (ATT-002)."
    ]
