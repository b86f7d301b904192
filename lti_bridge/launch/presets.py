"""What LMSs are known to do differently, and where each keeps its endpoints.

A preset says what to ask of an LMS when the bridge registers itself (placements, privacy), what
its ``product_family_code`` is, and how the platform's addresses are made where an admin enters
them by hand: those of an LMS in the cloud are fixed, those of one's own are below its host.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

RESOURCE_LINK: Final = "LtiResourceLinkRequest"
DEEP_LINKING: Final = "LtiDeepLinkingRequest"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """A platform's addresses; ``{host}`` and ``{client_id}`` stand for what the admin says."""

    issuer: str
    auth_login_url: str
    auth_token_url: str
    key_set_url: str
    auth_audience: str = ""
    """``aud`` of token requests, where it isn't the token URL."""

    def filled(self, host: str, client_id: str) -> Endpoints:
        """These with the host and the client ID in their places."""
        return Endpoints(
            *(
                text.replace("{host}", host).replace("{client_id}", client_id)
                for text in (
                    self.issuer,
                    self.auth_login_url,
                    self.auth_token_url,
                    self.key_set_url,
                    self.auth_audience,
                )
            )
        )


@dataclass(frozen=True, slots=True)
class Preset:
    """An LMS, as its makers deliver it."""

    key: str
    title: str
    type: str
    """As the settings' ``platform.type`` calls it."""
    families: tuple[str, ...] = ()
    """Values of ``product_family_code``, in lower case."""
    endpoints: Endpoints | None = None
    """None where nothing is known beforehand: the admin gives all four addresses."""
    registers: bool = True
    """It has dynamic registration."""
    placements: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Where the tool is to appear, by message type, in the LMS's own names; none: where it
    likes."""
    message_extras: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    """Further members of each message of a registration."""
    tool_extras: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    """Further members of a registration's tool configuration."""
    audience_is_token_url: bool = False
    """Whatever ``authorization_server`` its configuration names, it takes the token URL only."""
    differs: tuple[str, ...] = ()
    """What it is known to do differently, for admins to read."""

    @property
    def is_shared(self) -> bool:
        """Whether all its customers have one issuer, wherever their own pages are."""
        return self.endpoints is not None and "{host}" not in self.endpoints.issuer


_CANVAS: Final = "https://canvas.instructure.com/lti/"

PRESETS: Final[Mapping[str, Preset]] = MappingProxyType(
    {
        preset.key: preset
        for preset in (
            Preset(
                key="canvas",
                title="Canvas",
                type="Canvas",
                families=("canvas",),
                endpoints=Endpoints(
                    issuer="https://canvas.instructure.com",
                    auth_login_url="https://sso.canvaslms.com/api/lti/authorize_redirect",
                    auth_token_url="https://sso.canvaslms.com/login/oauth2/token",  # noqa: S106 - an address
                    key_set_url="https://sso.canvaslms.com/api/lti/security/jwks",
                ),
                placements=MappingProxyType(
                    {
                        RESOURCE_LINK: ("course_navigation",),
                        DEEP_LINKING: (
                            "link_selection",
                            "assignment_selection",
                            "editor_button",
                            "module_index_menu_modal",
                        ),
                    }
                ),
                message_extras=MappingProxyType({f"{_CANVAS}visibility": "members"}),
                tool_extras=MappingProxyType({f"{_CANVAS}privacy_level": "public"}),
                audience_is_token_url=True,
                differs=(
                    "Every Canvas in the cloud has the same issuer: its client ID tells it apart.",
                    "People see it at a host of the institution’s own.",
                    "Names come along only with the privacy level “public”.",
                    "A deployment belongs to the account or course where the app was installed.",
                ),
            ),
            Preset(
                key="moodle",
                title="Moodle",
                type="Moodle",
                families=("moodle", "totara"),
                endpoints=Endpoints(
                    issuer="https://{host}",
                    auth_login_url="https://{host}/mod/lti/auth.php",
                    auth_token_url="https://{host}/mod/lti/token.php",  # noqa: S106 - an address
                    key_set_url="https://{host}/mod/lti/certs.php",
                ),
                differs=(
                    "The issuer has no slash at its end.",
                    "The deployment ID is the tool’s own number.",
                    "Registered tools wait for “Activate” on their card.",
                    "The way back to the course carries a key of the person’s session.",
                ),
            ),
            Preset(
                key="blackboard",
                title="Blackboard Learn",
                type="BlackboardLearn",
                families=("blackboardlearn", "blackboard"),
                registers=False,
                endpoints=Endpoints(
                    issuer="https://blackboard.com",
                    auth_login_url="https://developer.blackboard.com/api/v1/gateway/oidcauth",
                    auth_token_url="https://developer.blackboard.com/api/v1/gateway/oauth2/jwttoken",  # noqa: S106 - an address
                    key_set_url=(
                        "https://developer.blackboard.com/api/v1/management/applications/"
                        "{client_id}/jwks.json"
                    ),
                ),
                differs=(
                    "Every Learn has the same issuer: the deployment tells them apart.",
                    "One registration at the developer portal is good for every Learn.",
                    "Institution roles come along in every course.",
                ),
            ),
            Preset(
                key="brightspace",
                title="Brightspace",
                type="Desire2Learn",
                families=("desire2learn", "brightspace", "d2l"),
                endpoints=Endpoints(
                    issuer="https://{host}",
                    auth_login_url="https://{host}/d2l/lti/authenticate",
                    auth_token_url="https://auth.brightspace.com/core/connect/token",  # noqa: S106 - an address
                    key_set_url="https://{host}/d2l/.well-known/jwks",
                    auth_audience="https://api.brightspace.com/auth/token",
                ),
                differs=(
                    "Token requests are for an audience of their own.",
                    "A registration needs a deployment before anybody can launch.",
                    "Names and addresses come along only where the deployment says so.",
                ),
            ),
            Preset(
                key="sakai",
                title="Sakai",
                type="Other",
                families=("sakai",),
                endpoints=Endpoints(
                    issuer="https://{host}",
                    auth_login_url="https://{host}/imsoidc/lti13/oidc_auth",
                    auth_token_url="https://{host}/imsblis/lti13/token/{client_id}",  # noqa: S106 - an address
                    key_set_url="https://{host}/imsblis/lti13/keyset",
                ),
                differs=(
                    "The token URL ends with the tool’s number: compare it with what Sakai shows.",
                    "Names and addresses come along only where the tool’s settings say so.",
                ),
            ),
            Preset(
                key="schoology",
                title="Schoology",
                type="Other",
                families=("schoology",),
                registers=False,
                endpoints=Endpoints(
                    issuer="https://schoology.schoology.com",
                    auth_login_url="https://lti-service.svc.schoology.com/lti-service/authorize-redirect",
                    auth_token_url="https://lti-service.svc.schoology.com/lti-service/access-token",  # noqa: S106 - an address
                    key_set_url="https://lti-service.svc.schoology.com/lti-service/.well-known/jwks",
                ),
                differs=(
                    "Every Schoology has the same issuer.",
                    "The deployment ID is the app’s number with the school’s behind it.",
                ),
            ),
            Preset(key="other", title="Another LMS", type="Other"),
        )
    }
)


def preset_of(family_code: str) -> Preset:
    """The preset of a ``product_family_code``; that of any other LMS where none is known."""
    code = family_code.strip().lower()
    return next((each for each in PRESETS.values() if code in each.families), PRESETS["other"])


def type_of(family_code: str) -> str:
    """The settings' ``platform.type``; Totara is a Moodle that MEETS tells apart."""
    return "Totara" if family_code.strip().lower() == "totara" else preset_of(family_code).type
