"""The process that reads and draws PDFs, seen from the portal.

A crash or a delay of that process concerns one file only.
"""

from __future__ import annotations

import base64
import json
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from segur_portal.common.french import typographic

from .limits import ReadingLimits
from .result import Fault, Reading, Wanted

_ROOT = Path(__file__).resolve().parents[2]
# A process is replaced after so many files: what libraries keep in memory is given back.
_FILES_PER_PROCESS = 100
_GRACE = 10.0
_ADVICE = "Exportez de nouveau le document en PDF (PDF/A de préférence), ou numérisez-le."
TOO_HEAVY = Fault(
    typographic("Le PDF n’a pas pu être lu : sa lecture dépasse les limites de mémoire."), _ADVICE
)
TOO_SLOW = Fault(
    typographic("Le PDF n’a pas pu être lu : sa lecture dépasse les limites de durée."), _ADVICE
)


# Processes that a reader left for the next one, by limits; None: none is left.
_spare: dict[str, tuple[subprocess.Popen[bytes], int]] | None = None


@contextmanager
def one_child() -> Iterator[None]:
    """Within, a reader leaves its process to the next one of the same limits: starting one takes
    longer than reading many files. For a caller that has many deposits to read in a row."""
    global _spare
    _spare = {}
    try:
        yield
    finally:
        left, _spare = _spare, None
        for child, _ in left.values():
            _stop(child)


def _key(limits: ReadingLimits) -> str:
    return json.dumps(asdict(limits))


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.communicate()


class Reader:
    """Reads PDFs in a child process, started when needed and again after an accident.

    A context manager: leaving it stops the process.
    """

    def __init__(self, limits: ReadingLimits, trust_roots: Sequence[str] = ()) -> None:
        self.limits = limits
        self.trust_roots = list(trust_roots)
        self._child: subprocess.Popen[bytes] | None = None
        self._count = 0

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._child is not None and _spare is not None:
            _spare[_key(self.limits)] = (self._child, self._count)
            self._child = None
        self.close()

    def read(self, path: Path, wanted: Sequence[Wanted] = ()) -> Reading:
        """What is found in a file. Never raises because of the file: an accident is a fault."""
        answer = self._ask(
            {
                "do": "read",
                "path": str(path),
                "wanted": [asdict(item) for item in wanted],
                "trust_roots": self.trust_roots,
            }
        )
        if isinstance(answer, Fault):
            return Reading(faults=(answer,))
        return Reading.from_dict(answer)

    def draw(self, path: Path, page: int) -> bytes | Fault:
        """One page of a file (from 1) as a JPEG, or why it cannot be drawn."""
        answer = self._ask({"do": "draw", "path": str(path), "page": page})
        return answer if isinstance(answer, Fault) else base64.b64decode(answer["image"])

    def texts(self, path: Path) -> list[str] | Fault:
        """The text of each page of a file, or why it cannot be extracted."""
        answer = self._ask({"do": "texts", "path": str(path)})
        return answer if isinstance(answer, Fault) else list(answer["texts"])

    def _ask(self, order: dict[str, Any]) -> dict[str, Any] | Fault:
        """The answer of the process; an accident of its own is a fault of the file."""
        child = self._ready_child()
        try:
            assert child.stdin
            child.stdin.write(json.dumps(order).encode() + b"\n")
            child.stdin.flush()
        except BrokenPipeError:
            self.close()
            return TOO_HEAVY
        line = self._line(child)
        if line.endswith(b"\n"):
            self._count += 1
            answer: dict[str, Any] = json.loads(line)
            return answer
        is_slow = child.poll() is None or child.returncode == -24
        self.close()
        return TOO_SLOW if is_slow else TOO_HEAVY

    def close(self) -> None:
        """Stop the process."""
        child, self._child, self._count = self._child, None, 0
        if child is not None:
            _stop(child)

    def _ready_child(self) -> subprocess.Popen[bytes]:
        if self._count >= _FILES_PER_PROCESS:
            self.close()
        if self._child is None and _spare:
            self._child, self._count = _spare.pop(_key(self.limits), (None, 0))
        if self._child is None:
            self._child = self._start()
        return self._child

    def _start(self) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(
            [sys.executable, "-m", "funding.documents.child"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert child.stdin
        child.stdin.write(json.dumps(asdict(self.limits)).encode() + b"\n")
        child.stdin.flush()
        return child

    def _line(self, child: subprocess.Popen[bytes]) -> bytes:
        """The answer, or what came of it in the time allowed."""
        assert child.stdout
        limit = 2 * self.limits.seconds + _GRACE
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([child.stdout], [], [], limit)
            part = child.stdout.read1(1 << 20) if ready else b""  # type: ignore[attr-defined]
            if not part:
                child.poll() if not ready else child.wait()
                break
            line += part
        return line
