"""LTI identifier → MEETS identifier: whose launch it is, in which course."""

from lti_bridge.directory.identifiers import LAUNCH_SECONDS, Directory
from lti_bridge.directory.importing import Import, Part, Tally
from lti_bridge.directory.values import Course, Launch, LmsServices, Patience, Person, Target, Visit

__all__ = [
    "LAUNCH_SECONDS",
    "Course",
    "Directory",
    "Import",
    "Launch",
    "LmsServices",
    "Part",
    "Patience",
    "Person",
    "Tally",
    "Target",
    "Visit",
]
