"""The page of an invitation's link: a name, perhaps a passcode, and into class.

Whoever comes here is nobody's student: they see the class's name and nothing else of the course.
The page stands alone (no frame), and what it holds of its guest is a signed value, as in frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, g, jsonify, render_template, request

from lti_bridge.errors import NotAllowed, RemoteError
from lti_bridge.scheduling import Waiting, passcodes
from lti_bridge.scheduling.guests import guest_name, unknown_link
from lti_bridge.scheduling.timing import CANCELLED, OVER
from lti_bridge.security import GuestSession, Limit, Redirect, client_address, page_headers
from lti_bridge.web.times import span_of

if TYPE_CHECKING:
    from lti_bridge.directory import Visit
    from lti_bridge.scheduling import Entrance, GuestBook
    from lti_bridge.security import Guests, Limits
    from lti_bridge.security.addresses import Network
    from lti_bridge.store import GuestLink, Meeting

LARGEST_FORM: Final = 16 * 1024

KNOCKING: Final = Limit("guest-here", 240, 60)
"""Of a link and an address: a lecture hall behind one address is let through."""
COMING: Final = Limit("guest-link", 3000, 60)
"""Of a link."""
WRONG_HERE: Final = Limit("passcode-here", 10, 600, closed=True)
"""Wrong passcodes of a link from an address …"""
WRONG: Final = Limit("passcode-link", 100, 3600, closed=True)
"""… and from all of them: a million codes would take more than a year."""

GUESTS_CODES: Final = {
    "meeting_gone": "guest_class_gone",
    CANCELLED: "guest_class_cancelled",
    OVER: "guest_class_over",
}
ROBOTS: Final = "noindex, nofollow, noarchive"


@dataclass(frozen=True, slots=True)
class GuestViews:
    """The views."""

    book: GuestBook
    entrance: Entrance
    guests: Guests
    limits: Limits
    proxies: Sequence[Network]
    languages: Mapping[str, str]
    """Those that pages speak, with their own names."""
    begin: Callable[[], Visit]
    allow_http: bool

    def arrive(self, link: str) -> Response:
        """``GET /guest/<link>``: who is it?"""
        found, meeting = self._enter(link, "guest page")
        g.visit.outcome = "page"
        return self._ask(link, found, meeting)

    def knock(self, link: str) -> Response:
        """``POST /guest/<link>``: a name, and the passcode where one is asked for."""
        found, meeting = self._enter(link, "guest")
        here = self._here()
        if not (self.limits.take(KNOCKING, found.id, here) and self.limits.take(COMING, found.id)):
            raise NotAllowed(
                "Too many guests come by this invitation at once.",
                remedy="Wait a minute, then try again.",
                code="guest_too_many",
            )
        name = guest_name(request.form.get("name", ""))
        if not name:
            g.visit.outcome = "page"
            return self._ask(link, found, meeting, wrong="name", status=400)
        if found.passcode_hash and not self._passcode_fits(found, here):
            g.visit.outcome, g.visit.reason = "refused", "guest_passcode"
            g.visit.detail = "The guest's passcode is wrong."
            return self._ask(link, found, meeting, wrong="passcode", status=403)
        session = GuestSession(found.token, name, g.visit.locale)
        return self._go_in(session, found, meeting)

    def join(self) -> Response:
        """``POST /guest/join``: once more, with what :meth:`knock` found out."""
        session, link, meeting = self._session("guest")
        if not self.limits.take(KNOCKING, link.id, self._here()):
            raise NotAllowed(
                "Too many tries to get in.",
                remedy="Wait a minute, then try again.",
                code="guest_too_many",
            )
        return self._go_in(session, link, meeting)

    def status(self) -> Response:
        """``POST /guest/status``: what a page asks while it waits; answered from memory."""
        session, _link, meeting = self._session("guest status")
        g.visit.outcome = "status"
        try:
            with _guests_words():
                is_open = self.book.is_open(meeting, session.name, session.key)
        except RemoteError:
            is_open = False
        answer = jsonify(
            open=is_open,
            running=None,
            participants=None,
            trouble=self.entrance.trouble(meeting.id) is not None,
            classes="",
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _go_in(self, session: GuestSession, link: GuestLink, meeting: Meeting) -> Response:
        token = self.guests.issue(session)
        g.retry, g.retry_with = ("guest.join", {}), token
        g.visit.step = "create"
        with _guests_words():
            entered = self.book.enter(meeting, session.name, session.key)
        if isinstance(entered, Waiting):
            g.visit.outcome = "waiting"
            return self._page(
                "guest/waiting.html",
                meeting=meeting,
                why=entered.why,
                token=token,
                name=session.name,
                span=span_of(meeting.begins_ms, meeting.ends_ms),
                trouble=self.entrance.trouble(meeting.id),
            )
        self.book.used(link)
        g.visit.step, g.visit.outcome = "joined", "joined"
        return Redirect(entered, ("Referrer-Policy", "no-referrer"), ("X-Robots-Tag", ROBOTS))

    def _passcode_fits(self, link: GuestLink, here: str) -> bool:
        counted = ((WRONG_HERE, (link.id, here)), (WRONG, (link.id,)))
        if not all(self.limits.has_room(limit, *whom) for limit, whom in counted):
            raise NotAllowed(
                "Too many wrong passcodes were tried.",
                remedy="Wait ten minutes, then try again; or revoke the link and make another.",
                code="guest_passcode_tries",
            )
        if passcodes.fits(request.form.get("passcode", ""), link.passcode_hash):
            return True
        for limit, whom in counted:
            self.limits.take(limit, *whom)
        return False

    def _enter(self, text: str, step: str) -> tuple[GuestLink, Meeting]:
        self._begin(step)
        token = self.guests.token(text)
        if token is None:
            raise unknown_link()
        return self._found(token)

    def _session(self, step: str) -> tuple[GuestSession, GuestLink, Meeting]:
        visit = self._begin(step)
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        text = bearer if scheme == "Bearer" else request.form.get("session", "")
        session = self.guests.read(text)
        visit.locale = session.locale
        return session, *self._found(session.token)

    def _begin(self, step: str) -> Visit:
        visit: Visit = self.begin()
        g.visit = visit
        visit.step = step
        request.max_content_length = LARGEST_FORM
        wished = request.form.get("lang") or request.args.get("lang", "")
        visit.locale = wished if wished in self.languages else ""
        return visit

    def _found(self, token: str) -> tuple[GuestLink, Meeting]:
        visit: Visit = g.visit
        link = self.book.link(token)
        visit.role, visit.course_id = "guest", link.course_id
        with _guests_words():
            meeting = self.book.meeting(link)
        visit.meeting_id = meeting.id
        return link, meeting

    def _here(self) -> str:
        forwarded = request.headers.get("X-Forwarded-For", "")
        return client_address(request.remote_addr or "", forwarded, self.proxies)

    def _ask(
        self, text: str, link: GuestLink, meeting: Meeting, *, wrong: str = "", status: int = 200
    ) -> Response:
        return self._page(
            "guest/name.html",
            status,
            link=text,
            meeting=meeting,
            asks_passcode=bool(link.passcode_hash),
            name=request.form.get("name", "")[:200],
            wrong=wrong,
            span=span_of(meeting.begins_ms, meeting.ends_ms),
        )

    def _page(self, template: str, status: int = 200, **values: Any) -> Response:
        body = render_template(template, locale=g.visit.locale, **values)
        return Response(body, status, self.headers(), mimetype="text/html")

    def headers(self) -> dict[str, str]:
        """Of every page here: nobody frames it, no search engine keeps it."""
        headers = page_headers((), allow_http=self.allow_http, framed=False)
        return {**headers, "X-Robots-Tag": ROBOTS}

    def alone(self, response: Response) -> Response:
        """The same for refusals, which are made elsewhere."""
        response.headers.update(self.headers())
        return response


@contextmanager
def _guests_words() -> Iterator[None]:
    """A guest has no course to go back to."""
    try:
        yield
    except NotAllowed as refusal:
        code = GUESTS_CODES.get(refusal.code)
        if code is None:
            raise
        raise NotAllowed(
            refusal.message, remedy="Ask for a new invitation where it came from.", code=code
        ) from None


def guest_blueprint(views: GuestViews) -> Blueprint:
    """``/guest/…``."""
    urls = Blueprint("guest", __name__, url_prefix="/guest")
    urls.add_url_rule("/<link>", "arrive", views.arrive, methods=["GET"])
    urls.add_url_rule("/<link>", "knock", views.knock, methods=["POST"])
    urls.add_url_rule("/join", "join", views.join, methods=["POST"])
    urls.add_url_rule("/status", "status", views.status, methods=["POST"])
    urls.after_request(views.alone)
    return urls
