"""What the tests of launches over HTTP share: reading pages, and looking things up afterwards."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from lti_bridge.simulators.lms import CLAIM as LTI
from lti_bridge.simulators.lms.seals import to_base64url
from lti_bridge.store import LaunchEntry, LaunchSearch
from tests.campus import Answer, Browser, Campus, ask

LIS = "http://purl.imsglobal.org/vocab/lis/v2/"
ROLES = f"{LTI}roles"
INSTRUCTOR = f"{LIS}membership#Instructor"
LEARNER = f"{LIS}membership#Learner"


@dataclass
class Form:
    action: str
    method: str
    target: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Page:
    language: str = ""
    direction: str = ""
    title: str = ""
    headline: str = ""
    text: str = ""
    forms: list[Form] = field(default_factory=list)
    links: list[dict[str, str]] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)

    @property
    def form(self) -> Form:
        """The page's first form: what its first button does."""
        return self.forms[0]

    def form_to(self, action: str) -> Form:
        """The page's only form that goes there."""
        (form,) = (form for form in self.forms if form.action == action)
        return form

    @property
    def session(self) -> str:
        return self.form.fields["session"]

    @property
    def reference(self) -> str:
        """The reference number; empty where there is none."""
        found = re.search(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b", self.text)
        return found[0] if found else ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = {name: value or "" for name, value in attrs}
        page = self.page
        if tag == "html":
            page.language, page.direction = had["lang"], had.get("dir", "")
        elif tag == "form":
            page.forms.append(Form(had["action"], had["method"], had.get("target", "")))
        elif tag == "input" and (had["type"] == "hidden" or "checked" in had):
            page.forms[-1].fields[had["name"]] = had["value"]
        elif tag == "a":
            page.links.append(had)
        elif tag == "script":
            page.scripts.append(had.get("src", ""))
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.page.text += data
        if "title" in self._inside:
            self.page.title += data
        if "h1" in self._inside:
            self.page.headline += data


def read(answer: Answer, status: int = 200) -> Page:
    """An HTML page of that status."""
    assert answer.status == status, (answer.status, answer.text)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    reader = _Reader()
    reader.feed(answer.text)
    return reader.page


def entry_of(campus: Campus, reference: str) -> LaunchEntry | None:
    """The launch list's line of a reference number."""
    campus.app.extensions["lti_bridge.journal"].flush()
    return campus.bridge.store.launches.by_reference(reference)


def everything_listed(campus: Campus) -> list[LaunchEntry]:
    """The launch list as it is in the database: its journal writes a moment later."""
    found = campus.bridge.store.launch_list.search(LaunchSearch(), limit=100_000)
    return [one.entry for one in found]


def refused(campus: Campus, answer: Answer, status: int, reason: str) -> Page:
    """A refusal page, whose number leads to the reason in the launch list."""
    page = read(answer, status)
    assert page.headline
    entry = entry_of(campus, page.reference)
    assert entry is not None, page.text
    assert (entry.outcome, entry.reason) == ("refused", reason)
    assert entry.detail
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    return page


def press(campus: Campus, page: Page, which: int | str = 0, **fields: str) -> Answer:
    """Send one of the page's forms: by its place, or by where it goes."""
    form = page.form_to(which) if isinstance(which, str) else page.forms[which]
    assert form.method == "post"
    return Browser().ask("POST", f"{campus.url}{form.action}", {**form.fields, **fields})


def meeting_of(campus: Campus, answer: Answer) -> Any:
    """The simulator's meeting that an answer leads into."""
    return campus.meetingz.meetings[answer.joined_as["meetingID"]]


def link_of_its_own(name: str) -> dict[str, Any]:
    """A claim that keeps a test of a shared campus apart from the others."""
    identifier = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
    return {f"{LTI}resource_link": {"id": identifier, "title": "Live class"}}


def parameters_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def follow(answer: Answer) -> Answer:
    """Go where a 303 into class leads; the service lets the person in."""
    assert answer.status == 303, (answer.status, answer.text)
    entered = ask("GET", answer.location)
    assert entered.status == 302, entered.text
    return entered


def only_meeting(campus: Campus) -> Any:
    (meeting,) = campus.meetingz.meetings.values()
    return meeting


def token_of_bytes(campus: Campus, body: bytes) -> str:
    """A genuine token around these very bytes, which may be no sensible JSON."""
    key = campus.lms.keys.current
    header = json.dumps({"alg": "RS256", "kid": key.kid}).encode()
    message = f"{to_base64url(header)}.{to_base64url(body)}"
    signature = key.private.sign(message.encode(), PKCS1v15(), SHA256())
    return f"{message}.{to_base64url(signature)}"


def token_with(
    campus: Campus, user: Any, link: Any, login: Answer, claims: Mapping[str, Any]
) -> str:
    """A genuine token of this login whose claims may hold anything Python's JSON can write."""
    nonce = parameters_of(login.location)["nonce"]
    usual = campus.lms.token_for(user, link, nonce).split(".")[1]
    body = json.loads(_decoded(usual)) | dict(claims)
    return token_of_bytes(campus, json.dumps(body).encode())


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "===")
