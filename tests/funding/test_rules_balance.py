"""ATT, PIL and SOL rules: holds, pilots and balances, without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from funding.rules.facts import AdvanceFacts, BalanceFacts, Deployed, HoldFacts, PilotFacts
from segur_portal.common.identifiers import make_am, make_finess, make_rpps, make_siren
from segur_portal.common.rules import Severity
from tests.rule_cases import Broken, Case, assert_case, breaks, holds

A, B, C = make_siren(1), make_siren(2), make_siren(3)
F1, F2, F3 = (make_finess(seed) for seed in (1, 2, 3))
M1, M2, M3 = (make_am(seed) for seed in (1, 2, 3))
RPPS, OTHER_RPPS = make_rpps(1), make_rpps(2)
LIMIT = datetime(2027, 12, 15, 11, 0, tzinfo=UTC)
MS = timedelta(milliseconds=1)

HOLD = HoldFacts(
    sirens=(("/clients/0/siren", A), ("/clients/1/siren", B)),
    with_ris_request=frozenset({A, B}),
    with_ris_accepted=frozenset({A}),
    received_at=LIMIT - timedelta(days=1),
    hold_limit=LIMIT,
)
PILOTS = PilotFacts(5, 5, training_required=True, training_compliant=True)
FIRST = Deployed(A, "", frozenset({F1, F2}), frozenset({M1, M2}))
SECOND = Deployed(B, "", frozenset({F3}), frozenset())
ADVANCE = AdvanceFacts(
    number="AV-2026-000123",
    state_label="En cours d’instruction",
    is_accepted=True,
    other_balance=None,
    net=Decimal("10000.00"),
    gross=Decimal("12000.00"),
    amount_advanced=Decimal("3600.00"),
    ordered=(FIRST, SECOND),
)


def at(part: Deployed, rank: int) -> Deployed:
    """What a balance declares at that rank."""
    return replace(part, pointer=f"/clients/{rank}")


BALANCE = BalanceFacts(
    reference="CMD-7",
    named_number="AV-2026-000123",
    advance=ADVANCE,
    deployed=(at(FIRST, 0), at(SECOND, 1)),
    pilots=PILOTS,
)
DOCTOR = Deployed("", RPPS, frozenset(), frozenset({M1, M2}))


def deployed(*parts: Deployed) -> BalanceFacts:
    """A balance that declares these clients."""
    return replace(BALANCE, deployed=tuple(at(part, rank) for rank, part in enumerate(parts)))


def doctor(part: Deployed, ordered: Deployed = DOCTOR) -> BalanceFacts:
    """The balance of a town doctor."""
    return replace(deployed(part), advance=replace(ADVANCE, ordered=(ordered,)))


def pilots(**fields: Any) -> BalanceFacts:
    """A balance with other pilots."""
    return replace(BALANCE, pilots=replace(PILOTS, **fields))


def answering(**fields: Any) -> BalanceFacts:
    """A balance that answers another advance."""
    return replace(BALANCE, advance=replace(ADVANCE, **fields))


FEWER = Severity.ALERT

CASES: list[Case] = [
    holds("ATT-001", "every client has a RIS request", HOLD),
    holds("ATT-001", "no client (not DRIMbox)", replace(HOLD, sirens=())),
    breaks(
        "ATT-001",
        "one client has none",
        replace(HOLD, with_ris_request=frozenset({A})),
        Broken("/clients/1/siren", B, "en attente", "le 15/12/2027 à 12:00:00"),
    ),
    breaks(
        "ATT-001",
        "no limit fixed",
        replace(HOLD, with_ris_request=frozenset({B}), hold_limit=None),
        Broken("/clients/0/siren", A, "la demande RIS de ce client."),
    ),
    holds("ATT-002", "before the limit", HOLD),
    holds("ATT-002", "the limit itself", replace(HOLD, received_at=LIMIT)),
    holds("ATT-002", "no limit", replace(HOLD, received_at=LIMIT + MS, hold_limit=None)),
    holds(
        "ATT-002",
        "after the limit, all accepted",
        replace(HOLD, received_at=LIMIT + MS, with_ris_accepted=frozenset({A, B})),
    ),
    breaks(
        "ATT-002",
        "after the limit, one only requested",
        replace(HOLD, received_at=LIMIT + MS),
        Broken("/clients/1/siren", B, "le 15/12/2027 à 12:00:00", "annulée"),
    ),
    holds("PIL-001", "enough reports and the training", BALANCE),
    holds("PIL-001", "more than enough", pilots(reports_compliant=9)),
    holds(
        "PIL-001",
        "not concerned (DRIMbox)",
        pilots(
            reports_required=0,
            reports_compliant=0,
            training_required=False,
            training_compliant=False,
        ),
    ),
    breaks(
        "PIL-001",
        "one report short",
        pilots(reports_compliant=4),
        Broken("", "PV pilotes conformes pour cette solution : 4 sur les 5 exigés", "4 sur 5"),
    ),
    breaks(
        "PIL-001",
        "no training materials",
        pilots(training_compliant=False),
        Broken("", "supports de formation"),
    ),
    breaks(
        "PIL-001",
        "both",
        pilots(reports_compliant=0, training_compliant=False),
        Broken("", "0 sur les 5"),
        Broken("", "supports de formation"),
    ),
    holds("SOL-001", "an accepted advance", BALANCE),
    breaks(
        "SOL-001",
        "no advance of that reference",
        replace(BALANCE, advance=None),
        Broken("/referenceFournisseur", "« CMD-7 »"),
    ),
    breaks(
        "SOL-001",
        "another number",
        replace(BALANCE, named_number="AV-9"),
        Broken("/numeroDossier", "AV-9", "Écrivez AV-2026-000123"),
    ),
    breaks(
        "SOL-001",
        "not accepted",
        answering(is_accepted=False),
        Broken("/numeroDossier", "n’est pas acceptée : En cours d’instruction"),
    ),
    breaks(
        "SOL-001",
        "already answered",
        answering(other_balance="SO-2027-000004"),
        Broken("/numeroDossier", "déjà une demande de solde, le dossier SO-2027-000004"),
    ),
    holds("SOL-002", "the same", BALANCE),
    holds("SOL-002", "the same, in another order", deployed(SECOND, FIRST)),
    holds("SOL-002", "no advance is SOL-001's", replace(BALANCE, advance=None)),
    holds(
        "SOL-002",
        "one client in two parts",
        deployed(
            replace(FIRST, finess=frozenset({F1}), am_numbers=frozenset({M1})),
            replace(FIRST, finess=frozenset({F2}), am_numbers=frozenset({M2})),
            SECOND,
        ),
    ),
    breaks(
        "SOL-002",
        "fewer identifiers",
        deployed(replace(FIRST, finess=frozenset({F1}), am_numbers=frozenset({M1})), SECOND),
        Broken("/clients/0", f"FINESS {F2} et AM {M2}", "recalculé", severity=FEWER),
    ),
    breaks(
        "SOL-002",
        "a client fewer",
        deployed(FIRST),
        Broken("/clients", f"le client {B}", severity=FEWER),
    ),
    breaks(
        "SOL-002",
        "a client of nobody's",
        deployed(FIRST, SECOND, replace(SECOND, siren=C)),
        Broken("/clients/2/siren", f"Le client {C} n’est pas dans la commande"),
    ),
    breaks(
        "SOL-002",
        "a client without any identifier",
        deployed(FIRST, SECOND, replace(SECOND, siren="")),
        Broken("/clients/2/siren", "(aucun)"),
    ),
    breaks(
        "SOL-002",
        "an identifier of another client of the order",
        deployed(replace(FIRST, finess=FIRST.finess | {F3}), SECOND),
        Broken("/clients/0/finessGeographiques", F3),
    ),
    breaks(
        "SOL-002",
        "one more, one fewer",
        deployed(replace(FIRST, am_numbers=frozenset({M1, M3})), SECOND),
        Broken("/clients/0/numerosAm", f"Le numéro d’AM {M3}"),
        Broken("/clients/0", f"AM {M2}", severity=FEWER),
    ),
    holds("SOL-002", "a town doctor, by RPPS", doctor(DOCTOR)),
    breaks(
        "SOL-002",
        "another doctor",
        doctor(replace(DOCTOR, rpps=OTHER_RPPS)),
        Broken("/clients/0/rpps", OTHER_RPPS),
        Broken("/clients", RPPS, severity=FEWER),
    ),
    breaks(
        "SOL-002",
        "a SIREN that the order did not have",
        doctor(replace(DOCTOR, siren=A)),
        Broken("/clients/0/siren", f"Le numéro SIREN {A}"),
    ),
    breaks(
        "SOL-002",
        "the RPPS of another doctor under the same SIREN",
        doctor(replace(DOCTOR, siren=A, rpps=OTHER_RPPS), replace(DOCTOR, siren=A)),
        Broken("/clients/0/rpps", f"Le numéro RPPS {OTHER_RPPS}"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_balance(case: Case) -> None:
    """Each rule is broken exactly where, and as, the table says."""
    assert_case(case)
