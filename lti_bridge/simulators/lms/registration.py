"""Tools that register themselves (LTI Dynamic Registration 1.0), from the platform's side.

1. An administrator pastes the tool's URL on the page of tools; it opens in a frame, with
   ``openid_configuration`` and a ``registration_token`` that is good once, for an hour (3.3).
2. The tool reads ``/.well-known/openid-configuration`` (3.4).
3. It posts its registration with the token; each member is held to the specification, and its key
   set is fetched (3.5.2). The answer names the ``client_id`` (3.6).
4. It posts ``org.imsglobal.lti.close``, and the frame goes (3.7).
"""

from __future__ import annotations

import http.client
import json
import secrets
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, jsonify, request

from lti_bridge.simulators.lms.campus import Tool
from lti_bridge.simulators.lms.tokens import EVERY_SCOPE

if TYPE_CHECKING:
    from lti_bridge.simulators.lms.simulator import LmsSimulator

TOOL: Final = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM: Final = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOKEN_SECONDS: Final = 3600
CLAIMS: Final = (
    "iss", "aud", "sub", "name", "given_name", "family_name", "email", "locale",
)  # fmt: skip


class RegistrationRefused(Exception):
    """Why a registration is none, as OAuth says it (RFC 7591, 3.2.2)."""

    def __init__(self, description: str, code: str = "invalid_client_metadata") -> None:
        """``code`` is the error's name."""
        super().__init__(description)
        self.code = code


class Registry:
    """The registration tokens given out, and the tools that came with them."""

    def __init__(self, lms: LmsSimulator) -> None:
        """Of one LMS."""
        self._lms = lms
        self._tokens: dict[str, float] = {}
        self._lock = threading.Lock()
        self.records: dict[str, dict[str, Any]] = {}
        """What each tool registered, by its client ID."""
        self.configuration_changes: dict[str, Any] = {}
        """Members of the OpenID configuration that are otherwise; None: left out."""
        self.answer_changes: dict[str, Any] = {}
        """Members of the answer to a registration that are otherwise; None: left out."""

    def token(self) -> str:
        """A new registration token."""
        token = secrets.token_urlsafe(24)
        self._tokens[token] = time.time() + TOKEN_SECONDS
        return token

    def opening(self, url: str) -> str:
        """Where a tool's registration URL is opened: with its two parameters added (3.3)."""
        query = urlencode(
            {
                "openid_configuration": f"{self._lms.issuer}/.well-known/openid-configuration",
                "registration_token": self.token(),
            }
        )
        return f"{url}{'&' if urlsplit(url).query else '?'}{query}"

    def is_open(self, token: str) -> bool:
        """Whether a token may still register."""
        return self._tokens.get(token, 0.0) > time.time()

    def configuration(self) -> dict[str, Any]:
        """The OpenID configuration (3.4)."""
        lms, quirks = self._lms, self._lms.quirks
        document: dict[str, Any] = {
            "issuer": lms.issuer,
            "authorization_endpoint": lms.auth_login_url,
            "token_endpoint": lms.auth_token_url,
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "jwks_uri": lms.key_set_url,
            "registration_endpoint": f"{lms.issuer}/lti/register",
            "scopes_supported": ["openid", *EVERY_SCOPE],
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public", "pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": list(CLAIMS),
            PLATFORM: {
                "product_family_code": quirks.family_code,
                "version": quirks.version,
                "messages_supported": [
                    {"type": type_} | ({"placements": list(places)} if places else {})
                    for type_, places in quirks.placements.items()
                ],
                "variables": list(quirks.variables),
            },
        }
        return _changed(document, self.configuration_changes)

    def register(self, token: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """A new tool; the answer (3.6). Raises :class:`RegistrationRefused`."""
        with self._lock:
            if not self.is_open(token):
                raise RegistrationRefused("The registration token is not good.", "invalid_token")
            tool = self._checked(document)
            del self._tokens[token]
            self._lms.add_tool(tool)
        granted = [scope for scope in document["scope"].split() if scope in EVERY_SCOPE]
        told = {"deployment_id": tool.deployment_id} if self._lms.quirks.tells_deployment else {}
        answer = {
            **document,
            "client_id": tool.client_id,
            "scope": " ".join(granted),
            "registration_access_token": secrets.token_urlsafe(24),
            "registration_client_uri": f"{self._lms.issuer}/lti/register/{tool.client_id}",
            TOOL: {**document[TOOL], **told},
        }
        self.records[tool.client_id] = answer
        return _changed(answer, self.answer_changes)

    def _checked(self, document: Mapping[str, Any]) -> Tool:
        """Each member as 3.5.2 wants it."""
        needs = _Needs(document)
        needs.same("application_type", "web")
        needs.holds("response_types", "id_token")
        needs.holds("grant_types", "client_credentials")
        needs.holds("grant_types", "implicit")
        needs.same("token_endpoint_auth_method", "private_key_jwt")
        login = needs.url("initiate_login_uri")
        redirects = needs.texts("redirect_uris")
        name = needs.text("client_name")
        key_set_url = needs.url("jwks_uri")
        scopes = needs.text("scope", may_be_empty=True).split()
        target = self._check_tool(document.get(TOOL))
        if target not in redirects:
            raise RegistrationRefused("target_link_uri isn't among redirect_uris")
        _check_keys(key_set_url)
        number = len(self._lms.tools) + 1
        quirks = self._lms.quirks
        return Tool(
            quirks.registered_id(number),
            quirks.deployment(number),
            login,
            target,
            name,
            key_set_url=key_set_url,
            scopes=tuple(scope for scope in scopes if scope in EVERY_SCOPE),
        )

    def _check_tool(self, tool: object) -> str:
        if not isinstance(tool, dict):
            raise RegistrationRefused("lti-tool-configuration is missing")
        needs = _Needs(tool)
        target = needs.url("target_link_uri")
        if urlsplit(target).netloc != needs.text("domain"):
            raise RegistrationRefused("target_link_uri isn't on the tool's domain")
        if not set(needs.texts("claims")) <= set(CLAIMS):
            raise RegistrationRefused("a claim isn't supported")
        custom = tool.get("custom_parameters", {})
        if not all(isinstance(text, str) for pair in custom.items() for text in pair):
            raise RegistrationRefused("custom_parameters aren't all texts")
        unknown = {text[1:] for text in custom.values() if text.startswith("$")}
        if not unknown <= set(self._lms.quirks.variables):
            raise RegistrationRefused("a variable isn't supported")
        messages = tool.get("messages")
        if not isinstance(messages, list) or not messages:
            raise RegistrationRefused("messages are missing")
        for message in messages:
            self._check_message(message)
        return target

    def _check_message(self, message: object) -> None:
        if not isinstance(message, dict):
            raise RegistrationRefused("a message is no object")
        supported = self._lms.quirks.placements
        if message.get("type") not in supported:
            raise RegistrationRefused("a message's type isn't supported")
        there = supported[message["type"]]
        if not set(message.get("placements", ())) <= set(there):
            raise RegistrationRefused("a placement isn't supported")


class _Needs:
    """Members of a JSON object, each as it has to be."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def text(self, name: str, *, may_be_empty: bool = False) -> str:
        value = self._document.get(name)
        if not isinstance(value, str) or not (value or may_be_empty):
            raise RegistrationRefused(f"{name} isn't a text")
        return value

    def same(self, name: str, wanted: str) -> None:
        if self.text(name) != wanted:
            raise RegistrationRefused(f"{name} isn't {wanted}")

    def url(self, name: str) -> str:
        value = self.text(name)
        if urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc:
            raise RegistrationRefused(f"{name} isn't an address")
        return value

    def texts(self, name: str) -> list[str]:
        value = self._document.get(name)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise RegistrationRefused(f"{name} isn't a list of texts")
        return value

    def holds(self, name: str, wanted: str) -> None:
        if wanted not in self.texts(name):
            raise RegistrationRefused(f"{name} doesn't hold {wanted}")


def _check_keys(url: str) -> None:
    """The tool's key set answers, with a key for signatures (Security Framework 6.3)."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        with closing(kind(parts.netloc, timeout=3)) as connection:
            connection.request("GET", parts.path)
            keys = json.loads(connection.getresponse().read())["keys"]
        usable = [key for key in keys if key["kty"] == "RSA" and key["kid"]]
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
        usable = []
    if not usable:
        raise RegistrationRefused("jwks_uri answers no key set")


def _changed(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: v for name, v in {**document, **changes}.items() if v is not None}


def blueprint(lms: LmsSimulator) -> Blueprint:
    """The two endpoints."""
    urls = Blueprint("registration", __name__)

    @urls.get("/.well-known/openid-configuration")
    def configuration() -> Response:
        if lms.quirks.configuration_needs_token and not lms.registry.is_open(_bearer()):
            return _error("invalid_token", "A registration token is needed.", 401)
        return jsonify(lms.registry.configuration())

    @urls.post("/lti/register")
    def register() -> Response:
        if request.mimetype != "application/json":
            return _error("invalid_client_metadata", "This is not JSON.", 400)
        document = request.get_json(silent=True)
        if not isinstance(document, dict):
            return _error("invalid_client_metadata", "This is not a JSON object.", 400)
        try:
            return jsonify(lms.registry.register(_bearer(), document))
        except RegistrationRefused as refused:
            status = 401 if refused.code == "invalid_token" else 400
            return _error(refused.code, str(refused), status)

    return urls


def _bearer() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind.lower() == "bearer" else ""


def _error(code: str, description: str, status: int) -> Response:
    response = jsonify({"error": code, "error_description": description})
    response.status_code = status
    return response
