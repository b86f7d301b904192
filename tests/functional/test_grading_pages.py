"""What teachers do with grades from attendance, and what others can't."""

from __future__ import annotations

import csv
import io

import pytest

from tests.campus import Browser
from tests.functional.grading import (
    cell,
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

ADDRESSES = ("", "/rules", "/send", "/person")
USUAL = {"enabled": "true", "mode": "share", "threshold": "50", "points": "100", "label": "Seen"}


def opened(campus):
    """The page of grades of the meeting that :func:`come` made."""
    page = read(
        campus.launch(
            campus.teacher,
            campus.link(),
            claims={"https://purl.imsglobal.org/spec/lti/claim/custom": {"action": "course"}},
        )
    )
    return read(press(campus, page, place(page, "/course/grading")))


def place(page, action):
    return next(n for n, form in enumerate(page.forms) if form.action == action)


def send(campus, page, action, **fields):
    form = page.forms[place(page, action)]
    kept = {name: form.fields[name] for name in ("session",)}
    return Browser().ask("POST", f"{campus.url}{action}", {**kept, **fields})


def rules(campus, page, **changes):
    return send(campus, page, "/course/grading/rules", **{**USUAL, **changes})


def person(campus, page, row, **fields):
    return send(campus, page, "/course/grading/person", person=str(row), **fields)


def test_a_teacher_switches_grading_on_and_sees_what_came_of_it(new_campus):
    campus = new_campus(meets=False)
    meeting = come(campus, campus.student, campus.other_student)
    page = opened(campus)
    assert "Grade this class by attendance" in page.text
    assert "Grades so far" not in page.text
    page = read(rules(campus, page))
    assert "Saved" in page.text
    assert "No class was held so far" in page.text
    held(campus, meeting, {campus.teacher: (0, 50), campus.student: (7, 50)})
    page = opened(campus)
    assert "86 of 100" in page.text
    assert "Not sent yet" in page.text
    assert "not in the list of the course" in page.text
    assert jobs(campus).grades() == 1
    page = opened(campus)
    assert "Sent:" in page.text
    assert cell(campus, campus.student).score == 86
    (column,) = campus.lms.gradebook.columns(campus.lms.campus.courses[0])
    assert column.label == "Seen"


def test_send_now_makes_it_due_and_asks_nothing_itself(new_campus):
    campus, _ = graded_class(new_campus)
    jobs(campus).grades()
    asked = dict(campus.lms.gradebook.calls)
    change(campus, "UPDATE scores SET sent = ''")
    page = read(send(campus, opened(campus), "/course/grading/send"))
    assert "within five minutes" in page.text
    assert campus.lms.gradebook.calls == asked
    assert jobs(campus).grades() == 1


def test_a_teacher_corrects_and_excuses(new_campus):
    campus, _ = graded_class(new_campus)
    row = row_of(campus, campus.student)
    page = read(person(campus, opened(campus), row, percent="95.5"))
    assert "95.5 of 100" in page.text
    assert "measured: 86%" in page.text
    assert "Corrected by Ana Pereira" in " ".join(page.text.split()).replace("Dr. ", "")
    (told,) = rows(campus, "SELECT corrected_by, corrected_ms FROM scores WHERE corrected > 0")
    assert told[0] == row_of(campus, campus.teacher)
    assert told[1] > 0
    (back,) = [
        number
        for number, form in enumerate(page.forms)
        if form.action == "/course/grading/person"
        and form.fields.get("percent") == ""
        and "Take the correction back" in page.text
        and "excused" not in form.fields
    ][:1]
    page = read(press(campus, page, back))
    assert "86 of 100" in page.text
    assert "Take the correction back" not in page.text
    assert rows(campus, "SELECT corrected_by, corrected_ms, corrected FROM scores") == [
        (None, None, None)
    ]
    page = read(person(campus, page, row, percent="", excused="true"))
    assert "Excused" in page.text
    page = read(person(campus, page, row, percent=""))
    assert "86 of 100" in page.text
    page = read(person(campus, page, row, percent="۹۰٫۵"))
    assert rows(campus, "SELECT corrected, excused FROM scores WHERE corrected > 0")[0][0] == 905


@pytest.mark.parametrize("percent", ["101", "-1", "1e3", "50.25", "nan", "x", "9" * 400, "1.x"])
def test_a_correction_that_is_no_percent_is_not_saved(new_campus, percent):
    campus, _ = graded_class(new_campus)
    row = row_of(campus, campus.student)
    page = read(person(campus, opened(campus), row, percent=percent))
    assert "Not saved" in page.text
    assert rows(campus, "SELECT * FROM scores WHERE corrected IS NOT NULL") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": "0"},
        {"threshold": "101"},
        {"threshold": ""},
        {"points": "0"},
        {"points": "1001"},
        {"points": "1.5"},
        {"points": "²"},
        {"mode": "whim"},
    ],
)
def test_rules_that_can_not_be_are_not_saved(new_campus, changes):
    campus = new_campus(meets=False)
    come(campus)
    page = read(rules(campus, opened(campus), **changes))
    assert "Not saved" in page.text
    assert rows(campus, "SELECT * FROM gradings") == []


def test_rules_may_be_written_in_any_digits_and_names_in_any_script(new_campus):
    campus = new_campus(meets=False)
    meeting = come(campus)
    label = "<b>حضور</b>" + "\x00" + "x" * 400
    page = rules(campus, opened(campus), threshold="۷۵", points="۲۰", mode="presence", label=label)
    assert "<b>" not in read(page).text.replace("<b>حضور", "")
    assert "&lt;b&gt;" in page.text
    found = campus.bridge.store.gradebook.of_meeting(meeting).rules
    assert (found.threshold, found.points, found.mode) == (75, 20, "presence")
    assert found.label.startswith("<b>حضور</b>x")
    assert len(found.label) <= 255
    read(rules(campus, opened(campus), label=" "))
    found = campus.bridge.store.gradebook.of_meeting(meeting).rules
    assert found.label == "Attendance: Seminar room", "a column has a name"


def test_only_people_of_this_course_are_judged(new_campus):
    campus, _ = graded_class(new_campus)
    campus.launch(campus.student, campus.link("window", 1))
    page = opened(campus)
    teacher = row_of(campus, campus.teacher)
    for row in (teacher, 9999, 0, "x", ""):
        answer = person(campus, page, row, percent="50")
        assert read(answer, 403).headline
    assert rows(campus, "SELECT * FROM scores WHERE corrected IS NOT NULL") == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_students_see_and_change_nothing(new_campus, address):
    campus, _ = graded_class(new_campus)
    page = read(campus.launch(campus.student, campus.link("frame")))
    assert all("grading" not in form.action for form in page.forms)
    fields = {"session": page.session, **USUAL, "person": "1", "percent": "100"}
    before = rows(campus, "SELECT * FROM gradings")
    answer = Browser().ask("POST", f"{campus.url}/course/grading{address}", fields)
    assert "Only teachers of this course" in read(answer, 403).text
    assert rows(campus, "SELECT * FROM gradings") == before


@pytest.mark.parametrize("address", ADDRESSES)
def test_without_a_session_there_is_nothing(new_campus, address):
    campus = new_campus(meets=False)
    assert Browser().ask("POST", f"{campus.url}/course/grading{address}", {}).status == 401
    assert Browser().ask("GET", f"{campus.url}/course/grading{address}").status == 403


def test_a_meeting_that_is_gone_is_said(new_campus):
    campus, _ = graded_class(new_campus)
    page = opened(campus)
    change(campus, "DELETE FROM meetings")
    answer = send(campus, page, "/course/grading/send")
    assert "Open this from your course" in read(answer, 403).headline


def test_an_lms_that_offers_no_grades_is_said_in_words(new_campus):
    campus = new_campus(meets=False)
    campus.lms.gradebook.scopes = []
    come(campus)
    assert "doesn’t let this tool send grades here" in opened(campus).text


def test_an_lms_that_lets_nobody_make_columns_is_said_in_words(new_campus):
    campus = new_campus(meets=False)
    campus.lms.gradebook.scopes = ["https://purl.imsglobal.org/spec/lti-ags/scope/score"]
    come(campus)
    assert "not make a column" in opened(campus).text


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("column_gone", "was deleted in the gradebook"),
        ("rate_limited", "asked us to wait"),
        ("score_stale", "newer grades"),
        ("http_403", "refuses the grades. Tell its support team: http_403"),
        ("invalid_client", "refuses the grades. Tell its support team: invalid_client"),
        ("http_503", "isn’t answering just now"),
    ],
)
def test_what_stands_in_the_way_is_said_in_words(new_campus, problem, words):
    campus, _ = graded_class(new_campus)
    change(campus, "UPDATE gradings SET problem = :p", p=problem)
    assert words in " ".join(opened(campus).text.split())
    change(campus, "UPDATE gradings SET problem = 'not_offered'")
    assert "doesn’t let" not in opened(campus).text, "it does by now"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("http_404", "no such person"),
        ("http_403", "takes no grade for this person"),
        ("score_stale", "has a newer grade"),
        ("http_422", "didn’t take it (http_422)"),
    ],
)
def test_what_the_gradebook_said_of_somebody_is_said_in_words(new_campus, answer, words):
    campus, _ = graded_class(new_campus)
    jobs(campus).grades()
    change(campus, "UPDATE scores SET answer = :a, sent = '' WHERE sent <> ''", a=answer)
    assert words in " ".join(opened(campus).text.split())


def test_who_left_is_shown_and_not_judged(new_campus):
    campus, _ = graded_class(new_campus)
    enrol(campus, campus.student)
    change(
        campus,
        "UPDATE memberships SET left_ms = 5 WHERE user_id = :u",
        u=row_of(campus, campus.student),
    )
    page = opened(campus)
    assert "Left the course" in page.text
    people = [form for form in page.forms if form.action == "/course/grading/person"]
    assert len(people) == 1


def test_a_column_of_the_link_keeps_its_name(new_campus):
    campus, meeting = graded_class(new_campus)
    campus.bridge.store.meetings.coupled(meeting, f"{campus.lms.issuer}/x")
    page = opened(campus)
    assert "the column that this link has" in page.text
    assert "label" not in page.forms[0].fields


def test_the_grades_come_as_a_table(new_campus):
    campus, _ = graded_class(new_campus)
    change(
        campus,
        "UPDATE users SET name = '=1+1' WHERE lti_user_id = :u",
        u=campus.other_student.id,
    )
    jobs(campus).grades()
    answer = send(campus, opened(campus), "/course/grading", **{"as": "csv"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    heads, *lines = csv.reader(io.StringIO(answer.body.decode("utf-8-sig")))
    found = {line[0]: dict(zip(heads, line, strict=True)) for line in lines}
    ben = found[campus.student.name]
    assert (ben["minutes in class"], ben["minutes of class"]) == ("43", "50")
    assert (ben["measured %"], ben["score"], ben["points"]) == ("86", "86.0", "100")
    assert (ben["excused"], ben["answer"]) == ("no", "ok")
    assert "'=1+1" in found
