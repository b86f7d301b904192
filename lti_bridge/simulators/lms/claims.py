"""The claims of a resource link launch (LTI 1.3 Core 5.3, 5.4; Security Framework 5.1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lti_bridge.simulators.lms import groups, roster

if TYPE_CHECKING:
    from lti_bridge.simulators.lms.campus import Campus, Course, Link, Tool, User

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
"""What the names of LTI's own claims begin with."""

LIFETIME = 300
"""Seconds for which an ID token is good."""


def launch_claims(
    *, issuer: str, tool: Tool, campus: Campus, user: User, link: Link, nonce: str, now: int
) -> dict[str, Any]:
    """Every claim of an LtiResourceLinkRequest; ``now`` in UNIX seconds.

    ``azp`` is left out, as it should be while ``aud`` is a single value (Security Framework 5.1.2).
    Raises NotAllowed if the person isn't enrolled in the link's course.
    """
    course = campus.course_of(user, link)
    lti = {
        "message_type": link.message_type,
        "version": "1.3.0",
        "deployment_id": tool.deployment_id,
        "target_link_uri": tool.launch_url,
        "resource_link": {"id": link.id, "title": link.title, "description": link.description},
        "roles": [*course.roles[user.id], *user.institution_roles],
        **_place(issuer, campus, course, user, link),
    }
    return {
        "iss": issuer,
        "aud": tool.client_id,
        "iat": now,
        "exp": now + LIFETIME,
        "nonce": nonce,
        **_person(user),
        **{CLAIM + name: value for name, value in lti.items()},
        **roster.claims(issuer, tool, course),
        **groups.claims(issuer, tool, course),
    }


def _person(user: User) -> dict[str, str]:
    """Who it is (LTI 1.3 Core 5.3.6; OpenID Connect Core 5.1)."""
    return {
        "sub": user.id,
        "name": user.name,
        "given_name": user.given_name,
        "family_name": user.family_name,
        "email": user.email,
        "locale": user.locale,
    }


def _place(issuer: str, campus: Campus, course: Course, user: User, link: Link) -> dict[str, Any]:
    """Where it happens: course, presentation, platform, records (LTI 1.3 Core 5.4)."""
    return {
        "context": {
            "id": course.id,
            "label": course.label,
            "title": course.title,
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"],
        },
        "tool_platform": {
            "guid": campus.guid,
            "name": campus.name,
            "product_family_code": "riverbank",
            "version": "4.2",
            "url": issuer,
        },
        "launch_presentation": {
            "document_target": link.document_target,
            "return_url": f"{issuer}/return?course={quote(course.id, safe='')}",
            "locale": user.locale,
            "width": 960,
            "height": 720,
        },
        "lis": {
            "course_offering_sourcedid": f"riverbank:{course.label}",
            "course_section_sourcedid": f"riverbank:{course.label}-1",
            "person_sourcedid": f"riverbank:{user.email.partition('@')[0]}",
        },
        "custom": {"campus": "main", **_filled_in(course, link)},
    }


def _filled_in(course: Course, link: Link) -> dict[str, str]:
    """Custom parameters, those variables replaced that this LMS knows (Core, 6.1)."""
    known = {
        "$Context.id.history": ",".join(course.history),
        "$ResourceLink.id.history": ",".join(link.history),
    }
    return {name: known.get(value, value) for name, value in link.custom.items()}
