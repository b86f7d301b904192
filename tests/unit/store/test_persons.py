"""All that is held of one person, on both engines: given out whole, and erased without a rest."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import LargeBinary, insert, select

from lti_bridge.errors import MalformedRequest
from lti_bridge.store import (
    AuditEntry,
    FoundStay,
    LaunchEntry,
    Notice,
    Presence,
    Profile,
    Seen,
)
from lti_bridge.store import tables as t
from lti_bridge.store.marks import Marks
from lti_bridge.store.persons.inventory import HOLDINGS
from lti_bridge.store.persons.nobody import NOBODY
from lti_bridge.store.tables import Base
from tests.unit.store.values import KEY, NOW, OTHER_KEY, a_platform, an_old_platform, opened

NUMBER = 7_654_321
MEETS = 8_765_432
SUB = "sub-of-zebulon-1"
OLD_SUB = "old-sub-of-zebulon"
NAME = "Zebulon Quagmire"
EMAIL = "Zebulon.Quagmire@example.edu"
SECRETS = ("token-of-theirs", "hash-of-passcode", "sealed-link")
ENTRY = AuditEntry(NOW, "ana", "person.erase", f"person {NUMBER}")


def rows(other: int) -> list[tuple[type[Base], dict]]:
    """Somebody in every table that may hold them, beside ``other``, who is to stay."""
    me = {"user_id": NUMBER}
    told = {
        "stays": [
            {"user_id": str(MEETS), "full_name": NAME, "joined_ms": NOW, "left_ms": NOW + 1},
            {"user_id": "x", "full_name": "Else", "joined_ms": NOW, "left_ms": None},
        ],
        "ended_ms": NOW,
    }
    status = {"running": True, "attendees": [[str(MEETS), NAME, "attendee", False, False]]}
    claims = {"proven": True, "cut": False, "rows": [["iss", "", "x"], ["sub", "", SUB]]}
    stay = {"meeting_id": 31, "source": "service", "joined_ms": NOW, "left_ms": NOW + 60_000}
    launch = {"at_ms": NOW, "outcome": "joined", "milliseconds": 3, "connection_id": 1}
    course = {"course_id": 21, "created_ms": NOW}
    return [
        (t.UserRow, {
            "id": NUMBER, "connection_id": 1, "lti_user_id": SUB, "name": NAME, "email": EMAIL,
            "given_name": "Zebulon", "family_name": "Quagmire", "meets_id": MEETS,
            "created_ms": NOW, "zone": "Europe/Berlin",
        }),
        (t.CourseRow, {
            "id": 21, "connection_id": 1, "lti_context_id": "c", "title": "Zoology",
            "created_ms": NOW,
        }),
        (t.SeriesRow, {
            **course, "id": 41, "uid": "u", "zone": "UTC", "starts": "2026-10-05T10:00:00",
            "minutes": 45, "updated_ms": NOW, "created_by": NUMBER, "title": "Seminar",
        }),
        (t.MeetingRow, {
            **course, "id": 31, "service": "live", "meeting_id": "m-31", "name": "Zoo – Class",
            "attendee_password_sealed": "sealed-link", "moderator_password_sealed": "sealed-link",
            "meets_connection": 7, "lti_context_id": "c", "host_id": NUMBER, "begins_ms": NOW,
        }),
        (t.AliasRow, {
            "connection_id": 2, "kind": "user", "lti_id": OLD_SUB, "row_id": NUMBER, "at_ms": NOW,
        }),
        (t.AliasRow, {
            "connection_id": 2, "kind": "course", "lti_id": "c", "row_id": NUMBER, "at_ms": NOW,
        }),
        (t.MembershipRow, {**me, "course_id": 21, "role": "moderator", "since_ms": NOW}),
        (t.CourseGroupRow, {
            "id": 51, "course_id": 21, "lti_group_id": "g", "name": "Group A", "seen_ms": NOW,
        }),
        (t.GroupMemberRow, {**me, "group_id": 51}),
        (t.AttendanceRow, {**stay, **me, "attendee": str(MEETS), "name": NAME, "email": EMAIL}),
        (t.AttendanceRow, {**stay, "attendee": str(MEETS), "source": "callback", "name": "x"}),
        (t.AttendanceRow, {**stay, "attendee": "w_1", "source": "sampled", "name": NAME}),
        (t.AttendanceRow, {**stay, "attendee": "w_2", "name": "z", "email": EMAIL.upper()}),
        (t.AttendanceRow, {**stay, "attendee": "else", "name": "Else", "user_id": other}),
        (t.AttendanceCorrectionRow, {
            **me, "meeting_id": 31, "held_ms": NOW, "mark": "late", "note": "bus", "at_ms": NOW,
            "corrected_by": other,
        }),
        (t.AttendanceCorrectionRow, {
            "user_id": other, "meeting_id": 31, "held_ms": NOW, "mark": "late", "at_ms": NOW,
            "note": f"with {NAME}", "corrected_by": NUMBER,
        }),
        (t.GradingRow, {"meeting_id": 31, "enabled": True, "mode": "share", "updated_ms": NOW}),
        (t.ScoreRow, {**me, "meeting_id": 31, "share": 900}),
        (t.ScoreRow, {
            "user_id": other, "meeting_id": 31, "corrected": 500, "corrected_by": NUMBER,
            "corrected_ms": NOW,
        }),
        (t.LinkMemberRow, {**me, "meeting_id": 31, "seen_ms": NOW}),
        (t.OutcomeLinkRow, {
            **me, "meeting_id": 31, "service_url": "https://lms.example.edu/outcomes",
            "sourced_id": f"grade-of-{SUB}", "updated_ms": NOW,
        }),
        (t.ReminderRow, {**me, "meeting_id": 31, "begins_ms": NOW, "at_ms": NOW}),
        (t.CalendarFeedRow, {**me, "token": "token-of-theirs", "created_ms": NOW}),
        (t.GuestLinkRow, {
            "series_id": 41, "token": "token-of-theirs", "passcode_hash": "hash-of-passcode",
            "created_by": NUMBER, "created_ms": NOW,
        }),
        (t.GuestLinkRow, {
            "meeting_id": 31, "token": "another", "label": f"For {EMAIL}", "created_ms": NOW,
        }),
        (t.InvitationRow, {
            "service": "webinars", "session_id": "1", "email": f"lti-{NUMBER}@bridge.invalid",
            "service_user_id": "77", "role": 2, "link_sealed": "sealed-link", "created_ms": NOW,
        }),
        (t.InvitationRow, {
            "service": "webinars", "session_id": "2", "email": EMAIL.upper(),
            "service_user_id": "78", "role": 2, "link_sealed": "", "created_ms": NOW,
        }),
        (t.NoticeRow, {
            "meeting_id": 31, "kind": "attendance", "subject": "s", "data": json.dumps(told),
            "at_ms": NOW,
        }),
        (t.MeetingStatusRow, {"meeting_id": 31, "status": json.dumps(status)}),
        (t.MeetsEventRow, {"id": 61, "course_id": 21, "meets_id": 5, "host_name": NAME}),
        (t.MeetsAttendanceRow, {"event_id": 61, "name": "Zeb", "email": EMAIL, "joined_ms": NOW}),
        (t.MeetsAttendanceRow, {"event_id": 61, "name": NAME}),
        (t.LaunchRow, {**launch, **me, "reference": "AAAA-0001"}),
        (t.LaunchRow, {
            **launch, "reference": "AAAA-0002", "outcome": "refused", "claims": json.dumps(claims),
        }),
        (t.LaunchRow, {**launch, "reference": "AAAA-0003", "user_id": other, "claims": "{}"}),
        (t.EngagementRow, {
            "account": "a", "method": "standard", "day": 1, "ordinal": 1,
            "email_folded": EMAIL.casefold(), "data": json.dumps({"Email": EMAIL, "Clicks": 3}),
        }),
        (t.EngagementRow, {
            "account": "a", "method": "standard", "day": 1, "ordinal": 2,
            "data": json.dumps({"Full name": NAME}),
        }),
        (t.EngagementRow, {
            "account": "a", "method": "standard", "day": 1, "ordinal": 3,
            "email_folded": "else@example.edu", "data": json.dumps({"Email": "else@example.edu"}),
        }),
    ]  # fmt: skip  # a row a paragraph


@pytest.fixture
def other(store):
    """Two platforms, somebody in everything, and somebody else, whose row this gives."""
    store.platforms.synchronise([a_platform(), an_old_platform()], NOW)
    value = {"connection_id": 1, "lti_user_id": "else", "name": "Else", "created_ms": NOW}

    def seed(connection):
        (row,) = connection.execute(insert(t.UserRow).values(value).returning(t.UserRow.id)).one()
        for table, values in rows(row):
            connection.execute(insert(table).values(values))
        return row

    return store.database.write(seed)


def everywhere(store, *wanted):
    """Where any of these stands, in any column of any table but the log of administrators."""
    found = []

    def search(connection):
        for table in Base.metadata.sorted_tables:
            if table.name == "audit_log":
                continue
            columns = [c for c in table.columns if not isinstance(c.type, LargeBinary)]
            for row in connection.execute(select(*columns)):
                for column, value in zip(columns, row, strict=True):
                    text = str(value).lower()
                    found.extend(
                        f"{table.name}.{column.name}" for w in wanted if str(w).lower() in text
                    )

    store.database.read(search)
    return sorted(set(found))


def test_every_table_and_column_is_in_the_inventory():
    listed: dict[str, set[str]] = {}
    for table, one in NOBODY.items():
        listed[table.__tablename__] = set(one.columns.split())
    for one in HOLDINGS:
        assert one.table not in NOBODY
        listed.setdefault(one.table.__tablename__, set()).update(
            one.shown.split(), one.aside.split()
        )
    there = {each.name: {c.name for c in each.columns} for each in Base.metadata.sorted_tables}
    assert listed == there, "say in store.persons what of a person the new column holds"


def test_what_names_somebody_by_their_row_is_among_the_holdings():
    theirs = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "users" for key in column.foreign_keys)
    }
    held = {(o.table.__tablename__, c) for o in HOLDINGS for c in o.aside.split()}
    assert theirs <= held


def test_afterwards_nothing_of_them_is_left_in_any_table(store, other):
    for wanted in (NUMBER, MEETS, SUB, OLD_SUB, NAME, EMAIL):
        assert everywhere(store, wanted)
    erased = store.persons.erase(NUMBER, ENTRY)
    assert everywhere(store, NUMBER, MEETS, SUB, OLD_SUB, NAME, EMAIL) == ["aliases.row_id"]
    assert erased.mentions == ()
    assert all(erased.counts[one.section] for one in HOLDINGS), "the test seeds every holding"
    (line,) = store.audit.search("person.erase")
    assert (line.who, line.subject) == ("ana", f"person {NUMBER}")
    assert store.persons.erasures() == 1


def test_what_is_of_others_stays(store, other):
    def count(connection):
        return {
            row: len(connection.execute(select(row.__table__)).all())
            for row in (
                t.AttendanceRow, t.AttendanceCorrectionRow, t.LaunchRow, t.EngagementRow,
                t.GuestLinkRow, t.NoticeRow, t.MeetingRow, t.SeriesRow, t.UserRow, t.AliasRow,
            )
        }  # fmt: skip

    store.persons.erase(NUMBER, ENTRY)
    left = store.database.read(count)
    assert left.pop(t.GuestLinkRow) == 2, "others may have the link"
    assert set(left.values()) == {1}, left
    (told,) = store.notices.of_meeting(31)
    assert [one["full_name"] for one in json.loads(told.data)["stays"]] == ["Else"]


def test_the_document_has_everything_in_words_and_no_secret(store, other):
    document = store.persons.document(NUMBER, NOW)
    assert document["format"] == "lti-bridge/person/1"
    assert document["made"] == "2025-10-09T08:53:20.000+00:00"
    assert document["person"]["platform"]["name"] == "Riverbank"
    assert document["person"]["email"] == EMAIL
    (course,) = document["courses"]
    assert course["course"] == {"number": 21, "title": "Zoology"}
    assert course["since"].endswith("+00:00")
    assert len(document["attendance"]) == 4
    assert document["attendance"][0]["class"]["title"] == "Zoo – Class"
    assert document["attendance_told"][0]["data"] == [
        {
            "user_id": str(MEETS),
            "full_name": NAME,
            "joined_ms": document["made"],
            "left_ms": "2025-10-09T08:53:20.001+00:00",
        }
    ]
    assert document["engagement"][0]["data"] == {"Email": EMAIL, "Clicks": 3}
    text = json.dumps(document)
    for secret in (*SECRETS, "Else"):
        assert secret not in text, secret
    assert json.loads(text) == document
    assert set(document) == {"format", "made", *(one.section for one in HOLDINGS)}
    counts = store.persons.counts(NUMBER)
    assert counts == {name: 1 if name == "person" else len(document[name]) for name in counts}


@pytest.mark.parametrize(
    "text", [str(NUMBER), str(MEETS), SUB, OLD_SUB, EMAIL.lower(), f" {EMAIL} ", NAME]
)
def test_somebody_is_found_by_what_they_are_known_by(store, other, text):
    (found,) = store.persons.find(text)
    assert (found.id, found.number, found.platform) == (NUMBER, MEETS, "Riverbank")
    assert (found.lti_user_id, found.courses) == (SUB, 1)
    assert store.persons.find(text, connection_id=2) == []


@pytest.mark.parametrize("text", ["", "\0", "nobody", "9" * 30, "%", "sub-of-zebulon-_", "٧"])
def test_nobody_is_found_by_anything_else(store, other, text):
    assert store.persons.find(text) == []


def test_of_several_lmss_each_is_found(store, other):
    store.people.arrive(
        2, SUB, Profile(NAME, email=EMAIL), course_id=21, role="attendee", now_ms=NOW
    )
    assert [one.connection_id for one in store.persons.find(EMAIL)] == [1, 2]
    store.persons.erase(NUMBER, ENTRY)
    assert [one.connection_id for one in store.persons.find(EMAIL)] == [2]


def test_erased_twice_it_says_so(store, other):
    store.persons.erase(NUMBER, ENTRY)
    for again in (
        lambda: store.persons.erase(NUMBER, ENTRY),
        lambda: store.persons.document(NUMBER, NOW),
        lambda: store.persons.counts(NUMBER),
    ):
        with pytest.raises(MalformedRequest) as refusal:
            again()
        assert refusal.value.code == "person_missing"
    assert store.persons.person(NUMBER) is None
    assert store.persons.erasures() == 1
    assert len(store.audit.search("person.erase")) == 1


def stays(*people):
    return [FoundStay(number, name, NOW, NOW + 1) for number, name in people]


def test_services_that_are_asked_again_bring_nobody_back(store, other):
    store.persons.erase(NUMBER, ENTRY)
    people = (str(MEETS), NAME), ("w_1", NAME.upper()), ("w_2", "Guest"), (str(other), "Else")
    told = {"stays": [{"user_id": number, "full_name": name} for number, name in people]}
    present = [
        Presence(False, name, EMAIL if name == NAME else "", "", "", NOW, None)
        for _, name in people
    ]

    def ask(meeting):
        store.records.save_attendance(meeting, "service", stays(*people), is_final=None)
        store.sampling.saw(meeting, [Seen(number, name) for number, name in people], NOW)
        store.notices.note(Notice(meeting, "attendance", "again", json.dumps(told), NOW))
        store.meets_events.save_attendance(61, present, is_final=True, now_ms=NOW, due_ms=None)

    ask(31)
    assert everywhere(store, MEETS, NAME, EMAIL) == []
    assert {"w_2", "else"} <= set(
        store.database.read(lambda c: c.execute(select(t.AttendanceRow.attendee)).scalars())
    )
    assert [one.name for one in store.meets_events.attendance(61)] == ["Guest", "Else"]
    assert store.retention.clear_marks(NOW) == 0
    assert store.retention.clear_marks(NOW + 1) == 3, "of a number, a name and an address"
    ask(31)
    assert everywhere(store, NAME), "in time it isn't known any more who they were"


def test_marks_are_found_by_an_older_secret_key_too(store_url):
    with opened(store_url) as store:
        store.database.write(lambda c: Marks([KEY]).leave(c, [NAME], NOW))
        both, other = Marks([OTHER_KEY, KEY]), Marks([OTHER_KEY])
        assert store.database.read(lambda c: both.among(c, [NAME, "x"])) == {NAME}
        assert store.database.read(lambda c: other.among(c, [NAME])) == set()
        assert store.database.read(lambda c: other.among(c, [""])) == set()


def test_words_of_others_that_name_them_are_told_of(store, other):
    def call(connection):
        connection.execute(t.SeriesRow.__table__.update().values(title=f"Oral exam: {NAME}"))

    store.database.write(call)
    assert store.persons.erase(NUMBER, ENTRY).mentions == ("series.title 41",)


def test_a_short_identifier_is_not_taken_for_other_numbers(store):
    """Moodle's users are 1, 2, 3 …"""
    course = store.people.add_course(1, "c", "", "Course", now_ms=NOW)
    someone = {"course_id": course.id, "role": "attendee", "now_ms": NOW}
    person = store.people.arrive(1, "5", Profile("Bo"), **someone)
    launches = [
        {"rows": [["sub", "", "6"], ["context", "id", "5"]]},
        {"rows": [["sub", "", "5"]]},
        {"rows": [["custom", "canvas_user_id", "5"]]},
        {"lti1p1": {"user_id": "5"}},
    ]

    def seed(connection):
        for number, claims in enumerate(launches):
            values = {
                "reference": f"{number}", "at_ms": NOW, "outcome": "refused", "milliseconds": 1,
                "connection_id": 1, "claims": json.dumps(claims),
            }  # fmt: skip
            connection.execute(insert(t.LaunchRow).values(values))

    store.database.write(seed)
    store.persons.erase(person.id, ENTRY)
    left = store.database.read(lambda c: c.execute(select(t.LaunchRow.reference)).scalars().all())
    assert left == ["0"]


def test_what_comes_while_somebody_is_being_erased_goes_too(store, other, monkeypatch):
    claims = json.dumps({"rows": [["sub", "", SUB]]})
    launch = LaunchEntry("LATE-0001", NOW, "refused", 1, connection_id=1, said=lambda: claims)
    write = store.database.write

    def while_others_write(change):
        monkeypatch.setattr(store.database, "write", write)
        store.launches.add([launch])
        return write(change)

    monkeypatch.setattr(store.database, "write", while_others_write)
    store.persons.erase(NUMBER, ENTRY)
    assert store.launches.by_reference("LATE-0001") is None
    assert everywhere(store, SUB, NAME, EMAIL) == []
