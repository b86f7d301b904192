"""LTI 1.1 on the LMS's side (LTI 1.1.1 Implementation Guide): signed launches; and ``lti1p1``, the
claim that says in a launch of LTI 1.3 who the same people and courses were before.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit

from lti_bridge.simulators.lms import oauth1
from lti_bridge.simulators.lms.claims import CLAIM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lti_bridge.simulators.lms.campus import Campus, Course, Link, User

LIS = "http://purl.imsglobal.org/vocab/lis/v2/"


@dataclass(frozen=True, slots=True)
class OldTool:
    """A tool of LTI 1.1."""

    consumer_key: str
    secret: str
    launch_url: str
    name: str
    method: str = "HMAC-SHA1"
    """``oauth_signature_method``."""
    prefix: str = ""
    """Before the IDs of people, courses and links, where LTI 1.3 has others than LTI 1.1 had."""
    framed_origins: tuple[str, ...] = ()

    @property
    def origins(self) -> tuple[str, ...]:
        """Every origin that may fill the tool's frame."""
        parts = urlsplit(self.launch_url)
        return (f"{parts.scheme}://{parts.netloc}", *self.framed_origins)


def launch_parameters(
    tool: OldTool, issuer: str, campus: Campus, user: User, link: Link, sourced_id: str
) -> dict[str, str]:
    """Every parameter of a basic-lti-launch-request but OAuth's."""
    course = campus.course_of(user, link)
    return {
        "lti_message_type": "basic-lti-launch-request",
        "lti_version": "LTI-1p0",
        "resource_link_id": tool.prefix + link.id,
        "resource_link_title": link.title,
        "resource_link_description": link.description,
        "user_id": tool.prefix + user.id,
        "roles": ",".join(_old_role(role) for role in _roles(course, user)),
        "lis_person_name_full": user.name,
        "lis_person_name_given": user.given_name,
        "lis_person_name_family": user.family_name,
        "lis_person_contact_email_primary": user.email,
        "context_id": tool.prefix + course.id,
        "context_label": course.label,
        "context_title": course.title,
        "context_type": "CourseSection",
        "launch_presentation_locale": user.locale,
        "launch_presentation_document_target": link.document_target,
        "launch_presentation_return_url": f"{issuer}/return?course={quote(course.id, safe='')}",
        "tool_consumer_info_product_family_code": "riverbank",
        "tool_consumer_info_version": "4.2",
        "tool_consumer_instance_guid": campus.guid,
        "tool_consumer_instance_name": campus.name,
        "lis_outcome_service_url": f"{issuer}/lti/outcomes",
        "lis_result_sourcedid": sourced_id,
        "ext_lms": "riverbank",
        "custom_campus": "main",
        **{f"custom_{name}": value for name, value in link.custom.items()},
    }


def signed(
    tool: OldTool,
    parameters: Mapping[str, str],
    *,
    secret: str | None = None,
    oauth: Mapping[str, str] | None = None,
    remove: Sequence[str] = (),
) -> dict[str, str]:
    """The form that goes to the tool's launch address, good or as bad as wished.

    ``secret`` signs instead of the tool's; ``oauth`` replaces OAuth's parameters before signing,
    and ``remove`` takes parameters away.
    """
    form = {
        **parameters,
        "oauth_callback": "about:blank",
        "oauth_consumer_key": tool.consumer_key,
        "oauth_nonce": secrets.token_hex(16),
        "oauth_signature_method": tool.method,
        "oauth_timestamp": str(int(time.time())),
        "oauth_version": "1.0",
        **(oauth or {}),
    }
    for name in remove:
        form.pop(name, None)
    query = parse_qsl(urlsplit(tool.launch_url).query, keep_blank_values=True)
    base = oauth1.base_string("POST", tool.launch_url, [*form.items(), *query])
    method = form.get("oauth_signature_method", "")
    by = method if method in oauth1.HASHES else "HMAC-SHA1"
    made = oauth1.signature(base, tool.secret if secret is None else secret, by)
    return form | ({} if "oauth_signature" in remove else {"oauth_signature": made})


def migration_claim(tool: OldTool, claims: Mapping[str, Any]) -> dict[str, Any]:
    """The ``lti1p1`` claim of a launch with these claims, by the tool that it was before."""
    seed = "&".join(
        (
            tool.consumer_key,
            claims[f"{CLAIM}deployment_id"],
            claims["iss"],
            claims["aud"],
            str(claims["exp"]),
            claims["nonce"],
        )
    )
    mark = hmac.new(tool.secret.encode(), seed.encode(), hashlib.sha256).digest()
    return {
        f"{CLAIM}lti1p1": {
            "user_id": tool.prefix + claims["sub"],
            "oauth_consumer_key": tool.consumer_key,
            "oauth_consumer_key_sign": base64.b64encode(mark).decode(),
            "context_id": tool.prefix + claims[f"{CLAIM}context"]["id"],
            "resource_link_id": tool.prefix + claims[f"{CLAIM}resource_link"]["id"],
        }
    }


def _roles(course: Course, user: User) -> tuple[str, ...]:
    return (*course.roles[user.id], *user.institution_roles)


def _old_role(role: str) -> str:
    """A role's URI of LTI 1.3 as LTI 1.1 says it: context roles by their short names."""
    place, _, name = role.removeprefix(LIS).partition("#")
    if place == "institution/person":
        return f"urn:lti:instrole:ims/lis/{name}"
    if place == "system/person":
        return f"urn:lti:sysrole:ims/lis/{name}"
    principal = place.removeprefix("membership").lstrip("/")
    return f"urn:lti:role:ims/lis/{principal}/{name}" if principal else name
