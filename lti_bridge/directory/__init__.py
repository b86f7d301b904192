"""LTI identifier → MEETS identifier: whose launch it is, in which course."""

from lti_bridge.directory.course_services import ServiceBook
from lti_bridge.directory.forgetting import Forgetting
from lti_bridge.directory.identifiers import LAUNCH_SECONDS, Directory
from lti_bridge.directory.importing import Import, Part, Tally
from lti_bridge.directory.moving import Movers
from lti_bridge.directory.outcomes import OutcomeBook
from lti_bridge.directory.policies import Policies
from lti_bridge.directory.values import (
    DEEP_LINKING,
    RESOURCE_LINK,
    SUBMISSION_REVIEW,
    Course,
    DeepLinkingRequest,
    Launch,
    LmsServices,
    OutcomeLink,
    Patience,
    Person,
    Target,
    Visit,
)

__all__ = [
    "DEEP_LINKING",
    "LAUNCH_SECONDS",
    "RESOURCE_LINK",
    "SUBMISSION_REVIEW",
    "Course",
    "DeepLinkingRequest",
    "Directory",
    "Forgetting",
    "Import",
    "Launch",
    "LmsServices",
    "Movers",
    "OutcomeBook",
    "OutcomeLink",
    "Part",
    "Patience",
    "Person",
    "Policies",
    "ServiceBook",
    "Tally",
    "Target",
    "Visit",
]
