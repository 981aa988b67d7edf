"""`manage.py import_eligible_clients FICHIER`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from orders.actions.base_lock import BaseBusyError
from orders.management.commands import import_eligible_clients
from orders.models import BaseImport
from tests.orders.base_files import DAY, a_line, a_name, content_of, imported, lines, thresholds

pytestmark = pytest.mark.usefixtures("officer")
NEXT = DAY + timedelta(days=1)


def run(tmp_path: Path, content: bytes, *options: str, name: str = a_name(NEXT)) -> int:
    path = tmp_path / name
    path.write_bytes(content)
    try:
        call_command("import_eligible_clients", str(path), *options)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_a_file_is_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ends with 0; counts and refused lines are told."""
    assert run(tmp_path, content_of([*lines(40), a_line(41, is_liberal="oui")])) == 0
    told = capsys.readouterr().out
    assert "appliqué, version 1" in told
    assert "41 lignes lues : 40 ajoutées, 0 modifiées, 0 retirées, 1 refusées" in told
    assert "ligne 42 (SIREN" in told
    assert "liberal : attendu 0 ou 1" in told


def test_a_quarantine_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And says why."""
    imported(lines(40))
    assert run(tmp_path, content_of(lines(20))) == 1
    assert "20 client(s) sur 40" in capsys.readouterr().out


def test_a_refused_file_ends_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bad content."""
    assert run(tmp_path, b"n'importe quoi") == 2
    assert "Colonnes de l’en-tête" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["base.csv", "base-eligibles_AUTRE_20260915.csv"])
def test_a_wrong_name_is_impossible(name: str, tmp_path: Path) -> None:
    """Nothing is received; the message is the person's."""
    with pytest.raises(CommandError) as raised:
        run(tmp_path, content_of(lines(20)), name=name)
    assert raised.value.returncode == 3
    assert BaseImport.objects.count() == 0


def test_a_missing_file_is_impossible(tmp_path: Path) -> None:
    """The path is given back."""
    with pytest.raises(CommandError, match="ne se lit pas"):
        call_command("import_eligible_clients", str(tmp_path / a_name()))


def test_an_older_file_needs_force(tmp_path: Path) -> None:
    """Refused by default, taken when asked twice."""
    thresholds(rows=100, percent=100)
    imported(lines(40), day=NEXT)
    assert run(tmp_path, content_of(lines(39)), name=a_name(DAY)) == 2
    assert run(tmp_path, content_of(lines(39)), "--force", name=a_name(DAY)) == 0


def test_a_busy_base_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is received: it will follow."""

    def busy(*_: object, **__: object) -> None:
        raise BaseBusyError("Un import est déjà en cours.")

    monkeypatch.setattr(import_eligible_clients, "run_import", busy)
    with pytest.raises(CommandError, match="à la suite"):
        run(tmp_path, content_of(lines(20)))
    assert BaseImport.objects.get().state == "received"
