"""A bare redirect: the answer of every step of a launch that goes well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.datastructures import Headers


class Redirect(Response):
    """303 See Other, with its headers as given.

    The location is ASCII and absolute already, and its bytes are signed: Werkzeug's own way would
    parse and encode it once more, at a tenth of the launch's cost.
    """

    def __init__(self, location: str, *further: tuple[str, str]) -> None:
        """``further``: headers besides ``Location``, ``Cache-Control`` and ``Content-Length``."""
        super().__init__(
            status=303,
            headers=[
                ("Location", location),
                ("Cache-Control", "no-store"),
                ("Content-Length", "0"),
                *further,
            ],
        )

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:  # noqa: ARG002 - Werkzeug's
        """The headers as they are."""
        return self.headers
