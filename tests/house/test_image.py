"""The image holds what the portal reads, and compose hands it what an operator may set."""

from __future__ import annotations

import re
from typing import Any

import yaml
from django.conf import settings

from tests.house.sources import ROOT, tracked_files

# Development, tests and documentation stay out of the image.
LEFT_OUT = {"docs", "tests", ".ci", ".docker", "requirements"}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PORTAL = {
    name: service
    for name, service in COMPOSE["services"].items()
    if service["image"] == "segur-portal"
}
READ_ELSEWHERE = {"DJANGO_SETTINGS_MODULE"}
# What the portal writes on disk, under VAR_DIR: every check of Django opens the cache of pages.
WRITTEN = {"/srv/var/drop/eligible-clients", "/srv/var/pages", "/srv/var/schedule"}


def mounts(service: str) -> dict[str, str]:
    """What is mounted where in a service: the target, then the source."""
    volumes = [re.sub(r":ro$", "", volume) for volume in PORTAL[service].get("volumes", [])]
    pairs = [volume.rsplit(":", 1) for volume in volumes]
    return {target: source for source, target in pairs}


def test_the_image_holds_every_folder_of_the_portal() -> None:
    """A folder added to the repository and forgotten here would be missing in production only."""
    kept = re.findall(r"^!([\w.]+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    folders = {path.split("/")[0] for path in tracked_files() if "/" in path}
    assert folders - LEFT_OUT <= set(kept)


def test_compose_hands_over_what_an_operator_sets() -> None:
    """A value written in `.env` and read by nobody would deceive the operator: the portal gets the
    whole file, and nothing written in compose takes the place of a value of it."""
    example = (ROOT / ".env.example").read_text()
    compose = (ROOT / "docker-compose.yml").read_text()
    assert all(service["env_file"] == ".env" for service in PORTAL.values())
    named = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE))
    assert named <= set(re.findall(r"\$\{([A-Z0-9_]+)", compose)) | read_by_settings()
    fixed = {key for key, value in PORTAL["web"]["environment"].items() if "${" not in str(value)}
    assert not fixed & named


def test_every_variable_is_documented() -> None:
    """What the settings read is in docs/operations.md, and nothing else is."""
    tables = (ROOT / "docs/operations.md").read_text().split("## Environment variables")[1]
    tables = tables.split("\n## ")[0]
    names = {
        name
        for row in re.findall(r"^\|([^|]+)\|", tables, re.MULTILINE)
        for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", row)
    }
    assert names - READ_ELSEWHERE == read_by_settings()


def read_by_settings() -> set[str]:
    """The environment variables that the settings of the portal read."""
    sources = [path.read_text() for path in (ROOT / "segur_portal/settings").glob("*.py")]
    names = {
        name for source in sources for name in re.findall(r"env\.\w+\(\s*\"([A-Z0-9_]+)\"", source)
    }
    return names | {f"PAYMENT_DEBTOR_{key.upper()}" for key in settings.PAYMENT_DEBTOR}


def test_images_are_pinned_and_secrets_are_asked() -> None:
    """Nothing floats on « latest », and no secret has a default value."""
    compose = (ROOT / "docker-compose.yml").read_text()
    for image in re.findall(r"^ +image: (.+)$", compose, re.MULTILINE):
        assert image == "segur-portal" or re.search(r":\d", image), image
    for name in re.findall(r"\$\{(\w*(?:SECRET_KEY|PASSWORD|_KEYS)\w*)\}", compose):
        raise AssertionError(f"{name} would be empty without a word")


def test_workers_can_be_many() -> None:
    """`--scale worker=N`: a name or a port of the machine would be taken by the first alone."""
    worker = COMPOSE["services"]["worker"]
    assert not {"container_name", "hostname", "ports", "deploy"} & set(worker)
    assert "$$HOSTNAME" in str(worker["healthcheck"])


def test_read_only_containers_find_their_folders_in_the_image() -> None:
    """Nothing can be made in a container that is read-only: the image has every folder, the
    portal's user owns it, and a new volume is made like it."""
    dockerfile = (ROOT / "Dockerfile").read_text()
    made = re.search(r"mkdir -p ([^&]+)&& chown -R portal:portal /srv/var", dockerfile)
    assert made
    assert set(made[1].replace("\\", " ").split()) >= WRITTEN
    for name, service in PORTAL.items():
        assert service["read_only"], name
        assert set(mounts(name)) <= WRITTEN | {"/srv/secrets", "/srv/trust"}, name


def test_what_two_containers_share_is_one_volume() -> None:
    """The purge, in any worker, deletes the pages that web drew; a base dropped once is found."""
    assert mounts("web")["/srv/var/pages"] == mounts("worker")["/srv/var/pages"] == "pages"
    assert "/srv/secrets" not in mounts("web")
    shared = PORTAL["worker"]["environment"]["ELIGIBLE_BASE_DROP_DIR"]
    assert shared in mounts("worker")
    assert set(mounts("scheduler")) == {"/srv/var/schedule"}
