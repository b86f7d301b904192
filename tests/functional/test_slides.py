"""Slides: from the teacher's page to the service that fetches them, and hostile files."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace

import pytest

from lti_bridge.app.background import jobs_of
from lti_bridge.simulators.lms import DEMO_CAMPUS
from tests.campus import Browser, ask
from tests.files import PDF, SOUND, office
from tests.functional.scheduled import in_a_series
from tests.functional.test_budget import traced
from tests.functional.tools import only_meeting, press, read

ANA, TOMAS, BEN, SARA = DEMO_CAMPUS.users[:4]
COURSE_PAGE = {"https://purl.imsglobal.org/spec/lti/claim/custom": {"action": "course"}}


@pytest.fixture
def campus(new_campus):
    return new_campus(kind="bigbluebutton")


@pytest.fixture
def mine(campus):
    return page_of(campus)


def page_of(campus, user=ANA, link=None):
    return read(campus.launch(user, link or campus.link("frame"), claims=COURSE_PAGE))


def post(campus, page, path, **fields):
    form = {"session": page.session, **fields}
    return Browser().ask("POST", f"{campus.url}/course/{path}", form)


def upload(campus, page, *files, **fields):
    """``files``: (filename, content)."""
    mark = secrets.token_hex(8)
    parts = [(f'name="{name}"', value.encode()) for name, value in fields.items()]
    parts.insert(0, ('name="session"', page.session.encode()))
    parts += [(f'name="file"; filename="{name}"', content) for name, content in files]
    body = b"".join(
        f"--{mark}\r\nContent-Disposition: form-data; {head}\r\n".encode()
        + (b"Content-Type: text/html\r\n" if "filename" in head else b"")
        + b"\r\n" + content + b"\r\n"
        for head, content in parts
    ) + f"--{mark}--\r\n".encode()  # fmt: skip
    headers = {"Content-Type": f"multipart/form-data; boundary={mark}"}
    return ask("POST", f"{campus.url}/course/slides/add", body, headers)


def stored(campus, meeting=1, series=None):
    return campus.bridge.store.slides.of_meeting(meeting, series)


# From the page into class


def test_slides_are_in_class_from_the_beginning_and_fetched_without_a_session(campus, mine):
    answer = upload(campus, mine, ("Week 1.pdf", PDF), ("Week 1.pptx", SOUND["pptx"]))
    assert read(answer).text.count("Saved") == 2
    assert press(campus, mine).status == 303
    slides = only_meeting(campus).slides
    assert [slide.name for slide in slides] == ["Week 1.pdf", "Week 1.pptx"]
    for slide, content in zip(slides, (PDF, SOUND["pptx"]), strict=True):
        assert slide.url.startswith(f"{campus.url}/slides/")
        fetched = ask("GET", slide.url)
        assert (fetched.status, fetched.body) == (200, content)
        assert fetched.headers["Content-Disposition"].startswith("attachment;")
        assert fetched.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in fetched.headers["Content-Security-Policy"]
    assert ask("GET", slides[0].url).headers["Content-Type"] == "application/pdf"


def test_create_says_the_same_each_time(campus, mine):
    upload(campus, mine, ("a.pdf", PDF))
    press(campus, mine)
    first = [(s.name, s.url) for s in only_meeting(campus).slides]
    campus.restart()
    press(campus, page_of(campus, BEN))
    assert [(s.name, s.url) for s in only_meeting(campus).slides] == first


def test_they_are_looked_up_where_create_is_called_and_nowhere_else(campus, mine):
    upload(campus, mine, ("a.pdf", PDF))
    with traced() as statements:
        press(campus, mine)
    assert len([one for one in statements.reads if "FROM slides" in one]) == 1
    with traced() as statements:
        for _ in range(3):
            press(campus, page_of(campus, BEN))
    assert not [one for one in statements.reads if "slides" in one]


def test_a_file_for_the_series_comes_first(campus, mine):
    series = in_a_series(campus)
    upload(campus, mine, ("own.pdf", PDF), meeting="1")
    upload(campus, mine, ("all.pdf", PDF), meeting="1", into="series")
    assert [one.filename for one in stored(campus, 1, series)] == ["all.pdf", "own.pdf"]
    shown = post(campus, mine, "slides", meeting="1").text
    assert shown.index("all.pdf") < shown.index("own.pdf")
    press(campus, mine)
    assert [slide.name for slide in only_meeting(campus).slides] == ["all.pdf", "own.pdf"]


def test_into_a_class_that_runs_a_file_is_brought_at_once(campus, mine):
    ask("GET", press(campus, mine).location)
    answer = upload(campus, mine, ("late.pdf", PDF), downloadable="true")
    assert "It is in the class that runs now, too." in answer.text
    (slide,) = only_meeting(campus).slides
    assert (slide.name, slide.downloadable) == ("late.pdf", True)
    assert ask("GET", slide.url).body == PDF


def test_where_the_running_class_takes_none_the_next_one_has_it(new_campus):
    campus = new_campus(kind="mconf")
    mine = page_of(campus)
    ask("GET", press(campus, mine).location)
    answer = upload(campus, mine, ("late.pdf", PDF))
    assert "The class that runs now takes no more files" in answer.text
    assert [one.filename for one in stored(campus)] == ["late.pdf"]


def test_a_service_that_fails_just_then_loses_nothing(campus, mine):
    ask("GET", press(campus, mine).location)
    campus.service.faults.set("500", where=lambda path: "insertDocument" in path)
    answer = upload(campus, mine, ("late.pdf", PDF))
    assert "couldn’t be brought into the class" in answer.text
    assert [one.filename for one in stored(campus)] == ["late.pdf"]


def test_where_the_service_takes_none_nothing_is_offered_or_kept(new_campus):
    campus = new_campus(kind="meetingz")
    mine = page_of(campus)
    assert "/course/slides" not in [form.action for form in mine.forms]
    assert "takes no slides beforehand" in post(campus, mine, "slides").text
    assert "takes no slides beforehand" in upload(campus, mine, ("a.pdf", PDF)).text
    assert stored(campus) == []


def test_files_are_moved_allowed_and_deleted(campus, mine):
    upload(campus, mine, ("a.pdf", PDF), ("b.pdf", PDF))
    first, second = stored(campus)
    change = {"do": "up", "slide": str(second.id)}
    assert "Saved" in post(campus, mine, "slides/change", **change).text
    post(campus, mine, "slides/change", do="allow", slide=str(first.id))
    assert [(one.filename, one.downloadable) for one in stored(campus)] == [
        ("b.pdf", False),
        ("a.pdf", True),
    ]
    post(campus, mine, "slides/change", do="forbid", slide=str(first.id))
    press(campus, mine)
    url = next(slide.url for slide in only_meeting(campus).slides if slide.name == "a.pdf")
    delete = {"do": "delete", "slide": str(first.id)}
    question = read(post(campus, mine, "slides/change", **delete))
    assert question.headline == "Delete this file?"
    assert ask("GET", url).status == 200
    assert "The file is deleted." in press(campus, question, "/course/slides/change").text
    assert ask("GET", url).status == 410
    for sure in ("", "yes"):
        again = post(campus, mine, "slides/change", **delete, sure=sure)
        assert "This file was deleted already." in again.text


def test_they_are_deleted_long_after_the_last_class(campus, mine):
    upload(campus, mine, ("a.pdf", PDF))
    jobs = jobs_of(campus.bridge)
    jobs.retention()
    assert len(stored(campus)) == 1
    replace(jobs, now=lambda: time.time() + 181 * 86400).retention()
    assert stored(campus) == []


# Hostile and wrong files


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "take no files of this type"),
        ("x.html", b"<script>alert(1)</script>", "take no files of this type"),
        ("x.pdf", b"<script>alert(1)</script>", "isn’t what its name says"),
        ("x.pdf", b"", "isn’t what its name says"),
        ("x.pptx", SOUND["docx"], "isn’t what its name says"),
        (
            "x.docx",
            office("wordprocessingml.document", **{"word/vbaProject.bin": b"x"}),
            "isn’t what its name says",
        ),
        ("<img src=x onerror=alert(1)>.exe", b"MZ", "take no files of this type"),
        ("no ending", PDF, "take no files of this type"),
    ],
)
def test_a_file_that_is_none_is_refused_by_name_and_the_others_are_kept(
    campus, mine, name, content, says
):
    answer = upload(campus, mine, (name, content), ("good.pdf", PDF))
    assert says in answer.text
    assert "<img src=x" not in answer.text
    assert [one.filename for one in stored(campus)] == ["good.pdf"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [("..\\..\\evil.pdf", "evil.pdf"), ("/etc/passwd.pdf", "passwd.pdf"), ("۱ اول.pdf", "۱ اول.pdf"),
     ("a%0d%0aX-Evil: 1.pdf", "a_0d_0aX-Evil_ 1.pdf")],
)  # fmt: skip
def test_names_harm_nobody(campus, mine, name, kept):
    upload(campus, mine, (name, PDF))
    assert [one.filename for one in stored(campus)] == [kept]
    press(campus, mine)
    (slide,) = only_meeting(campus).slides
    assert slide.url.isascii()
    fetched = ask("GET", slide.url)
    assert fetched.status == 200
    assert "X-Evil" not in fetched.headers


def test_there_is_room_for_so_much_and_so_many(new_campus):
    campus = new_campus(kind="bigbluebutton")
    with campus.file.open("a") as file:
        file.write("[slides]\nmax_mb = 1\nmax_files = 2\n")
    campus.restart()
    mine = page_of(campus)
    big = PDF[:-7] + b" " * 600_000 + b"%%EOF\n"
    assert "Saved" in upload(campus, mine, ("a.pdf", big)).text
    assert "There is no more room" in upload(campus, mine, ("b.pdf", big)).text
    page = refused_page(campus, upload(campus, mine, ("c.pdf", big * 3)))
    assert page.headline == "These files are too large"
    assert "Saved" in upload(campus, mine, ("d.pdf", PDF)).text
    assert "There is no more room" in upload(campus, mine, ("e.pdf", PDF)).text
    assert [one.filename for one in stored(campus)] == ["a.pdf", "d.pdf"]


def refused_page(campus, answer):
    page = read(answer, 400)
    assert page.reference
    return page


def test_without_a_file_it_is_asked_for(campus, mine):
    assert "Choose a file first." in upload(campus, mine).text
    assert "Choose a file first." in upload(campus, mine, ("", b"")).text
    assert "Choose a file first." in post(campus, mine, "slides/add", file="x.pdf").text


@pytest.mark.parametrize(
    "fields",
    [
        {"do": ""},
        {"do": "x"},
        {"slide": "x"},
        {"slide": "-1"},
        {"meeting": "9" * 40},
        {"meeting": "99"},
    ],
    ids=str,
)
def test_forms_with_nonsense_are_refused(campus, mine, fields):
    upload(campus, mine, ("a.pdf", PDF))
    answer = post(
        campus, mine, "slides/change", **{"do": "delete", "sure": "yes", "slide": "1", **fields}
    )
    assert answer.status in {400, 403}
    assert len(stored(campus)) == 1


# Who may


def test_students_see_change_and_add_nothing(campus, mine):
    upload(campus, mine, ("secret plan.pdf", PDF))
    student = page_of(campus, BEN)
    assert "/course/slides" not in [form.action for form in student.forms]
    answers = [
        post(campus, student, "slides"),
        post(campus, student, "slides/change", do="delete", sure="yes", slide="1"),
        upload(campus, student, ("a.pdf", PDF)),
    ]
    for answer in answers:
        assert read(answer, 403).headline == "Only teachers of this course can do that"
        assert "secret plan" not in answer.text
    assert [one.filename for one in stored(campus)] == ["secret plan.pdf"]
    for path in ("slides", "slides/add", "slides/change"):
        assert Browser().ask("POST", f"{campus.url}/course/{path}", {}).status == 401
        assert Browser().ask("GET", f"{campus.url}/course/{path}").status == 403


def test_another_courses_files_are_none_of_a_teachers(campus, mine):
    upload(campus, mine, ("a.pdf", PDF))
    other = page_of(campus, link=campus.link("frame", course=1))
    answer = post(campus, other, "slides/change", do="delete", sure="yes", slide="1")
    assert "This file was deleted already." in answer.text
    assert post(campus, other, "slides", meeting="1").status == 403
    assert upload(campus, other, ("b.pdf", PDF), meeting="1").status == 403
    assert [one.filename for one in stored(campus)] == ["a.pdf"]


def test_addresses_that_we_did_not_give_out_lead_nowhere(campus, mine):
    upload(campus, mine, ("a.pdf", PDF), ("b.pdf", PDF))
    first, second = stored(campus)
    press(campus, mine)
    url = only_meeting(campus).slides[0].url
    base, token, mark, name = url.rsplit("/", 3)
    assert token == first.token
    forged = [
        f"{base}/{token}/x/{name}", f"{base}/{second.token}/{mark}/{name}",
        f"{base}/{token[:-1]}/{mark}/{name}", f"{base}/x/{mark}/{name}", f"{base}/%00/%ff/{name}",
        f"{base}/{token}/{mark}x/{name}",
    ]  # fmt: skip
    for each in forged:
        answer = ask("GET", each)
        assert answer.status == 401, each
        assert PDF not in answer.body
    assert ask("GET", f"{base}/{token}/{mark}/{name}/more").status == 404
    assert ask("POST", url, b"").status == 405
    assert ask("HEAD", url).status == 200
