"""Rendering of the PDFs the portal issues: a template, the State's layout, nothing from outside.

WeasyPrint needs Pango on the machine (`make run` and the image install it). The library is only
imported by who renders: the web processes never carry it.
"""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

SCHEME = "portal:"
STYLESHEET = "pdf/document.css"
ACCESSIBLE = "pdf/ua-1"
# Archival, with text and structure, and allowed to carry the data it shows.
WITH_DATA = "pdf/a-3u"


class PdfUnavailableError(Exception):
    """The machine lacks the libraries that draw the pages."""


class ForeignAddressError(Exception):
    """A page asks for something that is not a static file of the portal."""


def render_pdf(
    template: str,
    context: Mapping[str, Any],
    *,
    attachment: tuple[str, bytes] | None = None,
) -> bytes:
    """The PDF of a template: PDF/UA-1, or tagged PDF/A-3u when it carries an attached file.

    `attachment` is a name and bytes. Addresses of the page are `portal:` and the name of a static
    file. Raises ForeignAddressError for any other, PdfUnavailableError without Pango.
    """
    weasyprint = _library()
    page = weasyprint.HTML(
        string=render_to_string(template, dict(context)), base_url=SCHEME, url_fetcher=_fetcher()
    )
    attachments = []
    if attachment:
        name, content = attachment
        attachments.append(
            weasyprint.Attachment(string=content, name=name, description=name, relationship="Data")
        )
    try:
        rendered: bytes = page.write_pdf(
            stylesheets=[_stylesheet()],
            font_config=_fonts(),
            pdf_variant=WITH_DATA if attachments else ACCESSIBLE,
            pdf_tags=True,
            attachments=attachments or None,
        )
    except weasyprint.urls.FatalURLFetchingError as refused:
        raise ForeignAddressError(str(refused)) from None
    return rendered


def _library() -> Any:
    try:
        import weasyprint
    except OSError as missing:  # the shared libraries are opened when the module is imported
        raise PdfUnavailableError(
            "Pango est absent : installez le paquet « libpango-1.0-0 » "
            "et « libpangoft2-1.0-0 » (Debian) pour produire les PDF."
        ) from missing
    return weasyprint


@cache
def _fonts() -> FontConfiguration:
    """The fonts of the layout, loaded once by a process."""
    from weasyprint.text.fonts import FontConfiguration

    # Its end needs a library that the interpreter closes before it.
    atexit.register(_fonts.cache_clear)
    return FontConfiguration()


@cache
def _stylesheet() -> CSS:
    from weasyprint import CSS

    return CSS(filename=_static_file(STYLESHEET), font_config=_fonts(), url_fetcher=_fetcher())


@cache
def _fetcher() -> URLFetcher:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class StaticFilesOnly(URLFetcher):
        """Gives the portal's own static files; a page that asks for anything else fails."""

        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            if not url.startswith(SCHEME):
                raise FatalURLFetchingError(f"{url} is not a file of the portal")
            try:
                content = _static_file(url.removeprefix(SCHEME)).read_bytes()
            except FileNotFoundError as unknown:
                raise FatalURLFetchingError(f"{url} does not exist") from unknown
            kind = {".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2"}
            return URLFetcherResponse(url, content, {"Content-Type": kind[Path(url).suffix]})

    return StaticFilesOnly()


def _static_file(name: str) -> Path:
    """The path of a static file. Raises FileNotFoundError for an unknown one."""
    found = finders.find(name)
    if not found:
        raise FileNotFoundError(name)
    return Path(found)
