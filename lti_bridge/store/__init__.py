"""Tables, migrations and queries with names, on SQLite and PostgreSQL by the same code.

:func:`open_store` gives a :class:`Store`: one repository per subject. Every method is one unit of
work: it happens whole or not at all, and raises :class:`lti_bridge.errors.StoreUnavailable` where
the database can't be reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from lti_bridge.store import schema
from lti_bridge.store.admin_sessions import AdminSessions
from lti_bridge.store.administration import Deployment, KnownPlatform, PlatformAdministration
from lti_bridge.store.administrators import Administrator, Administrators
from lti_bridge.store.attendance import (
    MARKS,
    Attendances,
    AttendedMeeting,
    AttendedStay,
    Attender,
    Correction,
    Mark,
)
from lti_bridge.store.audit import AuditEntry, AuditLog
from lti_bridge.store.call_slots import CallSlots
from lti_bridge.store.checkpoints import Checkpoint, Checkpoints
from lti_bridge.store.copies import copy_to
from lti_bridge.store.course_services import NOT_FOR_US, CourseServices, RosterDue, RosterState
from lti_bridge.store.engagement import CourseFound, EngagementData, NewRow, Person, Rows
from lti_bridge.store.engine import Database
from lti_bridge.store.feeds import Feed, FeedClass, FeedCourse, Feeds, Shown
from lti_bridge.store.gradebook import (
    Gradebook,
    GradedMeeting,
    GradingMode,
    GradingRules,
    GradingTask,
    Learner,
    WantedScore,
)
from lti_bridge.store.groups import CourseGroup, FoundGroup, Groups
from lti_bridge.store.guests import GuestLink, GuestLinks, NewGuestLink
from lti_bridge.store.invitations import Invitations, StoredInvitation
from lti_bridge.store.job_runs import WELL, JobRun, JobRuns
from lti_bridge.store.keys import ToolKey, ToolKeys
from lti_bridge.store.launch_list import LaunchList, LaunchSearch, ListedLaunch
from lti_bridge.store.launches import LaunchEntry, Launches, LaunchJournal, reference_of
from lti_bridge.store.link_rosters import GradedLink, LinkRosters
from lti_bridge.store.links import MeetingLinks, Named, copys_token, new_token
from lti_bridge.store.loads import Load, Loads, ServiceFailure
from lti_bridge.store.mapping import Mapped, Mapping
from lti_bridge.store.marks import Marks
from lti_bridge.store.meetings import Claim, Meeting, Meetings, NewMeeting
from lti_bridge.store.meets_events import (
    AttendanceDue,
    CourseEvents,
    FoundEvent,
    MeetsEvent,
    MeetsEvents,
    MeetsRecording,
    Presence,
    Wanted,
)
from lti_bridge.store.moving import Brought, Moved, Moving, Place
from lti_bridge.store.nonces import Nonces
from lti_bridge.store.notices import Notice, NoticeKind, Notices
from lti_bridge.store.numbering import number_of
from lti_bridge.store.offered import NOTHING_OFFERED, Offered
from lti_bridge.store.outcomes import Outcome, OutcomeJournal, Outcomes
from lti_bridge.store.overview import Glance, HourOfLaunches, Overview
from lti_bridge.store.own_platforms import OldPlatformValues, PlatformValues
from lti_bridge.store.people import (
    CourseRecord,
    Kind,
    Pending,
    People,
    PersonRecord,
    Profile,
    Standing,
)
from lti_bridge.store.persons import Erased, FoundPerson, PersonalData
from lti_bridge.store.platforms import Platform, Platforms, Role
from lti_bridge.store.preferences import NO_PREFERENCES, PeoplesPreferences, Preferences
from lti_bridge.store.recording_list import ListedRecording, RecordingList, RecordingSearch
from lti_bridge.store.recordings import CourseRecordings, KeptRecording, Onlooker
from lti_bridge.store.records import Collectable, FoundRecording, FoundStay, Records
from lti_bridge.store.registrations import (
    Invite,
    InviteTerms,
    Registration,
    Registrations,
)
from lti_bridge.store.reminders import Reminder, Reminders
from lti_bridge.store.removing import Holdings, PlatformRemoval
from lti_bridge.store.reporting import Reports
from lti_bridge.store.resealing import Resealed, Sealed
from lti_bridge.store.retention import Retention
from lti_bridge.store.roster import Counts, CourseMember, CourseRoster, RosterMember
from lti_bridge.store.sampling import Sampling, Seen
from lti_bridge.store.series import OneClass, Plan, Series, SeriesBook, Setup, Stays
from lti_bridge.store.services import ConferencingServices, ServiceUse, StoredService
from lti_bridge.store.slides import NewSlide, Slides, StoredSlide
from lti_bridge.store.snapshot import Snapshot
from lti_bridge.store.statuses import StatusAnswer, Statuses
from lti_bridge.store.tokens import PERMISSIONS, ApiToken, ApiTokens
from lti_bridge.store.vault import Vault
from lti_bridge.store.weeks import Week, Weeks

__all__ = [
    "MARKS",
    "NOTHING_OFFERED",
    "NOT_FOR_US",
    "NO_PREFERENCES",
    "PERMISSIONS",
    "WELL",
    "AdminSessions",
    "Administrator",
    "Administrators",
    "ApiToken",
    "ApiTokens",
    "AttendanceDue",
    "Attendances",
    "AttendedMeeting",
    "AttendedStay",
    "Attender",
    "AuditEntry",
    "AuditLog",
    "Brought",
    "CallSlots",
    "Checkpoint",
    "Checkpoints",
    "Claim",
    "Collectable",
    "ConferencingServices",
    "Correction",
    "Counts",
    "CourseEvents",
    "CourseFound",
    "CourseGroup",
    "CourseMember",
    "CourseRecord",
    "CourseRecordings",
    "CourseRoster",
    "CourseServices",
    "Database",
    "Deployment",
    "EngagementData",
    "Erased",
    "Feed",
    "FeedClass",
    "FeedCourse",
    "Feeds",
    "FoundEvent",
    "FoundGroup",
    "FoundPerson",
    "FoundRecording",
    "FoundStay",
    "Glance",
    "Gradebook",
    "GradedLink",
    "GradedMeeting",
    "GradingMode",
    "GradingRules",
    "GradingTask",
    "Groups",
    "GuestLink",
    "GuestLinks",
    "Holdings",
    "HourOfLaunches",
    "Invitations",
    "Invite",
    "InviteTerms",
    "JobRun",
    "JobRuns",
    "KeptRecording",
    "Kind",
    "KnownPlatform",
    "LaunchEntry",
    "LaunchJournal",
    "LaunchList",
    "LaunchSearch",
    "Launches",
    "Learner",
    "LinkRosters",
    "ListedLaunch",
    "ListedRecording",
    "Load",
    "Loads",
    "Mapped",
    "Mapping",
    "Mark",
    "Meeting",
    "MeetingLinks",
    "Meetings",
    "MeetsEvent",
    "MeetsEvents",
    "MeetsRecording",
    "Moved",
    "Moving",
    "Named",
    "NewGuestLink",
    "NewMeeting",
    "NewRow",
    "NewSlide",
    "Nonces",
    "Notice",
    "NoticeKind",
    "Notices",
    "Offered",
    "OldPlatformValues",
    "OneClass",
    "Onlooker",
    "Outcome",
    "OutcomeJournal",
    "Outcomes",
    "Overview",
    "Pending",
    "People",
    "PeoplesPreferences",
    "Person",
    "PersonRecord",
    "PersonalData",
    "Place",
    "Plan",
    "Platform",
    "PlatformAdministration",
    "PlatformRemoval",
    "PlatformValues",
    "Platforms",
    "Preferences",
    "Presence",
    "Profile",
    "RecordingList",
    "RecordingSearch",
    "Records",
    "Registration",
    "Registrations",
    "Reminder",
    "Reminders",
    "Reports",
    "Resealed",
    "Retention",
    "Role",
    "RosterDue",
    "RosterMember",
    "RosterState",
    "Rows",
    "Sampling",
    "Sealed",
    "Seen",
    "Series",
    "SeriesBook",
    "ServiceFailure",
    "ServiceUse",
    "Setup",
    "Shown",
    "Slides",
    "Snapshot",
    "Standing",
    "StatusAnswer",
    "Statuses",
    "Stays",
    "Store",
    "StoredInvitation",
    "StoredService",
    "StoredSlide",
    "ToolKey",
    "ToolKeys",
    "Wanted",
    "WantedScore",
    "Week",
    "Weeks",
    "copy_to",
    "copys_token",
    "new_token",
    "number_of",
    "open_store",
    "reference_of",
    "schema",
]


@dataclass(frozen=True, slots=True)
class Store:
    """The repositories, and the database they share."""

    database: Database
    platforms: Platforms
    people: People
    meetings: Meetings
    links: MeetingLinks
    nonces: Nonces
    launches: Launches
    keys: ToolKeys
    services: ConferencingServices
    invitations: Invitations
    notices: Notices
    records: Records
    recordings: CourseRecordings
    job_runs: JobRuns
    retention: Retention
    sampling: Sampling
    attendances: Attendances
    reports: Reports
    tokens: ApiTokens
    checkpoints: Checkpoints
    mapping: Mapping
    meets_events: MeetsEvents
    call_slots: CallSlots
    engagement: EngagementData
    moving: Moving
    outcomes: Outcomes
    sealed: Sealed
    gradebook: Gradebook
    registrations: Registrations
    administration: PlatformAdministration
    course_services: CourseServices
    roster: CourseRoster
    link_rosters: LinkRosters
    groups: Groups
    administrators: Administrators
    admin_sessions: AdminSessions
    audit: AuditLog
    launch_list: LaunchList
    overview: Overview
    removal: PlatformRemoval
    persons: PersonalData
    series: SeriesBook
    statuses: Statuses
    preferences: PeoplesPreferences
    guests: GuestLinks
    feeds: Feeds
    slides: Slides
    reminders: Reminders
    loads: Loads
    weeks: Weeks
    recording_list: RecordingList

    def together(self) -> AbstractContextManager[None]:
        """One transaction for whatever this thread does within; see :meth:`Database.together`."""
        return self.database.together()

    def close(self) -> None:
        """Give every connection back."""
        self.database.close()


def open_store(url: str, secret_keys: Sequence[str]) -> Store:
    """The store at a database URL; ``secret_keys`` as in the settings. Nothing is opened yet."""
    database, vault, marks = Database(url), Vault(secret_keys), Marks(secret_keys)
    return Store(
        database=database,
        platforms=Platforms(database, vault),
        people=People(database),
        meetings=Meetings(database, vault),
        links=MeetingLinks(database, vault),
        nonces=Nonces(database),
        launches=Launches(database),
        keys=ToolKeys(database, vault),
        services=ConferencingServices(database, vault),
        invitations=Invitations(database, vault),
        notices=Notices(database, marks),
        records=Records(database, marks),
        recordings=CourseRecordings(database),
        job_runs=JobRuns(database),
        retention=Retention(database),
        sampling=Sampling(database, marks),
        attendances=Attendances(database),
        reports=Reports(database),
        tokens=ApiTokens(database),
        checkpoints=Checkpoints(database),
        mapping=Mapping(database),
        meets_events=MeetsEvents(database, marks),
        call_slots=CallSlots(database),
        engagement=EngagementData(database),
        moving=Moving(database),
        outcomes=Outcomes(database),
        sealed=Sealed(database, vault),
        gradebook=Gradebook(database),
        registrations=Registrations(database),
        administration=PlatformAdministration(database, vault),
        course_services=CourseServices(database),
        roster=CourseRoster(database),
        link_rosters=LinkRosters(database),
        groups=Groups(database, vault),
        administrators=Administrators(database, vault),
        admin_sessions=AdminSessions(database),
        audit=AuditLog(database),
        launch_list=LaunchList(database),
        overview=Overview(database),
        removal=PlatformRemoval(database),
        persons=PersonalData(database, marks),
        series=SeriesBook(database, vault),
        statuses=Statuses(database),
        preferences=PeoplesPreferences(database),
        guests=GuestLinks(database),
        feeds=Feeds(database),
        slides=Slides(database),
        reminders=Reminders(database),
        loads=Loads(database),
        weeks=Weeks(database),
        recording_list=RecordingList(database),
    )
