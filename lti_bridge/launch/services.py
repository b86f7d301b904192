"""Which services of the LMS a launch names: NRPS 2.0 (3.6.1.1), AGS 2.0 (3.1), Course Groups 1.0.

A claim that isn't what its specification says offers nothing: the class comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lti_bridge.directory import LmsServices

LTI: Final = "https://purl.imsglobal.org/spec/"
MEMBERSHIPS: Final = f"{LTI}lti-nrps/claim/namesroleservice"
GRADES: Final = f"{LTI}lti-ags/claim/endpoint"
GROUPS: Final = f"{LTI}lti-gs/claim/groupsservice"
LONGEST_URL: Final = 4000
MOST_SCOPES: Final = 20


def services_from(claims: Mapping[str, Any]) -> LmsServices:
    """What of these is offered, and where; the claims must have been verified."""
    grades = _object(claims, GRADES)
    groups = _object(claims, GROUPS)
    return LmsServices(
        memberships_url=_url(_object(claims, MEMBERSHIPS), "context_memberships_url"),
        line_items_url=_url(grades, "lineitems"),
        line_item_url=_url(grades, "lineitem"),
        grade_scopes=_texts(grades.get("scope")),
        groups_url=_url(groups, "context_groups_url"),
        group_sets_url=_url(groups, "context_group_sets_url"),
    )


def _object(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = claims.get(name)
    return value if isinstance(value, dict) else {}


def _url(claim: Mapping[str, Any], name: str) -> str:
    value = claim.get(name)
    if not isinstance(value, str) or len(value) > LONGEST_URL:
        return ""
    fits = value.isascii() and value.isprintable() and " " not in value
    return value if fits and value.startswith(("https://", "http://")) else ""


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(one for one in value if isinstance(one, str))[:MOST_SCOPES]
