"""What registration asks for, in words an LMS's admin knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from flask_babel import LazyString, lazy_gettext

from lti_bridge.launch.presets import DEEP_LINKING, PRESETS, RESOURCE_LINK, Preset
from lti_bridge.launch.registration import offer

SCOPES: Final[Mapping[str, LazyString]] = {
    offer.SCOPES[0]: lazy_gettext("Read who belongs to a course, for absences and invitations"),
    offer.SCOPES[1]: lazy_gettext("Add columns to the gradebook, where a teacher wants one"),
    offer.SCOPES[2]: lazy_gettext("Read the grades in those columns"),
    offer.SCOPES[3]: lazy_gettext("Send attendance to the gradebook, where a teacher wants it"),
    offer.SCOPES[4]: lazy_gettext("Read a course’s groups, for classes in groups"),
}

CLAIMS: Final = (
    lazy_gettext("Full name"),
    lazy_gettext("E-mail address"),
    lazy_gettext("Language"),
    lazy_gettext("Role in the course"),
)

MESSAGES: Final[Mapping[str, LazyString]] = {
    RESOURCE_LINK: lazy_gettext("Open live classes from a course"),
    DEEP_LINKING: lazy_gettext("Choose live classes while a teacher builds a course"),
}

PLACEMENTS: Final[Mapping[str, LazyString]] = {
    "course_navigation": lazy_gettext("Course menu"),
    "link_selection": lazy_gettext("Module items"),
    "assignment_selection": lazy_gettext("Assignments"),
    "editor_button": lazy_gettext("Text editor"),
    "module_index_menu_modal": lazy_gettext("Menu of the modules page"),
    "ContentArea": lazy_gettext("Course content"),
    "RichTextEditor": lazy_gettext("Text editor"),
}

LABELS: Final[Mapping[str, LazyString]] = {
    "login_url": lazy_gettext("Login URL (OpenID Connect initiation)"),
    "launch_url": lazy_gettext("Tool URL (launch, target link)"),
    "redirect_url": lazy_gettext("Redirect URL"),
    "deep_linking_url": lazy_gettext("Deep linking URL (content selection)"),
    "key_set_url": lazy_gettext("Public key set URL (JWKS)"),
    "icon_url": lazy_gettext("Icon URL"),
    "domain": lazy_gettext("Domain of the tool"),
    "scopes": lazy_gettext("Services (scopes)"),
    "custom_parameters": lazy_gettext("Custom parameters"),
}

_USUAL: Final = ("launch_url", "login_url", "key_set_url", "redirect_url", "deep_linking_url")
_BY_HAND: Final[Mapping[str, tuple[str, ...]]] = {
    "canvas": ("redirect_url", "launch_url", "login_url", "key_set_url", "custom_parameters"),
    "moodle": (*_USUAL, "icon_url", "custom_parameters"),
    "blackboard": ("domain", "login_url", "redirect_url", "key_set_url"),
    "brightspace": ("domain", "redirect_url", "login_url", "launch_url", "key_set_url"),
    "sakai": ("launch_url", "login_url", "redirect_url", "key_set_url"),
    "schoology": ("domain", "launch_url", "login_url", "redirect_url", "key_set_url"),
    "other": (*_USUAL, "domain", "icon_url", "scopes", "custom_parameters"),
}
"""Which values each LMS's form asks for, in the order of its fields."""


def wanted_by_hand() -> Iterator[tuple[Preset, tuple[str, ...]]]:
    """Every LMS, with the values that its form asks for."""
    for key, names in _BY_HAND.items():
        yield PRESETS[key], names
