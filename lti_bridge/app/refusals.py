"""Errors become pages here and nowhere else."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from flask import Response, g
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException

from lti_bridge.app.watching import log, new_visit
from lti_bridge.errors import BridgeError, MalformedRequest, NotAuthentic, RemoteError
from lti_bridge.store.launches import TO_DO

if TYPE_CHECKING:
    from flask import Flask

    from lti_bridge.directory import Visit
    from lti_bridge.web import Pages


class OurMistake(BridgeError):
    """A mistake in the bridge itself: the person may try again, the log has the place."""

    status = 503


def install(app: Flask, pages: Pages) -> None:
    """Answer every exception with a page that carries a reference number."""

    def refuse(error: BridgeError) -> Response:
        visit = _visit()
        remote = isinstance(error, RemoteError)
        visit.outcome = "refused"
        visit.reason = f"remote:{error.code}" if remote else error.code
        visit.detail = detailed(error)
        return pages.refusal(error, visit)

    def wrong_request(error: HTTPException) -> Response:
        # Flask keeps redirects of its router, and errors without a status, to itself.
        refusal = MalformedRequest(
            f"HTTP {error.code} ({error.name}).",
            remedy="Compare the address in the LMS with: lti-bridge platform show.",
            code="http",
        )
        response = refuse(refusal)
        response.status_code = error.code or refusal.status
        if error.code == 405:
            response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or [])
        return response

    def our_mistake(error: Exception) -> Response:
        # The exception's text may hold what a person sent; its type and place say enough.
        visit = _visit()
        log.error(
            "mistake",
            reference=visit.reference,
            kind=type(error).__name__,
            place=traceback.format_tb(error.__traceback__),
        )
        return refuse(
            OurMistake(
                f"The bridge made a mistake ({type(error).__name__}).",
                remedy="Report it, with the lines of the log that have this reference.",
            )
        )

    def not_there_any_more(_error: IntegrityError) -> Response:
        # The page is older than the erasing of its person, or the removal of its course.
        return refuse(
            NotAuthentic(
                "The page is about somebody, or something, that isn't there any more.",
                remedy="Open the link in the course again.",
                code="session_expired",
            )
        )

    app.register_error_handler(BridgeError, refuse)
    app.register_error_handler(IntegrityError, not_there_any_more)
    app.register_error_handler(HTTPException, wrong_request)
    app.register_error_handler(Exception, our_mistake)


def detailed(error: BridgeError) -> str:
    """What happened and what to do, in one line, for the log and the launch list."""
    return f"{error.message}{TO_DO}{error.remedy}" if error.remedy else error.message


def _visit() -> Visit:
    if "visit" not in g:
        g.visit = new_visit()
    visit: Visit = g.visit
    return visit
