"""The house's own files, read once."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("segur_portal", "enrolment", "orders", "pilots", "funding")
TEMPLATES = ROOT / "templates"


@cache
def python_files(*folders: str) -> dict[str, str]:
    """Text of each Python file under these folders, by its path; migrations are Django's."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    kept = (path for path in paths if "migrations" not in path.parts)
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in kept}


@cache
def trees(*folders: str) -> dict[str, ast.Module]:
    """The same, parsed."""
    return {path: ast.parse(text) for path, text in python_files(*folders).items()}


@cache
def template_files() -> dict[str, str]:
    """Text of each template, by the name it is loaded with."""
    paths = (path for path in sorted(TEMPLATES.rglob("*")) if path.is_file())
    return {str(path.relative_to(TEMPLATES)): path.read_text(encoding="utf-8") for path in paths}


def tracked_files() -> list[str]:
    """Paths that the repository holds."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return listed.stdout.splitlines()
