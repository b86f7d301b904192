"""The recordings of a course: who sees which, what teachers do with them, and what of it is ours."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from lti_bridge.app.background import jobs_of
from lti_bridge.simulators.bigbluebutton.recordings import Format, Image
from lti_bridge.store import FoundRecording
from tests.campus import Browser, Campus
from tests.functional.tools import LTI, read

COURSE_PAGE = {f"{LTI}custom": {"action": "course", "record": "true"}}
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"
SRT = b"1\n00:00:00,000 --> 00:00:02,000\nHello\n"
SSA = (
    b"[Script Info]\nScriptType: v4.00\n\n[Events]\n"
    b"Dialogue: 0,0:00:00.00,0:00:02.00,Default,,0,0,0,,Hello\n"
)
ACTIONS = ("publish", "rename", "delete", "captions", "captions/add", "captions/remove")


def page_of(campus, user, course=0):
    return read(campus.launch(user, campus.link("frame", course), claims=COURSE_PAGE))


def ask(campus, page, path, **fields):
    form = {"session": page.session, **{k: str(v) for k, v in fields.items()}}
    return Browser().ask("POST", f"{campus.url}/course/{path}", form)


def upload(campus, page, content, **fields):
    """The captions' form with its file, as browsers send it."""
    mark = "----captions"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in {"session": page.session, **fields}.items()
    ]
    if content is not None:
        head = 'Content-Disposition: form-data; name="file"; filename="a.vtt"\r\n\r\n'
        parts.append(f"--{mark}\r\n{head}".encode() + content + b"\r\n")
    body = b"".join(parts) + f"--{mark}--\r\n".encode()
    connection = http.client.HTTPConnection(urlsplit(campus.url).netloc, timeout=20)
    headers = {"Content-Type": f"multipart/form-data; boundary={mark}"}
    connection.request("POST", "/course/recording/captions/add", body, headers)
    response = connection.getresponse()
    answer = response.status, response.read().decode()
    connection.close()
    return answer


def meeting_row(campus):
    rows = campus.bridge.store.database.read(
        lambda c: c.execute(text("SELECT id FROM meetings ORDER BY id")).scalars().all()
    )
    return campus.bridge.store.meetings.by_id(rows[0])


def collect(campus, minutes=10.0):
    return replace(jobs_of(campus.bridge), now=lambda: time.time() + minutes * 60).collect_records()


def with_recordings(campus):
    """A published recording, and one that is hidden, are left of a class."""
    for person in (campus.teacher, campus.student):
        campus.launch(person, campus.link("window"))
    image = Image(f"{campus.meetingz_server.url}/pictures/1.png", "Ben Okafor's homework")
    formats = (Format("presentation", images=(image,)), Format("podcast"), Format("statistics"))
    given = {"meeting_id": meeting_row(campus).meeting_id, "formats": formats}
    campus.service.recordings.add(name="Week 1", record_id="rec-1", **given)
    campus.service.recordings.add(name="Week 2", record_id="rec-2", state="unpublished", **given)
    assert collect(campus) == 1
    return campus


@pytest.fixture
def bbb(new_campus):
    """A BigBlueButton with recordings."""
    return with_recordings(new_campus(kind="bigbluebutton"))


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    """The same for tests that change nothing, with pages that are open."""
    folder = tmp_path_factory.mktemp("campus")
    with Campus(folder, f"sqlite:///{folder / 'bridge.db'}", kind="bigbluebutton") as campus:
        with_recordings(campus)
        campus.teachers = page_of(campus, campus.teacher)
        campus.students = page_of(campus, campus.student)
        campus.others = page_of(campus, campus.teacher, course=1)
        yield campus


def ids(campus):
    rows = campus.bridge.store.database.read(
        lambda c: c.execute(text("SELECT record_id, id FROM recordings")).all()
    )
    return {row[0]: row[1] for row in rows}


def state_of(campus, record_id):
    return next(one.state for one in campus.service.recordings.all if one.record_id == record_id)


def calls(campus):
    return len(campus.service.faults.requests)


# Seeing


def test_students_see_what_is_published_and_teachers_all_without_a_call(bbb):
    teacher, student = page_of(bbb, bbb.teacher), page_of(bbb, bbb.student)
    assert any(form.action == "/course/recordings" for form in student.forms)
    before = calls(bbb)
    all_of_them, published = (read(ask(bbb, one, "recordings")) for one in (teacher, student))
    assert calls(bbb) == before, "only our own rows"
    assert all_of_them.headline == published.headline == "Recordings"
    for words in ("Week 1", "Week 2", "Hidden from students", "Statistics", "Presentation"):
        assert words in all_of_them.text
    assert "Week 1" in published.text
    for words in ("Week 2", "Statistics", "Change", "Hidden", "Delete"):
        assert words not in published.text
    assert "1 hr" in published.text


def test_a_playback_address_is_in_no_page_and_the_way_there_is_checked(bbb):
    teacher, student = page_of(bbb, bbb.teacher), page_of(bbb, bbb.student)
    answer = ask(bbb, student, "recordings")
    assert "playback/" not in answer.text
    rows = ids(bbb)
    there = ask(bbb, student, "recording/watch", recording=rows["rec-1"], format=0)
    assert there.status == 303
    assert there.location.endswith("playback/rec-1")
    assert there.headers["Referrer-Policy"] == "no-referrer"
    audio = ask(bbb, student, "recording/watch", recording=rows["rec-1"], format=1)
    assert audio.location.endswith("rec-1/podcast")
    for hidden in ((rows["rec-2"], 0), (rows["rec-1"], 2), (rows["rec-1"], 9), (10**9, 0)):
        refusal = ask(bbb, student, "recording/watch", recording=hidden[0], format=hidden[1])
        assert read(refusal, 403).headline == "This recording is no longer there"
    for seen in ((rows["rec-2"], 0), (rows["rec-1"], 2)):
        assert ask(bbb, teacher, "recording/watch", recording=seen[0], format=seen[1]).status == 303


def test_pictures_have_a_fixed_size_say_nothing_of_people_and_are_allowed_by_origin(bbb):
    answer = ask(bbb, page_of(bbb, bbb.student), "recordings")
    assert "Ben Okafor" not in answer.text
    assert 'loading="lazy"' in answer.text
    assert 'referrerpolicy="no-referrer"' in answer.text
    assert 'alt="Picture 1 of the recording"' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert f"img-src 'self' data: {bbb.meetingz_server.url};" in policy
    plain = ask(bbb, page_of(bbb, bbb.student), "open")
    assert "img-src 'self' data:;" in plain.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "ftp://x/y", "http://a b/", "https://x;script-src *", "https://[", ""],
)
def test_addresses_that_are_no_web_addresses_are_left_out(bbb, url):
    meeting = meeting_row(bbb)
    picture = {"url": url, "alt": "", "width": 1, "height": 1}
    formats = [{"type": "video", "url": url, "thumbnails": [picture]}]
    odd = FoundRecording(
        "odd", "<script>alert(1)</script>", "published", 1, None, None, None, json.dumps(formats)
    )
    bbb.bridge.store.records.save_recordings(meeting.id, "live", [odd], 1)
    answer = ask(bbb, page_of(bbb, bbb.student), "recordings")
    page = read(answer)
    assert "<script>alert(1)</script>" in page.text, "as text"
    assert all("bridge.js" in one or "frame.js" in one for one in page.scripts), "only ours"
    assert "recording/watch" not in answer.text
    assert "<img" not in answer.text
    assert "img-src 'self' data:;" in answer.headers["Content-Security-Policy"]


def test_a_recording_without_a_name_goes_by_its_class_and_date(bbb):
    meeting = meeting_row(bbb)
    began = 1_790_000_000_000
    unnamed = [
        FoundRecording(str(n), name, "published", began, None, 90 * 60_000, None, "[]")
        for n, name in enumerate(("", meeting.name))
    ]
    bbb.bridge.store.records.save_recordings(meeting.id, "live", unnamed, 1)
    answer = ask(bbb, page_of(bbb, bbb.student), "recordings")
    assert answer.text.count(f"<bdi>{meeting.name}</bdi> · <bdi>Sep 21, 2026</bdi></h2>") == 2


def test_many_are_paged_newest_first(bbb):
    meeting = meeting_row(bbb)
    many = [
        FoundRecording(
            f"r{n}", f"Class {n:02}", "published", n * 86_400_000, None, None, None, "[]"
        )
        for n in range(25)
    ]
    bbb.bridge.store.records.save_recordings(meeting.id, "live", many, 1)
    student = page_of(bbb, bbb.student)
    first = read(ask(bbb, student, "recordings"))
    assert first.text.index("Class 24") < first.text.index("Class 15")
    assert "Class 14" not in first.text
    last = read(ask(bbb, student, "recordings", start=20, meeting=meeting.id))
    assert "Class 04" in last.text
    assert "Class 05" not in last.text
    assert [f.fields["start"] for f in last.forms if "start" in f.fields] == ["10"]
    beyond = read(ask(bbb, student, "recordings", start=10**9))
    assert "Class 04" in beyond.text
    for start in ("-1", "x", "9" * 30):
        assert read(ask(bbb, student, "recordings", start=start), 400).headline


def test_a_groups_recordings_are_for_its_people(bbb):
    jobs_of(bbb.bridge).rosters()
    groups = {g.name: g.id for g in bbb.bridge.store.groups.of_course(meeting_row(bbb).course_id)}
    ben = page_of(bbb, bbb.student)
    ask(bbb, ben, "groups/enter", group=groups["Blue team"])
    own = bbb.bridge.store.groups.meeting(groups["Blue team"])
    bbb.service.recordings.add(meeting_id=own.meeting_id, name="Blue only", record_id="blue")
    collect(bbb, 20)
    sara = page_of(bbb, bbb.other_student)
    assert "Blue only" in read(ask(bbb, ben, "recordings")).text
    assert "Blue only" in read(ask(bbb, page_of(bbb, bbb.teacher), "recordings")).text
    assert "Blue only" not in read(ask(bbb, sara, "recordings")).text
    assert ask(bbb, sara, "recording/watch", recording=ids(bbb)["blue"]).status == 403
    assert ask(bbb, sara, "recordings", meeting=own.id).status == 403
    assert "Blue only" in read(ask(bbb, ben, "recordings", meeting=own.id)).text


# Changing


def test_what_a_teacher_changes_is_done_at_the_service_and_seen_at_once(bbb):
    teacher, student, rows = page_of(bbb, bbb.teacher), page_of(bbb, bbb.student), ids(bbb)
    second = {"recording": rows["rec-2"]}
    shown = read(ask(bbb, teacher, "recording/publish", published="true", **second))
    assert "Students can see the recording now." in shown.text
    assert state_of(bbb, "rec-2") == "published"
    assert "Week 2" in read(ask(bbb, student, "recordings")).text
    ask(bbb, teacher, "recording/publish", published="false", **second)
    assert state_of(bbb, "rec-2") == "unpublished"
    assert "Week 2" not in read(ask(bbb, student, "recordings")).text
    renamed = read(ask(bbb, teacher, "recording/rename", name="  Sums  & \u202esigns ", **second))
    assert "The recording has its new name." in renamed.text
    assert "Sums & \u202esigns" in renamed.text
    collect(bbb, 60)
    assert "Sums & \u202esigns" in read(ask(bbb, teacher, "recordings")).text


def test_deleting_asks_once_more_and_says_what_is_lost(bbb):
    teacher, first = page_of(bbb, bbb.teacher), {"recording": ids(bbb)["rec-1"]}
    asked = read(ask(bbb, teacher, "recording/delete", **first))
    assert asked.headline == "Delete this recording?"
    assert "for good" in asked.text
    assert state_of(bbb, "rec-1") == "published"
    sure = next(form for form in asked.forms if "sure" in form.fields)
    gone = read(Browser().ask("POST", f"{bbb.url}{sure.action}", sure.fields))
    assert "The recording is deleted." in gone.text
    assert "Week 1" not in gone.text
    assert state_of(bbb, "rec-1") == "deleted"
    again = Browser().ask("POST", f"{bbb.url}{sure.action}", sure.fields)
    assert read(again, 403).headline == "This recording is no longer there"


def test_captions_are_added_listed_and_removed(bbb):
    teacher, row = page_of(bbb, bbb.teacher), ids(bbb)["rec-1"]
    assert (
        "There are no captions yet."
        in read(ask(bbb, teacher, "recording/captions", recording=row)).text
    )
    for content, lang in ((VTT, "en"), (SRT, "fa"), (b"\xef\xbb\xbf" + SSA, "pt-BR")):
        status, page = upload(bbb, teacher, content, recording=row, lang=lang)
        assert status == 200
        assert "The captions are sent." in page
    tracks = next(one for one in bbb.service.recordings.all if one.record_id == "rec-1").tracks
    assert set(tracks) == {("captions", "en"), ("captions", "fa"), ("captions", "pt-BR")}
    assert "0:00:02.000\nHello" in tracks["captions", "pt-BR"].content
    listed = read(ask(bbb, teacher, "recording/captions", recording=row))
    assert "Persian" in listed.text
    fields = {"kind": "captions", "lang": "fa"}
    removed = ask(bbb, teacher, "recording/captions/remove", recording=row, **fields)
    assert "The captions are taken away." in read(removed).text
    assert set(tracks) == {("captions", "en"), ("captions", "pt-BR")}


@pytest.mark.parametrize(
    ("content", "lang", "words"),
    [
        (None, "en", "Choose a file"),
        (b"", "en", "Choose a file"),
        (b"x" * 1_000_001, "en", "too large"),
        (b"MZ\x00\x01", "en", "saved as UTF-8"),
        ("WEBVTT é".encode("utf-16"), "en", "saved as UTF-8"),
        (b"just words", "en", "saved as UTF-8"),
        (VTT, "", "Choose the language"),
        (VTT, "../x", "Choose the language"),
    ],
)
def test_captions_that_are_none_are_sent_back_with_the_reason(still, content, lang, words):
    teacher, row = still.teachers, ids(still)["rec-1"]
    status, page = upload(still, teacher, content, recording=row, lang=lang)
    assert status == 400
    assert words in page


def test_a_file_beyond_all_measure_is_not_even_read(still):
    teacher, row = still.teachers, ids(still)["rec-1"]
    assert upload(still, teacher, b"x" * 1_200_000, recording=row, lang="en")[0] == 413


@pytest.mark.parametrize("path", ACTIONS)
def test_students_posting_a_teachers_form_change_nothing(still, path):
    student, row = still.students, ids(still)["rec-1"]
    before = calls(still)
    fields = {"recording": row, "sure": "yes", "name": "x", "published": "false"}
    answer = ask(still, student, f"recording/{path}", **fields, kind="captions", lang="en")
    assert read(answer, 403).headline == "Only teachers of this course can do that"
    assert calls(still) == before


@pytest.mark.parametrize("path", [*ACTIONS, "watch"])
def test_other_courses_recordings_are_nobodys(still, path):
    row, before = ids(still)["rec-1"], calls(still)
    other = still.others
    fields = {"recording": row, "sure": "yes", "name": "x", "published": "false"}
    if path == "captions/add":
        assert upload(still, other, VTT, recording=row, lang="en")[0] == 403
    else:
        answer = ask(still, other, f"recording/{path}", **fields, kind="captions", lang="en")
        assert read(answer, 403).headline == "This recording is no longer there"
    made = ("publishRecordings", "updateRecordings", "deleteRecordings", "RecordingTextTrack")
    assert not any(
        name in str(one) for one in still.service.faults.requests[before:] for name in made
    )
    assert ask(still, other, "recordings", meeting=meeting_row(still).id).status == 403


@pytest.mark.parametrize("recording", ["", "x", "-1", "9" * 40, "1 OR 1=1"])
@pytest.mark.parametrize("path", [*ACTIONS, "watch"])
def test_what_names_no_recording_is_refused(still, path, recording):
    fields = {"recording": recording, "sure": "yes", "name": "x", "kind": "captions", "lang": "en"}
    answer = ask(still, still.teachers, f"recording/{path}", **fields)
    assert answer.status == 400


@pytest.mark.parametrize("fields", [{}, {"kind": "x"}, {"lang": "'; --"}, {"lang": "a" * 50}])
def test_captions_to_be_removed_have_a_kind_and_a_language(still, fields):
    good = {"kind": "captions", "lang": "en"} if fields else {}
    sent = {"recording": ids(still)["rec-1"], **good, **fields}
    assert ask(still, still.teachers, "recording/captions/remove", **sent).status == 400


@pytest.mark.parametrize("name", ["", "   ", "\x00\x01"])
def test_a_name_must_say_something(still, name):
    teacher = still.teachers
    answer = ask(still, teacher, "recording/rename", recording=ids(still)["rec-1"], name=name)
    assert "Give the recording a name." in read(answer, 400).text


@pytest.mark.parametrize("fault", ["500", "html", "down"])
@pytest.mark.parametrize("path", ["publish", "rename", "delete"])
def test_a_service_that_fails_changes_nothing_and_says_so_kindly(bbb, path, fault):
    teacher, row = page_of(bbb, bbb.teacher), ids(bbb)["rec-1"]
    fields = {"recording": row, "sure": "yes", "name": "Other", "published": "false"}
    bbb.service.faults.set(fault)
    answer = read(ask(bbb, teacher, f"recording/{path}", **fields), 503)
    assert "Nothing was changed" in answer.text
    assert "Week 1" in answer.text
    assert "Other" not in answer.text
    bbb.service.faults.clear()
    assert "Week 1" in read(ask(bbb, page_of(bbb, bbb.student), "recordings")).text
    assert state_of(bbb, "rec-1") == "published"


def test_a_service_that_has_it_no_more_takes_it_off_the_page(bbb):
    teacher, row = page_of(bbb, bbb.teacher), ids(bbb)["rec-1"]
    service = bbb.bridge.services.service_for("live")
    service.delete_recordings(["rec-1"])
    answer = ask(bbb, teacher, "recording/publish", recording=row, published="true")
    assert read(answer, 403).headline == "This recording is no longer there"
    assert "Week 1" not in read(ask(bbb, teacher, "recordings")).text


@pytest.mark.parametrize("kind", ["meetingz", "mconf", "onstream"])
def test_only_what_a_service_can_do_is_offered_and_taken(new_campus, kind):
    campus = new_campus(kind=kind)
    teacher = page_of(campus, campus.teacher)
    meeting = meeting_row(campus)
    formats = json.dumps([{"type": "video", "url": "https://x.example/1"}])
    found = [FoundRecording("77", "Mine", "published", 1, None, None, None, formats)]
    campus.bridge.store.records.save_recordings(meeting.id, "live", found, 1)
    page = read(ask(campus, teacher, "recordings"))
    assert "Captions" not in page.text, "only BigBlueButton takes them"
    assert ("Hide from students" in page.text) == (kind != "onstream")
    row = ids(campus)["77"]
    refused = ask(campus, teacher, "recording/captions", recording=row)
    assert "can’t do that" in read(refused, 503).text
    if kind == "onstream":
        answer = ask(campus, teacher, "recording/publish", recording=row, published="false")
        assert "can’t do that" in read(answer, 503).text
    there = ask(campus, page_of(campus, campus.student), "recording/watch", recording=row)
    assert there.location == "https://x.example/1"


def test_addresses_alone_lead_nowhere(still):
    for path in ("recordings", "recording/watch", "recording/delete"):
        answer = Browser().ask("GET", f"{still.url}/course/{path}")
        assert read(answer, 403).headline == "Open this from your course"
