"""Looking at a PDF: the antivirus first, then the reader; nothing here is written."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from funding.actions.limits import reading_limits, trust_roots
from funding.documents import Fault, Reader, Reading, Wanted
from segur_portal.common.antivirus import ScanResult, Watch, record_scan
from segur_portal.common.models import StoredFile

INFECTED = Fault(
    "L’antivirus a trouvé ce document infecté : il est isolé, personne ne l’ouvrira.",
    "Nettoyez le poste qui l’a produit, exportez de nouveau le document, puis déposez-le.",
)
_Scan = StoredFile.Scan
_SAID = frozenset({_Scan.CLEAN.value, _Scan.INFECTED.value})


@dataclass(slots=True)
class Examiner:
    """What looks at the PDFs of one pass, one after the other."""

    reader: Reader
    watch: Watch = field(default_factory=Watch)

    def examine(self, content: bytes, wanted: list[Wanted]) -> tuple[Reading, ScanResult]:
        """What a PDF says, once the antivirus looked at it; an infected one is not read."""
        scan = self.watch.look(content)
        return self._read(content, wanted, scan.state), scan

    def examine_stored(self, stored: StoredFile, content: bytes, wanted: list[Wanted]) -> Reading:
        """The same of a stored file; what the antivirus said of it already is not asked again."""
        if not settings.CLAMD_ADDRESS or stored.scan_state in _SAID:
            return self._read(content, wanted, stored.scan_state)
        reading, scan = self.examine(content, wanted)
        record_scan(stored, scan)
        return reading

    def _read(self, content: bytes, wanted: list[Wanted], scan_state: str) -> Reading:
        if scan_state == _Scan.INFECTED:
            return Reading(faults=(INFECTED,))
        with tempfile.NamedTemporaryFile(suffix=".pdf") as local:
            local.write(content)
            local.flush()
            return self.reader.read(Path(local.name), wanted)


@contextmanager
def examiner(watch: Watch | None = None) -> Iterator[Examiner]:
    """An examiner, its reader ended with it; `watch` when the pass has begun already."""
    with Reader(reading_limits(), trust_roots()) as reader:
        yield Examiner(reader, watch or Watch())
