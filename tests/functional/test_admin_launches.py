"""The pages of launches: a reference number is enough to find the cause."""

from __future__ import annotations

import re
import time
from urllib.parse import quote

import pytest
from sqlalchemy import select

from lti_bridge.store import LaunchEntry
from lti_bridge.store.tables import LaunchRow
from tests.campus import Browser
from tests.functional.administrators import at_work
from tests.functional.tools import LTI, everything_listed

REFERENCE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")


def refused(campus):
    """The number on the page of a launch with a spoilt token."""
    answer = campus.launch(campus.student, campus.link("frame"), claims={"aud": "somebody-else"})
    assert answer.status == 401
    reference = REFERENCE.search(answer.text)[0]
    written(campus, reference)
    return reference


def written(campus, reference):
    for _ in range(100):
        if campus.bridge.store.launches.by_reference(reference):
            return
        time.sleep(0.05)  # the journal writes a moment later
    raise AssertionError(reference)


@pytest.fixture
def ana(campus):
    return at_work(campus, "ana", ["viewData"])


def test_the_list_knows_what_came_in_a_moment_ago(campus, ana):
    for _ in range(5):  # the journal by itself needs half a second for each
        answer = campus.launch(campus.student, campus.link("frame"), claims={"aud": "another"})
        reference = REFERENCE.search(answer.text)[0]
        assert reference in ana.get("/launches").text
        assert ana.get(f"/launches/{reference}").status == 200


@pytest.mark.parametrize(
    "spelling",
    [str, str.lower, lambda r: r.replace("-", ""), lambda r: f"  {r.replace('-', ' ')} ",
     lambda r: r.replace("0", "O").replace("1", "l"), lambda r: f"No.: {r}"[5:]],
    ids=["as-shown", "lower-case", "without-dash", "blanks", "look-alikes", "copied"],
)  # fmt: skip
def test_a_refused_launch_is_found_by_its_number_however_it_is_typed(campus, ana, spelling):
    reference = refused(campus)
    found = ana.get(f"/launches?reference={quote(spelling(reference))}")
    assert found.location == f"/admin/launches/{reference}"
    page = ana.get(f"/launches/{reference}").text
    assert "was refused" in page
    assert "Where it stopped" in page
    assert "the token: is it genuine" in page
    assert "What to do" in page
    assert "Riverbank" in page
    passed = page.partition("Steps that went well")[2]
    assert "the state: is it ours" in passed
    assert "the token:" not in passed


def test_the_list_is_narrowed_by_course_person_platform_and_outcome(campus, ana):
    campus.launch(campus.student, campus.link("frame"))
    campus.launch(campus.teacher, campus.link("frame", course=1))
    reference = refused(campus)
    deadline = time.monotonic() + 10
    while len(everything_listed(campus)) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)  # the journal writes a moment later
    entries = {one.course_id: one for one in everything_listed(campus)}

    def listed(query):
        return REFERENCE.findall(ana.get(f"/launches?{query}").text)[::2]

    everything = ana.get("/launches").text
    assert len(set(re.findall(r"/launches/([0-9A-Z-]{9})", everything))) == 3
    refused_only = ana.get("/launches?outcome=refused").text
    assert set(re.findall(r"/launches/([0-9A-Z-]{9})", refused_only)) == {reference}
    first = next(one for one in entries.values() if one.course_id and one.role == "attendee")
    of_course = ana.get(f"/launches?course={first.course_id}").text
    assert first.reference in of_course
    assert reference not in of_course
    title = campus.lms.campus.courses[0].title
    assert first.reference in ana.get(f"/launches?course={quote(title[1:].upper())}").text
    of_person = ana.get(f"/launches?person={first.user_id}").text
    assert set(re.findall(r"/launches/([0-9A-Z-]{9})", of_person)) == {first.reference}
    assert "Nothing found" in ana.get("/launches?platform=99").text
    assert "Nothing found" in ana.get("/launches?reference=ZZZZZZZZ").text
    assert listed("platform=1")


def said_in(ana, answer):
    """The part of a refused launch's page with what the platform said."""
    reference = REFERENCE.search(answer.text)[0]
    return ana.get(f"/launches/{reference}").text.partition("What the platform said</h2>")[2]


def test_a_launch_shows_what_the_platform_said_without_secrets_and_names(campus, ana):
    link = campus.link("frame")
    wrong = {"aud": "another", "exp": 1_900_000_000, f"{LTI}custom": {"pin": "4321"}}
    form = campus.form(Browser(), campus.teacher, link, claims=wrong)
    bad = campus.launch(campus.teacher, link, claims=wrong)
    said = said_in(ana, bad)
    assert "custom.pin</code>" in said
    assert "Signed by the platform" in said
    assert "(<bdi>2030-03-17 17:46:40 UTC</bdi>)" in said
    assert f'<code dir="ltr" title="{LTI}context">context.title</code>' in said
    assert "<bdi>Instructor</bdi>" in said
    assert "in the course" in said
    assert f'<span class="soft">••• ({len(campus.teacher.name)} characters)</span>' in said
    everything = ana.get("/launches").text + said
    for own in (campus.teacher.name, campus.teacher.family_name, campus.teacher.email, "4321"):
        assert own not in everything
    kept = str(campus.bridge.store.database.read(lambda c: c.execute(select(LaunchRow)).all()))
    assert campus.teacher.name not in kept
    assert form["id_token"] not in kept


def test_what_nothing_proved_is_shown_as_not_verified(campus, ana):
    link = campus.link("frame")
    form = campus.form(Browser(), campus.student, link)
    said = said_in(ana, campus.post_launch(Browser(), form))
    assert "Not verified" in said
    assert "Signed by the platform" not in said
    assert '<code dir="ltr" title="iss">iss</code>' in said
    assert campus.student.name not in said
    form["id_token"] = "x.y.z"
    assert "Nothing is kept of it" in said_in(ana, campus.post_launch(Browser(), form))


def test_a_launch_by_lti_1p1_shows_its_parameters(new_campus):
    campus = new_campus(old_platform="")
    ana = at_work(campus, "ana", ["viewData"])
    spoilt = campus.old_form(campus.student, campus.link("frame")) | {"user_id": "<b>somebody</b>"}
    said = said_in(ana, campus.post_old_launch(spoilt))
    assert "Not verified" in said
    assert "&lt;b&gt;somebody" in said
    assert "oauth_signature</code>" in said
    assert spoilt["oauth_signature"] not in said
    assert campus.student.name not in said


def test_no_claims_are_kept_where_the_settings_want_none(new_campus):
    campus = new_campus(platform="\n[retention]\nclaims_days = 0")
    ana = at_work(campus, "ana", ["viewData"])
    bad = campus.launch(campus.student, campus.link("frame"), claims={"aud": "another"})
    assert "Nothing is kept of it" in said_in(ana, bad)


@pytest.mark.parametrize(
    "query",
    ["person=x", "course=-1", "platform=%00", "outcome=none", "before=9999999999999999999999",
     "reference=%F0%9F%98%80", "reference=" + "A" * 5000, "person=99999999999999999999"],
)  # fmt: skip
def test_a_search_that_makes_no_sense_is_answered_all_the_same(ana, query):
    assert ana.get(f"/launches?{query}").status == 200


@pytest.mark.parametrize("reference", ["ZZZZ-ZZZZ", "x" * 500, "%00", "%F0%9F%98%80"])
def test_a_launch_that_is_not_there_says_so(ana, reference):
    answer = ana.get(f"/launches/{reference}")
    assert answer.status == 400
    assert "No launch of the last 30 days" in answer.text


def test_many_launches_are_paged(campus, ana):
    campus.bridge.store.launches.add(
        [LaunchEntry(f"AAAA-{number:04}", number, "page", 3) for number in range(120)]
    )
    seen, path = [], "/launches?outcome=page"
    for _ in range(3):
        page = ana.get(path).text
        seen += re.findall(r'/launches/(AAAA-[0-9]{4})"', page)
        path = (re.findall(r'href="/admin(/launches\?before=[^"]+)"', page) or [""])[-1]
        path = path.replace("&amp;", "&")
    assert seen == [f"AAAA-{number:04}" for number in reversed(range(120))]
    assert not path


def test_what_an_lms_wrote_is_no_markup(campus, ana):
    campus.bridge.store.launches.add(
        [LaunchEntry("BBBB-0000", 1, "refused", 3, detail="<script>x</script> → <b>y</b>")]
    )
    for path in ("/launches", "/launches/BBBB-0000"):
        page = ana.get(path).text
        assert "<script>x" not in page
        assert "<b>y" not in page
