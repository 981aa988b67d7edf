"""ENR rules: who may ask for money, as a table of cases without a database."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from enrolment.rules import LayoutFacts, OrderPaper, SolutionFacts, SupplierFacts
from tests.rule_cases import Broken, Case, assert_case, breaks, holds

DAY = date(2026, 9, 15)
TOMORROW = DAY + timedelta(days=1)
EDITED = SolutionFacts(
    name="Clario RIS",
    version="4.2",
    reference_number="REF-001",
    referenced_on=date(2026, 7, 1),
    file_submitted_on=date(2026, 5, 1),
    is_enrolled=True,
    is_editor=True,
)
DISTRIBUTED = replace(
    EDITED,
    is_editor=False,
    declared_on=date(2026, 7, 2),
    mandate_accepted_on=date(2026, 7, 10),
    mandate_starts_on=date(2026, 7, 1),
    mandate_ends_on=DAY,
)
EDITOR = SupplierFacts(
    on=DAY,
    stage="final",
    is_simulation=False,
    named_solution="Clario RIS",
    named_version="4.2",
    named_reference_number="REF-001",
    solution=EDITED,
    enrolled_solutions=("Clario RIS 4.2", "Clario DB 1.0"),
    holds_osu=True,
    layout="asp",
)
DISTRIBUTOR = replace(EDITOR, solution=DISTRIBUTED)


def editing(**fields: Any) -> SupplierFacts:
    """The editor, with a solution changed."""
    return replace(EDITOR, solution=replace(EDITED, **fields))


def distributing(**fields: Any) -> SupplierFacts:
    """The distributor, without OSU, with a solution or mandate changed."""
    return replace(DISTRIBUTOR, holds_osu=False, solution=replace(DISTRIBUTED, **fields))


SIGNED = date(2026, 9, 1)
EVE = SIGNED - timedelta(days=1)
OWN = LayoutFacts(
    "MOD-2026-0001 v1",
    kind="purchase_order",
    document="Bon de commande",
    scheme="SONS-IMG-RIS-Va2",
    is_compliant=True,
    state="conforme",
    compliant_from=SIGNED,
)
MODEL = LayoutFacts(
    "MDL-20260901-000123", kind="purchase_order", scheme="SONS-IMG-RIS-Va2", is_asp=True
)


def reading(*cited: LayoutFacts) -> SupplierFacts:
    """The editor, whose order was read and shows these numbers."""
    return replace(EDITOR, paper=OrderPaper("SONS-IMG-RIS-Va2", SIGNED, cited))


SOLUTION = "/solutionLogicielle"
EARLY = replace(EDITOR, stage="early")

CASES: list[Case] = [
    holds("ENR-001", "final", EDITOR),
    holds("ENR-001", "early, in the simulator", replace(EARLY, is_simulation=True)),
    breaks("ENR-001", "early, at a deposit", EARLY, Broken("", "anticipé", "certificat")),
    breaks("ENR-001", "none", replace(EDITOR, stage="none"), Broken("", "pas enrôlé")),
    breaks(
        "ENR-001",
        "none, even in the simulator",
        replace(EDITOR, stage="none", is_simulation=True),
        Broken("", "pas enrôlé"),
    ),
    holds("ENR-002", "enrolled, referenced, right number", EDITOR),
    holds("ENR-002", "referenced this very day", editing(referenced_on=DAY)),
    breaks(
        "ENR-002",
        "unknown: the enrolled ones are listed",
        replace(EDITOR, solution=None, named_solution="Clari", named_version="9"),
        Broken(SOLUTION, "« Clari » version « 9 »", "Clario RIS 4.2 ou Clario DB 1.0"),
    ),
    breaks(
        "ENR-002",
        "spelt otherwise than ANS does",
        replace(
            EDITOR,
            solution=None,
            named_solution="CLARIO-RIS",
            named_version="v4.2",
            spelt=("Clario RIS", "4.2"),
        ),
        Broken(
            SOLUTION,
            "« CLARIO-RIS » version « v4.2 » s’écrit « Clario RIS » version « 4.2 »",
            "Écrivez « Clario RIS » version « 4.2 ».",
        ),
    ),
    breaks(
        "ENR-002",
        "unknown, nothing enrolled",
        replace(EDITOR, solution=None, enrolled_solutions=()),
        Broken(SOLUTION, "aucune solution n’est enrôlée"),
    ),
    breaks(
        "ENR-002",
        "version not enrolled",
        editing(is_enrolled=False),
        Broken(f"{SOLUTION}/version", "ne fait pas partie de votre enrôlement", "Clario DB 1.0"),
    ),
    breaks(
        "ENR-002",
        "not referenced yet",
        editing(referenced_on=None, reference_number=""),
        Broken(SOLUTION, "pas encore référencée", "référencement en cours"),
    ),
    breaks(
        "ENR-002",
        "not referenced yet, early simulation: the verdict of a deposit",
        replace(editing(referenced_on=None), stage="early", is_simulation=True),
        Broken(SOLUTION, "pas encore référencée"),
    ),
    breaks(
        "ENR-002",
        "referenced tomorrow",
        editing(referenced_on=TOMORROW),
        Broken(SOLUTION, "référencée à partir du 16/09/2026"),
    ),
    breaks(
        "ENR-002",
        "another number",
        replace(EDITOR, named_reference_number="REF-002"),
        Broken(f"{SOLUTION}/numeroReferencement", "REF-002", "Écrivez REF-001"),
    ),
    breaks(
        "ENR-002",
        "every fault at once",
        replace(editing(is_enrolled=False), named_reference_number="X"),
        Broken(f"{SOLUTION}/version"),
        Broken(f"{SOLUTION}/numeroReferencement"),
    ),
    holds("ENR-003", "an editor needs no mandate", EDITOR),
    holds("ENR-003", "an unknown solution is ENR-002's", replace(EDITOR, solution=None)),
    holds("ENR-003", "on the last day of the mandate", DISTRIBUTOR),
    holds(
        "ENR-003",
        "declared and accepted this very day",
        distributing(declared_on=DAY, mandate_accepted_on=DAY),
    ),
    holds("ENR-003", "on the first day", distributing(mandate_starts_on=DAY)),
    holds(
        "ENR-003",
        "a mandate without dates",
        distributing(mandate_starts_on=None, mandate_ends_on=None),
    ),
    breaks(
        "ENR-003",
        "not declared",
        distributing(declared_on=None),
        Broken(SOLUTION, "ne vous a pas déclaré", "« Clario RIS »"),
    ),
    breaks("ENR-003", "declared tomorrow", distributing(declared_on=TOMORROW), Broken(SOLUTION)),
    breaks(
        "ENR-003",
        "mandate not accepted",
        distributing(mandate_accepted_on=None),
        Broken(SOLUTION, "pas encore accepté"),
    ),
    breaks(
        "ENR-003",
        "mandate accepted tomorrow",
        distributing(mandate_accepted_on=TOMORROW),
        Broken(SOLUTION, "pas encore accepté"),
    ),
    breaks(
        "ENR-003",
        "mandate ended the day before",
        distributing(mandate_ends_on=DAY - timedelta(days=1)),
        Broken(SOLUTION, "n’est pas en vigueur", "jusqu’au 14/09/2026", "le 15/09/2026"),
    ),
    breaks(
        "ENR-003",
        "mandate starts the day after",
        distributing(mandate_starts_on=TOMORROW, mandate_ends_on=None),
        Broken(SOLUTION, "à partir du 16/09/2026"),
    ),
    breaks(
        "ENR-003",
        "neither declared nor mandated",
        distributing(declared_on=None, mandate_accepted_on=None),
        Broken(SOLUTION, "déclaré"),
        Broken(SOLUTION, "accepté"),
    ),
    holds("ENR-004", "held", EDITOR),
    holds("ENR-004", "a distributor that holds its own", DISTRIBUTOR),
    holds(
        "ENR-004",
        "the editor's, by the mandate",
        distributing(mandate_covers_osu=True, editor_holds_osu=True),
    ),
    breaks("ENR-004", "an editor without", replace(EDITOR, holds_osu=False), Broken("", "OSU")),
    breaks(
        "ENR-004",
        "without, solution unknown",
        replace(EDITOR, holds_osu=False, solution=None),
        Broken("", "OSU"),
    ),
    breaks(
        "ENR-004",
        "the editor's is not enough without the mandate",
        distributing(editor_holds_osu=True),
        Broken("", "votre mandat ne dit pas"),
    ),
    breaks(
        "ENR-004",
        "the mandate is not enough without the editor's",
        distributing(mandate_covers_osu=True),
        Broken("", "il ne l’a pas"),
    ),
    breaks(
        "ENR-004",
        "an editor is not covered by a mandate",
        replace(
            editing(mandate_covers_osu=True, editor_holds_osu=True),
            holds_osu=False,
        ),
        Broken("", "OSU"),
    ),
    holds("ENR-005", "the ASP model", EDITOR),
    holds("ENR-005", "a compliant layout", replace(EDITOR, layout="compliant")),
    breaks(
        "ENR-005",
        "a layout not reviewed",
        replace(EDITOR, layout="unreviewed"),
        Broken("/bonDeCommande", "pas encore été reconnu conforme"),
    ),
    holds("ENR-005", "read: a compliant layout, on its first day", reading(OWN)),
    holds("ENR-005", "read: on its last day", reading(replace(OWN, compliant_until=SIGNED))),
    holds("ENR-005", "read: a model of the portal", reading(MODEL)),
    holds("ENR-005", "read: a model for all schemes", reading(replace(MODEL, scheme=""))),
    holds("ENR-005", "read: one of two is good", reading(LayoutFacts("MOD-2026-0009"), OWN)),
    holds("ENR-005", "read: no number, the ASP model declared", reading()),
    breaks(
        "ENR-005",
        "read: no number, though it has its own layout",
        replace(reading(), layout="compliant"),
        Broken("/bonDeCommande", "ne cite aucun modèle", "MOD-2026-0001 v1"),
    ),
    breaks(
        "ENR-005",
        "read: a number of nobody or of another supplier",
        reading(LayoutFacts("MOD-2026-0009 v1")),
        Broken("/bonDeCommande", "MOD-2026-0009 v1, inconnu parmi vos modèles", "Imprimez"),
    ),
    breaks(
        "ENR-005",
        "read: ended the day before",
        reading(replace(OWN, compliant_from=DAY - timedelta(days=99), compliant_until=EVE)),
        Broken("/bonDeCommande", "conforme du 08/06/2026 au 31/08/2026"),
    ),
    breaks(
        "ENR-005",
        "read: compliant from the day after only",
        reading(replace(OWN, compliant_from=SIGNED + timedelta(days=1))),
        Broken("/bonDeCommande", "conforme depuis le"),
    ),
    breaks(
        "ENR-005",
        "read: still under review",
        reading(replace(OWN, is_compliant=False, compliant_from=None, state="en revue à l’ASP")),
        Broken("/bonDeCommande", "en revue à l’ASP"),
    ),
    breaks(
        "ENR-005",
        "read: of another scheme",
        reading(replace(OWN, scheme="SONS-IMG-DB-Va2")),
        Broken("/bonDeCommande", "modèle pour SONS-IMG-DB-Va2"),
    ),
    breaks(
        "ENR-005",
        "read: a model of the portal for another scheme",
        reading(replace(MODEL, scheme="SONS-IMG-DB-Va2")),
        Broken("/bonDeCommande", "modèle pour SONS-IMG-DB-Va2"),
    ),
    breaks(
        "ENR-005",
        "read: of another document",
        reading(replace(OWN, kind="mandate", document="Mandat")),
        Broken("/bonDeCommande", "autre document (Mandat)"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_supplier(case: Case) -> None:
    """Each rule is broken exactly where, and as, the table says."""
    assert_case(case)
