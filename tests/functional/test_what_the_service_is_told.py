"""CONTRACT.md, 4: what ``create`` and ``join`` carry, parameter by parameter."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from tests.functional.tools import (
    INSTRUCTOR,
    LTI,
    ROLES,
    follow,
    link_of_its_own,
    meeting_of,
    only_meeting,
)

JOIN = {f"{LTI}custom": {"action": "join"}}


def as_teacher(campus, **claims):
    return campus.launch(campus.teacher, campus.link("join"), claims=claims)


def test_create_carries_exactly_this(campus):
    follow(campus.launch(campus.student, campus.link()))
    meeting = only_meeting(campus)
    course = campus.meets.add_course(1, "c-9f2b71d04e6a")
    identifier = meeting.meeting_id
    assert meeting.parameters == {
        "name": "Algebra I – Seminar room",
        "meetingID": identifier,
        "attendeePW": meeting.attendee_password,
        "moderatorPW": meeting.moderator_password,
        "logoutURL": f"{campus.lms.issuer}/return?course=c-9f2b71d04e6a",
        "meta_meets-id-course": str(course),
        "meta_meets-id-connection": "1",
        "meta_bbb-context-id": "c-9f2b71d04e6a",
        "meta_bbb-origin": "LTI Bridge",
        "meta_bridge-meeting": identifier,
    }
    assert meeting.metadata == {
        name.removeprefix("meta_"): value
        for name, value in meeting.parameters.items()
        if name.startswith("meta_")
    }


def test_the_meeting_id_is_plain_and_names_nobody(shared):
    identifier = shared.launch(shared.student, shared.link()).joined_as["meetingID"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", identifier, re.ASCII)
    for word in ("algebra", "math", "51ce", "9f2b", "ben"):
        assert word not in identifier.lower()


def test_recording_is_asked_for_only_where_it_is_on(shared):
    claims = {f"{LTI}custom": {"record": "true"}, **link_of_its_own("recorded")}
    answer = shared.launch(shared.student, shared.link(), claims=claims)
    assert meeting_of(shared, answer).parameters["record"] == "true"


def test_join_carries_exactly_this(campus):
    student = campus.launch(campus.student, campus.link())
    teacher = as_teacher(campus, **{f"{LTI}resource_link": {"id": campus.link().id}})
    meeting = only_meeting(campus)
    ids = [str(campus.meets.add_user(1, user.id)) for user in (campus.student, campus.teacher)]
    common = {"meetingID": meeting.meeting_id, "createTime": str(meeting.create_time)}
    assert without_checksum(student) == {
        **common,
        "fullName": "Ben Okafor",
        "userID": ids[0],
        "password": meeting.attendee_password,
    }
    assert without_checksum(teacher) == {
        **common,
        "fullName": "Ana Pereira",
        "userID": ids[1],
        "password": meeting.moderator_password,
    }


def without_checksum(answer):
    return {name: value for name, value in answer.joined_as.items() if name != "checksum"}


def test_the_user_id_is_the_meets_id_whatever_the_person_is_called_today(shared):
    first = shared.launch(shared.student, shared.link()).joined_as
    renamed = shared.launch(
        shared.student, shared.link(), claims={"name": "Benjamin", "email": "b@x.example"}
    ).joined_as
    assert renamed["userID"] == first["userID"] == str(shared.meets.add_user(1, shared.student.id))
    assert renamed["fullName"] == "Benjamin"


def test_identifiers_that_differ_only_in_case_are_two_people(shared):
    ids = {
        shared.launch(user, shared.link()).joined_as["userID"]
        for user in (shared.student, shared.other_student)
    }
    assert len(ids) == 2


def test_without_meets_the_bridge_gives_out_numbers_of_its_own(new_campus):
    campus = new_campus(meets=False)
    one = campus.launch(campus.student, campus.link()).joined_as
    two = campus.launch(campus.other_student, campus.link()).joined_as
    assert one["userID"].isdigit()
    assert one["userID"] != two["userID"]
    follow(campus.launch(campus.student, campus.link()))
    assert only_meeting(campus).parameters["meta_meets-id-course"].isdigit()


def test_without_createtime_from_the_service_none_is_sent(campus):
    body = b"<response><returncode>SUCCESS</returncode></response>"
    campus.meetingz.faults.set("html", body=body, where=lambda path: path.endswith("/create"))
    joined = campus.launch(campus.student, campus.link()).joined_as
    assert "createTime" not in joined


def test_one_meeting_per_course_and_link(campus):
    meetings = {}
    for course in (0, 1):
        for kind in ("frame", "window", "join"):
            link = campus.link(kind, course)
            for user in (campus.teacher, campus.student):
                custom = {f"{LTI}custom": {"action": "join", "embed": "true"}}
                joined = campus.launch(user, link, claims=custom).joined_as
                meetings.setdefault(link.id, set()).add(joined["meetingID"])
    assert [len(ids) for ids in meetings.values()] == [1] * 6
    assert len(set.union(*meetings.values())) == 6


def test_create_says_the_same_whoever_launches_and_after_a_restart(campus):
    link = campus.link()
    for number, user in enumerate((campus.student, campus.teacher, campus.other_student)):
        campus.launch(
            user,
            link,
            claims={
                ROLES: [INSTRUCTOR],
                f"{LTI}context": {"id": "c-9f2b71d04e6a", "title": f"Title {number}"},
                f"{LTI}resource_link": {"id": link.id, "title": f"Link {number}"},
                f"{LTI}launch_presentation": {
                    "document_target": "window",
                    "return_url": f"{campus.lms.issuer}/return?n={number}",
                    "locale": "fa",
                },
                **JOIN,
            },
        )
        forget_confirmations(campus)
        campus.restart()
    queries = [
        request.query
        for request in campus.meetingz.faults.requests
        if request.path.endswith("/create")
    ]
    assert len(queries) == 3
    assert len(set(queries)) == 1


def forget_confirmations(campus):
    change = text("UPDATE meetings SET confirmed_ms = NULL")
    campus.bridge.store.database.write(lambda c: c.execute(change))


def test_where_create_finds_the_meeting_with_other_parameters_people_get_in(campus):
    follow(campus.launch(campus.student, campus.link()))
    change = text("UPDATE meetings SET name = 'Another', confirmed_ms = NULL")
    campus.bridge.store.database.write(lambda c: c.execute(change))
    campus.restart()
    follow(campus.launch(campus.other_student, campus.link()))
    assert len(only_meeting(campus).joined) == 2


def logout_url(campus, url: str) -> str:
    claims = {
        f"{LTI}launch_presentation": {"document_target": "window", "return_url": url},
        **link_of_its_own(url),
    }
    return meeting_of(
        campus, campus.launch(campus.student, campus.link(), claims=claims)
    ).logout_url


@pytest.mark.parametrize(
    "path", ["/return", "/", "", "/a?b=c&d=%20#e", "/" + "x" * 900, "/%D8%B3/?q=%E2%80%A8"]
)
def test_logout_leads_back_to_the_platforms_own_host(shared, path):
    url = shared.lms.issuer + path
    assert logout_url(shared, url) == url


def test_a_return_address_too_long_to_send_is_left_out(shared):
    assert logout_url(shared, f"{shared.lms.issuer}/{'x' * 3000}") == ""


def test_logout_may_lead_to_a_further_host_of_the_platform(new_campus):
    campus = new_campus(platform='hosts = ["school.example"]')
    assert logout_url(campus, "https://school.example/course/7")
    assert not logout_url(campus, "https://other.example/course/7")


def test_without_titles_the_meeting_has_a_name_all_the_same(shared):
    claims = {f"{LTI}context": {"id": "c"}, f"{LTI}resource_link": {"id": "r"}}
    answer = shared.launch(shared.student, shared.link(), claims=claims)
    assert meeting_of(shared, answer).parameters["name"]
