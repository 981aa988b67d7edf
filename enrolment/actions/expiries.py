"""Saying before it happens that a document, a mandate or a habilitation ends.

Nothing is to be switched off on the day: the rules read the dates (ENR-001 to ENR-004).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from enrolment.actions.paperwork import asked_of
from enrolment.actions.reviews import members_of, page_of
from enrolment.models import Distribution, Enrolment, Supplier, SupportingDocument
from enrolment.rules.documents import SUSPENDING, DocumentKind
from segur_portal.common import clock
from segur_portal.common.french import day
from segur_portal.common.models import NoticeKind
from segur_portal.common.notices import notify

# Ours: how many days before the end a right is announced as ending; 0 is the day after it ended.
THRESHOLDS = (60, 30, 7, 0)
_RENEWALS = {
    "pending": " La nouvelle version que vous avez déposée est en cours de vérification à l’ASP.",
    "to_correct": " La nouvelle version que vous avez déposée est à corriger.",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """Something of a supplier that ends on a day (included)."""

    supplier_id: int
    key: str
    what: str
    ends_on: date
    effect: str
    url: str

    def threshold(self, today: date) -> int | None:
        """The last announcement that is due, None when the end is far."""
        left = (self.ends_on - today).days
        if left < 0:
            return 0
        return min((one for one in THRESHOLDS if 0 < one >= left), default=None)


def warn_expiries() -> int:
    """Tell the members of what ends within 60, 30, 7 days, or just ended; once each.

    A run that was missed is made up for at the next. Returns how many notifications were written.
    """
    today = clock.today()
    return sum(_tell(ending, today) for ending in endings(today + timedelta(days=THRESHOLDS[0])))


def endings(until: date, supplier: Supplier | None = None) -> Iterator[Ending]:
    """Everything that ends by that day, ended things included: documents in force, distribution
    mandates, OSU habilitations."""
    yield from documents_ending(until, supplier)
    mandates = Distribution.objects.filter(
        mandate_ends_on__lte=until, mandate_accepted_on__isnull=False
    )
    if supplier is not None:
        mandates = mandates.filter(distributor=supplier)
    places = places_to_renew(supplier)
    for one in mandates.select_related("solution").order_by("mandate_ends_on", "pk"):
        assert one.mandate_ends_on is not None
        yield Ending(
            one.distributor_id,
            f"mandate-{one.pk}-{one.mandate_ends_on}",
            f"Mandat de distribution de {one.solution}",
            one.mandate_ends_on,
            "Au-delà, vos demandes pour cette solution seront KO (ENR-003).",
            places.mandate(one),
        )
    suppliers = Supplier.objects.filter(osu_expires_on__lte=until)
    if supplier is not None:
        suppliers = suppliers.filter(pk=supplier.pk)
    for owner in suppliers.order_by("osu_expires_on", "pk"):
        assert owner.osu_expires_on is not None
        yield Ending(
            owner.pk,
            f"osu-{owner.pk}-{owner.osu_expires_on}",
            "Habilitation OSU",
            owner.osu_expires_on,
            "Au-delà, vos demandes seront KO (ENR-004). Déclarez son renouvellement dans votre "
            "enrôlement.",
            places.habilitation(owner.pk)[0],
        )


@dataclass(frozen=True, slots=True)
class Places:
    """Where suppliers renew what is not a document of an enrolment: the page of each mandate by
    distributor and solution, that of the dates of the habilitation by supplier."""

    mandates: Mapping[tuple[int, int], str]
    organisations: Mapping[int, str]

    def mandate(self, one: Distribution) -> str:
        """The card of the mandate; without one yet, the enrolments."""
        key = (one.distributor_id, one.solution_id)
        return self.mandates.get(key) or reverse("enrolment_list")

    def habilitation(self, supplier_id: int) -> tuple[str, str]:
        """The page, and the words of its link; without an enrolment that is open, their list."""
        page = self.organisations.get(supplier_id) or reverse("enrolment_list")
        return page, "Déclarer les dates de l’habilitation OSU"


def places_to_renew(supplier: Supplier | None = None) -> Places:
    """Where these suppliers (all by default) renew a mandate or an habilitation: two queries."""
    alive = Enrolment.objects.alive()
    if supplier is not None:
        alive = alive.of(supplier)
    mandates = SupportingDocument.objects.current().filter(
        kind=DocumentKind.DISTRIBUTION_MANDATE, enrolment__in=alive.values("pk")
    )
    # A final enrolment declares a change; it comes last, and is kept.
    opened = alive.filter(state__in=["draft", "early", "final"]).alias(
        is_final=ExpressionWrapper(Q(state="final"), output_field=BooleanField())
    )
    return Places(
        {
            (one.enrolment.supplier_id, one.solution_id): page_of(one)
            for one in mandates.select_related("enrolment").order_by("pk")
        },
        {
            one.supplier_id: reverse("enrolment_change", args=[one.pk])
            if one.state == "final"
            else reverse("enrolment_step", args=[one.pk, "organisation"])
            for one in opened.order_by("is_final", "-pk")
        },
    )


def documents_ending(until: date, supplier: Supplier | None = None) -> Iterator[Ending]:
    """Documents in force and still asked, of enrolments that live: a renewal that is only
    deposited, or sent back, does not keep the right from ending."""
    later = SupportingDocument.objects.current().filter(
        enrolment=OuterRef("enrolment"), kind=OuterRef("kind"), version__gt=OuterRef("version")
    )
    later = later.annotate(about=Coalesce("solution", 0)).filter(
        about=Coalesce(OuterRef("solution"), 0)
    )
    rows = SupportingDocument.objects.in_force().filter(
        kind__in=sorted(SUSPENDING),
        expires_on__lte=until,
        enrolment__in=Enrolment.objects.alive().values("pk"),
    )
    if supplier is not None:
        rows = rows.filter(enrolment__supplier=supplier)
    rows = rows.annotate(renewal=Subquery(later.values("state")[:1]))
    asked: dict[int, set[tuple[str, int | None]]] = {}
    about = ("enrolment__scheme", "enrolment__supplier", "solution")
    for row in rows.select_related(*about).order_by("expires_on", "pk"):
        if row.enrolment_id not in asked:
            asked[row.enrolment_id] = {one.key for one in asked_of(row.enrolment)}
        if (row.kind, row.solution_id) not in asked[row.enrolment_id]:
            continue
        yield Ending(
            row.enrolment.supplier_id,
            f"document-{row.pk}",
            f"{row} ({row.enrolment.scheme.software})",
            row.expires_on,
            f"{_effect_of(row)}{_RENEWALS.get(row.renewal, '')}",
            page_of(row),
        )


def _effect_of(row: SupportingDocument) -> str:
    if row.solution_id is not None:
        return (
            "Dès le lendemain, vos demandes d’avance pour cette solution seront KO (ENR-002), "
            "jusqu’à ce que l’ASP accepte le nouveau certificat ; ce qui est déjà déposé reste."
        )
    return (
        "Dès le lendemain, l’enrôlement est suspendu et toutes vos demandes, soldes compris, "
        "seront KO (ENR-001), jusqu’à ce que l’ASP accepte la pièce renouvelée ; ce qui est déjà "
        "déposé reste. Renouvelez-la sans attendre : son examen prend du temps."
    )


def _tell(ending: Ending, today: date) -> int:
    threshold = ending.threshold(today)
    if threshold is None:
        return 0
    verb = "a pris fin" if threshold == 0 else "prend fin"
    written = notify(
        users=members_of(ending.supplier_id),
        kind=NoticeKind.DEADLINE,
        title=f"{ending.what} : {verb} le {day(ending.ends_on)}",
        # Said again: a long name may push it out of the title.
        body=f"{verb.capitalize()} le {day(ending.ends_on)}. {ending.effect}",
        url=ending.url,
        key=f"expiry-{ending.key}-{threshold}",
    )
    return len(written)
