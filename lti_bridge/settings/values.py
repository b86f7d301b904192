"""What a single value must look like, whichever table it stands in.

A validator takes the value, gives it back (normalised only where its docstring says so) and
raises what :func:`mistake` makes. No message repeats a value: a secret may have been put
under the wrong key.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import date
from difflib import get_close_matches
from email.utils import parseaddr
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 255
_HOST = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*\.?")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_MAILBOX = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*"
)
_ROLE_URI = re.compile(r"(https?://[^\s/]+/\S+|urn:[A-Za-z0-9][A-Za-z0-9-]*:\S+)")
_ROLE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*([/#][A-Za-z][A-Za-z0-9_-]*)*")
_KNOWN_ROLES = (
    "AccountAdmin", "Administrator", "Alumni", "ContentDeveloper", "Creator", "Faculty", "Guest",
    "Instructor", "Learner", "Manager", "Member", "Mentor", "None", "Observer", "Officer", "Other",
    "ProspectiveStudent", "Staff", "Student", "SysAdmin", "SysSupport", "TeachingAssistant",
    "TestUser", "User",
)  # fmt: skip  # one name a line is a page of names
_ONSTREAM_ZONES = frozenset((
    "UM12", "UM11", "UM10", "UM95", "UM9", "UM8", "UM7", "UM6", "UM5", "UM45", "UM4", "UM35",
    "UM3", "UM2", "UM1", "UTC", "UP1", "UP2", "UP3", "UP35", "UP4", "UP45", "UP5", "UP55", "UP575",
    "UP6", "UP65", "UP7", "UP8", "UP875", "UP9", "UP95", "UP10", "UP105", "UP11", "UP115", "UP12",
    "UP1275", "UP13", "UP14",
))  # fmt: skip  # in the order of Onstream's list


def mistake(wrong: str, right: str = "") -> PydanticCustomError:
    """``wrong`` goes on after the key ("is empty"); without ``right`` the key's own text stands."""
    return PydanticCustomError("settings", "{wrong}", {"wrong": wrong, "right": right})


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, capitals aside; empty if none is near."""
    by_lower = {each.lower(): each for each in known}
    near = get_close_matches(word.lower()[:_LONGEST], by_lower, n=1, cutoff=0.75)
    return by_lower[near[0]] if near else ""


def text(value: str) -> str:
    """A name or identifier: one line, 1 to 255 characters, no blanks around it."""
    if not value.strip():
        raise mistake("is empty")
    if value != value.strip():
        raise mistake("has blanks around it", "take them away")
    if not value.isprintable():
        raise mistake("holds line breaks or control characters", "write it as one plain line")
    if len(value) > _LONGEST:
        raise mistake(f"is longer than {_LONGEST} characters", "shorten it")
    return value


def login_name(value: str) -> str:
    """A user name of HTTP Basic (RFC 7617, section 2), or empty."""
    if ":" in value:
        raise mistake("has a colon in it", "HTTP Basic allows none in a user name")
    return text(value) if value else value


def public_url(value: str) -> str:
    """An origin (RFC 6454) as browsers write it: lower case, no default port, no final slash."""
    parts = _split(value)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise mistake("has a path, query or fragment", "give only scheme://host[:port]")
    default = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in (None, default) else f":{parts.port}"
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def base_url(value: str) -> str:
    """A service's address to which call names are added; given back without a final slash."""
    parts = _split(value)
    if parts.query or parts.fragment:
        raise mistake("has a query or fragment", "give it only up to the path")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def directory_url(value: str) -> str:
    """As :func:`base_url`, given back with one final slash."""
    return f"{base_url(value)}/"


def endpoint_url(value: str) -> str:
    """An address called as it stands; a query is part of it."""
    if _split(value).fragment:
        raise mistake("has a fragment", "give it without # and what follows")
    return value


def issuer(value: str) -> str:
    """An issuer (LTI Security Framework 1.0, 5.1.2): compared byte by byte, so never changed."""
    parts = _split(value)
    if parts.query or parts.fragment:
        raise mistake("has a query or fragment", "copy it from the LMS exactly as it stands there")
    return value


def host(value: str) -> str:
    """A host name or address, without scheme, and with its port only if that isn't the usual one;
    given back in lower case.
    """
    name, _, port = value.lower().rpartition(":")
    numbered = port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536
    if not _is_host(value.lower()) and not (numbered and _is_host(name) and ":" not in name):
        raise mistake("is not a host name", "give the bare name, such as lms.example.edu")
    return value.lower()


def bare_host(value: str) -> str:
    """A host name or address alone; given back in lower case."""
    if not _is_host(value.lower()):
        raise mistake("is not a host name", "give the bare name, such as mail.example.edu")
    return value.lower()


def sender(value: str) -> str:
    """An address of e-mail, with or without a name before it (RFC 5322, 3.4)."""
    name, address = parseaddr(text(value))
    whole = value.endswith(f"<{address}>") if name else value == address
    if not (whole and _MAILBOX.fullmatch(address)):
        raise mistake("is not an address of e-mail")
    return value


def text_or_empty(value: str) -> str:
    """As :func:`text`, or empty."""
    return text(value) if value else value


def mailbox_or_empty(value: str) -> str:
    """A bare address of e-mail, or empty."""
    if value and not _MAILBOX.fullmatch(value):
        raise mistake("is not an address of e-mail")
    return value


def url_or_empty(value: str) -> str:
    """A page's address, or empty."""
    return endpoint_url(value) if value else value


def network(value: str) -> str:
    """An address, or a network as ``10.0.0.0/8``; given back as it is."""
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise mistake(
            "is neither an address nor a network", 'such are "127.0.0.1" and "10.0.0.0/8"'
        ) from None
    return value


def header_name(value: str) -> str:
    """A field name of HTTP (RFC 9110, section 5.1)."""
    if not _TOKEN.fullmatch(value):
        raise mistake(
            "is not a header's name", "use letters, digits and hyphens, such as X-Api-Key"
        )
    return value


def role(value: str) -> str:
    """A role as LMSs send it: a URI, or a short name as in LTI 1.1 ("Instructor")."""
    if _ROLE_URI.fullmatch(value):
        return value
    if not _ROLE_NAME.fullmatch(value):
        raise mistake(
            "is not a role", "use a role's name, such as Instructor, or its whole URI as key"
        )
    meant = nearest(value, _KNOWN_ROLES)
    if meant and meant != value and "/" not in value and "#" not in value:
        raise mistake("is not a role", f"did you mean {meant}?")
    return value


def day(value: str) -> str:
    """A day of the calendar (ISO 8601, ``2026-09-01``), or empty."""
    try:
        known = not value or date.fromisoformat(value).isoformat() == value
    except ValueError:
        known = False
    if not known:
        raise mistake("is not a day", 'give it as year, month and day, such as "2026-09-01"')
    return value


def onstream_zone(value: str) -> str:
    """One of the codes of "Timezones" in Onstream's API documentation."""
    if value not in _ONSTREAM_ZONES:
        meant = nearest(value, _ONSTREAM_ZONES)
        raise mistake("is not a time zone of Onstream", f'did you mean "{meant}"?' if meant else "")
    return value


def _split(url: str) -> SplitResult:
    if not url.isprintable() or " " in url:
        raise mistake("holds blanks or control characters", "take them away")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise mistake("is not a URL") from None
    if parts.scheme not in ("http", "https"):
        raise mistake("is not an http or https URL")
    if "@" in parts.netloc:
        raise mistake("holds a user name or password", "give the URL without them")
    if port == 0 or not _is_host(parts.hostname or ""):
        raise mistake("names no host that can be reached")
    return parts


def _is_host(name: str) -> bool:
    if ":" not in name:
        return len(name) <= _LONGEST and bool(_HOST.fullmatch(name))
    try:
        return not ipaddress.IPv6Address(name).scope_id
    except ValueError:
        return False
