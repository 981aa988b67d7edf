"""Files kept: served to be saved only, checked against what was received."""

from __future__ import annotations

from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from segur_portal.common.actions import store_file
from segur_portal.common.models import StoredFile
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
