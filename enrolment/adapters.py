"""How allauth behaves here: who may come in, by which way; mails through the outbox."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest
from django.shortcuts import render
from django.template.loader import render_to_string

from enrolment.actions.agents import StrangerError, agent_of
from enrolment.actions.signup import confirm_requests
from segur_portal.common.mails import portal_url, store_mail
from segur_portal.common.sign_in import SIGN_OUT_URL_KEY, is_strong, note_sign_in


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened with a SIRET, by invitation or by an officer."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Only through our own page, which knows the SIRET."""
        match = request.resolver_match
        return match is not None and match.url_name == "sign_up"

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failures are counted by person and place: nobody locks another's account from afar."""
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{self.get_client_ip(request)}"

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """A confirmed address makes what its owner asked take effect."""
        is_confirmed = bool(super().confirm_email(request, email_address))
        if is_confirmed:
            confirm_requests(email_address.user)
        return is_confirmed

    def get_login_stages(self) -> list[str]:
        """Those of the library, where a factor used at the agents' provider counts."""
        own = f"{FactorStage.__module__}.{FactorStage.__qualname__}"
        theirs = f"{AuthenticateStage.__module__}.{AuthenticateStage.__qualname__}"
        return [own if stage == theirs else stage for stage in super().get_login_stages()]

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Who signed in at the agents' provider signs out there too."""
        url = request.session.get(SIGN_OUT_URL_KEY) or super().get_logout_redirect_url(request)
        return str(url)

    def send_notification_mail(self, template_prefix: str, *args: Any, **kwargs: Any) -> None:
        """What changes the sign-in is told; that an address is confirmed, its owner just saw."""
        if not template_prefix.endswith("/email_confirm"):
            super().send_notification_mail(template_prefix, *args, **kwargs)

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


class FactorStage(AuthenticateStage):
    """The portal's own second factor, unless the agents' provider says one was used."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return not is_strong(request, self.login.user) and bool(super()._should_handle(request))


class AgentAdapter(DefaultSocialAccountAdapter):
    """Who may come in from the agents' provider: agents that the portal knows, and nobody else."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """An agent's account is opened by an administrator of the portal."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the agent by the provider's `sub`; the first time, by the address invited."""
        data = sociallogin.account.extra_data
        known = sociallogin.user if sociallogin.is_existing else None
        try:
            agent = agent_of(known, data["userinfo"])
        except StrangerError as refusal:
            page = render(
                request, "socialaccount/refused.html", {"refusal": str(refusal)}, status=403
            )
            raise ImmediateHttpResponse(page) from refusal
        if known is None:
            sociallogin.connect(request, agent)
        note_sign_in(request, agent, amr=data["id_token"].get("amr"))
