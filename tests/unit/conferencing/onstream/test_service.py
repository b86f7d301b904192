from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_bridge.conferencing import Capability, Created, RecordingQuery, Slide, TextTrack
from lti_bridge.conferencing.capabilities import Capability as Named
from lti_bridge.conferencing.onstream import Onstream
from lti_bridge.errors import (
    BridgeError,
    CapabilityMissing,
    CircuitOpen,
    RemoteMalformed,
    RemoteRejected,
    RemoteUnavailable,
)
from tests.unit.conferencing.onstream.accounts import (
    ANN,
    LECTURE,
    PASSWORD,
    STANDING,
    TEACHER,
    Told,
    an_account,
    asked,
    connected,
)
from tests.unit.conferencing.onstream.test_answers import BODIES, NOT_ANSWERS
from tests.unit.conferencing.services import Clock

HANDOUT = Slide("handout.pdf", url="https://lms.example.edu/handout.pdf")
NOTES = Slide("notes.pdf", url="https://lms.example.edu/notes.pdf", current=True)
FILE = Slide("file.pdf", content=b"%PDF-")


@pytest.fixture
def account():
    return an_account()


@pytest.fixture
def service(account):
    with connected(account) as service:
        yield service


def test_what_it_is(service):
    assert service.kind == Onstream.kind == "onstream"
    assert service.name == "webinars"
    assert service.health.state == "closed"


def test_what_it_can_do(service):
    assert service.capabilities == {
        Capability.MEETINGS,
        Capability.INVITED,
        Capability.OBSERVERS,
        Capability.DIAL_IN,
        Capability.RECORDINGS,
        Capability.RENAME,
        Capability.DELETE_RECORDINGS,
    }
    assert Onstream.CAPABILITIES - service.capabilities == {
        Capability.SLIDES,
        Capability.INSERT_SLIDES,
    }
    for call in Onstream.CALLS.values():
        assert call.serves <= Onstream.CAPABILITIES


def test_slides_are_for_those_who_want_what_is_experimental(account):
    with connected(account, experimental=True) as service:
        assert service.capabilities == Onstream.CAPABILITIES


MISSING = [
    (Named.RUNNING, lambda s: s.is_running("lti-0123")),
    (Named.END, lambda s: s.end("lti-0123")),
    (Named.END, lambda s: s.end("lti-0123", moderator_password="x")),
    (Named.PUBLISH, lambda s: s.publish_recordings(["1"], published=False)),
    (Named.CAPTIONS, lambda s: s.text_tracks("1")),
    (Named.CAPTIONS, lambda s: s.put_text_track("1", TextTrack("captions", "en"), b"x")),
    (Named.ATTENDANCE, lambda s: s.attendance()),
    (Named.ATTENDANCE, lambda s: s.attendance(["lti-0123"])),
    (Named.CALLBACKS, lambda s: s.recording_ready("x")),
    (Named.ATTENDANCE_SENT, lambda s: s.attendance_sent("Bearer x", b"{}")),
    (Named.INSERT_SLIDES, lambda s: s.insert_slides("lti-0123", [HANDOUT])),
]


@pytest.mark.parametrize(("capability", "ask"), MISSING)
def test_what_it_cannot_do_is_said_without_asking(account, service, capability, ask):
    assert capability not in service.capabilities
    with pytest.raises(CapabilityMissing) as failure:
        ask(service)
    assert failure.value.code == "capability_missing"
    assert "webinars" in failure.value.message
    assert failure.value.remedy
    assert account.faults.requests == []


def test_it_is_well(account, service):
    service.check()
    assert asked(account) == ["GET authverify"]


def test_another_password_is_not(account, service):
    account.password = "changed"
    with pytest.raises(RemoteRejected) as failure:
        service.check()
    assert failure.value.code == "http_401"


def test_a_server_that_does_not_say_yes_is_not():
    for answer in ('{"authenticated": 0}', "[]"):
        with connected(Told(answer)) as service, pytest.raises(RemoteRejected) as failure:
            service.check()
        assert failure.value.code == "not_authenticated"
        assert failure.value.remedy


def test_a_service_that_fails_repeatedly_is_left_alone():
    clock = Clock()
    service = Told((500, {}, ""))
    with connected(service, clock=clock) as onstream:
        for _ in range(5):
            with pytest.raises(RemoteUnavailable):
                onstream.check()
        assert onstream.health.state == "open"
        assert onstream.health.reason == "answered HTTP 500"
        with pytest.raises(CircuitOpen, match="answered HTTP 500"):
            onstream.create(STANDING)
        assert len(service.faults.requests) == 5
        clock.now += 20
        service.answer = '{"authenticated": 1}'
        onstream.check()
        assert onstream.health.state == "closed"


def test_a_page_of_a_proxy_counts_as_a_failure():
    with connected(Told("<html>Log in</html>"), clock=Clock()) as onstream:
        for _ in range(5):
            with pytest.raises(RemoteMalformed):
                onstream.create(LECTURE)
        assert onstream.health.state == "open"


def test_refusals_are_answers():
    with connected(Told((404, {}, "")), clock=Clock()) as onstream:
        for _ in range(6):
            with pytest.raises(RemoteRejected):
                onstream.check()
        assert onstream.health.state == "closed"


def with_slides(*slides):
    return replace(STANDING, slides=slides)


def test_slides_are_there_from_the_beginning(account):
    meeting = with_slides(HANDOUT, NOTES)
    with connected(account, experimental=True) as service:
        assert service.create(meeting) == Created(remote_id="1")
        assert service.create(meeting) == Created(remote_id="1"), "and once only"
    assert [each.file_link for each in account.files.values()] == [HANDOUT.url, NOTES.url]
    assert [each.file_description for each in account.files.values()] == [
        "handout.pdf",
        "notes.pdf",
    ]
    assert [each.is_auto_opening for each in account.sessions[1].files] == [False, True]


def test_slides_that_are_no_links_are_left_out_with_a_warning(account):
    with connected(account, experimental=True) as service:
        created = service.create(with_slides(FILE, HANDOUT))
    assert created.warnings == ("Only links can be shown; files left out: 1.",)
    assert len(account.sessions[1].files) == 1


def test_slides_are_left_out_where_nothing_experimental_is_wanted(account, service):
    (warning,) = service.create(with_slides(HANDOUT)).warnings
    assert "experimental" in warning
    assert asked(account) == ["PUT session"]


@pytest.mark.parametrize(
    ("call", "status", "unknown"),
    [
        ("PUT file", 404, True),
        ("PUT file", 405, True),
        ("PUT file", 400, False),
        ("PUT file", 500, False),
        ("PUT file_in_session", 404, False),
        ("PUT file_in_session", 405, True),
    ],
)
def test_a_class_does_not_wait_for_slides(call, status, unknown):
    service = Told()
    service.answer = lambda _: (status, {}, "") if asked(service)[-1] == call else '{"id": 7}'
    with connected(service, experimental=True) as onstream:
        created = onstream.create(with_slides(HANDOUT))
        assert created.remote_id == "7"
        assert created.warnings == (f"Slides were left out: {call} failed (http_{status}).",)
        assert (Capability.SLIDES in onstream.capabilities) is not unknown
        assert (Capability.INSERT_SLIDES in onstream.capabilities) is not unknown


def test_slides_are_brought_into_a_meeting(account):
    with connected(account, experimental=True) as service:
        service.create(STANDING)
        service.insert_slides("lti-0123", [NOTES])
        service.insert_slides("1", [HANDOUT])
        assert [each.is_auto_opening for each in account.sessions[1].files] == [True, False]
        with pytest.raises(RemoteRejected) as failure:
            service.insert_slides("lti-none", [HANDOUT])
        assert failure.value.code == "notFound"
        with pytest.raises(CapabilityMissing):
            service.insert_slides("lti-0123", [HANDOUT, FILE])
    assert len(account.files) == 2


def test_nobody_is_ever_mailed(account):
    with connected(account, experimental=True) as service:
        created = service.create(STANDING)
        service.create(replace(STANDING, name="Other", remote_id=created.remote_id))
        for visitor in (ANN, TEACHER, replace(ANN, key=""), replace(ANN, role="moderator")):
            service.join_url(STANDING, visitor, created)
        service.cancel(STANDING)
    assert account.mails == []
    invitations = [
        each for each in account.faults.requests if each.path.endswith("/invitee/format/json")
    ]
    assert len(invitations) == 4
    assert all(b"send_email_invitation%22%3A%20false" in each.body for each in invitations)


def everything(service):
    """Each use of the service, apart from the others."""
    known = replace(STANDING, remote_id="7")
    return [
        service.check,
        lambda: service.create(STANDING),
        lambda: service.create(known),
        lambda: service.create(replace(LECTURE, remote_id="7", slides=(HANDOUT,))),
        lambda: service.join_url(known, ANN, Created(remote_id="7")),
        lambda: service.join_url(STANDING, replace(ANN, key=""), Created()),
        lambda: service.info("lti-0123"),
        lambda: service.info("7"),
        lambda: list(service.meetings()),
        lambda: service.cancel(known),
        lambda: service.cancel(STANDING),
        lambda: service.insert_slides("7", [HANDOUT]),
        lambda: list(service.recordings(RecordingQuery())),
        lambda: list(service.recordings(RecordingQuery(meeting_ids=("7", "x")))),
        lambda: list(service.recordings(RecordingQuery(record_ids=("7",)))),
        lambda: service.rename_recording("7", "x"),
        lambda: service.delete_recordings(["7"]),
    ]


def tried(service):
    failures = []
    for use in everything(service):
        try:
            use()
        except BridgeError as error:
            failures.append(error)
    return failures


SECRET = "WORDS-OF-THE-SERVICE"


@pytest.mark.parametrize("body", NOT_ANSWERS, ids=range(len(NOT_ANSWERS)))
def test_broken_answers_end_in_our_own_exceptions(body):
    with connected(Told(body), experimental=True) as service:
        for failure in tried(service):
            assert isinstance(failure, RemoteMalformed)


def test_no_secret_stands_in_an_exception_or_a_repr():
    hostile = json.dumps({"error": SECRET, "sessions": SECRET, PASSWORD: PASSWORD})
    answers = [
        (status, {"Location": f"/{SECRET}", "X": PASSWORD}, hostile)
        for status in (200, 302, 400, 401, 404, 409, 500)
    ]
    service = Told()
    with connected(service, experimental=True) as onstream:
        for answer in answers:
            service.answer = answer
            failures = tried(onstream)
            assert failures
            for failure in failures:
                shown = f"{failure!r} {failure} {failure.remedy} {failure.reason} {vars(failure)}"
                for secret in (SECRET, PASSWORD, "Basic ", "Ann", "lti-5"):
                    assert secret not in shown
        shown = repr(onstream) + repr(vars(onstream))
    assert PASSWORD not in shown


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(status=st.sampled_from([200, 201, 301, 404, 409]), body=BODIES)
def test_whatever_the_service_says_ends_in_our_own_exceptions(broken, status, body):
    told, service = broken
    told.answer = (status, {"Location": "/johndoe/session/id/7"}, body)
    tried(service)


@pytest.fixture
def broken():
    told = Told()
    with connected(told, experimental=True) as service:
        yield told, service
