"""The migrated test database, made once for each state of the migrations and then copied.

Running every migration takes most of the time of a short test session. The first session keeps a
dump of what they give under `.pytest_cache`, named after their content; the others restore it.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from segur_portal.embedded.places import postgres_bin

TEMPLATE = "segur_template"
KEPT = 3


def use_template() -> None:
    """Have the test database copied from the migrated template, made or restored if need be."""
    test = connections["default"].settings_dict["TEST"]
    with psycopg.connect(_address("postgres"), autocommit=True) as server:
        # Parallel test processes share the server: one of them prepares the template.
        server.execute("SELECT pg_advisory_lock(20260915)")
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE])
        if found.fetchone() is None:
            server.execute(f"CREATE DATABASE {TEMPLATE}")
            _fill()
    test["TEMPLATE"] = TEMPLATE


def _fill() -> None:
    folder = Path(settings.BASE_DIR) / ".pytest_cache" / "database"
    dump = folder / f"{_fingerprint()}.sql"
    if dump.exists():
        _run("psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", f"--file={dump}")
        return
    _migrate()
    folder.mkdir(parents=True, exist_ok=True)
    partial = dump.with_suffix(f".{os.getpid()}")
    _run("pg_dump", f"--file={partial}")
    partial.replace(dump)
    for old in sorted(folder.glob("*.sql"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
        old.unlink(missing_ok=True)


def _migrate() -> None:
    connection = connections["default"]
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = TEMPLATE
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def _fingerprint() -> str:
    """Of every migration and of the models that it makes permissions for."""
    digest = hashlib.sha256()
    for app in apps.get_app_configs():
        for path in sorted((Path(app.path) / "migrations").glob("*.py")):
            digest.update(path.read_bytes())
        digest.update("".join(sorted(model._meta.label for model in app.get_models())).encode())
    return digest.hexdigest()[:16]


def _run(program: str, *arguments: str) -> None:
    command = [str(postgres_bin(None) / program), *arguments, _address(TEMPLATE)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _address(database: str) -> str:
    """The libpq address of a database of the test server."""
    place = connections["default"].settings_dict
    return psycopg.conninfo.make_conninfo(
        dbname=database,
        host=place["HOST"] or None,
        port=place["PORT"] or None,
        user=place["USER"] or None,
        password=place["PASSWORD"] or None,
        **{key: value for key, value in place["OPTIONS"].items() if key in ("host", "port")},
    )
