"""The settings file and the environment as typed, frozen values; every mistake named by key.

Section 2 of the contract fixes the keys; ``docs/settings.md`` explains each. A settings file goes
through five steps: TOML is read (`reading`), environment variables are laid over it
(`environment`), secrets given by reference are fetched (`references`), each value is checked
(`models`, `values`), then what depends on several keys (`checks`). The mistakes of all steps are
reported together, a line each (`problems`, `sentences`).
"""

from lti_bridge.settings.loading import load
from lti_bridge.settings.models import (
    Conferencing,
    Contact,
    Engagement,
    Keys,
    Mail,
    Meets,
    Platform,
    Retention,
    Security,
    Settings,
    Slides,
    Sso,
)
from lti_bridge.settings.resources import resource
from lti_bridge.settings.single import load_conferencing, load_platform

__all__ = [
    "Conferencing",
    "Contact",
    "Engagement",
    "Keys",
    "Mail",
    "Meets",
    "Platform",
    "Retention",
    "Security",
    "Settings",
    "Slides",
    "Sso",
    "load",
    "load_conferencing",
    "load_platform",
    "resource",
]
