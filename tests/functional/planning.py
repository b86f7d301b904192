"""What the tests of scheduled classes share."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from lti_bridge.simulators.lms import CLAIM as LTI
from tests.campus import Answer, Browser, Campus
from tests.functional.tools import Page, read

ACTION = {f"{LTI}custom": {"action": "course"}}
DAY_MS = 24 * 3_600_000
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).replace(hour=10, minute=0, second=0)


def fields(**changes: str) -> dict[str, str]:
    """A class that is weekly on three Mondays … of whatever day tomorrow is."""
    values = {
        "title": "Laboratory",
        "date": TOMORROW.date().isoformat(),
        "time": "10:00",
        "minutes": "90",
        "zone": "UTC",
        "repeat": "weekly",
        "interval": "1",
        "ends": "count",
        "count": "3",
        "early": "10",
        "form_token": secrets.token_hex(16),
        "do": "save",
    }
    return {**values, **changes}


def course_page(campus: Campus, user: Any = None, course: int = 0, **claims: Any) -> Page:
    link = campus.link("window", course)
    return read(campus.launch(user or campus.teacher, link, claims={**ACTION, **claims}))


def send(campus: Campus, page: Page, path: str, **form: str) -> Answer:
    """A form of the schedule, in the name of whoever has that page."""
    url = f"{campus.url}/course/plan{path}"
    return Browser().ask("POST", url, {"session": page.session, **form})


def planned(campus: Campus, page: Page, **changes: str) -> list[Any]:
    """Schedule a class; its meetings."""
    done = read(send(campus, page, "/save", **fields(**changes)))
    assert "Scheduled" in done.headline, done.text
    store = campus.bridge.store
    course = store.database.read(lambda c: c.exec_driver_sql("SELECT max(id) FROM series").scalar())
    return store.series.of_series(course)


def meeting(campus: Campus, row: int) -> Any:
    return campus.bridge.store.meetings.by_id(row)
