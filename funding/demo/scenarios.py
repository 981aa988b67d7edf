"""Faults that no line of an ordinary file shows: who deposits, or when, is what is wrong.

Each has its own small file, its depositor and, where the day matters, the day to simulate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from enrolment.demo_accounts import ASSOCIATION, DISTRIBUTOR, IMAGING_EDITOR
from segur_portal.common.clock import paris_instant
from segur_portal.common.enums import Kind, SchemeCode

from .briefcase import Briefcase, write_zip
from .organisations import BY_KEY, DRIMBOX, FREE_LGC, FREE_RIS, LGC_HOUSE, RIS, Software
from .population import Client
from .scene import Scene, file_of
from .structure_faults import riddled

FOLDER = "cas-particuliers"
_SIGNED_ON = date(2026, 8, 20)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One file: `codes` are what it shows, once each; `explanation` says why, in French.

    `as_of` is the instant to simulate it at; without one the file is deposited on the
    demonstration's day. `is_deposit`: the simulator would not show it.
    """

    number: int
    codes: frozenset[str]
    organisation: str
    software: Software
    client: str
    explanation: str
    as_of: datetime | None = None
    is_deposit: bool = False
    change: Callable[[Any], Any] | None = None

    @property
    def scheme(self) -> SchemeCode:
        """The scheme of the file."""
        return self.software.scheme

    @property
    def name(self) -> str:
        """The name of the file."""
        siret = BY_KEY[self.organisation].siret
        return f"{Kind.ADVANCE}_{self.scheme}_{siret}_20260915_{self.number:03}.json"


SCENARIOS = (
    Scenario(
        11, frozenset({"CAL-001"}), IMAGING_EDITOR, RIS, "imaging",
        "Reçue une seconde après la clôture des avances (10/11/2026 à 12:00:00).",
        as_of=paris_instant(date(2026, 11, 10), time(12, 0, 1)),
    ),
    Scenario(
        12, frozenset({"STR-090"}), IMAGING_EDITOR, RIS, "imaging",
        "Une demande qui a plus de cent anomalies : les cent premières sont montrées.",
        change=riddled,
    ),
    Scenario(
        13, frozenset({"ATT-001", "ATT-002"}), IMAGING_EDITOR, DRIMBOX, "imaging",
        "Client sans demande RIS acceptée, après la limite de mise en attente (15/12/2027) ; les "
        "avances sont alors closes elles aussi (CAL-001).",
        as_of=paris_instant(date(2027, 12, 16), time(9, 0)),
    ),
    Scenario(
        14, frozenset({"ENR-001"}), ASSOCIATION, FREE_RIS, "imaging",
        "Enrôlement anticipé : le simulateur l’accepte, le dépôt le refuse.",
        is_deposit=True,
    ),
    Scenario(
        15, frozenset({"ENR-004"}), DISTRIBUTOR, LGC_HOUSE, "structures",
        "Distributeur sans habilitation OSU, dont le mandat ne couvre pas ce point.",
    ),
    Scenario(
        16, frozenset({"ENR-005"}), ASSOCIATION, FREE_LGC, "doctors",
        "Modèle de bon de commande qui n’a pas encore été examiné (alerte : demande intégrée).",
    ),
)  # fmt: skip


def write_scenarios(scene: Scene, folder: Path) -> None:
    """Write the file of each scenario."""
    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    briefcase = Briefcase(is_right=True)
    for scenario in SCENARIOS:
        desk = scene.desk(scenario.organisation, scenario.software)
        request: Any = desk.advance(_client(scene, scenario.client), signed_on=_SIGNED_ON)
        if scenario.change:
            request = scenario.change(request)
        data = file_of(desk.organisation.siret, scenario.scheme, Kind.ADVANCE, [request])
        path = target / scenario.name
        path.write_bytes(data)
        write_zip(briefcase, path, desk.organisation.siret)


def _client(scene: Scene, pool: str) -> Client:
    pools = {
        "imaging": scene.pools.imaging,
        "doctors": scene.pools.doctors,
        "structures": scene.pools.structures,
    }
    return pools[pool].take(lambda client: client.is_stable)
