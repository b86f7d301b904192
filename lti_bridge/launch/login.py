"""Third-party-initiated login (OpenID Connect Core, 4; LTI Security Framework 1.0, 5.1.1).

1. The platform sends ``iss``, ``login_hint`` and ``target_link_uri`` (and, in LTI, ``client_id``,
   ``lti_message_hint``, ``lti_deployment_id``), by GET or POST.
2. The tool finds the registration, makes ``state`` and ``nonce``, binds the state to the browser,
   and sends the browser to the platform's own authorization endpoint, which nothing in the
   request can change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote_plus

from lti_bridge.errors import MalformedRequest
from lti_bridge.launch import state as states

if TYPE_CHECKING:
    from lti_bridge.launch.platforms import PlatformBook
    from lti_bridge.launch.state import State
    from lti_bridge.security import Signers
    from lti_bridge.store import Platform

CARRIED: Final = (
    "iss",
    "login_hint",
    "target_link_uri",
    "client_id",
    "lti_message_hint",
    "lti_deployment_id",
)


LONGEST_TARGET: Final = 100


@dataclass(frozen=True, slots=True)
class Begun:
    """A login that was begun."""

    location: str
    """Where to send the browser: the platform's authorization endpoint."""
    cookies: tuple[str, ...] = field(repr=False)
    """``Set-Cookie`` headers."""
    platform: Platform
    state: State
    mark: str = field(repr=False)
    """What binds the state to this browser."""


def storage_target(parameters: Mapping[str, str]) -> str:
    """``lti_storage_target``: the frame that keeps things for tools; empty if there is none."""
    target = parameters.get("lti_storage_target", "")
    fits = target.isprintable() and target.isascii() and len(target) <= LONGEST_TARGET
    return target if fits else ""


class Login:
    """The first half of a launch."""

    def __init__(self, platforms: PlatformBook, signers: Signers, public_url: str) -> None:
        """``public_url``: origin of the bridge as browsers reach it."""
        self._platforms = platforms
        self._signers = signers
        self._origin: Final = f"{public_url}/"
        self._secure: Final = public_url.startswith("https:")
        self._fixed: Final = (
            "scope=openid&response_type=id_token&response_mode=form_post&prompt=none"
            f"&redirect_uri={quote_plus(f'{public_url}/lti/launch')}"
        )

    def answer(self, parameters: Mapping[str, str]) -> Begun:
        """Raises :class:`MalformedRequest` or :class:`NotAllowed`."""
        for name in ("iss", "login_hint", "target_link_uri"):
            if not parameters.get(name):
                raise MalformedRequest(
                    f"The login has no {name}.",
                    remedy="Enter the login URL in the LMS as such; links open through the LMS.",
                    code="login_incomplete",
                )
        if not f"{parameters['target_link_uri']}/".lower().startswith(self._origin):
            raise MalformedRequest(
                "The login's target_link_uri isn't an address of this bridge.",
                remedy="Set the tool's URL in the LMS to an address of the bridge.",
                code="target_link_uri",
            )
        platform = self._platforms.by_issuer(parameters["iss"], parameters.get("client_id", ""))
        carried = {name: parameters[name] for name in CARRIED if name in parameters}
        target = storage_target(parameters)
        signed, state = states.begin(self._signers, platform.id, carried, target)
        mark = self._signers.browser_mark(state.nonce)
        return Begun(
            location=self._redirect(platform, parameters, signed, state.nonce),
            cookies=states.cookie_headers(state, mark, secure=self._secure),
            platform=platform,
            state=state,
            mark=mark,
        )

    def _redirect(
        self, platform: Platform, parameters: Mapping[str, str], signed: str, nonce: str
    ) -> str:
        url = platform.auth_login_url
        hint = parameters.get("lti_message_hint")
        return (
            f"{url}{'&' if '?' in url else '?'}{self._fixed}"
            f"&client_id={quote_plus(platform.client_id)}"
            f"&login_hint={_quoted(parameters['login_hint'])}"
            f"&state={signed}&nonce={nonce}"
            + (f"&lti_message_hint={_quoted(hint)}" if hint is not None else "")
        )


def _quoted(value: str) -> str:
    return quote_plus(value.encode("utf-8", "surrogatepass"))
