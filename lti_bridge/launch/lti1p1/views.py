"""The URLs of LTI 1.1: what a request holds goes in, a bare response comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, g, request

from lti_bridge.launch.forms import parse, read_form

if TYPE_CHECKING:
    from lti_bridge.directory import Visit
    from lti_bridge.launch.lti1p1.launching import OldLaunching
    from lti_bridge.launch.views import Arrive

TELLING: Final = ("User-Agent", "Accept-Language")
FORWARDED: Final = "X-Forwarded-For"


@dataclass(frozen=True, slots=True)
class OldLaunchViews:
    """The views of LTI 1.1, with what they need."""

    launching: OldLaunching
    arrive: Arrive
    begin: Callable[[], Visit]
    cartridge: bytes

    def launch(self) -> Response:
        """``/lti/1p1/launch``."""
        visit = g.visit = self.begin()
        form, query = read_form(request), parse(request.query_string)
        return self.arrive(self.launching.verified(form, query, visit, _browser()), visit)

    def config(self) -> Response:
        """``/lti/config.xml``."""
        return Response(
            self.cartridge,
            mimetype="application/xml",
            headers={"Cache-Control": "public, max-age=3600"},
        )


def add_urls(urls: Blueprint, views: OldLaunchViews) -> None:
    """What lies under ``/lti/``."""
    urls.add_url_rule("/1p1/launch", "old_launch", views.launch, methods=["POST"])
    urls.add_url_rule("/config.xml", "cartridge", views.config)


def _browser() -> list[str]:
    """By what a double click is told from a replay (see ``launching``).

    Behind proxies, whose own addresses may change from request to request, what they say of the
    way here. Each adds the address it was called from, so nobody can say somebody else's.
    """
    forwarded = request.headers.get(FORWARDED)
    way = ("direct", request.remote_addr or "") if forwarded is None else ("proxy", forwarded)
    return [*way, *(request.headers.get(name, "") for name in TELLING)]
