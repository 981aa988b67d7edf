"""Telling a distributor that its editor declared it to ANS (ENR-003)."""

from __future__ import annotations

from django.urls import reverse

from enrolment.actions.reviews import members_of
from enrolment.models import Distribution, Enrolment
from segur_portal.common.models import NoticeKind
from segur_portal.common.notices import notify


def tell_declared(distribution: Distribution) -> None:
    """Tell a distributor that its editor's declaration is recorded: what ENR-003 waited for."""
    solution, supplier = distribution.solution, distribution.distributor
    enrolment = Enrolment.objects.alive().filter(supplier=supplier, scheme=solution.scheme_id)
    found = enrolment.order_by("pk").first()
    left = (
        "Votre mandat est accepté : rien ne vous manque de ce côté."
        if distribution.mandate_accepted_on
        else "Il vous faut aussi le mandat signé par l’éditeur, déposé dans votre enrôlement et "
        "accepté par l’ASP."
    )
    notify(
        users=members_of(supplier.pk),
        kind=NoticeKind.DECISION,
        title=f"Vous êtes déclaré distributeur de {solution}",
        body=f"Organisation : {supplier}.\nL’ANS a enregistré la déclaration de l’éditeur "
        f"{solution.editor} pour {solution} (ENR-003). {left}",
        url=reverse("enrolment_detail", args=[found.pk]) if found else reverse("enrolment_list"),
        key=f"declared-{distribution.pk}",
    )
