"""The LMS's pages of deep linking: who may open a picker, what comes back, a course's copy."""

from __future__ import annotations

import pytest

from lti_bridge.simulators.lms import demo

from .lms_browser import Browser, lms_and_tool, sign_in


@pytest.fixture
def lms():
    with lms_and_tool() as (lms, _):
        yield lms


def test_who_teaches_opens_the_picker_in_a_frame(lms):
    page = sign_in(lms, demo.ANA).get(f"{lms.issuer}/courses/{demo.ALGEBRA.id}")
    assert "Add a live class" in page.text
    page = sign_in(lms, demo.TOMAS).get(f"{lms.issuer}/courses/{demo.ALGEBRA.id}/add")
    assert page.status == 200
    assert f"/courses/{demo.ALGEBRA.id}/add/start" in page.text
    assert "frame-src 'self' http://127.0.0.1" in page.headers["Content-Security-Policy"]


def test_students_see_neither_picker_nor_copy(lms):
    ben = sign_in(lms, demo.BEN)
    page = ben.get(f"{lms.issuer}/courses/{demo.ALGEBRA.id}")
    assert "Add a live class" not in page.text
    assert "Copy this course" not in page.text
    for path in ("add", "add/start"):
        assert ben.get(f"{lms.issuer}/courses/{demo.ALGEBRA.id}/{path}").status == 403
    assert ben.post(f"{lms.issuer}/courses/{demo.ALGEBRA.id}/copy", {}).status == 403
    assert ben.get(f"{lms.issuer}/courses/nowhere/add").status == 404
    assert Browser().get(f"{lms.issuer}/courses/{demo.ALGEBRA.id}/add").status == 303


def test_the_picker_is_begun_like_a_launch(lms):
    page = sign_in(lms, demo.ANA).get(f"{lms.issuer}/courses/{demo.ALGEBRA.id}/add/start")
    assert page.form.fields["client_id"] == "client-1"
    assert page.form.fields["lti_message_hint"]


def test_a_course_is_copied_for_another_term(lms):
    ana = sign_in(lms, demo.ANA)
    answer = ana.post(f"{lms.issuer}/courses/{demo.ALGEBRA.id}/copy", {})
    assert answer.status == 303
    assert "Algebra I (copy)" in ana.get(answer.location).text
    assert "Algebra I (copy)" in ana.get(f"{lms.issuer}/courses").text
    copy = lms.campus.courses[-1]
    assert copy.history == (demo.ALGEBRA.id,)
    answer = ana.post(
        f"{lms.issuer}/courses/{demo.ALGEBRA.id}/copy", {}, Origin="https://evil.example"
    )
    assert answer.status == 403


def test_an_answer_that_isnt_one_is_refused_in_words(lms):
    page = Browser().post(f"{lms.issuer}/lti/deep-links", {"JWT": "a.b.c"})
    assert page.status == 401
    assert "JSON Web Token" in page.text
    assert Browser().post(f"{lms.issuer}/lti/deep-links", {}).status == 401
