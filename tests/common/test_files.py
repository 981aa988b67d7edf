"""Files kept: served to be saved only, checked against what was received."""

from __future__ import annotations

import os
import time
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from segur_portal.common.actions import store_file
from segur_portal.common.models import StoredFile
from segur_portal.common.orphans import files_storage
from segur_portal.common.serving import serve_file

pytestmark = pytest.mark.django_db


def a_file(content: bytes = b"contenu", name: str = "a.pdf") -> StoredFile:
    return store_file(BytesIO(content), name=name, purpose=StoredFile.Purpose.DOCUMENT)


def test_a_file_is_served_to_be_saved_and_runs_nothing() -> None:
    """Whatever its name says, a browser never shows it as a page."""
    response = serve_file(a_file(b"<script>alert(1)</script>", "x\r\nSet-Cookie: a=b.html"))
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert "\n" not in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Security-Policy"].startswith("sandbox;")


def test_bytes_that_changed_are_not_served() -> None:
    """They are not what was received."""
    stored = a_file()
    Path(stored.content.path).write_bytes(b"autre")
    with pytest.raises(OSError, match="empreinte"):
        serve_file(stored)


def test_the_command_verifies_every_file() -> None:
    """What is missing or changed is listed, and the command fails."""
    good, changed, missing = a_file(), a_file(), a_file()
    out = StringIO()
    call_command("check_files", stdout=out)
    assert out.getvalue() == "3 fichiers vérifiés.\n"
    Path(changed.content.path).write_bytes(b"autre")
    Path(missing.content.path).unlink()
    with pytest.raises(CommandError) as error:
        call_command("check_files", stdout=out)
    assert f"{changed.pk} a.pdf : contenu changé" in str(error.value)
    assert f"{missing.pk} a.pdf : introuvable" in str(error.value)
    assert f"{good.pk} a.pdf" not in str(error.value)


@pytest.fixture
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A storage of this test alone: others leave objects, without rows, behind them."""
    monkeypatch.setattr(files_storage(), "location", str(tmp_path))


def an_object(name: str, days: float) -> Path:
    """An object of this age that no row records."""
    files_storage().save(name, ContentFile(b"contenu"))
    path = Path(files_storage().path(name))
    then = time.time() - days * 86_400
    os.utime(path, (then, then))
    return path


def checked(**options: bool) -> str:
    out = StringIO()
    call_command("check_files", stdout=out, **options)
    return out.getvalue()


@pytest.mark.usefixtures("_own_folder")
def test_orphans_are_listed_then_erased_when_told_to() -> None:
    """Not what a row records, nor an upload under way, nor what is not the portal's."""
    recorded = a_file()
    old = time.time() - 9 * 86_400
    os.utime(recorded.content.path, (old, old))
    orphan = an_object("document/ab/abcdef", 2)
    kept = [an_object("document/ab/young", 0.5), an_object("sauvegarde/ab/other", 99)]
    assert "orphelin : document/ab/abcdef\nObjets orphelins : 1 (essai" in checked()
    assert orphan.exists()
    assert "Objets orphelins effacés : 1." in checked(erase_orphans=True)
    assert not orphan.exists()
    assert all(path.exists() for path in [*kept, Path(recorded.content.path)])
    assert "orphelin" not in checked()


@pytest.mark.usefixtures("_own_folder")
def test_the_storage_of_another_database_is_not_emptied() -> None:
    """More orphans than files recorded: somebody took the wrong database."""
    a_file()
    paths = [an_object(f"document/ab/{rank}", 2) for rank in range(2)]
    with pytest.raises(CommandError, match="n’est sans doute pas celle"):
        checked(erase_orphans=True)
    assert all(path.exists() for path in paths)
