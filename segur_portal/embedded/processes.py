"""Starting a service so that it dies with us, and stopping it within a bounded time."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from .places import Account, ServiceError

# The caller's PGHOST, PGOPTIONS… must not reach our own server; messages stay in English.
SERVICE_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
LOG_MAX_BYTES = 20 * 1024 * 1024
_PR_SET_PDEATHSIG = 1


def dies_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """A hook for the child: Linux sends it this signal when the thread that started it ends."""
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
    parent = os.getpid()

    def hook() -> None:
        if prctl:
            prctl(_PR_SET_PDEATHSIG, int(death_signal))
            if os.getppid() != parent:
                os._exit(1)

    return hook


def launch(
    command: Sequence[str | Path],
    *,
    folder: Path,
    log: Path,
    account: Account | None,
    death_signal: signal.Signals,
) -> subprocess.Popen[bytes]:
    """Start a service in its folder and in a session of its own, out of reach of Ctrl-C."""
    if log.exists() and log.stat().st_size > LOG_MAX_BYTES:
        log.replace(log.with_suffix(".old.log"))
    credentials: dict[str, Any] = account.credentials if account else {}
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            env=SERVICE_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # The guardian has one thread, and the signal must be set after the change of user.
            preexec_fn=dies_with_parent(death_signal),
            **credentials,
        )


def stop(process: subprocess.Popen[bytes], steps: Iterable[tuple[signal.Signals, float]]) -> None:
    """Signals of growing brutality, each with the seconds it is given."""
    for sign, seconds in steps:
        if process.poll() is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    if process.poll() is None:
        process.kill()
        process.wait()


def wait_until(
    is_ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, seconds: float
) -> None:
    deadline = time.monotonic() + seconds
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise ServiceError(f"{Path(str(process.args[0])).name} ne démarre pas :\n{tail(log)}")  # type: ignore[index]
        time.sleep(0.02)


def tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""


def end_leftovers(folder: Path, program: str, seconds: float = 15) -> None:
    """Wait for, then kill, the processes a killed guardian left in this folder.

    They are known by their working directory: a pid noted before a crash may be anyone's now.
    """
    import psutil

    deadline = time.monotonic() + seconds
    while True:
        found = [
            process
            for process in psutil.process_iter(["name", "cwd"])
            if process.info["name"] == program and process.info["cwd"] == str(folder)
        ]
        if not found:
            return
        if time.monotonic() > deadline:
            for process in found:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
        time.sleep(0.05)
