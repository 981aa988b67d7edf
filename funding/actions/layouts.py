"""The layouts that orders may follow: a supplier's own, and the models that the portal issued."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from enrolment.enums import SpecimenKind
from enrolment.models import Enrolment, Specimen, Supplier
from enrolment.rules import LayoutFacts, OrderPaper
from segur_portal.common.models import IssuedDocument

# How the sentences about a layout say its state.
_STATES = {
    "submitted": "en revue à l’ASP",
    "compliant": "conforme",
    "not_compliant": "non conforme",
    "withdrawn": "retiré",
}
Layouts = Mapping[str, tuple[LayoutFacts, ...]]


def own_layouts(supplier: Supplier) -> dict[str, tuple[LayoutFacts, ...]]:
    """What each number of the supplier's layouts names: its versions, the latest first, by the
    number alone; one of them by its passport."""
    found: dict[str, tuple[LayoutFacts, ...]] = {}
    rows = Specimen.objects.of(supplier).exclude(number="").order_by("number", "-version")
    for row in rows:
        facts = _own(row)
        found[row.number] = (*found.get(row.number, ()), facts)
        found[row.passport] = (facts,)
    return found


def layouts_cited(
    supplier: Supplier, numbers: Collection[str]
) -> dict[str, tuple[LayoutFacts, ...]]:
    """The portal's models among these numbers: blank ones, and those filled in for the supplier."""
    rows = IssuedDocument.objects.filter(
        kind=IssuedDocument.Kind.MODEL,
        reference__in=numbers,
        recipient_siret__in=["", supplier.siret],
    )
    return {row.reference: (_issued(row),) for row in rows.order_by("pk")}


def layout_of(layouts: Layouts, enrolment: Enrolment | None, scheme: str, on: date) -> str:
    """`asp`, `compliant` or `unreviewed`: what is known of a supplier's orders, none being read."""
    if enrolment is None or not enrolment.uses_own_order_layout:
        return "asp"
    paper = OrderPaper(scheme, on)
    known: Iterable[LayoutFacts] = (one for rows in layouts.values() for one in rows)
    return "compliant" if any(paper.may_follow(one) for one in known) else "unreviewed"


def _own(row: Specimen) -> LayoutFacts:
    return LayoutFacts(
        reference=row.passport,
        kind=row.kind,
        document=row.get_kind_display(),
        scheme=row.scheme_id,
        state=_STATES[row.state],
        is_compliant=row.state == "compliant",
        compliant_from=row.compliant_from,
        compliant_until=row.compliant_until,
    )


def _issued(row: IssuedDocument) -> LayoutFacts:
    kind = row.data.get("model", "")
    return LayoutFacts(
        reference=row.reference,
        kind=kind,
        document=dict(SpecimenKind.choices).get(kind, ""),
        scheme=row.data.get("scheme_code", ""),
        is_asp=True,
    )
