"""What would be lost with an LMS, of either version; and an administrator's own of LTI 1.1."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert, text, update

from lti_bridge.errors import NotAllowed
from lti_bridge.store import Holdings, NewMeeting, OldPlatformValues
from lti_bridge.store.tables import AttendanceRow, MeetingRow, RecordingRow
from tests.unit.store.test_launch_list import OWN
from tests.unit.store.values import ANN, NOW, a_meeting, an_old_platform

OLD = OldPlatformValues("Old Sakai", "Other", "other", 8, "live", ("sakai.example.edu",))
HOUR_MS = 3_600_000


def filled(store, number):
    """Two people, a course's own room, a class that was and one to come, what is kept of them."""
    course = store.people.add_course(number, "course-9", "", "Chemistry", now_ms=NOW)
    for who in ("ann", "bob"):
        store.people.arrive(number, who, ANN, course_id=course.id, role="attendee", now_ms=NOW)
    new = NewMeeting(
        course_id=course.id, resource_link_id="l0", service="live", name="Chemistry",
        logout_url="", meets_course_id=None, meets_connection=2, lti_context_id="course-9",
    )  # fmt: skip
    room, past, coming, cancelled = [
        store.meetings.add_standing(replace(new, resource_link_id=f"l{each}"), NOW).id
        for each in range(4)
    ]

    def put(connection):
        for meeting, hours in ((past, -2), (coming, 2), (cancelled, 3)):
            times = {"begins_ms": NOW + hours * HOUR_MS, "ends_ms": NOW + (hours + 1) * HOUR_MS}
            times |= {"cancelled_ms": NOW} if meeting == cancelled else {}
            where = MeetingRow.id == meeting
            connection.execute(update(MeetingRow).where(where).values(**times))
        for record, gone in (("r1", False), ("r2", True)):
            connection.execute(
                insert(RecordingRow).values(
                    meeting_id=past, record_id=record, added_ms=NOW, seen_ms=NOW, gone=gone
                )
            )
        for meeting, joined_ms in ((room, NOW), (past, NOW), (past, NOW + 1)):
            stay = {"source": "service", "attendee": "ann", "joined_ms": joined_ms}
            connection.execute(insert(AttendanceRow).values(meeting_id=meeting, **stay))

    store.database.write(put)


@pytest.mark.parametrize("version", ["1.3", "1.1"])
def test_what_would_be_lost_is_counted_and_only_that_goes(store, version):
    administration = store.administration
    number = (
        administration.put(OWN, NOW) if version == "1.3" else administration.add_old(OLD, NOW)[0]
    )
    a_meeting(store)
    beside = store.removal.holdings(1, NOW)
    filled(store, number)
    held = store.removal.holdings(number, NOW)
    assert held == Holdings(courses=1, people=2, meetings=4, scheduled=1, recordings=1, stays=3)
    (own,) = [one for one in administration.all() if one.id == number]
    store.removal.remove(own)
    assert store.removal.holdings(number, NOW) == Holdings(0, 0, 0, 0, 0, 0)
    assert store.removal.holdings(1, NOW) == beside


def test_an_old_platform_is_made_with_key_and_secret_that_only_launches_see(store):
    number, key, secret = store.administration.add_old(OLD, NOW)
    (one,) = store.platforms.of_lti_1p1()
    assert (one.id, one.consumer_key, one.shared_secret) == (number, key, secret)
    assert len(secret) >= 43
    assert store.administration.add_old(OLD, NOW)[1:] != (key, secret)
    sealed = store.database.read(
        lambda c: c.execute(text("SELECT shared_secret_sealed FROM connections")).scalars().all()
    )
    assert secret not in str(sealed)
    known = next(one for one in store.administration.all() if one.id == number)
    new = store.administration.replace_secret(known, NOW, at_once=True)
    assert old_platform(store, number).secrets_at(NOW) == (new,)
    assert new != secret


def old_platform(store, number):
    return next(one for one in store.platforms.of_lti_1p1() if one.id == number)


def test_the_next_secret_waits_until_it_is_used_and_the_former_goes_after_an_hour(store):
    number, _, former = store.administration.add_old(OLD, NOW)
    known = next(one for one in store.administration.all() if one.id == number)
    made = store.administration.replace_secret(known, NOW)
    later = NOW + 99 * HOUR_MS
    assert old_platform(store, number).secrets_at(later) == (former, made)
    store.platforms.use_secret(number, former, later)
    store.platforms.use_secret(number, "guessed", later)
    assert old_platform(store, number).secrets_at(later) == (former, made)
    for moment in (later, later + HOUR_MS // 2):  # two nodes, one behind the other
        store.platforms.use_secret(number, made, moment)
    after = old_platform(store, number)
    assert after.secrets_at(later + HOUR_MS - 1) == (made, former)
    assert after.secrets_at(later + HOUR_MS) == (made,)
    again = store.administration.replace_secret(known, later)
    assert old_platform(store, number).secrets_at(later) == (made, again)


def test_the_settings_files_secret_is_the_only_one(store):
    store.platforms.synchronise([an_old_platform()], NOW)
    (one,) = store.platforms.of_lti_1p1()
    store.database.write(
        lambda c: c.execute(text("UPDATE connections SET other_secret_sealed = 'x'"))
    )
    store.platforms.synchronise([an_old_platform()], NOW)
    assert old_platform(store, one.id).secrets_at(NOW) == (one.shared_secret,)


def test_what_is_the_settings_files_is_not_changed(store):
    store.platforms.synchronise([an_old_platform()], NOW)
    of_file = store.administration.all()[-1]
    with pytest.raises(NotAllowed, match="settings file"):
        store.administration.replace_secret(of_file, NOW)
    with pytest.raises(NotAllowed, match="settings file"):
        store.administration.change(of_file.id, OLD, "queue", NOW)


def test_a_platform_takes_other_values_and_nobody_elses_place(store):
    number = store.administration.put(OWN, NOW)
    store.platforms.remember_key_set(number, "{}", NOW)
    changed = replace(OWN, name="Renamed", hosts=("l.example.edu",), deployment_ids=())
    store.administration.change(number, changed, "allow", NOW)
    one = next(one for one in store.platforms.all() if one.id == number)
    assert (one.name, one.new_deployments, one.key_set) == ("Renamed", "allow", "{}")
    assert one.deployments == {"1": "allowed"}, "they stay"
    elsewhere = replace(changed, key_set_url="https://second.example.edu/other")
    store.administration.change(number, elsewhere, "allow", NOW)
    assert next(one for one in store.platforms.all() if one.id == number).key_set is None
    taken = replace(OWN, issuer="https://lms.example.edu", client_id="client-1")
    with pytest.raises(NotAllowed, match="already"):
        store.administration.change(number, taken, "queue", NOW)
    with pytest.raises(NotAllowed, match="already"):
        store.administration.put(elsewhere, NOW, replaces=False)
