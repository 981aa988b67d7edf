"""Ticking the points of a request: a tick holds while what it looked at stays the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Q

from enrolment.actions import check_assigned
from enrolment.models import User
from funding.documents import expected_files
from funding.enums import Part
from funding.models import ChecklistItem, ChecklistTick, DepositDocument, FundingRequest
from funding.workflow import IN_PROGRESS
from segur_portal.common import clock
from segur_portal.common.workflow import ForbiddenMoveError

_AMOUNTS = ("montantHT", "montantTVA", "montantTTC")


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a request: whether it is ticked, or was before the request changed."""

    item: ChecklistItem
    digest: str
    tick: ChecklistTick | None

    @property
    def is_ticked(self) -> bool:
        """Found right, on what the request says now."""
        return self.tick is not None and self.tick.digest == self.digest

    @property
    def has_changed(self) -> bool:
        """Found right before the request changed: to be looked at again."""
        return self.tick is not None and self.tick.digest != self.digest


def points_of(request: FundingRequest, documents: Iterable[DepositDocument]) -> list[Point]:
    """The points to check in a request, in order, with their ticks. Two queries."""
    items = ChecklistItem.objects.filter(
        Q(scheme=request.scheme_id) | Q(scheme=None), kind__in=["", request.kind], is_active=True
    )
    ticks = {row.item_id: row for row in request.ticks.select_related("ticked_by")}
    digests = digests_of(request, documents)
    return [
        Point(item, digests[item.part], ticks.get(item.pk))
        for item in items.order_by("order", "pk")
    ]


def documents_named_by(request: FundingRequest) -> list[DepositDocument]:
    """The documents that a request names, as they are now. One query."""
    names = [file.name for file in expected_files(request.payload, request.kind)]
    rows = DepositDocument.objects.filter(
        deposit=request.deposit_id, is_current=True, name__in=names
    )
    return list(rows.select_related("file").order_by("name"))


@transaction.atomic
def tick_point(
    request: FundingRequest, item: ChecklistItem, *, is_right: bool, seen: str, actor: User
) -> None:
    """Tick a point of a request in progress, or take the tick back.

    `seen` is the digest of what the officer looked at. Raises ForbiddenMoveError, in French.
    """
    check_assigned(actor, request.scheme_id)
    locked = FundingRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if locked.state not in IN_PROGRESS:
        raise ForbiddenMoveError("Ce dossier est décidé : ses points ne changent plus.")
    if not is_right:
        ChecklistTick.objects.filter(request=locked, item=item).delete()
        return
    digest = digests_of(locked, documents_named_by(locked))[item.part]
    if digest != seen:
        raise ForbiddenMoveError("La demande a changé depuis son affichage : rechargez la page.")
    ChecklistTick.objects.update_or_create(
        request=locked,
        item=item,
        defaults={"ticked_by": actor, "ticked_at": clock.now(), "digest": digest},
    )


def digests_of(request: FundingRequest, documents: Iterable[DepositDocument]) -> dict[str, str]:
    """The digest of each part of a request, as it is now."""
    files = [[one.name, one.file.sha256 if one.file else ""] for one in documents]
    return {part: _digest(_content(part, request.payload, files)) for part in Part.values}


def _content(part: str, payload: Mapping[str, Any], files: list[list[str]]) -> Any:
    """What a part holds."""
    order, invoice = payload.get("bonDeCommande") or {}, payload.get("facture") or {}
    plain = {key: value for key, value in order.items() if key not in _AMOUNTS}
    contents: dict[str, Any] = {
        Part.ORDER: plain,
        Part.CLIENTS: payload.get("clients"),
        Part.SOFTWARE: [payload.get(key) for key in ("solutionLogicielle", "pacs", "prestation")],
        Part.AMOUNTS: [[block.get(key) for key in _AMOUNTS] for block in (order, invoice)],
        Part.SERVICE: [payload.get(key) for key in ("dateRealisation", "procesVerbal", "facture")],
        Part.DOCUMENTS: sorted(files),
        Part.WHOLE: [payload, sorted(files)],
    }
    return contents[part]


def _digest(content: Any) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
