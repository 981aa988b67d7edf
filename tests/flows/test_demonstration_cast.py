"""The cast of the demonstration: every state of enrolments and layouts, each with its papers."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from pytest_django import Settings

from enrolment.models import Enrolment, Specimen, SupportingDocument
from enrolment.workflow import ENROLMENT, SPECIMEN
from funding.demo.people import put_in_place
from segur_portal.common.actions import read_file


@pytest.mark.django_db
def test_every_state_is_shown(settings: Settings) -> None:
    """An officer's queue is not empty; a supplier sees each state; every file is a real PDF."""
    settings.DEMONSTRATION = True
    call_command("load_programme", verbosity=0)
    put_in_place()
    states = set(Enrolment.objects.values_list("state", flat=True))
    assert states == set(ENROLMENT.states)
    assert set(Specimen.objects.values_list("state", flat=True)) == set(SPECIMEN.states)
    for specimen in Specimen.objects.select_related("file"):
        assert specimen.file is not None
        assert specimen.is_read
        assert not specimen.faults
        assert read_file(specimen.file).startswith(b"%PDF")
    refused = Specimen.objects.get(state="not_compliant")
    assert [one["code"] for one in refused.missing] == ["signature_client"]
    waiting = Specimen.objects.get(state="submitted")
    assert waiting.reading["pages"]["clients"] == [1]
    assert "minimis_tableau" not in {code for code, on in waiting.reading["pages"].items() if on}
    assert SupportingDocument.objects.filter(state="pending").exists()
