"""Classes held by way of MEETS stand beside ours on the course page; nothing waits for MEETS."""

from __future__ import annotations

import csv
import io
import re
import time
from dataclasses import replace

import pytest

from lti_bridge.app.background import jobs_of
from lti_bridge.errors import RemoteError
from lti_bridge.simulators.meets.demo import fill
from lti_bridge.simulators.meets.records import Event, Recording, Stay
from tests.campus import DEMO_CAMPUS, Browser, ask
from tests.functional.test_course_pages import post, status
from tests.functional.tools import press, read

CONTEXT = DEMO_CAMPUS.courses[0].id
OTHER_CONTEXT = DEMO_CAMPUS.courses[1].id
HOUR = 3600


def later(campus, hours=0.0):
    """The jobs, that much later."""
    return replace(jobs_of(campus.bridge), now=lambda: time.time() + hours * HOUR)


def taught(campus):
    """The same campus, with classes in MEETS."""
    campus.meets.play_base = campus.meets_server.url
    courses = {CONTEXT: "Algebra I", OTHER_CONTEXT: "Biology"}
    fill(campus.meets, connection=1, courses=courses, now=int(time.time()))
    return campus


def page_of(campus, person, *, course=0, fresh=True):
    """Their page, open for a moment; as one that nobody looked at for the last seconds."""
    if fresh:
        campus.restart()
    page = read(campus.launch(person, campus.link("frame", course)))
    status(campus, page.session)
    return page


def looked_at(campus):
    """Somebody opened the course page, and the job has gone for its classes."""
    page_of(campus, campus.teacher)
    later(campus).meets_events()
    return campus


@pytest.fixture
def campus(new_campus):
    return taught(new_campus())


@pytest.fixture
def listed(campus):
    return looked_at(campus)


def forms(page, action):
    return [form for form in page.forms if form.action == f"/course/{action}"]


def send(campus, form, **fields):
    return Browser().ask("POST", f"{campus.url}{form.action}", {**form.fields, **fields})


def ids(page, action, name):
    return [form.fields[name] for form in forms(page, action)]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_they_stand_on_the_page_a_moment_after_somebody_looked(new_campus, engine):
    campus = taught(new_campus(engine))
    before = page_of(campus, campus.teacher)
    assert "appear here in a minute or two" in before.text
    assert "Guest lecture" not in before.text
    assert set(campus.meets.calls) == {"from_lti_id_context", "from_lti_id_user"}
    assert later(campus).meets_events() > 0
    page = page_of(campus, campus.teacher)
    text = re.sub(r"\s+", " ", page.text)
    assert "appear here" not in text
    order = ["Question time", "Exam review", "Past classes", "Revision before", "Guest lecture"]
    places = [text.index(name) for name in order]
    assert places == sorted(places), "coming ones by time, then past ones, latest first"
    assert "Meetingz · on this page" in text
    assert "Zoom Meetings · held in MEETS · with Ana Pereira" in text
    assert "Blackboard Collaborate" in text
    assert len(forms(page, "recordings/download")) == 3
    assert len(forms(page, "attendance")) == 2
    assert "preliminary" in text


def test_students_see_them_too_but_not_who_was_in(listed):
    page = page_of(listed, listed.student)
    assert "Guest lecture" in page.text
    assert "Zoom Meetings" in page.text
    assert forms(page, "attendance") == []
    assert "preliminary" not in page.text
    assert len(forms(page, "recordings/download")) == 3


def test_another_course_has_its_own(listed):
    page = page_of(listed, listed.teacher, course=1)
    assert "Guest lecture" not in page.text
    later(listed).meets_events()
    page = page_of(listed, listed.teacher, course=1)
    assert "Guest lecture" in page.text


def test_without_meets_there_is_no_list(new_campus):
    campus = new_campus(meets=False)
    page = read(campus.launch(campus.teacher, campus.link("frame")))
    assert "Classes of this course" not in page.text
    assert later(campus).meets_events() == 0
    assert post(campus, "/course/classes", session=page.session).status == 200
    gone = post(campus, "/course/recordings/download", session=page.session, recording="1")
    assert gone.status == 403


def test_an_open_page_gets_the_list_when_it_changes(campus):
    page = page_of(campus, campus.teacher)
    assert status(campus, page.session)["classes"] == ""
    later(campus).meets_events()
    campus.restart()
    first = status(campus, page.session)["classes"]
    assert first
    part = post(campus, "/course/classes", session=page.session)
    assert part.status == 200
    assert f'data-classes="{first}"' in part.text
    assert "<html" not in part.text
    later(campus, 7).meets_events()
    campus.restart()
    assert status(campus, page.session)["classes"] == first, "nothing changed at MEETS"
    campus.meets.records.events[1].name = "Guest lecture, moved"
    later(campus, 14).meets_events()
    campus.restart()
    assert status(campus, page.session)["classes"] not in {"", first}


def test_everybody_looking_at_once_costs_one_query_and_nothing_at_meets(listed):
    from tests.functional.test_budget import traced

    page_of(listed, listed.teacher)
    calls = dict(listed.meets.calls)
    with traced() as statements:
        for person in (listed.student, listed.other_student, listed.teacher):
            page_of(listed, person, fresh=False)
    asked = [one for one in statements.reads if "meets_events" in one]
    wanted = [one for one in statements.writes if "courses" in one]
    assert (len(asked), wanted) == (0, [])
    assert {k: v for k, v in listed.meets.calls.items() if not k.startswith("from")} == {
        k: v for k, v in calls.items() if not k.startswith("from")
    }


# Recordings


def test_a_recording_kept_elsewhere_is_for_the_browser_alone(listed):
    page = page_of(listed, listed.student)
    elsewhere = send(listed, forms(page, "recordings/download")[1])
    assert elsewhere.status == 303
    assert elsewhere.headers["Referrer-Policy"] == "no-referrer"
    assert elsewhere.headers["Cache-Control"] == "no-store"
    assert elsewhere.location.startswith(f"{listed.meets_server.url}/play/")
    assert ask("GET", elsewhere.location).status == 200, "no credentials came along"
    assert listed.meets.calls["download_conference_recording"] == 1


def test_a_file_that_meets_holds_comes_whole_and_harmless(listed):
    page = page_of(listed, listed.student)
    answer = send(listed, forms(page, "recordings/download")[2])
    assert answer.status == 200
    stored = next(r for _, r in listed.meets.records.recordings.after(0) if r.content)
    assert answer.body == stored.content
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Content-Length"] == str(len(stored.content))
    assert answer.headers["Content-Disposition"].startswith(
        'attachment; filename="Guest lecture.mp4"'
    )
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "kind", "saved_as", "sent_as"),
    [
        ("../../etc/passwd", "text/html", "etc_passwd", "application/octet-stream"),
        ("class 1.mp4", "video/mp4; x=y", "class 1.mp4", "video/mp4"),
        ("", "image/svg+xml", "recording-", "application/octet-stream"),
        ("a" * 300 + ".mp4", "video/mp4", "a" * 120 + ".mp4", "video/mp4"),
    ],
)
def test_whatever_a_file_is_called_and_said_to_be(campus, name, kind, saved_as, sent_as):
    for _, recording in campus.meets.records.recordings.after(0):
        if recording.content is not None:
            recording.file_name, recording.content_type = name, kind
    page = page_of(looked_at(campus), campus.teacher)
    answer = send(campus, forms(page, "recordings/download")[2])
    found = re.fullmatch(
        r'attachment; filename="([^"]*)"; filename\*=UTF-8\'\'(\S*)',
        answer.headers["Content-Disposition"],
    )
    assert found[1].startswith(saved_as)
    assert "/" not in found[1]
    assert answer.headers["Content-Type"] == sent_as


def test_a_recording_that_is_gone_is_said_to_be_and_leaves_the_page(listed):
    page = page_of(listed, listed.student)
    gone = send(listed, forms(page, "recordings/download")[0])
    answer = read(gone, 403)
    assert answer.headline == "This recording is no longer there"
    assert answer.reference
    again = read(listed.launch(listed.student, listed.link("frame")))
    assert len(forms(again, "recordings/download")) == 2


def test_students_get_recordings_only_where_meets_shows_them(campus):
    campus.meets.records.connections[1].settings["featureRecordings"] = False
    page = page_of(looked_at(campus), campus.teacher)
    recording = ids(page, "recordings/download", "recording")[1]
    students = page_of(campus, campus.student)
    assert forms(students, "recordings/download") == []
    taken = post(
        campus, "/course/recordings/download", session=students.session, recording=recording
    )
    assert read(taken, 403).headline == "This recording is no longer there"
    assert "download_conference_recording" not in campus.meets.calls
    own = post(campus, "/course/recordings/download", session=page.session, recording=recording)
    assert own.status == 303


def test_nobody_gets_another_courses_recordings_or_attendance(listed):
    page = page_of(listed, listed.teacher)
    other = page_of(listed, listed.teacher, course=1, fresh=False)
    recording = ids(page, "recordings/download", "recording")[1]
    event = ids(page, "attendance", "event")[0]
    for path, fields in (
        ("/course/recordings/download", {"recording": recording}),
        ("/course/attendance", {"event": event}),
    ):
        assert post(listed, path, session=page.session, **fields).status in {200, 303}
        assert read(post(listed, path, session=other.session, **fields), 403).reference


@pytest.mark.parametrize("text", ["", "0", "-1", "x", "9" * 30, "１", "1 OR 1"])
def test_what_names_no_recording_or_event_is_refused(listed, text):
    page = page_of(listed, listed.teacher, fresh=False)
    for path, name in (("recordings/download", "recording"), ("attendance", "event")):
        answer = post(listed, f"/course/{path}", session=page.session, **{name: text})
        assert read(answer, 403).reference


@pytest.mark.parametrize("fault", ["500", "html", "down"])
def test_when_meets_is_away_a_download_says_so_and_can_be_tried_again(listed, fault):
    page = page_of(listed, listed.student)
    form = forms(page, "recordings/download")[1]
    listed.meets.faults.set(fault)
    answer = read(send(listed, form), 503)
    assert answer.reference
    listed.meets.faults.clear()
    listed.restart()
    again = press(listed, answer)
    assert answer.form.action == form.action
    assert again.status == 303


def test_a_recording_without_tls_is_not_gone_to(new_campus):
    campus = taught(new_campus())
    page = page_of(looked_at(campus), campus.teacher)
    form = forms(page, "recordings/download")[1]
    views = campus.app.view_functions["course.download"].__self__
    campus.app.view_functions["course.download"] = replace(views, allow_http=False).download
    assert read(send(campus, form), 503).reference
    number = next(n for n, r in campus.meets.records.recordings.after(0) if not r.content)
    campus.meets.records.recordings[number].locations = (
        "http://plain.example/1",
        "https://secure.example/1?key=a%20b",
    )
    assert send(campus, form).location == "https://secure.example/1?key=a%20b"


def test_only_so_many_files_pass_through_at_once(listed):
    page = page_of(listed, listed.student)
    form = forms(page, "recordings/download")[2]
    views = listed.app.view_functions["course.download"].__self__
    held = 0
    while views._downloads.acquire(blocking=False):
        held += 1
    assert held > 1
    answer = read(send(listed, form), 503)
    assert answer.headline == "Many people are downloading just now"
    views._downloads.release()
    for _ in range(3):
        assert send(listed, form).status == 200
        assert views._downloads.acquire(timeout=10), "each gives its place back"
        views._downloads.release()
        assert send(listed, forms(page, "recordings/download")[1]).status == 303
        assert views._downloads.acquire(timeout=10)
        views._downloads.release()


# Attendance


def test_a_teacher_sees_who_was_in_and_for_how_long(listed):
    page = page_of(listed, listed.teacher)
    revision, guest = forms(page, "attendance")
    answer = read(send(listed, guest))
    text = re.sub(r"\s+", " ", answer.text)
    assert answer.headline == "Who was in class"
    assert "Preliminary" not in text
    assert "Ana Pereira Host" in text
    assert text.count("Ben Okafor") == 1, "one person, though from two devices"
    assert "ben.okafor@riverbank.example" in text
    assert "56 min" in text  # 1470 s and 1920 s
    assert "سارا محمدی" in text
    assert "Preliminary" in read(send(listed, revision)).text
    back = read(send(listed, forms(answer, "open")[0]))
    assert "Classes of this course" in back.text


def test_a_teacher_takes_it_away_as_a_table(listed):
    page = page_of(listed, listed.teacher)
    answer = send(listed, forms(page, "attendance")[1], **{"as": "csv"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="Guest lecture')
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 4
    assert rows[1]["name"] == "Ben Okafor"
    assert rows[1]["browser"] == "WINDOWS, EDGE"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", rows[1]["joined (UTC)"])


def test_a_name_that_is_a_formula_is_none_in_the_table(campus):
    begin = campus.meets.records.events[1].begin
    campus.meets.records.events[1].attendance = [Stay('=HYPERLINK("x")', begin, begin + 60)]
    page = page_of(looked_at(campus), campus.teacher)
    answer = send(campus, forms(page, "attendance")[1], **{"as": "csv"})
    assert "'=HYPERLINK" in answer.text


def test_students_may_not_see_it(listed):
    event = ids(page_of(listed, listed.teacher), "attendance", "event")[0]
    student = page_of(listed, listed.student)
    for form in ({}, {"as": "csv"}):
        answer = post(listed, "/course/attendance", session=student.session, event=event, **form)
        assert read(answer, 403).headline == "Only teachers of this course can do that"


def test_preliminary_attendance_is_asked_for_again_until_it_is_final(listed):
    page = page_of(listed, listed.teacher)
    revision = forms(page, "attendance")[0]
    assert "Preliminary" in read(send(listed, revision)).text
    asked = listed.meets.calls["get_conferencing_event_attendance"]
    later(listed, 0.5).meets_events()
    assert listed.meets.calls["get_conferencing_event_attendance"] == asked, "not yet again"
    event = next(e for _, e in listed.meets.records.events.after(0) if not e.is_final)
    event.is_final = True
    event.attendance.append(Stay("Late Comer", event.begin, event.end))
    later(listed, 7).meets_events()
    text = read(send(listed, revision)).text
    assert "Late Comer" in text
    assert "Preliminary" not in text
    asked = listed.meets.calls["get_conferencing_event_attendance"]
    later(listed, 30).meets_events()
    # Of both courses nothing is left to ask for, but what begins and ends meanwhile.
    assert listed.meets.calls["get_conferencing_event_attendance"] == asked


def test_what_never_becomes_final_is_given_up_after_two_weeks(listed):
    later(listed, 15 * 24).meets_events()
    asked = listed.meets.calls["get_conferencing_event_attendance"]
    later(listed, 16 * 24).meets_events()
    later(listed, 20 * 24).meets_events()
    assert listed.meets.calls["get_conferencing_event_attendance"] == asked


# Changes and failures


def test_what_goes_at_meets_goes_here(listed):
    records = listed.meets.records
    number = next(n for n, e in records.events.after(0) if e.name == "Exam review")
    records.events.remove(number)
    records.recordings.remove(1)
    later(listed, 7).meets_events()
    page = page_of(listed, listed.teacher)
    assert "Exam review" not in page.text
    assert len(forms(page, "recordings/download")) == 2


def test_a_moved_class_has_its_attendance_asked_for_after_its_new_end(listed):
    _, event = next(
        (n, e) for n, e in listed.meets.records.events.after(0) if e.name == "Question time"
    )
    assert listed.meets.records.courses[event.courses[0]].context == CONTEXT
    event.begin, event.end = event.begin - 40 * HOUR, event.end - 40 * HOUR
    event.attendance = [Stay("Early Bird", event.begin, event.end)]
    later(listed, 7).meets_events()
    assert "Early Bird" not in event_page(listed, "Question time")
    later(listed, 20).meets_events()
    assert "Early Bird" in event_page(listed, "Question time")


def event_page(campus, name):
    page = page_of(campus, campus.teacher)
    for form in forms(page, "attendance"):
        answer = read(send(campus, form))
        if name in answer.text:
            return answer.text
    return ""


@pytest.mark.parametrize("fault", ["down", "500", "html", "cut", "503"])
def test_while_meets_fails_nothing_is_lost_and_everybody_gets_in(listed, fault):
    listed.meets.faults.set(fault)
    with pytest.raises(RemoteError):
        later(listed, 7).meets_events()
    page = page_of(listed, listed.teacher)
    assert "Guest lecture" in page.text
    assert len(forms(page, "recordings/download")) == 3
    assert listed.launch(listed.student, listed.link()).joined_as
    listed.meets.faults.clear()
    listed.meets.records.events[1].name = "Guest lecture, again"
    listed.restart()
    later(listed, 14).meets_events()
    assert "Guest lecture, again" in page_of(listed, listed.teacher).text


def test_a_slow_meets_holds_up_no_page(listed):
    listed.meets.faults.set("slow", seconds=30)
    started = time.monotonic()
    assert "Guest lecture" in page_of(listed, listed.teacher).text
    assert time.monotonic() - started < 15
    listed.meets.faults.clear()


def test_with_half_of_its_pages_failing_every_class_comes_in_the_end(campus):
    """More than a thousand classes, so that a course has several pages."""
    records = campus.meets.records
    course, host = records.find_course(1, CONTEXT), 1
    begin = int(time.time()) - 90 * 86_400
    for number in range(1100):
        event = Event(f"Lecture {number}", begin, begin + HOUR, host, "zoom", None, (course,))
        records.recordings.add(Recording(records.events.add(event), begin, "original"))
    page_of(campus, campus.teacher)
    seen, app = [0], campus.meets.faults.app

    def every_other_fails(environ, start_response):
        seen[0] += 1
        if "list_" in environ["PATH_INFO"] and seen[0] % 2 == 0:
            start_response("500 Internal Server Error", [("Content-Type", "text/html")])
            return [b"<html>no</html>"]
        return app(environ, start_response)

    campus.meets.faults.app = every_other_fails
    for _ in range(10):
        try:
            later(campus).meets_events()
        except RemoteError:
            continue
        break
    else:
        pytest.fail("the list never came")
    campus.meets.faults.app = app
    text = page_of(campus, campus.teacher).text
    assert "Guest lecture" in text


def test_one_course_that_meets_garbles_is_no_loss_to_the_others(listed):
    page_of(listed, listed.teacher, course=1)
    bad = listed.meets.records.find_course(1, OTHER_CONTEXT)
    app = listed.meets.faults.app

    def garbled(environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        environ["wsgi.input"] = io.BytesIO(body)
        asked = environ.get("QUERY_STRING", "") + body.decode()
        courses = re.search(r"meetsIdCourses=([\d%2C,]*)", asked)
        if courses and str(bad) in re.split(r"%2C|,", courses[1]):
            start_response("200 OK", [("Content-Type", "application/json")])
            return [b'{"conferencingEvents": 7}']
        return app(environ, start_response)

    listed.meets.faults.app = garbled
    listed.meets.records.events[1].name = "Guest lecture, changed"
    with pytest.raises(RemoteError):
        later(listed, 7).meets_events()
    listed.meets.faults.app = app
    assert "Guest lecture, changed" in page_of(listed, listed.teacher).text
    assert "Guest lecture" not in page_of(listed, listed.teacher, course=1).text
    later(listed, 14).meets_events()
    assert "Guest lecture" in page_of(listed, listed.teacher, course=1).text


def test_what_nobody_looks_at_is_cleared_away(listed):
    later(listed, 181 * 24).retention()
    page = page_of(listed, listed.teacher)
    assert "Guest lecture" not in page.text
    later(listed).meets_events()
    assert "Guest lecture" in page_of(listed, listed.teacher).text


def test_a_bad_session_gets_nothing(listed):
    for path in ("classes", "attendance", "recordings/download", "open"):
        assert read(post(listed, f"/course/{path}", session="x"), 401).reference
        assert read(ask("GET", f"{listed.url}/course/{path}"), 403).reference


def test_a_page_left_open_for_days_still_comes_back(listed):
    page = page_of(listed, listed.student)
    assert read(post(listed, "/course/open", session=page.session)).headline
