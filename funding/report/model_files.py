"""Model files to download: the schema, a blank file, a file filled in for a supplier."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from enrolment.models import Enrolment, Supplier, User
from funding.actions import check_rate, log_model
from funding.intake.examples import blank, example
from funding.intake.formats import CURRENT_VERSION, request_schema
from funding.intake.naming import FileName, next_free_name
from funding.models import Deposit
from funding.report.prefilled import prefilled_file
from orders.rules.facts import OrderFacts
from segur_portal.common import clock
from segur_portal.common.enums import Kind, SchemeCode

BLANK, PREFILLED, SCHEMA = "vierge", "pre-rempli", "schema"
MODEL_FILES: Mapping[str, str] = {
    BLANK: "Modèle vierge",
    PREFILLED: "Modèle pré-rempli",
    SCHEMA: "Schéma JSON (draft 2020-12)",
}


def model_file(
    model: str, scheme: str, kind: str, supplier: Supplier | None, user: User | None = None
) -> tuple[str, dict[str, Any]]:
    """The name and content of a model file; KeyError for an unknown one.

    The pre-filled file is the supplier's own when one can be made that the simulator accepts,
    otherwise the example of the documentation, whose people do not exist. It reads the base: it
    counts as a simulation, and raises SimulationLimitError past their rate.
    """
    if model == SCHEMA:
        return f"schema_{kind}_{scheme}_{CURRENT_VERSION}.json", request_schema(
            CURRENT_VERSION, scheme, kind
        )
    if model == BLANK:
        return f"modele-vierge_{kind}_{scheme}.json", blank(scheme, kind)
    own = _own_file(supplier, user, scheme, kind) if supplier and user else None
    if supplier is None or own is None:
        return f"exemple-fictif_{kind}_{scheme}.json", example(scheme, kind)
    return free_name(supplier, scheme, kind, clock.today()), own


def _own_file(supplier: Supplier, user: User, scheme: str, kind: str) -> dict[str, Any] | None:
    """The file filled in for this supplier, counted and logged when there is one."""
    check_rate(supplier)
    own = prefilled_file(supplier, scheme, kind)
    if own is not None:
        is_advance = kind == Kind.ADVANCE
        orders = [
            OrderFacts.from_payload(one, scheme=scheme) for one in own["demandes"] if is_advance
        ]
        log_model(supplier, user, orders)
    return own


def expected_name(supplier: Supplier, on: date) -> str:
    """The name to show as an example: an advance on the first scheme the supplier is enrolled on,
    under the next free number of the day."""
    enrolments = Enrolment.objects.alive().filter(supplier=supplier).order_by("scheme__order")
    scheme = enrolments.values_list("scheme", flat=True).first() or SchemeCode.MDV.value
    return free_name(supplier, scheme, Kind.ADVANCE.value, on)


def free_name(supplier: Supplier, scheme: str, kind: str, on: date) -> str:
    """The next name of the day that this supplier has not used: ready to deposit."""
    taken = set(Deposit.objects.of(supplier).values_list("file_name", flat=True))
    return next_free_name(FileName(kind, scheme, supplier.siret, on, 999), taken)
