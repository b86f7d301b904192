"""The LMS's course groups (Course Groups Service 1.0): groups, and the sets that they belong to.

Both lists come in pages, to tokens of the service's scope. ``user_id``: only the groups of that
person. Who is in a group is told by the roster.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, abort, jsonify, request

from lti_bridge.simulators.lms.tokens import Scope

if TYPE_CHECKING:
    from lti_bridge.simulators.lms.campus import Course, Group, Tool
    from lti_bridge.simulators.lms.simulator import LmsSimulator

CLAIM: Final = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
GROUPS_TYPE: Final = "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"
SETS_TYPE: Final = "application/vnd.ims.lti-gs.v1.contextgroupsetcontainer+json"


def claims(issuer: str, tool: Tool, course: Course) -> dict[str, Any]:
    """The claim of a launch, where the tool may ask."""
    if Scope.GROUPS not in tool.scopes:
        return {}
    base = f"{issuer}/lti/courses/{quote(course.id, safe='')}"
    return {
        CLAIM: {
            "scope": [Scope.GROUPS.value],
            "context_groups_url": f"{base}/groups",
            "context_group_sets_url": f"{base}/groupsets",
            "service_versions": ["1.0"],
        }
    }


class GroupDesk:
    """The groups of courses by now, beside what the campus says."""

    def __init__(self, lms: LmsSimulator) -> None:
        """Every group that the campus names is there, at first."""
        self._lms = lms
        self.page_size = 50
        """Groups on a page, at the most."""
        self.requests = 0
        """How many pages were asked for."""
        self.dissolved: set[str] = set()
        """IDs of groups that are there no more."""
        self.moved: dict[str, frozenset[str]] = {}
        """User IDs by group, where others are in it by now."""

    def of(self, course: Course) -> list[Group]:
        """The groups that a course has."""
        return [group for group in course.groups if group.id not in self.dissolved]

    def of_person(self, course: Course, user_id: str) -> list[str]:
        """IDs of the groups that somebody is in."""
        return [
            group.id
            for group in self.of(course)
            if user_id in self.moved.get(group.id, group.members)
        ]


def blueprint(lms: LmsSimulator) -> Blueprint:
    """The service's two endpoints."""
    service = Blueprint("lti_groups", __name__, url_prefix="/lti")

    @service.get("/courses/<course_id>/groups")
    def groups(course_id: str) -> Response:
        course = _course(lms, course_id, GROUPS_TYPE)
        found = lms.groups.of(course)
        if "user_id" in request.args:
            own = lms.groups.of_person(course, request.args["user_id"])
            found = [group for group in found if group.id in own]
        return _page(lms, "groups", [_shown(group) for group in found], GROUPS_TYPE)

    @service.get("/courses/<course_id>/groupsets")
    def sets(course_id: str) -> Response:
        course = _course(lms, course_id, SETS_TYPE)
        found = [{"id": one.id, "name": one.name} for one in course.group_sets]
        return _page(lms, "sets", found, SETS_TYPE)

    return service


def _course(lms: LmsSimulator, course_id: str, media_type: str) -> Course:
    lms.groups.requests += 1
    lms.tokens.require(Scope.GROUPS)
    if media_type not in request.headers.get("Accept", ""):
        abort(406, f"This service answers in {media_type}.")
    course = lms.campus.course_by_id.get(course_id)
    if course is None:
        abort(404, "There is no such course.")
    return course


def _shown(group: Group) -> dict[str, str]:
    optional = {"tag": group.tag, "set_id": group.set_id}
    given = {name: value for name, value in optional.items() if value}
    return {"id": group.id, "name": group.name, **given}


def _page(
    lms: LmsSimulator, name: str, entries: Sequence[dict[str, str]], media_type: str
) -> Response:
    start, size = request.args.get("start", 0, type=int), lms.groups.page_size
    answer = jsonify({"id": request.url, name: entries[start : start + size]})
    answer.headers["Content-Type"] = media_type
    if start + size < len(entries):
        query = urlencode({**request.args, "start": start + size})
        answer.headers["Link"] = f'<{lms.issuer}{quote(request.path)}?{query}>; rel="next"'
    return answer
