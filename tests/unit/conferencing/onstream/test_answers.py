"""What the document prints, what it leaves open, and what is no answer at all."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.conferencing.links import web_link
from lti_bridge.conferencing.onstream import answers, values
from lti_bridge.conferencing.onstream.answers import Asked, Kind
from lti_bridge.conferencing.onstream.values import (
    GROUPS,
    INVITEE,
    RECORDED,
    SESSION,
    VERIFIED,
    Invitee,
    Recorded,
    Session,
)
from lti_bridge.errors import RemoteError, RemoteMalformed, RemoteRejected, RemoteUnavailable
from lti_bridge.http import Response

ASKED = Asked("webinars", "GET sessions")
URL = "https://onstream.example/api/2/johndoe/session/format/json"

SESSION_XML = """<?xml version="1.0" encoding="UTF-8"?>
<root>
<sessions>
<session>
<id>1</id>
<topic>My first session</topic>
<start_time>2010-08-31 14:00:00</start_time>
<duration>60</duration>
<timezone>UP2</timezone>
<password>some-password</password>
<session_link>http://domain.com/user/friendly_url-or-session_key</session_link>
<custom_data>
<custom1>first custom value</custom1>
<custom2>second custom value</custom2>
<custom3>third custom value</custom3>
<custom4>...</custom4>
</custom_data>
</session>
[...]
</sessions>
</root>"""
PRINTED = Session(
    id="1",
    topic="My first session",
    start_time="2010-08-31 14:00:00",
    duration=60,
    timezone="UP2",
    password="some-password",
    session_link="http://domain.com/user/friendly_url-or-session_key",
    custom_data={
        "custom1": "first custom value",
        "custom2": "second custom value",
        "custom3": "third custom value",
        "custom4": "...",
    },
)
INVITEES_XML = """<?xml version="1.0" encoding="UTF-8"?>
<xml>
<moderators>
<item>
<id>4</id>
<first_name>Cesc</first_name>
<last_name>Fabregas</last_name>
<email>cesc@arsenal.com</email>
<personal_session_link>http://.../[user]/go/ABC123</personal_session_link>
</item>
<item>
[...]
</item>
</moderators>
<participants>
[...]
</participants>
<observers>
[...]
</observers>
</xml>"""
CESC = Invitee("4", 1, "cesc@arsenal.com", "Cesc", "Fabregas", "http://.../[user]/go/ABC123")
RECORDING_XML = """<?xml version="1.0" encoding="UTF-8"?>
<root>
<recordings>
<recording>
<id>1</id>
<session_id>1</session_id>
<title>My first recording</title>
<description>This is my first recording</description>
<password>some-password</password>
<duration>25880</duration>
<allow_anonymous_playback>1</allow_anonymous_playback>
<recording_link>http://domain.com/play/1-My-first-recording</recording_link>
<creation_date>2010-08-31 14:00:00</creation_date>
</recording>
[...]
</recordings>
</root>"""
PLAYED = Recorded(
    id="1",
    session_id="1",
    title="My first recording",
    description="This is my first recording",
    password="some-password",
    duration=25880,
    allow_anonymous_playback=True,
    recording_link="http://domain.com/play/1-My-first-recording",
    creation_date="2010-08-31 14:00:00",
)


def response(body="", status=200, **headers):
    raw = body if isinstance(body, bytes) else body.encode()
    return Response(status, headers, raw)


def read(body, status=200):
    return answers.read(response(body, status), ASKED)


def sessions(body):
    return [values.session(each, ASKED) for each in answers.records(read(body), SESSION, ASKED)]


def invitees(body):
    found = answers.grouped(read(body), INVITEE, ASKED, frozenset(GROUPS))
    return [values.invitee(group, record, ASKED) for group, record in found]


def recordings(body):
    found = answers.records(read(body), RECORDED, ASKED)
    return [values.recorded(each, ASKED) for each in found]


def test_the_sessions_that_the_document_prints():
    assert sessions(SESSION_XML) == [PRINTED]
    assert PRINTED.friendly_url == "friendly_url-or-session_key"


def test_the_invitees_that_the_document_prints():
    assert invitees(INVITEES_XML) == [CESC]


def test_the_recordings_that_the_document_prints():
    assert recordings(RECORDING_XML) == [PLAYED]


def test_the_verification_that_the_document_prints():
    body = """<?xml version="1.0" encoding="utf-8"?>
    <xml>
    <authenticated>1</authenticated>
    <message>You are authorized to use the API</message>
    </xml>"""
    (found,) = answers.records(read(body), VERIFIED, ASKED)
    assert answers.flag(found["authenticated"])


@pytest.mark.parametrize(
    "message",
    [
        "Session added",
        "Session updated",
        "Session was deleted",
        "Session deleted",
        "Invitee added",
        "Invitation was updated",
        "Invitee deleted",
        "Recording updated",
        "Recording was deleted",
        "File added",
        "File added to session",
        "",
        "Error: nothing of the kind",
    ],
)
def test_the_changes_that_the_document_prints(message):
    """And no message counts for anything."""
    printed = f'<?xml version="1.0" encoding="utf-8"?>\n<xml>\n<id>1</id>\n<message>{message}</message>\n</xml>'
    for body in (printed, json.dumps({"id": "1", "message": message})):
        assert answers.written(response(body), ASKED, URL, needed=True) == "1"


PLAIN = {
    "id": 1,
    "topic": "My first session",
    "start_time": "2010-08-31 14:00:00",
    "duration": 60,
    "timezone": "UP2",
    "password": "some-password",
    "session_link": "http://domain.com/user/friendly_url-or-session_key",
    "custom_data": dict(PRINTED.custom_data),
}
AS_TEXT = {**PLAIN, "id": "1", "duration": "60", "custom_data": [dict(PRINTED.custom_data)]}
APART = {
    **PLAIN,
    "custom_data": [{name: value} for name, value in PRINTED.custom_data.items()],
}


@pytest.mark.parametrize("record", [PLAIN, AS_TEXT, APART], ids=["numbers", "text", "apart"])
@pytest.mark.parametrize(
    "nest",
    [
        lambda one: one,
        lambda one: [one],
        lambda one: {"session": one},
        lambda one: {"session": [one]},
        lambda one: {"sessions": one},
        lambda one: {"sessions": [one]},
        lambda one: {"sessions": {"session": one}},
        lambda one: {"sessions": {"session": [one]}},
        lambda one: {"sessions": [{"session": one}]},
        lambda one: {"root": {"sessions": {"session": one}}},
        lambda one: {"item": [one]},
        lambda one: {"items": {"item": one}},
        lambda one: {"webinars": {"webinar": [one]}},
        lambda one: {"0": one},
        lambda one: {"count": 1, "sessions": [one]},
    ],
)
def test_json_is_read_however_it_is_nested(nest, record):
    assert sessions(json.dumps(nest(record))) == [PRINTED]


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "{}",
        "null",
        ' {"sessions": []} ',
        '{"sessions": {"session": []}}',
        '{"sessions": null}',
        '{"sessions": ""}',
        '{"item": []}',
        '{"total": 0, "sessions": []}',
        "<xml/>",
        "<root><sessions/></root>",
        "<root><sessions>\n</sessions></root>",
        "\ufeff[]",
    ],
)
def test_nothing_is_read_as_nothing(body):
    assert sessions(body) == []


def test_two_of_them_keep_their_order():
    first, second = {"id": 2, "topic": "b"}, {"id": "1", "topic": "a"}
    b, a = "<id>2</id><topic>b</topic>", "<id>1</id><topic>a</topic>"
    for body in (
        json.dumps([first, second]),
        json.dumps({"sessions": {"session": [first, second]}}),
        json.dumps({"0": first, "1": second}),
        f"<root><sessions><session>{b}</session><session>{a}</session></sessions></root>",
    ):
        assert sessions(body) == [Session("2", "b"), Session("1", "a")]


@pytest.mark.parametrize(
    "body",
    [
        {"moderators": {"item": [{"id": 4, "email": "a@b"}]}, "participants": {"item": []}},
        {"moderators": {"item": {"id": "4", "email": "a@b"}}, "observers": ""},
        {"moderators": [{"id": 4, "email": "a@b"}], "participants": [], "observers": []},
        {"invitees": {"moderators": [{"id": 4, "email": "a@b"}]}},
        [{"moderators": {"item": [{"id": 4, "email": "a@b"}]}}],
        [{"id": 4, "email": "a@b", "role": 1}],
        {"item": {"id": 4, "email": "a@b", "role": "1"}},
    ],
)
def test_invitees_are_read_with_their_group(body):
    assert invitees(json.dumps(body)) == [Invitee("4", 1, "a@b")]


@pytest.mark.parametrize("role", [None, "", 4, "moderator", True, [], 0])
def test_a_role_that_is_none_is_not_said(role):
    (found,) = invitees(json.dumps([{"id": 4, "email": "a@b", "role": role}]))
    assert found.role == 0


@pytest.mark.parametrize("value", [1, "1", True, "true", "TRUE", " 1 "])
def test_what_is_true(value):
    assert answers.flag(value)


@pytest.mark.parametrize("value", [0, "0", False, "false", "", None, 2, "yes", [], {}, [1]])
def test_what_is_not_true(value):
    assert not answers.flag(value)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, "7"),
        ("7", "7"),
        (" 007\n", "7"),
        (0, "0"),
        ("9" * 15, "9" * 15),
        ("9" * 16, ""),
        (10**15, ""),
        (-1, ""),
        ("-1", ""),
        (True, ""),
        (1.0, ""),
        ("٧", ""),
        ("²", ""),
        ("x", ""),
        ("", ""),
        (None, ""),
        ([7], ""),
    ],
)
def test_what_is_a_number(value, number):
    assert answers.identifier(value) == number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" Ann\n", "Ann"),
        ("a\0b\ud800", "ab?"),
        (12, "12"),
        (1.5, "1.5"),
        (None, ""),
        (True, ""),
        (["x"], ""),
        ({"x": 1}, ""),
    ],
)
def test_what_is_text(value, text):
    assert answers.text(value) == text


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        ([], {}),
        ({}, {}),
        ("", {}),
        (None, {}),
        ({"custom2": "b", "custom1": 1, "other": "x"}, {"custom2": "b", "custom1": "1"}),
        ([{"custom1": "a"}, {"custom2": None}, "x"], {"custom1": "a", "custom2": ""}),
    ],
)
def test_custom_data(value, fields):
    assert answers.custom(value) == fields


NOT_ANSWERS = [
    "",
    "   ",
    "OK",
    "1",
    '"sessions"',
    "true",
    "<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>Please</body></html>",
    "<html><body><p>Please</p></body></html>",
    '<?xml version="1.0"?><report><state>fine</state><items/></report>',
    "<root><sessions>",
    "<root><sessions>&who;</sessions></root>",
    '<!DOCTYPE x [<!ENTITY who "me">]><root><sessions>&who;</sessions></root>',
    '<?xml version="1.0" encoding="klingon"?><root/>',
    b"<root>\xff</root>",
    b"\xff\xfe\x00",
    '{"sessions": [',
    '{"sessions": [{"id": 1, "topic": "a"}',
    '{"state": "fine", "items": []}',
    '{"error": "no such thing"}',
    '{"error": {"code": 7}}',
    '{"status": false}',
    "[1, 2, 3]",
    '["id", "topic"]',
    '{"sessions": 7}',
    "<xml>Sessions</xml>",
    "<xml><message>Nothing found</message></xml>",
    "[" * 100_000,
    "[" * 400 + "]" * 399 + '"x"]',
    "<root>" * 400 + "</root>" * 400,
    "9" * 5000,
    '[{"id": ' + "9" * 5000 + "}]",
]


@pytest.mark.parametrize("body", NOT_ANSWERS, ids=range(len(NOT_ANSWERS)))
def test_anything_else_is_malformed(body):
    with pytest.raises(RemoteMalformed) as failure:
        sessions(body)
    assert failure.value.code == "malformed"
    assert failure.value.remedy
    assert (failure.value.service, failure.value.call) == ("webinars", "GET sessions")
    assert failure.value.reason.startswith("answered with ")
    assert failure.value.__context__ is None, "a reader's exception may hold the answer"


@pytest.mark.parametrize(
    "record", [{"topic": "no id"}, {"id": "x"}, {"id": None}, {"id": True}, {"id": -1}]
)
def test_a_record_without_a_number_is_malformed(record):
    for reads in (sessions, recordings, invitees):
        body = json.dumps([{**record, "email": "a", "title": "b"}])
        with pytest.raises(RemoteMalformed):
            reads(body)


DOUBTFUL = [400, 401, 403, 404, 405, 409, 410]


@pytest.mark.parametrize("status", [*DOUBTFUL, 402, 406, 418, 422, 451])
@pytest.mark.parametrize("body", ["", '{"id": 1}', "<html>not here</html>"])
def test_a_refusal_has_the_status_as_its_code(status, body):
    with pytest.raises(RemoteRejected) as failure:
        read(body, status)
    assert failure.value.code == f"http_{status}"
    assert failure.value.reason == f"answered HTTP {status}"
    assert failure.value.remedy


def test_the_table_has_a_remedy_of_its_own_for_each_status_of_the_document():
    assert answers.REMEDIES.keys() == set(DOUBTFUL)
    assert len(set(answers.REMEDIES.values())) == len(DOUBTFUL)


@pytest.mark.parametrize("status", [429, 500, 501, 502, 503, 504, 599])
def test_a_service_that_is_not_itself_is_unavailable(status):
    with pytest.raises(RemoteUnavailable) as failure:
        read('{"id": 1}', status)
    assert failure.value.code == f"http_{status}"
    assert failure.value.reason == f"answered HTTP {status}"


@pytest.mark.parametrize("status", [100, 199, 300, 301, 302, 303, 304, 307, 308])
def test_redirections_are_not_followed_and_no_answer(status):
    answer = response("{}", status, location="https://elsewhere.example/x/7")
    with pytest.raises(RemoteMalformed) as failure:
        answers.read(answer, ASKED)
    assert f"HTTP {status}" in str(failure.value)
    with pytest.raises(RemoteMalformed):
        answers.written(answer, Asked("webinars", "DELETE session"), URL)


def moved(call, location, status=301, body=""):
    return answers.written(response(body, status, location=location), Asked("webinars", call), URL)


@pytest.mark.parametrize("call", ["PUT session", "POST session"])
def test_a_resource_that_moved_was_changed(call):
    assert moved(call, "https://onstream.example/api/2/johndoe/session/id/7") == "7"
    assert moved(call, "/api/2/johndoe/session/7/format/json") == "7"
    assert moved(call, "/elsewhere") == ""
    assert moved(call, "session/id/7") == "7"


@pytest.mark.parametrize(
    "location",
    [
        "http://onstream.example/api/2/johndoe/session/format/json",
        "https://www.onstream.example/api/2/johndoe/session/format/json?x=1",
        "//onstream.example/api/2/johndoe/session/format/json/",
        "/api/2/johndoe/session/format/json",
    ],
)
def test_a_proxy_that_leads_to_another_spelling_did_nothing(location):
    with pytest.raises(RemoteMalformed, match="redirection"):
        moved("POST session", location)


def test_a_redirection_to_nowhere_is_malformed():
    with pytest.raises(RemoteMalformed):
        moved("POST session", "")


@pytest.mark.parametrize("status", [200, 201, 204])
def test_the_number_may_stand_in_the_location(status):
    location = "http://domain.com/api/2/johndoe/session/id/12"
    assert moved("PUT session", location, status) == "12"
    assert moved("PUT session", location, status, '{"message": "Session added"}') == "12"
    assert moved("PUT session", location, status, '{"id": 13}') == "13"
    assert moved("PUT invitee", "http://domain.com/api/2/u/invitees/id/12", status) == "", (
        "that is the session's number"
    )


def test_nothing_may_be_said_of_what_was_deleted():
    for body in ("", " \n", "[]", "{}", "null", "<xml/>"):
        assert answers.written(response(body), Asked("w", "DELETE invitee"), URL) == ""


def test_what_was_made_must_have_a_number():
    for body in ("", "[]", '{"message": "Session added"}', '{"id": "new"}'):
        with pytest.raises(RemoteMalformed):
            answers.written(response(body), Asked("w", "PUT session"), URL, needed=True)


def test_a_page_is_no_confirmation():
    with pytest.raises(RemoteMalformed):
        answers.written(response("<html>Log in</html>"), Asked("w", "DELETE session"), URL)


SECRET = "the-words-of-the-service"


@pytest.mark.parametrize("status", [200, 301, 400, 404, 500])
def test_nothing_of_the_answer_stands_in_an_exception(status):
    answer = response(f"<html>{SECRET}</html>", status, location=f"/{SECRET}", x=SECRET)
    with pytest.raises(RemoteError) as failure:
        answers.read(answer, ASKED)
    for text in (str(failure.value), repr(failure.value), failure.value.remedy):
        assert SECRET not in text


def test_nothing_personal_stands_in_a_repr():
    shown = repr((CESC, PRINTED, PLAYED))
    for text in ("Cesc", "arsenal", "ABC123", "some-password", "friendly_url", "custom value"):
        assert text not in shown


@pytest.mark.parametrize(
    ("link", "safe"),
    [
        ("http://domain.com/go/ABC123", "http://domain.com/go/ABC123"),
        ("HTTPS://domain.com/?a=b&c=%20#d", "HTTPS://domain.com/?a=b&c=%20#d"),
        ("https://domain.com/play/1-درس", "https://domain.com/play/1-%D8%AF%D8%B1%D8%B3"),
        ("https://domain.com/a b\r\nX: y", "https://domain.com/a%20b%0D%0AX:%20y"),
        ("http://.../[user]/go/ABC123", "http://.../[user]/go/ABC123"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("ftp://domain.com/x", ""),
        ("//domain.com/x", ""),
        ("/go/ABC123", ""),
        ("http://", ""),
        ("http:///x", ""),
        ("", ""),
        (" http://x/", "http://x/"),
    ],
)
def test_links_lead_to_the_web(link, safe):
    assert web_link(link) == safe


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["id", "topic", "sessions", "session", "item", "moderators", "role", ""]
            )
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
TAGS = st.sampled_from(["xml", "root", "sessions", "session", "id", "item", "moderators", "email"])
XML = st.recursive(
    st.text(st.characters(codec="utf-8", exclude_characters="<&"), max_size=5),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        TAGS,
        st.lists(inner, max_size=4),
    ),
    max_leaves=10,
)
BODIES = (
    st.binary(max_size=200)
    | st.builds(lambda value: json.dumps(value).encode(), JSON)
    | st.builds(lambda inner: f"<root>{inner}</root>".encode(), XML)
)


READERS = (
    (SESSION, lambda _group, record: values.session(record, ASKED).friendly_url),
    (RECORDED, lambda _group, record: values.recorded(record, ASKED)),
    (INVITEE, lambda group, record: values.invitee(group, record, ASKED)),
)


@given(st.integers(100, 599), BODIES, st.text(max_size=30))
def test_whatever_comes_ends_in_our_own_exceptions(status, body, location):
    answer = response(body, status, location=location)
    for kind, read_one in READERS:
        with suppress(RemoteError):
            found = answers.grouped(answers.read(answer, ASKED), kind, ASKED, frozenset(GROUPS))
            for group, record in found:
                read_one(group, record)
    for call in ("PUT session", "POST invitee", "DELETE session"):
        with suppress(RemoteError):
            answers.written(answer, Asked("w", call), URL, needed=call.startswith("PUT"))


def test_a_kind_is_known_by_its_fields():
    kind = Kind(frozenset({"things"}), frozenset({"size"}))
    assert answers.records({"things": [{"size": 1, "id": 2}]}, kind, ASKED) == [
        {"size": 1, "id": 2}
    ]
