"""Deep linking as a platform does it (Deep Linking 2.0): what it asks a tool, what it takes.

Of an answer, in this order; whatever fails is refused with a sentence for the tool's developers:

1. A tool that is registered signed it with a key that it publishes now (Security Framework, 5.2).
2. ``aud`` is this platform, it isn't too old or too new, and its ``nonce`` never came.
3. It is an LtiDeepLinkingResponse of 1.3.0, for the deployment that was asked.
4. ``data`` is what the request held, letter by letter, and not older than an hour.
5. Each content item is of a type that was accepted, and is what section 3 says of it: for an LTI
   link, a URL of the tool's own, texts, an icon with its size, ways to show it that were accepted,
   times in ISO 8601 with their zone, and a line item only where those are taken.
"""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from lti_bridge.errors import LaunchRefused, MalformedRequest, NotAllowed, NotAuthentic
from lti_bridge.simulators.lms import roles
from lti_bridge.simulators.lms.campus import Link
from lti_bridge.simulators.lms.claims import CLAIM
from lti_bridge.simulators.lms.seals import Sealer
from lti_bridge.simulators.lms.tokens import TokenRefused, signed_claims

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lti_bridge.simulators.lms.campus import Course, Tool, User
    from lti_bridge.simulators.lms.simulator import LmsSimulator

DL: Final = "https://purl.imsglobal.org/spec/lti-dl/claim/"
PICKER: Final = "LtiDeepLinkingRequest"
HOUR: Final = 3600
SKEW: Final = 60
TEACHES: Final = frozenset({roles.INSTRUCTOR, roles.TEACHING_ASSISTANT})


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer that held: what was added to which course, and what the tool says of it."""

    course: Course
    links: tuple[Link, ...]
    message: str
    error: str


@dataclass(slots=True)
class Wishes:
    """What the LMS accepts, as a test wants it."""

    types: tuple[str, ...] = ("link", "ltiResourceLink")
    targets: tuple[str, ...] = ("iframe", "window")
    multiple: bool | None = True
    line_items: bool | None = True
    """None: the request doesn't say."""
    return_url: str = ""
    """Where answers are wanted; empty: here."""
    more: dict[str, Any] = field(default_factory=dict)
    """Further settings, or others instead."""


class DeepLinking:
    """Asks tools for links, and adds those that they pick to the course."""

    def __init__(self, lms: LmsSimulator) -> None:
        """Data of one LMS mean nothing to another."""
        self._lms = lms
        self._sealer = Sealer()
        self._lock = threading.Lock()
        self._nonces: set[str] = set()
        self.wishes = Wishes()
        self.answers: list[Mapping[str, Any]] = []
        """The claims of every answer whose signature held."""

    @property
    def return_url(self) -> str:
        """Where answers are wanted."""
        return self.wishes.return_url or f"{self._lms.issuer}/lti/deep-links"

    def asked(self, claims: dict[str, Any], tool: Tool, user: User, link: Link) -> dict[str, Any]:
        """The claims as a deep linking request's, where the launch is one (4.4)."""
        if link.message_type != PICKER:
            return claims
        course, _ = self._lms.campus.place_by_link_id[link.id]
        wishes = self.wishes
        switches = {"accept_multiple": wishes.multiple, "accept_lineitem": wishes.line_items}
        asked = {
            "deep_link_return_url": self.return_url,
            "accept_types": list(wishes.types),
            "accept_presentation_document_targets": list(wishes.targets),
            **{name: value for name, value in switches.items() if value is not None},
            "auto_create": True,
            "data": self._data(tool, user, course),
            **wishes.more,
        }
        left_out = {f"{CLAIM}resource_link"}
        kept = {name: value for name, value in claims.items() if name not in left_out}
        return {**kept, f"{DL}deep_linking_settings": asked}

    def _data(self, tool: Tool, user: User, course: Course) -> str:
        values = [course.id, user.id, tool.client_id, str(int(time.time()) + HOUR)]
        return self._sealer.seal("data", values)

    def take(self, answer: str) -> Taken:
        """Add what an answer holds to its course. Raises :class:`LaunchRefused`."""
        try:
            tool, claims = signed_claims(self._lms, answer)
        except TokenRefused as refusal:
            raise NotAuthentic(f"{refusal}.", code="signature") from None
        self.answers.append(claims)
        self._check_times(claims)
        self._check_purpose(tool, claims)
        course = self._course(tool, claims.get(f"{DL}data"))
        items = claims.get(f"{DL}content_items", [])
        _need(isinstance(items, list), "content_items is a list")
        several = self.wishes.multiple is True
        _need(several or len(items) <= 1, "only one content item is accepted")
        links = tuple(self._link(tool, item) for item in items)
        texts = [claims.get(f"{DL}{name}", "") for name in ("msg", "errormsg", "log", "errorlog")]
        _need(all(isinstance(text, str) for text in texts), "messages are texts")
        self._use(claims.get("nonce"))
        self._lms.add_links(course, links)
        return Taken(course, links, texts[0], texts[1])

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        named = claims.get("aud")
        named = named if isinstance(named, list) else [named]
        _need(self._lms.issuer in named, "aud is this platform", NotAuthentic)
        issued, ends = (claims.get(name) for name in ("iat", "exp"))
        if not isinstance(issued, int) or not isinstance(ends, int):
            raise _wrong("iat and exp are whole numbers", NotAuthentic)
        now = time.time()
        fresh = issued <= now + SKEW and now - SKEW < ends <= issued + HOUR
        _need(fresh, "the answer is neither too old nor too new", NotAuthentic)

    def _check_purpose(self, tool: Tool, claims: Mapping[str, Any]) -> None:
        for name, wanted in (
            ("message_type", "LtiDeepLinkingResponse"),
            ("version", "1.3.0"),
            ("deployment_id", tool.deployment_id),
        ):
            _need(claims.get(f"{CLAIM}{name}") == wanted, f"{name} is {wanted}")

    def _course(self, tool: Tool, data: object) -> Course:
        values = self._sealer.unseal("data", data) if isinstance(data, str) else None
        if values is None:
            raise NotAllowed("data isn't what the request held.", code="data")
        course_id, _user, client_id, ends = values
        if client_id != tool.client_id or time.time() >= int(ends):
            raise NotAllowed("data are of another tool, or too old.", code="data")
        return self._lms.campus.course_by_id[course_id]

    def _use(self, nonce: object) -> None:
        _need(isinstance(nonce, str) and 0 < len(nonce) <= 255, "nonce is a text")
        with self._lock:
            if nonce in self._nonces:
                raise NotAuthentic("This answer was used before.", code="nonce_used")
            self._nonces.add(str(nonce))

    def _link(self, tool: Tool, item: Any) -> Link:
        """A content item, turned into a link of the course (3.2)."""
        _need(isinstance(item, dict), "a content item is an object")
        kind = item.get("type")
        _need(kind in self.wishes.types, f"type {kind} is accepted")
        _need(kind == "ltiResourceLink", "this LMS can show links of tools only")
        url = item.get("url", tool.launch_url)
        _need(_is_url(url) and _origin(url) == _origin(tool.launch_url), "url is the tool's own")
        _need(url == tool.launch_url, "url is where the tool is launched")
        for name in ("title", "text"):
            _need(isinstance(item.get(name, ""), str), f"{name} is a text")
        custom = item.get("custom", {})
        _need(_are_texts(custom), "custom parameters are texts")
        _check_icon(item.get("icon"))
        self._check_targets(item)
        _check_spans(item)
        self._check_line_item(item.get("lineItem"))
        available = item.get("available", {})
        return Link(
            id=f"rl-{secrets.token_hex(6)}",
            kind="picked",
            title=item.get("title", "") or tool.name,
            description=item.get("text", ""),
            document_target="window" if "window" in item else "iframe",
            custom=custom,
            client_id=tool.client_id,
            available=(available.get("startDateTime", ""), available.get("endDateTime", "")),
            line_item=item.get("lineItem", {}),
            graded="lineItem" in item,
        )

    def _check_targets(self, item: Mapping[str, Any]) -> None:
        for name in ("iframe", "window", "embed"):
            if name in item:
                _need(name in self.wishes.targets, f"{name} is accepted")
                _need(isinstance(item[name], dict), f"{name} is an object")
        window = item.get("window", {})
        _need(isinstance(window.get("targetName", ""), str), "targetName is a text")

    def _check_line_item(self, line_item: Any) -> None:
        if line_item is None:
            return
        _need(self.wishes.line_items is not False, "line items are accepted")
        _need(isinstance(line_item, dict), "lineItem is an object")
        maximum = line_item.get("scoreMaximum")
        number = isinstance(maximum, int | float) and not isinstance(maximum, bool)
        _need(number and maximum > 0, "scoreMaximum is a number above 0")
        for name in ("label", "resourceId", "tag"):
            _need(isinstance(line_item.get(name, ""), str), f"{name} is a text")


def teaches(course: Course, user: User) -> bool:
    """Whether somebody may add links to the course."""
    return not TEACHES.isdisjoint(course.roles.get(user.id, ()))


def copy_of(course: Course) -> Course:
    """The course for another term: its links have new IDs and the same custom parameters."""
    links = tuple(
        replace(link, id=f"rl-{secrets.token_hex(6)}", history=(link.id, *link.history))
        for link in course.links
    )
    return replace(
        course,
        id=f"c-{secrets.token_hex(6)}",
        title=f"{course.title} (copy)",
        links=links,
        groups=(),
        group_sets=(),
        history=(course.id, *course.history),
    )


def _check_icon(icon: Any) -> None:
    if icon is not None:
        _need(isinstance(icon, dict) and _is_url(icon.get("url")), "icon has a url")
        sizes = [icon.get(name) for name in ("width", "height")]
        _need(all(isinstance(size, int) for size in sizes), "an icon has a size in pixels")


def _check_spans(item: Mapping[str, Any]) -> None:
    for name in ("available", "submission"):
        span = item.get(name, {})
        _need(isinstance(span, dict), f"{name} is an object")
        moments = [_moment(span.get(end)) for end in ("startDateTime", "endDateTime")]
        begins, ends = moments
        _need(begins is None or ends is None or begins < ends, f"{name} ends after it begins")


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _wrong("times are ISO 8601") from None
    _need(moment.tzinfo is not None, "times name their zone")
    return moment


def _are_texts(values: Any) -> bool:
    return isinstance(values, dict) and all(isinstance(value, str) for value in values.values())


def _is_url(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("https://", "http://"))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _need(holds: object, rule: str, refusal: type[LaunchRefused] = MalformedRequest) -> None:
    if not holds:
        raise _wrong(rule, refusal)


def _wrong(rule: str, refusal: type[LaunchRefused] = MalformedRequest) -> LaunchRefused:
    return refusal(f"The answer broke a rule: {rule}.", code="deep_linking")
