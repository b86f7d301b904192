"""The simulated Onstream: who may call, which calls there are, how arguments and formats go."""

import json
from base64 import b64encode

import pytest
from defusedxml import ElementTree

from lti_bridge.simulators.onstream import create_onstream
from tests.unit.simulators.onstream_service import FORM, PASSWORD, SESSION, Service, rest


@pytest.fixture
def service():
    with Service() as service:
        yield service


# --- who may call


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Authorization": f"Basic {b64encode(b'johndoe:wrong').decode()}"},
        {"Authorization": f"Basic {b64encode(f'jane:{PASSWORD}'.encode()).decode()}"},
        {"Authorization": f"Bearer {PASSWORD}"},
        {"Authorization": "Basic !!!"},
        {"Authorization": f"Basic {b64encode(b'no colon').decode()}"},
    ],
)
@pytest.mark.parametrize("path", ["johndoe/authverify", "jane/authverify", "johndoe/nothing", ""])
def test_everything_asks_for_credentials_first(service, header, path):
    status, headers, body = service.send("GET", f"/api/2/{path}", headers=header)
    assert status == 401
    assert headers["WWW-Authenticate"] == 'Basic realm="Onstream API"'
    assert ElementTree.fromstring(body).findtext("error") == "Authentication required"


def test_another_accounts_name_in_the_url_is_a_user_that_is_not_there(service):
    service.root = "/api/2/jane/"
    assert service.refused("GET", "authverify") == 404


@pytest.mark.parametrize("root", ["/api/1/johndoe/", "/api/2/JohnDoe/", "/api/2/"])
def test_another_version_or_no_user_is_not_found(service, root):
    service.root = root
    assert service.raw("GET", "authverify")[0] == 404


def test_the_base_and_the_account_can_be_others():
    with Service(base="/onstream/api/3/", username="zoë@example.edu", timezone="UM35") as service:
        assert service.simulator.url_for(service.server) == f"{service.server.url}/onstream/api/3/"
        service.credentials = f"zoë@example.edu:{PASSWORD}"
        service.root = "/onstream/api/3/zo%C3%AB%40example.edu/"
        number = service.new_session()
        link = service.session(number)["session_link"]
        assert link.startswith(f"{service.server.url}/zo%C3%AB%40example.edu/")
        assert service.send("GET", service.path(link))[0] == 200


def test_a_changed_password_refuses_the_old_at_once(service):
    assert service.simulator.password == PASSWORD
    service.simulator.password = "another"
    assert service.raw("GET", "authverify")[0] == 401
    service.credentials = "johndoe:another"
    assert service.ok("GET", "authverify")["authenticated"] is True


@pytest.mark.parametrize(
    "options",
    [
        {"base": "api/2/"}, {"base": "/api/2"}, {"base": "/"}, {"base": "//"}, {"timezone": "CET"},
        {"shape": "list"}, {"ids": "text"}, {"single": "one"}, {"duplicates": "merge"},
        {"edits": "refuse"},
    ],
)  # fmt: skip
def test_what_the_simulator_is_told_is_checked(options):
    with pytest.raises(ValueError, match="must"):
        create_onstream(password="p", **options)


def test_faults_stand_in_front(service):
    service.simulator.faults.set("500", times=1)
    assert service.raw("GET", "authverify")[0] == 500
    assert service.raw("GET", "authverify")[0] == 200
    assert service.simulator.faults.count("/authverify") == 2


# --- which calls there are


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("authverify", "GET"),
        ("session", "GET, PUT, POST, DELETE"),
        ("sessions", "GET"),
        ("invitees", "GET"),
        ("invitee", "PUT, POST, DELETE"),
        ("recording", "GET, POST, DELETE"),
        ("recordings", "GET"),
        ("file", "PUT"),
        ("file_in_session", "PUT"),
    ],
)
def test_other_methods_are_told_which_are_allowed(service, name, allowed):
    for method in {"GET", "PUT", "POST", "DELETE", "PATCH"} - set(allowed.split(", ")):
        status, headers, body = service.raw(method, f"{name}/format/json")
        assert (status, headers["Allow"]) == (405, allowed)
        assert json.loads(body)["error"]


@pytest.mark.parametrize("name", ["", "user", "directory", "Session", "file-in-session"])
def test_there_are_no_other_names(service, name):
    assert service.raw("GET", name)[0] == 404


# --- how arguments come in


def test_get_takes_its_arguments_from_the_path_and_from_the_query_string(service):
    for topic in "abcde":
        service.new_session(topic=topic)
    by_path = service.sessions("sessions/count/2/offset/1/order/desc/return/id;topic")
    assert by_path == [{"id": 4, "topic": "d"}, {"id": 3, "topic": "c"}]
    given = {"count": 2, "offset": 1, "order": "desc", "return": "id;topic"}
    assert service.sessions(**given) == by_path
    assert service.sessions("sessions/return/id%3Btopic/count/2", order="desc", offset=1) == by_path
    assert service.session(1) == service.ok("GET", "session", id=1)["sessions"]["session"]


def test_the_path_wins_over_the_query_string(service):
    service.new_session(topic="a")
    service.new_session(topic="b")
    assert [one["id"] for one in service.sessions("sessions/count/1", count=2)] == [1]


def test_the_body_is_pairs_or_json(service):
    pairs = "topic=Caf%C3%A9+%26+more&duration=45&start_time=2030-01-15+18%3A00%3A00&password=p%2Bw"
    assert service.raw("PUT", "session", pairs)[0] == 201
    session = service.session(1)
    assert (session["topic"], session["duration"], session["password"]) == (
        "Café & more",
        45,
        "p+w",
    )
    people = json.dumps([{"email": "a@b.c", "role": "1"}])
    service.ok("PUT", "session", **{**SESSION, "invited_participants": people})
    assert service.invitees(2)["moderators"][0]["email"] == "a@b.c"


@pytest.mark.parametrize(
    "body",
    [
        "input_type=json",
        'rest_data={"id":1}',
        'input_type=xml&rest_data={"id":1}',
        "input_type=json&rest_data=",
        "input_type=json&rest_data={'id':1}",
        "input_type=json&rest_data=7",
        "input_type=json&rest_data=[1]",
        'input_type=json&rest_data={"id":1}&id=1',
        'input_type=json&rest_data={"id":1,"topic":"a & b"}',
        "input_type=json&rest_data=" + "[" * 100_000,
        "id=1&id=1",
        "id=1&topic=%FF",
        b"id=1&topic=\xff",
        "id=1&topic=%00%E2%28",
        '{"id":1}',
        "",
    ],
)
def test_a_body_that_is_neither_is_refused(service, body):
    service.new_session()
    assert service.raw("POST", "session", body)[0] == 400
    assert service.session(1)["topic"] == "Algebra"


def test_an_empty_php_array_says_nothing(service):
    status, _, body = service.raw("POST", "session", "input_type=json&rest_data=[]")
    assert (status, ElementTree.fromstring(body).findtext("error")) == (400, "Missing argument: id")


@pytest.mark.parametrize(
    "kind", ["application/json", "multipart/form-data; boundary=x", "text/plain"]
)
def test_a_body_of_another_type_is_refused(service, kind):
    assert service.raw("PUT", "session", rest(SESSION), {"Content-Type": kind})[0] == 400


def test_the_type_of_the_body_may_say_its_charset_or_be_missing(service):
    kind = {"Content-Type": f"{FORM}; charset=UTF-8"}
    assert service.raw("PUT", "session", rest(SESSION), kind)[0] == 201
    pair = b64encode(service.credentials.encode()).decode()
    headers = {"Authorization": f"Basic {pair}"}
    assert service.send("PUT", "/api/2/johndoe/session", rest(SESSION), headers)[0] == 201


def test_put_post_and_delete_pass_over_the_url_but_for_the_format(service):
    query = "topic=wrong&duration=x&id=7&unknown=1&format=json"
    status, _, body = service.raw("PUT", f"session/topic/wrong/odd?{query}", rest(SESSION))
    assert (status, json.loads(body)["id"]) == (201, 1)
    status, _, body = service.raw("POST", f"session/id/7?{query}", rest({"id": 1, "duration": 5}))
    assert (status, json.loads(body)["id"]) == (200, 1)
    assert service.session(1)["topic"] == "Algebra"
    for path in ("session?id=1", "session/format/json?id=1", "invitee/session_id/1/user_id/1"):
        assert service.raw("DELETE", path)[0] == 400
    assert list(service.simulator.sessions) == [1]


def test_delete_takes_the_id_in_its_path_too(service):
    service.new_session()
    service.new_session()
    assert service.ok("DELETE", "session/id/1")["id"] == 1
    # The body is where arguments belong; the path is only an addition.
    assert service.ok("DELETE", "session/id/7", id=2)["id"] == 2
    assert service.refused("DELETE", "session/7") == 400


@pytest.mark.parametrize(
    "path",
    ["sessions/count", "sessions/count/1/count/2", "sessions?count=1&count=2", "sessions/unknown/1",
     "sessions/id/1", "sessions?id=1", "authverify/unknown/1", "session/1", "session", "invitees",
     "recording", "recordings/id/1", "sessions?order=%FF"],
)  # fmt: skip
def test_a_get_that_can_not_be_read_is_refused(service, path):
    service.new_session()
    assert service.raw("GET", path)[0] == 400


def test_a_lenient_account_passes_over_what_the_document_does_not_name():
    with Service(strict=False) as service:
        number = service.new_session(colour="red")
        assert service.sessions("sessions/colour/red/return/id;colour") == [{"id": number}]
        assert service.refused("PUT", "session", topic="t") == 400


# --- formats


@pytest.mark.parametrize(
    ("path", "accept", "expected"),
    [
        ("authverify", None, "xml"),
        ("authverify", "*/*", "xml"),
        ("authverify", "text/html", "xml"),
        ("authverify", "text/xml", "xml"),
        ("authverify", "application/xml", "xml"),
        ("authverify", "application/json", "json"),
        ("authverify", "application/json, */*;q=0.1", "json"),
        ("authverify", "application/json;q=0.5, text/xml", "xml"),
        ("authverify/format/json", None, "json"),
        ("authverify/format/json/", "text/xml", "json"),
        ("authverify/format/xml", "application/json", "xml"),
        ("authverify?format=json", None, "json"),
        ("authverify/format/xml?format=json", None, "xml"),
    ],
)
def test_the_format_is_chosen_by_path_query_or_accept(service, path, accept, expected):
    status, headers, body = service.raw("GET", path, headers={"Accept": accept} if accept else {})
    assert status == 200
    assert headers["Content-Type"].startswith(f"application/{expected}")
    assert body.startswith("<?xml" if expected == "xml" else "{")


@pytest.mark.parametrize(
    "path", ["format/serialize", "format/php", "format/html", "format/csv", "html/csv"]
)
def test_other_formats_of_the_document_are_not_available(service, path):
    for method, body in (("GET", None), ("DELETE", "id=1")):
        name = "session/id/1" if method == "GET" else "session"
        status, _, text = service.raw(method, f"{name}/{path}", body)
        assert (status, ElementTree.fromstring(text).tag) == (406, "xml")


def test_other_formats_are_unknown(service):
    assert service.raw("GET", "authverify/format/yaml")[0] == 400
    assert service.raw("GET", "authverify?format=yaml")[0] == 400


def test_refusals_come_in_the_format_too(service):
    assert service.raw("GET", "session/id/9/format/json")[2] == '{"error":"There is no session 9"}'
    assert (
        service.xml("GET", "session/id/9", status=404).findtext("error") == "There is no session 9"
    )


def test_an_account_may_know_xml_only():
    with Service(only_xml=True) as service:
        root = service.xml("PUT", "session/format/json", rest(SESSION), 201)
        assert root.findtext("message") == "Session added"
        assert service.xml("GET", "sessions?format=csv").find("sessions/session") is not None


@pytest.mark.parametrize(
    ("shape", "many", "one", "group"),
    [
        (
            "nested",
            lambda found: {"sessions": {"session": found}},
            lambda found: {"sessions": {"session": found}},
            lambda found: {"item": found},
        ),
        ("flat list", lambda found: found, lambda found: found, lambda found: found),
        (
            "items",
            lambda found: {"item": found},
            lambda found: {"item": found},
            lambda found: {"item": found},
        ),
    ],
)
def test_json_comes_in_several_shapes(shape, many, one, group):
    with Service(shape=shape) as service, Service(shape=shape, single="list") as listing:
        for each in (service, listing):
            each.new_session()
            each.invite(1, "a@b.c", role=3)
        record = {"id": 1, "topic": "Algebra"}
        path = "session/id/1/return/id;topic"
        assert service.ok("GET", "sessions/return/id;topic") == many([record])
        assert service.ok("GET", "sessions/offset/1") == many([])
        assert service.ok("GET", path) == one(record)
        assert listing.ok("GET", path) == one([record])
        invitees = service.ok("GET", "invitees/id/1")
        assert invitees["moderators"] == group([])
        observers = invitees["observers"] if shape == "flat list" else invitees["observers"]["item"]
        assert [person["email"] for person in observers] == ["a@b.c"]
        root = service.xml("GET", "sessions")
        found = root.find("sessions/session" if shape == "nested" else "item")
        assert found.findtext("topic") == "Algebra"


def test_numbers_and_flags_may_come_as_text():
    with Service(ids="string") as service:
        assert service.ok("GET", "authverify")["authenticated"] == "1"
        assert service.new_session() == "1"
        service.simulator.add_recording(1)
        session, (recording,) = service.session("1"), service.recordings()
        assert (session["id"], session["duration"]) == ("1", "60")
        assert [recording[name] for name in ("id", "session_id", "duration")] == [
            "1",
            "1",
            "3600000",
        ]
        assert recording["allow_anonymous_playback"] == "0"


def test_custom_data_is_an_array_of_objects_in_json(service):
    service.new_session(custom_data=[{"custom1": "a"}, {"custom2": 7}])
    service.new_session()
    assert service.session(1)["custom_data"] == [{"custom1": "a", "custom2": "7"}]
    assert service.session(2)["custom_data"] == []


def test_what_xml_can_not_hold_is_left_out_of_it(service):
    service.new_session(topic="a\u0001<b>&\ud83d\ude00\ufffe سلام")
    assert service.xml("GET", "session/id/1").find(".//topic").text == "a<b>&😀 سلام"
    assert service.session(1)["topic"] == "a\u0001<b>&😀\ufffe سلام"
