"""How allauth behaves here: sign-up by SIRET only, mails through the outbox."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.http import HttpRequest
from django.template.loader import render_to_string

from enrolment.actions.signup import confirm_requests
from segur_portal.common.mails import portal_url, store_mail


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened with a SIRET, by invitation or by an officer."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Only through our own page, which knows the SIRET."""
        match = request.resolver_match
        return match is not None and match.url_name == "sign_up"

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """A confirmed address makes what its owner asked take effect."""
        is_confirmed = bool(super().confirm_email(request, email_address))
        if is_confirmed:
            confirm_requests(email_address.user)
        return is_confirmed

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Through the outbox, as text and as a page; its words may carry a secret link."""
        words = {"email": email, "current_site": portal_url(), **context}
        message = self.render_mail(template_prefix, email, words)
        subject = str(message.subject).removeprefix(self.format_email_subject("").strip()).strip()
        page = {"subject": subject, "body": message.body, "portal_url": portal_url()}
        store_mail(
            address=email,
            template=template_prefix.rpartition("/")[2],
            subject=subject,
            text=render_to_string("mails/account.txt", page),
            html=render_to_string("mails/account.html", page),
            is_secret=True,
        )
