"""The antivirus, against a real daemon with two signatures of our own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from segur_portal.common import clock
from segur_portal.common.actions import store_file
from segur_portal.common.antivirus import (
    Watch,
    is_open,
    scan_again,
    scan_bytes,
    scan_file,
    scan_waiting,
)
from segur_portal.common.models import JournalEntry, StoredFile
from segur_portal.common.serving import serve_file

VIRUS = b"un texte, puis MARQUE-DE-VIRUS-POUR-ESSAI, puis un autre"
SIGNATURES = "Essai.Marque:0:*:" + b"MARQUE-DE-VIRUS-POUR-ESSAI".hex() + "\n"
OTHER = "0123456789abcdef0123456789abcdef:68:Essai.Empreinte\n"
CONFIGURATION = """DatabaseDirectory {base}
LocalSocket {socket}
StreamMaxLength 1M
Foreground yes
LogFile {base}/log
"""
Scan = StoredFile.Scan


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a clamd of our own."""
    program = shutil.which("clamd")
    if program is None:
        pytest.skip("clamd est absent (install the package « clamav-daemon »)")
    base = tmp_path_factory.mktemp("clamd")
    base.chmod(0o755)
    (base / "essai.ndb").write_text(SIGNATURES)
    (base / "essai.hdb").write_text(OTHER)
    address = Path(f"/tmp/clamd-{base.stat().st_ino}.sock")
    configuration = base / "clamd.conf"
    configuration.write_text(CONFIGURATION.format(base=base, socket=address) + _user())
    process = subprocess.Popen([program, "--config-file", str(configuration)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        _wait_for(address)
        yield f"unix:{address}"
    finally:
        process.kill()
        process.wait()
        address.unlink(missing_ok=True)


def _user() -> str:
    import os

    return "User root\n" if os.getuid() == 0 else ""


def _wait_for(address: Path) -> None:
    for _ in range(600):
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(address))
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("clamd did not start")


@pytest.fixture
def scanned(daemon: str, settings: Any) -> None:
    settings.CLAMD_ADDRESS = daemon
    settings.ANTIVIRUS_REQUIRED = True


def a_file(content: bytes) -> StoredFile:
    return store_file(BytesIO(content), name="a.pdf", purpose=StoredFile.Purpose.DOCUMENT)


@pytest.mark.django_db
@pytest.mark.usefixtures("scanned")
def test_a_clean_file_opens_once_it_was_looked_at() -> None:
    """Not a moment before."""
    stored = a_file(b"rien de mal")
    assert stored.scan_state == Scan.WAITING
    with pytest.raises(PermissionDenied, match="attend son analyse"):
        serve_file(stored)
    assert scan_waiting() == 1
    stored.refresh_from_db()
    assert (stored.scan_state, is_open(stored)) == (Scan.CLEAN, True)
    assert stored.scanned_at
    assert serve_file(stored).getvalue() == b"rien de mal"
    assert scan_waiting() == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("scanned")
def test_an_infected_file_is_isolated() -> None:
    """It opens for nobody, and the journal says so."""
    stored = a_file(VIRUS)
    assert scan_file(stored) == Scan.INFECTED
    assert "Essai.Marque" in stored.scan_detail
    with pytest.raises(PermissionDenied, match="infecté"):
        serve_file(stored)
    assert JournalEntry.objects.get(verb="isolate").subject_id == str(stored.pk)
    assert scan_waiting() == 0, "an infected file is not asked about again"


@pytest.mark.usefixtures("scanned")
def test_a_refused_size_is_not_a_verdict() -> None:
    """The daemon hangs up: impossible, never clean."""
    result = scan_bytes([bytes(256 * 1024)] * 40)
    assert result.state == Scan.IMPOSSIBLE


@pytest.mark.usefixtures("scanned")
def test_a_virus_across_two_chunks_is_found() -> None:
    """What is sent is one stream."""
    assert scan_bytes([VIRUS[:20], VIRUS[20:]]).state == Scan.INFECTED


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["unix:/nowhere/clamd", "tcp:127.0.0.1:1"])
def test_a_daemon_that_is_down_closes_the_file(settings: Any, address: str) -> None:
    """Tried again by the sweeper; meanwhile nobody opens it."""
    settings.CLAMD_ADDRESS, settings.ANTIVIRUS_REQUIRED = address, True
    stored = a_file(b"rien de mal")
    assert scan_waiting() == 1
    stored.refresh_from_db()
    assert (stored.scan_state, is_open(stored)) == (Scan.IMPOSSIBLE, False)
    assert scan_waiting() == 1


def test_a_daemon_that_hangs_is_not_asked_about_the_next_file(
    settings: Any, tmp_path: Path
) -> None:
    """It accepts and never answers: impossible, and nobody waits for it twice."""
    address = f"/tmp/muet-{tmp_path.stat().st_ino}.sock"
    settings.CLAMD_ADDRESS, settings.CLAMD_TIMEOUT = f"unix:{address}", 0.05
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(address)
        mute.listen()
        watch = Watch()
        first = watch.look(b"rien de mal")
        Path(address).unlink()
        second = watch.look(b"rien de mal")
    assert (first.state, first.is_late) == (Scan.IMPOSSIBLE, True)
    assert second.state == Scan.IMPOSSIBLE
    assert "fichier précédent" in second.detail, "its socket is gone: it was not asked"


@pytest.mark.django_db
def test_without_antivirus_a_file_is_said_not_analysed(settings: Any) -> None:
    """Open in development only."""
    stored = a_file(b"rien de mal")
    assert (stored.scan_state, is_open(stored)) == (Scan.SKIPPED, True)
    settings.ANTIVIRUS_REQUIRED = True
    assert not is_open(stored)
    with pytest.raises(PermissionDenied, match="analysé"):
        serve_file(stored)


@pytest.mark.django_db
def test_what_the_portal_makes_itself_is_open(settings: Any) -> None:
    """Letters and receipts wait for no antivirus."""
    settings.CLAMD_ADDRESS, settings.ANTIVIRUS_REQUIRED = "unix:/nowhere", True
    stored = store_file(BytesIO(b"%PDF-"), name="recu.pdf", purpose=StoredFile.Purpose.ISSUED)
    assert is_open(stored)


@pytest.mark.django_db
@pytest.mark.usefixtures("scanned")
def test_a_clean_file_is_looked_at_again_after_a_while(settings: Any) -> None:
    """What nobody knew the first time is found; a daemon that is down changes nothing."""
    settings.ANTIVIRUS_RESCAN_DAYS = 30
    stored, recent = a_file(VIRUS), a_file(b"rien de mal")
    long_ago = clock.now() - timedelta(days=31)
    StoredFile.objects.filter(pk=stored.pk).update(scan_state=Scan.CLEAN, scanned_at=long_ago)
    StoredFile.objects.filter(pk=recent.pk).update(scan_state=Scan.CLEAN, scanned_at=clock.now())
    address, settings.CLAMD_ADDRESS = settings.CLAMD_ADDRESS, "unix:/nowhere/clamd"
    assert scan_again() == 0
    stored.refresh_from_db()
    assert stored.scan_state == Scan.CLEAN
    settings.CLAMD_ADDRESS = address
    assert scan_again() == 1
    stored.refresh_from_db()
    assert stored.scan_state == Scan.INFECTED
