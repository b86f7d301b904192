"""A small OpenID provider, as strict as OpenID Connect Core 1.0 and RFC 7636 are.

Who comes to its authorization endpoint is signed in at once, as whoever :attr:`claims` says.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus, urlencode

from werkzeug.wrappers import Request, Response

from lti_bridge.simulators.lms.keys import KeyRing, SigningKey

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

WELL_KNOWN = "/.well-known/openid-configuration"


class OpenIdProvider:
    """The provider, as a WSGI application."""

    def __init__(self, client_id: str, client_secret: str, key: SigningKey | None = None) -> None:
        """Knows one client; :attr:`issuer` is given once its address is known."""
        self.issuer = ""
        self.client_id = client_id
        self.client_secret = client_secret
        self.keys = KeyRing(key)
        self.claims: dict[str, Any] = {"sub": "1", "groups": []}
        """Of whoever signs in; they may also replace the ID token's own."""
        self.headers: Mapping[str, Any] = {}
        """Replace members of the ID token's header."""
        self.algorithm = "RS256"
        self.says: dict[str, Any] = {}
        """Replaces members of the configuration."""
        self._codes: dict[str, dict[str, str]] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI."""
        request = Request(environ)
        answers = {
            WELL_KNOWN: self._configuration,
            "/authorize": self._authorize,
            "/token": self._token,
            "/jwks": self._key_set,
        }
        answer = answers.get(request.path, _nowhere)(request)
        return answer(environ, start_response)

    def _configuration(self, _request: Request) -> Response:
        """Discovery 1.0, 3."""
        return _json(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
            | self.says
        )

    def _authorize(self, request: Request) -> Response:
        """Core, 3.1.2."""
        asked = request.args.to_dict()
        well = (
            asked.get("client_id") == self.client_id
            and asked.get("response_type") == "code"
            and "openid" in asked.get("scope", "").split()
            and asked.get("code_challenge_method") == "S256"
            and all(asked.get(key) for key in ("state", "nonce", "code_challenge", "redirect_uri"))
        )
        if not well:
            return Response("Not a request that this provider takes.", 400)
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
        return Response(status=302, headers={"Location": f"{asked['redirect_uri']}?{back}"})

    def _token(self, request: Request) -> Response:
        """Core, 3.1.3; a code is good once (RFC 6749, 4.1.2)."""
        given = request.authorization
        halves = (given.username, given.password) if given and given.type == "basic" else ()
        pair = tuple(unquote_plus(half or "") for half in halves)  # RFC 6749, 2.3.1
        if pair != (self.client_id, self.client_secret):
            return _json({"error": "invalid_client"}, 401)
        asked = self._codes.pop(request.form.get("code", ""), None)
        verifier = request.form.get("code_verifier", "")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        if (
            asked is None
            or request.form.get("grant_type") != "authorization_code"
            or request.form.get("redirect_uri") != asked["redirect_uri"]
            or challenge.decode().rstrip("=") != asked["code_challenge"]
        ):
            return _json({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        } | self.claims
        kept = {name: value for name, value in claims.items() if value is not None}
        token = self.keys.sign(kept, headers=self.headers, algorithm=self.algorithm)
        return _json({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def _key_set(self, _request: Request) -> Response:
        return _json(self.keys.key_set())


def _json(value: Mapping[str, Any], status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(json.dumps(value), status, headers, mimetype="application/json")


def _nowhere(_request: Request) -> Response:
    return Response("Nothing is here.", 404)
