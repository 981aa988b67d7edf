"""File locks the kernel releases when their holder ends, SIGKILL included."""

import fcntl
import os
from pathlib import Path


class Lock:
    """One open `flock`; a forked child shares it, an executed program does not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def shared(self) -> None:
        fcntl.flock(self.fd, fcntl.LOCK_SH)

    def exclusive(self) -> None:
        fcntl.flock(self.fd, fcntl.LOCK_EX)

    def try_exclusive(self) -> bool:
        return self._try(fcntl.LOCK_EX)

    def is_taken(self) -> bool:
        """True while somebody else holds it exclusively; two who ask never see each other."""
        if not self._try(fcntl.LOCK_SH):
            return True
        self.release()
        return False

    def is_shared(self) -> bool:
        """True while somebody else holds a share of it."""
        if not self._try(fcntl.LOCK_EX):
            return not self.is_taken()
        self.release()
        return False

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self.fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def is_current(self) -> bool:
        """False once the file was deleted under its holder (`rm -rf var`)."""
        try:
            return os.path.samestat(os.fstat(self.fd), self.path.stat())
        except FileNotFoundError:
            return False

    def release(self) -> None:
        fcntl.flock(self.fd, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self.fd)
