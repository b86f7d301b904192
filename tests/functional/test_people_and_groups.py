"""The people of a course for its teachers, and the groups' own meetings."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from lti_bridge.app.background import jobs_of
from lti_bridge.simulators.lms import DEMO_CAMPUS, User
from tests.campus import Browser
from tests.functional.tools import meeting_of, press, read, refused

ALGEBRA = DEMO_CAMPUS.courses[0]
ANA, TOMAS, BEN, SARA = DEMO_CAMPUS.users[:4]
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
COURSE_PAGE = {"https://purl.imsglobal.org/spec/lti/claim/custom": {"action": "course"}}


def rosters(campus, seconds=0.0):
    return replace(jobs_of(campus.bridge), now=lambda: time.time() + seconds).rosters()


def page_of(campus, user, **changes):
    return read(campus.launch(user, campus.link("frame"), **{"claims": COURSE_PAGE, **changes}))


def ask(campus, page, path, **fields):
    form = {"session": page.session, **fields}
    return Browser().ask("POST", f"{campus.url}/course/{path}", form)


@pytest.fixture
def known(campus):
    """A campus whose first course's people and groups are known."""
    campus.launch(campus.teacher, campus.link("frame"))
    assert rosters(campus) == 1
    campus.restart()  # what pages remember for some seconds is from before
    return campus


def group_ids(campus):
    course = campus.bridge.store.people.course(1, ALGEBRA.id, "").id
    return {g.name: g.id for g in campus.bridge.store.groups.of_course(course)}


# People


def test_the_course_page_tells_teachers_how_many_belong_to_it(known):
    page = page_of(known, ANA)
    assert "People in this course: 4" in page.text
    assert "teachers: 2" in page.text
    assert "as of" in page.text


def test_before_the_roster_it_says_whom_it_counts(campus):
    page = page_of(campus, ANA)
    assert "People in this course: 1" in page.text
    assert "So far these are the people who opened the link." in page.text


def test_students_are_told_nothing_of_it_and_get_no_list(known):
    page = page_of(known, BEN)
    assert "People in this course" not in page.text
    for path in ("people", "people/refresh"):
        answer = ask(known, page, path)
        assert read(answer, 403).headline == "Only teachers of this course can do that"
        assert "محمدی" not in answer.text


def test_teachers_see_everybody(known):
    page = read(ask(known, page_of(known, ANA), "people"))
    assert page.headline == "People of this course"
    for text in ("Ben Okafor", "سارا محمدی", "ben.okafor@riverbank.example", "Teacher"):
        assert text in page.text


def test_the_list_can_be_searched(known):
    page = read(ask(known, page_of(known, ANA), "people", search=" okafor "))
    assert "Ben Okafor" in page.text
    assert "سارا" not in page.text
    nobody = read(ask(known, page, "people", search="<script>alert(1)</script>"))
    assert "Nobody that we know of." in nobody.text
    assert "alert(1)" not in str(nobody.scripts)


def test_names_are_shown_as_text(new_campus):
    odd = User("odd", "<b>Odd</b>", "\u202e</bdi>One", "o'dd@x.example", "en", ())
    roles = {**ALGEBRA.roles, odd.id: (LEARNER,)}
    university = replace(
        DEMO_CAMPUS,
        users=(*DEMO_CAMPUS.users, odd),
        courses=(replace(ALGEBRA, roles=roles), *DEMO_CAMPUS.courses[1:]),
    )
    campus = new_campus("sqlite", university=university)
    page = page_of(campus, ANA)
    rosters(campus)
    answer = ask(campus, page, "people")
    assert "<b>Odd" not in answer.text
    assert "&lt;b&gt;Odd" in answer.text


def test_a_thousand_are_paged(new_campus):
    many = tuple(
        User(f"u{n:04}", "Given", f"N{n:04}", f"u{n}@x.example", "en", ()) for n in range(1000)
    )
    roles = {**ALGEBRA.roles, **{user.id: (LEARNER,) for user in many}}
    university = replace(
        DEMO_CAMPUS,
        users=(*DEMO_CAMPUS.users, *many),
        courses=(replace(ALGEBRA, roles=roles), *DEMO_CAMPUS.courses[1:]),
    )
    campus = new_campus("sqlite", university=university)
    page = page_of(campus, ANA)
    rosters(campus)
    answer = ask(campus, page, "people")
    assert len(answer.body) < 60_000
    first = read(answer)
    turned = [form for form in first.forms if "start" in form.fields]
    assert [form.fields["start"] for form in turned] == ["50"]
    last = read(ask(campus, page, "people", start="1000"))
    assert [form.fields["start"] for form in last.forms if "start" in form.fields] == ["950"]


@pytest.mark.parametrize("start", ["-1", "x", "", "9" * 30, "١"])
def test_a_page_that_is_no_number_is_refused(known, start):
    answer = ask(known, page_of(known, ANA), "people", start=start)
    assert read(answer, 403).headline == "Open this from your course"


def test_an_lms_that_does_not_let_us_is_told_of_in_words(campus):
    campus.lms.roster.closed = True
    page = page_of(campus, ANA)
    with pytest.raises(Exception, match="refused"):
        rosters(campus)
    campus.restart()
    assert "doesn’t let us see" in page_of(campus, ANA).text
    assert "doesn’t let us see" in read(ask(campus, page, "people")).text


def test_an_lms_that_does_not_answer_is_told_of_in_words(campus):
    campus.lms.tokens.fault = "down"
    page_of(campus, ANA)
    with pytest.raises(Exception, match="503"):
        rosters(campus)
    campus.restart()
    assert "didn’t answer when we last asked" in page_of(campus, ANA).text


def test_an_open_page_and_a_button_keep_the_roster_fresh(known):
    page = page_of(known, ANA)
    services = known.bridge.store.course_services
    course = known.bridge.store.people.course(1, ALGEBRA.id, "").id
    services.came(course, roster_ms=1, groups_ms=1)  # long ago
    assert ask(known, page, "status").status == 200
    assert rosters(known) == 1
    services.came(course, roster_ms=int(time.time() * 1000) - 120_000, groups_ms=None)
    asked = read(ask(known, page, "people/refresh"))
    assert "We ask your learning platform within a minute." in asked.text
    assert rosters(known) == 1


# Groups


def test_teachers_see_all_groups_and_students_their_own(known):
    teacher, ben, sara = (page_of(known, user) for user in (ANA, BEN, SARA))
    assert "Groups" in teacher.text
    for name in ("Blue team", "Green team", "Projects"):
        assert name in teacher.text
    assert "Blue team" in ben.text
    assert "Green team" not in ben.text
    assert "Green team" in sara.text
    assert "Blue team" not in sara.text


def test_a_group_has_a_meeting_of_its_own_which_its_members_share(known):
    ids = group_ids(known)
    ben = page_of(known, BEN)
    first = ask(known, ben, "groups/enter", group=str(ids["Blue team"]))
    teacher = ask(known, page_of(known, ANA), "groups/enter", group=str(ids["Blue team"]))
    green = ask(known, page_of(known, SARA), "groups/enter", group=str(ids["Green team"]))
    whole = press(known, ben)
    meetings = [meeting_of(known, answer) for answer in (first, teacher, green, whole)]
    assert meetings[0] is meetings[1]
    assert len({id(meeting) for meeting in meetings}) == 3
    assert meetings[0].name == "Algebra I – Blue team"
    assert "Blue" not in first.joined_as["meetingID"]
    assert first.joined_as["fullName"] == "Ben Okafor"
    assert meetings[0].create_calls == 1


def test_another_groups_meeting_is_closed_to_a_student(known):
    ids = group_ids(known)
    answer = ask(known, page_of(known, BEN), "groups/enter", group=str(ids["Green team"]))
    refused(known, answer, 403, "not_in_group")
    assert known.meetingz.meetings == {}


def test_who_is_taken_out_of_a_group_is_out_whatever_their_page_says(known):
    ids = group_ids(known)
    ben = page_of(known, BEN)
    known.lms.groups.moved["g-pr-blue"] = frozenset({SARA.id})
    course = known.bridge.store.people.course(1, ALGEBRA.id, "").id
    known.bridge.store.course_services.want(course, int(time.time() * 1000), fresh_ms=0)
    assert rosters(known) == 1
    answer = ask(known, ben, "groups/enter", group=str(ids["Blue team"]))
    refused(known, answer, 403, "not_in_group")


def test_a_session_that_was_made_for_the_groups_meeting_is_checked_again(known):
    ids = group_ids(known)
    known.meetingz.faults.set("down")
    failed = ask(known, page_of(known, BEN), "groups/enter", group=str(ids["Blue team"]))
    page = read(failed, 503)
    known.meetingz.faults.clear()
    known.restart()  # what failed is remembered for a moment
    assert press(known, page).status == 303, "Retry goes into the group's meeting"
    with known.bridge.store.database.writing.begin() as connection:
        connection.exec_driver_sql("DELETE FROM group_members")
    refused(known, press(known, page), 403, "not_in_group")


def test_a_group_of_another_course_is_none_of_this_one(known):
    known.launch(ANA, known.link("frame", course=1))
    assert rosters(known) == 1
    other = known.bridge.store.people.course(1, DEMO_CAMPUS.courses[1].id, "").id
    (circle,) = known.bridge.store.groups.of_course(other)
    answer = ask(known, page_of(known, ANA), "groups/enter", group=str(circle.id))
    refused(known, answer, 403, "group_gone")


@pytest.mark.parametrize("group", ["", "0", "-1", "x", "999999", "9" * 40, "1 OR 1=1"])
def test_a_group_that_there_is_not_is_refused(known, group):
    answer = ask(known, page_of(known, ANA), "groups/enter", group=group)
    assert answer.status == 403
    assert known.meetingz.meetings == {}


def test_an_anonymous_student_is_in_no_group(known):
    page = page_of(known, BEN, remove=["sub"])
    assert "Blue team" not in page.text
    ids = group_ids(known)
    answer = ask(known, page, "groups/enter", group=str(ids["Blue team"]))
    refused(known, answer, 403, "not_in_group")


def test_a_group_that_is_gone_keeps_its_meeting_and_lets_nobody_in(known):
    ids = group_ids(known)
    page = page_of(known, BEN)
    assert ask(known, page, "groups/enter", group=str(ids["Blue team"])).status == 303
    known.lms.groups.dissolved.add("g-pr-blue")
    course = known.bridge.store.people.course(1, ALGEBRA.id, "").id
    known.bridge.store.course_services.want(course, int(time.time() * 1000), fresh_ms=0)
    assert rosters(known) == 1
    refused(known, ask(known, page, "groups/enter", group=str(ids["Blue team"])), 403, "group_gone")
    gone = known.bridge.store.groups.find(ids["Blue team"])
    assert gone.gone
    assert known.bridge.store.meetings.by_id(gone.meeting_id).group_id == gone.id


def test_two_who_open_a_groups_meeting_at_once_are_in_one(known):
    from concurrent.futures import ThreadPoolExecutor

    ids = group_ids(known)
    page = page_of(known, ANA)

    def enter(_):
        return ask(known, page, "groups/enter", group=str(ids["Blue team"])).joined_as["meetingID"]

    with ThreadPoolExecutor(4) as crowd:
        assert len(set(crowd.map(enter, range(4)))) == 1


@pytest.mark.parametrize("path", ["people", "people/refresh", "groups/enter"])
def test_without_a_session_nothing_is_shown(known, path):
    assert Browser().ask("POST", f"{known.url}/course/{path}", {}).status == 401
    assert Browser().ask("GET", f"{known.url}/course/{path}").status == 403
