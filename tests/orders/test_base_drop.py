"""The nightly import from the drop folder, the same on a folder and on a bucket's prefix."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.storage import FileSystemStorage, storages

from orders.actions import base_files
from orders.models import BaseImport, EligibleClient
from orders.tasks import import_nightly, run_waiting
from segur_portal.common import clock
from tests.orders.base_files import DAY, RIS, a_name, content_of, imported, lines, received

MDV = "SONS-MDV-LGC-Va2"
NEXT = DAY + timedelta(days=1)
pytestmark = pytest.mark.usefixtures("officer")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The drop folder, behind the same storage interface as a bucket."""
    monkeypatch.setitem(
        storages._storages,  # type: ignore[attr-defined]
        "eligible-base-drop",
        FileSystemStorage(location=tmp_path / "drop"),
    )
    return tmp_path / "drop"


def drop(folder: Path, name: str, content: bytes | None = None, *, age: float = 3600) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content_of(lines(20)) if content is None else content)
    settled = clock.machine_now().timestamp() - age
    os.utime(path, (settled, settled))
    return path


def states() -> list[tuple[str, str]]:
    return [*BaseImport.objects.order_by("pk").values_list("scheme_id", "state")]


def test_dropped_files_are_imported_once(folder: Path) -> None:
    """Each scheme's file is imported, then put aside: the next night does not read it again."""
    drop(folder, a_name())
    drop(folder, a_name(scheme=MDV))
    import_nightly()
    assert states() == [(RIS, "applied"), (MDV, "applied")]
    assert sorted(path.name for path in folder.glob("*.csv")) == []
    assert len(list((folder / "traites").iterdir())) == 2
    import_nightly()
    assert len(states()) == 2


def test_an_empty_night_is_no_error() -> None:
    """No folder yet, nothing dropped: nothing happens."""
    import_nightly()
    assert states() == []


def test_files_of_several_days_come_in_order(folder: Path) -> None:
    """A night that was missed is caught up: the older file first, whatever their names' order."""
    drop(folder, a_name(NEXT), content_of(lines(21)))
    drop(folder, a_name(DAY), content_of(lines(20)))
    import_nightly()
    assert states() == [(RIS, "applied"), (RIS, "applied")]
    assert EligibleClient.objects.current().count() == 21


@pytest.mark.parametrize("name", [f"{a_name()}.part", a_name().replace(".csv", ".tmp")])
def test_a_file_being_written_is_left_alone(name: str, folder: Path) -> None:
    """Under a temporary name, it is not looked at."""
    path = drop(folder, name)
    import_nightly()
    assert states() == []
    assert path.exists()


def test_a_fresh_file_waits(folder: Path) -> None:
    """Written a few seconds ago, it may still be growing: the next run takes it."""
    path = drop(folder, a_name(), age=2)
    import_nightly()
    assert path.exists()
    drop(folder, a_name())
    import_nightly()
    assert states() == [(RIS, "applied")]


def test_a_file_that_grows_while_it_is_read_is_left_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its size changed between the two: nothing is received, nothing is kept of it."""
    path = drop(folder, a_name())
    receive = base_files.receive_base_file

    def receive_then_grow(*args: object) -> BaseImport:
        import_ = receive(*args)  # type: ignore[arg-type]
        with path.open("ab") as growing:
            growing.write(b"encore")
        return import_

    monkeypatch.setattr(base_files, "receive_base_file", receive_then_grow)
    import_nightly()
    assert states() == []
    assert path.exists()


def test_a_broken_file_does_not_stop_the_others(folder: Path) -> None:
    """One refused for its content, one for its name: the third scheme is imported."""
    drop(folder, a_name(), b"n'importe quoi")
    drop(folder, "base-eligibles_AUTRE_20260914.csv")
    drop(folder, a_name(scheme=MDV))
    import_nightly()
    assert states() == [(RIS, "rejected"), (MDV, "applied")]
    assert [path.name for path in (folder / "refuses").iterdir()] == [
        "base-eligibles_AUTRE_20260914.csv"
    ]


def test_the_administrators_hear_of_a_wrong_name(folder: Path, settings: Any) -> None:
    """A file under a wrong name is not lost in silence."""
    settings.ADMINS = [("", "exploitation@exemple.fr")]
    drop(folder, "base_eligibles.csv")
    import_nightly()
    assert "base_eligibles.csv" in mail.outbox[0].subject
    assert "attendu base-eligibles" in mail.outbox[0].body


def test_an_unreadable_file_does_not_stop_the_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fails on the first: it stays where it is, the second is imported."""
    drop(folder, a_name(scheme=MDV))
    path = drop(folder, a_name())
    open_file = FileSystemStorage.open

    def fail_on_ris(self: FileSystemStorage, name: str, mode: str = "rb") -> object:
        if RIS in name:
            raise OSError("disque")
        return open_file(self, name, mode)

    monkeypatch.setattr(FileSystemStorage, "open", fail_on_ris)
    import_nightly()
    assert states() == [(MDV, "applied")]
    assert path.exists()


def test_what_was_received_and_not_run_is_run(folder: Path) -> None:
    """An upload whose worker was never woken: the row is the queue."""
    waiting = received(lines(20))
    run_waiting()
    waiting.refresh_from_db()
    assert waiting.state == "applied"


def test_an_import_that_fails_does_not_stop_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file vanished from the store: it fails, is seen, and the other scheme's is imported."""
    lost, other = received(lines(20)), received(lines(20), scheme=MDV)
    assert lost.file is not None
    Path(lost.file.content.path).unlink()
    run_waiting()
    lost.refresh_from_db()
    other.refresh_from_db()
    assert (lost.state, other.state) == ("failed", "applied")
    run_waiting()
    assert states() == [(RIS, "failed"), (MDV, "applied")]


def test_a_dropped_file_already_in_force_changes_nothing(folder: Path) -> None:
    """The folder could not be emptied after the import: the same file again is « unchanged »."""
    imported(lines(20))
    drop(folder, a_name())
    import_nightly()
    assert states() == [(RIS, "applied"), (RIS, "unchanged")]
