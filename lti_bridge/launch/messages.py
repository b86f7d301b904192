"""The messages that come to the launch URL, and what each of them has to say.

The resource link request (LTI 1.3 Core, 5.3), the deep linking request (Deep Linking 2.0, 4.4) and
the submission review request (LTI Submission Review 1.0). The library's validator knows what the
first requires; its others refuse what is to be answered (a picker that takes no links), or fail on
claims of wrong types.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pylti1p3.exception import LtiException
from pylti1p3.message_validators.resource_message import ResourceMessageValidator

from lti_bridge.directory import DEEP_LINKING, RESOURCE_LINK, SUBMISSION_REVIEW
from lti_bridge.errors import MalformedRequest
from lti_bridge.launch.reading import LTI, missing, wrong
from lti_bridge.launch.services import GRADES

TAKEN: Final = frozenset({RESOURCE_LINK, DEEP_LINKING, SUBMISSION_REVIEW})

_LINKED: Final = ResourceMessageValidator()


def check_message(claims: Mapping[str, Any]) -> str:
    """The message's type, one of :data:`TAKEN`; raises :class:`MalformedRequest`."""
    _check_shapes(claims)
    message = str(claims.get(f"{LTI}message_type"))
    if message not in TAKEN:
        raise MalformedRequest(
            "The launch's message type isn't one this tool takes.",
            remedy="Launch it as a resource link, or for deep linking.",
            code="message_type",
        )
    # A picker isn't opened from a link. Anonymous launches have no ``sub`` (Core, 5.3.6).
    body = {**claims, "sub": claims.get("sub") or "anonymous"}
    if message == DEEP_LINKING:
        body[f"{LTI}resource_link"] = {"id": "none"}
    else:
        _check_link(claims)
    try:
        _LINKED.validate(body)
    except LtiException as error:
        raise MalformedRequest(
            f"{error}.",
            remedy="The LMS must launch the tool as LTI 1.3, version 1.3.0.",
            code="message",
        ) from None
    if message == SUBMISSION_REVIEW:
        _check_review(claims)
    return message


def _check_shapes(claims: Mapping[str, Any]) -> None:
    for name in ("context", "resource_link", "launch_presentation", "custom"):
        if not isinstance(claims.get(f"{LTI}{name}"), dict | None):
            raise wrong(name)
    roles = claims.get(f"{LTI}roles")
    if roles is not None and not (
        isinstance(roles, list) and all(isinstance(role, str) for role in roles)
    ):
        raise wrong("roles")
    for name in ("version", "message_type", "target_link_uri"):
        if not isinstance(claims.get(f"{LTI}{name}"), str | None):
            raise wrong(name)


def _check_link(claims: Mapping[str, Any]) -> None:
    """What a launch of a link needs; a deep linking request comes from no link."""
    if claims.get(f"{LTI}resource_link") is None:
        raise missing("resource_link")
    if not claims.get(f"{LTI}target_link_uri"):
        raise missing("target_link_uri")


def _check_review(claims: Mapping[str, Any]) -> None:
    """Whose submission, in which column; whose it is doesn't matter for a meeting's page."""
    if not isinstance(claims.get(f"{LTI}for_user"), dict):
        raise missing("for_user")
    if GRADES not in claims:
        raise missing("endpoint")
