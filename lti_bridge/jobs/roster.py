"""Asks LMSs who belongs to the courses that people look at, and in which groups.

What is due is a query on ``course_services``. A roster is written page by page; only one that came
whole says who has left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lti_bridge.directory.roles import role_in_class, standing_in_class
from lti_bridge.directory.text import clean
from lti_bridge.errors import RemoteError, RemoteRejected
from lti_bridge.lms_api import CourseGroups, Roster
from lti_bridge.store import NOT_FOR_US, FoundGroup, Profile, RosterMember

if TYPE_CHECKING:
    from lti_bridge.lms_api import LmsTransport, Member
    from lti_bridge.store import GradedLink, Platform, RosterDue, Store

AT_ONCE: Final = 5
"""Courses taken at a time."""
LONGEST_RUN_MS: Final = 40_000
"""After that no more are taken: the next run goes on, and other jobs have their turn. On the first
morning of a term every course is due.
"""
LONGEST_ID: Final = 255


@dataclass(frozen=True, slots=True)
class RosterJob:
    """One run."""

    store: Store
    lms: LmsTransport
    now_ms: Callable[[], int]

    def run(self) -> int:
        """How many courses' people came. A course that fails is no other's loss; the last failure
        is raised at the end, so that it is seen.
        """
        platforms = {one.id: one for one in self.store.platforms.all()}
        done = 0
        failures: list[RemoteError] = []
        began_ms = self.now_ms()
        while self.now_ms() - began_ms < LONGEST_RUN_MS:
            taken = self.store.course_services.take_due(self.now_ms(), limit=AT_ONCE)
            if not taken:
                break
            done += sum(self._course(due, platforms, failures) for due in taken)
        if failures:
            raise failures[-1]
        return done

    def one(self, course_id: int) -> bool:
        """Ask for one course at once; whether there was anything to ask for.

        Raises :class:`lti_bridge.errors.RemoteError`.
        """
        due = self.store.course_services.take(course_id, self.now_ms())
        if due is None:
            return False
        failures: list[RemoteError] = []
        done = self._course(due, {one.id: one for one in self.store.platforms.all()}, failures)
        if failures:
            raise failures[-1]
        return done

    def asked(
        self, course_id: int, *, role: str = "", resource_link_id: str = ""
    ) -> list[Member] | None:
        """What the LMS's roster of a course says now, by its filters (2.4.1, 3.2); None where no
        launch named one. Nothing of it is written down.

        Raises :class:`lti_bridge.errors.RemoteError`.
        """
        offered = self.store.course_services.of(course_id)
        row = self.store.course_services.platform_of(course_id)
        platform = next((one for one in self.store.platforms.all() if one.id == row), None)
        if platform is None or offered is None or not offered.memberships_url:
            return None
        pages = Roster(self.lms).pages(
            platform, offered.memberships_url, role=role, resource_link_id=resource_link_id
        )
        return [member for page in pages for member in page]

    def _course(
        self, due: RosterDue, platforms: Mapping[int, Platform], failures: list[RemoteError]
    ) -> bool:
        platform = platforms.get(due.connection_id)
        if platform is None:  # of LTI 1.1 by now, or put to rest
            services, now_ms = self.store.course_services, self.now_ms()
            services.failed(due, "platform_gone", now_ms, for_good=True)
            return False
        try:
            self._ask(due, platform)
        except RemoteError as error:
            for_good = isinstance(error, RemoteRejected) and error.code in NOT_FOR_US
            self.store.course_services.failed(due, error.code, self.now_ms(), for_good=for_good)
            failures.append(error)
            return False
        return True

    def _ask(self, due: RosterDue, platform: Platform) -> None:
        """Groups first: the roster says who is in them. Where they fail it is asked for anyway."""
        run_ms, offered = self.now_ms(), due.offered
        failure: RemoteError | None = None
        if offered.groups_url:
            try:
                self._groups(due, platform, run_ms)
            except RemoteError as error:
                failure = error
        if offered.memberships_url:
            self._roster(due, platform, run_ms)
        if failure is not None:
            raise failure
        self.store.course_services.came(
            due.course_id,
            roster_ms=run_ms if offered.memberships_url else None,
            groups_ms=run_ms if offered.groups_url else None,
        )

    def _groups(self, due: RosterDue, platform: Platform, run_ms: int) -> None:
        asked = CourseGroups(self.lms)
        url = due.offered.group_sets_url
        sets = asked.sets(platform, url) if url else {}
        found = [
            FoundGroup(one.id, clean(one.name), clean(sets.get(one.set_id, "")))
            for one in asked.groups(platform, due.offered.groups_url)
            if _is_identifier(one.id)
        ]
        self.store.groups.save(due.course_id, found, run_ms)

    def _roster(self, due: RosterDue, platform: Platform, run_ms: int) -> None:
        with_groups = bool(due.offered.groups_url)
        pages = Roster(self.lms).pages(platform, due.offered.memberships_url, groups=with_groups)
        for page in pages:
            named = [_named(one, platform) for one in page if _is_identifier(one.user_id)]
            self.store.roster.save_page(due.course_id, platform.id, named, run_ms)
        self.store.roster.finish(due.course_id, run_ms)
        for link in self.store.link_rosters.graded(due.course_id):
            self._link(due, platform, link, run_ms)

    def _link(self, due: RosterDue, platform: Platform, link: GradedLink, run_ms: int) -> None:
        """Who may see a graded link (3.2). Not every LMS answers for links; the course's roster is
        there by now, and is no worse for it.
        """
        known = self.store.link_rosters
        pages = Roster(self.lms).pages(
            platform, due.offered.memberships_url, resource_link_id=link.resource_link_id
        )
        anybody = False
        try:
            for page in pages:
                named = [one.user_id for one in page if one.status == "Active"]
                known.save_page(link.meeting, platform.id, named, run_ms)
                anybody = anybody or bool(named)
        except RemoteRejected:
            known.refused(link.meeting, run_ms)
        except RemoteError:
            known.failed(link.meeting, run_ms)
        else:
            # A link that not even its teacher can see is one that the LMS doesn't know.
            (known.finish if anybody else known.refused)(link.meeting, run_ms)


def _named(member: Member, platform: Platform) -> RosterMember:
    return RosterMember(
        lti_user_id=member.user_id,
        profile=Profile(
            name=clean(member.name),
            given_name=clean(member.given_name),
            family_name=clean(member.family_name),
            email=clean(member.email),
        ),
        role=role_in_class(member.roles, platform.roles),
        standing=standing_in_class(member.roles, platform.roles),
        active=member.status == "Active",
        groups=member.groups,
    )


def _is_identifier(text: str) -> bool:
    """Whether a launch could bring it, too: such that it fits and any database can hold it."""
    return len(text) <= LONGEST_ID and clean(text, LONGEST_ID) == text
