"""What people choose for themselves: the language, zone and calendar of their pages, reminders.

Their choice comes before what the LMS says, from then on. Of somebody anonymous it is kept in the
page's session alone, and forgotten with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import flask_babel
from flask import Response, g, jsonify, request

from lti_bridge.errors import MalformedRequest
from lti_bridge.reports.cities import cities, city, is_zone
from lti_bridge.store import NO_PREFERENCES, Preferences
from lti_bridge.web.times import CALENDARS, clock, tell_for

if TYPE_CHECKING:
    from lti_bridge.directory import Visit
    from lti_bridge.security import FrameSession, Sessions
    from lti_bridge.store import PeoplesPreferences
    from lti_bridge.web.pages import Pages

LANGUAGES: Final[Mapping[str, str]] = MappingProxyType({
    "en": "English",
    "ar": "العربية",
    "de": "Deutsch",
    "es": "Español",
    "fa": "فارسی",
    "fr": "Français",
    "pt_BR": "Português (Brasil)",
})  # fmt: skip  # a name a line
"""What the pages speak, each in its own words: who looks for theirs reads no other."""

REMINDERS: Final = (5, 10, 15, 30, 60, 120, 1440)
"""Minutes before a class, of which one may be chosen."""

ReadSession = Callable[[str], "FrameSession"]


def preferring(session: FrameSession, chosen: Preferences) -> FrameSession:
    """The session with what its person chose."""
    return replace(
        session,
        locale=chosen.language or session.lms_locale,
        zone=chosen.zone or chosen.browser_zone,
        calendar=chosen.calendar,
        own_zone=bool(chosen.zone),
    )


def use(session: FrameSession, visit: Visit) -> None:
    """Answer this request in the session's language, with times as it has them."""
    visit.locale = session.locale
    tell_for(session)
    flask_babel.refresh()


@dataclass(frozen=True, slots=True)
class Preferred:
    """A launch's session, with what its person chose."""

    preferences: PeoplesPreferences

    def __call__(self, session: FrameSession, visit: Visit) -> FrameSession:
        """For whoever gets to see a page; a launch that is a redirect doesn't ask."""
        if session.user_id is not None:
            session = preferring(session, self.preferences.of(session.user_id))
        use(session, visit)
        return session


@dataclass(frozen=True, slots=True)
class PreferenceViews:
    """The views."""

    session: ReadSession
    """Reads the request's session; see :class:`lti_bridge.web.actions.CourseViews`."""
    sessions: Sessions
    pages: Pages
    preferences: PeoplesPreferences
    can_mail: bool
    """Whether there is a mail server, without which nobody can be reminded."""

    def show(self) -> Response:
        """``POST /course/preferences``: the page."""
        session = self.session("preferences")
        return self._page(session, self._chosen(session))

    def save(self) -> Response:
        """``POST /course/preferences/save``: keep what the form holds; the rest stays.

        With the field ``back`` the answer is the course's page.
        """
        session = self.session("preferences")
        chosen = _changed(self._chosen(session), can_mail=self.can_mail)
        if session.user_id is not None:
            self.preferences.save(session.user_id, chosen, spoken=str(flask_babel.get_locale()))
        session = preferring(session, chosen)
        use(session, g.visit)
        if "back" in request.form and session.meeting:
            return self.pages.of_meeting(session, g.visit)
        return self._page(session, chosen, saved=True)

    def zone(self) -> Response:
        """``POST /course/preferences/zone``: the browser's time zone, as a script says it.

        Answers the session with it, as JSON. A zone that somebody chose themselves stays.
        """
        session = self.session("preferences")
        zone = _one_of("zone", is_zone)
        g.visit.outcome = "status"
        if not session.own_zone and zone:
            if session.user_id is not None:
                self.preferences.browser_is_in(session.user_id, zone)
            session = replace(session, zone=zone)
        answer = jsonify(session=self.sessions.issue(session))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _chosen(self, session: FrameSession) -> Preferences:
        if session.user_id is not None:
            return self.preferences.of(session.user_id)
        kept_zone = session.zone if session.own_zone else ""
        return replace(
            NO_PREFERENCES,
            language=session.locale if session.locale in LANGUAGES else "",
            zone=kept_zone,
            calendar=session.calendar,
            browser_zone="" if session.own_zone else session.zone,
        )

    def _page(self, session: FrameSession, chosen: Preferences, *, saved: bool = False) -> Response:
        g.visit.outcome = "preferences"
        reader = clock()
        zones = dict(cities(reader.locale))
        if chosen.zone:
            zones.setdefault(chosen.zone, city(chosen.zone, reader.locale))
        return self.pages.show(
            "course/preferences.html",
            session,
            chosen=chosen,
            languages=LANGUAGES,
            zones=zones,
            reminders=REMINDERS if self.can_mail and session.user_id is not None else (),
            now=reader.moment(int(time() * 1000), weekday=True) + reader.unknown,
            saved=saved,
        )


def _changed(chosen: Preferences, *, can_mail: bool) -> Preferences:
    """With what the form says of it; a field that isn't sent changes nothing."""
    form = request.form
    if "language" in form:
        chosen = replace(chosen, language=_one_of("language", LANGUAGES.__contains__))
    if "zone" in form:
        chosen = replace(chosen, zone=_one_of("zone", is_zone))
    if "calendar" in form:
        chosen = replace(chosen, calendar=_one_of("calendar", CALENDARS.__contains__))
    if can_mail and "remind" in form:
        minutes = _one_of("remind", [str(each) for each in REMINDERS].__contains__)
        chosen = replace(chosen, remind_minutes=int(minutes) if minutes else None)
    return chosen


def _one_of(name: str, is_offered: Callable[[str], bool]) -> str:
    """A field's value, one that is offered, or empty."""
    value = request.form.get(name, "")
    if value and not is_offered(value):
        raise MalformedRequest(
            f"The form's field {name!r} holds nothing that was offered.",
            remedy="Open the link in the course again.",
            code="form_field",
        )
    return value
