"""Reading the eligible-clients base: `orders.queries.rows_for` and `current_import`."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from enrolment.models import User
from orders.models import BaseImport, EligibilityOverride, EligibleClient
from orders.queries import current_import, rows_at_versions, rows_for
from orders.rules.facts import BaseRow
from segur_portal.common import clock
from segur_portal.common.models import Scheme
from segur_portal.common.programme import load_programme

MDV, RIS = "SONS-MDV-LGC-Va2", "SONS-IMG-RIS-Va2"
DAY = date(2026, 3, 2)
ROW = BaseRow(
    kind="RPPS",
    value="10000000017",
    rpps="10000000017",
    siren="",
    label="Dr Ada Martin",
    structure_type="MEDECIN",
    specialty="Médecine générale",
    is_liberal=True,
    doctor_count=1,
    activity="",
    activity_2023=None,
    had_wave_1=True,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _programme():
    load_programme()


def _line(row=ROW, scheme=MDV, valid_from=1, valid_to=None):
    fields = {name: getattr(row, name) for name in BaseRow.__dataclass_fields__}
    return EligibleClient.objects.create(
        scheme_id=scheme, valid_from=valid_from, valid_to=valid_to, **fields
    )


def _override(**fields):
    said = {
        "scheme_id": MDV,
        "kind": ROW.kind,
        "value": ROW.value,
        "is_eligible": True,
        "starts_on": DAY,
        "ends_on": DAY,
        "reason": "Erreur de la base",
        "decided_by": User.objects.get_or_create(email="agent@example.org", kind="officer")[0],
    }
    return EligibilityOverride.objects.create(**{**said, **fields})


def _read(on=DAY):
    return rows_for(MDV, [(ROW.kind, ROW.value)], on)


def test_only_current_lines_of_the_scheme_are_found():
    """A line of another scheme, or of a past version, does not count."""
    key = (ROW.kind, ROW.value)
    _line(scheme=RIS)
    _line(replace(ROW, label="Autrefois"), valid_from=1, valid_to=2)
    assert rows_for(MDV, [key], DAY) == {}
    _line(valid_from=2)
    assert rows_for(MDV, [key, key, ("AM", ROW.value), ("SIREN", "732829320")], DAY) == {key: ROW}


def test_reading_costs_two_queries_whatever_the_number_of_keys(django_assert_num_queries):
    """The facts of a batch are loaded in a fixed number of queries; nothing asked, nothing read."""
    with django_assert_num_queries(2):
        rows_for(MDV, [("RPPS", f"{number:011}") for number in range(1540)], DAY)
    with django_assert_num_queries(0):
        assert rows_for(MDV, [], DAY) == {}


def test_an_override_adds_a_client_that_the_base_ignores():
    """The officer's decision counts from its first to its last day, both included."""
    _override(label="Dr Zoé Petit", structure_type="MEDECIN", is_liberal=True, doctor_count=1)
    found = _read()[ROW.kind, ROW.value]
    assert (found.label, found.is_liberal, found.had_wave_1) == ("Dr Zoé Petit", True, False)
    assert _read(DAY - timedelta(days=1)) == {}
    assert _read(DAY + timedelta(days=1)) == {}


def test_an_override_takes_a_client_away():
    """« Non éligible » hides the line of the base while it lasts."""
    _line()
    _override(is_eligible=False)
    assert _read() == {}
    assert _read(DAY + timedelta(days=1)) == {(ROW.kind, ROW.value): ROW}


def test_an_override_replaces_only_what_it_states():
    """A blank or unknown field of the override stays as in the base; « non » is a statement."""
    _line()
    _override(had_wave_1=False, specialty="Gériatrie")
    expected = replace(ROW, had_wave_1=False, specialty="Gériatrie")
    assert _read() == {(ROW.kind, ROW.value): expected}


def test_the_latest_override_wins():
    """Two overrides of one day: the one that began last, then the last written."""
    _line()
    _override(is_eligible=False, ends_on=DAY + timedelta(days=9))
    _override(label="Deuxième", starts_on=DAY + timedelta(days=1), ends_on=DAY + timedelta(days=1))
    assert _read() == {}
    assert _read(DAY + timedelta(days=1))[ROW.kind, ROW.value].label == "Deuxième"


def test_the_import_in_force_is_the_last_version_applied():
    """Quarantined or rejected files change nothing; each scheme has its own versions."""
    assert current_import(MDV) is None
    scheme = Scheme.objects.get(pk=MDV)
    stamps = {"business_date": DAY, "received_at": clock.now(), "finished_at": clock.now()}
    for version, state in ((1, "applied"), (2, "applied"), (None, "quarantined")):
        BaseImport.objects.create(scheme=scheme, version=version, state=state, **stamps)
    BaseImport.objects.create(scheme_id=RIS, version=7, state="applied", **stamps)
    found = current_import(MDV)
    assert found is not None
    assert found.version == 2


def test_a_past_version_counts_with_the_overrides_of_its_day(django_assert_num_queries):
    """Line, version and day: an override counts on the days it covers, whatever the version."""
    key = (ROW.kind, ROW.value)
    _line(valid_to=2)
    _line(replace(ROW, label="Depuis"), valid_from=2)
    _override(activity_2023=9000)
    later = DAY + timedelta(days=1)
    asked = [(*key, 1, DAY), (*key, 1, later), (*key, 2, DAY), ("AM", ROW.value, 1, DAY)]
    with django_assert_num_queries(2):
        found = rows_at_versions(MDV, [*asked, *asked])
    assert found == {
        (*key, 1, DAY): replace(ROW, activity_2023=9000),
        (*key, 1, later): ROW,
        (*key, 2, DAY): replace(ROW, label="Depuis", activity_2023=9000),
    }


def test_an_override_adds_to_a_past_version_and_takes_away_from_it():
    """« Éligible » makes the line that the version lacks; « non éligible » hides the one it has."""
    key, stranger = (ROW.kind, ROW.value), ("RPPS", "10000000025")
    _line(valid_to=2)
    _override(is_eligible=False)
    _override(value=stranger[1], label="Ajouté")
    found = rows_at_versions(MDV, [(*key, 1, DAY), (*stranger, 1, DAY)])
    assert found == {(*stranger, 1, DAY): BaseRow(*stranger, label="Ajouté")}
