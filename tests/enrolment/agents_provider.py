"""The agents' provider of the tests, as they speak to it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

CLIENT_ID = "portail-segur"


class Provider:
    """A provider that runs at an address."""

    def __init__(self, url: str) -> None:
        self.url = url

    def knows(self, sub: str, **claims: Any) -> None:
        """Somebody who may sign in there."""
        requests.put(f"{self.url}/users/{sub}", json=claims, timeout=30).raise_for_status()

    def signs_in(self, address: str, sub: str) -> str:
        """The person signs in at the address the portal sent them to; where they are sent back."""
        answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=30)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def controls(self, **control: Any) -> None:
        """Make it sign or falsify the user's information."""
        told = {"audience": CLIENT_ID, **control}
        requests.put(f"{self.url}/control", json=told, timeout=30).raise_for_status()

    def asked(self) -> list[dict[str, str]]:
        """What the portal asked, each time."""
        found: list[dict[str, str]] = requests.get(f"{self.url}/asked", timeout=30).json()
        return found


@contextmanager
def running() -> Iterator[Provider]:
    """The provider on a free port, in its own process."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.enrolment.oidc_server"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout
            yield Provider(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.terminate()
