"""Reading claims: what may be missing, and what a value of a wrong type is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeGuard

from lti_bridge.directory.text import clean
from lti_bridge.errors import MalformedRequest

LTI: Final = "https://purl.imsglobal.org/spec/lti/claim/"
LONGEST_IDENTIFIER: Final = 255
LONGEST_TEXT: Final = 255
LONGEST_URL: Final = 4000


def identifier(value: object, name: str, *, required: bool = True) -> str:
    """An opaque string, byte for byte as sent: never trimmed, shortened or folded."""
    if value is None or value == "":
        if required:
            raise missing(name)
        return ""
    if not isinstance(value, str) or len(value) > LONGEST_IDENTIFIER:
        raise wrong(name)
    if clean(value, LONGEST_IDENTIFIER) != value:
        raise wrong(name)  # characters that no database and no URL can carry
    return value


def text(claims: Mapping[str, Any], name: str, limit: int = LONGEST_TEXT) -> str:
    """What people read; empty where it isn't a text."""
    value = claims.get(name)
    return clean(value, limit) if isinstance(value, str) else ""


def is_url(value: object) -> TypeGuard[str]:
    """Whether it may be a URL at all: visible ASCII (RFC 3986, 2), of bearable length."""
    if not isinstance(value, str) or len(value) > LONGEST_URL:
        return False
    return value.isascii() and value.isprintable()


def missing(name: str) -> MalformedRequest:
    """A claim that has to be there, and isn't."""
    return MalformedRequest(
        f"The launch has no {name}.",
        remedy="LTI 1.3 wants it in every launch: ask the LMS's support.",
        code="claim_missing",
    )


def wrong(name: str) -> MalformedRequest:
    """A claim that is there, and not what the specification says."""
    return MalformedRequest(
        f"The launch's {name} isn't what LTI says it is.",
        remedy="The LMS sends something else than LTI 1.3 asks for: ask its support.",
        code="claim_type",
    )
