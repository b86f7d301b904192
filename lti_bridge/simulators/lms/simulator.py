"""The LMS as one object: a WSGI application, and what tests ask of it directly."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl, urlsplit

from werkzeug.datastructures import MultiDict

from lti_bridge.errors import MalformedRequest, ServiceMissing
from lti_bridge.simulators.lms.app import create_app
from lti_bridge.simulators.lms.authentication import Gate, Grant
from lti_bridge.simulators.lms.claims import launch_claims
from lti_bridge.simulators.lms.deep_linking import DeepLinking
from lti_bridge.simulators.lms.demo import DEMO_CAMPUS
from lti_bridge.simulators.lms.gradebook import Gradebook
from lti_bridge.simulators.lms.groups import GroupDesk
from lti_bridge.simulators.lms.keys import KeyRing, SigningKey
from lti_bridge.simulators.lms.lti1p1 import OldTool, launch_parameters, migration_claim, signed
from lti_bridge.simulators.lms.outcomes import Outcomes
from lti_bridge.simulators.lms.quirks import QUIRKS
from lti_bridge.simulators.lms.registration import Registry
from lti_bridge.simulators.lms.roster import RosterDesk
from lti_bridge.simulators.lms.tokens import TokenDesk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from wsgiref.types import StartResponse, WSGIEnvironment

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from lti_bridge.simulators.lms.campus import Campus, Course, Link, Tool, User

KeySetFault = Literal["down", "html", "empty", "slow"]
Storage = Literal["", "_parent", "post_message_forwarding"]


class LmsSimulator:
    """An LTI 1.3 platform with a few courses, people and links."""

    def __init__(
        self,
        issuer: str,
        tools: Sequence[Tool],
        campus: Campus,
        key: SigningKey | None = None,
        preset: str = "",
    ) -> None:
        """See :func:`create_lms`."""
        self.issuer = issuer.rstrip("/")
        """Base URL without a trailing slash; may be set once the port is known."""
        self.quirks = QUIRKS[preset]
        """What sets this LMS apart."""
        campus = self.quirks.campus(campus)
        self.campus = campus
        self.registry = Registry(self)
        """Lets tools register themselves."""
        self.gate = Gate(campus)
        self.keys = KeyRing(key)
        self.tokens = TokenDesk(self)
        """Gives access tokens to tools, and knows what each is good for."""
        self.gradebook = Gradebook(campus)
        """Columns and grades, by Assignment and Grade Services."""
        self.roster = RosterDesk(self)
        """Who belongs to which course, as tools are told."""
        self.groups = GroupDesk(self)
        """The groups of courses, as tools are told."""
        self.deep_linking = DeepLinking(self)
        """Lets tools pick links for courses, and takes what they picked."""
        self.tools: dict[str, Tool] = {}
        """Registered tools by client ID; the first one is that of links that name none."""
        for tool in tools:
            self.add_tool(tool)
        self.old_tools: dict[str, OldTool] = {}
        """Tools of LTI 1.1 by consumer key; links name it in place of a client ID."""
        self.moved: dict[str, OldTool] = {}
        """By client ID of a tool of LTI 1.3, what it was before; its launches say so."""
        self.outcomes = Outcomes(self)
        """The gradebook of LTI 1.1."""
        self.storage: Storage = self.quirks.storage
        """Which frame keeps things for tools (LTI postMessage Storage), as logins say; empty:
        none does."""
        self.key_set_fault: KeySetFault | None = None
        """How the key set misbehaves: 503, a page of HTML, no keys, or late by some seconds."""
        self.key_set_delay = 2.0
        """Seconds by which the key set is late while the fault is ``slow``."""
        self.jwks_requests = 0
        """How often the key set was asked for."""
        self._counting = threading.Lock()
        self._app = create_app(self)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers a request (PEP 3333)."""
        return self._app(environ, start_response)

    @property
    def auth_login_url(self) -> str:
        """Where tools send their authentication requests."""
        return f"{self.issuer}/lti/auth"

    @property
    def auth_token_url(self) -> str:
        """Where tools ask for access tokens."""
        return f"{self.issuer}/lti/token"

    @property
    def key_set_url(self) -> str:
        """Where the LMS publishes its keys."""
        return f"{self.issuer}/lti/jwks"

    def add_tool(self, tool: Tool) -> None:
        """Registers a tool, or registers it anew with other URLs."""
        self.tools[tool.client_id] = tool

    def use_tool(self, client_id: str) -> bool:
        """Links that name no tool launch this one from now on; False if it isn't registered."""
        tool = self.tools.pop(client_id, None)
        if tool is None:
            return False
        self.tools = {client_id: tool, **self.tools}
        return True

    def put_course(self, course: Course) -> None:
        """Lets a course be as it is here from now on; a new one is added."""
        with self._counting:
            self.campus = self.gate.campus = self.campus.with_course(course)

    def add_links(self, course: Course, links: Sequence[Link]) -> None:
        """Adds links to what the course has by now."""
        with self._counting:
            there = self.campus.course_by_id[course.id]
            more = replace(there, links=(*there.links, *links))
            self.campus = self.gate.campus = self.campus.with_course(more)

    def add_old_tool(self, tool: OldTool) -> None:
        """Registers a tool of LTI 1.1, or registers it anew."""
        self.old_tools[tool.consumer_key] = tool

    def tool_of(self, link: Link) -> Tool:
        """The tool that a link launches; ServiceMissing if it isn't registered."""
        tool = self.tools.get(link.client_id or next(iter(self.tools), ""))
        if tool is None:
            raise ServiceMissing("No tool is registered for this link.")
        return tool

    def origins_of(self, link: Link) -> tuple[str, ...]:
        """Every origin that may fill the link's frame."""
        old = self.old_tools.get(link.client_id)
        return old.origins if old else self.tool_of(link).origins

    def opening(self, user: User, link: Link) -> tuple[str, dict[str, str]]:
        """Where a form goes, and what is in it, when this person opens this link."""
        old = self.old_tools.get(link.client_id)
        if old:
            return old.launch_url, self.old_form(user, link, old)
        return self.tool_of(link).login_url, self.login_parameters(user, link)

    def old_form(
        self,
        user: User,
        link: Link,
        tool: OldTool,
        *,
        changes: Mapping[str, str] | None = None,
        remove: Sequence[str] = (),
        secret: str | None = None,
        oauth: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        """A launch of LTI 1.1, good or as bad as wished: ``changes`` and ``remove`` come before
        it is signed; for ``secret`` and ``oauth`` see :func:`.lti1p1.signed`.
        """
        sourced_id = self.outcomes.sourced_id(user, link)
        usual = launch_parameters(tool, self.issuer, self.campus, user, link, sourced_id)
        parameters = usual | dict(changes or {})
        return signed(tool, parameters, secret=secret, oauth=oauth, remove=remove)

    def count_key_set_request(self) -> None:
        """Adds one to ``jwks_requests``."""
        with self._counting:
            self.jwks_requests += 1

    def rotate_keys(self, *, keep_old: bool = True) -> None:
        """Signs with a new key from now on; old keys stay published only if kept."""
        self.keys.rotate(keep_old=keep_old)

    def login_parameters(self, user: User, link: Link) -> dict[str, str]:
        """What the tool's login is sent when this person opens this link.

        NotAllowed if the person isn't enrolled in the link's course.
        """
        self.campus.course_of(user, link)
        parameters = self.gate.login_parameters(self.issuer, self.tool_of(link), user, link)
        stored = {"lti_storage_target": self.storage} if self.storage else {}
        return self.quirks.login(parameters | stored)

    def launch_form(self, user: User, link: Link, login_redirect_url: str) -> dict[str, str]:
        """What the browser would post to the tool: ``id_token`` and ``state``.

        ``login_redirect_url`` is where the tool's login sent the browser. It is held to the same
        rules as a request to ``/lti/auth`` of that signed-in person, and must be for that link.
        LaunchRefused, with OpenID Connect's error code, if it breaks one.
        """
        parts = urlsplit(login_redirect_url)
        if parts._replace(query="").geturl() != self.auth_login_url:
            raise MalformedRequest("this is not the platform's authentication URL")
        parameters = MultiDict(parse_qsl(parts.query, keep_blank_values=True))
        tool = self.gate.asking_tool(parameters, self.tools)
        grant = self.gate.grant(parameters, tool, user)
        if grant.link.id != link.id:
            raise MalformedRequest("lti_message_hint is for another link", code="invalid_request")
        return self.answer(grant)

    def answer(self, grant: Grant) -> dict[str, str]:
        """The fields of the form that answers a request which was let through."""
        if self.quirks.keys_rotate:
            self.rotate_keys()
        claims = self._claims(grant.tool, grant.user, grant.link, grant.nonce)
        return {"id_token": self.keys.sign(claims), "state": grant.state}

    def token_for(
        self,
        user: User,
        link: Link,
        nonce: str,
        *,
        claims: Mapping[str, Any] | None = None,
        remove: Sequence[str] = (),
        headers: Mapping[str, Any] | None = None,
        key: RSAPrivateKey | bytes | None = None,
        algorithm: str = "RS256",
    ) -> str:
        """An ID token, good or as bad as wished.

        ``claims`` replaces claims by their full name and ``remove`` takes some away; for
        ``headers``, ``key`` and ``algorithm`` see :meth:`.keys.KeyRing.sign`.
        """
        made = self._claims(self.tool_of(link), user, link, nonce) | dict(claims or {})
        for name in remove:
            made.pop(name, None)
        return self.keys.sign(made, headers=headers, key=key, algorithm=algorithm)

    def _claims(self, tool: Tool, user: User, link: Link, nonce: str) -> dict[str, Any]:
        claims = launch_claims(
            issuer=self.issuer,
            tool=tool,
            campus=self.campus,
            user=user,
            link=link,
            nonce=nonce,
            now=int(time.time()),
        )
        course = self.campus.course_of(user, link)
        claims |= self.gradebook.claim(self.issuer, tool, course, link)
        before = self.moved.get(tool.client_id)
        claims |= migration_claim(before, claims) if before else {}
        claims = self.deep_linking.asked(claims, tool, user, link)
        return self.quirks.launch(claims, self.issuer)


def create_lms(
    *,
    issuer: str = "",
    tools: Sequence[Tool] = (),
    campus: Campus = DEMO_CAMPUS,
    key: SigningKey | None = None,
    preset: str = "",
) -> LmsSimulator:
    """An LMS whose base URL is ``issuer``, with these tools registered.

    ``key`` signs first; None: one is made, which takes a while. ``preset``: whose ways it has
    (``canvas``, ``moodle``, …; see :mod:`.quirks`), and whose identifiers: what the campus has
    becomes ``lms.campus``.
    """
    return LmsSimulator(issuer, tools, campus, key, preset)
