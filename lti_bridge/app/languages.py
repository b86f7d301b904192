"""The language of a page: as its person chose, else the launch's, else the browser's, else English.

Only pages ask; a launch that answers with a bare redirect never comes here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from babel import Locale
from flask import g, request
from flask_babel import Babel, get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from lti_bridge import web

if TYPE_CHECKING:
    from flask import Flask

    from lti_bridge.directory import Visit

LANGUAGES: Final = tuple(web.LANGUAGES)
TRANSLATIONS: Final = Path(web.__file__).parent / "translations"

_LOCALES: Final = {offered: Locale.parse(offered) for offered in LANGUAGES}
_BY_LANGUAGE: Final = {locale.language: offered for offered, locale in _LOCALES.items()}
_LANGUAGE: Final = re.compile(r"\s*([a-z]{2,3})(?![a-z0-9])", re.IGNORECASE)
"""The first subtag of a BCP 47 tag (RFC 5646, 2.1), as of a POSIX locale: ``pt``-BR, ``ar``_EG."""

_DIGITS: Final = {"arabext": str.maketrans("0123456789%", "۰۱۲۳۴۵۶۷۸۹٪")}
"""Digits by CLDR's name of their numbering system, as browsers write them; others are Latin."""

LONGEST_HEADER: Final = 500
"""Characters of Accept-Language that are read; real ones have fewer than a hundred."""


def choose(launch_locale: str, accepted: Iterable[str]) -> str:
    """One of :data:`LANGUAGES`; ``accepted`` are the browser's, most wanted first.

    Of another region's variety people understand ours: ``pt-PT`` reads ``pt_BR``.
    """
    for tag in chain((launch_locale,), accepted):
        found = _LANGUAGE.match(tag)
        offered = _BY_LANGUAGE.get(found[1].lower()) if found else None
        if offered is not None:
            return offered
    return "en"


def install(app: Flask) -> None:
    """Flask-Babel, with the pages' ``page_locale`` and the ``digits`` of their language."""
    Babel(
        app,
        default_locale="en",
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=_of_this_request,
    )
    app.add_template_filter(_digits, "digits")
    app.jinja_env.globals["languages"] = web.LANGUAGES

    @app.context_processor
    def page_locale() -> dict[str, Any]:
        return {"page_locale": get_locale()}


def _of_this_request() -> Locale:
    visit: Visit | None = g.get("visit")
    return _LOCALES[choose(visit.locale if visit else "", _accepted())]


def _accepted() -> Iterator[str]:
    header = request.headers.get("Accept-Language", "")
    if len(header) > LONGEST_HEADER:
        header = header[:LONGEST_HEADER].rpartition(",")[0]
    yield from (tag for tag, quality in parse_accept_header(header, LanguageAccept) if quality)


def _digits(number: int) -> str:
    # Babel knows the name of a language's digits, and writes Latin ones all the same.
    own = _DIGITS.get(get_locale().default_numbering_system)
    return str(number).translate(own) if own else str(number)
