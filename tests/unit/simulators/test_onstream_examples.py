"""The requests that Onstream's document prints, and the answers it prints to them."""

import json

import pytest

from lti_bridge.simulators.onstream.times import OFFSETS
from tests.unit.simulators.onstream_service import Service

SESSION = (
    '{"topic":"Test","duration":60,"start_time":"2010-09-10 12:00:00","timezone":"UP1",'
    ' "invited_participants":[{"email":"email@domain.com","first_name":"First Name",'
    '"last_name":"Last Name","role":1,"send_email_invitation":0}], "custom_data":'
    ' [{"custom1":"first custom value", "custom2":"second custom value", "custom3":"third custom'
    ' value", "custom4":"fourth custom value"}]}'
)
EDITED = SESSION.replace("{", '{"id":1,', 1)


@pytest.fixture
def service():
    with Service() as service:
        yield service


@pytest.fixture
def stocked(service):
    """A session 1 with an invitee 1 and a recording 1."""
    service.xml("PUT", "session", f"input_type=json&rest_data={SESSION}", 201)
    service.simulator.add_recording(1, title="My first recording")
    service.simulator.recordings[1].description = "This is my first recording"
    return service


def put(element):
    """Tags and texts, nested as they are."""
    return {each.tag: put(each) if len(each) else each.text for each in element}


def said(service, method, path, body, status=200):
    root = service.xml(method, path, body, status)
    assert root.tag == "xml"
    assert list(put(root)) == ["id", "message"]
    assert root.findtext("id") == "1"
    return root.findtext("message")


def test_authverify(service):
    root = service.xml("GET", "authverify")
    assert root.tag == "xml"
    assert put(root) == {
        "authenticated": "1",
        "message": "You are authorized to use the API",
    }


def test_put_session(service):
    # Unencoded, as curl sends what the example gives it.
    body = f"input_type=json&rest_data={SESSION}"
    assert said(service, "PUT", "session", body, 201) == "Session added"
    session = service.simulator.sessions[1]
    assert (session.topic, session.duration) == ("Test", 60)
    assert session.custom_data["custom4"] == "fourth custom value"
    assert [(one.name, one.role) for one in session.invitees] == [("First Name Last Name", 1)]
    assert service.simulator.mails == []


def test_put_session_as_the_php_example_has_it(service):
    people = [
        {
            "email": "email@domain.com",
            "first_name": "First Name",
            "last_name": "Last Name",
            "role": 1,
        },
        {
            "email": "email2@domain.com",
            "first_name": "First Name2",
            "last_name": "Last Name2",
            "role": 2,
        },
    ]
    given = {
        "topic": "Test",
        "duration": 60,
        "start_time": "2010-10-09 12:00:00",
        "timezone": "UP1",
        "invited_participants": people,
    }
    body = f"input_type=json&rest_data={json.dumps(given)}"
    assert said(service, "PUT", "session", body, 201) == "Session added"
    assert [mail.email for mail in service.simulator.mails] == [
        "email@domain.com",
        "email2@domain.com",
    ]


def test_get_session(stocked):
    root = stocked.xml("GET", "session/id/1")
    assert root.tag == "root"
    assert [each.tag for each in root] == ["sessions"]
    assert [each.tag for each in root[0]] == ["session"]
    session = put(root[0][0])
    link = session.pop("session_link")
    assert link.startswith(f"{stocked.server.url}/johndoe/")
    assert session == {
        "id": "1",
        "topic": "Test",
        "start_time": "2010-09-10 11:00:00",
        "duration": "60",
        "timezone": "UTC",
        "password": None,
        "custom_data": {
            "custom1": "first custom value",
            "custom2": "second custom value",
            "custom3": "third custom value",
            "custom4": "fourth custom value",
        },
    }
    assert [each.tag for each in root[0][0]] == [
        "id", "topic", "start_time", "duration", "timezone", "password", "session_link", "custom_data",
    ]  # fmt: skip


def test_post_session(stocked):
    body = f"input_type=json&rest_data={EDITED}"
    assert said(stocked, "POST", "session", body) == "Session updated"


@pytest.mark.parametrize("body", ["id=1", 'input_type=json&rest_data={"id":1}'])
def test_delete_session(stocked, body):
    assert said(stocked, "DELETE", "session", body) == "Session was deleted"


def test_get_invitees(stocked):
    root = stocked.xml("GET", "invitees/id/1/role/moderators")
    assert root.tag == "xml"
    assert [each.tag for each in root] == ["moderators", "participants", "observers"]
    assert [each.tag for each in root[0]] == ["item"]
    item = put(root[0][0])
    assert item.pop("personal_session_link").startswith(f"{stocked.server.url}/johndoe/go/")
    assert item == {
        "id": "1",
        "first_name": "First Name",
        "last_name": "Last Name",
        "email": "email@domain.com",
    }


def test_put_invitee(service):
    service.new_session()
    body = (
        'input_type=json&rest_data={"session_id":1,"email":"robin@arsenal.com","first_name":"Robin",'
        '"last_name":"van Persie","send_email_invitation":false,"role":1}'
    )
    assert said(service, "PUT", "invitee", body, 201) == "Invitee added"
    assert service.simulator.mails == []


def test_post_invitee(stocked):
    body = 'input_type=json&rest_data={"session_id":1,"user_id":1,"send_email_invitation":false,"role":1}'
    assert said(stocked, "POST", "invitee", body) == "Invitation was updated"


def test_delete_invitee(stocked):
    body = 'input_type=json&rest_data={"session_id":1,"user_id":1}'
    assert said(stocked, "DELETE", "invitee", body) == "Invitee deleted"


def test_get_recording(stocked):
    root = stocked.xml("GET", "recording/id/1")
    assert root.tag == "root"
    assert [each.tag for each in root] == ["recordings"]
    assert [each.tag for each in root[0]] == ["recording"]
    assert put(root[0][0]) == {
        "id": "1",
        "session_id": "1",
        "title": "My first recording",
        "description": "This is my first recording",
        "password": None,
        "duration": "3600000",
        "allow_anonymous_playback": "0",
        "recording_link": f"{stocked.server.url}/play/1-My-first-recording",
        "creation_date": "2023-11-14 22:13:20",
    }


def test_post_recording(stocked):
    body = (
        'input_type=json&rest_data={"id":1,"title":"My recording","description":"More info about my'
        ' recording", "password":"some-password"}'
    )
    assert said(stocked, "POST", "recording", body) == "Recording updated"


@pytest.mark.parametrize("body", ["id=1", 'input_type=json&rest_data={"id": "1"}'])
def test_delete_recording(stocked, body):
    assert said(stocked, "DELETE", "recording", body) == "Recording was deleted"


def test_put_file_as_the_php_example_has_it(service):
    body = (
        'input_type=json&rest_data={"file_link":"http://www.domain.com/myFile.swf?someParam=123",'
        '"is_url":"1","file_description":"This is my flash movie."}'
    )
    assert said(service, "PUT", "file", body, 201) == "File added"


def test_the_printed_put_file_lacks_a_required_argument_and_is_taken_leniently_only(service):
    body = (
        'input_type=json&rest_data={"file_link":"http://www.domain.com/myFile.swf?someParam=123",'
        '"is_my_flash_movie":"is my flash movie."}'
    )
    assert service.raw("PUT", "file", body)[0] == 400
    with Service(strict=False) as lenient:
        assert said(lenient, "PUT", "file", body, 201) == "File added"


def test_put_file_in_session(stocked):
    stocked.ok("PUT", "file", file_link="https://domain.com/a.pdf", is_url=1)
    body = 'input_type=json&rest_data={"file_id":"1","session_id":"1","is_auto_opening":"1"}'
    assert said(stocked, "PUT", "file_in_session", body, 201) == "File added to session"


def test_the_timezones_are_those_of_the_document():
    minutes = {"UM12": -720, "UM95": -570, "UM45": -270, "UM35": -210, "UTC": 0, "UP1": 60, "UP35": 210,
               "UP45": 270, "UP55": 330, "UP575": 345, "UP65": 390, "UP875": 525, "UP95": 570, "UP105": 630,
               "UP115": 690, "UP1275": 765, "UP14": 840}  # fmt: skip
    assert len(OFFSETS) == 40
    assert {code: OFFSETS[code] for code in minutes} == minutes


def test_the_worked_example_of_timezones():
    with Service(timezone="UP1", dst=True) as berlin:
        number = berlin.new_session(start_time="2030-01-15 18:00:00")
        stored = berlin.simulator.sessions[number].start_time
        assert stored.isoformat() == "2030-01-15T16:00:00+00:00"
        berlin.simulator.timezone = "UM5"
        assert berlin.session(number)["start_time"] == "2030-01-15 12:00:00"
