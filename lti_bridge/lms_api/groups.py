"""The groups of a course: Course Groups Service 1.0.

Who is in which group comes with the roster (``groups`` of :class:`lti_bridge.lms_api.Roster`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lti_bridge.lms_api.reading import identifier, json_object, listed, text

if TYPE_CHECKING:
    from lti_bridge.lms_api.transport import LmsTransport
    from lti_bridge.store import Platform

CALL: Final = "groups"
SETS_CALL: Final = "group sets"
SCOPE: Final = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
MEDIA_TYPE: Final = "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"
SETS_MEDIA_TYPE: Final = (
    f"application/vnd.ims.lti-gs.v1.contextgroupsetcontainer+json, {MEDIA_TYPE};q=0.9"
)
"""LMSs differ in what they call a list of sets."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of a course."""

    id: str
    name: str
    tag: str = ""
    """What it is for, in a word of whoever made it."""
    set_id: str = ""
    """The set that it belongs to, or empty."""


class CourseGroups:
    """The groups of every platform's courses."""

    def __init__(self, lms: LmsTransport) -> None:
        """``lms``: how its services are called."""
        self._lms = lms

    def groups(self, platform: Platform, groups_url: str) -> Iterator[Group]:
        """Every group of the course. Raises :class:`lti_bridge.errors.RemoteError`."""
        for one in self._listed(platform, groups_url, "groups", CALL, MEDIA_TYPE):
            yield Group(
                id=identifier(one, "id", platform, CALL),
                name=text(one, "name"),
                tag=text(one, "tag"),
                set_id=_set_id(one),
            )

    def sets(self, platform: Platform, sets_url: str) -> dict[str, str]:
        """The names of the course's sets of groups, by ID; raises as :meth:`groups`."""
        return {
            identifier(one, "id", platform, SETS_CALL): text(one, "name")
            for one in self._listed(platform, sets_url, "sets", SETS_CALL, SETS_MEDIA_TYPE)
        }

    def _listed(
        self, platform: Platform, url: str, name: str, call: str, accept: str
    ) -> Iterator[Mapping[str, Any]]:
        for page in self._lms.pages(platform, url, (SCOPE,), call=call, accept=accept):
            yield from listed(json_object(page, platform, call), name, platform, call)


def _set_id(one: Mapping[str, Any]) -> str:
    value = one.get("set_id")
    return str(value) if isinstance(value, int) else text(one, "set_id")
