"""A browser's share of a launch over real sockets, and a tool that does as little as a tool can."""

from __future__ import annotations

import http.client
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from lti_bridge.simulators.lms import Tool, create_lms
from lti_bridge.simulators.serving import Server


@dataclass
class Form:
    action: str
    method: str
    fields: dict = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form":
            self.forms.append(Form(attributes["action"], attributes["method"]))
        elif tag == "input" and self.forms:
            self.forms[-1].fields[attributes["name"]] = attributes["value"]


@dataclass
class Page:
    url: str
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self):
        return self.body.decode()

    @property
    def location(self):
        return urljoin(self.url, self.headers["Location"])

    @property
    def form(self):
        parser = _Forms()
        parser.feed(self.text)
        (form,) = parser.forms
        return form


class Browser:
    """Keeps cookies per host and port, follows nothing by itself."""

    def __init__(self):
        self.cookies = {}

    def get(self, url, **headers):
        return self._ask("GET", url, None, headers)

    def post(self, url, fields, **headers):
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._ask("POST", url, urlencode(fields).encode(), headers)

    def submit(self, page):
        return self.post(urljoin(page.url, page.form.action), page.form.fields)

    def _ask(self, method, url, body, headers):
        parts = urlsplit(url)
        jar = self.cookies.setdefault(parts.netloc, {})
        if jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            page = Page(url, answer.status, answer.headers, answer.read())
        finally:
            connection.close()
        for line in page.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                jar.pop(name, None)
                if morsel.value:
                    jar[name] = morsel.value
        return page


class FakeTool:
    """Answers a login with an authentication request, and keeps what is posted to its launch."""

    def __init__(self):
        self.logins = []
        self.launches = []
        self.change = {}
        self.auth_login_url = ""
        self.launch_url = ""

    def request_for(self, login):
        return {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": login["client_id"],
            "redirect_uri": self.launch_url,
            "login_hint": login["login_hint"],
            "lti_message_hint": login["lti_message_hint"],
            "state": "state-1",
            "nonce": "nonce-1",
            **self.change,
        }

    def __call__(self, environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        fields = dict(parse_qsl(environ["wsgi.input"].read(length).decode()))
        if environ["PATH_INFO"] == "/login":
            self.logins.append(fields)
            url = f"{self.auth_login_url}?{urlencode(self.request_for(fields))}"
            start_response("302 Found", [("Location", url)])
        else:
            self.launches.append(fields)
            start_response("200 OK", [("Content-Type", "text/plain")])
        return [b""]


@contextmanager
def lms_and_tool(**options):
    """An LMS and one registered tool, both on ports of their own."""
    lms, tool = create_lms(**options), FakeTool()
    with Server(lms) as lms_server, Server(tool) as tool_server:
        lms.issuer = lms_server.url
        tool.auth_login_url = lms.auth_login_url
        tool.launch_url = f"{tool_server.url}/launch"
        lms.add_tool(
            Tool("client-1", "deployment-1", f"{tool_server.url}/login", tool.launch_url, "Bridge")
        )
        yield lms, tool


def sign_in(lms, user):
    browser = Browser()
    assert browser.post(f"{lms.issuer}/sign-in", {"user": user.id}).status == 303
    return browser
