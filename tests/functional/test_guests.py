"""Guests: invitations by link, from the teacher's page to the class, and everything they can't do."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from html import unescape

import pytest

from lti_bridge.app.background import jobs_of
from lti_bridge.security.guests import LIFETIME_SECONDS
from lti_bridge.simulators.lms import DEMO_CAMPUS
from tests.campus import Browser, ask
from tests.functional.scheduled import cancelled, in_a_series
from tests.functional.tools import entry_of, everything_listed, meeting_of, press, read, refused

ANA, TOMAS, BEN, SARA = DEMO_CAMPUS.users[:4]
COURSE_PAGE = {"https://purl.imsglobal.org/spec/lti/claim/custom": {"action": "course"}}
PASSCODE = "river-2031"


def page_of(campus, user=ANA, link=None, **changes):
    link = link or campus.link("frame")
    return read(campus.launch(user, link, **{"claims": COURSE_PAGE, **changes}))


def post(campus, page, path, **fields):
    form = {"session": page.session, **fields}
    return Browser().ask("POST", f"{campus.url}/course/{path}", form)


def urls_of(answer):
    return [unescape(url) for url in re.findall(r'value="(http[^"]*/guest/[^"]*)"', answer.text)]


def invited(campus, page=None, **terms):
    """A link that a teacher made."""
    answer = post(campus, page or page_of(campus), "guests/make", **terms)
    assert answer.status == 200, answer.text
    assert "The link is ready." in answer.text
    return urls_of(answer)[0]


def knock(url, name="Noor", *, headers=None, **fields):
    return Browser().ask("POST", url, {"name": name, **fields}, **(headers or {}))


def the_link(campus, number=-1):
    return sorted(campus.bridge.store.guests.all(), key=lambda link: link.id)[number]


def revoke(campus, page, link):
    return post(campus, page, "guests/revoke", link=str(link.id), sure="yes")


def has_waiting_students(campus):
    page = page_of(campus)
    assert post(campus, page, "settings", wait_for_moderator="true").status == 200


# A guest's way in


@pytest.mark.parametrize("kind", ["meetingz", "mconf", "bigbluebutton"])
def test_a_guest_joins_by_a_name_alone_and_is_known_as_a_guest(new_campus, kind):
    campus = new_campus(kind=kind)
    url = invited(campus, label="The dean")
    page = read(ask("GET", url))
    assert "Algebra I" in page.headline
    answer = knock(url, "Noor Haddad")
    joined = answer.joined_as
    if kind == "meetingz":
        assert joined["fullName"] == "Noor Haddad (guest)"
        assert "guest" not in joined
    else:
        assert (joined["fullName"], joined["guest"]) == ("Noor Haddad", "true")
    assert "userID" not in joined
    meeting = meeting_of(campus, answer)
    if kind == "bigbluebutton":
        assert joined["role"] == "VIEWER"
    else:
        assert joined["password"] == meeting.parameters["attendeePW"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert the_link(campus).used == 1


def test_a_guest_joins_on_onstream(new_campus):
    campus = new_campus(kind="onstream")
    answer = knock(invited(campus), "Noor Haddad")
    assert answer.status == 303, answer.text


def test_the_page_stands_alone_and_is_nobodys_to_keep(campus):
    url = invited(campus)
    for answer in (ask("GET", url), knock(url, ""), ask("GET", f"{url}x"), knock(f"{url}x")):
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers


def test_it_speaks_the_browsers_language_and_another_if_wished(campus):
    url = invited(campus)
    persian = read(Browser().ask("GET", url, Accept_Language="fa-IR,en;q=0.5"))
    assert (persian.language, persian.direction) == ("fa", "rtl")
    german = read(Browser().ask("GET", f"{url}?lang=de", Accept_Language="fa"))
    assert german.language == "de"
    assert german.form.fields["lang"] == "de", "and stays with that"
    for nonsense in ("xx", "../../etc", "<b>", "fa" * 999):
        assert read(ask("GET", f"{url}?lang={nonsense}")).language == "en"


def test_it_tells_a_guest_nothing_of_the_course(campus):
    campus.launch(BEN, campus.link("frame"))
    url = invited(campus, label="secret label")
    text = ask("GET", url).text
    for secret in ("Ben Okafor", "Ana Souza", "secret label", "participants", "/course/join"):
        assert secret not in text


def test_a_guest_waits_for_the_teacher_and_is_let_in(campus):
    has_waiting_students(campus)
    url = invited(campus)
    page = read(knock(url, "Noor"))
    assert page.headline == "Waiting for the teacher"
    assert campus.meetingz.meetings == {}, "who waits makes no meeting"
    bearer = {"Authorization": f"Bearer {page.session}"}
    status = Browser().ask("POST", f"{campus.url}/guest/status", **bearer)
    assert json.loads(status.text)["open"] is False
    assert json.loads(status.text)["participants"] is None
    again = press(campus, page)
    assert read(again).headline == "Waiting for the teacher"
    ask("GET", press(campus, page_of(campus)).location)
    campus.restart()  # what the service said holds for some seconds
    status = Browser().ask("POST", f"{campus.url}/guest/status", **bearer)
    assert json.loads(status.text)["open"] is True
    assert press(campus, page).joined_as["fullName"] == "Noor (guest)"


def test_a_service_that_is_down_leaves_a_retry_and_a_number(campus):
    url = invited(campus)
    campus.meetingz.faults.set("down")
    page = refused(campus, knock(url, "Noor"), 503, "remote:RemoteUnavailable")
    assert page.form.action == "/guest/join"
    campus.meetingz.faults.clear()
    campus.restart()
    assert press(campus, page).joined_as["fullName"] == "Noor (guest)"


def test_a_guests_visit_has_a_line_in_the_launch_list(campus):
    knock(invited(campus), "Noor Haddad")
    campus.app.extensions["lti_bridge.journal"].flush()
    entry = next(one for one in everything_listed(campus) if one.role == "guest")
    assert (entry.outcome, entry.step) == ("joined", "joined")
    assert entry.meeting_id
    assert "Noor" not in repr(entry)


# Names


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("  Noor   Haddad ", "Noor Haddad"),
        ("نور حداد", "نور حداد"),
        ("Ana (Teacher)", "Ana Teacher"),
        ("Noor\u202e\u200bx", "Noorx"),
        ("Noor\x00\r\nHaddad", "Noor Haddad"),
        ("O’Brien-Łuczak", "O’Brien-Łuczak"),
        ("<script>alert(1)</script>", "script alert 1 /script"),
    ],
)
def test_names_are_cleaned(campus, said, shown):
    assert knock(invited(campus), said).joined_as["fullName"] == f"{shown} (guest)"


@pytest.mark.parametrize(
    "name",
    ["", "   ", "\u200b\u200b", "123", "()", "...", "Teacher", "(teacher)", " MODERATOR ", "استاد",
     "Ｔｅａｃｈｅｒ", "x" * 61, "x" * 10_000, "Host.", "😀"],
)  # fmt: skip
def test_names_that_are_none_are_asked_for_again(shared, name):
    url = invited(shared, page_of(shared), label=name)
    page = read(knock(url, name), 400)
    assert "Please give your own name" in page.text
    assert shared.bridge.store.guests.all()[0].used == 0


# Passcodes


def test_the_passcode_is_asked_for_and_kept_as_a_slow_hash(campus):
    url = invited(campus, passcode=PASSCODE)
    assert "Passcode" in ask("GET", url).text
    for wrong in ("", "river-2030", PASSCODE * 2, PASSCODE.upper()):
        page = read(knock(url, passcode=wrong), 403)
        assert "This isn’t the passcode." in page.text
    assert campus.meetingz.meetings == {}
    assert knock(url, passcode=f" {PASSCODE} ").status == 303
    kept = the_link(campus).passcode_hash
    assert kept.startswith("scrypt$")
    assert PASSCODE not in kept
    assert PASSCODE not in repr(the_link(campus))


def test_digits_may_be_typed_on_any_keyboard(campus):
    url = invited(campus, passcode="140312")
    assert knock(url, passcode="۱۴۰۳۱۲").status == 303
    assert knock(url, passcode="١٤٠٣١٢").status == 303


@pytest.mark.parametrize("passcode", ["12345", "x", "y" * 65, "z" * 5000])
def test_a_passcode_that_is_too_short_or_too_long_is_not_taken(shared, passcode):
    answer = post(shared, page_of(shared), "guests/make", passcode=passcode, label="the dean")
    assert "A passcode has 6 to 64 characters." in read(answer, 400).text
    assert 'value="the dean"' in answer.text
    assert passcode not in answer.text or passcode == "x"


def test_guessing_stops_after_ten_from_one_address_the_right_one_too(campus):
    url = invited(campus, passcode=PASSCODE)
    for number in range(10):
        assert knock(url, passcode=f"guess-{number}").status == 403
    page = refused(campus, knock(url, passcode=PASSCODE), 403, "guest_passcode_tries")
    assert page.headline == "Too many wrong passcodes were tried"
    other = invited(campus, passcode=PASSCODE)
    assert knock(other, passcode=PASSCODE).status == 303, "another invitation is not touched"


def test_an_address_that_anybody_can_claim_does_not_help_guessing(campus):
    url = invited(campus, passcode=PASSCODE)
    for number in range(10):
        knock(url, passcode="wrong-one", headers={"X_Forwarded_For": f"203.0.113.{number}"})
    last = knock(url, passcode=PASSCODE, headers={"X_Forwarded_For": "203.0.113.99"})
    refused(campus, last, 403, "guest_passcode_tries")


def test_behind_a_proxy_of_ours_each_address_has_its_own_tries(campus):
    campus.file.write_text(
        campus.file.read_text().replace("[security]\n", '[security]\nproxies = ["127.0.0.0/8"]\n')
    )
    campus.restart()
    url = invited(campus, passcode=PASSCODE)
    mine, others = {"X_Forwarded_For": "1.1.1.1, 203.0.113.1"}, {"X_Forwarded_For": "203.0.113.2"}
    for _ in range(10):
        knock(url, passcode="wrong-one", headers=mine)
    refused(campus, knock(url, passcode=PASSCODE, headers=mine), 403, "guest_passcode_tries")
    assert knock(url, passcode=PASSCODE, headers=others).status == 303


def test_a_crowd_of_guests_is_slowed_down(campus):
    has_waiting_students(campus)
    url = invited(campus)
    for _ in range(240):
        assert knock(url, "").status == 400
    refused(campus, knock(url), 403, "guest_too_many")


# Revoked, over, forged


def test_revoked_it_holds_on_no_route(campus):
    has_waiting_students(campus)
    page = page_of(campus)
    url = invited(campus, page)
    waiting = read(knock(url, "Noor"))
    link = the_link(campus)
    asked = post(campus, page, "guests/revoke", link=str(link.id))
    assert "Whoever has it can’t join any more" in asked.text
    assert knock(url).status == 200, "asked once more before"
    assert "The link is revoked." in revoke(campus, page, link).text
    refused(campus, ask("GET", url), 403, "guest_link_revoked")
    refused(campus, knock(url), 403, "guest_link_revoked")
    refused(campus, press(campus, waiting), 403, "guest_link_revoked")
    bearer = {"Authorization": f"Bearer {waiting.session}"}
    assert Browser().ask("POST", f"{campus.url}/guest/status", **bearer).status == 403
    assert "This link was revoked already." in revoke(campus, page, link).text
    assert urls_of(post(campus, page, "guests")) == []
    assert campus.meetingz.meetings == {}


def test_revoked_by_another_node_it_holds_for_three_seconds_at_most(campus, monkeypatch):
    url = invited(campus)
    assert ask("GET", url).status == 200
    link = the_link(campus)
    campus.bridge.store.guests.revoke(link.id, 1)
    deadline = time.monotonic() + 10
    while ask("GET", url).status == 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    refused(campus, ask("GET", url), 403, "guest_link_revoked")


def test_it_ends_by_itself(campus):
    url = invited(campus, days="1")
    with campus.bridge.store.database.writing.begin() as connection:
        connection.exec_driver_sql("UPDATE guest_links SET expires_ms = 1000")
    campus.restart()
    page = refused(campus, knock(url), 403, "guest_link_over")
    assert page.headline == "This invitation has expired"


def test_a_link_that_we_did_not_make_leads_nowhere(campus):
    url = invited(campus)
    token, _, mark = url.rpartition("/")[2].partition(".")
    forged = [
        "x", "a.b", f"{token}.", f"{'0' * 32}.{mark}", f"{token}.{mark[::-1]}", f"{token}.{mark}x",
        "%00", "%ff.%fe", "../course", "a" * 3000, f"{token}", "join.", "%C3%A9",
    ]  # fmt: skip
    for each in forged:
        answer = ask("GET", f"{campus.url}/guest/{each}")
        assert answer.status in {401, 404}, (each, answer.status)
        assert "frame-ancestors" in answer.headers["Content-Security-Policy"]
    refused(campus, ask("GET", f"{campus.url}/guest/a.b"), 401, "guest_link_unknown")
    assert campus.meetingz.meetings == {}


def test_other_things_that_we_signed_are_no_invitations(campus):
    url = invited(campus)
    page = page_of(campus, BEN)
    refused(campus, ask("GET", f"{campus.url}/guest/{page.session}"), 401, "guest_link_unknown")
    link = url.rpartition("/")[2]
    for text in ("", "x", page.session, link, "x" * 9000):
        answer = Browser().ask("POST", f"{campus.url}/guest/join", {"session": text})
        refused(campus, answer, 401, "guest_session")


def test_a_guests_session_opens_no_page_of_the_course(campus):
    has_waiting_students(campus)
    session = read(knock(invited(campus), "Noor")).session
    for path in ("join", "open", "status", "classes", "people", "guests", "guests/make"):
        answer = Browser().ask("POST", f"{campus.url}/course/{path}", {"session": session})
        assert answer.status == 401, path


def test_a_guests_session_ends_after_some_hours(campus, monkeypatch):
    has_waiting_students(campus)
    page = read(knock(invited(campus, days="7"), "Noor"))
    later = time.time() + LIFETIME_SECONDS + 5
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    refused(campus, press(campus, page), 401, "guest_session")


def test_a_meeting_that_is_gone_is_gone_for_guests(campus):
    url = invited(campus)
    with campus.bridge.store.database.writing.begin() as connection:
        connection.exec_driver_sql("DELETE FROM meetings")
    campus.restart()
    refused(campus, ask("GET", url), 401, "guest_link_unknown")


def test_nothing_of_it_is_in_the_log(campus, capfd):
    url = invited(campus, passcode=PASSCODE)
    capfd.readouterr()
    knock(url, "Noor Haddad", passcode="wrong-passcode")
    knock(url, "Noor Haddad", passcode=PASSCODE)
    said = "".join(capfd.readouterr())
    assert "outcome=joined" in said
    assert "reason=guest_passcode" in said
    for secret in (
        PASSCODE,
        "wrong-passcode",
        url.rpartition("/")[2],
        "Noor",
        the_link(campus).token,
    ):
        assert secret not in said


# Who may invite


@pytest.mark.parametrize("path", ["guests", "guests/make", "guests/revoke"])
def test_students_can_do_none_of_it(campus, path):
    invited(campus)
    page = page_of(campus, BEN)
    answer = post(campus, page, path, link="1", sure="yes", label="x")
    assert read(answer, 403).headline == "Only teachers of this course can do that"
    assert "/guest/" not in answer.text
    assert len(campus.bridge.store.guests.all()) == 1
    assert the_link(campus).revoked_ms is None
    assert Browser().ask("POST", f"{campus.url}/course/{path}", {}).status == 401
    assert Browser().ask("GET", f"{campus.url}/course/{path}").status == 403


def test_of_another_course_nothing_can_be_invited_to_or_revoked(campus):
    invited(campus)
    link = the_link(campus)
    other = page_of(campus, link=campus.link("frame", course=1))
    answer = post(campus, other, "guests/make", meeting=str(link.meeting_id))
    assert read(answer, 403).headline == "This meeting no longer exists"
    assert "This link was revoked already." in revoke(campus, other, link).text
    assert the_link(campus).revoked_ms is None
    assert urls_of(post(campus, other, "guests")) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"meeting": "x"}, {"meeting": "-1"}, {"meeting": "9" * 30}, {"meeting": "999999"},
        {"days": "100000"}, {"days": "-1"}, {"days": "x"}, {"days": "class"}, {"into": "series"},
        {"label": "x" * 5000}, {"label": "\x00\u202e<b>"}, {"link": "x", "sure": "yes"},
    ],
    ids=str,
)  # fmt: skip
def test_forms_with_nonsense_are_refused_or_made_sense_of(shared, fields):
    page = page_of(shared)
    for path in ("guests/make", "guests/revoke"):
        answer = post(shared, page, path, **fields)
        assert answer.status in {200, 400, 403}, answer.text
        assert "<b>" not in answer.text
    for link in shared.bridge.store.guests.all():
        assert link.expires_ms <= (time.time() + 181 * 86400) * 1000
        assert len(link.label) <= 120


def test_fifty_links_are_enough_for_a_class(campus):
    page = page_of(campus)
    for _ in range(50):
        invited(campus, page)
    answer = post(campus, page, "guests/make")
    assert read(answer, 403).headline == "This class has many links for guests already"
    revoke(campus, page, the_link(campus))
    invited(campus, page)


def test_links_that_ended_are_listed_for_a_while_and_then_forgotten(campus):
    page = page_of(campus)
    invited(campus, page, label="The dean")
    revoke(campus, page, the_link(campus))
    assert "Links that hold no more" in post(campus, page, "guests").text
    jobs = jobs_of(campus.bridge)
    jobs.retention()
    assert len(campus.bridge.store.guests.all()) == 1
    replace(jobs, now=lambda: time.time() + 31 * 86400).retention()
    assert campus.bridge.store.guests.all() == []


def test_a_line_of_the_launch_list_explains_a_refusal(campus):
    page = read(ask("GET", f"{campus.url}/guest/a.b"), 401)
    entry = entry_of(campus, page.reference)
    assert entry.reason == "guest_link_unknown"


# Scheduled classes


def test_into_a_series_a_guest_comes_to_the_class_of_the_moment(campus):
    page = page_of(campus)
    in_a_series(campus)
    url = invited(campus, page, meeting="1", into="series", days="class")
    link = the_link(campus)
    assert (link.meeting_id, link.by_class) == (None, True)
    shown = post(campus, page, "guests", meeting="1")
    assert "all classes of the series" in shown.text
    assert knock(url).joined_as["fullName"] == "Noor (guest)"
    assert urls_of(shown) == [url]
    revoke(campus, page, link)
    refused(campus, knock(url), 403, "guest_link_revoked")


def test_before_its_time_a_guest_waits_and_afterwards_hears_so(campus):
    page = page_of(campus)
    in_a_series(campus, begins_in_hours=2)
    url = invited(campus, page, meeting="1", days="class")
    waiting = read(knock(url))
    assert waiting.headline == "The class isn’t open yet"
    assert campus.meetingz.meetings == {}
    bearer = {"Authorization": f"Bearer {waiting.session}"}
    status = Browser().ask("POST", f"{campus.url}/guest/status", **bearer)
    assert json.loads(status.text)["open"] is False
    in_a_series(campus, begins_in_hours=-3)
    assert refused(campus, press(campus, waiting), 403, "guest_class_over").headline
    assert Browser().ask("POST", f"{campus.url}/guest/status", **bearer).status == 403
    cancelled(campus)
    page = refused(campus, knock(url), 403, "guest_class_cancelled")
    assert page.headline == "This class was cancelled"
    assert "your course" not in page.text
    in_a_series(campus, begins_in_hours=-30)
    refused(campus, ask("GET", url), 403, "guest_link_over")


def test_a_series_without_a_class_has_none_for_guests(campus):
    page = page_of(campus)
    in_a_series(campus)
    url = invited(campus, page, meeting="1", into="series", days="7")
    cancelled(campus)
    assert knock(url).status == 403
    with campus.bridge.store.database.writing.begin() as connection:
        connection.exec_driver_sql("DELETE FROM meetings")
    campus.restart()
    refused(campus, knock(url), 403, "guest_class_gone")


def test_where_students_host_guests_still_do_not(campus):
    page = page_of(campus)
    url = invited(campus, page)
    with campus.bridge.store.database.writing.begin() as connection:
        connection.exec_driver_sql("UPDATE meetings SET room = '{\"students_host\":true}'")
    campus.restart()
    answer = knock(url)
    meeting = meeting_of(campus, answer)
    assert answer.joined_as["password"] == meeting.parameters["attendeePW"]
