"""Attendance on the course's pages: what teachers see and say, and what others can't."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import pytest

from tests.campus import Browser
from tests.functional.grading import (
    LONG_AGO,
    MINUTE,
    RULES,
    change,
    come,
    enrol,
    graded_class,
    held,
    jobs,
    row_of,
    rows,
)
from tests.functional.tools import press, read

TERM, CLASS, MARK, PERSON = (
    f"/course/attendance/{name}" for name in ("term", "class", "mark", "person")
)
COURSE_PAGE = {"https://purl.imsglobal.org/spec/lti/claim/custom": {"action": "course"}}
DAY = 24 * 60 * MINUTE


def a_class(new_campus, **wishes):
    """A class of 50 minutes: Ben came 12 minutes late, Zahra wasn't there."""
    campus = new_campus(meets=False, **wishes)
    meeting = come(campus, campus.student, campus.other_student)
    enrol(campus, campus.student, campus.other_student)
    held(campus, meeting, {campus.teacher: (0, 50), campus.student: (12, 50)})
    return campus, meeting


def page_of(campus, user=None):
    return read(campus.launch(user or campus.teacher, campus.link(), claims=COURSE_PAGE))


def ask(campus, page, action, **fields):
    return Browser().ask("POST", f"{campus.url}{action}", {"session": page.session, **fields})


def place(page, action):
    return next(n for n, form in enumerate(page.forms) if form.action == action)


def words(page):
    return " ".join(page.text.split())


def schedule(campus, meeting, begins, ends):
    change(
        campus,
        "UPDATE meetings SET begins_ms = :b, ends_ms = :e WHERE id = :m",
        m=meeting,
        b=begins,
        e=ends,
    )


def moments(told):
    return {
        name: int(datetime.fromisoformat(text).timestamp() * 1000) for name, text in told.items()
    }


def test_from_the_course_page_to_the_term_to_the_class(new_campus):
    campus, _ = a_class(new_campus)
    page = page_of(campus)
    term = read(press(campus, page, place(page, TERM)))
    assert "Late: 1" in words(term)
    assert "Absent: 1" in words(term)
    found = read(press(campus, term, place(term, CLASS)))
    assert "Ben Okafor Late" in words(found)
    assert f"{campus.other_student.name} Absent" in words(found)
    assert "38 76%" in words(found)
    assert "Teachers and guests Ana Pereira Host" in words(found).replace("Dr. ", "")
    assert 'role="img"' in press(campus, term, place(term, CLASS)).text


def test_a_teacher_corrects_and_takes_it_back(new_campus):
    campus, _ = a_class(new_campus)
    page = page_of(campus)
    ben = str(row_of(campus, campus.student))
    found = read(ask(campus, page, MARK, person=ben, mark="present", note="<b>bus</b>"))
    assert "Saved" in found.text
    assert "Ben Okafor Present" in words(found)
    assert "Corrected by" in found.text
    assert "measured: Late" in words(found)
    assert "<b>bus</b>" in found.text, "as text"
    assert len(rows(campus, "SELECT * FROM attendances")) == 2, "what was measured stays"
    found = read(ask(campus, page, MARK, person=ben, mark="excused", note="x" * 9999))
    assert "Excused: 1" in words(found)
    ((note,),) = rows(campus, "SELECT note FROM attendance_corrections")
    assert len(note) == 500
    (back,) = [
        number
        for number, form in enumerate(found.forms)
        if form.action == MARK and form.fields.get("mark") == "" and "note" not in form.fields
    ]
    found = read(press(campus, found, back))
    assert "Ben Okafor Late" in words(found)
    assert "Take the correction back" not in found.text
    assert rows(campus, "SELECT * FROM attendance_corrections") == []


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_correction_reaches_the_gradebook(new_campus, engine):
    campus, meeting = graded_class(lambda **wishes: new_campus(engine, **wishes))
    enrol(campus, campus.student, campus.other_student)
    assert jobs(campus).grades() == 2
    column = campus.lms.gradebook.columns(campus.lms.campus.courses[0])[0]

    def score(person):
        return campus.lms.gradebook.cell(column, person.id).score

    assert (score(campus.student), score(campus.other_student)) == (86, 0)
    page = page_of(campus)
    mine = {"meeting": str(meeting)}
    for person, mark in ((campus.student, "absent"), (campus.other_student, "present")):
        read(ask(campus, page, MARK, person=str(row_of(campus, person)), mark=mark, **mine))
    assert jobs(campus, 1).grades() == 2
    assert (score(campus.student), score(campus.other_student)) == (0, 100)
    read(ask(campus, page, MARK, person=str(row_of(campus, campus.student)), mark="excused"))
    assert jobs(campus, 2).grades() == 1
    assert score(campus.student) is None
    for person in (campus.student, campus.other_student):
        read(ask(campus, page, MARK, person=str(row_of(campus, person)), mark="", **mine))
    assert jobs(campus, 3).grades() == 2
    assert (score(campus.student), score(campus.other_student)) == (86, 0), "as measured"


def test_all_classes_of_a_series_make_one_grade(new_campus):
    campus, first = graded_class(new_campus)
    enrol(campus, campus.student, campus.other_student)
    schedule(campus, first, LONG_AGO, LONG_AGO + 50 * MINUTE)
    campus.launch(campus.teacher, campus.link("frame"))
    ((second,),) = rows(campus, "SELECT id FROM meetings WHERE id <> :m", m=first)
    change(campus, "UPDATE meetings SET graded_with_id = :g WHERE id = :m", g=first, m=second)
    before = LONG_AGO - DAY
    schedule(campus, second, before, before + 50 * MINUTE)
    held(campus, second, {campus.teacher: (0, 50), campus.other_student: (0, 50)}, before)
    assert jobs(campus).grades() == 2
    (column,) = campus.lms.gradebook.columns(campus.lms.campus.courses[0])
    assert campus.lms.gradebook.cell(column, campus.student.id).score == 43
    assert campus.lms.gradebook.cell(column, campus.other_student.id).score == 50
    assert set(column.dates) == {"startDateTime", "endDateTime"}
    taken = campus.lms.gradebook.cell(column, campus.student.id).sent["submission"]
    whole = campus.lms.gradebook.cell(column, campus.other_student.id).sent["submission"]
    assert moments(taken) == {
        "startedAt": LONG_AGO,
        "submittedAt": LONG_AGO + 50 * MINUTE,
    }, "by the schedule of the class that he was in"
    assert moments(whole) == {"startedAt": before, "submittedAt": before + 50 * MINUTE}
    assert moments(column.dates) == {
        "startDateTime": before,
        "endDateTime": LONG_AGO + 50 * MINUTE,
    }
    change(campus, "UPDATE meetings SET cancelled_ms = 1 WHERE id = :m", m=second)
    change(campus, "UPDATE gradings SET due_ms = 0")
    assert jobs(campus, 1).grades() == 2
    (column,) = campus.lms.gradebook.columns(campus.lms.campus.courses[0])
    assert campus.lms.gradebook.cell(column, campus.student.id).score == 86
    assert moments(column.dates)["startDateTime"] == LONG_AGO, "told anew"
    page = page_of(campus)
    grading = read(ask(campus, page, "/course/grading", meeting=str(second)))
    assert grading.forms[0].fields["meeting"] == str(first), "its series' column"


def test_of_a_class_that_nobody_told_of_the_teacher_says_who_was_there(new_campus):
    campus = new_campus(kind="onstream", meets=False)
    meeting = come(campus, campus.student, campus.other_student)
    enrol(campus, campus.student, campus.other_student)
    schedule(campus, meeting, LONG_AGO, LONG_AGO + 50 * MINUTE)
    page = page_of(campus)
    asked = {"meeting": str(meeting)}
    found = read(ask(campus, page, CLASS, **asked))
    assert "Say yourself who was there" in found.text
    assert "Ben Okafor Not known" in words(found)
    ben = str(row_of(campus, campus.student))
    found = read(ask(campus, page, MARK, person=ben, mark="present", **asked))
    assert "Present: 1" in words(found)
    assert f"{campus.other_student.name} Not known" in words(found)


def test_of_a_service_that_tells_who_is_invited_only_that_is_said_and_nobody_is_absent(new_campus):
    campus = new_campus(kind="onstream", meets=False)
    meeting = come(campus, campus.other_student)
    for person in (campus.teacher, campus.student):
        campus.launch(person, campus.link("window"))
    enrol(campus, campus.student, campus.other_student)
    ((joined,),) = rows(campus, "SELECT id FROM meetings WHERE remote_id <> ''")
    (session,) = campus.service.sessions
    account = campus.bridge.services.service_for("live")._api
    for address in (campus.other_student.email.upper(), "stranger@elsewhere.example"):
        account.add_invitee(str(session), address, first_name="An", last_name="Other")
    assert jobs(campus, 10).collect_records() == 1
    schedule(campus, joined, LONG_AGO, LONG_AGO + 50 * MINUTE)
    campus.bridge.store.gradebook.set_rules(joined, RULES, 1)
    page, asked = page_of(campus), {"meeting": str(joined)}
    found = read(ask(campus, page, CLASS, **asked))
    assert "doesn’t tell who was in" in words(found)
    assert "not whether they came" in words(found)
    for person in (campus.student, campus.other_student):
        assert f"{person.name} Not known Invited" in words(found)
    table = ask(campus, page, CLASS, **asked, **{"as": "csv"}).text.lstrip("\ufeff")
    told = {row["name"]: row for row in csv.DictReader(io.StringIO(table))}
    assert {(told[p.name]["mark"], told[p.name]["invited"]) for p in (campus.student,)} == {
        ("", "yes")
    }
    assert jobs(campus).grades() == 0, "nobody is absent"
    campus.launch(campus.student, campus.link("window"))
    assert jobs(campus, 60).collect_records() == 1, "again, and nothing breaks"
    empty = read(ask(campus, page, CLASS, meeting=str(meeting)))
    assert "doesn’t tell who was in" in words(empty)


def test_how_late_is_late_is_the_platforms_policy(new_campus):
    campus, _ = a_class(new_campus)
    page = page_of(campus)
    assert "more than 10 min after the beginning" in words(read(ask(campus, page, CLASS)))
    campus.bridge.store.platforms.change_policies(1, {"lateMinutes": 12, "leftEarlyMinutes": 0}, 1)
    campus.bridge.platforms.forget()
    found = words(read(ask(campus, page, CLASS)))
    assert "Ben Okafor Present" in found
    assert "more than 12 min after the beginning" in found
    assert "more than 0 min before the end" in found
    term = ask(campus, page, TERM)
    assert "Late: 1" not in words(read(term))
    assert "more than 12 min after the beginning" in words(read(term))
    table = ask(campus, page, TERM, **{"as": "csv"}).text.lstrip("\ufeff")
    assert [row["late"] for row in csv.DictReader(io.StringIO(table))] == ["0", "0"]


def test_a_class_that_goes_on_is_shown_so_far(new_campus):
    campus, meeting = a_class(new_campus)
    schedule(campus, meeting, LONG_AGO, LONG_AGO + 40 * 60 * MINUTE)
    found = read(ask(campus, page_of(campus), CLASS, meeting=str(meeting)))
    assert "how it stands so far" in found.text
    assert f"{campus.other_student.name} Not in so far" in words(found)


def test_a_course_without_any_class_says_so(new_campus):
    campus = new_campus(meets=False)
    come(campus)
    page = page_of(campus)
    for action in (TERM, CLASS):
        assert "No class was held so far" in read(ask(campus, page, action)).text
    assert ask(campus, page, MARK, person="1", mark="late").status == 403


def test_students_see_their_own_and_nobody_else_s(new_campus):
    campus, meeting = a_class(new_campus)
    page = page_of(campus, campus.student)
    own = read(press(campus, page, place(page, TERM)))
    assert own.headline == "Your attendance"
    assert "You were in for 38 min" in words(own)
    one = read(ask(campus, page, CLASS, meeting=str(meeting)))
    assert "You were in for 38 min" in words(one)
    other = str(row_of(campus, campus.other_student))
    for answer in (
        ask(campus, page, TERM, **{"as": "csv", "person": other}),
        ask(campus, page, CLASS, **{"as": "csv", "meeting": str(meeting), "person": other}),
    ):
        assert campus.other_student.name not in read(answer).text
    for action in (MARK, PERSON):
        answer = ask(campus, page, action, person=other, mark="present", meeting=str(meeting))
        assert "Only teachers of this course" in read(answer, 403).text
    assert rows(campus, "SELECT * FROM attendance_corrections") == []


def test_a_teacher_sees_one_person_s_term(new_campus):
    campus, meeting = a_class(new_campus)
    held(campus, meeting, {campus.teacher: (0, 60), campus.student: (0, 60)}, LONG_AGO - DAY)
    page = page_of(campus)
    term = ask(campus, page, TERM)
    assert term.text.count('role="img"') == 1, "over the term"
    found = read(press(campus, read(term), place(read(term), PERSON)))
    assert "Ben Okafor" in found.headline
    assert "Late" in found.text
    assert "Present" in found.text


@pytest.mark.parametrize("person", ["", "0", "9999", "x", "-1", "9" * 30, "1\x00"])
def test_only_people_who_learn_here_are_marked(new_campus, person):
    campus, _ = a_class(new_campus)
    page = page_of(campus)
    for action in (MARK, PERSON):
        assert ask(campus, page, action, person=person, mark="late").status in {400, 403}
    assert rows(campus, "SELECT * FROM attendance_corrections") == []


def test_a_teacher_is_not_marked_nor_is_anybody_as_anything_else(new_campus):
    campus, _ = a_class(new_campus)
    page = page_of(campus)
    teacher, ben = (str(row_of(campus, one)) for one in (campus.teacher, campus.student))
    assert ask(campus, page, MARK, person=teacher, mark="absent").status == 403
    for mark in ("PRESENT", "x" * 5000, "'; --"):
        assert ask(campus, page, MARK, person=ben, mark=mark).status == 400
    assert rows(campus, "SELECT * FROM attendance_corrections") == []


@pytest.mark.parametrize("action", [CLASS, MARK])
def test_another_course_s_meeting_is_none(new_campus, action):
    campus, meeting = a_class(new_campus)
    other = read(campus.launch(campus.teacher, campus.link("frame", 1)))
    ben = str(row_of(campus, campus.student))
    for value, status in ((str(meeting), 403), ("99999", 403), ("x", 400), ("1" * 40, 400)):
        assert ask(campus, other, action, meeting=value, person=ben, mark="late").status == status
    assert rows(campus, "SELECT * FROM attendance_corrections") == []


@pytest.mark.parametrize("action", [TERM, CLASS, MARK, PERSON])
def test_without_a_session_there_is_nothing(new_campus, action):
    campus = new_campus(meets=False)
    assert Browser().ask("POST", f"{campus.url}{action}", {}).status == 401
    assert Browser().ask("GET", f"{campus.url}{action}").status == 403


@pytest.mark.parametrize(("action", "heads"), [(TERM, "classes"), (CLASS, "mark")])
def test_both_come_as_tables_without_formulas(new_campus, action, heads):
    campus, _ = a_class(new_campus)
    change(campus, "UPDATE users SET name = '=cmd()' WHERE lti_user_id = :u", u=campus.student.id)
    answer = ask(campus, page_of(campus), action, **{"as": "csv"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    first, *lines = csv.reader(io.StringIO(answer.body.decode("utf-8-sig")))
    assert heads in first
    found = {line[0]: dict(zip(first, line, strict=True)) for line in lines}
    assert "'=cmd()" in found
    assert found["'=cmd()"]["share %"] == "76"


def test_many_people_come_in_pages(new_campus):
    campus, _ = a_class(new_campus)
    for number in range(60):
        change(
            campus,
            "INSERT INTO users (connection_id, lti_user_id, name, created_ms)"
            " VALUES (1, :u, :n, 1)",
            u=f"u{number}",
            n=f"Student {number:02}",
        )
        change(
            campus,
            "INSERT INTO memberships (course_id, user_id, role, standing, since_ms, roster_ms)"
            " SELECT 1, id, 'attendee', 4, 1, 1 FROM users WHERE lti_user_id = :u",
            u=f"u{number}",
        )
    page = page_of(campus)
    for action in (TERM, CLASS):
        first = ask(campus, page, action)
        assert "Student 01" in first.text
        assert "Student 59" not in first.text
        assert len(first.body) < 100_000
        last = read(ask(campus, page, action, start="60"))
        assert "Student 59" in last.text
        assert "Previous page" in last.text
        read(ask(campus, page, action, start="9" * 18))


def test_of_a_long_term_a_page_shows_the_latest_classes(new_campus):
    campus = new_campus()
    come(campus)
    for number in range(1, 71):
        change(
            campus,
            "INSERT INTO meets_events (course_id, meets_id, name, service, begins_ms, ends_ms,"
            " attendees) VALUES (1, :n, :t, 'zoom', :b, :b, 3)",
            n=number,
            t=f"Class no. {number:02}",
            b=LONG_AGO - number * DAY,
        )
    campus.restart()
    page = page_of(campus)
    first = read(ask(campus, page, TERM))
    assert "Class no. 01" in first.text
    assert "Class no. 61" not in first.text
    older = read(ask(campus, page, TERM, later="60"))
    assert "Class no. 70" in older.text
    assert "Class no. 60" not in older.text
    assert "Class no. 01" in read(ask(campus, page, TERM, later="0")).text
    assert "No class was held" in read(ask(campus, page, TERM, later="9" * 18)).text


def test_classes_of_meets_stand_by_themselves(new_campus):
    campus = new_campus()
    come(campus, campus.student)
    change(
        campus,
        "INSERT INTO meets_events (course_id, meets_id, name, service, begins_ms, ends_ms,"
        " attendees) VALUES (1, 5, 'By Zoom', 'zoom', :b, :e, 3)",
        b=LONG_AGO,
        e=LONG_AGO + 50 * MINUTE,
    )
    campus.restart()
    term = read(ask(campus, page_of(campus), TERM))
    assert "By Zoom" in term.text
    assert "held in MEETS" in term.text
    assert "Who was in: 3" in words(term)


def test_a_class_that_meets_held_is_one_line_and_who_was_in_either_room_was_in(new_campus):
    campus = new_campus()
    meeting = come(campus, campus.student, campus.other_student)
    enrol(campus, campus.student, campus.other_student)
    schedule(campus, meeting, LONG_AGO, LONG_AGO + 50 * MINUTE)
    held(campus, meeting, {campus.teacher: (0, 50), campus.student: (0, 50)})
    ((number,),) = rows(
        campus, "SELECT meets_id FROM users WHERE lti_user_id = :u", u=campus.other_student.id
    )
    change(
        campus,
        "INSERT INTO meets_events (id, course_id, meets_id, name, service, begins_ms, ends_ms,"
        " attendees) VALUES (9, 1, 5, 'By Zoom', 'zoom', :b, :e, 1)",
        b=LONG_AGO,
        e=LONG_AGO + 50 * MINUTE,
    )
    for begin, end in ((12, 40), (15, 50)):
        change(
            campus,
            "INSERT INTO meets_attendances (event_id, name, joined_ms, left_ms)"
            " VALUES (9, :n, :b, :e)",
            n=f"{campus.other_student.name} ({number})",
            b=LONG_AGO + begin * MINUTE,
            e=LONG_AGO + end * MINUTE,
        )
    campus.restart()
    page = page_of(campus)
    term = read(ask(campus, page, TERM))
    assert "By Zoom" not in term.text
    assert "Present: 1 Late: 1" in words(term)
    found = words(read(ask(campus, page, CLASS, meeting=str(meeting))))
    assert f"{campus.other_student.name} Late" in found
    assert "Together with the class that was held in MEETS" in found
    table = ask(campus, page, TERM, **{"as": "csv"}).text.lstrip("\ufeff")
    told = {row["name"]: row for row in csv.DictReader(io.StringIO(table))}
    assert (told[campus.other_student.name]["late"], told[campus.student.name]["present"]) == (
        "1",
        "1",
    )
    assert told[campus.other_student.name]["share %"] == "76"
