"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by invitation or by an officer: no free sign-up."""

    def is_open_for_signup(self, request: object) -> bool:
        return False
