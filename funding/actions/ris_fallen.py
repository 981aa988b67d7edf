"""A DRIMbox request waits again when the last RIS request of its client falls (ATT-001)."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.db import transaction

from funding.actions.held import ris_requests
from funding.actions.telling import tell_supplier
from funding.models import FundingRequest
from funding.queries import FundingRequestQuerySet
from funding.rules.catalogue import CATALOGUE
from funding.rules.facts import HoldFacts
from funding.workflow import AT_ASP, REQUEST
from segur_portal.common import clock
from segur_portal.common.actions import move
from segur_portal.common.enums import Kind, Role, SchemeCode, WindowKind
from segur_portal.common.french import typographic
from segur_portal.common.models import NoticeKind, Window
from segur_portal.common.rules import Finding
from segur_portal.common.workflow import ForbiddenMoveError

logger = logging.getLogger(__name__)
# The same words whoever had deposited the RIS request, and however it fell.
_FALLEN = typographic(
    "Le client n’a plus de demande RIS en cours ni acceptée : l’instruction est suspendue. Elle "
    "reprendra seule dès le dépôt d’une demande RIS pour ce client."
)


def hold_clients_of(request: FundingRequest) -> int:
    """After a RIS advance was refused or cancelled: hold what its clients no longer allow."""
    if (request.scheme_id, request.kind) != (SchemeCode.RIS, Kind.ADVANCE):
        return 0
    clients = request.order.clients.exclude(siren="").order_by()
    sirens = set(clients.values_list("siren", flat=True))
    return hold_again(sirens) if sirens else 0


def hold_again(sirens: Collection[str] | None = None) -> int:
    """Suspend the DRIMbox advances at ASP of which a client has no live RIS request any more.

    Of all of them, or of those of these SIREN. Returns how many were suspended. One that somebody
    is deciding is left to the sweep; a correction asked goes on hold when it is answered.
    """
    open_ones = FundingRequest.objects.filter(state__in=AT_ASP, kind=Kind.ADVANCE)
    if sirens is not None:
        open_ones = open_ones.filter(order__clients__siren__in=list(sirens))
    rule, held = CATALOGUE["ATT-001"], 0
    for pk, facts in list(hold_facts_of(open_ones, at=clock.now())):
        if findings := list(rule.findings(facts)):
            held += _hold(pk, findings)
    return held


def hold_facts_of(
    requests: FundingRequestQuerySet, *, at: datetime
) -> Iterator[tuple[int, HoldFacts]]:
    """Each DRIMbox request with what the rules of hold know of it: three queries."""
    rows = (
        FundingRequest.objects.filter(pk__in=requests.values("pk"), scheme=SchemeCode.DB)
        .order_by("pk", "order__clients__position")
        .values_list("pk", "order__clients__position", "order__clients__siren")
    )
    clients: dict[int, list[tuple[str, str]]] = {}
    for pk, position, siren in rows:
        named = clients.setdefault(pk, [])
        if siren:
            named.append((f"/clients/{position}/siren", siren))
    sirens = sorted({siren for named in clients.values() for _, siren in named})
    requested, accepted = ris_requests(sirens) if sirens else (set(), set())
    limit = Window.objects.filter(scheme=SchemeCode.DB, kind=WindowKind.HOLD).first()
    for pk, named in clients.items():
        yield (
            pk,
            HoldFacts(
                sirens=tuple(named),
                with_ris_request=frozenset(requested),
                with_ris_accepted=frozenset(accepted),
                received_at=at,
                hold_limit=limit.closes_at if limit else None,
            ),
        )


@transaction.atomic
def _hold(pk: int, findings: Sequence[Finding]) -> bool:
    """Suspend one request; False when somebody has it or moved it meanwhile."""
    rows = FundingRequest.objects.select_for_update(of=("self",), skip_locked=True)
    request = rows.filter(pk=pk).first()
    if request is None:
        return False
    alerts = [*request.alerts, *(finding.as_dict() for finding in findings)]
    try:
        move(
            request,
            "hold_again",
            workflow=REQUEST,
            role=Role.SYSTEM,
            note=_FALLEN,
            alerts=alerts,
            alert_count=len(alerts),
            assigned_to=None,
        )
    except ForbiddenMoveError as late:
        logger.info("Request %s is not suspended: %s", request.number, late)
        return False
    tell_supplier(
        request, kind=NoticeKind.REQUEST, what="attend de nouveau une demande RIS", why=_FALLEN
    )
    return True
