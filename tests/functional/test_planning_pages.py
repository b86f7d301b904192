"""Scheduling in the frame, over HTTP: what teachers do, and what others can't."""

from __future__ import annotations

import pytest

from lti_bridge.store.rooms import Room
from tests.functional.planning import DAY_MS, TOMORROW, course_page, fields, meeting, planned, send
from tests.functional.tools import INSTRUCTOR, LEARNER, LIS, ROLES, press, read

ASSISTANT = [f"{LIS}membership/Instructor#TeachingAssistant"]
ADDRESSES = ("", "/save", "/edit", "/change", "/cancel", "/restore")


HEADLINES = {
    "class_held": "This class can’t be changed any more",
    "moderators_only": "Only teachers of this course can do that",
    "meeting_gone": "This meeting no longer exists",
    "assistants_only_lead": "Teaching assistants can’t schedule classes here",
}


def refused(answer, status, code=""):
    """A page that says so, and no more of it."""
    page = read(answer, status)
    assert page.reference
    assert HEADLINES.get(code, "") in page.headline


@pytest.fixture
def campus(new_campus):
    return new_campus(meets=False)


def test_a_weekly_class_is_scheduled_and_shown_again(campus):
    page = course_page(campus)
    form = read(send(campus, page, ""))
    assert form.headline == "Schedule a class"
    classes = planned(campus, page)
    assert [one.begins_ms for one in classes] == [
        int(TOMORROW.replace(microsecond=0).timestamp() * 1000) + week * 7 * DAY_MS
        for week in range(3)
    ]
    assert {one.ends_ms - one.begins_ms for one in classes} == {90 * 60_000}
    assert {one.name for one in classes} == {f"{page.text and classes[0].name}"}
    assert classes[0].name.endswith("– Laboratory")
    edit = read(send(campus, page, "/edit", meeting=str(classes[0].id)))
    assert edit.headline == "Change a class"
    assert "Only this class" in edit.text


def test_the_dates_are_shown_before_anything_is_made(campus):
    page = course_page(campus)
    shown = read(send(campus, page, "/save", **fields(do="preview")))
    assert "These are the dates" in shown.text
    assert shown.text.count("10:00") >= 3
    assert campus.bridge.store.series.latest(1) is None


def test_the_form_sent_twice_makes_one_series(campus):
    page, form = course_page(campus), fields()
    for _ in range(2):
        assert "Scheduled" in read(send(campus, page, "/save", **form)).headline
    assert len(campus.bridge.store.series.of_courses([1])) == 1


def test_settings_reach_the_service(campus):
    page = course_page(campus)
    (one,) = planned(
        campus,
        page,
        repeat="",
        record="on",
        auto_record="on",
        mute_on_start="on",
        disable_cam="on",
        welcome="Bring <b>pencils</b>",
        moderator_message="Key: 42",
        most="30",
        wait="on",
        students_host="on",
        text="Onion cells",
        service="nowhere",
        host="99",
    )
    assert one.room == Room(
        auto_record=True,
        mute_on_start=True,
        disable_cam=True,
        welcome="Bring <b>pencils</b>",
        moderator_message="Key: 42",
        max_participants=30,
    )
    assert (one.record, one.wait_for_moderator, one.text) == (True, True, "Onion cells")
    assert (one.own_service, one.host_id, one.series_id is not None) == (None, None, True)


def test_what_is_wrong_is_said_and_what_was_typed_stays(campus):
    page = course_page(campus)
    wrong = {
        "title": "",
        "date": "yesterday",
        "time": "25:00",
        "minutes": "0",
        "zone": "Moon/Base",
        "early": "x",
        "most": "0",
        "text": "Onion cells stay",
    }
    shown = read(send(campus, page, "/save", **fields(**wrong)))
    for said in ("Give it a title.", "This isn’t a date and time.", "Choose a time zone."):
        assert said in shown.text
    assert shown.text.count("This isn’t a number within its limits.") == 3
    assert "Onion cells stay" in shown.text
    assert campus.bridge.store.series.latest(1) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"date": "2001-01-01", "repeat": ""}, "This time has already passed."),
        ({"count": "0"}, "This isn’t a number within its limits."),
        ({"count": "401"}, "This isn’t a number within its limits."),
        ({"count": ""}, "This isn’t a number within its limits."),
        ({"count": "150"}, "at most 400 classes"),
        ({"ends": "until", "until": ""}, "This isn’t a date and time."),
        ({"ends": "until", "until": "2020-01-01"}, "no class at all"),
        ({"ends": "until", "until": "2099-01-01"}, "within two years"),
        ({"interval": "1000"}, "This isn’t a number within its limits."),
        ({"date": "9999-12-31"}, "This isn’t a date and time."),
        ({"time": ""}, "This isn’t a date and time."),
        ({"minutes": "9" * 400}, "This isn’t a number within its limits."),
    ],
)
def test_times_that_cannot_be(campus, changes, said):
    page = course_page(campus)
    assert said in read(send(campus, page, "/save", **fields(**changes))).text
    assert campus.bridge.store.series.latest(1) is None


def test_other_classes_at_the_same_time_are_pointed_out_and_no_hindrance(campus):
    page = course_page(campus)
    planned(campus, page, title="First")
    shown = read(send(campus, page, "/save", **fields(title="Second", do="preview")))
    assert "At the same time in this course:" in shown.text
    assert "First" in shown.text
    assert len(planned(campus, page, title="Second")) == 3


def test_like_last_time(campus):
    page = course_page(campus)
    planned(campus, page, title="Seminar", minutes="45", mute_on_start="on")
    form = read(send(campus, page, "", like="last"))
    assert 'value="Seminar"' in send(campus, page, "", like="last").text
    assert 'value="45"' in send(campus, page, "", like="last").text
    assert form.forms[1].fields["mute_on_start"] == "on"


class TestChanging:
    def test_one_class_alone(self, campus):
        page = course_page(campus)
        classes = planned(campus, page)
        done = send(
            campus,
            page,
            "/change",
            **fields(title="Moved", time="12:30", meeting=str(classes[1].id), scope="this"),
        )
        assert read(done).headline == "Changed"
        now = meeting(campus, classes[1].id)
        assert (now.title, now.begins_ms) == (
            "Moved",
            classes[1].begins_ms - 7 * DAY_MS + 9_000_000,
        )
        assert meeting(campus, classes[0].id).title == "Laboratory"

    def test_a_class_and_those_that_follow(self, campus):
        page = course_page(campus)
        classes = planned(campus, page)
        shown = read(send(campus, page, "/edit", meeting=str(classes[1].id), scope="following"))
        assert "Repeat" in shown.text
        date = (TOMORROW.date()).fromordinal(TOMORROW.date().toordinal() + 7).isoformat()
        done = send(
            campus,
            page,
            "/change",
            **fields(title="Later", date=date, time="11:00", count="2", meeting=str(classes[1].id)),
            scope="following",
        )
        assert read(done).headline == "Changed"
        store = campus.bridge.store
        first, second, third = (meeting(campus, one.id) for one in classes)
        assert (first.title, first.begins_ms) == ("Laboratory", classes[0].begins_ms)
        assert {second.title, third.title} == {"Later"}
        assert second.begins_ms == classes[1].begins_ms + 3_600_000
        assert second.series_id == third.series_id != first.series_id
        assert store.series.by_id(first.series_id).rule == "FREQ=WEEKLY;COUNT=1"

    def test_one_form_for_a_class_alone_and_for_those_that_follow(self, campus):
        page = course_page(campus)
        classes = planned(campus, page)
        answer = send(campus, page, "/edit", meeting=str(classes[1].id))
        shown = read(answer)
        assert "This class and those that follow" in shown.text
        assert 'name="scope" value="this" checked' in answer.text
        assert '<option value="weekly" selected>' in answer.text
        assert 'id="count" name="count" value="2"' in answer.text, "it and the one after it"
        preview = fields(meeting=str(classes[1].id), scope="following", do="preview", count="2")
        again = send(campus, page, "/change", **preview)
        assert 'name="scope" value="following" checked' in again.text

    def test_the_last_class_has_no_others_to_take_along(self, campus):
        page = course_page(campus)
        classes = planned(campus, page)
        last = read(send(campus, page, "/edit", meeting=str(classes[2].id)))
        assert "Repeat" not in last.text
        assert "that follow" not in last.text
        assert "All classes still to come" in last.text
        every = read(press(campus, last, "/course/plan/edit"))
        form = every.form_to("/course/plan/change")
        assert (form.fields["scope"], form.fields["meeting"]) == ("all", str(classes[0].id))

    def test_all_that_are_to_come(self, campus):
        page = course_page(campus)
        classes = planned(campus, page)
        done = send(
            campus,
            page,
            "/change",
            **fields(title="Seminar", meeting=str(classes[2].id), graded="on"),
            scope="all",
        )
        assert read(done).headline == "Changed"
        now = [meeting(campus, one.id) for one in classes]
        assert {one.title for one in now} == {"Seminar"}
        assert [one.begins_ms for one in now] == [one.begins_ms for one in classes]
        head = campus.bridge.store.gradebook.of_meeting(classes[0].id)
        assert head.rules.enabled
        assert [one.graded_with_id for one in now] == [None, classes[0].id, classes[0].id]

    def test_the_dates_are_shown_first_here_too(self, campus):
        page = course_page(campus)
        classes = planned(campus, page)
        form = fields(title="Other", meeting=str(classes[0].id), scope="all", do="preview")
        assert "These are the dates" in read(send(campus, page, "/change", **form)).text
        assert meeting(campus, classes[0].id).title == "Laboratory"

    def test_a_single_class(self, campus):
        page = course_page(campus)
        (one,) = planned(campus, page, repeat="")
        done = send(
            campus,
            page,
            "/change",
            **fields(title="X", time="09:00", repeat="", meeting=str(one.id)),
        )
        assert read(done).headline == "Changed"
        now = meeting(campus, one.id)
        assert (now.title, now.begins_ms, now.changed) == ("X", one.begins_ms - 3_600_000, False)

    def test_one_that_runs_stays_as_it_is(self, campus):
        page = course_page(campus)
        classes = planned(campus, page)
        store = campus.bridge.store
        claim = store.meetings.claim(classes[0].id, now_ms=1, confirmed_before_ms=1, hold_ms=1)
        store.meetings.confirmed(claim, 1, "", int(TOMORROW.timestamp() * 1000))
        form = fields(title="Other", meeting=str(classes[0].id), scope="this")
        refused(send(campus, page, "/change", **form), 403, "class_held")
        form = {"meeting": str(classes[0].id), "do": "cancel", "scope": "this"}
        refused(send(campus, page, "/cancel", **form), 403, "class_held")


class TestCancelling:
    def test_is_asked_once_more(self, campus):
        page = course_page(campus)
        classes = planned(campus, page)
        asked = read(send(campus, page, "/cancel", meeting=str(classes[0].id)))
        assert asked.headline == "Cancel a class?"
        assert meeting(campus, classes[0].id).cancelled_ms is None
        done = send(campus, page, "/cancel", meeting=str(classes[0].id), do="cancel")
        assert read(done).headline == "Cancelled"
        assert meeting(campus, classes[0].id).cancelled_ms is not None
        assert meeting(campus, classes[1].id).cancelled_ms is None
        read(send(campus, page, "/restore", meeting=str(classes[0].id)))
        assert meeting(campus, classes[0].id).cancelled_ms is None

    @pytest.mark.parametrize(("scope", "left"), [("this", 2), ("following", 1), ("all", 0)])
    def test_one_or_those_that_follow_or_all(self, campus, scope, left):
        page = course_page(campus)
        classes = planned(campus, page)
        form = {"meeting": str(classes[1].id), "scope": scope, "do": "cancel"}
        read(send(campus, page, "/cancel", **form))
        now = [meeting(campus, one.id) for one in classes]
        assert sum(one.cancelled_ms is None for one in now) == left


class TestWhoMay:
    @pytest.mark.parametrize("path", ADDRESSES)
    def test_students_may_do_none_of_it(self, campus, path):
        classes = planned(campus, course_page(campus))
        page = course_page(campus, campus.student)
        form = fields(meeting=str(classes[0].id), do="cancel" if path == "/cancel" else "save")
        refused(send(campus, page, path, **form), 403, "moderators_only")
        assert meeting(campus, classes[0].id).cancelled_ms is None
        assert len(campus.bridge.store.series.of_courses([1])) == 1

    @pytest.mark.parametrize("path", ["/edit", "/change", "/cancel", "/restore"])
    def test_of_other_courses_nobody_may(self, campus, path):
        classes = planned(campus, course_page(campus))
        page = course_page(campus, course=1, **{ROLES: [INSTRUCTOR]})
        form = fields(meeting=str(classes[0].id), do="cancel" if path == "/cancel" else "save")
        refused(send(campus, page, path, **form), 403, "meeting_gone")
        now = meeting(campus, classes[0].id)
        assert (now.cancelled_ms, now.title) == (None, "Laboratory")

    @pytest.mark.parametrize("path", ADDRESSES)
    @pytest.mark.parametrize("session", ["", "x", "a.b.c"])
    def test_nobody_without_a_session(self, campus, path, session):
        page = course_page(campus)
        page.form.fields["session"] = session
        refused(send(campus, page, path, **fields()), 401)

    @pytest.mark.parametrize("path", ["/edit", "/change", "/cancel"])
    def test_a_standing_meeting_is_no_scheduled_one(self, campus, path):
        page = course_page(campus)
        refused(send(campus, page, path, **fields()), 403, "meeting_gone")

    @pytest.mark.parametrize(
        "form",
        [
            {"meeting": "x"},
            {"meeting": "9" * 30},
            {"scope": "everything"},
        ],
    )
    def test_fields_that_are_none(self, campus, form):
        classes = planned(campus, course_page(campus))
        form = {"meeting": str(classes[0].id), **form}
        refused(send(campus, course_page(campus), "/edit", **form), 400)

    @pytest.mark.parametrize("token", ["", "short", "ü" * 32, "-" * 32])
    def test_a_form_that_isnt_ours(self, campus, token):
        form = fields(form_token=token)
        refused(send(campus, course_page(campus), "/save", **form), 400)

    def test_assistants_may_unless_their_platform_says_otherwise(self, campus):
        page = course_page(campus, **{ROLES: ASSISTANT})
        assert read(send(campus, page, "")).headline == "Schedule a class"
        campus.bridge.store.platforms.change_policies(1, {"assistantsEdit": False}, 1)
        campus.bridge.platforms.forget()
        refused(send(campus, page, "/save", **fields()), 403, "assistants_only_lead")
        without = {form.action for form in course_page(campus, **{ROLES: ASSISTANT}).forms}
        refused_here = {"/course/plan", "/course/guests", "/course/slides"}
        assert "/course/live" in without
        assert not refused_here & without, "what would be refused isn't offered"
        page = course_page(
            campus, **{ROLES: [*ASSISTANT, INSTRUCTOR, f"{LIS}membership#Administrator"]}
        )
        assert read(send(campus, page, "")).headline == "Schedule a class"

    def test_everybody_leads_only_where_the_platform_lets_them(self, campus):
        campus.bridge.store.platforms.change_policies(1, {"studentsHost": True}, 1)
        campus.bridge.platforms.forget()
        (one,) = planned(campus, course_page(campus), repeat="", students_host="on", early="1440")
        assert one.room.students_host
        page = course_page(campus, campus.student, **{ROLES: [LEARNER]})
        assert page.headline

    def test_teachers_schedule_for_others_only_where_the_platform_lets_them(self, campus):
        page = course_page(campus)
        other = f"{LIS}membership#Instructor"
        course_page(campus, campus.student, **{ROLES: [other]})
        store = campus.bridge.store
        rows = store.roster.page(1)[0]
        hosts = {one.profile.email: one.user_id for one in rows if one.role == "moderator"}
        assert len(hosts) == 2
        for row in hosts.values():
            (one,) = planned(campus, page, repeat="", host=str(row))
            assert one.host_id == row
        store.platforms.change_policies(1, {"teacherScheduleOthers": False}, 1)
        campus.bridge.platforms.forget()
        allowed = [
            planned(campus, page, repeat="", host=str(row))[0].host_id for row in hosts.values()
        ]
        assert len([row for row in allowed if row is not None]) == 1
