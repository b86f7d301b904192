"""A whole small campus for one test: LMS, Meetingz, MEETS and the bridge, each on its own socket.

The simulators share no code with the bridge, and everything between them goes over HTTP.
"""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from lti_bridge.app import Bridge, assemble, create_app
from lti_bridge.settings import load
from lti_bridge.simulators.bigbluebutton import create_bigbluebutton, create_mconf
from lti_bridge.simulators.lms import DEMO_CAMPUS, EVERY_SCOPE, OldTool, Tool, create_lms
from lti_bridge.simulators.lms import Campus as University
from lti_bridge.simulators.lms.keys import SigningKey
from lti_bridge.simulators.meetingz import create_meetingz
from lti_bridge.simulators.meets import create_meets
from lti_bridge.simulators.onstream import create_onstream
from lti_bridge.simulators.serving import Server
from lti_bridge.store import schema

SECRET_KEY = "0f8e2b7c91d34a56b7c8d9e0f1a2b3c4d5e6"
MEETINGZ_SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"
ONSTREAM_PASSWORD = "onstream-pass-word"
FAMILY = {
    "meetingz": create_meetingz,
    "mconf": create_mconf,
    "bigbluebutton": create_bigbluebutton,
}
KINDS = (*FAMILY, "onstream")
OLD_SECRET = "consumer+secret/of the&1.1"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, whole."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        return self.headers["Location"] or ""

    @property
    def joined_as(self) -> dict[str, str]:
        """Parameters of the join URL that the answer leads to."""
        assert self.status == 303, (self.status, self.text)
        parts = urlsplit(self.location)
        assert parts.path.endswith("/api/join"), self.location
        return dict(parse_qsl(parts.query, keep_blank_values=True))


def ask(
    method: str, url: str, body: str | bytes | None = None, headers: Mapping[str, str] = {}
) -> Answer:
    """One request on a connection of its own; redirects are not followed."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


@dataclass
class Browser:
    """Keeps the bridge's cookies, as one browser would; nothing else."""

    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, url: str, form: Mapping[str, str] | None = None, **headers: str
    ) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        body = None
        if form is not None:
            body, sent = urlencode(form), {**FORM, **sent}
        answer = ask(method, url, body, sent)
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


class Campus:
    """Starts everything; use as a context manager.

    ``settings`` is TOML that is appended to the campus's own tables' top; ``platform`` holds
    further lines of the platform's table, ``old_platform`` those of a second one by
    LTI 1.1 (none of that if None; see ``old_table``). With ``lms_host`` "localhost" the LMS and the bridge are
    different sites to a browser, as they are in life. ``university`` is who and what the LMS knows.
    ``preset`` says whose ways the LMS has. ``kind`` is that of the conferencing service;
    ``service`` is its simulator, and holds further wishes for it (``simulated``).
    """

    def __init__(
        self,
        folder: Path,
        database_url: str,
        *,
        meets: bool = True,
        learn: bool = True,
        unknown: str = "pending",
        platform: str = "",
        old_platform: str | None = None,
        top: str = "",
        lms_host: str = "127.0.0.1",
        university: University = DEMO_CAMPUS,
        kind: str = "meetingz",
        simulated: Mapping[str, Any] = {},
        preset: str = "",
    ) -> None:
        self.kind = kind
        self.service: Any = (
            create_onstream(username="campus", password=ONSTREAM_PASSWORD, **simulated)
            if kind == "onstream"
            else FAMILY[kind](secret=MEETINGZ_SECRET, **simulated)
        )
        self.meetingz = self.service
        self.meets = create_meets(learn=learn, username="bridge", password="meets-pass-word")
        self.lms = create_lms(
            issuer="http://unknown.invalid",
            tools=[],
            campus=university,
            key=_platform_key(),
            preset=preset,
        )
        self._servers = [
            Server(self.meetingz),
            Server(self.meets),
            Server(self.lms),
            Server(_nothing_yet),
        ]
        self.meetingz_server, self.meets_server, self.lms_server, self.bridge_server = self._servers
        self.url = self.bridge_server.url
        self.lms.issuer = f"http://{lms_host}:{self.lms_server.port}"
        self.lms.add_tool(
            Tool(
                "client-1",
                "deployment-1",
                f"{self.url}/lti/login",
                f"{self.url}/lti/launch",
                "Bridge",
                key_set_url=f"{self.url}/lti/jwks.json",
                scopes=EVERY_SCOPE,
            )
        )
        self.old_tool = OldTool("consumer-1", OLD_SECRET, f"{self.url}/lti/1p1/launch", "Bridge")
        self.lms.add_old_tool(self.old_tool)
        self.file = folder / "bridge.toml"
        self.file.write_text(
            self._settings(
                database_url,
                meets=meets,
                unknown=unknown,
                platform=platform,
                old_platform=old_platform,
                top=top,
            ),
            encoding="utf-8",
        )
        self.bridge: Bridge = assemble(load(self.file, {}))
        try:
            schema.upgrade(self.bridge.store.database)
            self.bridge.prepare()
            self.app = create_app(self.bridge.settings, self.bridge)
        except BaseException:
            self.stop()
            raise
        self.bridge_server.app = self.app

    def _settings(
        self,
        database_url: str,
        *,
        meets: bool,
        unknown: str,
        platform: str,
        old_platform: str | None,
        top: str,
    ) -> str:
        lms = self.lms.issuer
        meets_table = f"""
[meets]
url = "{self.meets.url_for(self.meets_server)}"
username = "bridge"
password = "meets-pass-word"
unknown = "{unknown}"
"""
        return f"""
public_url = "{self.url}"
database_url = "{database_url}"
secret_key = "{SECRET_KEY}"
{top}

[security]
allow_http = true
allow_private_networks = true
{meets_table if meets else ""}
{self.service_table("live")}

[[platform]]
name = "Riverbank"
type = "Other"
version = "1.3"
issuer = "{lms}"
client_id = "client-1"
deployment_ids = ["deployment-1"]
auth_login_url = "{lms}/lti/auth"
auth_token_url = "{lms}/lti/token"
key_set_url = "{self.lms_server.url}/lti/jwks"
meets_connection = 1
conferencing = "live"
{platform}
{"" if old_platform is None else self.old_table(old_platform)}
"""

    def old_table(self, more: str = "") -> str:
        """The settings' table of the same LMS by LTI 1.1; ``LMS`` in ``more`` is its host."""
        return f"""
[[platform]]
name = "Riverbank of before"
type = "Other"
version = "1.1"
consumer_key = "{self.old_tool.consumer_key}"
shared_secret = "{OLD_SECRET}"
meets_connection = 2
conferencing = "live"
{more.replace("LMS", urlsplit(self.lms.issuer).netloc)}
"""

    def service_table(self, name: str) -> str:
        """The settings' table of the conferencing service, under that name."""
        signs_in = (
            f'username = "campus"\npassword = "{ONSTREAM_PASSWORD}"'
            if self.kind == "onstream"
            else f'secret = "{MEETINGZ_SECRET}"'
        )
        return f"""
[[conferencing]]
name = "{name}"
kind = "{self.kind}"
url = "{self.service.url_for(self.meetingz_server)}"
{signs_in}
"""

    def __enter__(self) -> Campus:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        app = getattr(self, "app", None)
        for server in reversed(self._servers):
            server.stop()
        if app is not None:
            app.extensions["lti_bridge.journal"].close()
        self.bridge.close()

    def restart(self, more_settings: str = "") -> None:
        """The bridge starts anew on the same database, and so much later that how classes stand
        has to be asked for again; ``more_settings`` go to the file's end.
        """
        self.bridge.store.statuses.clear(2**62)
        with self.file.open("a", encoding="utf-8") as file:
            file.write(more_settings)
        self.app.extensions["lti_bridge.journal"].close()
        self.bridge.close()
        self.bridge = assemble(load(self.file, {}))
        self.bridge.prepare()
        self.app = create_app(self.bridge.settings, self.bridge)
        self.bridge_server.app = self.app

    # People and links of the demo campus, by what they are for.

    @property
    def _demo(self) -> University:
        return self.lms.quirks.campus(DEMO_CAMPUS)

    @property
    def _people(self) -> Any:
        return self._demo.users

    @property
    def teacher(self) -> Any:
        return self._people[0]

    @property
    def student(self) -> Any:
        return self._people[2]

    @property
    def other_student(self) -> Any:
        return self._people[3]

    def link(self, kind: str = "window", course: int = 0) -> Any:
        """A link of a course: ``frame``, ``window`` or ``join``."""
        return self._demo.courses[course].link(kind)

    # The way of a launch, step by step and whole.

    def login(self, browser: Browser, user: Any, link: Any) -> Answer:
        parameters = self.lms.login_parameters(user, link)
        return browser.ask("POST", f"{self.url}/lti/login", parameters)

    def form(self, browser: Browser, user: Any, link: Any, **changes: Any) -> dict[str, str]:
        """The form that the LMS posts; ``changes`` go to the token (see ``token_for``)."""
        login = self.login(browser, user, link)
        assert login.status in {302, 303}, (login.status, login.text)
        form = self.lms.launch_form(user, link, login.location)
        if changes:
            nonce = dict(parse_qsl(urlsplit(login.location).query))["nonce"]
            form["id_token"] = self.lms.token_for(user, link, nonce, **changes)
        return form

    def post_launch(self, browser: Browser, form: Mapping[str, str]) -> Answer:
        return browser.ask("POST", f"{self.url}/lti/launch", form)

    def launch(
        self, user: Any, link: Any, *, browser: Browser | None = None, **changes: Any
    ) -> Answer:
        """A whole launch; ``changes``: ``claims``, ``remove``, ``headers``, ``key``, ``algorithm``."""
        browser = browser or Browser()
        return self.post_launch(browser, self.form(browser, user, link, **changes))

    def old_form(self, user: Any, link: Any, **wishes: Any) -> dict[str, str]:
        """The form of a launch by LTI 1.1; ``wishes`` as :meth:`LmsSimulator.old_form` has them."""
        return self.lms.old_form(user, link, wishes.pop("tool", self.old_tool), **wishes)

    def post_old_launch(
        self, form: Mapping[str, str], *, browser: Browser | None = None, **headers: str
    ) -> Answer:
        url = f"{self.url}/lti/1p1/launch"
        return (browser or Browser()).ask("POST", url, form, **headers)

    def launch_old(self, user: Any, link: Any, **wishes: Any) -> Answer:
        """A whole launch by LTI 1.1."""
        return self.post_old_launch(self.old_form(user, link, **wishes))


@cache
def _platform_key() -> SigningKey:
    """The LMS's first key, the same in all tests: making one takes longer than most of them."""
    return SigningKey.generate()


def _nothing_yet(environ: Any, start_response: Any) -> list[bytes]:
    start_response("503 Not yet", [("Content-Length", "0")])
    return [b""]
