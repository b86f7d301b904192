"""LTI identifier → MEETS identifier: whose launch it is, in which course."""

from lti_bridge.directory.identifiers import LAUNCH_SECONDS, Directory
from lti_bridge.directory.values import Course, Launch, Patience, Person, Target, Visit

__all__ = [
    "LAUNCH_SECONDS",
    "Course",
    "Directory",
    "Launch",
    "Patience",
    "Person",
    "Target",
    "Visit",
]
