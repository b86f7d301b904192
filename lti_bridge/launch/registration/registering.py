"""The registration from the bridge's side (LTI Dynamic Registration 1.0, 3).

1. The LMS opens the URL that its admin pasted, with ``openid_configuration`` and
   ``registration_token`` added. The ``invite`` in it says that our admin wants this (3.3).
2. The configuration is fetched and judged (3.4, 3.5.1), and the admin is shown what will be asked
   for. What was shown is signed into the page: that, and nothing else, is done on the button.
3. The button: the invitation is used up, the LMS is asked (3.5.2), its answer (3.6) is written
   down with the platform it makes; or it waits, where a platform of that issuer is there already.
4. The page that follows tells the LMS to close its window (3.7).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from time import time
from typing import TYPE_CHECKING, Any, Final

from itsdangerous import BadSignature

from lti_bridge.errors import (
    LaunchRefused,
    MalformedRequest,
    NotAllowed,
    NotAuthentic,
    RemoteAddressRefused,
    RemoteError,
    RemoteRejected,
)
from lti_bridge.launch.presets import PRESETS, Preset, preset_of, type_of
from lti_bridge.launch.registration import answers, configuration
from lti_bridge.launch.registration.configuration import LmsConfiguration
from lti_bridge.launch.registration.offer import Offer, registration_request
from lti_bridge.store import PlatformValues

if TYPE_CHECKING:
    from lti_bridge.http import Client
    from lti_bridge.security import Signers
    from lti_bridge.store import Invite, Registration, Registrations

ASK_SECONDS: Final = 15.0
"""Some LMSs fetch our key set before they answer."""
PAGE_SECONDS: Final = 3600
LONGEST_TOKEN: Final = 8000


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an admin is shown, and says yes to."""

    invite_id: int
    configuration: LmsConfiguration
    token: str = field(repr=False)
    """The registration token; empty where the LMS gave none."""
    seen_at: str = ""
    """Host of the page that opened ours, where the browser tells and it isn't the issuer's."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the admin may still say on the page."""

    name: str
    meets_connection: int
    conferencing: str
    hosts: tuple[str, ...] = ()


class Registrar:
    """Registers the bridge with an LMS."""

    def __init__(
        self,
        registrations: Registrations,
        client: Client,
        signers: Signers,
        offer: Offer,
        *,
        allow_http: bool,
        now: Callable[[], float] = time,
    ) -> None:
        """``now``: UNIX seconds."""
        self._registrations = registrations
        self._client = client
        self._signers = signers
        self._offer: Final = offer
        self._allow_http: Final = allow_http
        self._now = now

    def propose(self, query: Mapping[str, str], seen_at: str) -> tuple[Proposal, Invite]:
        """Steps 1 and 2; raises :class:`LaunchRefused` or :class:`RemoteError`."""
        invite = self._open(self._registrations.find_invite(query.get("invite", "")))
        address = query.get("openid_configuration", "")
        if not address:
            raise MalformedRequest(
                "The LMS sent no openid_configuration.",
                remedy="Paste the URL into the LMS's page for registering tools, not into a"
                " browser.",
                code="registration_incomplete",
            )
        token = query.get("registration_token", "")
        if len(token) > LONGEST_TOKEN or not token.isascii() or not token.isprintable():
            raise MalformedRequest(
                "The registration token can't be sent back.",
                remedy="Begin the registration in the LMS again; if it stays, ask its support.",
                code="registration_incomplete",
            )
        found = configuration.fetch(
            self._client, address, token, invite.terms.hosts, allow_http=self._allow_http
        )
        return Proposal(invite.id, found, token, seen_at), invite

    def sign(self, proposal: Proposal) -> str:
        """The proposal as the page carries it."""
        value = json.dumps(asdict(proposal), separators=(",", ":"))
        return self._signers.registration.sign(value.encode()).decode("ascii")

    def unsign(self, signed: str) -> tuple[Proposal, Invite]:
        """What was shown; raises :class:`LaunchRefused`, also where the invitation is over."""
        try:
            value = self._signers.registration.unsign(signed, max_age=PAGE_SECONDS)
        except (BadSignature, ValueError):
            raise NotAuthentic(
                "The page of this registration is too old, or isn't one of ours.",
                remedy="Begin the registration in the LMS again.",
                code="registration_page",
            ) from None
        proposal = _proposal(json.loads(value))
        return proposal, self._open(self._registrations.invite_of(proposal.invite_id))

    def register(self, proposal: Proposal, choices: Choices, preset: Preset) -> Registration:
        """Step 3; raises :class:`LaunchRefused` or :class:`RemoteError`."""
        wanted = _values(proposal.configuration, choices, preset)
        number = self._registrations.begin(proposal.invite_id, wanted, self._now_ms())
        if number is None:
            self._open(self._registrations.invite_of(proposal.invite_id))
            raise _over("used")
        try:
            answer = self._ask(proposal, preset)
        except (RemoteRejected, RemoteAddressRefused):
            self._registrations.fail(number, self._now_ms(), refused=True)
            raise
        except RemoteError as error:
            # Whether the LMS made a tool of it nobody knows: the entry says so.
            self._registrations.fail(number, self._now_ms(), refused=False)
            if error.code == answers.UNREADABLE:
                raise
            raise configuration.unanswered(error) from None
        made = replace(
            wanted,
            client_id=answer.client_id,
            deployment_ids=(answer.deployment_id,) if answer.deployment_id else (),
        )
        return self._registrations.finish(number, made, answer.kept, self._now_ms())

    def _ask(self, proposal: Proposal, preset: Preset) -> answers.Registered:
        body = registration_request(self._offer, proposal.configuration, preset)
        bearer = {"Authorization": f"Bearer {proposal.token}"} if proposal.token else {}
        response = self._client.post(
            proposal.configuration.registration_endpoint,
            service=configuration.SERVICE,
            call=answers.CALL,
            body=json.dumps(body).encode(),
            content_type="application/json",
            headers={"Accept": "application/json", **bearer},
            timeout=ASK_SECONDS,
            max_bytes=configuration.LARGEST,
        )
        return answers.read(response)

    def _open(self, invite: Invite | None) -> Invite:
        state = invite.state(self._now_ms()) if invite is not None else "unknown"
        if invite is None or state != "open":
            raise _over(state)
        return invite

    def _now_ms(self) -> int:
        return int(self._now() * 1000)


def preset_for(invite: Invite, found: LmsConfiguration) -> Preset:
    """The preset that the invitation names, else that of what the LMS calls itself."""
    return PRESETS.get(invite.terms.preset) or preset_of(found.family_code)


def name_for(invite: Invite, preset: Preset, found: LmsConfiguration) -> str:
    """What the LMS may be called here."""
    host = found.issuer.partition("://")[2].partition("/")[0]
    return invite.terms.name or (host if preset.key == "other" else f"{preset.title} ({host})")


def _values(found: LmsConfiguration, choices: Choices, preset: Preset) -> PlatformValues:
    known = preset_of(found.family_code)
    server = "" if preset.audience_is_token_url else found.authorization_server
    return PlatformValues(
        name=choices.name,
        type=type_of(found.family_code) if known.key != "other" else preset.type,
        preset=preset.key,
        issuer=found.issuer,
        client_id="",
        auth_login_url=found.authorization_endpoint,
        auth_token_url=found.token_endpoint,
        auth_audience=server,
        key_set_url=found.jwks_uri,
        meets_connection=choices.meets_connection,
        conferencing=choices.conferencing,
        hosts=choices.hosts,
    )


def _proposal(value: Mapping[str, Any]) -> Proposal:
    found = dict(value["configuration"])
    for name in ("scopes", "variables"):
        found[name] = tuple(found[name])
    found["messages"] = {name: tuple(places) for name, places in found["messages"].items()}
    return Proposal(value["invite_id"], LmsConfiguration(**found), value["token"], value["seen_at"])


_OVER: Final[Mapping[str, Sequence[str]]] = {
    "unknown": ("The registration came without an invitation of ours.", "invite_unknown"),
    "used": ("The invitation was used before.", "invite_used"),
    "revoked": ("The invitation was taken back.", "invite_revoked"),
    "expired": ("The invitation is older than it may be.", "invite_expired"),
}


def _over(state: str) -> LaunchRefused:
    message, code = _OVER[state]
    return NotAllowed(message, remedy="Make a new one: lti-bridge platform invite.", code=code)
