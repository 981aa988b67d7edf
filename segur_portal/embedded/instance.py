"""Joining the services of a folder, starting them when nobody has."""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from .guardian import BUSY_EXIT
from .locks import Lock
from .places import BASE_DIR, ServiceError, remove_service_folder, var_dir

_START_SECONDS = 120
NAMES = ("DATABASE_URL", "REDIS_URL")


class Instance:
    """The services of one folder, seen by one of their users."""

    def __init__(self, home: Path, *, throwaway: bool = False) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home, self.throwaway = home, throwaway
        # Kept open as long as this process lives: that is what keeps the services running.
        self.membership = Lock(home / "users.lock")
        self.guardian = Lock(home / "guardian.lock")

    def join(self) -> dict[str, str]:
        """The services' addresses; they run until this process, and every other user, is gone."""
        self.membership.shared()
        return self.addresses()

    def addresses(self) -> dict[str, str]:
        deadline = time.monotonic() + _START_SECONDS
        start = Lock(self.home / "start.lock")
        try:
            start.exclusive()
            while time.monotonic() < deadline:
                if not self.is_running():
                    self._start_guardian()
                elif environment := self.state().get("environment"):
                    return dict(environment)
                time.sleep(0.02)
        finally:
            start.close()
        raise ServiceError(f"Les services de {self.home} ne répondent pas (timeout).")

    def is_running(self) -> bool:
        return self.guardian.is_taken()

    def state(self) -> dict[str, Any]:
        """What the guardian last published; only worth something while it runs."""
        try:
            content: dict[str, Any] = json.loads((self.home / "services.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return content

    def leave(self, seconds: float = 30) -> None:
        """Give up our share and, if it was the last, wait until the services have ended."""
        others = Lock(self.home / "users.lock")
        self.membership.close()
        deadline = time.monotonic() + seconds
        while self.is_running() and not others.is_shared() and time.monotonic() < deadline:
            time.sleep(0.02)
        others.close()
        self.guardian.close()

    def _start_guardian(self) -> None:
        command = [sys.executable, "-m", "segur_portal.embedded", "guard", str(self.home)]
        done = subprocess.run(
            [*command, *(["--throwaway"] if self.throwaway else [])],
            cwd=BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for us, not for it
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=_START_SECONDS,
        )
        if done.returncode not in (0, BUSY_EXIT):
            raise ServiceError(done.stderr.strip())


# One per folder for the life of the process, so that its share is held until the end.
_joined: dict[Path, Instance] = {}


def ensure_services() -> None:
    """Put DATABASE_URL and REDIS_URL into the environment, starting the services if need be."""
    join_services()


def join_services() -> Instance | None:
    """The same, for who watches over them; None when the environment names others.

    Production never runs on them: its settings refuse to start without addresses of its own.
    """
    if _is_complete() or os.environ.get("DJANGO_SETTINGS_MODULE", "").endswith(".production"):
        return None
    home = var_dir()
    instance = _joined.setdefault(home, Instance(home))
    _publish(instance.join())
    return instance


def throwaway_services() -> None:
    """Services for one test run, in a temporary folder that goes away with this process."""
    if not _is_complete():
        home = Path(tempfile.mkdtemp(prefix="segur-services-"))
        if os.geteuid() == 0:
            home.chmod(0o711)  # the services' own user passes through
        instance = _joined.setdefault(home, Instance(home, throwaway=True))
        _publish(instance.join())
        os.environ["SEGUR_TEST_PG_LOG"] = str((home / "postgres").resolve() / "server.log")
        # The guardian would clean up alone: this only waits for it, in the process that began.
        atexit.register(_leave_in, os.getpid(), instance)
    _separate_xdist_worker()


def _separate_xdist_worker() -> None:
    """Parallel test processes share the server, not its numbered databases."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if worker.isdecimal():
        first = 2 + 2 * int(worker)
        os.environ["CELERY_BROKER_URL"] = f"{os.environ['REDIS_URL']}/{first}"
        os.environ["CACHE_URL"] = f"{os.environ['REDIS_URL']}/{first + 1}"


def execute(command: list[str]) -> NoReturn:
    """Become this command, with the services' addresses and programs (psql, pg_dump…) at hand."""
    from .places import postgres_bin

    if instance := join_services():
        os.set_inheritable(instance.membership.fd, True)  # our share lives on in the command
    os.environ["PATH"] = f"{postgres_bin(None)}:{os.environ.get('PATH', os.defpath)}"
    os.execvp(command[0], command)  # noqa: S606


def delete_services() -> int:
    """Stop the services of the usual folder and delete it, unless somebody works with them."""
    home = var_dir()
    if not home.exists():
        return 0
    users = Lock(home / "users.lock")
    guardian = Lock(home / "guardian.lock")
    deadline = time.monotonic() + 40
    while guardian.is_taken() and not users.is_shared() and time.monotonic() < deadline:
        time.sleep(0.1)  # the guardian is stopping them
    if guardian.is_taken():
        print(
            "Le portail ou une commande s’en sert encore : arrêtez-les d’abord "
            f"(services of {home} still in use).",
            file=sys.stderr,
        )
        return 1
    for name in ("postgres", "valkey"):
        remove_service_folder(home / name)
    # VAR_DIR may hold other things: only delete what the portal put there.
    for name in ("static", "files", "drop"):
        shutil.rmtree(home / name, ignore_errors=True)
    for pattern in ("*.lock", "services.*", "beat-schedule*"):
        for path in home.glob(pattern):
            path.unlink()
    with suppress(OSError):
        home.rmdir()
    return 0


def _leave_in(pid: int, instance: Instance) -> None:
    if os.getpid() == pid:
        instance.leave(seconds=10)


def _is_complete() -> bool:
    return all(os.environ.get(name) for name in NAMES)


def _publish(environment: dict[str, str]) -> None:
    for name in NAMES:
        if not os.environ.get(name):
            os.environ[name] = environment[name]
