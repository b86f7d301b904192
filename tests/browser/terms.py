"""A course whose classes are scheduled: some that were, one that is on, and some to come."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Frame, Page

from lti_bridge.scheduling.picking import Place
from lti_bridge.scheduling.planning import Planner
from lti_bridge.scheduling.standing import MeetingBook
from lti_bridge.store import Meeting
from tests.browser.people import Person
from tests.browser.university import LONG
from tests.campus import Campus
from tests.functional.test_live_pages import plan
from tests.functional.tools import LTI

HOUR = 3_600_000
DAY = 24 * HOUR


def now_ms() -> int:
    return int(time.time() * 1000)


def in_language(campus: Campus, language: str) -> None:
    """Every launch from here on says that it is read in that language."""
    claims = {f"{LTI}launch_presentation": {"locale": language}}
    campus.lms.quirks = replace(campus.lms.quirks, claims=claims)


def planner(campus: Campus) -> Planner:
    """What teachers do with a schedule, as on another node."""
    store = campus.bridge.store
    book = MeetingBook(store.meetings)
    return Planner(store.series, book, store.gradebook, store.roster)


def cancel(campus: Campus, meeting: Meeting) -> None:
    there = planner(campus)
    there.cancel(there.subject(meeting, "this"))


def move(campus: Campus, meeting: Meeting, begins_ms: int) -> None:
    """Let the class alone begin then."""
    there = planner(campus)
    subject = there.subject(meeting, "this")
    place = Place(
        course_id=meeting.course_id,
        course_title="",
        lti_context_id=meeting.lti_context_id,
        meets_course_id=meeting.meets_course_id,
        meets_connection=meeting.meets_connection,
        service=meeting.service,
        logout_url=meeting.logout_url,
    )
    wall = datetime.fromtimestamp(begins_ms // 1000, UTC).replace(tzinfo=None)
    new = replace(subject.plan, zone="UTC", starts=wall.isoformat())
    there.change(place, subject, *there.settled(new, None), graded=False)


def a_term(campus: Campus) -> Sequence[Meeting]:
    """Weekly classes: eight past, one that is on, and eight to come, of which one is moved and one
    doesn't take place. Somebody must have opened the course before.
    """
    begins = [now_ms() - HOUR // 2 + week * 7 * DAY for week in range(-8, 9)]
    every = plan(campus, *begins, title=f"Seminar {LONG}")
    cancel(campus, every[10])
    move(campus, every[11], every[11].begins_ms + 3 * HOUR)
    campus.restart()
    return every


def post(frame: Frame | Page, path: str, **fields: str) -> None:
    """Send a form of the page's session to there."""
    frame.evaluate(
        """([path, fields]) => {
          const form = document.createElement("form");
          const { value } = document.querySelector("input[name=session]");
          form.method = "post";
          form.action = path;
          for (const [name, text] of Object.entries({ session: value, ...fields })) {
            const field = document.createElement("input");
            Object.assign(field, { name, value: text, type: "hidden" });
            form.append(field);
          }
          document.body.append(form);
          form.submit();
        }""",
        [path, fields],
    )


def picture(person: Person, name: str, page: Page | None = None) -> None:
    """Where pictures are wished for, one of the window."""
    folder = os.environ.get("PICTURES")
    if folder:
        (page or person.page).screenshot(path=Path(folder) / f"{name}.png")
