"""Several services at once: which one a class meets on, rest, and secrets that are replaced."""

from __future__ import annotations

import time

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from lti_bridge.cli import commands
from lti_bridge.simulators.bigbluebutton import create_bigbluebutton
from lti_bridge.simulators.serving import Server
from lti_bridge.store.snapshot import RELOAD_SECONDS
from lti_bridge.store.tables import MeetingRow
from tests.campus import ask
from tests.functional.test_every_service import class_page
from tests.functional.tools import LTI, press, read, refused

SECOND = "a-second-secret-of-another-service"


@pytest.fixture
def second():
    """Another service beside the campus's own."""
    service = create_bigbluebutton(secret=SECOND)
    with Server(service) as server:
        service.address = service.url_for(server)
        yield service


@pytest.fixture
def campus(new_campus, second):
    campus = new_campus()
    campus.restart(f"""
[[conferencing]]
name = "second"
kind = "bigbluebutton"
url = "{second.address}"
secret = "{SECOND}"
""")
    return campus


def command(campus, *words, secret=None):
    """One of ``lti-bridge conferencing …``, as an operator gives it; the bridge then knows it."""
    result = CliRunner().invoke(
        commands, ["conferencing", *words, "--config", str(campus.file)], input=secret
    )
    assert result.exit_code == 0, result.output
    campus.restart()
    return result.output


def quiet_since(campus, hours):
    then = int((time.time() - hours * 3600) * 1000)
    campus.bridge.store.database.write(
        lambda c: c.execute(update(MeetingRow).values(confirmed_ms=then))
    )


def with_custom(**custom):
    return {f"{LTI}custom": custom, f"{LTI}resource_link": {"id": repr(custom)}}


def test_a_link_may_name_its_service(campus, second):
    named = with_custom(conferencing="second", embed="true")
    class_page(campus.launch(campus.student, campus.link(), claims=named))
    assert len(second.meetings) == 1
    assert not campus.service.meetings
    campus.restart()  # where meetings follow their platforms
    quiet_since(campus, 13)
    campus.restart()
    class_page(campus.launch(campus.student, campus.link(), claims=named))
    assert not campus.service.meetings


def test_a_link_that_names_no_service_of_ours_meets_where_its_platform_says(campus, second):
    for name in ("nowhere", "", "live ", "Second"):
        named = with_custom(conferencing=name, embed="true")
        class_page(campus.launch(campus.student, campus.link(), claims=named))
    assert len(campus.service.meetings) == 4
    assert not second.meetings


def test_a_course_may_meet_on_a_service_of_its_own(campus, second):
    class_page(campus.launch(campus.student, campus.link(course=1)))
    command(campus, "assign", "second", "--course", "1")
    class_page(campus.launch(campus.student, campus.link("join", course=1)))
    assert len(second.meetings) == 1, "a new meeting of the course"
    class_page(campus.launch(campus.student, campus.link(course=1)))
    assert len(second.meetings) == 1, "one that may be running stays where it is"
    quiet_since(campus, 13)
    campus.restart()
    class_page(campus.launch(campus.student, campus.link(course=1)))
    assert len(second.meetings) == 2
    class_page(campus.launch(campus.student, campus.link(course=0)))
    assert len(second.meetings) == 2, "other courses don't mind"
    command(campus, "assign", "--course", "1", "--platform-default")
    quiet_since(campus, 13)
    campus.restart()
    way = campus.launch(campus.student, campus.link(course=1)).location
    assert way.startswith(campus.service.url_for(campus.meetingz_server))


def test_a_service_at_rest_opens_no_new_class_while_running_ones_go_on(campus):
    class_page(campus.launch(campus.student, campus.link(course=0)))
    command(campus, "rest", "live")
    quiet_since(campus, 0.1)
    class_page(campus.launch(campus.other_student, campus.link(course=0)))
    answer = campus.launch(campus.student, campus.link(course=1))
    page = refused(campus, answer, 503, "service_resting")
    assert page.headline == "No classes are opened here just now"
    assert page.forms == [], "a Retry wouldn't help"
    assert len(campus.service.meetings) == 1
    command(campus, "wake", "live")
    class_page(campus.launch(campus.student, campus.link(course=1)))


def test_rest_is_noticed_by_a_server_that_runs(campus):
    class_page(campus.launch(campus.student, campus.link(course=0)))
    campus.bridge.store.services.rest("live", resting=True)
    assert campus.bridge.services.is_resting("live") is False, "known for 20 seconds"
    assert RELOAD_SECONDS == 20


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_an_admins_own_service_and_its_secret_replaced_while_a_class_runs(
    new_campus, second, engine
):
    campus = new_campus(engine)
    add = ("add", "own", "--kind", "bigbluebutton", "--url", second.address)
    command(campus, *add, secret=f"{SECOND}\n{SECOND}\n")
    named = with_custom(conferencing="own", embed="true")
    first = class_page(campus.launch(campus.student, campus.link(), claims=named))
    second.secret = "the-new-secret-of-that-service"
    command(campus, "secret", "own", secret=f"{second.secret}\n{second.secret}\n")
    quiet_since(campus, 0.1)
    again = class_page(campus.launch(campus.other_student, campus.link(), claims=named))
    assert again["class-name"] == first["class-name"]
    (meeting,) = second.meetings.values()
    assert len(meeting.participants) == 2, "the very same class"


def test_a_service_that_fails_again_and_again_is_left_alone_and_says_so(campus):
    campus.service.faults.set("500")
    for number in range(5):
        claims = {f"{LTI}resource_link": {"id": f"link {number}"}}
        read(campus.launch(campus.student, campus.link(), claims=claims), 503)
    asked = len(campus.service.faults.requests)
    teacher = read(campus.launch(campus.teacher, campus.link("frame")))
    student = read(campus.launch(campus.student, campus.link("frame")))
    assert len(campus.service.faults.requests) == asked, "it is left alone"
    for page in (teacher, student):
        assert "The class service isn’t answering just now" in page.text
    assert "live: answered HTTP 500" in teacher.text
    assert "HTTP 500" not in student.text
    page = refused(campus, press(campus, student), 503, "remote:CircuitOpen")
    assert "has failed several times and gets a short rest" in page.text
    metrics = ask("GET", f"{campus.url}/metrics").text
    alone = 'lti_bridge_conferencing_left_alone{reason="answered HTTP 500",service="live"} 1.0'
    assert alone in metrics
    assert 'lti_bridge_conferencing_left_alone{reason="",service="second"} 0.0' in metrics


def test_a_moved_in_class_isnt_ended_by_checking_the_service(campus):
    class_page(campus.launch(campus.student, campus.link()))
    output = command(campus, "check", "live")
    assert "639259d4" not in output
    assert len(campus.service.meetings) == 1
