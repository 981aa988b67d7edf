"""What is left to do before an enrolment, or a change of it, can be sent: « Ce qui manque »."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from enrolment.actions.paperwork import (
    advice_of,
    amendment_of,
    lacks_of,
    lacks_of_change,
    with_answers,
)
from enrolment.models import Amendment, Enrolment
from enrolment.rules.completeness import Lack
from enrolment.rules.documents import anchor_of
from segur_portal.common.french import count


@dataclass(frozen=True, slots=True)
class Point:
    """Something missing, and the page where one answers it."""

    sentence: str
    url: str


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left: the points, what they keep from happening, where one signs once there are
    none, and what will count afterwards. `change` is the change under way, if there is one."""

    points: tuple[Point, ...]
    purpose: str
    sign_url: str
    advice: tuple[str, ...] = ()
    change: Amendment | None = None


def rest_of(enrolment: Enrolment, role: str) -> Rest:
    """What is left for a member of that role to send the enrolment, or the change under way."""
    change = amendment_of(enrolment) if enrolment.state == "final" else None
    amended = with_answers(enrolment, change) if change is not None else enrolment
    lacks = (
        lacks_of(enrolment, signing_role=role)
        if change is None
        else lacks_of_change(enrolment, amended, role)
    )
    points = tuple(Point(lack.sentence, _url(enrolment, lack, change)) for lack in lacks)
    left = f"il reste {count(len(points), 'point')}"
    if change is not None:
        purpose = f"Pour transmettre ce changement, {left}."
    elif enrolment.state == "final":
        purpose = f"L’enrôlement est validé ; {left} à régler."
    else:
        stage = enrolment.stage_to_send_label.lower()
        purpose = f"Pour transmettre l’enrôlement {stage}, {left}."
    return Rest(
        points,
        purpose,
        f"{reverse('enrolment_change', args=[enrolment.pk])}#signer"
        if change is not None
        else _step(enrolment, "recapitulatif"),
        tuple(advice_of(amended)),
        change,
    )


def _url(enrolment: Enrolment, lack: Lack, change: Amendment | None) -> str:
    """Once the enrolment is validated, answers are changed on their own page."""
    page = reverse("enrolment_change", args=[enrolment.pk])
    if enrolment.state == "final" and lack.step == "organisation":
        return page
    if enrolment.state == "final" and lack.step == "banque":
        return reverse("bank_details")
    anchor = f"#{anchor_of(*lack.asked.key)}" if lack.asked is not None else ""
    base = page if change is not None and lack.asked is not None else _step(enrolment, lack.step)
    return f"{base}{anchor}"


def _step(enrolment: Enrolment, name: str) -> str:
    return reverse("enrolment_step", args=[enrolment.pk, name])
