"""LTI identifier → MEETS identifier, and the memory of both.

Without MEETS the bridge's own numbers are the identifiers, with the same meaning: numeric,
given out once, never changed. With it, MEETS is asked once per identifier; its answer holds for
good (manual, "from"). What happens while it doesn't know or doesn't answer is the setting
``unknown``: ``pending`` lets people in and leaves asking again to a job, ``refuse`` doesn't.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, time
from typing import TYPE_CHECKING, Final, Literal

from lti_bridge.directory.memory import FOR_GOOD, Memory
from lti_bridge.directory.values import Course, Patience, Person
from lti_bridge.errors import NotAllowed, RemoteError, RemoteTimeout
from lti_bridge.http.flights import Flights
from lti_bridge.store import NOTHING_OFFERED, number_of

if TYPE_CHECKING:
    from lti_bridge.directory.values import Launch
    from lti_bridge.meets_api import MeetsClient
    from lti_bridge.store import (
        CourseRecord,
        Kind,
        Offered,
        Pending,
        People,
        PersonRecord,
        Profile,
        Role,
        Standing,
    )

NOT_KNOWN_SECONDS: Final = 60.0
"""How long MEETS' "not known" is believed."""
LAUNCH_SECONDS: Final = 2.0
"""The most a launch waits for MEETS, whatever it has to ask."""
LEAST_SECONDS: Final = 0.05

Unknown = Literal["pending", "refuse"]
_Said = tuple[tuple[int, str, int], "Profile", "Role", "Standing"]
"""Who in which course, and what a launch says of them."""


class Directory:
    """Who and where a launch is."""

    def __init__(
        self,
        people: People,
        meets: MeetsClient | None,
        unknown: Unknown = "pending",
        *,
        now: Callable[[], float] = time,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """``meets`` None: the bridge's own numbers are the identifiers.

        ``now``: UNIX seconds; ``clock``: seconds by which this process forgets.
        """
        self._people = people
        self._meets = meets
        self._unknown: Final = unknown
        self._now = now
        self._courses: Memory[tuple[int, str, str], Course] = Memory(10_000, clock=clock)
        self._persons: Memory[tuple[int, str, int], Person] = Memory(50_000, clock=clock)
        self._refused: Memory[tuple[Kind, int, str], bool] = Memory(10_000, clock=clock)
        self._finding_course: Flights[tuple[int, str, str], Course] = Flights()
        self._finding_person: Flights[_Said, Person] = Flights()
        self._by_meets: bool | None = None

    def course_for(self, launch: Launch, patience: Patience) -> Course:
        """The course of a launch.

        A launch without context gets a course of its own per link: nothing says that two such
        links belong together. Raises :class:`NotAllowed` or :class:`RemoteError` under ``refuse``.
        """
        lone_link = "" if launch.lti_context_id else launch.resource_link_id
        connection = launch.course_connection or launch.platform.id
        key = (connection, launch.lti_context_id, lone_link)
        course = self._courses.get(key)
        if course is not None:
            return course
        return self._finding_course.call(key, lambda: self._find_course(launch, key, patience))

    def person_for(self, launch: Launch, course: Course, patience: Patience) -> Person:
        """The person of a launch, in that course; an anonymous one leaves no trace.

        Writes only what changed: name, e-mail or role. Raises as :meth:`course_for`.
        """
        if not launch.lti_user_id:
            return Person(None, launch.profile, None, launch.role)
        key = (launch.person_connection or launch.platform.id, launch.lti_user_id, course.id)
        person = self._persons.get(key)
        if person and _says_the_same(person, launch):
            return person
        # Two launches of one person at once share the answer only where they say the same.
        return self._finding_person.call(
            (key, launch.profile, launch.role, launch.standing),
            lambda: self._find_person(launch, course, key, patience),
        )

    def ask_again(self, pending: Pending, timeout: float) -> bool:
        """Ask MEETS once more for an identifier and note the answer; True if it is known now.

        Safe to repeat. Raises :class:`RemoteError` where MEETS doesn't answer.
        """
        meets_id = self._ask(pending.kind, pending.meets_connection, pending.lti_id, timeout)
        self._people.answered(pending.kind, pending.id, meets_id)
        return meets_id is not None

    def forget_people(self) -> None:
        """Somebody was erased: read who launches again."""
        self._persons.clear()
        self._refused.clear()

    def _find_course(self, launch: Launch, key: tuple[int, str, str], patience: Patience) -> Course:
        connection, context_id, lone_link = key
        record = self._people.course(connection, context_id, lone_link)
        known = record.meets_id if record else None
        asked = record.asked_ms if record else 0
        offered = record.offered if record else NOTHING_OFFERED
        number = 0 if launch.course_connection else launch.platform.meets_connection
        answer = self._answer("course", number, context_id, known, asked, patience)
        renamed = record is not None and launch.course_title not in ("", record.title)
        if record is None or answer.new or renamed:
            record = self._people.add_course(
                connection,
                context_id,
                lone_link,
                launch.course_title,
                now_ms=self._now_ms(),
                meets_id=answer.meets_id,
                asked_ms=self._now_ms() if answer.new else None,
            )
        course = self._course(record, context_id, offered)
        return self._courses.put(key, course, self._seconds(course.meets_id, answer.needed))

    def _find_person(
        self, launch: Launch, course: Course, key: tuple[int, str, int], patience: Patience
    ) -> Person:
        connection, sub = key[0], launch.lti_user_id
        record = self._people.person(connection, sub, course.id)
        known = record.meets_id if record else None
        asked = record.asked_ms if record else 0
        number = 0 if launch.person_connection else launch.platform.meets_connection
        answer = self._answer("user", number, sub, known, asked, patience)
        if record is None or answer.new or not _says_the_same(record, launch):
            record = self._people.arrive(
                connection,
                sub,
                launch.profile,
                course_id=course.id,
                role=launch.role,
                standing=launch.standing,
                now_ms=self._now_ms(),
                meets_id=answer.meets_id,
                asked_ms=self._now_ms() if answer.new else None,
            )
        meets_id = self._number(record)
        person = Person(record.id, launch.profile, meets_id, launch.role, launch.standing)
        return self._persons.put(key, person, self._seconds(meets_id, answer.needed))

    def _answer(
        self,
        kind: Kind,
        connection: int,
        lti_id: str,
        known: int | None,
        asked_ms: int,
        patience: Patience,
    ) -> _Answer:
        """What MEETS says, if it has to be asked at all.

        ``connection`` 0: what was moved has another number of the LMS, by which the job asks.
        """
        if self._meets is None or not lti_id:
            return _Answer(None, new=False, needed=False)
        if known is not None or not connection:
            return _Answer(known, new=False, needed=True)
        if self._unknown == "refuse":
            return _Answer(self._insist(kind, connection, lti_id, patience), new=True, needed=True)
        if asked_ms:  # asked before: the job asks again, the launch doesn't wait for it
            return _Answer(None, new=False, needed=True)
        try:
            meets_id = self._ask(kind, connection, lti_id, patience.left())
        except RemoteError:
            meets_id = None
        return _Answer(meets_id, new=True, needed=True)

    def _insist(self, kind: Kind, connection: int, lti_id: str, patience: Patience) -> int:
        key = (kind, connection, lti_id)
        if self._refused.get(key) is None:
            meets_id = self._ask(kind, connection, lti_id, patience.left())
            if meets_id is not None:
                return meets_id
            self._refused.put(key, value=True, seconds=NOT_KNOWN_SECONDS)
        what = "course" if kind == "course" else "person"
        raise NotAllowed(
            f"MEETS doesn't know this {what}.",
            remedy="Ask the administrator of MEETS to add it, then try again in a minute.",
            code=f"meets_unknown_{what}",
        )

    def _ask(self, kind: Kind, connection: int, lti_id: str, timeout: float) -> int | None:
        if self._meets is None:
            return None
        if timeout < LEAST_SECONDS:
            raise RemoteTimeout(
                "MEETS took all the time that a launch has for it.",
                service="MEETS",
                call=f"from_lti_id_{'context' if kind == 'course' else 'user'}",
                remedy="Try again in a moment.",
            )
        ask = self._meets.from_lti_id_context if kind == "course" else self._meets.from_lti_id_user
        return ask(connection, lti_id, timeout=timeout)

    def _course(self, record: CourseRecord, lti_context_id: str, offered: Offered) -> Course:
        return Course(record.id, lti_context_id, record.title, self._number(record), offered)

    def _number(self, record: CourseRecord | PersonRecord) -> int | None:
        """As MEETS says, None while it doesn't; without MEETS our own (store.numbering)."""
        if self._meets:
            return record.meets_id
        if self._by_meets is None:
            self._by_meets = self._people.numbered_by_meets()
        return number_of(record.id, record.meets_id, self._by_meets)

    def _seconds(self, meets_id: int | None, needed: bool) -> float:
        return NOT_KNOWN_SECONDS if meets_id is None and needed else FOR_GOOD

    def _now_ms(self) -> int:
        return int(self._now() * 1000)


class _Answer:
    """A MEETS ID or none; whether MEETS was asked just now, and whether there is one to have."""

    __slots__ = ("meets_id", "needed", "new")

    def __init__(self, meets_id: int | None, *, new: bool, needed: bool) -> None:
        self.meets_id = meets_id
        self.new = new
        self.needed = needed


def _says_the_same(known: Person | PersonRecord, launch: Launch) -> bool:
    return (
        known.profile == launch.profile
        and known.role == launch.role
        and known.standing == launch.standing
    )
