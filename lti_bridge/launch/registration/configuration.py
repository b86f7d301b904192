"""The LMS's OpenID configuration (Dynamic Registration 1.0, 3.4 and 3.5.1), fetched and judged.

The address comes from whoever opened the page, and what it answers names further addresses: each
is called through the one door out, which refuses private ones and follows no redirect; and the
issuer must be at home on the very host that told of it (3.5.1).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, urlsplit

from lti_bridge.errors import (
    LaunchRefused,
    MalformedRequest,
    NotAllowed,
    NotAuthentic,
    RemoteAddressRefused,
    RemoteError,
    RemoteUnavailable,
)
from lti_bridge.launch.presets import DEEP_LINKING, RESOURCE_LINK
from lti_bridge.launch.registration.offer import SCOPES, VARIABLES

if TYPE_CHECKING:
    from lti_bridge.http import Client

SERVICE: Final = "the LMS"
CALL: Final = "OpenID configuration"
FETCH_SECONDS: Final = 5.0
LARGEST: Final = 256 * 1024
LONGEST_URL: Final = 2000
LONGEST_WORD: Final = 255
MOST: Final = 100
"""Messages, and placements of one, that are looked at."""
MESSAGES: Final = (RESOURCE_LINK, DEEP_LINKING)
PLATFORM_CONFIGURATION: Final = "https://purl.imsglobal.org/spec/lti-platform-configuration"
ENDPOINTS: Final = (
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "registration_endpoint",
)


@dataclass(frozen=True, slots=True)
class LmsConfiguration:
    """What of an LMS's configuration a registration needs, and no more: a page carries it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    registration_endpoint: str
    authorization_server: str
    """``aud`` of token requests; empty: the token endpoint."""
    scopes: tuple[str, ...]
    family_code: str
    """``product_family_code``."""
    version: str
    messages: Mapping[str, tuple[str, ...]]
    """Placements by message type, as far as the LMS names any."""
    variables: tuple[str, ...]


def check_address(url: str, hosts: tuple[str, ...], *, allow_http: bool) -> SplitResult:
    """The configuration's address, taken apart; raises :class:`LaunchRefused`.

    ``hosts``: the only ones that the invitation allows; empty: any.
    """
    parts = _web_address(url, allow_http=allow_http)
    if parts is None:
        raise MalformedRequest(
            "openid_configuration isn't an https address.",
            remedy="Paste the invitation's URL into the LMS; the LMS adds its own address.",
            code="registration_address",
        )
    if hosts and parts.hostname not in hosts:
        raise NotAllowed(
            "The invitation isn't for the LMS of this address.",
            remedy="Make one for its host: lti-bridge platform invite --host HOST.",
            code="registration_host",
        )
    return parts


def fetch(
    client: Client, url: str, token: str, hosts: tuple[str, ...], *, allow_http: bool
) -> LmsConfiguration:
    """The configuration; raises :class:`LaunchRefused`, or :class:`RemoteError` where none comes.

    ``token``: the registration token, which some LMSs ask for here already (3.4).
    """
    where = check_address(url, hosts, allow_http=allow_http)
    headers = {"Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        response = client.get(
            url,
            service=SERVICE,
            call=CALL,
            headers=headers,
            timeout=FETCH_SECONDS,
            max_bytes=LARGEST,
        )
    except RemoteAddressRefused as refused:
        raise NotAllowed(
            f"The LMS's configuration {refused.reason}.",
            remedy=refused.remedy,
            code="registration_address",
        ) from None
    except RemoteError as error:
        raise unanswered(error) from None
    if response.status != 200:
        raise _unreadable(f"answered HTTP {response.status}")
    try:
        document = json.loads(response.body)
    except (ValueError, RecursionError):
        raise _unreadable("isn't JSON") from None
    if not isinstance(document, dict):
        raise _unreadable("isn't a JSON object")
    return read(document, where, allow_http=allow_http)


def unanswered(error: RemoteError) -> RemoteError:
    """The same error, so named that people are told what it means for a registration."""
    return RemoteUnavailable(
        error.message,
        service=error.service,
        call=error.call,
        remedy="Begin the registration in the LMS again. If it made a tool already, delete it there"
        " first.",
        code="registration_unanswered",
        reason=error.reason,
    )


def read(document: Mapping[str, Any], where: SplitResult, *, allow_http: bool) -> LmsConfiguration:
    """A configuration that was found at ``where``; raises :class:`LaunchRefused`."""
    issuer = document.get("issuer")
    at_home = _web_address(issuer, allow_http=allow_http)
    if not isinstance(issuer, str) or at_home is None or at_home.query or at_home.fragment:
        raise _unreadable("names no issuer that is an https address")
    if _place(at_home) != _place(where):
        raise NotAuthentic(
            "The issuer of the LMS's configuration is at another host than the configuration.",
            remedy="Start the registration in the LMS again; look that its own address is right.",
            code="registration_issuer",
        )
    addresses = {name: document.get(name) for name in ENDPOINTS}
    for name, address in addresses.items():
        if _web_address(address, allow_http=allow_http) is None:
            raise _unreadable(f"names no {name} that is an https address")
    _check_offers(document)
    lti = document.get(PLATFORM_CONFIGURATION)
    if not isinstance(lti, dict):
        raise _unreadable("has no lti-platform-configuration")
    messages = _messages(lti.get("messages_supported"))
    if RESOURCE_LINK not in messages:
        raise _unreadable("supports no LtiResourceLinkRequest")
    return LmsConfiguration(
        issuer=issuer,
        **{name: str(address) for name, address in addresses.items()},
        authorization_server=_text(document.get("authorization_server")),
        scopes=_known(document.get("scopes_supported"), SCOPES),
        family_code=_text(lti.get("product_family_code")),
        version=_text(lti.get("version")),
        messages=messages,
        variables=_known(lti.get("variables"), VARIABLES.values()),
    )


def _check_offers(document: Mapping[str, Any]) -> None:
    """It can do what LTI needs: ``id_token``, RS256, ``private_key_jwt`` (3.4.1)."""
    for name, needed in (
        ("response_types_supported", "id_token"),
        ("id_token_signing_alg_values_supported", "RS256"),
        ("token_endpoint_auth_methods_supported", "private_key_jwt"),
        ("token_endpoint_auth_signing_alg_values_supported", "RS256"),
    ):
        offered = document.get(name)
        # Some leave lists out whose only value LTI prescribes.
        if offered is not None and needed not in _texts(offered):
            raise _unreadable(f"doesn't offer {needed} ({name})")


def _messages(value: object) -> dict[str, tuple[str, ...]]:
    listed = value if isinstance(value, list) else []
    return {
        one["type"]: _texts(one.get("placements"))
        for one in listed[:MOST]
        if isinstance(one, dict) and one.get("type") in MESSAGES
    }


def _known(value: object, wanted: Iterable[str]) -> tuple[str, ...]:
    """Those of the wanted that are listed; some write variables with their ``$``."""
    listed = value if isinstance(value, list) else []
    there = {one.removeprefix("$") for one in listed if isinstance(one, str)}
    return tuple(one for one in wanted if one in there)


def _texts(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else []
    return tuple(one for one in listed[:MOST] if isinstance(one, str) and len(one) <= LONGEST_WORD)


def _text(value: object) -> str:
    return value[:255] if isinstance(value, str) and value.isprintable() else ""


def _web_address(value: object, *, allow_http: bool) -> SplitResult | None:
    """An absolute https address in plain ASCII, without a user name; None where it is none."""
    if not isinstance(value, str) or len(value) > LONGEST_URL:
        return None
    if not value.isascii() or not value.isprintable() or any(sign in value for sign in ' "<>\\'):
        return None
    try:
        parts = urlsplit(value)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    schemes = {"https", "http"} if allow_http else {"https"}
    return parts if has_host and parts.scheme in schemes and "@" not in parts.netloc else None


def _place(parts: SplitResult) -> tuple[str | None, int | None]:
    """Host and port; a usual port is none."""
    return parts.hostname, parts.port if parts.port not in (80, 443) else None


def _unreadable(what: str) -> LaunchRefused:
    return MalformedRequest(
        f"The LMS's configuration {what}.",
        remedy="Register the tool by hand: see /lti/values and docs/registration.md.",
        code="registration_configuration",
    )
