"""DESIGN.md, 2: what one launch may cost in database statements and remote calls."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from tests.campus import Browser, ask
from tests.functional.planning import course_page, planned
from tests.functional.tools import INSTRUCTOR, LTI, ROLES, only_meeting, read


class Statements:
    """What SQLite was told, but for the launch list, which is written in batches."""

    def __init__(self):
        self.reads: list[str] = []
        self.writes: list[str] = []

    def note(self, statement: str) -> None:
        words = statement.split(None, 3)
        if words[0] == "SELECT":
            self.reads.append(statement)
        elif words[0] in {"INSERT", "UPDATE", "DELETE"} and "launches" not in words[:3]:
            self.writes.append(statement)


@contextmanager
def traced() -> Iterator[Statements]:
    statements = Statements()

    def watch(connection, _record, _proxy):
        connection.set_trace_callback(statements.note)

    def unwatch(connection, _record):
        connection.set_trace_callback(None)

    event.listen(Pool, "checkout", watch)
    event.listen(Pool, "checkin", unwatch)
    try:
        yield statements
    finally:
        event.remove(Pool, "checkout", watch)
        event.remove(Pool, "checkin", unwatch)


def remote_calls(campus) -> int:
    return (
        len(campus.meetingz.faults.requests)
        + len(campus.meets.faults.requests)
        + campus.lms.jwks_requests
        + campus.lms.tokens.requests
        + campus.lms.roster.requests
        + campus.lms.groups.requests
    )


def test_a_launch_of_somebody_known_costs_one_write_and_no_remote_call(campus):
    assert campus.launch(campus.student, campus.link()).joined_as
    before = remote_calls(campus)
    with traced() as statements:
        assert campus.launch(campus.student, campus.link()).joined_as
    assert len(statements.writes) == 1
    assert statements.writes[0].startswith("INSERT INTO nonces")
    assert len(statements.reads) <= 4
    assert remote_calls(campus) == before


def test_also_after_a_restart_of_the_bridge(campus):
    assert campus.launch(campus.student, campus.link()).joined_as
    campus.restart()
    browser = Browser()
    form = campus.form(browser, campus.student, campus.link())  # reads the platforms
    before = remote_calls(campus)
    with traced() as statements:
        assert campus.post_launch(browser, form).joined_as
    assert len(statements.writes) == 1
    assert len(statements.reads) <= 4
    assert remote_calls(campus) == before


def test_a_link_to_a_series_costs_no_more(campus):
    """Of people who come by it to the class that is on: also after a restart."""
    page = course_page(campus)
    now = datetime.now(UTC)
    when = {"date": now.date().isoformat(), "time": now.strftime("%H:%M")}
    (one,) = planned(campus, page, repeat="", early="60", **when)
    token = campus.bridge.store.series.name(one.series_id)
    claims = {"claims": {f"{LTI}custom": {"meeting": token, "action": "join"}}}
    assert campus.launch(campus.student, campus.link(), **claims).joined_as
    for again in (campus.restart, lambda: None):
        again()
        browser = Browser()
        form = campus.form(browser, campus.student, campus.link(), **claims)
        before = remote_calls(campus)
        with traced() as statements:
            joined = campus.post_launch(browser, form).joined_as
        assert joined["meetingID"] == one.meeting_id
        assert len(statements.writes) == 1
        assert len(statements.reads) <= 4
        assert remote_calls(campus) == before


def test_what_the_lms_offers_is_written_once_and_again_only_when_it_changes(campus):
    assert campus.launch(campus.student, campus.link()).joined_as
    with traced() as statements:
        assert campus.launch(campus.student, campus.link()).joined_as
    assert not [one for one in statements.reads + statements.writes if "course_services" in one]
    elsewhere = {"context_memberships_url": "https://lms.example/elsewhere"}
    changed = {"https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": elsewhere}
    with traced() as statements:
        assert campus.launch(campus.student, campus.link(), claims=changed).joined_as
    nonce, services, gradings = statements.writes
    assert "nonces" in nonce
    assert "course_services" in services
    assert gradings.startswith("UPDATE gradings"), "what stood in the way of grades may be gone"
    with traced() as statements:
        assert campus.launch(campus.student, campus.link(), claims=changed).joined_as
    assert len(statements.writes) == 1


def test_a_double_click_costs_no_second_write_that_counts(campus):
    browser = Browser()
    form = campus.form(browser, campus.student, campus.link())
    assert campus.post_launch(browser, form).joined_as
    with traced() as statements:
        assert campus.post_launch(browser, form).joined_as
    assert len(statements.writes) == 1  # that the nonce is taken is found out by the insert
    assert len(statements.reads) <= 1


def test_a_refused_launch_writes_nothing(campus):
    assert campus.launch(campus.student, campus.link()).joined_as
    with traced() as statements:
        answer = campus.launch(campus.student, campus.link(), claims={"exp": 1})
    assert answer.status == 401
    assert statements.writes == []


def test_a_login_costs_nothing(campus):
    campus.login(Browser(), campus.student, campus.link())
    with traced() as statements:
        campus.login(Browser(), campus.student, campus.link())
    assert statements.writes == statements.reads == []


def test_a_first_launch_asks_once_for_each_new_identifier_and_creates_once(campus):
    assert campus.launch(campus.student, campus.link()).joined_as
    assert campus.meets.calls == {"from_lti_id_context": 1, "from_lti_id_user": 1}
    assert len(campus.meetingz.faults.requests) == 1
    assert campus.lms.jwks_requests == 1


def test_a_change_of_name_or_role_costs_one_more_write(campus):
    assert campus.launch(campus.student, campus.link()).joined_as
    for claims in ({"name": "Benjamin"}, {"name": "Benjamin", ROLES: [INSTRUCTOR]}):
        with traced() as statements:
            campus.launch(campus.student, campus.link(), claims=claims)
        touched = {
            statement.split()[2 if "INTO" in statement else 1] for statement in statements.writes
        }
        assert touched <= {"nonces", "users", "memberships"}
        assert "nonces" in touched


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_two_hundred_launches_into_one_course_are_one_create(new_campus, engine):
    campus = new_campus(engine)
    link = campus.link()

    def signed_in(number):
        browser = Browser()
        claims = {"sub": f"student-{number}", "name": f"Student {number}"}
        return browser, campus.form(browser, campus.student, link, claims=claims)

    everybody = [signed_in(number) for number in range(200)]
    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(lambda one: campus.post_launch(*one), everybody))
    joined = [answer.joined_as for answer in answers]
    assert len({one["meetingID"] for one in joined}) == 1
    assert len({one["userID"] for one in joined}) == 200
    assert {one["fullName"] for one in joined} == {f"Student {n}" for n in range(200)}
    assert only_meeting(campus).create_calls == 1
    assert campus.meets.calls == {"from_lti_id_context": 1, "from_lti_id_user": 200}
    assert campus.lms.jwks_requests == 1


def test_the_course_page_asks_no_service_and_its_script_once_in_five_seconds(campus):
    page = None
    for _ in range(4):
        page = read(campus.launch(campus.teacher, campus.link("frame")))
    assert page is not None
    assert campus.meetingz.faults.count("/getMeetingInfo") == 0
    for _ in range(4):
        bearer = {"Authorization": f"Bearer {page.session}", "Content-Length": "0"}
        assert ask("POST", f"{campus.url}/course/status", None, bearer).status == 200
    assert campus.meetingz.faults.count("/getMeetingInfo") == 1
    assert campus.meetingz.faults.count("/create") == 0
