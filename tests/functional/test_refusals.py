"""Every refusal: a page, a number, the same number in the log and in the launch list."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from lti_bridge.app.watching import UNPROVEN_AT_ONCE, Watcher, new_visit
from tests.campus import Browser, ask
from tests.functional.tools import LTI, entry_of, press, read, refused


def told(logs, reference):
    (line,) = [line for line in logs if line.get("reference") == reference]
    return line


def test_the_number_on_the_page_is_the_one_in_log_and_list(shared):
    with capture_logs() as logs:
        answer = shared.launch(shared.student, shared.link(), claims={"exp": 1})
    page = refused(shared, answer, 401, "expired")
    line = told(logs, page.reference)
    assert line["event"] == "launch"
    assert line["log_level"] == "warning"
    assert line["reason"] == "expired"
    assert line["step"] == "token"
    assert line["platform"] == "Riverbank"
    assert "expired" in line["detail"]
    entry = entry_of(shared, page.reference)
    assert entry.step == "token"
    assert entry.detail == line["detail"]
    assert entry.connection_id


def test_a_launch_is_one_line_and_one_row_with_the_time_it_took(shared):
    with capture_logs() as logs:
        shared.launch(shared.student, shared.link())
        shared.launch(shared.teacher, shared.link("frame"))
    assert [(line["event"], line["outcome"], line["role"]) for line in logs] == [
        ("launch", "joined", "attendee"),
        ("launch", "page", "moderator"),
    ]
    for line in logs:
        assert line["ms"] >= 0
        entry = entry_of(shared, line["reference"])
        assert (entry.outcome, entry.role, entry.reason) == (line["outcome"], line["role"], "")
        assert entry.course_id == line["course"]
        assert entry.meeting_id == line["meeting"]
        assert entry.user_id


def test_a_launch_that_waits_is_told_as_waiting(shared):
    custom = {"wait_for_moderator": "true", "action": "join"}
    claims = {f"{LTI}custom": custom, f"{LTI}resource_link": {"id": "waits"}}
    with capture_logs() as logs:
        shared.launch(shared.student, shared.link(), claims=claims)
    (line,) = logs
    assert entry_of(shared, line["reference"]).outcome == line["outcome"] == "waiting"


def test_a_join_from_a_page_is_a_line_of_its_own(shared):
    page = read(shared.launch(shared.student, shared.link("frame")))
    with capture_logs() as logs:
        press(shared, page)
    (line,) = logs
    assert (line["event"], line["outcome"]) == ("join", "joined")


def test_what_happens_all_the_time_is_not_told(shared):
    page = read(shared.launch(shared.student, shared.link("frame")))
    with capture_logs() as logs:
        shared.login(Browser(), shared.student, shared.link())
        headers = {"Authorization": f"Bearer {page.session}", "Content-Length": "0"}
        ask("POST", f"{shared.url}/course/status", None, headers)
        for path in ("/healthz", "/readyz", "/metrics", "/lti/jwks.json"):
            ask("GET", f"{shared.url}{path}")
    assert logs == []


@pytest.mark.parametrize("kind", ["window", "frame"])
def test_lines_name_nobody_and_hold_no_secret(shared, kind):
    browser = Browser()
    with capture_logs() as logs:
        form = shared.form(browser, shared.student, shared.link(kind))
        answer = shared.post_launch(browser, form)
        shared.post_launch(Browser(), form)
        shared.launch(shared.student, shared.link(kind), claims={"iss": "https://x.example"})
        if kind == "frame":
            press(shared, read(answer))
    text = repr(logs)
    hidden = [
        *form.values(),
        *browser.cookies.values(),
        shared.student.name,
        shared.student.id,
        shared.student.email,
        "Okafor",
        "checksum",
        "password=",
        "639259d4",
        "meets-pass-word",
    ]
    assert len(logs) >= 3
    for word in hidden:
        assert word not in text


def test_a_refusal_page_speaks_the_launchs_language(shared):
    claims = {f"{LTI}deployment_id": "unknown", "locale": "fa"}
    claims[f"{LTI}launch_presentation"] = {"locale": "fa-IR"}
    answer = shared.launch(shared.student, shared.link(), claims=claims)
    page = refused(shared, answer, 403, "deployment_unknown")
    assert (page.language, page.direction) == ("fa", "rtl")


def test_a_refusal_page_speaks_the_browsers_language_where_there_is_no_launch(shared):
    page = read(ask("GET", f"{shared.url}/lti/login", None, {"Accept-Language": "ar"}), 400)
    assert (page.language, page.direction) == ("ar", "rtl")


def test_every_refusal_has_a_number_of_its_own(shared):
    numbers = {read(ask("GET", f"{shared.url}/lti/login"), 400).reference for _ in range(30)}
    assert len(numbers) == 30
    assert len({new_visit().reference for _ in range(2000)}) == 2000


class Journal:
    def __init__(self):
        self.entries = []

    def note(self, entry):
        self.entries.append(entry)


def visit_of(outcome, role=""):
    visit = new_visit()
    visit.outcome, visit.role = outcome, role
    return visit


def test_rubbish_from_anybody_does_not_fill_the_disk_but_launches_are_all_noted():
    journal, now = Journal(), 0.0
    watcher = Watcher(journal, clock=lambda: now)
    with capture_logs():
        for _ in range(UNPROVEN_AT_ONCE + 50):
            watcher.answered(visit_of("refused"), "launch")
        assert len(journal.entries) == UNPROVEN_AT_ONCE
        watcher.answered(visit_of("refused", "attendee"), "launch")
        watcher.answered(visit_of("joined", "attendee"), "launch")
        assert len(journal.entries) == UNPROVEN_AT_ONCE + 2
        now = 30.0
        for _ in range(100):
            watcher.answered(visit_of("refused"), "login")
    assert len(journal.entries) == UNPROVEN_AT_ONCE + 2 + 60


def test_only_launches_and_what_stops_them_are_in_the_list():
    journal = Journal()
    watcher = Watcher(journal)
    with capture_logs() as logs:
        watcher.answered(visit_of("joined", "attendee"), "join")
        watcher.answered(visit_of("refused"), "request")
        watcher.answered(visit_of("refused", "attendee"), "join")
        watcher.answered(visit_of("refused"), "login")
    assert len(logs) == 4
    assert len(journal.entries) == 2
