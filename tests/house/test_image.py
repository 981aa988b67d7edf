"""The image holds what the portal reads, and compose hands it what an operator may set."""

from __future__ import annotations

import re

from tests.house.sources import ROOT, tracked_files

# Development, tests and documentation stay out of the image.
LEFT_OUT = {"docs", "tests", ".ci", ".docker", "requirements"}


def test_the_image_holds_every_folder_of_the_portal() -> None:
    """A folder added to the repository and forgotten here would be missing in production only."""
    kept = re.findall(r"^!([\w.]+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    folders = {path.split("/")[0] for path in tracked_files() if "/" in path}
    assert folders - LEFT_OUT <= set(kept)


def test_compose_hands_over_what_the_example_sets() -> None:
    """A value written in `.env` and read by nobody would deceive the operator."""
    example = (ROOT / ".env.example").read_text()
    compose = (ROOT / "docker-compose.yml").read_text()
    named = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE))
    assert named <= set(re.findall(r"\$\{([A-Z0-9_]+)", compose))


def test_images_are_pinned_and_secrets_are_asked() -> None:
    """Nothing floats on « latest », and no secret has a default value."""
    compose = (ROOT / "docker-compose.yml").read_text()
    for image in re.findall(r"^ +image: (.+)$", compose, re.MULTILINE):
        assert image == "segur-portal" or re.search(r":\d", image), image
    for name in re.findall(r"\$\{(\w*(?:SECRET_KEY|PASSWORD|_KEYS)\w*)\}", compose):
        raise AssertionError(f"{name} would be empty without a word")
