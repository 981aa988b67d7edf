"""Which layout an order follows, as the number printed on it says (ENR-005). Pure Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from segur_portal.common.enums import DocumentKind
from segur_portal.common.french import day


@dataclass(frozen=True, slots=True)
class LayoutFacts:
    """A number of a layout: a supplier's own (its passport), or a model that the portal issued.

    `reference` is the passport, or the number alone when no layout of the supplier bears it;
    `document`, `state` and `scheme` are in words, empty for what is not known; `scheme` is also
    empty for what serves all of them.
    """

    reference: str
    kind: str = ""
    document: str = ""
    scheme: str = ""
    state: str = ""
    is_asp: bool = False
    is_compliant: bool = False
    compliant_from: date | None = None
    compliant_until: date | None = None


@dataclass(frozen=True, slots=True)
class OrderPaper:
    """An order whose text was read: its scheme, its signature, and the layouts that it names."""

    scheme: str
    signed_on: date
    cited: tuple[LayoutFacts, ...] = ()

    def may_follow(self, layout: LayoutFacts) -> bool:
        """Whether that layout was good for this order on the day of its signature."""
        return not self.fault_of(layout)

    def fault_of(self, layout: LayoutFacts) -> str:
        """Why that layout is not good for this order, in French; empty when it is."""
        if not layout.kind:
            return "inconnu parmi vos modèles"
        if layout.kind != DocumentKind.PURCHASE_ORDER:
            return f"modèle d’un autre document ({layout.document})"
        if layout.scheme and layout.scheme != self.scheme:
            return f"modèle pour {layout.scheme}"
        if layout.is_asp:
            return ""
        if not layout.is_compliant or layout.compliant_from is None:
            return layout.state
        until = layout.compliant_until
        if layout.compliant_from <= self.signed_on and (until is None or self.signed_on <= until):
            return ""
        return validity(layout)


def validity(layout: LayoutFacts) -> str:
    """`conforme du … au …`, for a layout once found compliant."""
    if layout.compliant_from is None:
        return ""
    if layout.compliant_until is None:
        return f"conforme depuis le {day(layout.compliant_from)}"
    return f"conforme du {day(layout.compliant_from)} au {day(layout.compliant_until)}"
