"""What every act of the demonstration shares: the cast, the desks, the kits, and how to deposit."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.core.files.base import ContentFile

from enrolment.demo_accounts import DOCTORS_EDITOR, IMAGING_EDITOR
from funding.actions import process_deposit, receive_deposit
from funding.intake.canonical import readable_json
from funding.models import Deposit
from orders.rules.facts import BaseRow
from segur_portal.common import clock
from segur_portal.common.enums import SchemeCode

from .asking import Desk, Request, current_scale
from .base_files import base_rows
from .briefcase import Briefcase
from .kit import Kit
from .organisations import (
    BY_KEY,
    DRIMBOX,
    FREE_LGC,
    LGC,
    OTHER_DRIMBOX,
    OTHER_RIS,
    RIS,
    Software,
)
from .people import Cast
from .pools import Pools
from .population import Population

TREATED_AFTER = timedelta(seconds=4)
_MAIN = {
    SchemeCode.MDV: (DOCTORS_EDITOR, LGC, FREE_LGC),
    SchemeCode.RIS: (IMAGING_EDITOR, RIS, OTHER_RIS),
    SchemeCode.DB: (IMAGING_EDITOR, DRIMBOX, OTHER_DRIMBOX),
}


@dataclass
class Scene:
    """The demonstration being made."""

    cast: Cast
    population: Population
    seed: int
    pools: Pools = field(init=False)
    bases: dict[str, dict[tuple[str, str], BaseRow]] = field(init=False)
    kits: dict[str, Kit] = field(default_factory=dict)
    briefcase: Briefcase = field(default_factory=Briefcase)
    _desks: dict[tuple[str, Software], Desk] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pools = Pools(self.population)
        self.bases = {scheme: base_rows(self.population, scheme) for scheme in SchemeCode}
        for scheme, (key, software, foreign) in _MAIN.items():
            self.kits[scheme] = Kit(
                desk=self.desk(key, software),
                pools=self.pools,
                signed_on=date(2026, 8, 31),
                foreign=foreign.named,
            )

    def desk(self, key: str, software: Software) -> Desk:
        """The desk of a supplier for a solution."""
        if (key, software) not in self._desks:
            organisation = BY_KEY[key]
            self._desks[key, software] = Desk(
                organisation=organisation,
                software=software,
                base=self.bases[software.scheme],
                scale=current_scale(software.scheme),
                chance=Random(f"{self.seed} {key} {software.name}"),  # noqa: S311
                prefix=software.name.split()[-1][0].upper(),
            )
        return self._desks[key, software]

    def file(self, key: str, scheme: str, kind: str, requests: Sequence[Any]) -> bytes:
        """The bytes of a deposit of this supplier."""
        return file_of(BY_KEY[key].siret, scheme, kind, requests)

    def name(self, key: str, scheme: str, kind: str) -> str:
        """The next free name of the day for such a file."""
        stem = f"{kind}_{scheme}_{BY_KEY[key].siret}_{clock.today():%Y%m%d}"
        self._numbers[stem] = number = self._numbers.get(stem, 0) + 1
        return f"{stem}_{number:03}.json"

    def receive(
        self, key: str, data: bytes, name: str, archive: ContentFile[bytes] | None = None
    ) -> Deposit:
        """A deposit received now with its documents (or this ZIP), and not treated."""
        archive = archive or self.briefcase.zip_of(data, name, BY_KEY[key].siret)
        return receive_deposit(
            supplier=self.cast.suppliers[key],
            user=self.cast.depositors[key],
            content=io.BytesIO(data),
            name=name,
            archives=[archive] if archive else [],
        )

    def deposit(self, key: str, scheme: str, kind: str, requests: Sequence[Request]) -> Deposit:
        """A deposit received now and treated a few seconds later."""
        data = self.file(key, scheme, kind, requests)
        return self.treated(self.receive(key, data, self.name(key, scheme, kind)))

    def treated(self, deposit: Deposit) -> Deposit:
        """The deposit once treated."""
        with clock.frozen_at(later(deposit.received_at)):
            process_deposit(deposit.pk)
        deposit.refresh_from_db()
        return deposit


def file_of(siret: str, scheme: str, kind: str, requests: Sequence[Any]) -> bytes:
    """The bytes of a deposit file, indented as people read it."""
    envelope = {
        "versionSchema": "1.0",
        "dispositif": str(scheme),
        "typeDemande": str(kind),
        "siretFournisseur": siret,
        "demandes": list(requests),
    }
    return readable_json(envelope)


def later(instant: datetime) -> datetime:
    """When a worker has treated what was received at that instant."""
    return instant + TREATED_AFTER
