"""Single sign-on by OpenID Connect (Core 1.0, 3.1: the authorization code flow).

1. The provider's configuration is read below its issuer (Discovery 1.0, 4), which must say that
   very issuer.
2. The browser goes there with a state, a nonce and a PKCE challenge (RFC 7636, S256); what they
   were is kept in a signed cookie of that browser, for ten minutes.
3. Back comes a code with the same state, and, where the provider says so, its issuer (RFC 9207).
4. The code is changed for an ID token, with our secret and PKCE's verifier.
5. The ID token's signature, issuer, audience, times and nonce hold (Core, 3.1.3.7).
6. Groups give permissions; who has none isn't let in.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

import jwt
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from itsdangerous import BadSignature

from lti_bridge.admin.signing_in import account_name
from lti_bridge.errors import NotAllowed, NotAuthentic, RemoteMalformed, RemoteRejected

if TYPE_CHECKING:
    from itsdangerous import TimestampSigner

    from lti_bridge.http import Client, Response
    from lti_bridge.settings import Sso

SERVICE: Final = "single sign-on"
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384")
"""Of public keys only: our client secret signs nothing."""
LIFETIME_SECONDS: Final = 600
LEEWAY_SECONDS: Final = 60
KEPT_SECONDS: Final = 3600.0
"""For so long the provider's configuration and keys are believed."""
CALL_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody whom the provider knows."""

    subject: str
    """Issuer and subject: together they are one person for good (Core, 5.7)."""
    name: str
    permissions: frozenset[str]


@dataclass(slots=True)
class SingleSignOn:
    """The provider of the settings."""

    settings: Sso
    client: Client
    signer: TimestampSigner
    back_url: str
    clock: Callable[[], float]
    _kept: dict[str, tuple[float, Mapping[str, Any]]] = field(default_factory=dict, repr=False)

    def begin(self) -> tuple[str, str]:
        """Where the browser goes, and the cookie that it keeps. Raises :class:`RemoteError`."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        address = add_params_to_uri(
            self._endpoint("authorization_endpoint"),
            [
                ("response_type", "code"),
                ("client_id", self.settings.client_id),
                ("redirect_uri", self.back_url),
                ("scope", "openid profile email"),
                ("state", state),
                ("nonce", nonce),
                ("code_challenge", create_s256_code_challenge(verifier)),
                ("code_challenge_method", "S256"),
            ],
        )
        kept = base64.urlsafe_b64encode(json.dumps([state, nonce, verifier]).encode())
        return str(address), self.signer.sign(kept).decode("ascii")

    def finish(self, answer: Mapping[str, str], cookie: str) -> Who:
        """Who came back. Raises :class:`NotAuthentic`, :class:`NotAllowed`, or as ``begin``."""
        state, nonce, verifier = self._opened(cookie)
        given = answer.get("state", "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, state.encode()):
            raise _failed("The state isn't the one that this browser was given.")
        if answer.get("iss", self.settings.issuer) != self.settings.issuer:
            raise _failed("Another provider answered.")
        code = answer.get("code", "")
        if not code or "error" in answer:
            raise _failed("The identity provider let nobody in.")
        return self._who(self._verified(self._id_token(code, verifier), nonce))

    def _opened(self, cookie: str) -> tuple[str, str, str]:
        try:
            packed = self.signer.unsign(cookie, max_age=LIFETIME_SECONDS)
            state, nonce, verifier = json.loads(base64.urlsafe_b64decode(packed))
        except (BadSignature, ValueError):
            raise _failed("It was begun in another browser, or too long ago.") from None
        return state, nonce, verifier

    def _id_token(self, code: str, verifier: str) -> str:
        """Core, 3.1.3; we prove who we are by HTTP Basic (RFC 6749, 2.3.1)."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back_url,
            "code_verifier": verifier,
        }
        secret = self.settings.client_secret.get_secret_value()
        pair = f"{quote(self.settings.client_id, safe='')}:{quote(secret, safe='')}"
        answer = _object(
            self.client.post(
                self._endpoint("token_endpoint"),
                service=SERVICE,
                call="token",
                body=urlencode(form).encode(),
                content_type="application/x-www-form-urlencoded",
                headers={"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"},
                timeout=CALL_SECONDS,
            ),
            "token",
        )
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise _malformed("token")
        return token

    def _verified(self, token: str, nonce: str) -> Mapping[str, Any]:
        """Core, 3.1.3.7."""
        try:
            header = jwt.get_unverified_header(token)
            claims: Mapping[str, Any] = jwt.decode(
                token,
                self._key(str(header.get("kid", ""))),
                algorithms=list(ALGORITHMS),
                audience=self.settings.client_id,
                issuer=self.settings.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
            )
        except jwt.PyJWTError as error:
            raise _failed(f"The ID token doesn't hold ({type(error).__name__}).") from None
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self.settings.client_id) != (
            self.settings.client_id
        ):
            raise _failed("The ID token was made for another client.")
        if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise _failed("The ID token is of another sign-in.")
        return claims

    def _key(self, kid: str) -> jwt.PyJWK:
        address = self._endpoint("jwks_uri")
        for anew in (False, True):  # providers change their keys
            for key in self._document(address, "keys", anew=anew).get("keys") or ():
                signs = isinstance(key, dict) and key.get("use", "sig") == "sig"
                if signs and (not kid or key.get("kid") == kid):
                    return jwt.PyJWK(key)
        raise _failed("The ID token is signed with a key that the provider doesn't publish.")

    def _endpoint(self, name: str) -> str:
        address = f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = self._document(address, "configuration")
        if found.get("issuer") != self.settings.issuer:
            raise RemoteRejected(
                "The identity provider's configuration is of another issuer.",
                service=SERVICE,
                call="configuration",
                remedy="Copy sso.issuer from the provider exactly as it stands there.",
                code="sso_issuer",
            )
        endpoint = found.get(name)
        if not isinstance(endpoint, str) or not endpoint.startswith(("https://", "http://")):
            raise _malformed("configuration")
        return endpoint

    def _document(self, address: str, call: str, *, anew: bool = False) -> Mapping[str, Any]:
        kept = self._kept.get(address)
        if kept is not None and not anew and self.clock() < kept[0]:
            return kept[1]
        response = self.client.get(address, service=SERVICE, call=call, timeout=CALL_SECONDS)
        found = _object(response, call)
        self._kept[address] = (self.clock() + KEPT_SECONDS, found)
        return found

    def _who(self, claims: Mapping[str, Any]) -> Who:
        told = claims.get(self.settings.groups_claim) or ()
        groups = [told] if isinstance(told, str) else told if isinstance(told, list) else ()
        may = {
            permission
            for group in groups
            if isinstance(group, str)
            for permission in self.settings.groups.get(group, ())
        }
        if not may:
            raise NotAllowed(
                "None of their groups may use the admin pages.",
                remedy="Put them into one of the groups of [sso] in the settings.",
                code="sso_no_permission",
            )
        name = next(
            (
                text
                for key in ("preferred_username", "email", "sub")
                if isinstance(text := claims.get(key), str) and account_name(text)
            ),
            "?",
        )
        return Who(f"{self.settings.issuer} {claims['sub']}", account_name(name), frozenset(may))


def _object(response: Response, call: str) -> Mapping[str, Any]:
    try:
        found = json.loads(response.body)
    except (ValueError, RecursionError):
        raise _malformed(call) from None
    if response.status != 200:
        raise _failed(f"The identity provider answered HTTP {response.status} to {call}.")
    if not isinstance(found, dict):
        raise _malformed(call)
    return found


def _failed(why: str) -> NotAuthentic:
    return NotAuthentic(why, remedy="Begin again.", code="sso_failed")


def _malformed(call: str) -> RemoteMalformed:
    return RemoteMalformed(
        "The identity provider's answer can't be read.",
        service=SERVICE,
        call=call,
        remedy="Look whether sso.issuer is right.",
        code="sso_malformed",
    )
