"""The process that owns the services of one folder and stops them when nobody is left.

It holds `guardian.lock` while it lives and takes `users.lock`, which every user shares, as soon
as the last of them is gone. Killed outright, it takes the services with it (`dies_with_parent`):
a living guardian and running services are one and the same fact.
"""

import json
import logging
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from .locks import Lock
from .places import remove_service_folder, service_account, service_folder
from .postgres import Postgres
from .valkey import Valkey

READY, BUSY = "ready", "busy"
BUSY_EXIT = 3
_PATIENCE = 0.2

logger = logging.getLogger("guardian")


class Guardian:
    """Start both services, restart one that dies, stop both after the last user."""

    def __init__(self, home: Path, *, throwaway: bool) -> None:
        self.home, self.throwaway = home, throwaway
        self.alive = Lock(home / "guardian.lock")
        self.users = Lock(home / "users.lock")
        self.state = home / "services.json"
        self.services: list[Postgres | Valkey] = []
        self.is_asked_to_stop = False

    def live(self, report: Callable[[str], None]) -> None:
        if not self.alive.try_exclusive():
            report(BUSY)
            return
        for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(sign, self._ask_to_stop)
        try:
            self._start()
            report(READY)
            self._watch()
        except Exception as error:
            logger.exception("The services cannot be kept running")
            report(str(error))
        finally:
            self._stop()

    def _start(self) -> None:
        # A state file nobody removed means that the last guardian was killed.
        after_crash = self.state.exists()
        folder = self.home / "postgres"
        account = service_account(folder)
        self.services = [
            Postgres(service_folder(folder, account), account, throwaway=self.throwaway),
            Valkey(
                service_folder(self.home / "valkey", account), account, throwaway=self.throwaway
            ),
        ]
        self.state.write_text("{}")
        for service in self.services:
            service.start(after_crash=after_crash)
        self._publish()

    def _publish(self) -> None:
        postgres, valkey = self.services
        content = {
            "environment": {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url},
            "postgres_pid": postgres.process.pid if postgres.process else None,
            "valkey_pid": valkey.process.pid if valkey.process else None,
            "guardian_pid": os.getpid(),
        }
        draft = self.state.with_suffix(".new")
        draft.write_text(json.dumps(content))
        draft.replace(self.state)

    def _watch(self) -> None:
        while not self.is_asked_to_stop and not self.users.try_exclusive():
            if not self.alive.is_current():
                logger.warning("The folder was deleted: stopping")
                return
            for service in self.services:
                if service.process and service.process.poll() is not None:
                    self._restart(service)
            time.sleep(_PATIENCE)

    def _restart(self, service: Postgres | Valkey) -> None:
        name = type(service).__name__
        logger.warning("%s ended (%s): starting it again", name, service.process)
        try:
            service.start(after_crash=True)
            self._publish()
        except Exception:
            logger.exception("%s does not start again", name)
            time.sleep(2)

    def _stop(self) -> None:
        for service in reversed(self.services):
            service.stop()
            service.clean()
        if self.throwaway:
            for name in ("postgres", "valkey"):
                remove_service_folder(self.home / name)
            shutil.rmtree(self.home, ignore_errors=True)
        else:
            self.state.unlink(missing_ok=True)
        # In this order: whoever then obtains `users.lock` sees that the guardian is gone.
        self.alive.release()
        self.users.release()

    def _ask_to_stop(self, *_: object) -> None:
        self.is_asked_to_stop = True


def guard(home: Path, *, throwaway: bool) -> int:
    """Leave the guardian in the background once it is ready, or say why it is not."""
    reading, writing = os.pipe()
    if os.fork():
        os.close(writing)
        with os.fdopen(reading) as pipe:
            message = pipe.read()
        if message == READY:
            return 0
        print(message or "Le gardien des services s’est arrêté.", file=sys.stderr)
        return BUSY_EXIT if message == BUSY else 1

    os.close(reading)
    os.setsid()
    _detach(home / "services.log")

    def report(message: str) -> None:
        nonlocal writing
        if writing >= 0:
            os.write(writing, message.encode())
            os.close(writing)
            writing = -1

    Guardian(home, throwaway=throwaway).live(report)
    return 0


def _detach(log: Path) -> None:
    """Keep nothing of the terminal or the pipes of whoever started us."""
    sys.stdout.flush()
    sys.stderr.flush()
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
