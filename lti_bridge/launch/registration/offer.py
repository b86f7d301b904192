"""What the bridge is to an LMS: its addresses, and all that it asks for.

In the words of Dynamic Registration 1.0 (3.5.2), of Canvas' JSON configuration, and plainly, for
admins who enter them by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from lti_bridge.launch.presets import DEEP_LINKING, PRESETS, RESOURCE_LINK, Preset
from lti_bridge.scheduling.linking import COURSE_HISTORY, LINK_HISTORY

if TYPE_CHECKING:
    from lti_bridge.launch.registration.configuration import LmsConfiguration

TOOL_CONFIGURATION: Final = "https://purl.imsglobal.org/spec/lti-tool-configuration"
NAME: Final = "Live classes"
DESCRIPTION: Final = "Live classes and their recordings, one click away in every course."

SCOPES: Final = (
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly",
)
CLAIMS: Final = (
    "iss",
    "sub",
    "name",
    "given_name",
    "family_name",
    "email",
    "locale",
)
VARIABLES: Final[Mapping[str, str]] = {
    COURSE_HISTORY: "Context.id.history",
    LINK_HISTORY: "ResourceLink.id.history",
}
"""Custom parameters by the variable that fills them: what a course or link was copied from."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The bridge's addresses, as LMSs are told them."""

    public_url: str

    @property
    def login_url(self) -> str:
        """Third-party-initiated login."""
        return f"{self.public_url}/lti/login"

    @property
    def launch_url(self) -> str:
        """Redirect URI, and target of every link."""
        return f"{self.public_url}/lti/launch"

    @property
    def key_set_url(self) -> str:
        """The bridge's public keys."""
        return f"{self.public_url}/lti/jwks.json"

    @property
    def icon_url(self) -> str:
        """A picture for lists of tools."""
        return f"{self.public_url}/course/static/icon.svg"

    @property
    def canvas_url(self) -> str:
        """Canvas' JSON configuration."""
        return f"{self.public_url}/lti/config.json"

    @property
    def domain(self) -> str:
        """Host, with the port where it isn't the usual one."""
        return urlsplit(self.public_url).netloc

    def values(self) -> dict[str, str]:
        """What an admin copies, by what LMSs call it."""
        return {
            "login_url": self.login_url,
            "launch_url": self.launch_url,
            "redirect_url": self.launch_url,
            "deep_linking_url": self.launch_url,
            "key_set_url": self.key_set_url,
            "icon_url": self.icon_url,
            "domain": self.domain,
            "scopes": "\n".join(SCOPES),
            "custom_parameters": "\n".join(
                f"{name}=${variable}" for name, variable in VARIABLES.items()
            ),
        }


def scopes_for(supported: Iterable[str]) -> tuple[str, ...]:
    """Those that we ask for, of those that the LMS has."""
    there = frozenset(supported)
    return tuple(scope for scope in SCOPES if scope in there)


def placements_for(preset: Preset, message: str, supported: Iterable[str]) -> tuple[str, ...]:
    """Where the tool is to appear: where its preset says, as far as the LMS has it.

    LMSs without a preset of their own put it wherever they let a tool appear.
    """
    there = tuple(supported)
    wanted = preset.placements.get(message)
    if wanted is None:
        return there
    # Some name a placement by a URI that ends with its short name.
    by_name = {place.rpartition("/")[2]: place for place in there}
    return tuple(by_name[name] for name in wanted if name in by_name) if there else wanted


def registration_request(
    offer: Offer, configuration: LmsConfiguration, preset: Preset
) -> dict[str, Any]:
    """The client registration (Dynamic Registration 1.0, 3.5.2)."""
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": offer.login_url,
        "redirect_uris": [offer.launch_url],
        "client_name": NAME,
        "jwks_uri": offer.key_set_url,
        "logo_uri": offer.icon_url,
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(scopes_for(configuration.scopes)),
        TOOL_CONFIGURATION: {
            "domain": offer.domain,
            "description": DESCRIPTION,
            "target_link_uri": offer.launch_url,
            "custom_parameters": custom_parameters(configuration.variables),
            "claims": list(CLAIMS),
            "messages": [
                _message(offer, preset, type_, places)
                for type_, places in configuration.messages.items()
                if type_ in {RESOURCE_LINK, DEEP_LINKING}
            ],
            **preset.tool_extras,
        },
    }


def custom_parameters(variables: Iterable[str]) -> dict[str, str]:
    """Those whose variables the LMS fills."""
    there = frozenset(variables)
    return {name: f"${variable}" for name, variable in VARIABLES.items() if variable in there}


def _message(offer: Offer, preset: Preset, type_: str, supported: Iterable[str]) -> dict[str, Any]:
    places = placements_for(preset, type_, supported)
    message: dict[str, Any] = {
        "type": type_,
        "target_link_uri": offer.launch_url,
        "label": NAME,
        "icon_uri": offer.icon_url,
        **preset.message_extras,
    }
    if type_ == DEEP_LINKING:
        message["supported_types"] = ["ltiResourceLink"]
    return message | ({"placements": list(places)} if places else {})


def canvas_configuration(offer: Offer) -> dict[str, Any]:
    """Canvas' JSON for a developer key ("Paste JSON", or by URL)."""
    preset = PRESETS["canvas"]
    return {
        "title": NAME,
        "description": DESCRIPTION,
        "target_link_uri": offer.launch_url,
        "oidc_initiation_url": offer.login_url,
        "public_jwk_url": offer.key_set_url,
        "redirect_uris": [offer.launch_url],
        "scopes": list(SCOPES),
        "custom_fields": {name: f"${variable}" for name, variable in VARIABLES.items()},
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": offer.domain,
                "privacy_level": "public",
                "settings": {
                    "text": NAME,
                    "icon_url": offer.icon_url,
                    "placements": [
                        {
                            "placement": place,
                            "message_type": message,
                            "target_link_uri": offer.launch_url,
                            "text": NAME,
                            "icon_url": offer.icon_url,
                            "enabled": True,
                        }
                        for message, places in preset.placements.items()
                        for place in places
                    ],
                },
            }
        ],
    }
