"""Tables, migrations and queries with names, on SQLite and PostgreSQL by the same code.

:func:`open_store` gives a :class:`Store`: one repository per subject. Every method is one unit of
work: it happens whole or not at all, and raises :class:`lti_bridge.errors.StoreUnavailable` where
the database can't be reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lti_bridge.store import schema
from lti_bridge.store.administration import Deployment, KnownPlatform, PlatformAdministration
from lti_bridge.store.call_slots import CallSlots
from lti_bridge.store.checkpoints import Checkpoint, Checkpoints
from lti_bridge.store.course_services import NOT_FOR_US, CourseServices, RosterDue, RosterState
from lti_bridge.store.engagement import CourseFound, EngagementData, NewRow, Person, Rows
from lti_bridge.store.engine import Database
from lti_bridge.store.gradebook import (
    AttendedStay,
    Gradebook,
    GradedMeeting,
    GradingMode,
    GradingRules,
    GradingTask,
    Learner,
    WantedScore,
)
from lti_bridge.store.groups import CourseGroup, FoundGroup, Groups
from lti_bridge.store.invitations import Invitations, StoredInvitation
from lti_bridge.store.keys import ToolKey, ToolKeys
from lti_bridge.store.launches import LaunchEntry, Launches, LaunchJournal
from lti_bridge.store.links import MeetingLinks, Named, copys_token, new_token
from lti_bridge.store.mapping import Mapped, Mapping
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
from lti_bridge.store.own_platforms import PlatformValues
from lti_bridge.store.people import (
    CourseRecord,
    Kind,
    Pending,
    People,
    PersonRecord,
    Profile,
    Standing,
)
from lti_bridge.store.platforms import Platform, Platforms, Role
from lti_bridge.store.records import Collectable, FoundRecording, FoundStay, Records
from lti_bridge.store.registrations import (
    Invite,
    InviteTerms,
    Registration,
    Registrations,
)
from lti_bridge.store.reporting import Reports
from lti_bridge.store.resealing import Resealed, Sealed
from lti_bridge.store.roster import Counts, CourseMember, CourseRoster, RosterMember
from lti_bridge.store.services import ConferencingServices, StoredService
from lti_bridge.store.snapshot import Snapshot
from lti_bridge.store.tokens import PERMISSIONS, ApiToken, ApiTokens
from lti_bridge.store.vault import Vault

__all__ = [
    "NOTHING_OFFERED",
    "NOT_FOR_US",
    "PERMISSIONS",
    "ApiToken",
    "ApiTokens",
    "AttendanceDue",
    "AttendedStay",
    "Brought",
    "CallSlots",
    "Checkpoint",
    "Checkpoints",
    "Claim",
    "Collectable",
    "ConferencingServices",
    "Counts",
    "CourseEvents",
    "CourseFound",
    "CourseGroup",
    "CourseMember",
    "CourseRecord",
    "CourseRoster",
    "CourseServices",
    "Database",
    "Deployment",
    "EngagementData",
    "FoundEvent",
    "FoundGroup",
    "FoundRecording",
    "FoundStay",
    "Gradebook",
    "GradedMeeting",
    "GradingMode",
    "GradingRules",
    "GradingTask",
    "Groups",
    "Invitations",
    "Invite",
    "InviteTerms",
    "Kind",
    "KnownPlatform",
    "LaunchEntry",
    "LaunchJournal",
    "Launches",
    "Learner",
    "Mapped",
    "Mapping",
    "Meeting",
    "MeetingLinks",
    "Meetings",
    "MeetsEvent",
    "MeetsEvents",
    "MeetsRecording",
    "Moved",
    "Moving",
    "Named",
    "NewMeeting",
    "NewRow",
    "Nonces",
    "Notice",
    "NoticeKind",
    "Notices",
    "Offered",
    "Outcome",
    "OutcomeJournal",
    "Outcomes",
    "Pending",
    "People",
    "Person",
    "PersonRecord",
    "Place",
    "Platform",
    "PlatformAdministration",
    "PlatformValues",
    "Platforms",
    "Presence",
    "Profile",
    "Records",
    "Registration",
    "Registrations",
    "Reports",
    "Resealed",
    "Role",
    "RosterDue",
    "RosterMember",
    "RosterState",
    "Rows",
    "Sealed",
    "Snapshot",
    "Standing",
    "Store",
    "StoredInvitation",
    "StoredService",
    "ToolKey",
    "ToolKeys",
    "Wanted",
    "WantedScore",
    "copys_token",
    "new_token",
    "number_of",
    "open_store",
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
    groups: Groups

    def close(self) -> None:
        """Give every connection back."""
        self.database.close()


def open_store(url: str, secret_keys: Sequence[str]) -> Store:
    """The store at a database URL; ``secret_keys`` as in the settings. Nothing is opened yet."""
    database, vault = Database(url), Vault(secret_keys)
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
        notices=Notices(database),
        records=Records(database),
        reports=Reports(database),
        tokens=ApiTokens(database),
        checkpoints=Checkpoints(database),
        mapping=Mapping(database),
        meets_events=MeetsEvents(database),
        call_slots=CallSlots(database),
        engagement=EngagementData(database),
        moving=Moving(database),
        outcomes=Outcomes(database),
        sealed=Sealed(database, vault),
        gradebook=Gradebook(database),
        registrations=Registrations(database),
        administration=PlatformAdministration(database),
        course_services=CourseServices(database),
        roster=CourseRoster(database),
        groups=Groups(database, vault),
    )
