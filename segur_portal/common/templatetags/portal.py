"""French formats, navigation links and badges of the portal's pages."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from segur_portal.common.clock import PARIS
from segur_portal.common.money import in_french

register = template.Library()

NO_BREAK = "\u00a0"
THIN_NO_BREAK = "\u202f"


@register.filter
def euros(amount: Decimal | int | str | None) -> str:
    """An amount as French people write it: `1 234,50 €`; nothing for no amount."""
    return "" if amount is None or amount == "" else in_french(Decimal(str(amount)))


@register.filter
def instant(value: datetime | None) -> str:
    """An instant, in Paris: `15/09/2026 à 09 h 42`; nothing for no instant."""
    if value is None:
        return ""
    local = value.astimezone(PARIS)
    return f"{local:%d/%m/%Y} à {local:%H}{NO_BREAK}h{NO_BREAK}{local:%M}"


@register.filter
def instant_seconds(value: datetime | None) -> str:
    """An instant to the second, in Paris, where deadlines are judged: `15/09/2026 à 09:42:07`."""
    return "" if value is None else f"{value.astimezone(PARIS):%d/%m/%Y à %H:%M:%S}"


@register.filter
def is_before(value: date | None, other: date) -> bool:
    """Whether a date, if there is one, comes before another."""
    return value is not None and value < other


@register.filter
def counted(count: int, words: str) -> str:
    """A number and its noun, in agreement: `{{ n|counted:"demande,demandes" }}`."""
    singular, plural = words.split(",")
    number = f"{count:,}".replace(",", THIN_NO_BREAK)
    return f"{number}{NO_BREAK}{plural if count >= 2 else singular}"


@register.filter
def bytes_fr(size: int) -> str:
    """A file size in French units: `10,0 Mio`."""
    for unit, weight in (("Gio", 1024**3), ("Mio", 1024**2), ("Kio", 1024)):
        if size >= weight:
            return f"{size / weight:.1f}".replace(".", ",") + f"{NO_BREAK}{unit}"
    return f"{size}{NO_BREAK}octets"


@register.simple_tag(takes_context=True)
def nav_link(context: Context, name: str, label: str, *children: str) -> SafeString:
    """A link of the main navigation, marked when the page is this one or one of `children`."""
    request: Any = context["request"]
    match = getattr(request, "resolver_match", None)
    current = match.url_name if match else None
    mark = {name: ' aria-current="page"'}.get(current or "", "")
    if current in children:
        mark = ' aria-current="true"'
    try:
        address = reverse(name)
    except NoReverseMatch:
        return SafeString("")
    return format_html(
        '<li class="fr-nav__item"><a class="fr-nav__link" href="{}"{}>{}</a></li>',
        address,
        SafeString(mark),
        label,
    )


@register.simple_tag(takes_context=True)
def side_link(context: Context, name: str, label: str) -> SafeString:
    """A link of a side menu, marked when the page is this one."""
    address = reverse(name)
    is_here = context["request"].path.startswith(address)
    return format_html(
        '<li class="fr-sidemenu__item{}"><a class="fr-sidemenu__link" href="{}"{}>{}</a></li>',
        " fr-sidemenu__item--active" if is_here else "",
        address,
        SafeString(' aria-current="page"' if is_here else ""),
        label,
    )


@register.inclusion_tag("parts/breadcrumb.html")
def breadcrumb(current: str, *links: str) -> dict[str, Any]:
    """The trail to this page: `{% breadcrumb "Ce dépôt" url "Mes dépôts" %}` (url, label pairs)."""
    pairs = list(zip(links[::2], links[1::2], strict=True))
    return {"current": current, "links": pairs}
