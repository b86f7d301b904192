"""The LMS's roster (Names and Role Provisioning Services 2.0).

``GET /lti/courses/ID/members`` with a token of that scope and an ``Accept`` that names the
service's media type: members in pages, the next one named by ``Link`` (2.4.2); ``limit``, ``role``
(2.4.1), ``rlid`` (3.2): only who may see that link; ``groups=true`` adds each member's groups
(Course Groups Service 1.0). The last page names ``differences`` (2.4.3): what changed since, with
those who left as ``Deleted``.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, abort, jsonify, request

from lti_bridge.simulators.lms.tokens import Scope

if TYPE_CHECKING:
    from lti_bridge.simulators.lms.campus import Course, Link, Tool
    from lti_bridge.simulators.lms.simulator import LmsSimulator

CLAIM: Final = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
MEDIA_TYPE: Final = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
MESSAGE_TYPE: Final = "https://purl.imsglobal.org/spec/lti/claim/message_type"
CUSTOM: Final = "https://purl.imsglobal.org/spec/lti/claim/custom"
PROFILE: Final = ("name", "given_name", "family_name", "email")


def claims(issuer: str, tool: Tool, course: Course) -> dict[str, Any]:
    """The claim of a launch (3.6.1.1), where the tool may ask."""
    if Scope.MEMBERSHIPS not in tool.scopes:
        return {}
    url = f"{issuer}/lti/courses/{quote(course.id, safe='')}/members"
    return {CLAIM: {"context_memberships_url": url, "service_versions": ["2.0"]}}


class RosterDesk:
    """Who belongs to which course by now, beside what the campus says."""

    def __init__(self, lms: LmsSimulator) -> None:
        """Everybody whom the campus names is active, at first."""
        self._lms = lms
        self.page_size = 50
        """Members on a page at the most, whatever a tool asks for."""
        self.requests = 0
        """How many pages were asked for."""
        self.withheld: frozenset[str] = frozenset()
        """Members' properties that tools aren't told: ``name``, ``email``, …"""
        self.links: Literal["known", "ignored", "refused"] = "known"
        """What it makes of ``rlid``: not every LMS has a roster of a link."""
        self.closed = False
        """No tool may see any roster."""
        self._lock = threading.Lock()
        self._statuses: dict[tuple[str, str], str] = {}
        self._changes: list[tuple[str, str]] = []

    def set_status(self, course: Course, user_id: str, status: str) -> None:
        """``Active``, ``Inactive``, or ``Deleted``: then only ``differences`` names the person."""
        with self._lock:
            self._statuses[course.id, user_id] = status
            self._changes.append((course.id, user_id))

    def status(self, course: Course, user_id: str) -> str:
        """How somebody stands in a course."""
        return self._statuses.get((course.id, user_id), "Active")

    @property
    def now(self) -> int:
        """How many changes there were so far."""
        return len(self._changes)

    def people(self, course: Course, since: int | None) -> list[str]:
        """User IDs, in the order of the roster; or those that changed ``since``."""
        if since is not None:
            changed = {user for place, user in self._changes[since:] if place == course.id}
            return [user for user in course.roles if user in changed]
        return [user for user in course.roles if self.status(course, user) != "Deleted"]

    def member(
        self, course: Course, user_id: str, link: Link | None, *, groups: bool
    ) -> dict[str, Any]:
        """A member as tools see them (2.2)."""
        user = self._lms.campus.user_by_id[user_id]
        shown = {name: getattr(user, name) for name in PROFILE if name not in self.withheld}
        entry: dict[str, Any] = {
            "status": self.status(course, user_id),
            **shown,
            "user_id": user_id,
            "lis_person_sourcedid": f"riverbank:{user.email.partition('@')[0]}",
            "roles": list(course.roles[user_id]),
        }
        if groups:
            own = self._lms.groups.of_person(course, user_id)
            entry["group_enrollments"] = [{"group_id": group} for group in own]
        if link is not None:
            entry["message"] = [
                {MESSAGE_TYPE: "LtiResourceLinkRequest", CUSTOM: {**link.custom, "locale": "x"}}
            ]
        return entry


def blueprint(lms: LmsSimulator) -> Blueprint:
    """The service's one endpoint."""
    service = Blueprint("lti_roster", __name__, url_prefix="/lti")

    @service.get("/courses/<course_id>/members")
    def members(course_id: str) -> Response:
        desk = lms.roster
        desk.requests += 1
        lms.tokens.require(Scope.MEMBERSHIPS)
        if desk.closed:
            abort(403, "Tools may not see this course's members.")
        if MEDIA_TYPE not in request.headers.get("Accept", ""):
            abort(406, f"This service answers in {MEDIA_TYPE}.")
        course = lms.campus.course_by_id.get(course_id)
        if course is None:
            abort(404, "There is no such course.")
        return _page(lms, course)

    return service


def _page(lms: LmsSimulator, course: Course) -> Response:
    desk, asked = lms.roster, request.args
    link = _link(desk, course, asked.get("rlid"))
    people = desk.people(course, _number(asked.get("since"), None))
    if link is not None:
        people = [user for user in people if lms.campus.sees(course, user, link)]
    if "role" in asked:
        people = [user for user in people if _has_role(course, user, asked["role"])]
    size = min(_number(asked.get("limit"), desk.page_size) or desk.page_size, desk.page_size)
    start = _number(asked.get("start"), 0) or 0
    answer = jsonify(
        {
            "id": request.url,
            "context": {"id": course.id, "label": course.label, "title": course.title},
            "members": [
                desk.member(course, user, link, groups=asked.get("groups") == "true")
                for user in people[start : start + size]
            ],
        }
    )
    answer.headers["Content-Type"] = MEDIA_TYPE
    if start + size < len(people):
        answer.headers["Link"] = _named(lms, asked, {"start": start + size}, "next")
    else:
        answer.headers["Link"] = _named(lms, {}, {"since": desk.now}, "differences")
    return answer


def _named(
    lms: LmsSimulator, asked: Mapping[str, str], changes: Mapping[str, object], rel: str
) -> str:
    query = urlencode({**asked, **changes})
    return f'<{lms.issuer}{quote(request.path)}?{query}>; rel="{rel}"'


def _link(desk: RosterDesk, course: Course, link_id: str | None) -> Link | None:
    if link_id is None or desk.links == "ignored":
        return None
    if desk.links == "refused":
        abort(400, "Rosters of links are not known here.")
    found = next((link for link in course.links if link.id == link_id), None)
    if found is None:
        abort(404, "There is no such link in this course.")
    return found


def _has_role(course: Course, user_id: str, role: str) -> bool:
    """By its short name or its whole URI (2.4.1)."""
    roles = course.roles[user_id]
    return role in roles or any(uri.rpartition("#")[2] == role for uri in roles)


def _number(text: str | None, otherwise: int | None) -> int | None:
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        abort(400, "That is no number.")
    return int(text)
