"""Fifteen months of deposits: when, by whom, how many, and what went wrong on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from enrolment.demo_accounts import ASSOCIATION, DISTRIBUTOR, DOCTORS_EDITOR, IMAGING_EDITOR
from funding.models import Deposit, FundingRequest
from orders.rules.words import StructureType
from segur_portal.common import clock
from segur_portal.common.enums import Kind, SchemeCode

from .asking import Request
from .kit import Kit
from .lives import LAST_EVENING, Lives
from .organisations import (
    COMPETITOR,
    DRIMBOX,
    FREE_LGC,
    LGC,
    LGC_HOUSE,
    OTHER_DRIMBOX,
    OTHER_RIS,
    RIS,
    RIS_NUCLEAR,
    Software,
)
from .people import morning
from .population import Client
from .rule_faults import broken
from .scene import Scene
from .story import Story
from .structure_faults import structure_faults


@dataclass(frozen=True, slots=True)
class Batch:
    """A file of advances. `faults` are the codes that some of its requests show; `is_recent`:
    nobody has instructed it yet."""

    on: date
    organisation: str
    software: Software
    count: int
    faults: tuple[str, ...] = ()
    is_recent: bool = False


# Not a code: a client that a competitor's live order already holds.
TAKEN = "taken"


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _monthly(key: str, software: Software, count: int, *days: str) -> list[Batch]:
    return [Batch(_day(day), key, software, count) for day in days]


BATCHES = (
    Batch(_day("2025-07-10"), COMPETITOR, OTHER_RIS, 12),
    *_monthly(IMAGING_EDITOR, RIS, 12, "2025-07-15", "2025-09-16", "2025-11-18"),
    Batch(_day("2025-10-07"), DISTRIBUTOR, RIS, 8, ("STR-016",)),
    Batch(_day("2025-10-14"), IMAGING_EDITOR, DRIMBOX, 15),
    Batch(_day("2025-11-25"), COMPETITOR, OTHER_DRIMBOX, 8),
    Batch(_day("2025-12-02"), COMPETITOR, OTHER_RIS, 12),
    Batch(_day("2026-01-06"), DOCTORS_EDITOR, LGC, 20, ("STR-005", "ELI-001")),
    Batch(_day("2026-01-13"), IMAGING_EDITOR, DRIMBOX, 20, ("ATT-001", "ATT-001")),
    *_monthly(IMAGING_EDITOR, RIS, 14, "2026-01-20", "2026-02-17"),
    Batch(_day("2026-02-03"), IMAGING_EDITOR, RIS_NUCLEAR, 8),
    *_monthly(DOCTORS_EDITOR, LGC, 18, "2026-02-10", "2026-03-10", "2026-04-14", "2026-05-12"),
    Batch(_day("2026-02-24"), DISTRIBUTOR, LGC, 10, ("MNT-002",)),
    Batch(_day("2026-03-03"), DOCTORS_EDITOR, LGC_HOUSE, 10),
    Batch(_day("2026-03-10"), DISTRIBUTOR, RIS, 10),
    Batch(_day("2026-03-17"), IMAGING_EDITOR, RIS, 18, ("MNT-001", "STR-020", "CAL-003")),
    Batch(_day("2026-03-24"), IMAGING_EDITOR, DRIMBOX, 32),
    Batch(_day("2026-04-21"), ASSOCIATION, FREE_LGC, 8),
    *_monthly(IMAGING_EDITOR, RIS, 16, "2026-04-14", "2026-06-16"),
    Batch(_day("2026-05-19"), IMAGING_EDITOR, RIS, 20, (TAKEN,)),
    Batch(_day("2026-06-02"), COMPETITOR, OTHER_RIS, 12),
    Batch(_day("2026-06-09"), IMAGING_EDITOR, DRIMBOX, 26, ("ATT-001", "ATT-001", "MNT-003")),
    *_monthly(DOCTORS_EDITOR, LGC, 18, "2026-06-09", "2026-07-07"),
    Batch(_day("2026-06-23"), DOCTORS_EDITOR, LGC_HOUSE, 8),
    Batch(_day("2026-07-07"), IMAGING_EDITOR, RIS, 20, ("STR-007", "STR-007", "ELI-004")),
    Batch(_day("2026-08-25"), IMAGING_EDITOR, RIS, 60, is_recent=True),
    Batch(_day("2026-09-01"), DOCTORS_EDITOR, LGC, 24, ("STR-009",), is_recent=True),
    Batch(_day("2026-09-02"), DISTRIBUTOR, RIS, 15, is_recent=True),
    Batch(_day("2026-09-03"), DISTRIBUTOR, LGC, 10, is_recent=True),
    Batch(_day("2026-09-07"), ASSOCIATION, FREE_LGC, 6, is_recent=True),
    Batch(_day("2026-09-08"), IMAGING_EDITOR, RIS, 70, ("STR-024", "MNT-005"), is_recent=True),
    Batch(_day("2026-09-09"), IMAGING_EDITOR, DRIMBOX, 20, ("ATT-001",) * 6, is_recent=True),
    Batch(_day("2026-09-10"), DOCTORS_EDITOR, LGC, 40, ("MNT-005",), is_recent=True),
    Batch(_day("2026-09-10"), IMAGING_EDITOR, RIS, 70, is_recent=True),
    Batch(_day("2026-09-11"), IMAGING_EDITOR, RIS, 60, ("ELI-006",), is_recent=True),
)
# The orders that the faults of the sample files run into: laid once nothing moves any more.
ORDERS_TO_MEET = LAST_EVENING + timedelta(minutes=30)


class History:
    """Tells the story of the advances. `divide` makes everything smaller, for tests."""

    def __init__(self, scene: Scene, story: Story, *, divide: int = 1) -> None:
        self.scene, self.story, self.divide = scene, story, divide
        self.lives = Lives(scene.cast, story, f"{scene.seed} lives")
        self.chance = Random(f"{scene.seed} history")  # noqa: S311
        self.competitor_clients: list[Client] = []

    def tell(self) -> None:
        """Have every batch deposited on its day."""
        for rank, batch in enumerate(BATCHES):
            at = morning(batch.on, 14 if rank == 0 else 9 + rank % 7, 3 + 11 * rank % 50)
            self.story.tell(at, self.deposit, batch)
        for scheme in SchemeCode:
            self.story.tell(ORDERS_TO_MEET, self._lay_orders, scheme)

    def deposit(self, batch: Batch) -> None:
        """Write the batch's file, deposit it, and let its requests live."""
        requests = self._faulty(batch)
        count = max(4, batch.count // self.divide) - len(requests)
        requests[:0] = [self._request(batch) for _ in range(count)]
        scheme = batch.software.scheme
        deposit = self.scene.deposit(batch.organisation, scheme, Kind.ADVANCE, requests)
        integrated = self._integrated(deposit)
        if not batch.is_recent:
            self.lives.begin(integrated)

    def _integrated(self, deposit: Deposit) -> list[FundingRequest]:
        return list(FundingRequest.objects.filter(deposit=deposit).order_by("position"))

    def _request(self, batch: Batch) -> Request:
        desk = self.scene.desk(batch.organisation, batch.software)
        client = self._client(batch)
        if batch.organisation == IMAGING_EDITOR and batch.software == RIS:
            self.scene.pools.with_ris.add([client])
        if batch.software == OTHER_RIS:
            self.competitor_clients.append(client)
        return desk.advance(client, signed_on=self._signed_on())

    def _signed_on(self) -> date:
        return clock.today() - timedelta(days=self.chance.randint(4, 55))

    def _client(self, batch: Batch) -> Client:
        pools = self.scene.pools
        if batch.software == LGC_HOUSE:
            return pools.structures.take(lambda c: c.structure_type == StructureType.MSP)
        if batch.software.scheme == SchemeCode.MDV:
            is_structure = self.chance.random() < 0.2
            return (pools.structures if is_structure else pools.doctors).take()
        if batch.software == OTHER_DRIMBOX:
            return self.competitor_clients.pop(0)
        if batch.software == DRIMBOX:
            return pools.with_ris.take()
        return pools.imaging.take()

    def _faulty(self, batch: Batch) -> list[Any]:
        """A request for each fault of the batch."""
        scheme = batch.software.scheme
        kit = replace(
            self.scene.kits[scheme],
            desk=self.scene.desk(batch.organisation, batch.software),
            signed_on=self._signed_on(),
        )
        return [self._one_fault(kit, code) for code in batch.faults]

    def _one_fault(self, kit: Kit, code: str) -> Any:
        if code == TAKEN:
            return kit.desk.advance(self.competitor_clients[-1], signed_on=kit.signed_on)
        change = dict(structure_faults(kit.scheme, Kind.ADVANCE)).get(code)
        return change(kit.to_spoil(code)) if change else broken(kit, code)

    def _lay_orders(self, scheme: SchemeCode) -> None:
        kit = self.scene.kits[scheme]
        if scheme == SchemeCode.DB:
            self._keep_live_ris()
        self.scene.deposit(kit.desk.organisation.key, scheme, Kind.ADVANCE, [*kit.lay_orders()])

    def _keep_live_ris(self) -> None:
        """Offer to DRIMbox requests only the clients of whom a RIS request still lives."""
        live = FundingRequest.objects.live().filter(
            scheme=SchemeCode.RIS,
            kind=Kind.ADVANCE,
            supplier=self.scene.cast.suppliers[IMAGING_EDITOR],
        )
        sirens = set(live.values_list("order__clients__siren", flat=True))
        self.scene.pools.with_ris.keep(lambda client: client.siren in sirens)
