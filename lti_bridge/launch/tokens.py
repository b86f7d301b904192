"""The ID token: signature first, then who it is from, for whom, and when.

Steps of the LTI Security Framework 1.0, 5.1.3 (Authentication Response Validation):

1. the token is a JWS of three parts; its ``alg`` is RS256 (agreed beforehand, never its choice);
2. its signature holds under the key its ``kid`` names in the platform's key set;
3. ``iss`` is the platform's; 4. ``aud`` holds our client ID; 5. and 6. ``azp``, where there are
   several audiences or it is present, is our client ID;
7. ``exp`` is in the future, ``iat`` (and ``nbf``) in the past, with 60 s of clock skew;
8. ``nonce`` is the one of this login. That it wasn't used before is checked by the caller, last.

The token is decoded once, and the key object kept, since nearly all of a launch's cost lies there.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from lti_bridge.errors import MalformedRequest, NotAuthentic

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from lti_bridge.store import Platform

SKEW_SECONDS: Final = 60
LARGEST_TIME: Final = 2**53
ALGORITHM: Final = "RS256"

_PADDING: Final = PKCS1v15()
_HASH: Final = SHA256()
_TO_STANDARD: Final = bytes.maketrans(b"-_", b"+/")

FindKey = Callable[["Platform", str], "RSAPublicKey"]


@dataclass(frozen=True, slots=True)
class Token:
    """Claims that may be believed."""

    claims: Mapping[str, Any]
    digest: str
    """Of what was signed: the same form sent again has the same one."""
    expires: float
    """UNIX seconds."""


def verify(
    id_token: str,
    platform: Platform,
    nonce: str,
    find_key: FindKey,
    now: Callable[[], float] = time,
    *,
    heard: Callable[[Mapping[str, Any]], None] | None = None,
) -> Token:
    """The token's claims; raises :class:`MalformedRequest` or :class:`NotAuthentic`.

    ``heard`` is told them as soon as the signature holds, for whoever looks into why they were
    refused all the same.
    """
    parts = id_token.encode("utf-8", "replace").split(b".")
    if len(parts) != 3:
        raise _malformed("The id_token has no three parts.")
    header, claims = _object(parts[0]), _object(parts[1])
    if header.get("alg") != ALGORITHM or "crit" in header:
        raise NotAuthentic(
            "The token isn't signed with RS256.",
            remedy="Set the LMS's tool to RS256, which LTI asks for.",
            code="algorithm",
        )
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise NotAuthentic(
            "The token doesn't name its key (kid).",
            remedy="The LMS must say which of its keys it signs with: ask its support.",
            code="kid_missing",
        )
    signed = parts[0] + b"." + parts[1]
    try:
        find_key(platform, kid).verify(_decoded(parts[2]), signed, _PADDING, _HASH)
    except InvalidSignature:
        raise NotAuthentic(
            "The token's signature doesn't hold.",
            remedy="Check that key_set_url is this LMS's own.",
            code="signature",
        ) from None
    if heard is not None:
        heard(claims)
    _check_parties(claims, platform)
    expires = _check_times(claims, now())
    _check_nonce(claims, nonce)
    return Token(claims, hashlib.sha256(signed).hexdigest()[:44], expires)


def _check_parties(claims: Mapping[str, Any], platform: Platform) -> None:
    if claims.get("iss") != platform.issuer:
        raise NotAuthentic(
            "The token is from another issuer than the login.",
            remedy="Check issuer of the platform: it is compared letter by letter.",
            code="issuer",
        )
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if platform.client_id not in audiences:
        raise NotAuthentic(
            "The token is meant for another tool.",
            remedy="Check client_id of the platform.",
            code="audience",
        )
    party = claims.get("azp", platform.client_id if len(audiences) == 1 else None)
    if party != platform.client_id:
        raise NotAuthentic(
            "The token has several audiences, and we aren't the authorized party (azp).",
            remedy="Check client_id of the platform; azp must be the same.",
            code="authorized_party",
        )


def _check_times(claims: Mapping[str, Any], now: float) -> float:
    expires = _time(claims, "exp")
    if not now <= expires + SKEW_SECONDS:
        raise NotAuthentic(
            "The token has expired.",
            remedy="Open the link again; if it stays, set the clocks of LMS and bridge by NTP.",
            code="expired",
        )
    for claim in ("iat", "nbf") if "nbf" in claims else ("iat",):
        if not _time(claims, claim) <= now + SKEW_SECONDS:
            raise NotAuthentic(
                "The token is from the future.",
                remedy="Set the clocks of LMS and bridge by NTP.",
                code="from_the_future",
            )
    return expires


def _time(claims: Mapping[str, Any], claim: str) -> float:
    value = claims.get(claim)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _no_time(claim)
    # Python's reader takes NaN and Infinity, which JSON hasn't got, and whole numbers of any size.
    if not -LARGEST_TIME < value < LARGEST_TIME:
        raise _no_time(claim)
    return float(value)


def _no_time(claim: str) -> NotAuthentic:
    return NotAuthentic(
        f"The token has no usable {claim}.",
        remedy="The LMS must say when a token was made and ends: ask its support.",
        code=f"{claim}_missing",
    )


def _check_nonce(claims: Mapping[str, Any], nonce: str) -> None:
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(
        given.encode("utf-8", "replace"), nonce.encode()
    ):
        raise NotAuthentic(
            "The token belongs to another login.",
            remedy="Open the link in the course again.",
            code="nonce",
        )


def _object(part: bytes) -> dict[str, Any]:
    try:
        value = json.loads(_decoded(part))
    except (ValueError, RecursionError):
        raise _malformed() from None
    if not isinstance(value, dict):
        raise _malformed()
    return value


def _decoded(part: bytes) -> bytes:
    try:
        padded = part.translate(_TO_STANDARD) + b"=" * (-len(part) % 4)
        return a2b_base64(padded, strict_mode=True)
    except Base64Error:
        raise _malformed() from None


def _malformed(message: str = "The id_token can't be read.") -> MalformedRequest:
    return MalformedRequest(
        message,
        remedy="No LMS sends such a token; if one does, ask its support.",
        code="token_malformed",
    )
