"""Role URIs of LIS, as LTI 1.3 Core A.2 lists them, and what the LMS's pages call them."""

from __future__ import annotations

_LIS = "http://purl.imsglobal.org/vocab/lis/v2/"

INSTRUCTOR = f"{_LIS}membership#Instructor"
LEARNER = f"{_LIS}membership#Learner"
TEACHING_ASSISTANT = f"{_LIS}membership/Instructor#TeachingAssistant"

ADMINISTRATOR = f"{_LIS}institution/person#Administrator"
FACULTY = f"{_LIS}institution/person#Faculty"
INSTITUTION_INSTRUCTOR = f"{_LIS}institution/person#Instructor"
STUDENT = f"{_LIS}institution/person#Student"

_NAMES = {
    TEACHING_ASSISTANT: "Teaching assistant",
    INSTRUCTOR: "Instructor",
    LEARNER: "Student",
}


def name_of(roles: tuple[str, ...]) -> str:
    """The first role that has a name of its own; "Participant" if none has."""
    return next((name for uri, name in _NAMES.items() if uri in roles), "Participant")
