"""What the claims of a verified token say (LTI 1.3 Core, 5.3 and 5.4).

Every claim may be missing but those the specification requires, and any may be of a wrong type:
that is a malformed request, never a failure of ours. Only these claims name a person, a role or a
course; nothing is taken from the request around them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pylti1p3.exception import LtiException
from pylti1p3.message_validators.resource_message import ResourceMessageValidator

from lti_bridge.directory import Launch, Target
from lti_bridge.directory.roles import is_observer, role_in_class, standing_in_class
from lti_bridge.directory.text import clean
from lti_bridge.errors import MalformedRequest
from lti_bridge.launch.services import services_from
from lti_bridge.store import Profile

if TYPE_CHECKING:
    from lti_bridge.store import Platform

LTI: Final = "https://purl.imsglobal.org/spec/lti/claim/"
LONGEST_IDENTIFIER: Final = 255
LONGEST_TITLE: Final = 255
LONGEST_URL: Final = 4000

_VALIDATORS: Final = (ResourceMessageValidator(),)


def launch_from(claims: Mapping[str, Any], platform: Platform) -> Launch:
    """The launch; raises :class:`MalformedRequest`. The deployment is for the caller to check."""
    _check_shapes(claims)
    _check_message(claims)
    context = claims.get(f"{LTI}context") or {}
    roles = claims[f"{LTI}roles"]
    role = role_in_class(roles, platform.roles)
    link = claims[f"{LTI}resource_link"]
    presentation = claims.get(f"{LTI}launch_presentation") or {}
    custom = _custom(claims)
    return Launch(
        platform=platform,
        message_type=claims[f"{LTI}message_type"],
        deployment_id=_identifier(claims.get(f"{LTI}deployment_id"), "deployment_id"),
        lti_user_id=_identifier(claims.get("sub"), "sub", required=False),
        profile=_profile(claims),
        role=role,
        standing=standing_in_class(roles, platform.roles),
        observer=role == "attendee" and is_observer(roles),
        lti_context_id=_identifier(context.get("id"), "context.id", required=bool(context)),
        course_title=_text(context, "title") or _text(context, "label"),
        resource_link_id=_identifier(link.get("id"), "resource_link.id"),
        link_title=_text(link, "title"),
        custom=custom,
        target=_target(presentation, custom),
        return_url=_return_url(presentation, platform),
        locale=_text(presentation, "locale") or _text(claims, "locale"),
        services=services_from(claims),
    )


def _check_shapes(claims: Mapping[str, Any]) -> None:
    for name in ("context", "resource_link", "launch_presentation", "custom"):
        if not isinstance(claims.get(f"{LTI}{name}"), dict | None):
            raise _wrong(name)
    if claims.get(f"{LTI}resource_link") is None:
        raise _missing("resource_link")
    target = claims.get(f"{LTI}target_link_uri")
    if not target:
        raise _missing("target_link_uri")
    if not isinstance(target, str):
        raise _wrong("target_link_uri")
    roles = claims.get(f"{LTI}roles")
    if roles is not None and not (
        isinstance(roles, list) and all(isinstance(role, str) for role in roles)
    ):
        raise _wrong("roles")
    for name in ("version", "message_type"):
        if not isinstance(claims.get(f"{LTI}{name}"), str | None):
            raise _wrong(name)


def _check_message(claims: Mapping[str, Any]) -> None:
    """The library's validators know what each message type requires.

    They also require a ``sub``, which anonymous launches haven't got (Core, 5.3.6).
    """
    body = {**claims, "sub": claims.get("sub") or "anonymous"}
    for validator in _VALIDATORS:
        if validator.can_validate(body):
            try:
                validator.validate(body)
            except LtiException as error:
                raise MalformedRequest(f"{error}.", code="message") from None
            return
    raise MalformedRequest(
        "The launch's message type isn't one this tool takes.",
        remedy="Launch it as a resource link.",
        code="message_type",
    )


def _identifier(value: object, name: str, *, required: bool = True) -> str:
    """An opaque string, byte for byte as sent: never trimmed, shortened or folded."""
    if value is None or value == "":
        if required:
            raise _missing(name)
        return ""
    if not isinstance(value, str) or len(value) > LONGEST_IDENTIFIER:
        raise _wrong(name)
    if clean(value, LONGEST_IDENTIFIER) != value:
        raise _wrong(name)  # characters that no database and no URL can carry
    return value


def _profile(claims: Mapping[str, Any]) -> Profile:
    return Profile(
        name=_text(claims, "name"),
        given_name=_text(claims, "given_name"),
        family_name=_text(claims, "family_name"),
        email=_text(claims, "email"),
    )


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return clean(value, LONGEST_TITLE) if isinstance(value, str) else ""


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
    if not isinstance(url, str) or len(url) > LONGEST_URL:
        return ""
    return url if url.isascii() and url.isprintable() and platform.owns(url) else ""


def _missing(name: str) -> MalformedRequest:
    return MalformedRequest(f"The launch has no {name}.", code="claim_missing")


def _wrong(name: str) -> MalformedRequest:
    return MalformedRequest(f"The launch's {name} isn't what LTI says it is.", code="claim_type")
