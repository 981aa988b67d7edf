"""Django's SMTP backend, which also keeps what the server answered to each message."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from typing import Any

from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import EmailMessage


class _Answering:
    """Remembers the server's last answer to the content of a message."""

    answer = ""

    def data(self, msg: Any) -> tuple[int, bytes]:
        code, said = super().data(msg)  # type: ignore[misc]
        self.answer = f"{code} {said.decode(errors='replace')}"
        return code, said


class _Connection(_Answering, smtplib.SMTP):
    pass


class _TlsConnection(_Answering, smtplib.SMTP_SSL):
    pass


class AnsweringBackend(EmailBackend):
    """Sets `message.answer` on what it sends."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _TlsConnection if self.use_ssl else _Connection

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send them one by one on one connection, keeping each answer."""
        opened = self.open()
        try:
            return sum(self._send_one(message) for message in email_messages)
        finally:
            if opened:
                self.close()

    def _send_one(self, message: EmailMessage) -> int:
        sent = super().send_messages([message])
        message.answer = getattr(self.connection, "answer", "")  # type: ignore[attr-defined]
        return sent
