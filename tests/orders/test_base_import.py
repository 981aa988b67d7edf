"""What an import makes of a file: versions, differences, nothing ever deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from enrolment.models import User
from orders.actions.base import run_import
from orders.models import BaseImport, EligibleClient
from orders.queries import current_import, rows_at_versions
from segur_portal.common.identifiers import make_siren
from segur_portal.common.models import JournalEntry
from tests.orders.base_files import DAY, RIS, a_line, imported, lines, received, thresholds

pytestmark = pytest.mark.usefixtures("officer")
NEXT = DAY + timedelta(days=1)


def counts(import_: BaseImport) -> tuple[str, int, int, int, int, int]:
    return (
        import_.state,
        import_.row_count,
        import_.added,
        import_.changed,
        import_.ended,
        import_.refused,
    )


def test_the_first_load_makes_version_one() -> None:
    """Every line is added and in force; what the file said is what the base says."""
    import_ = imported(lines(20))
    assert counts(import_) == ("applied", 20, 20, 0, 0, 0)
    assert import_.version == 1
    assert EligibleClient.objects.current().filter(scheme=RIS).count() == 20
    row = EligibleClient.objects.get(value=make_siren(7))
    assert (row.label, row.is_liberal, row.activity_2023) == ("Cabinet d’imagerie n° 7", True, 5000)
    assert (row.valid_from, row.valid_to) == (1, None)


def test_a_night_adds_changes_and_ends(officer: User) -> None:
    """The difference alone is written, as the next version; the past stays readable."""
    imported(lines(40))
    changed = a_line(2, label="Nouveau nom", activity_2023="")
    import_ = imported([*lines(41, but=[2, 3]), changed], day=NEXT)
    assert counts(import_) == ("applied", 40, 1, 1, 1, 0)
    assert import_.version == 2
    key = ("SIREN", make_siren(2))
    gone = ("SIREN", make_siren(3))
    at = rows_at_versions(RIS, [(*key, 1, DAY), (*key, 2, DAY), (*gone, 1, DAY)])
    assert at[*key, 1, DAY].label == "Cabinet d’imagerie n° 2"
    assert (at[*key, 2, DAY].label, at[*key, 2, DAY].activity_2023) == ("Nouveau nom", None)
    assert (*gone, 1, DAY) in at
    assert rows_at_versions(RIS, [(*gone, 2, DAY)]) == {}


def test_no_line_is_ever_deleted() -> None:
    """Lines end at a version: 40 of the first day, one changed, one new: 42 rows for ever."""
    imported(lines(40))
    before = set(EligibleClient.objects.values_list("pk", flat=True))
    imported([*lines(41, but=[2, 3]), a_line(2, label="Nouveau nom")], day=NEXT)
    after = set(EligibleClient.objects.values_list("pk", flat=True))
    assert before < after
    assert len(after) == 42


def test_the_report_names_what_changed() -> None:
    """Examples of each kind, with the fields that change, before and after."""
    imported(lines(40))
    import_ = imported([*lines(41, but=[2, 3]), a_line(2, label="Nouveau nom")], day=NEXT)
    examples = import_.report["examples"]
    assert [one["value"] for one in examples["added"]] == [make_siren(41)]
    assert [one["value"] for one in examples["ended"]] == [make_siren(3)]
    assert examples["ended"][0]["label"] == "Cabinet d’imagerie n° 3"
    assert examples["changed"][0]["fields"] == {"label": ["Cabinet d’imagerie n° 2", "Nouveau nom"]}


@pytest.mark.parametrize("rows", [lines(20), lines(20)[::-1]])
def test_the_same_lines_again_change_nothing(rows: list[str]) -> None:
    """The same file, or the same lines in another order: no new version, and it is said."""
    imported(lines(20))
    import_ = imported(rows, day=NEXT)
    assert (import_.state, import_.version) == ("unchanged", None)
    current = current_import(RIS)
    assert current is not None
    assert current.version == 1


def test_a_number_written_otherwise_is_no_change() -> None:
    """« 03 » doctors are 3 doctors."""
    imported(lines(20))
    assert imported([*lines(19), a_line(20, doctor_count="03")], day=NEXT).state == "unchanged"


def test_a_client_comes_back() -> None:
    """Ended at a version, in force again at a later one: two rows, never one rewritten."""
    imported(lines(40))
    imported(lines(39), day=NEXT)
    imported(lines(40), day=NEXT + timedelta(days=1))
    spans = EligibleClient.objects.filter(value=make_siren(40)).order_by("valid_from")
    assert [*spans.values_list("valid_from", "valid_to")] == [(1, 2), (3, None)]


def test_each_scheme_has_its_own_versions() -> None:
    """The base of one scheme says nothing of another's."""
    imported(lines(20))
    other = imported(lines(5), scheme="SONS-IMG-DB-Va2")
    assert (other.version, other.added) == (1, 5)
    assert EligibleClient.objects.current().filter(scheme=RIS).count() == 20


def test_an_older_file_is_refused_unless_forced() -> None:
    """A file dated before the base in force would take it back in time."""
    imported(lines(20), day=NEXT)
    old = imported(lines(19), day=DAY)
    assert old.state == "rejected"
    assert "plus ancien" in old.report["reason"]
    thresholds(rows=10, percent=50)
    forced = run_import(received(lines(19), day=DAY).pk, force=True)
    assert (forced.state, forced.ended) == ("applied", 1)


def test_a_file_of_the_future_is_refused() -> None:
    """Dated after tomorrow: a wrong date would block the files of the following days."""
    assert imported(lines(20), day=NEXT + timedelta(days=9)).state == "rejected"


def test_every_step_is_in_the_journal() -> None:
    """Received, started, applied, by the portal."""
    import_ = imported(lines(20))
    entries = JournalEntry.objects.filter(subject="orders.BaseImport", subject_id=import_.pk)
    assert [*entries.order_by("pk").values_list("verb", flat=True)] == ["receive", "start", "apply"]


def test_an_import_that_is_over_is_left_alone() -> None:
    """Running it a second time does nothing."""
    import_ = imported(lines(20))
    assert run_import(import_.pk).finished_at == import_.finished_at
