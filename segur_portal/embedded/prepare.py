"""What must be true before the web server starts, in one process: Django loads only once."""

import hashlib
import os
import sys
from pathlib import Path


def prepare() -> None:
    """Migrate, collect, load; standard output carries only what the banner repeats."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segur_portal.settings.development")
    from .instance import ensure_services

    ensure_services()
    import django
    from django.conf import settings
    from django.core.management import call_command, get_commands

    django.setup()
    commands = get_commands()
    _say("Base de données…")
    call_command("migrate", interactive=False, verbosity=0, stdout=sys.stderr)
    for command in ("load_programme", "sync_groups"):
        if command in commands:
            call_command(command, stdout=sys.stderr)
    _collect_static(Path(settings.STATIC_ROOT))
    if settings.DEMONSTRATION and "load_demo" in commands:
        _say("Données de démonstration…")
        call_command("load_demo", if_empty=True, stdout=sys.stderr)
    if settings.DEMONSTRATION and "demo_accounts" in commands:
        call_command("demo_accounts", stdout=sys.stdout)


def _collect_static(root: Path) -> None:
    """Hashing and compressing take seconds: only when a source file changed."""
    from django.core.management import call_command

    stamp = root / ".sources"
    sources = _fingerprint()
    if stamp.exists() and stamp.read_text() == sources:
        return
    _say("Fichiers statiques…")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0, stdout=sys.stderr)
    root.mkdir(parents=True, exist_ok=True)
    stamp.write_text(sources)


def _fingerprint() -> str:
    """Name, size and date of every static source file, and how they are stored."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = os.stat(storage.path(name))
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
