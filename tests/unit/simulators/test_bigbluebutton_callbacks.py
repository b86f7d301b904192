"""The three callbacks of BigBlueButton, to a receiver on a real socket."""

import json
import threading
import time
from urllib.parse import parse_qs

import jwt
import pytest
from werkzeug.wrappers import Request, Response

from lti_bridge.simulators.serving import Server
from tests.unit.simulators.family import CLASS, SECRET


class Receiver:
    """Keeps what it gets; answers with ``statuses``, the last of them for good."""

    def __init__(self):
        self.got = []
        self.statuses = [200]
        self.held = threading.Event()
        self.held.set()
        self.server = Server(self)
        self.url = f"{self.server.url}/hook"

    def __call__(self, environ, start_response):
        request = Request(environ)
        body = request.get_data()
        self.got.append((request.method, request.full_path.rstrip("?"), request.headers, body))
        self.held.wait(10)
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        headers = {"Location": "/elsewhere"} if status == 302 else {}
        return Response(status=status, headers=headers)(environ, start_response)


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.held.set()
    receiver.server.stop()


def hold_class(bbb, **given):
    bbb.call("create", **CLASS, **given)
    page = bbb.join("Ada", "mp", userID="7")
    bbb.clock.now += 60
    bbb.join("Bob", userID="8")
    return page


def sent(bbb):
    bbb.simulator.settle()
    return [(one.kind, one.status) for one in bbb.simulator.callbacks]


# --- the end


@pytest.mark.parametrize(
    ("record", "joins", "marks"),
    [("true", True, "true"), ("false", True, "false"), ("true", False, "false")],
)
def test_the_end_is_told_with_the_recording_marks(bbb, receiver, record, joins, marks):
    url = f"{receiver.url}?meetingID=m1&x=%20"
    bbb.call("create", **CLASS, record=record, meta_endCallbackUrl=url)
    if joins:
        bbb.join()
    assert sent(bbb) == []
    bbb.call("end", meetingID="m1")
    assert sent(bbb) == [("end", 200)]
    assert bbb.simulator.callbacks[0].url == f"{url}&recordingmarks={marks}"
    ((method, path, headers, body),) = receiver.got
    assert (method, path, body) == ("GET", f"/hook?meetingID=m1&x=%20&recordingmarks={marks}", b"")
    assert "Authorization" not in headers


def test_the_end_is_told_once_however_it_comes(bbb, receiver):
    for end in ("by call", "by button", "by itself"):
        page = hold_class(bbb, meta_endCallbackUrl=receiver.url)
        if end == "by call":
            bbb.call("end", meetingID="m1")
        elif end == "by button":
            bbb.send("POST", f"{page}/end")
        else:
            bbb.clock.now += 5000
        bbb.simulator.settle()
    assert [path for _, path, _, _ in receiver.got] == ["/hook?recordingmarks=false"] * 3


def test_an_end_that_nobody_asks_about_is_told_all_the_same(bbb, receiver):
    hold_class(bbb, meta_endCallbackUrl=receiver.url)
    bbb.clock.now += 5000
    deadline = time.monotonic() + 10
    while not receiver.got and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(receiver.got) == 1


def test_meeting_ended_url_is_told_too(bbb, receiver):
    bbb.call("create", **CLASS, meetingEndedURL=receiver.url)
    bbb.call("end", meetingID="m1")
    assert sent(bbb) == [("end", 200)]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x",
        "http://127.0.0.1:port/",
        "nonsense",
        "http://[x/",
        "http://127.0.0.1:1/a b",
        "https://é\u0301..x/",
    ],
)
def test_a_callback_nobody_answers_is_noted(bbb, url):
    bbb.call("create", **CLASS, meta_endCallbackUrl=url)
    bbb.call("end", meetingID="m1")
    assert sent(bbb) == [("end", None)]


def test_a_callback_over_tls_needs_a_server_that_speaks_it(bbb, receiver):
    bbb.call("create", **CLASS, meta_endCallbackUrl=receiver.url.replace("http:", "https:"))
    bbb.call("end", meetingID="m1")
    assert sent(bbb) == [("end", None)]


def test_redirects_are_not_followed(bbb, receiver):
    receiver.statuses = [302]
    bbb.call("create", **CLASS, meta_endCallbackUrl=receiver.url)
    bbb.call("end", meetingID="m1")
    assert sent(bbb) == [("end", 302)]
    assert len(receiver.got) == 1


def test_waiting_for_callbacks_has_an_end(bbb, receiver):
    receiver.held.clear()
    bbb.call("create", **CLASS, meta_endCallbackUrl=receiver.url)
    bbb.call("end", meetingID="m1")
    with pytest.raises(TimeoutError):
        bbb.simulator.settle(0.05)
    receiver.held.set()
    assert sent(bbb) == [("end", 200)]


def test_meetings_without_callbacks_send_none(bbb):
    hold_class(bbb, record="true", meta_course="7")
    bbb.call("end", meetingID="m1")
    assert sent(bbb) == []


# --- the recording


def test_a_published_recording_is_told_signed(bbb, receiver):
    hold_class(bbb, record="true", **{"meta_bbb-recording-ready-url": receiver.url})
    internal = bbb.meeting.internal_id
    bbb.call("end", meetingID="m1")
    assert sent(bbb) == [("recording", 200)]
    ((method, path, headers, body),) = receiver.got
    assert (method, path) == ("POST", "/hook")
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    form = parse_qs(body.decode())
    assert list(form) == ["signed_parameters"]
    (token,) = form["signed_parameters"]
    assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": "HS256"}
    assert jwt.decode(token, SECRET, algorithms=["HS256"]) == {
        "meeting_id": "m1",
        "record_id": internal,
    }


def test_a_recording_is_told_when_it_is_published_first_and_never_again(bbb, receiver):
    bbb.simulator.recordings.publish_at_once = False
    hold_class(bbb, record="true", **{"meta_bbb-recording-ready-url": receiver.url})
    bbb.call("end", meetingID="m1")
    assert sent(bbb) == []
    (recording,) = bbb.simulator.recordings.all
    bbb.simulator.recordings.finish(recording.record_id)
    assert sent(bbb) == [("recording", 200)]
    for publish in ("false", "true"):
        bbb.call("publishRecordings", recordID=recording.record_id, publish=publish)
    assert len(sent(bbb)) == 1


def test_a_recording_that_a_test_adds_is_told_by_the_secret_of_the_day(bbb, receiver):
    bbb.simulator.secret = "a new secret that is long enough for a key"
    bbb.simulator.recordings.add(
        meeting_id="m1", metadata={"bbb-recording-ready-url": receiver.url}
    )
    bbb.simulator.settle()
    (token,) = parse_qs(receiver.got[0][3].decode())["signed_parameters"]
    assert jwt.decode(token, bbb.simulator.secret, algorithms=["HS256"])["meeting_id"] == "m1"


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([500, 503, 204], [500, 503, 204]),
        ([500], [500, 500, 500, 500]),
        ([302, 401], [302, 401]),
        ([410], [410]),
    ],
)
def test_a_recording_is_told_again_until_it_is_understood(start, receiver, statuses, expected):
    bbb = start("bigbluebutton", attempts=4, pause=0.01)
    receiver.statuses = statuses
    bbb.simulator.recordings.add(
        meeting_id="m1", metadata={"bbb-recording-ready-url": receiver.url}
    )
    assert sent(bbb) == [("recording", status) for status in expected]


# --- the analytics


def test_the_analytics_follow_the_end(bbb, receiver):
    bbb.simulator.secret = bbb.secret = (
        "a secret as long as HS512 asks for: sixty-four characters or more"
    )
    given = {
        "meetingKeepEvents": "true",
        "preUploadedPresentation": "https://x.example/a.pdf",
        "meta_analytics-callback-url": receiver.url,
    }
    page = hold_class(bbb, **given)
    ada, _ = bbb.meeting.joined
    ada.engagement = {"chats": 2, "talk_time": 30}
    bbb.meeting.polls.append({"question": "Yes?"})
    bbb.send("POST", f"{page}/leave")
    bbb.clock.now += 10
    bbb.join("Ada", "ap", userID="7")
    bbb.meeting.joined[-1].engagement = {"chats": 1}
    bbb.clock.now += 5
    internal = bbb.meeting.internal_id
    bbb.call("end", meetingID="m1")
    assert sent(bbb) == [("analytics", 200)]
    ((method, path, headers, body),) = receiver.got
    assert (method, path, headers["Content-Type"]) == ("POST", "/hook", "application/json")
    kind, _, token = headers["Authorization"].partition(" ")
    assert kind == "Bearer"
    assert jwt.get_unverified_header(token)["alg"] == "HS512"
    claims = jwt.decode(token, bbb.secret, algorithms=["HS512"])
    assert list(claims) == ["exp"]
    report = json.loads(body)
    assert (report["version"], report["meeting_id"], report["internal_meeting_id"]) == (
        "1.0", "m1", internal,
    )  # fmt: skip
    data = report["data"]
    assert data["metadata"] == {
        "analytics_callback_url": receiver.url,
        "is_breakout": "false",
        "meeting_name": "Algebra",
    }
    assert (data["duration"], data["start"], data["finish"]) == (
        75, "2023-11-14 22:13:20 +0000", "2023-11-14 22:14:35 +0000",
    )  # fmt: skip
    assert (data["files"], data["polls"]) == (["a.pdf"], [{"question": "Yes?"}])
    one, two = data["attendees"]
    assert one == {
        "ext_user_id": "7",
        "name": "Ada",
        "moderator": True,
        "joins": ["2023-11-14 22:13:20 +0000", "2023-11-14 22:14:30 +0000"],
        "leaves": ["2023-11-14 22:14:20 +0000", "2023-11-14 22:14:35 +0000"],
        "duration": 65,
        "recent_talking_time": "",
        "engagement": {
            "chats": 3, "talks": 0, "raisehand": 0, "emojis": 0, "poll_votes": 0, "talk_time": 30,
        },
    }  # fmt: skip
    assert (two["ext_user_id"], two["moderator"], two["duration"]) == ("8", False, 15)


def test_analytics_of_a_meeting_that_nobody_came_to(bbb, receiver):
    url = {"meta_analytics-callback-url": receiver.url}
    bbb.call("create", **CLASS, meetingKeepEvents="true", **url)
    bbb.call("end", meetingID="m1")
    assert sent(bbb) == [("analytics", 200)]
    data = json.loads(receiver.got[0][3])["data"]
    assert (data["duration"], data["attendees"]) == (0, [])


def test_analytics_are_not_sent_where_events_are_not_kept(bbb, receiver):
    hold_class(bbb, **{"meta_analytics-callback-url": receiver.url})
    bbb.call("end", meetingID="m1")
    assert sent(bbb) == []


def test_all_three_go_to_where_each_was_told(bbb, receiver):
    hold_class(
        bbb,
        record="true",
        meetingKeepEvents="true",
        meta_endCallbackUrl=f"{receiver.url}/end",
        **{
            "meta_bbb-recording-ready-url": f"{receiver.url}/recording",
            "meta_analytics-callback-url": f"{receiver.url}/analytics",
        },
    )
    bbb.call("end", meetingID="m1")
    assert sent(bbb) == [("end", 200), ("analytics", 200), ("recording", 200)]


def test_no_secret_in_what_a_failing_test_prints(bbb, receiver):
    hold_class(bbb, record="true", **{"meta_bbb-recording-ready-url": f"{receiver.url}?t=token"})
    bbb.call("end", meetingID="m1")
    bbb.simulator.settle()
    printed = repr(bbb.simulator.callbacks) + repr(bbb.simulator) + repr(bbb.simulator.ended)
    assert not any(word in printed for word in (SECRET, "t=token"))
