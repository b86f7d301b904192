"""Riverbank University: the people, courses and links that the LMS has unless told otherwise."""

from __future__ import annotations

from dataclasses import replace

from lti_bridge.simulators.lms import roles
from lti_bridge.simulators.lms.campus import (
    Activity,
    Announcement,
    Campus,
    Course,
    Group,
    GroupSet,
    Link,
    Module,
    User,
)

ANA = User(
    id="usr:7c1e0b52-aa31",
    given_name="Ana",
    family_name="Pereira",
    email="ana.pereira@riverbank.example",
    locale="en",
    institution_roles=(roles.FACULTY, roles.INSTITUTION_INSTRUCTOR),
    honorific="Dr.",
    occupation="Instructor",
)
TOMAS = User(
    id="usr:0e93d7f8-4b6c",
    given_name="Tomás",
    family_name="Oliveira",
    email="tomas.oliveira@riverbank.example",
    locale="es",
    institution_roles=(roles.STUDENT,),
    occupation="Teaching assistant",
)
# Ben's and Sara's IDs differ in the case of their letters alone, and hold characters that a URL
# would change: a tool that folds or decodes identifiers takes the two for one.
BEN = User(
    id="usr:qL7d+Zk/4w==",
    given_name="Ben",
    family_name="Okafor",
    email="ben.okafor@riverbank.example",
    locale="en-GB",
    institution_roles=(roles.STUDENT,),
    occupation="Student",
)
SARA = User(
    id="usr:ql7D+zK/4W==",
    given_name="سارا",
    family_name="محمدی",
    email="sara.mohammadi@riverbank.example",
    locale="fa",
    institution_roles=(roles.STUDENT,),
    latin_name="Sara Mohammadi",
    occupation="Student",
)
NADIA = User(
    id="usr:5d20b9c4-77ef",
    given_name="Nadia",
    family_name="Benali",
    email="nadia.benali@riverbank.example",
    locale="en",
    institution_roles=(roles.ADMINISTRATOR,),
    occupation="Administrator of this LMS",
)

_TAUGHT_BY_ANA = {
    ANA.id: (roles.INSTRUCTOR,),
    BEN.id: (roles.LEARNER,),
    SARA.id: (roles.LEARNER,),
}
_WITH_TOMAS = {**_TAUGHT_BY_ANA, TOMAS.id: (roles.TEACHING_ASSISTANT, roles.INSTRUCTOR)}


def _links(stem: str) -> tuple[Link, ...]:
    return (
        Link(
            id=f"rl-{stem}-1f4a",
            kind="frame",
            title="Live class",
            description="This week’s class, with its page here in the course.",
        ),
        Link(
            id=f"rl-{stem}-8c07",
            kind="window",
            title="Seminar room",
            description="A second room, in a browser tab of its own.",
            document_target="window",
        ),
        Link(
            id=f"rl-{stem}-d92e",
            kind="join",
            title="Office hours",
            description="One click, and everybody is straight in the meeting.",
            document_target="window",
            custom={"action": "join"},
        ),
    )


_PROJECTS = GroupSet("gs-projects", "Projects")
_PROJECT_GROUPS = (
    Group("g-pr-blue", "Blue team", frozenset({BEN.id}), _PROJECTS.id, "project"),
    Group("g-pr-green", "Green team", frozenset({SARA.id}), _PROJECTS.id, "project"),
)
_READING_CIRCLE = Group("g-reading", "Reading circle · حلقهٔ خوانش", frozenset({BEN.id, SARA.id}))

ALGEBRA = Course(
    id="c-9f2b71d04e6a",
    label="MATH-101",
    title="Algebra I",
    links=_links("51ce"),
    roles=_WITH_TOMAS,
    summary="From the first equation to quadratic functions, with a problem class every week.",
    timetable="Mondays and Thursdays, 10:00",
    tone="river",
    group_sets=(_PROJECTS,),
    groups=_PROJECT_GROUPS,
    announcements=(
        Announcement(
            "Problem set 6 is up",
            "Yesterday",
            "Try numbers 3 and 7 before Thursday; we go through both in the live class.",
        ),
        Announcement(
            "Office hours move online",
            "Last week",
            "From now on they are in a live room of their own, right after the Monday class.",
        ),
    ),
    modules=(
        Module(
            "Week 6 · Quadratic functions",
            (
                Activity("video", "The shape of a parabola", "12 minutes"),
                Activity("reading", "Completing the square", "Chapter 6.2"),
                Activity("task", "Problem set 6", "Due Thursday, 18:00"),
            ),
        ),
        Module(
            "Week 5 · Systems of equations",
            (
                Activity("reading", "Two equations, two unknowns", "Chapter 5"),
                Activity("quiz", "Check yourself: elimination", "8 questions"),
            ),
        ),
    ),
)

LITERATURE = Course(
    id="c-3b80aa5517cd",
    label="LIT-220",
    title="World Literature · ادبیات جهان",
    links=_links("e07b"),
    roles=_TAUGHT_BY_ANA,
    summary="Eight works from eight languages, read slowly and talked about a lot.",
    timetable="Tuesdays, 14:00",
    tone="plum",
    groups=(_READING_CIRCLE,),
    announcements=(
        Announcement(
            "Hafez next Tuesday",
            "Two days ago",
            "Bring one ghazal in any translation you like, and be ready to say why that one.",
        ),
    ),
    modules=(
        Module(
            "Week 4 · Persian poetry",
            (
                Activity("reading", "Hafez: six ghazals", "Reader, p. 41–58"),
                Activity("video", "How a ghazal is built", "18 minutes"),
                Activity("task", "Reading journal, entry 4", "Due Monday, 20:00"),
            ),
        ),
        Module(
            "Week 3 · Machado de Assis",
            (
                Activity("reading", "The Alienist", "Reader, p. 12–40"),
                Activity("quiz", "Who is mad in Itaguaí?", "5 questions"),
            ),
        ),
    ),
)

BIOLOGY = Course(
    id="c-c4160e9d82f3",
    label="BIO-110",
    title="Introduction to Biology",
    links=_links("a3d5"),
    roles=_WITH_TOMAS,
    summary="Cells, heredity and evolution, with virtual laboratories.",
    timetable="Wednesdays and Fridays, 9:00",
    tone="moss",
    announcements=(
        Announcement(
            "Virtual laboratory on Friday",
            "Today",
            "We look at onion cells together in the live class. No microscope needed.",
        ),
    ),
    modules=(
        Module(
            "Week 7 · The cell membrane",
            (
                Activity("reading", "What gets in, what stays out", "Chapter 7"),
                Activity("video", "Osmosis in a potato", "9 minutes"),
                Activity("task", "Laboratory report 3", "Due next Wednesday"),
            ),
        ),
        Module(
            "Week 6 · Inside the cell",
            (
                Activity("reading", "Organelles", "Chapter 6"),
                Activity("quiz", "Name that organelle", "10 questions"),
            ),
        ),
    ),
)

DEMO_CAMPUS = Campus(
    guid="lms.riverbank.example",
    name="Riverbank University",
    users=(ANA, TOMAS, BEN, SARA),
    administrators=(NADIA,),
    courses=(ALGEBRA, LITERATURE, BIOLOGY),
)


def _on(service: str, title: str, description: str) -> Link:
    return Link(
        id=f"rl-a3d5-{service}",
        kind=service,
        title=title,
        description=description,
        custom={"conferencing": service},
    )


OTHER_SERVICES = (
    _on("bigbluebutton", "Laboratory", "Held on BigBlueButton."),
    _on("mconf", "Tutorial", "Held on Mconf-Live."),
    _on("onstream", "Guest lecture", "Held on Onstream."),
)
"""Links that name a conferencing service of their own."""


OLD_KEY = "riverbank-1p1"
"""Consumer key of the tool that links of LTI 1.1 launch."""

OLD_STYLE = Link(
    id="rl-e07b-1p1",
    kind="old",
    title="Old-style link",
    description="Launched by LTI 1.1, as it was before the move.",
    client_id=OLD_KEY,
)


def campus_with_every_service() -> Campus:
    """The demo campus, with links in Biology to classes on the other services, and one of LTI 1.1
    in Literature.
    """
    biology = replace(BIOLOGY, links=(*BIOLOGY.links, *OTHER_SERVICES))
    literature = replace(LITERATURE, links=(*LITERATURE.links, OLD_STYLE))
    return replace(DEMO_CAMPUS, courses=(ALGEBRA, literature, biology))
