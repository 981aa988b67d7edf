"""One Valkey server on 127.0.0.1: Celery's broker and Django's cache."""

import signal
import socket
import subprocess
from pathlib import Path

from .places import Account, ServiceError, valkey_server
from .processes import end_leftovers, launch, stop, tail, wait_until

HOST = "127.0.0.1"
# A full broker must refuse a message, never drop one; at most a second of writes is lost.
DURABLE = ("--appendonly", "yes", "--appendfsync", "everysec")
THROWAWAY = ("--appendonly", "no", "--databases", "64")


class Valkey:
    """Start, answer, stop; keeps its port from one start to the next when it is free."""

    def __init__(self, folder: Path, account: Account | None, *, throwaway: bool) -> None:
        self.folder, self.account, self.throwaway = folder, account, throwaway
        self.log = folder / "server.log"
        self.port_file = folder / "port"
        self.binary = valkey_server(account)
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}"

    def start(self, *, after_crash: bool) -> None:
        if after_crash:
            end_leftovers(self.folder, "valkey-server")
        for port in (self._last_port(), 0, 0, 0):
            self.port = _free_port(port)
            if self._starts():
                self.port_file.write_text(str(self.port))
                return
        raise ServiceError(f"valkey-server ne démarre pas :\n{tail(self.log)}")

    def stop(self) -> None:
        if self.process:
            stop(self.process, [(signal.SIGTERM, 10.0)])

    def clean(self) -> None:
        """Nothing outside the folder."""

    def _starts(self) -> bool:
        """False when another program took the port between our look and its use."""
        self.process = launch(
            [
                *(self.binary, "--bind", HOST, "--port", str(self.port), "--dir", self.folder),
                *("--save", "", "--maxmemory-policy", "noeviction", "--daemonize", "no"),
                *(THROWAWAY if self.throwaway else DURABLE),
            ],
            folder=self.folder,
            log=self.log,
            account=self.account,
            death_signal=signal.SIGKILL if self.throwaway else signal.SIGTERM,
        )
        try:
            wait_until(self._answers, self.process, self.log, 30)
        except ServiceError:
            if self.process.poll() is None:
                self.stop()
                raise
            return False
        return True

    def _answers(self) -> bool:
        """Our own process answers, not a stranger on the same port."""
        assert self.process
        try:
            with socket.create_connection((HOST, self.port), timeout=2) as connection:
                connection.sendall(b"PING\r\nINFO server\r\nQUIT\r\n")
                answer = b""
                while block := connection.recv(65536):
                    answer += block
        except OSError:
            return False
        return answer.startswith(b"+PONG") and b"process_id:%d\r" % self.process.pid in answer

    def _last_port(self) -> int:
        try:
            return int(self.port_file.read_text())
        except (FileNotFoundError, ValueError):
            return 0


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServiceError("Aucun port libre (no free port).")
