"""The LMS's pages as a browser gets them."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest

from lti_bridge.simulators.lms import Campus, Course, Link, User, demo, roles

from .lms_browser import Browser, lms_and_tool, sign_in

EVIL = '<script>alert("x")</script>'


@pytest.fixture(scope="module")
def campus():
    with lms_and_tool() as pair:
        yield pair


@pytest.fixture
def lms(campus):
    return campus[0]


def test_whoever_is_not_signed_in_is_asked_who_they_are(lms):
    for path in ("/", "/courses", f"/courses/{demo.ALGEBRA.id}", "/profile"):
        page = Browser().get(lms.issuer + path)
        assert page.status == 303
        assert page.location == f"{lms.issuer}/sign-in"
    text = Browser().get(f"{lms.issuer}/sign-in").text
    for name in ("Dr. Ana Pereira", "Tomás Oliveira", "Ben Okafor", "سارا محمدی", "Sara Mohammadi"):
        assert name in text


def test_signing_in_leads_to_ones_own_courses(lms):
    browser = sign_in(lms, demo.TOMAS)
    assert browser.get(f"{lms.issuer}/").location == f"{lms.issuer}/courses"
    text = browser.get(f"{lms.issuer}/courses").text
    assert "Algebra I" in text
    assert "Introduction to Biology" in text
    assert "World Literature" not in text
    assert "Teaching assistant" in text


def test_the_session_cookie_is_the_lms_own_and_lax(lms):
    page = Browser().post(f"{lms.issuer}/sign-in", {"user": demo.BEN.id})
    (cookie,) = page.headers.get_all("Set-Cookie")
    assert cookie.startswith("riverbank_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_a_cookie_that_was_tampered_with_signs_nobody_in(lms):
    browser = sign_in(lms, demo.BEN)
    (jar,) = browser.cookies.values()
    for forged in (jar["riverbank_session"][:-1], "x", "W10."):
        jar["riverbank_session"] = forged
        assert browser.get(f"{lms.issuer}/courses").status == 303


def test_nobody_signs_in_under_an_unknown_account(lms):
    browser = Browser()
    for fields in ({"user": "nobody"}, {}):
        assert browser.post(f"{lms.issuer}/sign-in", fields).status == 400
    assert browser.cookies[lms.issuer.removeprefix("http://")] == {}


def test_forms_of_other_sites_sign_nobody_in_or_out(lms):
    browser = Browser()
    fields = {"user": demo.BEN.id}
    for path in ("/sign-in", "/sign-out"):
        page = browser.post(lms.issuer + path, fields, Origin="https://evil.example")
        assert page.status == 403
        assert browser.post(lms.issuer + path, fields, Origin="null").status == 403
        assert browser.post(lms.issuer + path, fields, Origin=lms.issuer).status == 303


def test_signing_out_ends_the_session(lms):
    browser = sign_in(lms, demo.BEN)
    assert browser.get(f"{lms.issuer}/courses").status == 200
    assert browser.post(f"{lms.issuer}/sign-out", {}).status == 303
    assert browser.get(f"{lms.issuer}/courses").status == 303


def test_the_course_page_has_content_and_the_links_of_the_live_class(lms):
    text = sign_in(lms, demo.BEN).get(f"{lms.issuer}/courses/{demo.ALGEBRA.id}").text
    for part in ("Announcements", "Modules", "People", "Completing the square", "Dr. Ana Pereira"):
        assert part in text
    for link in demo.ALGEBRA.links:
        assert f'href="/courses/{demo.ALGEBRA.id}/links/{link.id}"' in text
    assert text.count('target="_blank" rel="noopener"') == 2


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/assets/base.html",
        "/courses/unknown",
        f"/courses/{demo.ALGEBRA.id}/links/unknown",
        f"/courses/{demo.ALGEBRA.id}/links/{demo.BIOLOGY.link('frame').id}",
        f"/courses/{demo.LITERATURE.id}",
        f"/courses/{demo.LITERATURE.id}/links/{demo.LITERATURE.link('frame').id}/start",
    ],
)
def test_what_is_not_there_or_not_ones_own_looks_the_same(lms, path):
    page = sign_in(lms, demo.TOMAS).get(lms.issuer + path)
    assert page.status == 404
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Riverbank University" in page.text


def test_a_page_is_not_to_be_posted_to(lms):
    assert Browser().post(f"{lms.issuer}/courses", {}).status == 405


def test_the_profile_says_what_tools_are_told(lms):
    text = sign_in(lms, demo.SARA).get(f"{lms.issuer}/profile").text
    for part in (demo.SARA.id, demo.SARA.email, "سارا محمدی", "Sign out"):
        assert part in text


@pytest.mark.parametrize("path", ["/sign-in", "/courses", "/profile", "/return", "/nowhere"])
def test_every_page_bears_a_strict_policy(lms, path):
    page = sign_in(lms, demo.ANA).get(lms.issuer + path)
    policy = page.headers["Content-Security-Policy"]
    for part in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
        "base-uri 'none'",
    ):
        assert part in policy.split("; ")
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in policy
    assert " style=" not in page.text
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    ("name", "kind"),
    [("lms.css", "text/css"), ("lms.js", "text/javascript"), ("icon.svg", "image/svg+xml")],
)
def test_style_script_and_icon_come_from_the_lms_itself(lms, name, kind):
    page = Browser().get(f"{lms.issuer}/assets/{name}")
    assert page.status == 200
    assert page.headers["Content-Type"].startswith(kind)
    assert b"url(" not in page.body
    again = Browser().get(f"{lms.issuer}/assets/{name}", **{"If-None-Match": page.headers["ETag"]})
    assert again.status == 304


def test_the_way_back_names_the_course_and_shows_what_the_tool_says(lms):
    query = urlencode({"course": demo.ALGEBRA.id, "lti_msg": "See you", "lti_errormsg": "Full"})
    text = sign_in(lms, demo.BEN).get(f"{lms.issuer}/return?{query}").text
    for part in ("Back in your course", "See you", "Full", "Algebra I"):
        assert part in text
    assert f'target="_top" href="/courses/{demo.ALGEBRA.id}"' in text


def test_messages_for_the_log_are_not_shown(lms):
    text = Browser().get(f"{lms.issuer}/return?lti_log=in-depth&lti_errorlog=dump").text
    assert "in-depth" not in text
    assert "dump" not in text


def test_the_way_back_tells_nobody_of_courses_they_are_not_in(lms):
    for browser in (Browser(), sign_in(lms, demo.TOMAS)):
        for course in (demo.LITERATURE.id, "unknown"):
            page = browser.get(f"{lms.issuer}/return?course={course}")
            assert page.status == 200
            assert "World Literature" not in page.text


def test_what_the_tool_says_is_text_and_never_html(lms):
    query = urlencode({"lti_msg": EVIL, "lti_errormsg": EVIL, "course": EVIL})
    text = Browser().get(f"{lms.issuer}/return?{query}").text
    assert EVIL not in text
    assert text.count("&lt;script&gt;") == 2


def test_names_and_titles_are_text_and_never_html():
    link = Link("rl-1", "frame", EVIL, EVIL)
    user = User("u-1", EVIL, EVIL, EVIL, "en", (roles.STUDENT,), latin_name=EVIL, occupation=EVIL)
    course = Course("c-1", EVIL, EVIL, (link,), {user.id: ("urn:unknown",)}, EVIL, EVIL)
    with lms_and_tool(campus=Campus("g", EVIL, (user,), (course,))) as (lms, _):
        browser = sign_in(lms, user)
        paths = ("/sign-in", "/courses", "/courses/c-1", "/courses/c-1/links/rl-1", "/profile")
        pages = [browser.get(lms.issuer + path) for path in paths]
        pages.append(browser.get(f"{lms.issuer}/courses/c-1/links/rl-1/start"))
        for page in pages:
            assert page.status == 200
            assert "<script>" not in page.text
        assert "Participant" in pages[2].text


def test_somebody_without_courses_is_told_so():
    lonely = replace(demo.BEN, id="usr:new")
    with lms_and_tool(campus=replace(demo.DEMO_CAMPUS, users=(lonely,))) as (lms, _):
        assert "in no course" in sign_in(lms, lonely).get(f"{lms.issuer}/courses").text


def test_links_of_a_course_are_found_by_kind():
    assert demo.ALGEBRA.link("join").custom == {"action": "join"}
    with pytest.raises(KeyError):
        demo.ALGEBRA.link("none")


def test_everybody_in_a_course_of_the_demonstration_has_an_account():
    for course in demo.DEMO_CAMPUS.courses:
        assert course.roles.keys() <= demo.DEMO_CAMPUS.user_by_id.keys()
