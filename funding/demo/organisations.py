"""The organisations of the demonstration: suppliers, solutions, mandates, enrolments. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from enrolment.demo_accounts import ASSOCIATION, DISTRIBUTOR, DOCTORS_EDITOR, IMAGING_EDITOR
from segur_portal.common.enums import SchemeCode
from segur_portal.common.identifiers import make_siret

COMPETITOR = "concurrent"
_MDV, _RIS, _DB = SchemeCode.MDV, SchemeCode.RIS, SchemeCode.DB


@dataclass(frozen=True, slots=True)
class Organisation:
    """A supplier. `initials` begin its references."""

    key: str
    name: str
    siret: str
    initials: str
    email: str
    osu_granted_on: date | None
    is_vat_subject: bool = True


ORGANISATIONS = (
    Organisation(
        IMAGING_EDITOR, "Lumirad Systèmes", make_siret(800_011), "LUM",
        "segur@lumirad.example", date(2025, 3, 17),
    ),
    Organisation(
        DOCTORS_EDITOR, "Plume Médicale", make_siret(800_023), "PLU",
        "segur@plume-medicale.example", date(2025, 6, 2),
    ),
    Organisation(
        DISTRIBUTOR, "Diffusanté Grand Ouest", make_siret(800_037), "DGO",
        "adv@diffusante.example", None,
    ),
    Organisation(
        ASSOCIATION, "Les Logiciels solidaires en santé (association)", make_siret(800_041), "LSS",
        "contact@logiciels-solidaires.example", date(2025, 9, 1), is_vat_subject=False,
    ),
    Organisation(
        COMPETITOR, "Orion Imagerie médicale", make_siret(800_053), "ORI",
        "segur@orion-imagerie.example", date(2025, 2, 10),
    ),
)  # fmt: skip
BY_KEY = {organisation.key: organisation for organisation in ORGANISATIONS}


@dataclass(frozen=True, slots=True)
class Software:
    """A version of a solution, referenced or not yet."""

    scheme: SchemeCode
    editor: str
    name: str
    version: str
    number: str = ""
    submitted_on: date | None = None
    referenced_on: date | None = None

    @property
    def named(self) -> dict[str, str]:
        """As a request names it."""
        return {"nom": self.name, "version": self.version, "numeroReferencement": self.number}


RIS = Software(
    _RIS, IMAGING_EDITOR, "Lumirad RIS", "5.3", "RIS-VA2-2025-0014",
    date(2025, 6, 2), date(2025, 7, 1),
)  # fmt: skip
RIS_NUCLEAR = Software(
    _RIS, IMAGING_EDITOR, "Lumirad Isotopes", "2.1", "RIS-VA2-2025-0031",
    date(2025, 9, 15), date(2025, 10, 20),
)  # fmt: skip
RIS_NEXT = Software(_RIS, IMAGING_EDITOR, "Lumirad RIS", "6.0")
DRIMBOX = Software(
    _DB, IMAGING_EDITOR, "Lumirad DRIMbox", "1.4", "DB-VA2-2025-0006",
    date(2025, 6, 16), date(2025, 7, 21),
)  # fmt: skip
LGC = Software(
    _MDV, DOCTORS_EDITOR, "Plume Médecin", "7.2", "LGC-VA2-2025-0022",
    date(2025, 10, 20), date(2025, 11, 24),
)  # fmt: skip
LGC_HOUSE = Software(
    _MDV, DOCTORS_EDITOR, "Plume Maison de santé", "3.4", "LGC-VA2-2026-0003",
    date(2025, 12, 8), date(2026, 1, 19),
)  # fmt: skip
LGC_NEXT = Software(_MDV, DOCTORS_EDITOR, "Plume Médecin", "8.0", submitted_on=date(2026, 9, 1))
FREE_LGC = Software(
    _MDV, ASSOCIATION, "Libre Cabinet", "2.0", "LGC-VA2-2026-0011",
    date(2026, 2, 2), date(2026, 3, 9),
)  # fmt: skip
# Referenced the day before the demonstration's: its enrolment is still an early one.
FREE_RIS = Software(
    _RIS, ASSOCIATION, "Libre Imagerie", "1.0", "RIS-VA2-2026-0042",
    date(2026, 8, 17), date(2026, 9, 14),
)  # fmt: skip
# Not referenced yet, or just: their enrolments wait for an officer.
CABINET = Software(_MDV, IMAGING_EDITOR, "Lumirad Cabinet", "1.2", submitted_on=date(2026, 8, 3))
FREE_DRIMBOX = Software(_DB, ASSOCIATION, "Libre Échange", "0.9")
PLUME_DRIMBOX = Software(
    _DB, DOCTORS_EDITOR, "Plume Images", "1.0", "DB-VA2-2026-0019",
    date(2026, 7, 6), date(2026, 9, 7),
)  # fmt: skip
OTHER_RIS = Software(
    _RIS, COMPETITOR, "Orion RIS", "12", "RIS-VA2-2025-0009", date(2025, 5, 26), date(2025, 6, 24)
)
OTHER_DRIMBOX = Software(
    _DB, COMPETITOR, "Orion Box", "4", "DB-VA2-2025-0004", date(2025, 5, 26), date(2025, 7, 7)
)

SOFTWARE = (
    RIS, RIS_NUCLEAR, RIS_NEXT, DRIMBOX, LGC, LGC_HOUSE, LGC_NEXT, FREE_LGC, FREE_RIS, OTHER_RIS,
    OTHER_DRIMBOX, CABINET, FREE_DRIMBOX, PLUME_DRIMBOX,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mandate:
    """What an editor entrusts to a distributor, and until when."""

    distributor: str
    software: Software
    ends_on: date
    covers_osu: bool
    starts_on: date = date(2025, 9, 1)


# In force, expired, and in force without a word on the OSU habilitation (ENR-003, ENR-004).
MANDATES = (
    Mandate(DISTRIBUTOR, RIS, date(2027, 12, 31), covers_osu=True),
    Mandate(DISTRIBUTOR, OTHER_RIS, date(2026, 6, 30), covers_osu=True),
    Mandate(DISTRIBUTOR, LGC, date(2027, 12, 31), covers_osu=True, starts_on=date(2025, 12, 1)),
    Mandate(DISTRIBUTOR, LGC_HOUSE, date(2027, 12, 31), covers_osu=False),
    Mandate(IMAGING_EDITOR, OTHER_RIS, date(2026, 3, 31), covers_osu=False),
    Mandate(IMAGING_EDITOR, OTHER_DRIMBOX, date(2026, 3, 31), covers_osu=False),
    Mandate(DOCTORS_EDITOR, FREE_LGC, date(2026, 7, 31), covers_osu=False),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One move of an enrolment; reasons where the officer gives one."""

    on: date
    move: str
    reason_code: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class EnrolmentPlan:
    """An enrolment and what became of it."""

    organisation: str
    scheme: SchemeCode
    software: tuple[Software, ...]
    steps: tuple[Step, ...]
    uses_own_layout: bool = False


def _final(*days: date) -> tuple[Step, ...]:
    """Early, then final (six dates); or final at once (three)."""
    moves = ["submit", "take", "validate_early", "finalise", "take", "validate_final"]
    if len(days) == 3:
        moves = ["submit", "take", "validate_final"]
    return tuple(Step(day, move) for day, move in zip(days, moves, strict=True))


ENROLMENTS = (
    EnrolmentPlan(
        IMAGING_EDITOR, _RIS, (RIS, RIS_NUCLEAR, OTHER_RIS),
        _final(
            date(2025, 5, 19), date(2025, 5, 22), date(2025, 5, 28), date(2025, 7, 2),
            date(2025, 7, 3), date(2025, 7, 8),
        ),
        uses_own_layout=True,
    ),
    EnrolmentPlan(
        IMAGING_EDITOR, _DB, (DRIMBOX, OTHER_DRIMBOX),
        _final(date(2025, 7, 22), date(2025, 7, 24), date(2025, 7, 30)),
    ),
    EnrolmentPlan(
        DOCTORS_EDITOR, _MDV, (LGC, LGC_HOUSE, FREE_LGC),
        _final(
            date(2025, 10, 13), date(2025, 10, 16), date(2025, 10, 23), date(2025, 11, 26),
            date(2025, 11, 28), date(2025, 12, 4),
        ),
    ),
    EnrolmentPlan(
        DISTRIBUTOR, _RIS, (RIS, OTHER_RIS),
        _final(date(2025, 9, 3), date(2025, 9, 8), date(2025, 9, 15)),
    ),
    EnrolmentPlan(
        DISTRIBUTOR, _MDV, (LGC, LGC_HOUSE),
        _final(date(2025, 12, 3), date(2025, 12, 9), date(2025, 12, 17)),
    ),
    EnrolmentPlan(
        DISTRIBUTOR, _DB, (DRIMBOX,),
        (
            Step(date(2026, 8, 25), "submit"),
            Step(date(2026, 9, 2), "take"),
            Step(
                date(2026, 9, 8), "request_correction", "expired",
                "Le RIB date de plus de trois mois, et le mandat de l’éditeur pour la DRIMbox "
                "n’est pas signé.",
            ),
        ),
    ),
    EnrolmentPlan(
        ASSOCIATION, _MDV, (FREE_LGC,),
        _final(date(2026, 3, 10), date(2026, 3, 12), date(2026, 3, 19)),
        uses_own_layout=True,
    ),
    EnrolmentPlan(
        ASSOCIATION, _RIS, (FREE_RIS,),
        (
            Step(date(2026, 8, 26), "submit"),
            Step(date(2026, 8, 31), "take"),
            Step(date(2026, 9, 7), "validate_early"),
        ),
    ),
    EnrolmentPlan(
        COMPETITOR, _RIS, (OTHER_RIS,),
        _final(date(2025, 6, 25), date(2025, 6, 27), date(2025, 7, 4)),
    ),
    EnrolmentPlan(
        COMPETITOR, _DB, (OTHER_DRIMBOX,),
        _final(date(2025, 7, 8), date(2025, 7, 9), date(2025, 7, 15)),
    ),
    EnrolmentPlan(
        COMPETITOR, _MDV, (),
        (
            Step(date(2025, 11, 3), "submit"),
            Step(date(2025, 11, 5), "take"),
            Step(
                date(2025, 11, 12), "refuse", "not_entitled",
                "Aucun logiciel de gestion de cabinet n’est en cours de référencement.",
            ),
        ),
    ),
    EnrolmentPlan(
        IMAGING_EDITOR, _MDV, (CABINET,),
        (Step(date(2026, 9, 4), "submit"), Step(date(2026, 9, 10), "take")),
    ),
    EnrolmentPlan(ASSOCIATION, _DB, (FREE_DRIMBOX,), (Step(date(2026, 9, 9), "submit"),)),
    EnrolmentPlan(
        DOCTORS_EDITOR, _DB, (PLUME_DRIMBOX,),
        (
            Step(date(2026, 7, 15), "submit"),
            Step(date(2026, 7, 20), "take"),
            Step(date(2026, 7, 27), "validate_early"),
            Step(date(2026, 9, 11), "finalise"),
        ),
    ),
    EnrolmentPlan(DOCTORS_EDITOR, _RIS, (), ()),
)  # fmt: skip
