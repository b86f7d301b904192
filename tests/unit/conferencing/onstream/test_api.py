"""Every call with every argument, as it goes on the wire, and against the simulated account."""

from __future__ import annotations

import base64
import json

import pytest

from lti_bridge.conferencing import Capability
from lti_bridge.conferencing.onstream.calls import CALLS
from lti_bridge.conferencing.onstream.values import Participant
from lti_bridge.errors import (
    RemoteMalformed,
    RemoteRejected,
    RemoteUnavailable,
)
from lti_bridge.simulators.serving import Server
from tests.unit.conferencing.onstream.accounts import (
    PASSWORD,
    Told,
    an_account,
    an_api,
    asked,
    said,
)

BASIC = "Basic " + base64.b64encode(f"johndoe:{PASSWORD}".encode()).decode()
ANSWER = json.dumps({"id": 7, "authenticated": 1, "email": "a@b", "title": "t"})
CESC = Participant("cesc@arsenal.example", "Cesc", "Fabregas", 1)
ROBIN = Participant("robin@arsenal.example", "Robin", "van Persie", id="9")
INVITED = [
    {
        "email": "cesc@arsenal.example",
        "first_name": "Cesc",
        "last_name": "Fabregas",
        "role": 1,
        "send_email_invitation": False,
    },
    {
        "id": "9",
        "email": "robin@arsenal.example",
        "first_name": "Robin",
        "last_name": "van Persie",
        "role": 2,
        "send_email_invitation": False,
    },
]

GETS = [
    (lambda api: api.authverify(), "GET authverify", "authverify"),
    (lambda api: api.session("7"), "GET session", "session/id/7"),
    (
        lambda api: api.session("7", return_fields=("topic", "start_time")),
        "GET session",
        "session/id/7/return/id;topic;start_time",
    ),
    (lambda api: list(api.sessions()), "GET sessions", "sessions/count/100/offset/0/order/asc"),
    (
        lambda api: list(
            api.sessions(count=20, offset=40, order="desc", return_fields=("id", "topic"))
        ),
        "GET sessions",
        "sessions/count/20/offset/40/order/desc/return/id;topic",
    ),
    (lambda api: api.invitees("7"), "GET invitees", "invitees/id/7"),
    (lambda api: api.invitees("7", role=1), "GET invitees", "invitees/id/7/role/moderators"),
    (lambda api: api.invitees("7", role=2), "GET invitees", "invitees/id/7/role/participants"),
    (lambda api: api.invitees("7", role=3), "GET invitees", "invitees/id/7/role/observers"),
    (lambda api: api.recording("7"), "GET recording", "recording/id/7"),
    (
        lambda api: api.recording("7", return_fields=["title"]),
        "GET recording",
        "recording/id/7/return/id;title",
    ),
    (
        lambda api: list(api.recordings()),
        "GET recordings",
        "recordings/count/100/offset/0/order/asc",
    ),
    (
        lambda api: list(
            api.recordings("3", count=5, offset=1, order="desc", return_fields=["title"])
        ),
        "GET recordings",
        "recordings/count/5/offset/1/session/3/order/desc/return/id;title",
    ),
]

OTHERS = [
    (lambda api: api.create_session("Test", 60, "2010-09-10 12:00:00"), "PUT session", {"topic": "Test", "duration": 60, "start_time": "2010-09-10 12:00:00"}),
    (
        lambda api: api.create_session(
            "Test", 60, "2010-09-10 12:00:00", friendly_url="lti-1", password="p", timezone="UP1",
            invited_participants=(CESC, ROBIN), custom_data={"custom1": "a", "custom2": "b"},
        ),
        "PUT session",
        {
            "topic": "Test", "duration": 60, "start_time": "2010-09-10 12:00:00", "friendly_url": "lti-1", "password": "p",
            "timezone": "UP1", "invited_participants": INVITED, "custom_data": [{"custom1": "a", "custom2": "b"}],
        },
    ),
    (lambda api: api.edit_session("7"), "POST session", {"id": 7}),
    (
        lambda api: api.edit_session(
            "7", topic="Test", duration=60, start_time="2010-09-10 12:00:00", friendly_url="lti-1", password="",
            timezone="UP1", invited_participants=[CESC, ROBIN], custom_data={"custom1": "a"},
        ),
        "POST session",
        {
            "id": 7, "topic": "Test", "duration": 60, "start_time": "2010-09-10 12:00:00", "friendly_url": "lti-1",
            "password": "", "timezone": "UP1", "invited_participants": INVITED, "custom_data": [{"custom1": "a"}],
        },
    ),
    (lambda api: api.delete_session("7"), "DELETE session", {"id": 7}),
    (
        lambda api: api.add_invitee("7", "a@b", first_name="A", last_name="B"),
        "PUT invitee",
        {"session_id": 7, "email": "a@b", "first_name": "A", "last_name": "B", "send_email_invitation": False, "role": 2},
    ),
    (
        lambda api: api.add_invitee("7", "a@b", first_name="A", last_name="B", role=3),
        "PUT invitee",
        {"session_id": 7, "email": "a@b", "first_name": "A", "last_name": "B", "send_email_invitation": False, "role": 3},
    ),
    (lambda api: api.edit_invitee("7", "4", role=1), "POST invitee", {"session_id": 7, "user_id": 4, "send_email_invitation": False, "role": 1}),
    (lambda api: api.remove_invitee("7", "4"), "DELETE invitee", {"session_id": 7, "user_id": 4}),
    (lambda api: api.edit_recording("7"), "POST recording", {"id": 7}),
    (
        lambda api: api.edit_recording("7", title="T", description="", password="", allow_anonymous_playback=False),
        "POST recording",
        {"id": 7, "title": "T", "description": "", "password": "", "allow_anonymous_playback": False},
    ),
    (lambda api: api.delete_recording("7"), "DELETE recording", {"id": 7}),
    (lambda api: api.add_file("https://x.example/a.pdf"), "PUT file", {"file_link": "https://x.example/a.pdf", "is_url": 1}),
    (lambda api: api.add_file("https://x.example/a.pdf", file_description="x" * 300), "PUT file", {"file_link": "https://x.example/a.pdf", "is_url": 1, "file_description": "x" * 255}),
    (lambda api: api.add_file_to_session("3", "7"), "PUT file_in_session", {"file_id": "3", "session_id": 7}),
    (lambda api: api.add_file_to_session("3", "7", is_auto_opening=True), "PUT file_in_session", {"file_id": "3", "session_id": 7, "is_auto_opening": 1}),
]  # fmt: skip  # a call with what it sends reads as one


@pytest.mark.parametrize(("run", "call", "path"), GETS)
def test_arguments_of_get_stand_in_the_path(run, call, path):
    service = Told(ANSWER)
    with an_api(service) as api:
        run(api)
    (request,) = service.faults.requests
    assert f"{request.method} {path.split('/')[0]}" == call
    assert request.path == f"/api/2/johndoe/{path}/format/json"
    assert request.query == ""
    assert request.body == b""
    assert request.headers["Authorization"] == BASIC


@pytest.mark.parametrize(("run", "call", "arguments"), OTHERS)
def test_arguments_of_the_others_stand_in_the_body(run, call, arguments):
    service = Told(ANSWER)
    with an_api(service) as api:
        run(api)
    (request,) = service.faults.requests
    assert (
        f"{request.method} {request.path}" == call.replace(" ", " /api/2/johndoe/") + "/format/json"
    )
    assert request.query == ""
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.headers["Authorization"] == BASIC
    assert said(request) == arguments
    assert json.dumps(said(request)) == json.dumps(arguments), "true is no 1, and 1 is no text"


def test_the_table_names_every_call_of_the_document():
    assert CALLS.keys() == {call for _, call, _ in [*GETS, *OTHERS]}
    assert len(CALLS) == 16
    assert all(name == call.name for name, call in CALLS.items())
    assert CALLS["PUT file"].serves == {Capability.SLIDES, Capability.INSERT_SLIDES}
    assert {call.name for call in CALLS.values() if call.discovered} == {
        "PUT file",
        "PUT file_in_session",
    }


@pytest.mark.parametrize(("run", "call", "_"), [*GETS, *OTHERS])
def test_every_status_of_every_call_becomes_an_exception(run, call, _):
    service = Told()
    with an_api(service) as api:
        for status in (400, 401, 403, 404, 405, 409, 410, 418, 429, 500):
            service.answer = (status, {}, f"<html>{PASSWORD}</html>")
            kind = RemoteUnavailable if status in {429, 500} else RemoteRejected
            with pytest.raises(kind) as failure:
                run(api)
            assert failure.value.code == f"http_{status}"
            assert (failure.value.service, failure.value.call) == ("webinars", call)
            assert PASSWORD not in f"{failure.value!r} {failure.value} {failure.value.remedy}"


@pytest.mark.parametrize(("run", "call", "_"), [*GETS, *OTHERS])
def test_every_call_is_malformed_where_a_page_comes_back(run, call, _):
    service = Told((200, {"Content-Type": "text/html"}, "<html><body>Log in</body></html>"))
    with an_api(service) as api, pytest.raises(RemoteMalformed) as failure:
        run(api)
    assert failure.value.call == call


@pytest.mark.parametrize(("run", "call", "_"), [*GETS, *OTHERS])
def test_only_what_may_be_done_twice_is_sent_twice(run, call, _):
    """The service is busy at first; a PUT isn't repeated, for it would make two."""
    service = Told()
    service.answer = lambda _request: (503, {}, "") if len(service.faults.requests) == 1 else ANSWER
    with an_api(service) as api:
        if call.startswith("PUT"):
            with pytest.raises(RemoteUnavailable):
                run(api)
        else:
            run(api)
    assert len(service.faults.requests) == (1 if call.startswith("PUT") else 2)


@pytest.mark.parametrize(("run", "call", "_"), [*GETS, *OTHERS])
def test_credentials_follow_no_redirection(run, call, _):
    """301 with a Location says that what was changed has moved; nobody goes there."""
    elsewhere, service = Told(ANSWER), Told()
    with Server(elsewhere) as other, an_api(service) as api:
        for status in (301, 302, 303, 307, 308):
            service.answer = (status, {"Location": f"{other.url}/{call.split()[1]}/7"}, "")
            if status == 301 and call.split()[0] in {"PUT", "POST"}:
                run(api)
            else:
                with pytest.raises(RemoteMalformed):
                    run(api)
    assert len(service.faults.requests) == 5
    assert elsewhere.faults.requests == []


def test_what_moved_may_be_new():
    location = {"Location": "https://onstream.example/api/2/johndoe/session/id/12"}
    for status in (201, 301):
        with an_api(Told((status, location, ""))) as api:
            assert api.create_session("Test", 60, "2010-09-10 12:00:00") == "12"


def test_a_name_with_signs_is_one_segment_of_the_path():
    service = Told(ANSWER)
    with an_api(service, username="john/doe?#%@ä") as api:
        api.authverify()
    (request,) = service.faults.requests
    assert request.path.encode("latin-1").decode() == "/api/2/john/doe?#%@ä/authverify/format/json"
    user = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
    assert user == f"john/doe?#%@ä:{PASSWORD}"


def test_halves_of_characters_are_not_sent():
    service = Told(ANSWER)
    with an_api(service) as api:
        api.add_invitee("7", "a@b", first_name="A\ud800", last_name="علی 👩🏽‍🏫")
    assert said(service.faults.requests[0])["first_name"] == "A?"
    assert said(service.faults.requests[0])["last_name"] == "علی 👩🏽‍🏫"


@pytest.mark.parametrize(
    ("answer", "verified"),
    [
        ({"authenticated": 1}, True),
        ({"authenticated": "1"}, True),
        ({"authenticated": True, "message": "x"}, True),
        ([{"authenticated": "true"}], True),
        ({"authenticated": 0}, False),
        ({"authenticated": ""}, False),
        ({"authenticated": False}, False),
        ({}, False),
    ],
)
def test_verification(answer, verified):
    with an_api(Told(json.dumps(answer))) as api:
        assert api.authverify() is verified


def test_a_server_that_gives_all_instead_of_one_is_asked_for_the_right_one():
    service = Told(json.dumps([{"id": 3, "topic": "c"}, {"id": 7, "topic": "g"}]))
    with an_api(service) as api:
        assert api.session("7").topic == "g"
        with pytest.raises(RemoteMalformed, match="other data"):
            api.session("8")


def pages(*counts, total=None):
    """A service that has pages of these sizes, and nothing after them."""

    def answer(request):
        parts = request.path.split("/")
        offset = int(parts[parts.index("offset") + 1])
        count = int(parts[parts.index("count") + 1])
        known = range(1, (total or sum(counts)) + 1)
        return json.dumps(
            [{"id": number, "topic": "x"} for number in known[offset : offset + count]]
        )

    return Told(answer)


@pytest.mark.parametrize(
    ("total", "calls"), [(0, 1), (1, 1), (9, 1), (10, 2), (11, 2), (20, 3), (25, 3)]
)
def test_paging_goes_on_to_the_end(total, calls):
    service = pages(total)
    with an_api(service) as api:
        assert [each.id for each in api.sessions(count=10)] == [str(n) for n in range(1, total + 1)]
    assert len(service.faults.requests) == calls


def test_paging_begins_where_it_is_told():
    with an_api(pages(25)) as api:
        assert [each.id for each in api.sessions(count=10, offset=18)] == [
            str(n) for n in range(19, 26)
        ]


def test_a_server_that_knows_no_offset_ends_the_paging():
    same = json.dumps([{"id": number, "title": "x"} for number in range(10)])
    service = Told(same)
    with an_api(service) as api:
        assert len(list(api.recordings(count=10))) == 10
    assert len(service.faults.requests) == 2


def test_what_moves_from_page_to_page_is_given_once():
    """A session that is made meanwhile moves the others, the newest first."""
    answers = iter([[9, 8, 7], [7, 6, 5], [4, 4]])
    service = Told(lambda _request: json.dumps([{"id": n, "topic": "x"} for n in next(answers)]))
    with an_api(service) as api:
        assert [each.id for each in api.sessions(count=3, order="desc")] == list("987654")


def test_a_page_that_is_not_there_is_the_end_but_not_the_first():
    service = Told()
    service.answer = lambda request: (
        json.dumps([{"id": 1, "topic": "x"}]) if "/offset/0/" in request.path else (404, {}, "")
    )
    with an_api(service) as api:
        assert len(list(api.sessions(count=1))) == 1
        with pytest.raises(RemoteRejected):
            list(api.sessions(count=1, offset=1))


def test_a_failure_between_pages_is_no_end():
    service = Told()
    service.answer = lambda request: (
        json.dumps([{"id": 1, "topic": "x"}]) if "/offset/0/" in request.path else (500, {}, "")
    )
    with an_api(service) as api:
        found = api.sessions(count=1)
        assert next(found).id == "1"
        with pytest.raises(RemoteUnavailable):
            next(found)


SHAPES = [
    {},
    {"shape": "flat list"},
    {"shape": "items"},
    {"ids": "string"},
    {"single": "list"},
    {"shape": "flat list", "ids": "string", "single": "list"},
    {"shape": "items", "ids": "string", "single": "list"},
    {"only_xml": True},
    {"only_xml": True, "shape": "items"},
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_an_account_answers_the_same_in_every_shape(shape):
    account = an_account(voip=True, **shape)
    with an_api(account) as api:
        assert api.authverify()
        assert list(api.sessions()) == []
        number = api.create_session(
            "Gärten & <Wälder>", 60, "2026-11-20 12:00:00", friendly_url="lti-1", password="p",
            invited_participants=[CESC], custom_data={"custom1": "a", "custom2": "b"},
        )  # fmt: skip  # arguments of the document
        session = api.session(number)
        assert session.topic == "Gärten & <Wälder>"
        assert (session.start_time, session.duration) == ("2026-11-20 12:00:00", 60)
        assert (session.password, session.friendly_url, session.timezone) == ("p", "lti-1", "UTC")
        assert session.session_access_code == "100001"
        assert session.custom_data == {"custom1": "a", "custom2": "b"}
        assert list(api.sessions(count=1)) == [session]
        assert api.session(number, return_fields=["topic"]).topic == session.topic
        api.edit_session(number, topic="Wiesen", password="", duration=30)
        assert (api.session(number).topic, api.session(number).password) == ("Wiesen", "")
        robin = api.add_invitee(
            number, "robin@x.example", first_name="Robin", last_name="van Persie"
        )
        (cesc,) = api.invitees(number, role=1)
        assert (cesc.email, cesc.first_name, cesc.last_name, cesc.role) == (
            "cesc@arsenal.example",
            "Cesc",
            "Fabregas",
            1,
        )
        assert [(each.id, each.role) for each in api.invitees(number)] == [(cesc.id, 1), (robin, 2)]
        assert cesc.link.startswith("http://")
        api.edit_invitee(number, robin, role=3)
        (observer,) = api.invitees(number, role=3)
        assert observer.id == robin
        api.remove_invitee(number, robin)
        api.remove_invitee(number, cesc.id)
        assert api.invitees(number) == []
        account.add_recording(1, title="Meadows", duration_ms=25880)
        (recording,) = api.recordings()
        assert (recording.id, recording.session_id, recording.title) == ("1", "1", "Meadows")
        assert recording.duration == 25880
        api.edit_recording(
            "1", title="T", description="D", password="p", allow_anonymous_playback=True
        )
        recording = api.recording("1")
        assert (recording.title, recording.description, recording.password) == ("T", "D", "p")
        assert recording.allow_anonymous_playback
        assert [each.id for each in api.recordings(number)] == ["1"]
        assert list(api.recordings("99")) == []
        file = api.add_file("https://x.example/a.pdf", file_description="A")
        assert api.add_file_to_session(file, number, is_auto_opening=True)
        api.delete_recording("1")
        api.delete_session(number)
        for gone in (
            lambda: api.session(number),
            lambda: api.recording("1"),
            lambda: api.delete_session(number),
        ):
            with pytest.raises(RemoteRejected) as failure:
                gone()
            assert failure.value.code == "http_410"
    assert account.mails == []


def test_a_second_friendly_url_is_refused():
    with an_api(an_account()) as api:
        for expected in ("1", "http_409"):
            try:
                answer = api.create_session("T", 60, "2026-11-20 12:00:00", friendly_url="lti-1")
            except RemoteRejected as refusal:
                answer = refusal.code
            assert answer == expected


def test_wrong_credentials_are_401():
    account = an_account()
    with (
        an_api(account, password="wrong-pass-word") as api,
        pytest.raises(RemoteRejected) as failure,
    ):
        api.authverify()
    assert failure.value.code == "http_401"
    assert "password" in failure.value.remedy
    assert "wrong-pass-word" not in f"{failure.value!r}{failure.value}{api!r}{vars(api)!r}"
    assert asked(account) == ["GET authverify"]
