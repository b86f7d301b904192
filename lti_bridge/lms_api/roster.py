"""Who belongs to a course: Names and Role Provisioning Services 2.0.

A roster comes in pages, and is handed on page by page: nobody holds a huge one whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from lti_bridge.lms_api.reading import identifier, json_object, listed, malformed, text
from lti_bridge.lms_api.reading import with_parameters as with_

if TYPE_CHECKING:
    from lti_bridge.lms_api.transport import LmsTransport
    from lti_bridge.store import Platform

CALL: Final = "roster"
SCOPE: Final = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
MEDIA_TYPE: Final = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
PAGE: Final = 100
"""Members asked for at a time; an LMS may give fewer, or more."""

Status = Literal["Active", "Inactive", "Deleted"]
_STATUSES: Final[Mapping[str, Status]] = {
    "active": "Active",
    "inactive": "Inactive",
    "deleted": "Deleted",
}


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a course (2.1), as far as the LMS lets the tool see them."""

    user_id: str
    """What launches call ``sub``."""
    roles: tuple[str, ...]
    status: Status = "Active"
    name: str = field(default="", repr=False)
    given_name: str = field(default="", repr=False)
    family_name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    lis_person_sourcedid: str = field(default="", repr=False)
    groups: tuple[str, ...] | None = None
    """IDs of the groups they are in (Course Groups Service 1.0); None: nothing was said."""


class Roster:
    """The rosters of every platform's courses."""

    def __init__(self, lms: LmsTransport) -> None:
        """``lms``: how its services are called."""
        self._lms = lms

    def pages(
        self,
        platform: Platform,
        memberships_url: str,
        *,
        role: str = "",
        resource_link_id: str = "",
        groups: bool = False,
        limit: int = PAGE,
    ) -> Iterator[list[Member]]:
        """Every member, a page at a time (2.4).

        ``role``: only those of that role (2.4.1). ``resource_link_id``: only those who can reach
        that link (3.2). ``groups``: with their groups, where the LMS knows of any. Raises
        :class:`lti_bridge.errors.RemoteError`.
        """
        asked = {"limit": str(limit), "role": role, "rlid": resource_link_id}
        if groups:
            asked["groups"] = "true"
        url = with_(memberships_url, {name: value for name, value in asked.items() if value})
        for page in self._lms.pages(platform, url, (SCOPE,), call=CALL, accept=MEDIA_TYPE):
            answer = json_object(page, platform, CALL)
            yield [_member(one, platform) for one in listed(answer, "members", platform, CALL)]


def _member(one: Mapping[str, Any], platform: Platform) -> Member:
    roles = one.get("roles")
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise malformed(platform, CALL, "has a member without a list of roles")
    return Member(
        user_id=identifier(one, "user_id", platform, CALL),
        roles=tuple(roles),
        status=_status(one.get("status"), platform),
        name=text(one, "name"),
        given_name=text(one, "given_name"),
        family_name=text(one, "family_name"),
        email=text(one, "email"),
        lis_person_sourcedid=text(one, "lis_person_sourcedid"),
        groups=_groups(one, platform),
    )


def _status(value: object, platform: Platform) -> Status:
    """Without one, somebody is active (2.3)."""
    if value is None:
        return "Active"
    known = _STATUSES.get(value.lower()) if isinstance(value, str) else None
    if known is None:
        raise malformed(platform, CALL, "has a member of a status that nobody knows")
    return known


def _groups(one: Mapping[str, Any], platform: Platform) -> tuple[str, ...] | None:
    if one.get("group_enrollments") is None:
        return None
    entries = listed(one, "group_enrollments", platform, CALL)
    return tuple(identifier(entry, "group_id", platform, CALL) for entry in entries)
