"""`make run`: the services, the web server, a worker and the scheduler, as long as we live.

The children carry a mark in their environment, which survives any crash and cannot be mistaken
for another program's, as a pid noted in a file could.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from .instance import Instance, join_services
from .locks import Lock
from .places import BASE_DIR, ServiceError, var_dir
from .processes import dies_with_parent

if TYPE_CHECKING:
    import psutil

HOST = "127.0.0.1"
WEB_WORKERS, WEB_THREADS, TASK_WORKERS = 2, 4, 2
STOP_SECONDS = 10.0
ORPHAN_SECONDS = 3.0
FIRST_DELAY, LONGEST_DELAY, HEALTHY_SECONDS = 1.0, 30.0, 60.0
# As root Celery fears pickled messages; ours are JSON only (CELERY_ACCEPT_CONTENT).
_QUIET = ("-W", "ignore:You're running the worker with superuser privileges")
_MARK = "SEGUR_SUPERVISED"
_PATIENCE = 0.2


def run() -> int:
    """Run until Ctrl-C, SIGTERM or the end of whoever started us (make); 0 when asked to stop."""
    try:
        port = _port()
        home = var_dir()
        home.mkdir(parents=True, exist_ok=True)
        running = Lock(home / "run.lock")
        if not running.try_exclusive():
            raise ServiceError(
                f"Le portail tourne déjà depuis ce dossier ({home}) : arrêtez-le d’abord "
                "(already running from this folder)."
            )
        _end_marked(home)
        _check_port(port)
        return Supervisor(home, port).run()
    except ServiceError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def _port() -> int:
    value = os.environ.get("PORT") or "8000"
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise ServiceError(f"PORT={value} n’est pas un numéro de port (not a port number).")
    return int(value)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise ServiceError(
                f"Le port {port} est réservé à l’administrateur (privileged port). "
                "Choisissez-en un autre : make run PORT=8001"
            ) from None
        except OSError:
            raise ServiceError(
                f"Le port {port} est déjà utilisé par un autre programme (port already in use). "
                f"Choisissez-en un autre : make run PORT={port + 1 if port < 65535 else 8000}"
            ) from None


def _end_marked(home: Path, name: str = "", seconds: float = ORPHAN_SECONDS) -> None:
    """Wait for the processes this folder's supervisor started, then kill those that stay.

    Linux already asked them to stop, when the supervisor that started them ended.
    """
    import psutil

    deadline = time.monotonic() + seconds
    found: set[psutil.Process] = set()
    while True:
        # A process that is ending loses its environment before it is gone: once seen, it is
        # followed to its end.
        found = {process for process in found if _is_alive(process)} | {
            process
            for process in psutil.process_iter(["environ"])
            if _is_marked((process.info["environ"] or {}).get(_MARK, ""), home, name)
        }
        if not found:
            return
        if time.monotonic() > deadline:
            for process in found:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
        time.sleep(0.05)


def _is_alive(process: "psutil.Process") -> bool:
    import psutil

    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _is_marked(mark: str, home: Path, name: str) -> bool:
    child, _, folder = mark.partition("@")
    return folder == str(home) and name in ("", child)


@dataclass
class Child:
    """One program kept alive: started again when it ends, later each time."""

    name: str
    words: list[str]
    home: Path
    kept_fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0
    delay: float = FIRST_DELAY
    due_at: float = field(default=0)

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *_QUIET, "-m", *self.words],
            cwd=BASE_DIR,
            env={**os.environ, _MARK: f"{self.name}@{self.home}"},
            stdin=subprocess.DEVNULL,
            # Its own session: Ctrl-C reaches us alone, and we decide of the order.
            start_new_session=True,
            # A share of the services: they outlive a killed supervisor until its children end.
            pass_fds=self.kept_fds,
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )
        self.started_at = time.monotonic()

    def watch(self) -> None:
        now = time.monotonic()
        if self.process is None:
            if now >= self.due_at:
                self.start()
        elif (code := self.process.poll()) is not None:
            self.process = None
            _end_marked(self.home, self.name, seconds=0)  # what it left would hold the port
            if now - self.started_at > HEALTHY_SECONDS:
                self.delay = FIRST_DELAY
            self.due_at = now + self.delay
            _say(
                f"« {self.name} » s’est arrêté (code {code}) : "
                f"nouveau démarrage dans {self.delay:.0f} s."
            )
            self.delay = min(self.delay * 2, LONGEST_DELAY)

    def ask_to_stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None


class Supervisor:
    """Everything `make run` starts, in order, and stops in the reverse order."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port
        self.parent = os.getppid()
        self.signals = 0
        self.children: list[Child] = []
        self.instance: Instance | None = None
        self.accounts = ""
        self.started_at = time.monotonic()

    def run(self) -> int:
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, self._note_signal)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segur_portal.settings.development")
        try:
            _say("Services…")
            self.instance = join_services()
            if not self._is_stopping() and not self._prepare():
                return 0 if self._is_stopping() else 1
            self._watch()
        finally:
            self._stop()
        return 0

    def _prepare(self) -> bool:
        with tempfile.TemporaryFile() as output:
            step = subprocess.Popen(
                [sys.executable, "-m", "segur_portal.embedded", "prepare"],
                cwd=BASE_DIR,
                env={**os.environ, _MARK: f"prepare@{self.home}"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),
            )
            while step.poll() is None:
                if self._is_stopping():
                    step.terminate()
                    step.wait()
                    return False
                time.sleep(0.05)
            output.seek(0)
            self.accounts = output.read().decode()
        return step.returncode == 0

    def _watch(self) -> None:
        kept = (self.instance.membership.fd,) if self.instance else ()
        web, *others = (Child(name, words, self.home, kept) for name, words in self._programs())
        self.children = [web]
        while not self._is_stopping():
            self._watch_services()
            for child in self.children:
                child.watch()
            # The page first: the worker would take half of the processor from it.
            if others and self._web_answers():
                self._announce()
                self.children.extend(others)
                others = []
            time.sleep(0.05 if others else _PATIENCE)

    def _programs(self) -> list[tuple[str, list[str]]]:
        celery = ["celery", "--app", "segur_portal.celery"]
        web = [
            *("granian", "--interface", "wsgi", "--host", HOST, "--port", str(self.port)),
            *("--workers", str(WEB_WORKERS), "--blocking-threads", str(WEB_THREADS)),
            *("--respawn-failed-workers", "--workers-kill-timeout", "5", "--no-ws"),
            *("--log-level", "warning", "segur_portal.wsgi:application"),
        ]
        worker = [
            *(*celery, "--quiet", "worker", "--concurrency", str(TASK_WORKERS)),
            *("--loglevel", "INFO", "--without-gossip", "--without-mingle"),
        ]
        scheduler = [*celery, "--quiet", "beat", "--loglevel", "WARNING", "--pidfile", ""]
        return [("web", web), ("worker", worker), ("scheduler", scheduler)]

    def _watch_services(self) -> None:
        """A killed guardian took the services with it: start them again."""
        if self.instance is None or self.instance.is_running():
            return
        _say("PostgreSQL et Valkey se sont arrêtés : nouveau démarrage.")
        addresses = self.instance.addresses()
        if any(os.environ[name] != value for name, value in addresses.items()):
            os.environ.update(addresses)
            for child in self.children:
                child.ask_to_stop()  # and `watch` starts it again with the new addresses

    def _web_answers(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=0.5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True

    def _announce(self) -> None:
        line = "─" * 72
        seconds = time.monotonic() - self.started_at
        print(f"\n{line}\n  Portail Ségur Vague 2 : http://{HOST}:{self.port}/")
        print(f"  Prêt en {seconds:.1f} s. Ctrl-C pour tout arrêter.")
        if self.accounts.strip():
            print(f"\n{self.accounts.rstrip()}")
        print(f"{line}\n", flush=True)

    def _stop(self) -> None:
        asked = self.signals
        if self.children or self.instance:
            _say("Arrêt…")
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        # A second Ctrl-C does not wait.
        while time.monotonic() < deadline and self.signals == asked:
            if all(child.has_ended() for child in self.children):
                break
            time.sleep(0.05)
        _end_marked(self.home, seconds=0)
        if self.instance:
            self.instance.leave()

    def _is_stopping(self) -> bool:
        return self.signals > 0 or os.getppid() != self.parent

    def _note_signal(self, _sign: int, _frame: FrameType | None) -> None:
        self.signals += 1


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
