"""The LMS's access tokens (Security Framework 1.0, 4.1; RFC 6749, 4.4 and 5; RFC 7523, 2.2 and 3).

What a request for one must hold, in this order; whatever fails is answered with OAuth's error:

1. ``grant_type``, ``client_assertion_type``, ``client_assertion`` and ``scope``, once each, in a
   form (``invalid_request``, ``unsupported_grant_type``).
2. The assertion is a JWS with RS256 of a tool that is registered: ``iss`` and ``sub`` are its
   client ID (``invalid_client``).
3. It is signed with a key of the set that the tool publishes now, fetched for this.
4. ``aud`` is this endpoint or this LMS, it isn't too old or too new, and its ``jti`` never came.
5. The tool may have each of the scopes (``invalid_scope``).
"""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Blueprint, Response, jsonify, make_response, request
from werkzeug.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict

    from lti_bridge.simulators.lms.campus import Tool
    from lti_bridge.simulators.lms.simulator import LmsSimulator

TokenFault = Literal["down", "html", "invalid_client", "no_token", "odd_type"]


class Scope(StrEnum):
    """What access tokens are good for."""

    MEMBERSHIPS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
    LINE_ITEMS = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
    LINE_ITEMS_READ = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
    RESULTS = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
    SCORES = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
    GROUPS = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"


EVERY_SCOPE: Final = tuple(scope.value for scope in Scope)
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFETIME: Final = 600
"""Seconds that an assertion may be good for."""
SKEW: Final = 60


class TokenRefused(Exception):
    """An error of OAuth, with its HTTP status and a sentence for the tool's developers."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        """See RFC 6749, 5.2."""
        super().__init__(description)
        self.error = error
        self.status = status


class ServiceRefused(HTTPException):
    """A service doesn't take the request's token (RFC 6750, 3)."""

    def __init__(self, status: int, error: str) -> None:
        """``error`` is RFC 6750's, 3.1."""
        body = json.dumps({"error": error})
        answer = make_response(body, status, {"Content-Type": "application/json"})
        answer.headers["WWW-Authenticate"] = f'Bearer realm="lms", error="{error}"'
        super().__init__(response=answer)


@dataclass(frozen=True, slots=True)
class _Issued:
    client_id: str
    scopes: frozenset[str]
    ends: float


class TokenDesk:
    """Gives out access tokens, and tells services what one is good for."""

    def __init__(self, lms: LmsSimulator) -> None:
        """Tokens of one desk mean nothing to another."""
        self._lms = lms
        self.requests = 0
        """How often a token was asked for."""
        self.lifetime = 3600
        """Seconds for which a new token is good."""
        self.fault: TokenFault | None = None
        """How the endpoint misbehaves: 503, a page of HTML with 200, an error, no token, a
        ``token_type`` that nobody knows."""
        self._lock = threading.Lock()
        self._issued: dict[str, _Issued] = {}
        self._used: set[tuple[str, str]] = set()

    def forget_all(self) -> None:
        """No token that was given out is good any more."""
        with self._lock:
            self._issued.clear()

    def give(self, form: MultiDict[str, str]) -> dict[str, Any]:
        """The answer to a request (RFC 6749, 5.1). Raises :class:`TokenRefused`."""
        wanted = _read_form(form)
        tool = self._tool_of(wanted["client_assertion"])
        scopes = wanted["scope"].split()
        allowed = [scope for scope in scopes if scope in tool.scopes]
        if not scopes or len(allowed) < len(scopes):
            raise TokenRefused("invalid_scope", "The tool is not allowed one of these scopes.")
        token = secrets.token_urlsafe(32)
        ends = time.time() + self.lifetime
        with self._lock:
            self._issued[token] = _Issued(tool.client_id, frozenset(allowed), ends)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "scope": " ".join(allowed),
        }

    def require(self, *scopes: str) -> Tool:
        """The tool of the current request, whose token must be good for one of these scopes.

        Raises :class:`ServiceRefused`, which is the answer: 401 for a token that isn't (any
        more), 403 for one of other scopes.
        """
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        with self._lock:
            issued = self._issued.get(token) if kind.lower() == "bearer" else None
        tool = self._lms.tools.get(issued.client_id) if issued else None
        if issued is None or tool is None or time.time() >= issued.ends:
            raise ServiceRefused(401, "invalid_token")
        if issued.scopes.isdisjoint(scopes):
            raise ServiceRefused(403, "insufficient_scope")
        return tool

    def _tool_of(self, assertion: str) -> Tool:
        tool, claims = signed_claims(self._lms, assertion)
        if claims.get("sub") != tool.client_id:
            raise _not_client("sub is not the client ID")
        self._check_claims(tool, claims)
        return tool

    def _check_claims(self, tool: Tool, claims: Mapping[str, Any]) -> None:
        audience = claims.get("aud")
        named = audience if isinstance(audience, list) else [audience]
        if not {self._lms.auth_token_url, self._lms.issuer}.intersection(map(str, named)):
            raise _not_client("aud is not this authorization server")
        issued, ends, now = _seconds(claims, "iat"), _seconds(claims, "exp"), time.time()
        if not (issued <= now + SKEW and now - SKEW < ends <= issued + LONGEST_LIFETIME):
            raise _not_client("the assertion is too old, too new, or good for too long")
        jti = claims.get("jti")
        if not isinstance(jti, str) or not jti:
            raise _not_client("jti is missing")
        with self._lock:
            if (tool.client_id, jti) in self._used:
                raise _not_client("this assertion was used before")
            self._used.add((tool.client_id, jti))


def signed_claims(lms: LmsSimulator, token: str) -> tuple[Tool, Mapping[str, Any]]:
    """What a registered tool says in a token that it signed, and which tool it is.

    Its times, audience and purpose are for the caller to check. Raises :class:`TokenRefused`.
    """
    header, claims, signed, signature = _parts(token)
    if header.get("alg") != "RS256":
        raise _not_client("alg is not RS256")
    tool = lms.tools.get(str(claims.get("iss")))
    if tool is None:
        raise _not_client("iss is not a registered client ID")
    _check_signature(tool, header.get("kid"), signed, signature)
    return tool, claims


def blueprint(lms: LmsSimulator) -> Blueprint:
    """The token endpoint."""
    endpoint = Blueprint("lti_tokens", __name__, url_prefix="/lti")

    @endpoint.post("/token")
    def token() -> Response:
        desk = lms.tokens
        desk.requests += 1
        if desk.fault is not None:
            return _faulty(desk.fault)
        try:
            answer = jsonify(desk.give(request.form))
        except TokenRefused as refusal:
            fields = {"error": refusal.error, "error_description": str(refusal)}
            answer = make_response(jsonify(fields), refusal.status)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return endpoint


def _faulty(fault: TokenFault) -> Response:
    if fault == "down":
        return make_response("Not now.", 503, {"Content-Type": "text/plain"})
    if fault == "html":
        return make_response("<!doctype html><title>Riverbank</title><p>Please sign in.")
    if fault == "invalid_client":
        return make_response(jsonify(error="invalid_client"), 400)
    if fault == "no_token":
        return jsonify({"token_type": "Bearer", "expires_in": 3600})
    return jsonify({"access_token": secrets.token_urlsafe(32), "token_type": "mac"})


def _read_form(form: MultiDict[str, str]) -> dict[str, str]:
    wanted = {}
    for name in ("grant_type", "client_assertion_type", "client_assertion", "scope"):
        values = form.getlist(name)
        if len(values) != 1 or not values[0]:
            raise TokenRefused("invalid_request", f"{name} must be given once")
        wanted[name] = values[0]
    if wanted["grant_type"] != "client_credentials":
        raise TokenRefused("unsupported_grant_type", "grant_type must be client_credentials")
    if wanted["client_assertion_type"] != ASSERTION_TYPE:
        raise TokenRefused("invalid_request", f"client_assertion_type must be {ASSERTION_TYPE}")
    return wanted


def _parts(assertion: str) -> tuple[Mapping[str, Any], Mapping[str, Any], bytes, bytes]:
    """Header, claims, signed bytes and signature of a compact JWS (RFC 7515, 3.1)."""
    try:
        packed_header, packed_claims, packed_signature = assertion.split(".")
        header = json.loads(_from_base64url(packed_header))
        claims = json.loads(_from_base64url(packed_claims))
        signature = _from_base64url(packed_signature)
    except ValueError:
        raise _not_client("the assertion is no JSON Web Token") from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise _not_client("the assertion is no JSON Web Token")
    return header, claims, f"{packed_header}.{packed_claims}".encode(), signature


def _check_signature(tool: Tool, kid: object, signed: bytes, signature: bytes) -> None:
    keys = [key for key in _published(tool) if key.get("kid") == kid and key.get("kty") == "RSA"]
    if len(keys) != 1:
        raise _not_client("the tool publishes no key of that kid")
    try:
        _public(keys[0]).verify(signature, signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise _not_client("the signature does not hold") from None


def _published(tool: Tool) -> list[dict[str, Any]]:
    """The tool's key set, fetched now; only from this machine, as everything of a demonstration."""
    parts = urlsplit(tool.key_set_url)
    if not parts.hostname:
        raise _not_client("no key set URL is registered for the tool")
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
    try:
        connection.request("GET", parts.path, headers={"Accept": "application/json"})
        answer = connection.getresponse()
        keys = json.loads(answer.read())["keys"] if answer.status == 200 else []
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        raise _not_client("the tool's key set can't be had") from None
    finally:
        connection.close()
    return [key for key in keys if isinstance(key, dict)]


def _public(key: Mapping[str, Any]) -> RSAPublicKey:
    numbers = (int.from_bytes(_from_base64url(str(key[name]))) for name in ("e", "n"))
    return RSAPublicNumbers(*numbers).public_key()


def _from_base64url(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _not_client(f"{name} is no number")
    return value


def _not_client(description: str) -> TokenRefused:
    return TokenRefused("invalid_client", description, status=401)
