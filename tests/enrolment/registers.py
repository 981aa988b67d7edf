"""A small HTTP server in the place of the State's registers: it answers as told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

RECORDED = Path(__file__).parents[1] / "data" / "registry"
KNOWN_SIRET = "55208131766522"


class Registers:
    """What each register answers, and what it was asked."""

    def __init__(self) -> None:
        self.companies: bytes = (RECORDED / "company.json").read_bytes()
        self.announcements: bytes = (RECORDED / "announcements.json").read_bytes()
        self.status = 200
        self.announcements_status = 200
        self.delay = 0.0
        self.asked: list[dict[str, list[str]]] = []
        self.url = ""

    def answer(self, path: str) -> tuple[int, bytes]:
        """The answer to one request."""
        parts = urlsplit(path)
        self.asked.append(parse_qs(parts.query))
        time.sleep(self.delay)
        if parts.path == "/companies":
            return self.status, self.companies
        return self.announcements_status, self.announcements


@contextmanager
def running() -> Iterator[Registers]:
    """The server, on a free port of this machine."""
    registers = Registers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = registers.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except ConnectionError:
                return

        def log_message(self, *args: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    registers.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield registers
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
