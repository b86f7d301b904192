"""The page of what is stored of people: for everybody, with the periods that hold here."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request
from flask_babel import force_locale

from lti_bridge.security import page_headers

if TYPE_CHECKING:
    from lti_bridge.settings import Contact, Retention


@dataclass(frozen=True, slots=True)
class PrivacyPage:
    """The view, with what it needs."""

    kept: Retention
    contact: Contact
    has: Mapping[str, bool]
    """Which of ``meets``, ``engagement`` and ``mail`` there is here."""
    languages: Mapping[str, str]
    allow_http: bool

    def shown(self) -> Response:
        """``GET /privacy``, in the language ``lang``, or else the browser's."""
        language = request.args.get("lang", "")
        with force_locale(language) if language in self.languages else nullcontext():
            body = render_template(
                "privacy/page.html",
                kept=self.kept,
                contact=self.contact,
                has=self.has,
                languages=self.languages,
            )
        headers = page_headers((), allow_http=self.allow_http, framed=False)
        return Response(body, headers=headers, mimetype="text/html")


def privacy_blueprint(page: PrivacyPage) -> Blueprint:
    """``/privacy``."""
    urls = Blueprint("privacy", __name__)
    urls.add_url_rule("/privacy", "page", page.shown, methods=["GET"])
    return urls
