"""Calendars' addresses, as programs fetch them: no page, no session, the address is everything."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, g, render_template, request
from flask_babel import force_locale, gettext

from lti_bridge.reports.calendars import calendar_of
from lti_bridge.security import Limit, page_headers
from lti_bridge.web.calendars import CALENDAR, manner

if TYPE_CHECKING:
    from lti_bridge.directory import Visit
    from lti_bridge.security import Limits, Marked
    from lti_bridge.store import Feed, Feeds, PeoplesPreferences, Shown

YEAR_MS: Final = 366 * 24 * 3_600_000
"""So far back calendars go."""
OFTEN: Final = Limit("feed", 30, 300)
"""Of one address: several programs of one person ask every few minutes at the most. Each answer
is written anew, so that a program gone wild would cost as much as a class that begins.
"""
HEADERS: Final = {
    "Cache-Control": "private, max-age=300",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


@dataclass(frozen=True, slots=True)
class FeedViews:
    """The views."""

    feeds: Feeds
    marked: Marked
    languages: Container[str]
    public_url: str
    people: Marked
    """People's row numbers in the addresses that end their reminders."""
    preferences: PeoplesPreferences
    limits: Limits
    begin: Callable[[], Visit]
    allow_http: bool

    def feed(self, address: str) -> Response:
        """``GET /calendar/<token>.<mark>/classes.ics``: the past year and all that is to come.

        404 for what never was an address of ours, 410 for one that was taken back, 429 where
        programs ask too often.
        """
        g.visit = self.begin()
        g.visit.step = "calendar feed"
        token = self.marked.value(address)
        feed = self.feeds.by_token(token) if token else None
        if feed is None:
            return _plain("There is no such calendar.\n", 404)
        if feed.revoked_ms is not None:
            return _plain("This calendar's address was taken back.\n", 410)
        if not self.limits.take(OFTEN, feed.token):
            wait = {"Retry-After": str(OFTEN.seconds)}
            return _plain("This calendar is fetched too often.\n", 429, wait)
        now_ms = int(time() * 1000)
        body = self._written(feed, self.feeds.shown(feed, now_ms - YEAR_MS))
        self.feeds.fetched(feed, now_ms)
        answer = Response(body, content_type=CALENDAR, headers=HEADERS)
        answer.headers["Content-Disposition"] = 'inline; filename="classes.ics"'
        answer.set_etag(hashlib.sha256(body).hexdigest()[:32])
        answer.make_conditional(request)
        return answer

    def reminders(self, person: str) -> Response:
        """``GET /calendar/reminders/<person>``: whether somebody wants no more letters. Nothing is
        ended yet: programs that look for harm open every address in a letter.
        """
        g.visit = self.begin()
        g.visit.step = "reminders"
        return self._reminders(person, ended=False)

    def end_reminders(self, person: str) -> Response:
        """``POST`` of the same: no more letters (RFC 8058); safe to repeat."""
        g.visit = self.begin()
        g.visit.step = "reminders"
        number = self.people.value(person) or ""
        if number.isdigit():
            self.preferences.stop_reminding(int(number))
        return self._reminders(person, ended=True)

    def _reminders(self, person: str, *, ended: bool) -> Response:
        if self.people.value(person) is None:
            return _plain("There is no such address.\n", 404)
        body = render_template("calendar/reminders.html", person=person, ended=ended)
        headers = {**HEADERS, **page_headers((), allow_http=self.allow_http, framed=False)}
        return Response(body, headers=headers, mimetype="text/html")

    def _written(self, feed: Feed, shown: Shown) -> bytes:
        asked = request.args.get("language", "")
        language = feed.language or (asked if asked in self.languages else "en")
        alarm = request.args.get("alarm", "")
        with force_locale(language):
            all_courses = feed.course_id is None
            own = [course.title for course in shown.courses if course.id == feed.course_id]
            name = next(iter(own), "") or gettext("My classes")
            how = manner(name, self.public_url, alarm, all_courses=all_courses)
        return calendar_of(shown, how)


def _plain(text: str, status: int, more: Mapping[str, str] = {}) -> Response:
    headers = {**HEADERS, "Cache-Control": "no-store", **more}
    return Response(text, status, headers, content_type="text/plain; charset=utf-8")


def feed_blueprint(views: FeedViews) -> Blueprint:
    """``/calendar/…``."""
    urls = Blueprint("calendar", __name__, url_prefix="/calendar")
    urls.add_url_rule("/<address>/classes.ics", "feed", views.feed, methods=["GET"])
    reminders = "/reminders/<person>"
    urls.add_url_rule(reminders, "reminders", views.reminders, methods=["GET"])
    urls.add_url_rule(reminders, "end_reminders", views.end_reminders, methods=["POST"])
    return urls
