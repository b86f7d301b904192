"""The list of launches, and taking an LMS out with all that came from it, on both engines."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from lti_bridge.errors import NotAllowed
from lti_bridge.store import LaunchEntry, LaunchSearch, PlatformValues, reference_of
from tests.unit.store.values import ANN, NOW, a_meeting

OWN = PlatformValues(
    name="Second",
    type="Other",
    preset="other",
    issuer="https://second.example.edu",
    client_id="client-2",
    auth_login_url="https://second.example.edu/auth",
    auth_token_url="https://second.example.edu/token",
    auth_audience="",
    key_set_url="https://second.example.edu/jwks",
    meets_connection=2,
    conferencing="live",
    deployment_ids=("1",),
)


@pytest.mark.parametrize(
    ("typed", "reference"),
    [
        ("7KQ2-M9XD", "7KQ2-M9XD"),
        (" 7kq2 m9xd ", "7KQ2-M9XD"),
        ("7kq2m9xd.", "7KQ2-M9XD"),
        ("OIL0-oil1", "0110-0111"),
        ("", ""),
        ("!?", ""),
    ],
)
def test_a_number_is_read_however_it_is_typed(typed, reference):
    assert reference_of(typed) == reference


def listed(store, before_id=None, limit=50, **wanted):
    found = store.launch_list.search(LaunchSearch(**wanted), before_id=before_id, limit=limit)
    return [one.entry.reference for one in found]


def test_launches_are_found_by_what_is_known_of_them(store):
    course = store.people.add_course(1, "course-1", "", "Biology", now_ms=NOW)
    person = store.people.arrive(1, "ann", ANN, course_id=course.id, role="attendee", now_ms=NOW)
    store.launches.add(
        [
            LaunchEntry("AAAA-0001", NOW, "page", 5, 1, course.id, person.id, role="attendee"),
            LaunchEntry("AAAA-0002", NOW, "refused", 5, 1, detail="No → Do", step="token"),
            LaunchEntry("AAAA-0003", NOW, "refused", 5),
        ]
    )
    assert listed(store) == ["AAAA-0003", "AAAA-0002", "AAAA-0001"]
    assert listed(store, outcome="refused", connection_id=1) == ["AAAA-0002"]
    assert listed(store, reference="AAAA-0003") == ["AAAA-0003"]
    (one,) = store.launch_list.search(LaunchSearch(course=course.id))
    assert (one.platform, one.version, one.course_title) == ("Riverbank", "1.3", "Biology")
    assert (one.course, one.person) == (course.id, person.id)
    assert listed(store, course_title="bIoL") == ["AAAA-0001"]
    assert listed(store, course_title="%") == []
    assert listed(store, person=person.id) == ["AAAA-0001"]
    assert listed(store, person=999) == []
    assert listed(store, before_id=one.id + 2, limit=1) == ["AAAA-0002"]


def test_numbers_of_meets_are_found_too(store):
    course = store.people.add_course(1, "course-1", "", "Biology", now_ms=NOW)
    store.database.write(lambda c: c.execute(text("UPDATE courses SET meets_id = 4711")))
    store.launches.add([LaunchEntry("AAAA-0001", NOW, "page", 5, 1, course.id)])
    assert listed(store, course=4711) == ["AAAA-0001"]
    (one,) = store.launch_list.search(LaunchSearch())
    assert one.course == 4711


def test_an_lms_goes_with_all_that_came_from_it_and_nothing_else(store):
    a_meeting(store)
    number = store.administration.put(OWN, NOW)
    course = store.people.add_course(number, "course-9", "", "Chemistry", now_ms=NOW)
    store.people.arrive(number, "ann", ANN, course_id=course.id, role="moderator", now_ms=NOW)
    held = store.removal.holdings(number, NOW)
    assert (held.courses, held.people, held.meetings) == (1, 1, 0)
    assert store.removal.holdings(1, NOW).meetings == 1
    of_file, own = store.administration.all()
    with pytest.raises(NotAllowed, match="settings file"):
        store.removal.remove(of_file)
    store.removal.remove(own)
    assert store.removal.holdings(number, NOW).people == 0
    assert store.removal.holdings(1, NOW).meetings == 1
    assert [one.id for one in store.administration.all()] == [1]
