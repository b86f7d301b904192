"""One service of the BigBlueButton family with its clock and its server, and how a client speaks."""

import hashlib
import http.client
import json
from dataclasses import dataclass, field
from urllib.parse import urlencode

from defusedxml import ElementTree

from lti_bridge.simulators.serving import Server

SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"
CLASS = {"name": "Algebra", "meetingID": "m1", "attendeePW": "ap", "moderatorPW": "mp"}
NOON = 1_700_000_000.25
FORM = "application/x-www-form-urlencoded"


@dataclass
class Clock:
    now: float = NOON

    def __call__(self):
        return self.now


@dataclass
class Answer:
    status: int
    headers: dict
    body: str

    @property
    def xml(self):
        assert (self.status, self.headers["Content-Type"]) == (200, "text/xml;charset=utf-8"), self
        root = ElementTree.fromstring(self.body)
        assert root.tag == "response"
        return root

    @property
    def json(self):
        assert (self.status, self.headers["Content-Type"]) == (200, "application/json"), self
        return json.loads(self.body)["response"]

    @property
    def key(self):
        """The messageKey of a refusal."""
        root = self.xml
        assert root.findtext("returncode") == "FAILED", self.body
        assert root.findtext("message")
        return root.findtext("messageKey")


@dataclass
class Service:
    """``create`` is the constructor of one of the three services."""

    create: object
    options: dict = field(default_factory=dict)
    checksum: str = "sha1"

    def __post_init__(self):
        self.clock = Clock()
        self.secret = SECRET
        self.simulator = self.create(secret=SECRET, clock=self.clock, **self.options)
        self.server = Server(self.simulator)
        self.base = self.simulator.base

    def send(self, method, path, body=None, kind=None):
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=10)
        try:
            connection.request(method, path, body, {"Content-Type": kind} if kind else {})
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read().decode())
        finally:
            connection.close()

    def sign(self, call, query=""):
        return hashlib.new(self.checksum, f"{call}{query}{self.secret}".encode()).hexdigest()

    def path(self, call, query=""):
        sign = "&" if query else ""
        return f"{self.base}api/{call}?{query}{sign}checksum={self.sign(call, query)}"

    def ask(self, call, /, **given):
        return self.send("GET", self.path(call, urlencode(given)))

    def call(self, call, /, **given):
        root = self.ask(call, **given).xml
        assert root.findtext("returncode") == "SUCCESS", ElementTree.tostring(root)
        return root

    def key(self, call, /, **given):
        return self.ask(call, **given).key

    def post(self, call, body, kind, /, **given):
        """Parameters in the address, ``body`` besides."""
        return self.send("POST", self.path(call, urlencode(given)), body, kind)

    def post_form(self, call, /, **given):
        """Everything in the body, the checksum over the call's name and the secret alone."""
        body = urlencode({**given, "checksum": self.sign(call)})
        return self.send("POST", f"{self.base}api/{call}", body, FORM)

    def join(self, name="Ada", password="ap", **given):
        """The path of the class page."""
        answer = self.ask(
            "join", **{"fullName": name, "meetingID": "m1", "password": password, **given}
        )
        assert answer.status == 302, answer
        assert answer.headers["Location"].startswith(f"{self.server.url}{self.base}client/")
        return answer.headers["Location"].removeprefix(self.server.url)

    @property
    def meeting(self):
        return self.simulator.meetings["m1"]

    def stop(self):
        self.server.stop()


def texts(root):
    return {element.tag: element.text or "" for element in root}


def tags(root):
    return [element.tag for element in root]
