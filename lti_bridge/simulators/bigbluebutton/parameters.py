"""The rules that parameters keep, whichever of the services they are for.

A call's parameters are a table: name → what its value must look like. Refusals are
RemoteRejected, with the messageKey as ``code``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lti_bridge.errors import RemoteRejected
from lti_bridge.simulators.bigbluebutton.query import invalid

Rules = Mapping[str, re.Pattern[str]]

ANY = re.compile(r".*", re.DOTALL)
NUMBER = re.compile(r"[0-9]{1,13}", re.ASCII)
BOOLEAN = re.compile(r"true|false")
BOOLEAN_ANY_CASE = re.compile(r"true|false", re.ASCII | re.IGNORECASE)
HTTP_URL = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)
ROLE = re.compile(r"MODERATOR|VIEWER", re.ASCII | re.IGNORECASE)
STATES = re.compile(
    r"any|(?:processing|processed|published|unpublished|deleted)"
    r"(?:,(?:processing|processed|published|unpublished|deleted))*"
)

_META = re.compile(r"meta_([A-Za-z][A-Za-z0-9-]*)", re.ASCII)


def all_of(rule: re.Pattern[str], names: str) -> dict[str, re.Pattern[str]]:
    """The same rule for each of the blank-separated ``names``."""
    return dict.fromkeys(names.split(), rule)


@dataclass(frozen=True, slots=True)
class Call:
    """What one call takes and how it is made."""

    rules: Rules
    required: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    """Beginnings of names that may go on in any way (``meta_``)."""
    methods: tuple[str, ...] = ("GET",)
    bodies: frozenset[str] = frozenset()
    """Media types that a POST may have besides none at all."""
    missing_key: str = ""
    """Where a required one is missing; empty: missingParam and its name."""
    answers_json: bool = False


def check(name: str, call: Call, given: Mapping[str, str], *, strict: bool) -> None:
    """Raise RemoteRejected (validationError) for the first parameter that breaks a rule.

    Those that the call ``name`` doesn't know count only when ``strict``.
    """
    for parameter, value in given.items():
        if parameter.startswith(call.prefixes):
            continue
        rule = call.rules.get(parameter)
        if rule is None:
            if strict:
                raise invalid(f"The parameter {parameter} is not one of {name}.")
        elif not rule.fullmatch(value):
            raise invalid(f"The value of {parameter} is not valid.")


def require(call: Call, given: Mapping[str, str], *names: str) -> None:
    """Raise RemoteRejected for the first of ``names`` (else ``call.required``) missing or empty."""
    for name in names or call.required:
        if not given.get(name):
            key = call.missing_key or f"missingParam{name[0].upper()}{name[1:]}"
            raise RemoteRejected(f"You must specify {name} for this call.", code=key)


def metadata(given: Mapping[str, str]) -> dict[str, str]:
    """The metadata as it is read back: names in lower case, those badly formed left out."""
    matches = ((_META.fullmatch(name), value) for name, value in given.items())
    return {match[1].lower(): value for match, value in matches if match}


def listed(text: str) -> tuple[str, ...]:
    """The items of a comma-separated list."""
    return tuple(item.strip() for item in text.split(",") if item.strip())
