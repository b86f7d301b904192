"""Who is signed in: a sealed cookie of the LMS's own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import redirect, request, url_for
from werkzeug.exceptions import Forbidden, HTTPException

from lti_bridge.simulators.lms.seals import Sealer

if TYPE_CHECKING:
    from flask import Response

    from lti_bridge.simulators.lms.campus import User
    from lti_bridge.simulators.lms.simulator import LmsSimulator

# Browsers share cookies among the ports of a host: the name must be nobody else's.
_COOKIE = "riverbank_session"


class Sessions:
    """Reads and writes the session cookie."""

    def __init__(self, lms: LmsSimulator) -> None:
        """Sessions end when the simulator does: the seal is made anew each time."""
        self._lms = lms
        self._sealer = Sealer()

    def visitor(self) -> User | None:
        """The person who is signed in, if anybody is."""
        sealed = self._sealer.unseal("session", request.cookies.get(_COOKIE, ""))
        return self._lms.campus.user_by_id[sealed[0]] if sealed else None

    def person(self) -> User:
        """The person who is signed in; whoever isn't is sent to the sign-in page."""
        user = self.visitor()
        if user is None:
            raise _Elsewhere(url_for("pages.sign_in"))
        return user

    def begin(self, response: Response, user: User) -> None:
        """Signs somebody in."""
        response.set_cookie(
            _COOKIE,
            self._sealer.seal("session", [user.id]),
            httponly=True,
            samesite="Lax",
            secure=self._lms.issuer.startswith("https:"),
        )

    @staticmethod
    def end(response: Response) -> None:
        """Signs out."""
        response.delete_cookie(_COOKIE, httponly=True, samesite="Lax")

    @staticmethod
    def require_own_form() -> None:
        """Forbidden if a page of another site sent this form."""
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise Forbidden("This form was sent from another site.")


class _Elsewhere(HTTPException):
    code = 303

    def __init__(self, location: str) -> None:
        super().__init__(response=redirect(location, 303))
