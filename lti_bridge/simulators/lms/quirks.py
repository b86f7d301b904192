"""What sets the LMSs of this world apart, as tools meet it: a preset dresses the simulated LMS.

Shapes as they were met with in these products' launches; versions and settings differ. Identifiers,
role lists and locales are changed in the campus itself, so that every service of the LMS speaks of
the same people; the rest is changed in the login, the claims and the configuration for tools.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from lti_bridge.simulators.lms import roles
from lti_bridge.simulators.lms.claims import CLAIM

if TYPE_CHECKING:
    from lti_bridge.simulators.lms.campus import Campus

_LIS: Final = "http://purl.imsglobal.org/vocab/lis/v2/"
_USER: Final = f"{_LIS}system/person#User"
_BOTH: Final = ("LtiResourceLinkRequest", "LtiDeepLinkingRequest")


def _hash(kind: str, number: int) -> str:
    return hashlib.sha256(f"{kind} {number}".encode()).hexdigest()


def _uuid(kind: str, number: int) -> str:
    return str(uuid.UUID(_hash(kind, number)[:32]))


def _plain(_kind: str, number: int) -> str:
    return str(number)


@dataclass(frozen=True, slots=True)
class Quirks:
    """What an LMS does in its own way."""

    family_code: str = "riverbank"
    version: str = "4.2"
    identifier: Callable[[str, int], str] | None = None
    """Makes the identifier of the ``user``, ``course`` or ``link`` of that number; None: as they
    are."""
    extra_roles: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Roles that come along with a role in a course."""
    institution_roles: bool = True
    """Whether launches carry roles that hold everywhere."""
    locale: Callable[[str], str] = str
    storage: Literal["", "_parent", "post_message_forwarding"] = ""
    login_without: tuple[str, ...] = ()
    """Parameters that its logins leave out."""
    without: tuple[str, ...] = ()
    """Claims that its launches leave out, by their full names."""
    claims: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Claims of its own."""
    return_path: str = ""
    """Path and query of ``return_url``; empty: the simulator's own."""
    keys_rotate: bool = False
    """Signs each launch with a new key."""
    registers: bool = True
    """Has dynamic registration."""
    tells_deployment: bool = True
    """Says the deployment ID when a tool registers; else an administrator deploys it later."""
    configuration_needs_token: bool = False
    """Shows its OpenID configuration only to holders of a registration token."""
    registered_id: Callable[[int], str] = lambda number: f"tool-{_hash('tool', number)[:12]}"
    deployment: Callable[[int], str] = str
    """The deployment ID of the tool of that number."""
    placements: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType(dict.fromkeys(_BOTH, ()))
    )
    """Messages that it supports, and where a tool may appear for each."""
    variables: tuple[str, ...] = (
        "Context.id",
        "Context.id.history",
        "ResourceLink.id",
        "ResourceLink.id.history",
        "User.username",
    )

    def campus(self, campus: Campus) -> Campus:
        """The campus as this LMS has it: identifiers, roles and locales of its own making."""
        if self.identifier is None:
            return campus
        dressed: Campus = _renamed(campus, self._names(campus, self.identifier))
        return replace(
            dressed,
            users=tuple(
                replace(
                    user,
                    locale=self.locale(user.locale),
                    institution_roles=user.institution_roles if self.institution_roles else (),
                )
                for user in dressed.users
            ),
            courses=tuple(
                replace(
                    course,
                    roles={who: self._roles(held) for who, held in course.roles.items()},
                )
                for course in dressed.courses
            ),
        )

    def login(self, parameters: Mapping[str, str]) -> dict[str, str]:
        """A login's parameters."""
        return {k: v for k, v in parameters.items() if k not in self.login_without}

    def launch(self, claims: Mapping[str, Any], issuer: str) -> dict[str, Any]:
        """A launch's claims."""
        changed: dict[str, Any] = {k: v for k, v in claims.items() if k not in self.without}
        changed |= self.claims
        tool_platform = f"{CLAIM}tool_platform"
        if tool_platform in changed:
            own = {"product_family_code": self.family_code, "version": self.version}
            changed[tool_platform] = changed[tool_platform] | own
        presentation = f"{CLAIM}launch_presentation"
        if self.return_path and presentation in changed:
            own = {"return_url": f"{issuer}{self.return_path}"}
            changed[presentation] = changed[presentation] | own
        return changed

    @staticmethod
    def _names(campus: Campus, identifier: Callable[[str, int], str]) -> dict[str, str]:
        links = [link.id for course in campus.courses for link in course.links]
        kinds = {
            "user": [user.id for user in campus.users],
            "course": [course.id for course in campus.courses],
            "link": links,
        }
        return {
            old: identifier(kind, number)
            for kind, olds in kinds.items()
            for number, old in enumerate(olds, 2)
        }

    def _roles(self, held: tuple[str, ...]) -> tuple[str, ...]:
        more = (extra for role in held for extra in self.extra_roles.get(role, ()))
        return tuple(dict.fromkeys((*held, *more)))


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The value with every text in it that is an old identifier as the new one."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, tuple):
        return tuple(_renamed(each, names) for each in value)
    if isinstance(value, Mapping):
        return {_renamed(key, names): _renamed(each, names) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        changes = {each.name: getattr(value, each.name) for each in fields(value) if each.init}
        return replace(value, **{name: _renamed(each, names) for name, each in changes.items()})
    return value


def _canvas_id(kind: str, number: int) -> str:
    return _uuid(kind, number) if kind == "user" else _hash(kind, number)[:40]


def _blackboard_id(kind: str, number: int) -> str:
    return f"_{number}_1" if kind == "link" else _hash(kind, number)[:32]


def _brightspace_id(kind: str, number: int) -> str:
    if kind == "user":
        return f"{_uuid('tenant', 1)}_{number}"
    return str(6600 + number) if kind == "course" else _uuid(kind, number)


def _sakai_id(kind: str, number: int) -> str:
    return f"content:{number}" if kind == "link" else _uuid(kind, number)


def _schoology_id(kind: str, number: int) -> str:
    own = 1_000_000_000 + number
    return f"{own}::{_hash(kind, number)[:32]}" if kind == "user" else str(own)


_CANVAS_PLACES: Final = {
    _BOTH[0]: (
        "account_navigation", "course_navigation", "link_selection", "assignment_selection",
        "module_index_menu_modal", "global_navigation",
    ),
    _BOTH[1]: (
        "link_selection", "assignment_selection", "editor_button", "module_index_menu_modal",
        "homework_submission",
    ),
}  # fmt: skip  # a list of words

QUIRKS: Final[Mapping[str, Quirks]] = MappingProxyType(
    {
        "": Quirks(),
        "canvas": Quirks(
            family_code="canvas",
            version="cloud",
            identifier=_canvas_id,
            extra_roles={
                roles.INSTRUCTOR: (roles.INSTITUTION_INSTRUCTOR, _USER),
                roles.LEARNER: (roles.STUDENT, _USER),
            },
            storage="post_message_forwarding",
            claims={
                "https://www.instructure.com/placement": None,
                f"{CLAIM}lti1p1_legacy_user_id": "535fa085f22b4655f48cd5a36a9215f64c062838",
                "errors": {"errors": {}},
            },
            return_path="/courses/1/external_content/success/external_tool_redirect",
            configuration_needs_token=True,
            registered_id=lambda number: str(10_000_000_000_000 + number),
            deployment=lambda number: f"{number}:{_hash('deployment', number)[:40]}",
            placements=_CANVAS_PLACES,
        ),
        "moodle": Quirks(
            family_code="moodle",
            version="2024042200",
            identifier=_plain,
            institution_roles=False,
            locale=lambda tag: tag.lower().replace("-", "_"),
            claims={f"{CLAIM}ext": {"user_username": "someone", "lms": "moodle-2"}},
            return_path="/mod/lti/return.php?course=2&launch_container=3&instanceid=1"
            "&sesskey=AbCdEf1234",
            registered_id=lambda number: _hash("tool", number)[:15],
        ),
        "blackboard": Quirks(
            family_code="BlackboardLearn",
            version="3900.110.0",
            identifier=_blackboard_id,
            extra_roles={roles.LEARNER: (roles.STUDENT,)},
            locale=lambda tag: "en-US" if tag == "en" else tag,
            storage="_parent",
            return_path="/webapps/blackboard/execute/blti/launchReturn?course_id=_2_1",
            registers=False,
            tells_deployment=False,
            registered_id=lambda number: _uuid("application", number),
            deployment=lambda number: _uuid("deployment", number),
        ),
        "brightspace": Quirks(
            family_code="desire2learn",
            version="10.8.9",
            identifier=_brightspace_id,
            extra_roles={
                roles.INSTRUCTOR: (roles.INSTITUTION_INSTRUCTOR,),
                roles.LEARNER: (roles.STUDENT,),
            },
            login_without=("lti_deployment_id",),
            claims={"http://www.brightspace.com": {"tenant_id": _uuid("tenant", 1)}},
            keys_rotate=True,
            tells_deployment=False,
            registered_id=lambda number: _uuid("tool", number),
            deployment=lambda number: _uuid("deployment", number),
        ),
        "sakai": Quirks(
            family_code="sakai",
            version="23.3",
            identifier=_sakai_id,
            institution_roles=False,
            locale=lambda tag: tag.replace("-", "_"),
            storage="_parent",
            claims={f"{CLAIM}lti11_legacy_user_id": "legacy"},
            registered_id=lambda number: _uuid("tool", number),
        ),
        "schoology": Quirks(
            family_code="schoology",
            version="1.3",
            identifier=_schoology_id,
            institution_roles=False,
            login_without=("client_id", "lti_deployment_id"),
            without=("email", "locale", f"{CLAIM}lis"),
            registers=False,
            tells_deployment=False,
            registered_id=lambda number: str(5_000_000_000 + number),
            deployment=lambda number: f"{5_000_000_000 + number}-13779",
        ),
    }
)  # fmt: skip
