"""What the claims of a verified token say (LTI 1.3 Core, 5.3 and 5.4).

Every claim may be missing but those the specification requires, and any may be of a wrong type:
that is a malformed request, never a failure of ours. Only these claims name a person, a role or a
course; nothing is taken from the request around them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lti_bridge.directory import DEEP_LINKING, Launch, Target
from lti_bridge.directory.roles import is_assistant, is_observer, role_in_class, standing_in_class
from lti_bridge.launch.deep_linking import request_from
from lti_bridge.launch.messages import check_message
from lti_bridge.launch.reading import LTI, identifier, is_url, text
from lti_bridge.launch.services import services_from
from lti_bridge.store import Profile

if TYPE_CHECKING:
    from lti_bridge.store import Platform


def launch_from(claims: Mapping[str, Any], platform: Platform) -> Launch:
    """The launch; raises :class:`MalformedRequest`, or :class:`NotAllowed` for a deep linking
    request whose answer would go astray. The deployment is for the caller to check.
    """
    message = check_message(claims)
    picks = message == DEEP_LINKING
    context = claims.get(f"{LTI}context") or {}
    roles = claims[f"{LTI}roles"]
    role = role_in_class(roles, platform.roles)
    link = {} if picks else claims[f"{LTI}resource_link"]
    presentation = claims.get(f"{LTI}launch_presentation") or {}
    custom = _custom(claims)
    return Launch(
        platform=platform,
        message_type=message,
        deployment_id=identifier(claims.get(f"{LTI}deployment_id"), "deployment_id"),
        lti_user_id=identifier(claims.get("sub"), "sub", required=False),
        profile=_profile(claims),
        role=role,
        standing=standing_in_class(roles, platform.roles),
        observer=role == "attendee" and is_observer(roles),
        assistant=role == "moderator" and is_assistant(roles, platform.roles),
        lti_context_id=identifier(context.get("id"), "context.id", required=bool(context)),
        course_title=text(context, "title") or text(context, "label"),
        resource_link_id=identifier(link.get("id"), "resource_link.id", required=not picks),
        link_title=text(link, "title"),
        custom=custom,
        target=_target(presentation, custom),
        return_url=_return_url(presentation, platform),
        locale=text(presentation, "locale") or text(claims, "locale"),
        services=services_from(claims),
        deep_linking=request_from(claims, platform) if picks else None,
    )


def _profile(claims: Mapping[str, Any]) -> Profile:
    return Profile(
        name=text(claims, "name"),
        given_name=text(claims, "given_name"),
        family_name=text(claims, "family_name"),
        email=text(claims, "email"),
    )


def _custom(claims: Mapping[str, Any]) -> dict[str, str]:
    custom = claims.get(f"{LTI}custom") or {}
    return {name: value for name, value in custom.items() if isinstance(value, str)}


def _target(presentation: Mapping[str, Any], custom: Mapping[str, str]) -> Target:
    in_window = presentation.get("document_target") == "window"
    return "window" if in_window or custom.get("embed", "").lower() == "true" else "frame"


def _return_url(presentation: Mapping[str, Any], platform: Platform) -> str:
    """Where the LMS wants people back, if that is on its own host; empty otherwise.

    Anything but visible ASCII is no URL (RFC 3986, 2), and services refuse a ``create`` for it.
    """
    url = presentation.get("return_url")
    return url if is_url(url) and platform.owns(url) else ""
