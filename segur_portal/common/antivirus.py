"""The antivirus: ClamAV's daemon looks at every file received, before anybody may open it.

Fail closed: a daemon that is down, that is too slow or that refuses the size gives « analysis
impossible », tried again later; never « clean ». Without a daemon files are « not analysed ».
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from segur_portal.common import clock
from segur_portal.common.actions import CHUNK, read_file, write_journal
from segur_portal.common.models import StoredFile

BATCH = 200
_Scan = StoredFile.Scan
_CLEAN, _FOUND = b"stream: OK", b" FOUND"
_NOT_ASKED = "l’antivirus ne répondait pas au fichier précédent"


@dataclass(frozen=True, slots=True)
class ScanResult:
    """One of `StoredFile.Scan`, and the daemon's words; `is_late` when it let us wait in vain."""

    state: str
    detail: str = ""
    is_late: bool = False


@dataclass(slots=True)
class Watch:
    """The daemon during one pass over many files: once it let us wait in vain it is not asked
    again. The files left are « analysis impossible », and the sweeper asks about them later."""

    is_late: bool = False

    def look(self, content: bytes) -> ScanResult:
        """What the daemon says of these bytes, if it is still asked."""
        if self.is_late:
            return ScanResult(_Scan.IMPOSSIBLE, _NOT_ASKED)
        result = scan_bytes(_pieces(content))
        self.is_late = result.is_late
        return result


def scan_bytes(chunks: Iterable[bytes]) -> ScanResult:
    """What the daemon says of these bytes (command INSTREAM)."""
    if not settings.CLAMD_ADDRESS:
        return ScanResult(_Scan.SKIPPED)
    try:
        with _connected() as daemon:
            daemon.sendall(b"zINSTREAM\0")
            for chunk in chunks:
                daemon.sendall(struct.pack("!L", len(chunk)) + chunk)
            daemon.sendall(struct.pack("!L", 0))
            answer = _answer(daemon)
    except OSError as error:
        # A refused size closes the connection while we still send: a broken pipe, not a verdict.
        late = isinstance(error, TimeoutError)
        return ScanResult(_Scan.IMPOSSIBLE, str(error)[:200], is_late=late)
    if answer == _CLEAN:
        return ScanResult(_Scan.CLEAN)
    words = answer.decode(errors="replace").removeprefix("stream: ")[:200]
    if answer.endswith(_FOUND):
        return ScanResult(_Scan.INFECTED, words.removesuffix(" FOUND"))
    return ScanResult(_Scan.IMPOSSIBLE, words or "réponse vide")


def _connected() -> socket.socket:
    """A connection to the daemon. Raises OSError."""
    kind, _, place = settings.CLAMD_ADDRESS.partition(":")
    if kind == "unix":
        daemon = socket.socket(socket.AF_UNIX)
        daemon.settimeout(settings.CLAMD_TIMEOUT)
        try:
            daemon.connect(place)
        except OSError:
            daemon.close()
            raise
        return daemon
    host, _, port = place.rpartition(":")
    return socket.create_connection((host, int(port)), settings.CLAMD_TIMEOUT)


def _answer(daemon: socket.socket) -> bytes:
    parts = []
    while part := daemon.recv(4096):
        parts.append(part)
        if part.endswith(b"\0"):
            break
    return b"".join(parts).strip(b"\0\n ")


def scan_file(stored: StoredFile) -> str:
    """Have the daemon look at a stored file; records and returns the state.

    An infected file stays where it is and opens for nobody.
    """
    result = scan_bytes(_pieces(read_file(stored)))
    record_scan(stored, result)
    return result.state


def record_scan(stored: StoredFile, result: ScanResult) -> None:
    """Record what the daemon said of a stored file; an infection is in the journal too."""
    with transaction.atomic():
        StoredFile.objects.filter(pk=stored.pk).update(
            scan_state=result.state, scan_detail=result.detail, scanned_at=clock.now()
        )
        if result.state == _Scan.INFECTED:
            write_journal(stored, "isolate", note=result.detail, is_public=False)
    stored.scan_state, stored.scan_detail = result.state, result.detail


def scan_waiting_file(stored: StoredFile) -> None:
    """Look at a file just stored, when there is an antivirus; otherwise nothing."""
    if settings.CLAMD_ADDRESS:
        scan_file(stored)


def _pieces(data: bytes) -> Iterable[bytes]:
    for start in range(0, len(data), CHUNK):
        yield data[start : start + CHUNK]


def scan_waiting() -> int:
    """Look at the oldest files that wait for it, or that could not be looked at; how many."""
    if not settings.CLAMD_ADDRESS:
        return 0
    waiting = StoredFile.objects.filter(
        scan_state__in=[_Scan.WAITING, _Scan.IMPOSSIBLE], deleted_at=None
    )
    files = list(waiting.order_by("scanned_at", "stored_at")[:BATCH])
    for stored in files:
        if scan_file(stored) == _Scan.IMPOSSIBLE:
            break
    return len(files)


def scan_again() -> int:
    """Look again at the files found clean the longest ago: what was unknown then may be known now.

    Fails closed on a find only: a daemon that cannot answer leaves what it said before. Returns
    how many files were looked at.
    """
    if not settings.CLAMD_ADDRESS or not settings.ANTIVIRUS_RESCAN_DAYS:
        return 0
    before = clock.now() - timedelta(days=settings.ANTIVIRUS_RESCAN_DAYS)
    clean = StoredFile.objects.filter(
        scan_state=_Scan.CLEAN, scanned_at__lt=before, deleted_at=None
    )
    count = 0
    for stored in clean.order_by("scanned_at")[:BATCH]:
        result = scan_bytes(_pieces(read_file(stored)))
        if result.state == _Scan.IMPOSSIBLE:
            break
        record_scan(stored, result)
        count += 1
    return count


def is_open(stored: StoredFile) -> bool:
    """Whether a person may open the file."""
    if stored.deleted_at is not None:
        return False
    if stored.purpose == StoredFile.Purpose.ISSUED or stored.scan_state == _Scan.CLEAN:
        return True
    return stored.scan_state == _Scan.SKIPPED and not settings.ANTIVIRUS_REQUIRED
