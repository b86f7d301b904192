"""The simulated Onstream on a socket, and a client's way of speaking to it."""

import http.client
import json
from base64 import b64encode
from urllib.parse import urlencode

from defusedxml import ElementTree

from lti_bridge.simulators.onstream import create_onstream
from lti_bridge.simulators.serving import Server

PASSWORD = "ay-ay-ay"
NOON = 1_700_000_000.0  # 2023-11-14 22:13:20 UTC
SESSION = {"topic": "Algebra", "duration": 60, "start_time": "2030-01-15 18:00:00"}
FORM = "application/x-www-form-urlencoded"


class Service:
    def __init__(self, **options):
        self.now = NOON
        given = {"password": PASSWORD, "clock": lambda: self.now, **options}
        self.simulator = create_onstream(**given)
        self.server = Server(self.simulator)
        self.root = f"{self.simulator.base}johndoe/"
        self.credentials = f"johndoe:{PASSWORD}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop()

    def send(self, method, path, body=None, headers=None):
        """Status, headers, body as text; nothing is added to what is given."""
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=10)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def raw(self, method, path, body=None, headers=None):
        """An authentic call; ``path`` is what stands behind the user's name."""
        pair = b64encode(self.credentials.encode()).decode()
        kind = {"Content-Type": FORM} if body is not None else {}
        head = {"Authorization": f"Basic {pair}", **kind, **(headers or {})}
        return self.send(method, f"{self.root}{path}", body, head)

    def call(self, method, path, /, **given):
        """Status and JSON; arguments go as rest_data, but for GET in the query string."""
        body = None
        if method == "GET":
            path = f"{path}/format/json?{urlencode(given)}"
        else:
            body = rest(given)
            path = f"{path}/format/json"
        status, headers, text = self.raw(method, path, body)
        if text:
            assert headers["Content-Type"] == "application/json"
        return status, json.loads(text) if text else None

    def ok(self, method, path, /, **given):
        status, answer = self.call(method, path, **given)
        assert status == (201 if method == "PUT" else 200), answer
        return answer

    def refused(self, method, path, /, **given):
        """The status; the answer says why."""
        status, answer = self.call(method, path, **given)
        assert list(answer) == ["error"], answer
        return status

    def xml(self, method, path, body=None, status=200):
        got, headers, text = self.raw(method, path, body)
        assert got == status, text
        assert headers["Content-Type"] == "application/xml; charset=utf-8"
        assert text.startswith('<?xml version="1.0" encoding="utf-8"?>')
        return ElementTree.fromstring(text)

    def new_session(self, **given):
        return self.ok("PUT", "session", **{**SESSION, **given})["id"]

    def invite(self, session_id, email, **given):
        return self.ok("PUT", "invitee", session_id=session_id, email=email, **given)["id"]

    def session(self, number):
        return self.ok("GET", f"session/id/{number}")["sessions"]["session"]

    def sessions(self, path="sessions", **given):
        return self.ok("GET", path, **given)["sessions"]["session"]

    def invitees(self, number, path=""):
        groups = self.ok("GET", f"invitees/id/{number}{path}")
        return {name: group["item"] for name, group in groups.items()}

    def recordings(self, path="recordings", **given):
        return self.ok("GET", path, **given)["recordings"]["recording"]

    def person(self, session_id, email="ada@example.edu", **given):
        """Invite, and the path of the personal link."""
        self.invite(session_id, email, **given)
        link = next(
            one["personal_session_link"]
            for group in self.invitees(session_id).values()
            for one in group
            if one["email"] == email
        )
        return self.path(link)

    def path(self, link):
        assert link.startswith(f"{self.server.url}/")
        return link.removeprefix(self.server.url)


def rest(given):
    return urlencode({"input_type": "json", "rest_data": json.dumps(given)})
