"""What is checked again at the moment of accepting a request."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from funding.actions.aid import granted_aid
from funding.actions.held import ris_requests
from funding.actions.ledger import excess_of
from funding.intake.facts import beneficiary, de_minimis_facts, pointers
from funding.models import FundingRequest
from funding.pricing import kept_shares
from funding.rules.catalogue import CATALOGUE
from funding.rules.facts import AmountFacts, DeMinimisFacts
from funding.workflow import GRANTED
from orders.queries import rows_at_versions
from orders.rules.facts import OrderFacts
from segur_portal.common import clock
from segur_portal.common.enums import Kind, SchemeCode
from segur_portal.common.french import paris_day
from segur_portal.common.models import Parameter
from segur_portal.common.money import in_french
from segur_portal.common.workflow import ForbiddenMoveError

_LOCKS = """
    SELECT pg_advisory_xact_lock(hashtextextended('de minimis ' || key, 0))
    FROM (SELECT unnest(%s::text[]) AS key ORDER BY 1) AS keys
"""


def check_de_minimis(request: FundingRequest) -> None:
    """Refuse to grant aid above the ceiling of any client (MNT-005), as things stand now.

    Call it inside the transaction that accepts: the beneficiaries stay locked until its end, so
    that two decisions taken in parallel on one SIREN see each other. A balance grants nothing more
    than its advance. Raises ForbiddenMoveError, in French.
    """
    if request.kind != Kind.ADVANCE:
        return
    order = OrderFacts.from_payload(request.payload, scheme=request.scheme_id)
    _lock(sorted({beneficiary(client) for client in order.clients} - {""}))
    aids = aid_of(request)
    facts = AmountFacts.of_aid(aids, net=request.net, vat=request.vat, gross=request.gross)
    for finding in CATALOGUE["MNT-005"].findings(facts):
        raise ForbiddenMoveError(f"Acceptation impossible (MNT-005) : {finding.message}")


def check_advance(request: FundingRequest) -> None:
    """Refuse a balance whose advance is no longer granted (SOL-001), or which takes back an excess
    of an advance that is not paid. Call it with both locked. Raises ForbiddenMoveError, in French.
    """
    advance = request.advance
    if advance is None:
        return
    if advance.state not in GRANTED:
        raise ForbiddenMoveError(
            f"Acceptation impossible (SOL-001) : l’avance {advance.number} n’est plus accordée, "
            f"son état est « {advance.get_state_display()} ». Refusez ou annulez ce solde."
        )
    if (excess := excess_of(request)) and advance.state != "paid":
        raise ForbiddenMoveError(
            f"Acceptation impossible pour l’instant : ce solde réclame un trop-perçu de "
            f"{in_french(excess)} sur l’avance {advance.number}, qui n’est pas encore versée "
            f"(« {advance.get_state_display()} »). Acceptez-le une fois l’avance payée."
        )


def check_ris(request: FundingRequest) -> None:
    """Refuse to grant a DRIMbox request of a client without a RIS request accepted by ASP.

    Instruction goes on as soon as one is deposited (ATT-001); money waits until it is accepted,
    since without one the DRIMbox request is cancelled at the limit (ATT-002). For an advance the
    RIS requests stay locked until the end of the transaction, before any lock on the client:
    whoever cancels one at the same moment is seen. A balance, whose advance is locked too, takes no
    other lock: payment runs lock both. Raises ForbiddenMoveError, in French.
    """
    if missing := without_ris(request, is_locking=request.kind == Kind.ADVANCE):
        raise ForbiddenMoveError(
            f"Acceptation impossible (ATT-002) : aucune demande RIS acceptée par l’ASP pour le "
            f"client de SIREN {missing[0]}. Elle sera possible dès que cette demande RIS le sera."
        )


def without_ris(request: FundingRequest, *, is_locking: bool = False) -> list[str]:
    """The SIREN of a DRIMbox request that have no RIS request accepted by ASP; none elsewhere."""
    if request.scheme_id != SchemeCode.DB:
        return []
    clients = request.order.clients.exclude(siren="").order_by("position")
    sirens = list(dict.fromkeys(clients.values_list("siren", flat=True)))
    if is_locking:
        own = FundingRequest.objects.live().filter(
            scheme=SchemeCode.RIS, kind=Kind.ADVANCE, order__clients__siren__in=sirens
        )
        locked = own.order_by("pk").select_for_update(of=("self",), no_key=True)
        list(locked.values_list("pk", flat=True))
    _, accepted = ris_requests(sirens)
    return [siren for siren in sirens if siren not in accepted]


def aid_of(request: FundingRequest) -> tuple[DeMinimisFacts, ...]:
    """The aid of each client of an advance as of today, for officers only: it counts what other
    suppliers' orders were granted. The base is that of the reception."""
    order = OrderFacts.from_payload(request.payload, scheme=request.scheme_id)
    version, day = request.base.version or 0, paris_day(request.received_at)
    rows = rows_at_versions(
        request.scheme_id, [(*key, version, day) for key in order.identifiers()]
    )
    keys = sorted({beneficiary(client) for client in order.clients} - {""})
    return tuple(
        de_minimis_facts(
            order,
            shares=kept_shares(request.pricing, pointers(order)),
            base={(kind, value): row for (kind, value, *_), row in rows.items()},
            grants=granted_aid(keys, supplier=request.supplier),
            parameters=Parameter.objects.numbers(request.scheme_id),
            on=clock.today(),
            is_for_officer=True,
        )
    )


def _lock(keys: Sequence[str]) -> None:
    """Wait for the other decisions on these SIREN or RPPS, in one order for all."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCKS, [list(keys)])
