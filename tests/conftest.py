"""What every test may need; anything about one app belongs to that app's folder."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from tests.database import use_template
from tests.hostile import strict_templates, unordered_rows_come_reversed

# A shared machine is slow at times: only the property counts, not how long an example took.
# In CI the same code has the same examples; new ones are looked for on developers’ machines.
hypothesis_settings.register_profile(
    "portal", deadline=None, derandomize=bool(os.environ.get("CI"))
)
hypothesis_settings.load_profile("portal")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")

IN_A_BROWSER = Path(__file__).parent / "e2e"


def find_chromium() -> str | None:
    """The browser of the machine: Playwright downloads none."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def has_pango() -> bool:
    """Whether the machine can draw PDFs."""
    try:
        import weasyprint  # noqa: F401
    except OSError:
        return False
    return True


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser comes last: its loop stays in the process, where whoever signs a PDF wants one.

    What lacks a browser, or Pango, is skipped, except where nobody would see the warning.
    """
    items.sort(key=lambda item: IN_A_BROWSER in item.path.parents)
    if os.environ.get("CI"):
        return
    needs = {"browser": find_chromium, "pdf": has_pango}
    reasons = {
        "browser": "Chromium est absent (install the package « chromium »)",
        "pdf": "Pango est absent (install the package « libpangoft2-1.0-0 »)",
    }
    for marker, is_there in needs.items():
        marked = [item for item in items if item.get_closest_marker(marker)]
        if marked and not is_there():
            for item in marked:
                item.add_marker(pytest.mark.skip(reason=reasons[marker]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Deadlocks the database resolved are invisible in the tests that provoked them: show them."""
    log = Path(os.environ.get("SEGUR_TEST_PG_LOG", os.devnull))
    lines = log.read_text(errors="replace").splitlines() if log.is_file() else []
    if deadlocks := [line for line in lines if "deadlock detected" in line]:
        terminalreporter.section("deadlocks seen by PostgreSQL")
        terminalreporter.write_line("\n".join(deadlocks))


def pytest_unconfigure() -> None:
    """The settings made one temporary folder for each process."""
    folder = Path(settings.VAR_DIR)
    if folder.name.startswith("segur-test-"):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Migrations run once for each of their states, not in each session."""
    with django_db_blocker.unblock():
        use_template()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = find_chromium()
    assert path, "Chromium is needed for the tests marked « browser »"
    return path


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Rate limits and sessions of one test are not those of the next."""
    cache.clear()


@pytest.fixture(scope="session", autouse=True)
def _hostile_conditions() -> Iterator[None]:
    """What production forgives fails here: see `tests/hostile.py`."""
    with pytest.MonkeyPatch.context() as patch:
        strict_templates(patch)
        unordered_rows_come_reversed(patch)
        yield
