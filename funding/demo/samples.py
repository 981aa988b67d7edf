"""The sample files: all right, every rule broken once, unreadable; and what each one is for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from enrolment.demo_accounts import DOCTORS_EDITOR, IMAGING_EDITOR
from funding.models import FundingRequest
from segur_portal.common.enums import Kind, SchemeCode

from .asking import Request
from .balance_faults import FAULTS, BalanceKit
from .balances import accepted_advances, balance_of
from .bases import write_next_editions
from .briefcase import Briefcase, write_zip
from .kit import Kit
from .notice import write_notice
from .organisations import BY_KEY, DRIMBOX, LGC, LGC_HOUSE, RIS, RIS_NUCLEAR, Software
from .paper_faults import write_paper_faults
from .rule_faults import advance_faults
from .scenarios import write_scenarios
from .scene import Scene, file_of
from .structure_faults import structure_faults

SIGNED_ON, PERFORMED_ON = date(2026, 8, 20), date(2026, 9, 4)
DEPOSITED_ON = "20260915"
ALL_RIGHT, EVERY_FAULT, UNREADABLE, FAULTY_PAPERS = 1, 2, 3, 4
DEPOSITORS = {
    SchemeCode.MDV: (DOCTORS_EDITOR, LGC, LGC_HOUSE),
    SchemeCode.RIS: (IMAGING_EDITOR, RIS, RIS_NUCLEAR),
    SchemeCode.DB: (IMAGING_EDITOR, DRIMBOX, None),
}


@dataclass(frozen=True, slots=True)
class SampleSizes:
    """How many requests in the files all right, and how many good ones beside the faults."""

    advances: int = 200
    balances: int = 20
    good_advances: int = 20
    good_balances: int = 5


def sample_name(scheme: str, kind: str, number: int, siret: str) -> str:
    """The name of a sample file, as the naming rule wants it."""
    return f"{kind}_{scheme}_{siret}_{DEPOSITED_ON}_{number:03}.json"


def sample_path(folder: Path, scheme: SchemeCode, kind: str, number: int) -> Path:
    """Where a sample file is."""
    siret = BY_KEY[DEPOSITORS[scheme][0]].siret
    return folder / sample_name(scheme, kind, number, siret)


def papers_path(folder: Path) -> Path:
    """Where the file is whose documents are faulty."""
    return sample_path(folder, SchemeCode.RIS, Kind.ADVANCE, FAULTY_PAPERS)


def write_samples(scene: Scene, folder: Path, sizes: SampleSizes) -> None:
    """Write every sample file, the next editions of the base, and the notice."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.json"), *folder.glob("*.zip")):
        old.unlink()
    for scheme in SchemeCode:
        kit = scene.kits[scheme]
        kit.signed_on = SIGNED_ON
        # The faults first: some need a rare sort of client.
        faulty = [*faulty_advances(kit, sizes.good_advances)]
        right = [kit.fresh() for _ in range(sizes.advances)]
        _write(folder, scheme, Kind.ADVANCE, right, faulty)
        right, faulty = _balances(scene, scheme, sizes)
        _write(folder, scheme, Kind.BALANCE, right, faulty)
    write_paper_faults(scene.kits[SchemeCode.RIS], papers_path(folder))
    write_scenarios(scene, folder)
    write_next_editions(scene.population, folder / "base")
    write_notice(folder)


def faulty_advances(kit: Kit, good: int) -> Iterator[Any]:
    """Good requests, then one for each code; a good one stands before each it must precede."""
    for _ in range(good):
        yield kit.fresh()
    for _, request in advance_faults(kit):
        yield from kit.companions
        kit.companions.clear()
        yield request
    for code, change in structure_faults(kit.scheme, Kind.ADVANCE):
        yield change(kit.to_spoil(code))


def _balances(
    scene: Scene, scheme: SchemeCode, sizes: SampleSizes
) -> tuple[list[Request], list[Any]]:
    key, software, without_pilots = DEPOSITORS[scheme]
    advances = [
        advance
        for advance in accepted_advances(scene, key, software)
        if advance.payload["clients"][0]["medecins"]
    ]
    count = min(sizes.balances, len(advances) - sizes.good_balances - FAULTS)
    right, rest = advances[:count], advances[count:]
    kit = BalanceKit(
        scheme,
        rest,
        PERFORMED_ON,
        answered=_answered(scene, key, software),
        unproved=_unproved(scene, key, without_pilots),
    )
    return [balance_of(advance, PERFORMED_ON) for advance in right], [
        *kit.requests(sizes.good_balances)
    ]


def _answered(scene: Scene, key: str, software: Software) -> FundingRequest:
    """A live balance of this supplier."""
    found = FundingRequest.objects.live().filter(
        kind=Kind.BALANCE,
        supplier=scene.cast.suppliers[key],
        order__solution=scene.cast.solutions[software],
    )
    latest: FundingRequest = found.order_by("-pk")[0]
    return latest


def _unproved(scene: Scene, key: str, software: Software | None) -> FundingRequest | None:
    """An accepted advance for a solution whose pilots are not all proved."""
    return accepted_advances(scene, key, software)[0] if software else None


def _write(
    folder: Path, scheme: SchemeCode, kind: str, right: list[Any], faulty: list[Any]
) -> None:
    siret = BY_KEY[DEPOSITORS[scheme][0]].siret
    whole = file_of(siret, scheme, kind, right)
    contents = {
        ALL_RIGHT: whole,
        EVERY_FAULT: file_of(siret, scheme, kind, faulty),
        UNREADABLE: whole[: len(whole) // 3],
    }
    briefcase = Briefcase(is_right=True)
    for number, content in contents.items():
        path = sample_path(folder, scheme, kind, number)
        path.write_bytes(content)
        write_zip(briefcase, path, siret)
