"""What is wrong only in the light of another key.

Works on the data before the models made values of it, so that these mistakes show together with
those of single keys; whatever hasn't the right type is passed over here, the models tell of it.
"""

from __future__ import annotations

import ipaddress
import socket
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lti_bridge.settings.models import Retention, Settings
from lti_bridge.settings.problems import Problem, dotted
from lti_bridge.settings.secret_values import DEVELOPMENT_MARK
from lti_bridge.settings.shape import Path, at, get, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Table = dict[str, object]

_SHAPE = shape_of(Settings)

_ONSTREAM = ("username", "password", "timezone", "daylight_saving", "send_timezone", "experimental")
_FAMILY = (("secret",), _ONSTREAM)
_NEEDED_AND_UNUSED = {
    "meetingz": _FAMILY,
    "mconf": _FAMILY,
    "bigbluebutton": _FAMILY,
    "onstream": (("username", "password"), ("secret", "checksum")),
}
_KEYS_1P1 = ("consumer_key", "shared_secret")
_KEYS_1P3 = ("issuer", "client_id", "auth_login_url", "auth_token_url", "key_set_url")
_VERSIONS = {
    "1.1": (_KEYS_1P1, (*_KEYS_1P3, "deployment_ids", "auth_audience", "new_deployments")),
    "1.3": (_KEYS_1P3, _KEYS_1P1),
}

_CALLED = (
    ("meets", "url"), ("engagement", "url"), ("conferencing", "url"),
    ("platform", "auth_token_url"), ("platform", "key_set_url"),
)  # fmt: skip  # a pair is one thing
_SHOWN = (("platform", "issuer"), ("platform", "auth_login_url"))


def check(data: object) -> list[Problem]:
    """Every mistake that shows only between keys; ``data`` is as TOML gives it, secrets fetched."""
    return [
        *_keys_of(data, "conferencing", "kind", _NEEDED_AND_UNUSED),
        *_keys_of(data, "platform", "version", _VERSIONS),
        *_twice(data, "conferencing", ("name",)),
        *_twice(data, "platform", ("name",)),
        *_twice(data, "platform", ("issuer", "client_id")),
        *_twice(data, "platform", ("consumer_key",)),
        *_services_not_there(data),
        *_half_a_login(data),
        *_plain_http(data),
        *_plain_mail(data),
        *_private_networks(data),
        *_development_key(data),
        *_claims_outlive_launches(data),
    ]


def _tables(data: object, name: str) -> Iterator[tuple[Path, Table]]:
    """The table ``[name]``, or each of the tables ``[[name]]``."""
    there = get(data, (name,))
    if isinstance(there, dict) and _SHAPE.keys[name].kind == "table":
        yield (name,), there
    for number, each in enumerate(there if isinstance(there, list) else ()):
        if isinstance(each, dict):
            yield (name, number), each


def _keys_of(
    data: object, name: str, by: str, rules: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
) -> Iterator[Problem]:
    """Keys that the table's kind needs and hasn't, or has and doesn't use."""
    for path, table in _tables(data, name):
        value = table.get(by)
        needed, unused = rules.get(value, ((), ())) if isinstance(value, str) else ((), ())
        for key in needed:
            if key not in table:
                about = shape.about if (shape := at(_SHAPE, (*path, key))) else ""
                yield Problem((*path, key), f'is missing with {by} = "{value}"', f"give {about}")
        for key in unused:
            if key in table:
                yield Problem((*path, key), f'is not used with {by} = "{value}"', "take it out")


def _twice(data: object, name: str, keys: tuple[str, ...]) -> Iterator[Problem]:
    """Tables that share what should tell them apart."""
    first: dict[tuple[str, ...], Path] = {}
    for path, table in _tables(data, name):
        values = tuple(each for key in keys if isinstance(each := table.get(key), str) and each)
        if len(values) == len(keys) and first.setdefault(values, path) != path:
            wrong = "is" if len(keys) == 1 else f"is, with {' and '.join(keys[:-1])},"
            yield Problem(
                (*path, keys[-1]),
                f"{wrong} the same as in {dotted(first[values])}",
                "give each its own",
            )


def _services_not_there(data: object) -> Iterator[Problem]:
    names = [each for _, table in _tables(data, "conferencing") if (each := table.get("name"))]
    known = ", ".join(f'"{each}"' for each in names if isinstance(each, str) and each.isprintable())
    for path, platform in _tables(data, "platform"):
        named = platform.get("conferencing")
        if isinstance(named, str) and named not in names:
            right = f"the names there are: {known}" if known else "add a [[conferencing]] table"
            yield Problem((*path, "conferencing"), "names no conferencing service", right)


def _half_a_login(data: object) -> Iterator[Problem]:
    for path, meets in chain(_tables(data, "meets"), _tables(data, "mail")):
        if meets.get("username") and not meets.get("password"):
            yield Problem((*path, "password"), "is missing beside username", "give both or neither")
        if meets.get("password") and not meets.get("username"):
            yield Problem((*path, "username"), "is missing beside password", "give both or neither")


def _urls(data: object, places: tuple[tuple[str, str], ...]) -> Iterator[tuple[Path, str]]:
    for name, key in places:
        for path, table in _tables(data, name):
            url = table.get(key)
            if isinstance(url, str):
                yield (*path, key), url


def _plain_http(data: object) -> Iterator[Problem]:
    if get(data, ("security", "allow_http")) is True:
        return
    public = get(data, ("public_url",))
    own = [(("public_url",), public)] if isinstance(public, str) else []
    for path, url in chain(own, _urls(data, (*_CALLED, *_SHOWN))):
        if url.lower().startswith("http:"):
            yield Problem(
                path,
                "is plain http",
                "give an https URL, or set security.allow_http = true (development only)",
            )


def _plain_mail(data: object) -> Iterator[Problem]:
    if get(data, ("security", "allow_http")) is not True and get(data, ("mail", "tls")) == "none":
        yield Problem(
            ("mail", "tls"),
            "sends letters and the password in plain",
            'give "starttls" or "implicit", or set security.allow_http = true (development only)',
        )


def _private_networks(data: object) -> Iterator[Problem]:
    if get(data, ("security", "allow_private_networks")) is True:
        return
    for path, url in _urls(data, _CALLED):
        if _is_private(_host(url)):
            yield Problem(
                path,
                "is on a loopback or private address",
                "give a public one, or set security.allow_private_networks = true"
                " (development only)",
            )


def _development_key(data: object) -> Iterator[Problem]:
    """A key that everybody can read in the source is good on this machine alone."""
    keys = get(data, ("secret_key",))
    public = get(data, ("public_url",))
    if not isinstance(public, str) or _is_loopback(_host(public)):
        return
    for number, key in enumerate(keys if isinstance(keys, list) else [keys]):
        if isinstance(key, str) and DEVELOPMENT_MARK in key.lower():
            path: Path = ("secret_key", number) if isinstance(keys, list) else ("secret_key",)
            yield Problem(
                path,
                "is the development key, which everybody knows",
                "give one of your own; this one is only for a public_url on loopback",
            )


def _claims_outlive_launches(data: object) -> Iterator[Problem]:
    """What an LMS said of a launch goes with the launch at the latest."""
    usual = Retention().launches_days
    claims = get(data, ("retention", "claims_days"))
    days = get(data, ("retention", "launches_days")) or usual
    if type(claims) is int and type(days) is int and claims > days:  # a bool is told of elsewhere
        yield Problem(
            ("retention", "claims_days"),
            f"is more than launches_days ({days})",
            "give that many or fewer: claims go with their launch",
        )


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        # Unlike ipaddress, the resolver also takes 127.1 and 0x7f000001: read them as it does.
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        pass
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return None
    return address.ipv4_mapped or address


def _is_private(host: str) -> bool:
    if address := _address(host):
        return not address.is_global or address.is_multicast
    return _is_loopback(host)


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return address.is_loopback if address else host == "localhost" or host.endswith(".localhost")
