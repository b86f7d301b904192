"""CONTRACT.md, 4: "Which page" and "Frame or window", for every case."""

from __future__ import annotations

import pytest

from tests.campus import Browser
from tests.functional.tools import INSTRUCTOR, LEARNER, LTI, ROLES, press, read

PRESENTATIONS = {
    "window": {"document_target": "window"},
    "frame": {"document_target": "iframe"},
    "not said": {},
    "no claim": None,
}


def launch(campus, role, action, presentation, **custom):
    said = PRESENTATIONS[presentation]
    custom |= {} if action is None else {"action": action}
    claims = {ROLES: [role], f"{LTI}custom": custom}
    remove = []
    if said is None:
        remove = [f"{LTI}launch_presentation"]
    else:
        claims[f"{LTI}launch_presentation"] = said
    return campus.launch(campus.student, campus.link(), claims=claims, remove=remove)


TEACHERS = {"/course/settings", "/course/grading", "/course/plan"}


@pytest.mark.parametrize(
    ("role", "action"), [(LEARNER, "join"), (INSTRUCTOR, "join"), (LEARNER, None), (LEARNER, "x")]
)
def test_straight_to_the_meeting_in_a_window(shared, role, action):
    answer = launch(shared, role, action, "window")
    assert answer.joined_as
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("role", "action"), [(LEARNER, "join"), (INSTRUCTOR, "join"), (LEARNER, None)]
)
@pytest.mark.parametrize("presentation", ["frame", "not said", "no claim"])
def test_in_a_frame_one_button_opens_the_meeting_in_a_new_window(
    shared, role, action, presentation
):
    page = read(launch(shared, role, action, presentation))
    form = page.forms[0]
    assert [one.target for one in page.forms].count("_blank") == 1
    assert (form.action, form.method, form.target) == ("/course/join", "post", "_blank")
    assert press(shared, page).joined_as


@pytest.mark.parametrize(
    ("role", "action", "forms"),
    [
        (INSTRUCTOR, None, TEACHERS),
        (INSTRUCTOR, "course", TEACHERS),
        (INSTRUCTOR, "", TEACHERS),
        (LEARNER, "course", set()),
    ],
)
@pytest.mark.parametrize("presentation", PRESENTATIONS)
def test_the_course_page_whose_first_button_is_join(shared, role, action, forms, presentation):
    page = read(launch(shared, role, action, presentation))
    actions = [form.action for form in page.forms]
    assert actions[0] == "/course/join"
    assert TEACHERS & set(actions) == forms
    assert page.forms[0].target == "_blank"
    assert press(shared, page).joined_as


@pytest.mark.parametrize("presentation", PRESENTATIONS)
def test_a_link_that_says_embed_is_answered_as_in_a_window(shared, presentation):
    assert launch(shared, LEARNER, None, presentation, embed="true").joined_as
    assert launch(shared, INSTRUCTOR, "join", presentation, embed="true").joined_as
    assert read(launch(shared, INSTRUCTOR, "course", presentation, embed="true")).forms


def test_join_from_a_page_leads_to_the_same_meeting_as_a_window_launch(shared):
    direct = launch(shared, LEARNER, "join", "window").joined_as
    page = read(launch(shared, LEARNER, "join", "frame"))
    assert press(shared, page).joined_as == direct


def test_every_link_of_the_demo_leads_where_it_says(shared):
    for user in (shared.teacher, shared.student):
        assert shared.launch(user, shared.link("join")).joined_as
        assert read(shared.launch(user, shared.link("frame"))).forms
    assert shared.launch(shared.student, shared.link("window")).joined_as
    assert read(shared.launch(shared.teacher, shared.link("window"))).forms


@pytest.mark.parametrize(
    ("locale", "accepted", "language", "direction"),
    [
        ("fa", "en", "fa", "rtl"),
        ("ar-EG", "en", "ar", "rtl"),
        ("pt-BR", "en", "pt", "ltr"),
        ("de_AT.UTF-8", "fr", "de", "ltr"),
        ("ja", "es-MX, en;q=0.5", "es", "ltr"),
        ("", "xx, *;q=0.1", "en", "ltr"),
        ("nonsense-" * 20, "", "en", "ltr"),
        ("", "es," * 300, "es", "ltr"),
        ("", "de;q=0, fr;q=0.1", "fr", "ltr"),
    ],
)
def test_a_page_speaks_the_launchs_language_else_the_browsers(
    shared, locale, accepted, language, direction
):
    browser = Browser()
    presentation = {"document_target": "iframe", "locale": locale}
    claims = {f"{LTI}launch_presentation": presentation, "locale": ""}
    form = shared.form(browser, shared.student, shared.link(), claims=claims)
    url = f"{shared.url}/lti/launch"
    page = read(browser.ask("POST", url, form, Accept_Language=accepted))
    assert page.language.partition("-")[0] == language
    assert page.direction == direction
