"""Rosters and groups by job: from the launch that names the services to the rows they become."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from lti_bridge.app.background import jobs_of
from lti_bridge.errors import RemoteMalformed, RemoteRejected, RemoteUnavailable
from lti_bridge.jobs.roster import RosterJob
from lti_bridge.simulators.lms import DEMO_CAMPUS, User
from lti_bridge.store import GradingRules, Offered, Standing
from tests.functional.picking import ONE, added

ENGINES = ("sqlite", "postgresql")
ALGEBRA = DEMO_CAMPUS.courses[0]
ANA, TOMAS, BEN, SARA = DEMO_CAMPUS.users[:4]
HOUR = 3600.0
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"


def rosters(campus, seconds=0.0):
    return replace(jobs_of(campus.bridge), now=lambda: time.time() + seconds).rosters()


def course_of(campus):
    return campus.bridge.store.people.course(1, ALGEBRA.id, "").id


def members(campus):
    return {
        m.lti_user_id: m
        for m in campus.bridge.store.roster.members(course_of(campus))
        if m.left_ms is None
    }


def state(campus):
    return campus.bridge.store.course_services.state(course_of(campus))


def want(campus, seconds):
    now_ms = int((time.time() + seconds) * 1000)
    return campus.bridge.store.course_services.want(course_of(campus), now_ms)


@pytest.mark.parametrize("engine", ENGINES)
def test_one_launch_and_everybody_of_the_course_is_known(new_campus, engine):
    campus = new_campus(engine)
    campus.launch(campus.student, campus.link())
    assert rosters(campus) == 1
    found = members(campus)
    assert set(found) == set(ALGEBRA.roles)
    assert {found[u.id].role for u in (ANA, TOMAS)} == {"moderator"}
    assert found[SARA.id].role == "attendee"
    assert found[SARA.id].standing == Standing.STUDENT
    assert found[SARA.id].profile.name == "سارا محمدی"
    groups = campus.bridge.store.groups.of_course(course_of(campus))
    assert [(g.name, g.set_name, g.members) for g in groups] == [
        ("Blue team", "Projects", 1),
        ("Green team", "Projects", 1),
    ]
    assert state(campus).problem == ""
    assert state(campus).roster_ms
    assert rosters(campus, HOUR) == 0, "nobody looks"


def test_people_of_the_roster_keep_their_rows_when_they_launch(campus):
    campus.launch(campus.student, campus.link())
    rosters(campus)
    row = members(campus)[SARA.id].user_id
    campus.launch(campus.other_student, campus.link())
    assert members(campus)[SARA.id].user_id == row


def test_who_leaves_the_course_at_the_lms_has_left_here(campus):
    campus.launch(campus.student, campus.link())
    rosters(campus)
    campus.lms.roster.set_status(ALGEBRA, SARA.id, "Deleted")
    campus.lms.roster.set_status(ALGEBRA, BEN.id, "Inactive")
    want(campus, 3 * HOUR)
    assert rosters(campus, 3 * HOUR) == 1
    assert set(members(campus)) == {ANA.id, TOMAS.id}


def test_a_page_that_fails_half_way_lets_nobody_leave(campus):
    campus.launch(campus.student, campus.link())
    rosters(campus)
    campus.lms.roster.page_size = 1
    want(campus, 3 * HOUR)
    wanted = campus.lms.roster.requests + 3
    original = campus.lms.roster.member

    def member(course, user_id, link, *, groups):
        entry = original(course, user_id, link, groups=groups)
        return entry if campus.lms.roster.requests < wanted else {"user_id": user_id}

    campus.lms.roster.member = member
    with pytest.raises(RemoteMalformed):
        rosters(campus, 3 * HOUR)
    assert set(members(campus)) == set(ALGEBRA.roles)
    assert state(campus).problem == "answer_malformed"
    campus.lms.roster.member = original
    assert rosters(campus, 3 * HOUR + 400) == 1
    assert state(campus).problem == ""


def test_a_roster_that_is_not_for_us_is_noted_and_left_alone(campus):
    campus.lms.roster.closed = True
    campus.launch(campus.student, campus.link())
    with pytest.raises(RemoteRejected):
        rosters(campus)
    assert state(campus).problem == "http_403"
    asked = campus.lms.roster.requests
    want(campus, 3 * HOUR)
    assert rosters(campus, 3 * HOUR) == 0
    assert campus.lms.roster.requests == asked
    campus.lms.roster.closed = False
    assert rosters(campus, 25 * HOUR) == 1


def test_a_token_endpoint_that_is_down_is_asked_again_soon(campus):
    campus.lms.tokens.fault = "down"
    campus.launch(campus.student, campus.link())
    with pytest.raises(RemoteUnavailable):
        rosters(campus)
    assert state(campus).problem == "http_503"
    campus.lms.tokens.fault = None
    assert rosters(campus, 60) == 0
    assert rosters(campus, 400) == 1


def test_groups_that_fail_are_no_loss_to_the_roster(campus):
    campus.launch(campus.student, campus.link())
    tool = campus.lms.tools["client-1"]
    campus.lms.add_tool(replace(tool, scopes=tool.scopes[:-1]))
    with pytest.raises(RemoteRejected):
        rosters(campus)
    assert set(members(campus)) == set(ALGEBRA.roles)
    assert state(campus).problem == "invalid_scope"


def test_one_course_that_fails_is_no_loss_to_another(campus):
    campus.launch(campus.student, campus.link())
    campus.launch(campus.student, campus.link(course=1))
    store = campus.bridge.store
    services = store.course_services
    offered = services.of(course_of(campus))
    bad = replace(offered, memberships_url=f"{campus.lms.issuer}/lti/courses/none/members")
    services.save(course_of(campus), bad, int(time.time() * 1000))
    with pytest.raises(RemoteRejected):
        rosters(campus)
    other = store.people.course(1, DEMO_CAMPUS.courses[1].id, "").id
    assert store.roster.counts(other).people == 3


def test_a_platform_that_was_put_to_rest_is_not_asked(campus):
    campus.launch(campus.student, campus.link())
    campus.bridge.store.platforms.synchronise([], 1)
    assert rosters(campus) == 0
    assert state(campus).problem == "platform_gone"
    assert campus.lms.roster.requests == 0


def test_an_lms_without_groups_gives_its_roster(campus):
    tool = campus.lms.tools["client-1"]
    campus.lms.add_tool(replace(tool, scopes=tool.scopes[:1]))
    campus.launch(campus.student, campus.link())
    assert rosters(campus) == 1
    assert campus.lms.groups.requests == 0
    assert set(members(campus)) == set(ALGEBRA.roles)
    assert state(campus).groups_ms is None


def test_an_lms_without_services_is_never_asked(campus):
    tool = campus.lms.tools["client-1"]
    campus.lms.add_tool(replace(tool, scopes=()))
    campus.launch(campus.student, campus.link())
    assert rosters(campus) == 0
    assert campus.lms.tokens.requests == 0


def test_identifiers_that_no_launch_could_bring_are_left_out(new_campus):
    odd = User("x" * 256, "Too", "Long", "", "en", ())
    worse = User("null\x00", "No", "Way", "", "en", ())
    course = replace(ALGEBRA, roles={**ALGEBRA.roles, odd.id: (LEARNER,), worse.id: (LEARNER,)})
    people = (*DEMO_CAMPUS.users, odd, worse)
    university = replace(DEMO_CAMPUS, users=people, courses=(course, *DEMO_CAMPUS.courses[1:]))
    campus = new_campus("sqlite", university=university)
    campus.launch(campus.student, campus.link())
    assert rosters(campus) == 1
    assert set(members(campus)) == set(ALGEBRA.roles)


def test_the_roster_of_a_thousand_is_read_page_by_page(new_campus):
    many = tuple(User(f"u{n}", "Given", f"N{n}", f"u{n}@x.example", "en", ()) for n in range(1000))
    roles = {**ALGEBRA.roles, **{user.id: (LEARNER,) for user in many}}
    course = replace(ALGEBRA, roles=roles)
    university = replace(
        DEMO_CAMPUS,
        users=(*DEMO_CAMPUS.users, *many),
        courses=(course, *DEMO_CAMPUS.courses[1:]),
    )
    campus = new_campus("sqlite", university=university)
    campus.launch(campus.student, campus.link())
    assert rosters(campus) == 1
    assert campus.bridge.store.roster.counts(course_of(campus)).people == 1004
    assert campus.lms.roster.requests == 21


def test_a_run_leaves_other_jobs_their_turn(campus):
    """The first morning of a term: what doesn't fit in is the next run's."""
    store, platform = campus.bridge.store, campus.bridge.store.platforms.all()[0]
    url = f"{campus.lms.issuer}/lti/courses/{ALGEBRA.id}/members"
    for number in range(12):
        course = store.people.add_course(platform.id, f"c{number}", "", "", now_ms=1).id
        store.course_services.save(course, Offered(url), 1)
    clock = iter(range(10**9, 10**12, 10_000))
    job = RosterJob(store, campus.bridge.lms, lambda: next(clock))
    assert job.run() == 5
    assert len(store.course_services.take_due(10**9, limit=100)) == 7


def restricted(new_campus, **wishes):
    """A campus whose course shows the link ``frame`` to one of its learners only."""
    links = [
        replace(link, only=frozenset({BEN.id})) if link.kind == "frame" else link
        for link in ALGEBRA.links
    ]
    course = replace(ALGEBRA, links=tuple(links))
    return new_campus("sqlite", university=DEMO_CAMPUS.with_course(course), **wishes)


def graded(campus):
    """The meeting of that link, opened and graded."""
    campus.launch(campus.teacher, campus.link("frame"))
    store = campus.bridge.store
    meeting = store.meetings.standing(course_of(campus), campus.link("frame").id)
    store.gradebook.set_rules(meeting.id, GradingRules(enabled=True), 1)
    return meeting.id


def expected(campus, meeting):
    """Who of the learners is absent when they weren't in class."""
    return {
        one.lti_user_id for one in campus.bridge.store.gradebook.learners(meeting) if one.in_roster
    }


def test_only_who_may_see_a_graded_link_is_missed_there(new_campus):
    campus = restricted(new_campus)
    meeting = graded(campus)
    assert rosters(campus) == 1
    assert expected(campus, meeting) == {BEN.id}
    assert {BEN.id, SARA.id} <= set(members(campus)), "the course's people are who they were"


def test_of_a_series_link_that_some_may_see_only_those_are_missed_in_its_classes(new_campus):
    campus = new_campus("sqlite")
    campus.launch(campus.student, campus.link())
    weekly = {**ONE, "n0-date": "2040-01-02", "n0-time": "10:00", "n0-minutes": "90",
              "n0-repeat": "weekly", "n0-count": "3", "n0-graded": "on", "zone": "UTC"}  # fmt: skip
    (link,) = added(campus, weekly)
    course = campus.lms.campus.courses[0]
    others = tuple(one for one in course.links if one.id != link.id)
    shown = replace(course, links=(*others, replace(link, only=frozenset({BEN.id}))))
    campus.lms.campus = campus.lms.campus.with_course(shown)
    campus.launch(campus.teacher, link)
    assert rosters(campus) == 1
    store = campus.bridge.store
    (series,) = store.series.of_courses([course_of(campus)])
    first, *_ = store.series.of_series(series.id)
    assert expected(campus, first.id) == {BEN.id}
    learners = {one.user_id for one in store.attendances.learners(course_of(campus))}
    (seen,) = store.attendances.link_rosters(course_of(campus)).items()
    assert seen[0] == first.id
    assert seen[1] & learners == {members(campus)[BEN.id].user_id}


@pytest.mark.parametrize("answer", ["ignored", "refused"])
def test_an_lms_without_rosters_of_links_is_taken_by_its_courses(new_campus, answer):
    campus = restricted(new_campus)
    campus.lms.roster.links = answer
    meeting = graded(campus)
    assert rosters(campus) == 1
    assert expected(campus, meeting) == {BEN.id, SARA.id}
    assert state(campus).problem == ""


def test_an_lms_that_takes_its_word_back_is_believed(new_campus):
    campus = restricted(new_campus)
    meeting = graded(campus)
    rosters(campus)
    campus.lms.roster.links = "refused"
    want(campus, 3 * HOUR)
    assert rosters(campus, 3 * HOUR) == 1
    assert expected(campus, meeting) == {BEN.id, SARA.id}


def test_a_link_that_not_even_its_teacher_sees_says_nothing(new_campus):
    campus = restricted(new_campus)
    meeting = graded(campus)
    campus.lms.campus = campus.lms.campus.with_course(
        replace(
            campus.lms.campus.course_by_id[ALGEBRA.id],
            roles=dict.fromkeys(ALGEBRA.roles, (LEARNER,)),
            links=tuple(replace(link, only=frozenset({"nobody"})) for link in ALGEBRA.links),
        )
    )
    assert rosters(campus) == 1
    assert {BEN.id, SARA.id} <= expected(campus, meeting)


def test_a_link_that_fails_keeps_what_was_known_of_it(new_campus):
    campus = restricted(new_campus)
    meeting = graded(campus)
    rosters(campus)
    original = campus.lms.roster.member

    def member(course, user_id, link, *, groups):
        entry = original(course, user_id, link, groups=groups)
        return entry if link is None else {"user_id": user_id}

    campus.lms.roster.member = member
    want(campus, 3 * HOUR)
    assert rosters(campus, 3 * HOUR) == 1
    assert expected(campus, meeting) == {BEN.id}
    assert state(campus).problem == ""


def test_a_link_that_is_graded_since_is_asked_for_though_the_roster_is_fresh(new_campus):
    campus = restricted(new_campus)
    campus.launch(campus.student, campus.link())
    assert rosters(campus) == 1
    assert not want(campus, 60)
    meeting = graded(campus)
    assert want(campus, 60)
    assert rosters(campus, 60) == 1
    assert expected(campus, meeting) == {BEN.id}
    assert not want(campus, 120)


def test_a_roster_is_asked_for_by_role_and_by_link(new_campus):
    campus = restricted(new_campus)
    campus.launch(campus.student, campus.link())
    jobs, course = jobs_of(campus.bridge), course_of(campus)
    by_role = jobs.roster_asked(course, LEARNER, "")
    assert {one.user_id for one in by_role} == {BEN.id, SARA.id}
    by_link = jobs.roster_asked(course, LEARNER, campus.link("frame").id)
    assert [one.user_id for one in by_link] == [BEN.id]
    assert members(campus) == {} or SARA.id not in members(campus), "nothing is kept of it"
    with pytest.raises(RemoteRejected):
        jobs.roster_asked(course, "", "no such link")
    assert jobs.roster_asked(999, "", "") is None
