"""What the LMS asks of a tool's authentication request, before it names anybody to it.

The steps, as Security Framework 1.0 section 5.1.1 and OpenID Connect Core 3.1.2 have them:

1. The LMS starts: it sends the browser to the tool's login with ``iss``, ``login_hint``,
   ``target_link_uri`` and, as LTI 1.3 Core 4.1 adds, ``lti_message_hint``, ``client_id`` and
   ``lti_deployment_id`` (:meth:`Gate.login_parameters`).
2. The tool sends the browser back with an authentication request. Who asks, and is the answer to
   go where that tool registered? If not, no answer leaves the LMS (:meth:`Gate.asking_tool`).
3. Does the request say what a launch's must: ``scope``, ``response_type``, ``response_mode``,
   ``prompt``, ``state``, ``nonce``? (:func:`_check_form`)
4. Is the message hint one that this LMS gave out lately, for this tool? (:meth:`Gate._message`)
5. Is the login hint the one of the person of that message, and is that person still the one who
   is signed in? (:meth:`Gate._check_person`)

Whatever fails raises LaunchRefused, whose ``code`` is OpenID Connect's error code.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lti_bridge.errors import LaunchRefused, MalformedRequest, NotAllowed
from lti_bridge.simulators.lms.seals import Sealer

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from lti_bridge.simulators.lms.campus import Campus, Link, Tool, User

# RFC 6749 3.3 and OpenID Connect Core 3.1.2.6 name the code for each parameter.
_FIXED = (
    ("response_type", "id_token", "unsupported_response_type"),
    ("scope", "openid", "invalid_scope"),
    ("response_mode", "form_post", "invalid_request"),
    ("prompt", "none", "invalid_request"),
)


@dataclass(frozen=True, slots=True)
class Grant:
    """A request that was let through: whom to name, on which link, with which nonce and state."""

    tool: Tool
    user: User
    link: Link
    nonce: str
    state: str


class Gate:
    """Gives out login parameters and checks what comes back for them."""

    def __init__(self, campus: Campus) -> None:
        """Hints of one gate mean nothing to another."""
        self.campus = campus
        self.hint_lifetime = 600
        """Seconds for which a message hint is taken."""
        self._sealer = Sealer()

    def login_parameters(self, issuer: str, tool: Tool, user: User, link: Link) -> dict[str, str]:
        """The parameters of third-party-initiated login, by name."""
        expires = int(time.time()) + self.hint_lifetime
        message = [user.id, link.id, tool.client_id, str(expires)]
        return {
            "iss": issuer,
            "login_hint": self._sealer.mark("login", user.id),
            "target_link_uri": tool.launch_url,
            "lti_message_hint": self._sealer.seal("message", message),
            "client_id": tool.client_id,
            "lti_deployment_id": tool.deployment_id,
        }

    @staticmethod
    def asking_tool(parameters: MultiDict[str, str], tools: dict[str, Tool]) -> Tool:
        """The tool that may be answered.

        MalformedRequest where nothing may be sent to the redirect URI, not even an error:
        an unknown client, or a redirect URI that isn't exactly the registered one.
        """
        tool = tools.get(_one(parameters, "client_id"))
        if tool is None:
            raise MalformedRequest(
                "No tool is registered under this client_id.", code="unauthorized_client"
            )
        if _one(parameters, "redirect_uri") != tool.launch_url:
            raise _invalid("This redirect_uri is not registered for the tool.")
        return tool

    def grant(self, parameters: MultiDict[str, str], tool: Tool, signed_in: User | None) -> Grant:
        """What the tool is to be told; LaunchRefused, with OpenID Connect's code, if nothing.

        ``signed_in`` is None where the browser sent no session: in a frame the way back from the
        tool is a cross-site navigation, which carries no SameSite=Lax cookie. The sealed message
        hint then vouches for the person by itself.
        """
        _check_form(parameters)
        user, link = self._message(_one(parameters, "lti_message_hint"), tool)
        self._check_person(_one(parameters, "login_hint"), user, signed_in)
        return Grant(tool, user, link, _one(parameters, "nonce"), _one(parameters, "state"))

    def _message(self, hint: str, tool: Tool) -> tuple[User, Link]:
        sealed = self._sealer.unseal("message", hint)
        if sealed is None:
            raise _invalid("lti_message_hint is not one of this platform's")
        user_id, link_id, client_id, expires = sealed
        if client_id != tool.client_id:
            raise _invalid("lti_message_hint was given to another tool")
        if time.time() >= int(expires):
            raise _invalid("lti_message_hint is too old")
        return self.campus.user_by_id[user_id], self.campus.place_by_link_id[link_id][1]

    def _check_person(self, login_hint: str, user: User, signed_in: User | None) -> None:
        if login_hint != self._sealer.mark("login", user.id):
            raise _login_required("login_hint is not the person of this message")
        if signed_in is not None and signed_in.id != user.id:
            raise _login_required("somebody else is signed in by now")


def _check_form(parameters: MultiDict[str, str]) -> None:
    for name, wanted, code in _FIXED:
        if _one(parameters, name) != wanted:
            raise MalformedRequest(f"{name} must be {wanted}", code=code)
    for name in ("state", "nonce"):
        _one(parameters, name)


def _one(parameters: MultiDict[str, str], name: str) -> str:
    """The value, which must be there once (RFC 6749 section 3.1)."""
    values = parameters.getlist(name)
    if len(values) > 1:
        raise _invalid(f"{name} is given more than once")
    if not values or not values[0]:
        raise _invalid(f"{name} is missing")
    return values[0]


def _invalid(message: str) -> LaunchRefused:
    return MalformedRequest(message, code="invalid_request")


def _login_required(message: str) -> LaunchRefused:
    return NotAllowed(message, code="login_required")
