"""The layouts of the demonstration, each with a file: waiting, compliant, sent back, withdrawn."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

from django.core.files.base import ContentFile

from enrolment.actions import review_specimen, submit_specimen, withdraw_specimen
from enrolment.demo_accounts import ASSOCIATION, DOCTORS_EDITOR, IMAGING_EDITOR
from enrolment.enums import SpecimenKind
from enrolment.models import Specimen, Supplier, User
from funding.actions.paper import issue_model
from funding.actions.specimens import read_specimen
from funding.report.paper import model_data
from segur_portal.common import clock
from segur_portal.common.enums import SchemeCode
from segur_portal.common.models import Scheme, Statement

from .small_pdf import small_pdf

WIDTH = 80
_ORDER, _REPORT = SpecimenKind.PURCHASE_ORDER, SpecimenKind.PILOT_REPORT


@dataclass(frozen=True, slots=True)
class LayoutPlan:
    """A layout, the statements that it forgot, and its end: answered, withdrawn or waiting."""

    organisation: str
    scheme: SchemeCode
    kind: SpecimenKind
    label: str
    on: date
    end: str = ""
    forgotten: tuple[str, ...] = ()
    until: date | None = None


LAYOUTS = (
    LayoutPlan(
        IMAGING_EDITOR, SchemeCode.RIS, _ORDER, "Bon de commande Lumirad", date(2025, 7, 7),
        "review", until=date(2027, 12, 31),
    ),
    LayoutPlan(
        DOCTORS_EDITOR, SchemeCode.MDV, _REPORT, "PV pilote Plume", date(2026, 1, 22),
        "review", ("signature_client",),
    ),
    LayoutPlan(
        ASSOCIATION, SchemeCode.MDV, _ORDER, "Bon de commande associatif", date(2026, 9, 8),
        forgotten=("minimis_tableau",),
    ),
    LayoutPlan(
        DOCTORS_EDITOR, SchemeCode.MDV, _REPORT, "PV pilote Plume, essai", date(2026, 1, 14),
        "withdraw",
    ),
)  # fmt: skip


def issue_models() -> None:
    """Issue the blank purchase order of each scheme, that most suppliers print."""
    for scheme in Scheme.objects.order_by("pk"):
        issue_model(data=model_data(_ORDER, scheme))


def review_layouts(
    suppliers: Mapping[str, Supplier], depositors: Mapping[str, User], officer: User
) -> None:
    """Submit each layout as its supplier does, have it read, then answer it (ENR-005)."""
    for plan in LAYOUTS:
        supplier, user = suppliers[plan.organisation], depositors[plan.organisation]
        with clock.frozen_at(clock.paris_instant(plan.on, time(10))):
            specimen = submit_specimen(
                supplier=supplier,
                user=user,
                scheme=Scheme.objects.get(pk=plan.scheme),
                kind=plan.kind,
                label=plan.label,
                content=ContentFile(_paper(plan, supplier), name=f"{plan.kind}.pdf"),
            )
            read_specimen(specimen.pk)
        with clock.frozen_at(clock.paris_instant(plan.on + timedelta(days=2), time(15))):
            _end(specimen, plan, user, officer)


def _end(specimen: Specimen, plan: LayoutPlan, user: User, officer: User) -> None:
    if plan.end == "withdraw":
        withdraw_specimen(specimen=specimen, user=user)
    elif plan.end == "review":
        codes = {one.code for one in Statement.objects.binding(plan.kind, plan.scheme)}
        review_specimen(
            specimen=specimen,
            actor=officer,
            role="officer",
            present=codes - set(plan.forgotten),
            until=plan.until,
        )


def _paper(plan: LayoutPlan, supplier: Supplier) -> bytes:
    """The layout, with its statements but those it forgot."""
    lines = [plan.label, supplier.name]
    for statement in Statement.objects.binding(plan.kind, plan.scheme):
        if statement.code not in plan.forgotten:
            lines += textwrap.wrap(statement.text, WIDTH)
    return small_pdf(*lines)
