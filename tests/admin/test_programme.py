"""The programme's data are edited with a source, a history, and never under a request."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from enrolment.models import User
from funding.models import FundingRequest
from segur_portal.common.enums import SchemeCode
from segur_portal.common.models import Parameter, PriceScale, Scheme, Window

NEW = {"starts_on": "01/01/2027", "source": "Arrêté du 15 décembre 2026"}


def change_url(row: Any) -> str:
    return reverse(f"admin:common_{row._meta.model_name}_change", args=(row.pk,))


def new_version_url(scale: PriceScale) -> str:
    return reverse("admin:common_pricescale_deed", args=(scale.pk, "new-version"))


@pytest.fixture
def window(staff: dict[str, User]) -> Window:
    return Window.objects.get(scheme=SchemeCode.RIS, kind="advance")


def window_data(window: Window, **changes: str) -> dict[str, str]:
    return {
        "opens_on": f"{window.opens_on:%d/%m/%Y}",
        "opens_time": f"{window.opens_time:%H:%M}",
        "closes_on": f"{window.closes_on:%d/%m/%Y}",
        "closes_time": f"{window.closes_time:%H:%M}",
        "source": "Avis du 1er octobre 2026",
        **changes,
    }


def test_a_deadline_moves_with_its_source_and_its_history(sign_in: Any, window: Window) -> None:
    """Who moved it, when, from what to what, and by which text: shown under the line."""
    client = sign_in("programme")
    response = client.post(change_url(window), window_data(window, closes_on="05/10/2027"))
    assert response.status_code == 302
    window.refresh_from_db()
    assert (window.closes_on.isoformat(), window.source) == (
        "2027-10-05",
        "Avis du 1er octobre 2026",
    )
    page = client.get(change_url(window)).content.decode()
    assert "10/11/2026 → 05/10/2027" in page
    assert "programme@asp.fr" in page


@pytest.mark.parametrize("changes", [{"source": ""}, {"closes_on": "01/01/2020"}])
def test_a_line_without_source_or_upside_down_is_refused(
    changes: dict[str, str], sign_in: Any, window: Window
) -> None:
    """A value without its source, or a window that closes before it opens, is not saved."""
    before = Window.objects.filter(pk=window.pk).values().get()
    response = sign_in("programme").post(change_url(window), window_data(window, **changes))
    assert response.status_code == 200
    assert Window.objects.filter(pk=window.pk).values().get() == before


def test_an_officer_without_the_right_edits_nothing(sign_in: Any, window: Window) -> None:
    """Reading is for all agents; a forged change is refused."""
    for role in ("officer", "accountant", "ans"):
        response = sign_in(role).post(change_url(window), window_data(window))
        assert response.status_code == 403, role
    parameter = Parameter.objects.earliest("pk")
    assert sign_in("officer").post(change_url(parameter), {"value": "1"}).status_code == 403


def test_the_code_of_a_scheme_never_changes(sign_in: Any, staff: dict[str, User]) -> None:
    """Deposits name it: a posted code is ignored."""
    scheme = Scheme.objects.get(pk=SchemeCode.RIS)
    data = {"code": "SONS-AUTRE", "name": "Imagerie", "corridor": "Imagerie", "software": "RIS"}
    data |= {"order": "1", "source": "Avis du 01/09/2026"}
    response = sign_in("superuser").post(change_url(scheme), data)
    assert response.status_code == 302
    assert set(Scheme.objects.values_list("code", flat=True)) == {code.value for code in SchemeCode}
    assert Scheme.objects.get(pk=SchemeCode.RIS).name == "Imagerie"


def test_a_used_scale_is_a_fact(sign_in: Any, funding_request: FundingRequest) -> None:
    """Once a request was judged on it nobody edits it, nor its tranches, superuser included."""
    scale = funding_request.price_scale
    before = [*scale.tiers.order_by("pk").values()]
    for role in ("programme", "superuser"):
        client = sign_in(role)
        assert client.post(change_url(scale), {"source": "x"}).status_code == 403
        page = client.get(change_url(scale)).content.decode()
        assert 'name="_save"' not in page
        assert "Nouvelle version" in page
    assert [*scale.tiers.order_by("pk").values()] == before


def test_a_new_version_copies_the_scale(sign_in: Any, funding_request: FundingRequest) -> None:
    """The copy has the next number, the same tranches, is marked unofficial, and is editable."""
    scale = funding_request.price_scale
    client = sign_in("programme")
    assert client.post(new_version_url(scale), NEW).status_code == 302
    new = PriceScale.objects.get(scheme=scale.scheme, version=scale.version + 1)
    assert (new.starts_on.isoformat(), new.source, new.is_official) == (
        "2027-01-01",
        NEW["source"],
        False,
    )
    columns = ("service", "measure", "lower", "upper", "ceiling_net")
    assert [*new.tiers.values_list(*columns)] == [*scale.tiers.values_list(*columns)]
    assert new.tiers.exists()
    assert 'name="_save"' in client.get(change_url(new)).content.decode()
    funding_request.refresh_from_db()
    assert funding_request.price_scale == scale


def test_a_new_version_begins_after_the_others(
    sign_in: Any, funding_request: FundingRequest
) -> None:
    """A version that would begin before the latest is refused, with the reason."""
    scale = funding_request.price_scale
    data = {**NEW, "starts_on": f"{scale.starts_on:%d/%m/%Y}"}
    response = sign_in("programme").post(new_version_url(scale), data)
    assert "doit commencer après" in response.content.decode()
    assert PriceScale.objects.filter(scheme=scale.scheme).count() == 1


def test_an_officer_makes_no_version(sign_in: Any, funding_request: FundingRequest) -> None:
    """Without the right the deed is neither shown nor done."""
    scale = funding_request.price_scale
    client = sign_in("officer")
    assert "Nouvelle version" not in client.get(change_url(scale)).content.decode()
    assert client.post(new_version_url(scale), NEW).status_code == 403
    assert PriceScale.objects.filter(scheme=scale.scheme).count() == 1


def test_tranches_may_not_overlap(sign_in: Any, staff: dict[str, User]) -> None:
    """The database's own rule comes back as a French message, not as an error page."""
    scale = PriceScale.objects.get(scheme=SchemeCode.RIS)
    tier = scale.tiers.order_by("lower").first()
    assert tier is not None
    data = {
        "starts_on": f"{scale.starts_on:%d/%m/%Y}",
        "advance_rate": "30",
        "vat_rate": "20",
        "source": "Essai",
        "tiers-TOTAL_FORMS": "1",
        "tiers-INITIAL_FORMS": "0",
        "tiers-0-service": tier.service,
        "tiers-0-measure": tier.measure,
        "tiers-0-lower": str(tier.lower),
        "tiers-0-upper": "",
        "tiers-0-ceiling_net": "1000",
        "tiers-0-scale": str(scale.pk),
    }
    response = sign_in("programme").post(change_url(scale), data)
    assert "se chevauchent" in response.content.decode()
