"""Which language a page speaks: the launch's, else the browser's, else English."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from babel import Locale, UnknownLocaleError
from flask import g, request
from flask_babel import Babel, get_locale

from lti_bridge import web

if TYPE_CHECKING:
    from flask import Flask

    from lti_bridge.directory import Visit

LANGUAGES: Final = ("en", "ar", "de", "es", "fa", "fr", "pt_BR")
TRANSLATIONS: Final = Path(web.__file__).parent / "translations"


def choose(launch_locale: str, accepted: list[str]) -> str:
    """One of :data:`LANGUAGES`; ``accepted`` are the browser's, most wanted first."""
    for tag in (launch_locale, *accepted):
        try:
            wanted = Locale.parse(tag.replace("-", "_")) if tag else None
        except (ValueError, UnknownLocaleError):
            continue
        if wanted is None:
            continue
        for offered in LANGUAGES:
            if Locale.parse(offered).language == wanted.language:
                return offered
    return "en"


def install(app: Flask) -> None:
    """Flask-Babel, with the pages' ``page_locale``."""
    Babel(
        app,
        default_locale="en",
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=_of_this_request,
    )

    @app.context_processor
    def page_locale() -> dict[str, Any]:
        return {"page_locale": get_locale()}


def _of_this_request() -> str:
    visit: Visit | None = g.get("visit")
    return choose(visit.locale if visit else "", [tag for tag, _ in request.accept_languages])
