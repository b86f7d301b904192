"""What an LMS said in a launch, as its page shows it: short names, roles and times in words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from flask_babel import LazyString, lazy_gettext

from lti_bridge.directory.roles import LtiRole, parse

_OWN_CLAIM: Final = re.compile(r"https?://\S*/claim/(?P<name>[\w./-]+)\Z")
_TIMES: Final = frozenset({"iat", "exp", "nbf", "oauth_timestamp"})
_LATEST: Final = 253402300799
"""The last second of the year 9999, in UNIX seconds."""
_SCOPES: Final[Mapping[str, LazyString]] = {
    "context": lazy_gettext("in the course"),
    "institution": lazy_gettext("at the institution"),
    "system": lazy_gettext("in the system"),
}


@dataclass(frozen=True, slots=True)
class SaidValue:
    """One value of a claim."""

    text: str
    note: LazyString | str = ""
    """What it means, where that is worth saying."""
    hidden: bool = False
    length: int | None = None
    """Of a masked value; None where it isn't known."""


@dataclass(frozen=True, slots=True)
class SaidClaim:
    """A line of the table."""

    name: str
    full: str
    """The claim's whole name."""
    values: Sequence[SaidValue]


@dataclass(frozen=True, slots=True)
class SaidClaims:
    """All that is kept of one launch."""

    proven: bool
    """A signature held over it; otherwise anybody may have written it."""
    cut: bool
    claims: Sequence[SaidClaim]


def read_claims(kept: str) -> SaidClaims | None:
    """What the launch list keeps; None where it keeps nothing (any more)."""
    if not kept:
        return None
    content: dict[str, Any] = json.loads(kept)
    claims = [_claim(claim, path, value) for claim, path, value in content["rows"]]
    return SaidClaims(content["proven"], content["cut"], claims)


def _claim(claim: str, path: str, value: Any) -> SaidClaim:
    own = _OWN_CLAIM.match(claim)
    short = own["name"] if own else claim
    values = value if isinstance(value, list) else [value]
    if short == "roles" and isinstance(value, str):
        values = [each.strip() for each in value.split(",")]  # as LTI 1.1 has them
    name = f"{short}.{path}" if path else short
    return SaidClaim(name, claim, [_value(short, each) for each in values])


def _value(claim: str, value: Any) -> SaidValue:
    if isinstance(value, dict):
        return SaidValue("", hidden=True, length=value["hidden"])
    if isinstance(value, str):
        return _text(claim, value)
    note = _time(value) if claim in _TIMES else ""
    return SaidValue(json.dumps(value), note)


def _text(claim: str, text: str) -> SaidValue:
    if claim in _TIMES:
        return SaidValue(text, _time(int(text)) if text.isascii() and text.isdigit() else "")
    if claim != "roles":
        return SaidValue(text)
    role = parse(text)
    return SaidValue(text) if role is None else _role(role)


def _role(role: LtiRole) -> SaidValue:
    name = f"{role.name} · {role.sub}" if role.sub else role.name
    return SaidValue(name, _SCOPES[role.scope])


def _time(seconds: Any) -> str:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return ""
    if not 0 <= seconds <= _LATEST:
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
