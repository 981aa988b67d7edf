"""One PostgreSQL 18 server on a Unix socket that only its folder's owner can reach."""

import hashlib
import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

from .places import Account, ServiceError, postgres_bin
from .processes import SERVICE_ENVIRONMENT, end_leftovers, launch, stop, wait_until

MAJOR_VERSION = "18"
PORT = 5432
SUPERUSER = "postgres"
DATABASE = "segur"
SOCKET_PATH_MAX = 100  # the kernel allows 107 bytes, and PostgreSQL adds a lock file

# As in docker-compose.yml: a base of three million lines no longer fits in the usual 128 MB.
DURABLE = ("max_wal_size=2GB", "shared_buffers=512MB", "log_min_messages=warning")
# Nothing survives the tests: trade all durability for speed, and log what concurrency did.
THROWAWAY = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "log_min_messages=warning",
    "log_lock_waits=on",
)


class Postgres:
    """Start, answer, stop; every start first clears what a crash left."""

    def __init__(self, folder: Path, account: Account | None, *, throwaway: bool) -> None:
        self.folder, self.account, self.throwaway = folder, account, throwaway
        self.data = folder / "data"
        self.log = folder / "server.log"
        self.bin = postgres_bin(account)
        self.process: subprocess.Popen[bytes] | None = None
        self.socket_dir = _socket_dir(folder)

    @property
    def url(self) -> str:
        return f"postgresql://{SUPERUSER}@{quote(str(self.socket_dir), safe='')}:{PORT}/{DATABASE}"

    def start(self, *, after_crash: bool) -> None:
        if after_crash:
            end_leftovers(self.data, "postgres")
            # The pid they hold may be another program's by now, which PostgreSQL would respect.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            (self.socket_dir / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        self._initialise()
        if self.socket_dir != self.folder:
            _private_dir(self.socket_dir, self.account)
        settings = (
            "listen_addresses=",
            f"unix_socket_directories={self.socket_dir}",
            f"port={PORT}",
            "log_line_prefix=%m [%p] %d ",
            *(THROWAWAY if self.throwaway else DURABLE),
        )
        options = [word for setting in settings for word in ("-c", setting)]
        self.process = launch(
            [self.bin / "postgres", "-D", self.data, *options],
            folder=self.folder,
            log=self.log,
            account=self.account,
            death_signal=signal.SIGQUIT if self.throwaway else signal.SIGINT,
        )
        wait_until(lambda: self._psql("SELECT 1") == "1", self.process, self.log, 60)
        if DATABASE not in self._psql("SELECT datname FROM pg_database").splitlines():
            self._psql(f"CREATE DATABASE {DATABASE}")

    def stop(self) -> None:
        if self.process:
            fast, immediate = (signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0)
            stop(self.process, [immediate] if self.throwaway else [fast, immediate])

    def clean(self) -> None:
        if self.socket_dir != self.folder:
            shutil.rmtree(self.socket_dir, ignore_errors=True)

    def _initialise(self) -> None:
        """Create the data folder under another name first: half of one is never taken for one."""
        version = self.data / "PG_VERSION"
        if version.exists():
            if (found := version.read_text().strip()) != MAJOR_VERSION:
                raise ServiceError(
                    f"{self.data} vient de PostgreSQL {found}, il faut {MAJOR_VERSION} : "
                    "sauvegardez puis `make clean` (data of another major version)."
                )
            return
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        # A locale PostgreSQL carries itself: the same order and case on every machine.
        command: list[str | Path] = [
            *(self.bin / "initdb", "-D", fresh, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--no-instructions", *(["--no-sync"] if self.throwaway else [])),
        ]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=SERVICE_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **(self.account.credentials if self.account else {}),
        )
        if done.returncode:
            raise ServiceError(f"initdb a échoué :\n{done.stdout}{done.stderr}")
        fresh.rename(self.data)

    def _psql(self, sql: str) -> str:
        """The answer, or nothing while the server does not answer yet."""
        where: list[str | Path] = [
            "-h",
            self.socket_dir,
            "-p",
            str(PORT),
            "-U",
            SUPERUSER,
            "-d",
            "postgres",
        ]
        done = subprocess.run(
            [self.bin / "psql", "-X", "-w", "-t", "-A", "-q", *where, "-c", sql],
            env=SERVICE_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return str(done.stdout).strip()


def _socket_dir(folder: Path) -> Path:
    """The folder itself, unless its path is too long for the address of a socket."""
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_MAX:
        return folder
    return Path("/tmp") / f"segur-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"  # noqa: S108


def _private_dir(path: Path, account: Account | None) -> None:
    """A folder of a guessable name: refuse one that somebody else put there."""
    uid, gid = (account.uid, account.gid) if account else (os.geteuid(), os.getegid())
    if not path.exists():
        path.mkdir(mode=0o700)
        os.chown(path, uid, gid)
    if path.is_symlink() or path.stat().st_uid != uid:
        raise ServiceError(f"{path} appartient à un autre utilisateur : supprimez-le.")
