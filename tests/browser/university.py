"""The demonstration's university, with teachers who read English and some links more."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from lti_bridge.simulators.lms import DEMO_CAMPUS, Campus, Course, Link, User

TEACHER: Final = "Dr. Ana Pereira"
ASSISTANT: Final = "Tomás Oliveira"
STUDENT: Final = "Ben Okafor"
PERSIAN_STUDENT: Final = "سارا محمدی"

IN_FRAME: Final = "Live class"
IN_WINDOW: Final = "Seminar room"
AT_ONCE: Final = "Office hours"
EMBEDDED: Final = "Class on this page"
LONG: Final = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"

_TEACHERS = {"Pereira", "Oliveira"}


def _reading_english(user: User) -> User:
    return replace(user, locale="en") if user.family_name in _TEACHERS else user


def _with_more_links(course: Course) -> Course:
    embedded = Link(
        id=f"rl-embedded-{course.label}",
        kind="embedded",
        title=EMBEDDED,
        description="The class itself inside the course's page.",
        custom={"embed": "true"},
    )
    long = Link(
        id=f"rl-long-{course.label}",
        kind="long",
        title=LONG,
        description="A word that no narrow screen has room for.",
    )
    return replace(course, links=(*course.links, embedded, long))


UNIVERSITY: Final[Campus] = replace(
    DEMO_CAMPUS,
    users=tuple(map(_reading_english, DEMO_CAMPUS.users)),
    courses=tuple(map(_with_more_links, DEMO_CAMPUS.courses)),
)
