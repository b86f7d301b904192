"""People choose language, time zone and calendar; their choice beats the LMS's from then on."""

from __future__ import annotations

import re

import pytest

from lti_bridge.app.languages import LANGUAGES
from lti_bridge.simulators.lms import CLAIM
from lti_bridge.store import NO_PREFERENCES, Preferences
from tests.campus import Browser, ask
from tests.functional.test_budget import traced
from tests.functional.tools import read

PERSIAN = {f"{CLAIM}launch_presentation": {"locale": "fa-IR"}}


def page_of(campus, user=None, **changes):
    return read(campus.launch(user or campus.student, campus.link("frame"), **changes))


def send(campus, page, path="/save", **fields):
    form = {"session": page.session, **fields}
    return Browser().ask("POST", f"{campus.url}/course/preferences{path}", form)


def chosen_by(campus, user):
    """What the store knows of somebody's choices."""
    store = campus.bridge.store
    query = "SELECT id, lti_user_id FROM users"
    people = store.database.read(lambda c: c.exec_driver_sql(query).all())
    return store.preferences.of({lti_id: row for row, lti_id in people}[user.id])


def test_the_page_offers_languages_in_their_own_words(campus):
    page = send(campus, page_of(campus), "")
    for name in ("English", "العربية", "Deutsch", "Español", "فارسی", "Français", "Português"):
        assert name in page.text
    assert 'value="Asia/Tehran"' in page.text
    assert "E-mail before each class" not in page.text, "there is no mail server"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_that_was_chosen_stays(campus, language):
    saved = read(send(campus, page_of(campus, claims=PERSIAN), language=language))
    tag = language.replace("_", "-")
    assert saved.language == tag
    assert page_of(campus, claims=PERSIAN).language == tag
    campus.restart()
    assert page_of(campus, claims=PERSIAN).language == tag


def test_it_is_that_persons_alone(campus):
    send(campus, page_of(campus), language="de")
    assert page_of(campus).language == "de"
    assert page_of(campus, campus.other_student).language == "fa", "as the LMS says of her"


def test_another_process_knows_of_it_at_once(campus):
    # Each process keeps people in its memory: what they chose isn't kept there.
    page = page_of(campus)
    person = campus.bridge.store.database.read(
        lambda c: c.exec_driver_sql("SELECT max(id) FROM users").scalar_one()
    )
    campus.bridge.store.preferences.save(person, Preferences("fr"))
    assert page.language == "en"
    assert page_of(campus).language == "fr"


def test_taking_the_choice_back_leaves_it_to_the_lms_again(campus):
    page = read(send(campus, page_of(campus, claims=PERSIAN), language="de"))
    assert page.language == "de"
    back = read(send(campus, page, language=""))
    assert back.language == "fa"
    assert page_of(campus, claims=PERSIAN).language == "fa"


def test_pages_opened_from_there_speak_it_too(campus):
    page = read(send(campus, page_of(campus, campus.teacher), language="fr", back="course"))
    assert page.language == "fr"
    assert page.form.action == "/course/join"
    answer = Browser().ask("POST", f"{campus.url}/course/people", {"session": page.session})
    assert read(answer).language == "fr"


def test_times_are_told_in_the_zone_and_calendar(campus):
    page = read(send(campus, page_of(campus), zone="Asia/Tehran", calendar="jalali", language="fa"))
    now = re.search(r"اکنون: (.*)", page.text)[1]
    assert re.search(r"[۰-۹]+ \S+ ۱[۴۵][۰-۹][۰-۹]", now)
    assert "UTC" not in now
    raw = send(campus, page, "").text
    assert 'data-zone="Asia/Tehran" data-zone-chosen' in raw
    assert 'data-calendar="jalali"' in raw
    assert 'value="Asia/Tehran" selected' in raw


def test_a_form_that_says_less_changes_less(campus):
    page = read(send(campus, page_of(campus), zone="Asia/Tehran", calendar="jalali"))
    send(campus, page, language="de")
    assert chosen_by(campus, campus.student) == Preferences("de", "Asia/Tehran", "jalali")


def test_a_zone_that_babel_lists_by_another_name_can_be_chosen(campus):
    raw = send(campus, page_of(campus), zone="Asia/Kolkata").text
    assert 'value="Asia/Kolkata" selected' in raw


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "xx"),
        ("language", "x" * 60_000),
        ("language", "'; DROP TABLE users; --"),
        ("zone", "Mars/Base"),
        ("zone", "../../../etc/passwd"),
        ("zone", "\x00"),
        ("calendar", "maya"),
    ],
)
def test_what_was_not_offered_is_refused_and_changes_nothing(campus, field, value):
    page = page_of(campus)
    assert read(send(campus, page, **{field: value}), 400).reference
    assert chosen_by(campus, campus.student) == NO_PREFERENCES


def test_reminders_are_nobodys_where_no_mail_can_be_sent(campus):
    send(campus, page_of(campus), remind="15")
    assert chosen_by(campus, campus.student).remind_minutes is None


# What the browser says


def said_by_browser(campus, page, zone):
    return ask(
        "POST",
        f"{campus.url}/course/preferences/zone",
        f"zone={zone}",
        {
            "Authorization": f"Bearer {page.session}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )


def test_the_browsers_zone_holds_from_then_on(campus):
    page = page_of(campus)
    answer = said_by_browser(campus, page, "Asia/Tehran")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    launched = campus.launch(campus.student, campus.link("frame"))
    assert 'data-zone="Asia/Tehran">' in launched.text.replace("\n", "")
    assert "data-zone-chosen" not in launched.text


def test_it_never_takes_the_place_of_a_choice(campus):
    page = read(send(campus, page_of(campus), zone="Europe/Berlin"))
    said_by_browser(campus, page, "Asia/Tehran")
    assert chosen_by(campus, campus.student) == Preferences(zone="Europe/Berlin")


@pytest.mark.parametrize("zone", ["Mars/Base", "x" * 60_000, "%00"])
def test_a_browsers_nonsense_is_refused(campus, zone):
    assert said_by_browser(campus, page_of(campus), zone).status == 400
    assert chosen_by(campus, campus.student) == NO_PREFERENCES


def test_a_browser_that_says_nothing_changes_nothing(campus):
    assert said_by_browser(campus, page_of(campus), "").status == 200
    assert chosen_by(campus, campus.student) == NO_PREFERENCES


# Who may


def test_without_a_session_there_are_no_pages(campus):
    for path in ("", "/save", "/zone"):
        answer = Browser().ask("POST", f"{campus.url}/course/preferences{path}", {"language": "de"})
        assert read(answer, 401).headline == "This link has expired"
        assert read(ask("GET", f"{campus.url}/course/preferences{path}"), 403).reference


def test_somebody_anonymous_keeps_a_choice_in_the_page_alone(campus):
    page = page_of(campus, remove=["sub"])
    saved = read(send(campus, page, language="de", zone="Asia/Tehran", calendar="jalali"))
    assert saved.language == "de"
    raw = send(campus, saved, "").text
    assert 'data-zone="Asia/Tehran" data-zone-chosen' in raw
    assert page_of(campus, remove=["sub"]).language == "en"
    again = read(said_and_shown(campus, page))
    assert again.language == "en"


def said_and_shown(campus, page):
    session = said_by_browser(campus, page, "Asia/Tehran").text.split('"')[3]
    answer = Browser().ask("POST", f"{campus.url}/course/preferences", {"session": session})
    assert 'data-zone="Asia/Tehran">' in answer.text.replace("\n", "")
    return answer


# What it costs


def test_a_launch_that_is_a_redirect_asks_for_no_preferences(campus):
    campus.launch(campus.student, campus.link())
    with traced() as statements:
        assert campus.launch(campus.student, campus.link()).joined_as
    assert not [one for one in statements.reads if "remind_minutes" in one]


def test_a_page_asks_once(campus):
    page_of(campus)
    with traced() as statements:
        page_of(campus)
    assert len([one for one in statements.reads if "remind_minutes" in one]) == 1


def test_who_waits_reads_their_own_language(campus):
    course_page = {f"{CLAIM}custom": {"action": "course"}}
    page = read(campus.launch(campus.teacher, campus.link("window"), claims=course_page))
    fields = {"session": page.session, "wait_for_moderator": "true"}
    Browser().ask("POST", f"{campus.url}/course/settings", fields)
    send(campus, page_of(campus), language="de")
    waiting = read(campus.launch(campus.student, campus.link("window")))
    assert (waiting.language, waiting.headline) == ("de", "Warten auf die Lehrperson")
