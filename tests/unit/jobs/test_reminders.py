"""Reminders by e-mail: over a real socket, to the right people, in their words, once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from lti_bridge.app.background import jobs_of
from lti_bridge.errors import RemoteUnavailable
from lti_bridge.store import Preferences
from lti_bridge.store.tables import UserRow
from tests.campus import FORM, Browser, ask
from tests.functional.test_calendars import page_of, schedule
from tests.functional.tools import read
from tests.mailbox import a_mailbox, mail_table

MINUTE_MS = 60_000
HALF_AN_HOUR = Preferences(remind_minutes=30)
ENGINES = ("sqlite", "postgresql")


@pytest.fixture
def box():
    with a_mailbox() as box:
        yield box


@pytest.fixture
def town(new_campus, box):
    return new_campus(top=mail_table(box))


def row_of(campus, user):
    query = select(UserRow.id).where(UserRow.lti_user_id == user.id)
    return campus.bridge.store.database.read(lambda c: c.execute(query).scalar_one())


def wants(campus, user, chosen=HALF_AN_HOUR):
    """Somebody who opened the course and asked to be reminded."""
    page_of(campus, user)
    campus.bridge.store.preferences.save(row_of(campus, user), chosen)


def jobs_at(campus, unix_ms):
    return replace(jobs_of(campus.bridge), now=lambda: unix_ms / 1000)


def before(meeting, minutes=10):
    return meeting.begins_ms - minutes * MINUTE_MS


def test_without_a_mail_server_nothing_is_done(campus):
    classes = schedule(campus)
    wants(campus, campus.student)
    assert jobs_at(campus, before(classes[0])).reminders() == 0


def test_a_class_is_told_of_in_time_and_once(town, box):
    classes = schedule(town)
    wants(town, town.student)
    assert jobs_at(town, before(classes[0], 31)).reminders() == 0
    assert jobs_at(town, before(classes[0])).reminders() == 1
    assert jobs_at(town, before(classes[0])).reminders() == 0
    (letter,) = box.letters
    assert letter["To"] == town.student.email
    assert letter["Subject"].startswith("Lecture begins: ")
    assert "10:00" in letter["Subject"], "in the series' zone, where no other is known"
    assert "To join, open the course" in letter.get_content()
    assert "sesskey" not in letter.as_string()
    assert jobs_at(town, before(classes[1])).reminders() == 1


def test_it_is_in_the_words_of_who_reads_it(town, box):
    classes = schedule(town)
    wants(town, town.student, Preferences("fa", "Asia/Tehran", "jalali", 30))
    jobs_at(town, before(classes[0])).reminders()
    (letter,) = box.letters
    assert letter["Content-Language"] == "fa"
    assert letter["Subject"].startswith("آغاز Lecture:")
    assert re.search(r"\b14\d\d\b", letter["Subject"]), "a Persian year"


def test_the_language_is_that_of_the_page_on_which_it_was_asked_for(town, box):
    classes = schedule(town)
    page = page_of(town, town.other_student)
    asked = {"session": page.session, "remind": "15"}
    url = f"{town.url}/course/preferences/save"
    assert Browser().ask("POST", url, asked).status == 200
    jobs_at(town, before(classes[0])).reminders()
    assert box.letters[0]["Content-Language"] == "fa"


@pytest.mark.parametrize("engine", ENGINES)
def test_two_workers_at_once_send_each_letter_once(new_campus, box, engine):
    campus = new_campus(engine, top=mail_table(box))
    classes = schedule(campus)
    for user in (campus.student, campus.other_student, campus.teacher):
        wants(campus, user)
    jobs = jobs_at(campus, before(classes[0]))
    with ThreadPoolExecutor(4) as workers:
        sent = list(workers.map(lambda _: jobs.reminders(), range(4)))
    assert sum(sent) == len(box.letters) == len(set(box.to)) == 3


def test_a_server_that_is_away_is_tried_again(town, box):
    classes = schedule(town)
    wants(town, town.student)
    jobs = jobs_at(town, before(classes[0]))
    server = jobs.send_reminders.server
    away = replace(jobs.send_reminders, server=_nowhere(server))
    with pytest.raises(RemoteUnavailable):
        replace(jobs, send_reminders=away).reminders()
    assert jobs.reminders() == 1


def _nowhere(server):
    settings = server._settings
    with a_mailbox() as gone:
        pass
    return type(server)(settings.model_copy(update={"port": gone.port}), "x")


def test_who_is_refused_for_now_is_tried_again_and_who_is_refused_for_good_is_not(town, box):
    classes = schedule(town)
    users = (town.student, town.other_student, town.teacher)
    for user in users:
        wants(town, user)
    box.answers[users[0].email] = "450 greylisted"
    box.answers[users[1].email] = "550 no such user"
    jobs = jobs_at(town, before(classes[0]))
    assert jobs.reminders() == 1
    box.answers.clear()
    assert jobs.reminders() == 1
    assert sorted(box.to) == sorted([users[2].email, users[0].email])


def test_a_letter_that_may_have_arrived_is_not_sent_twice(town, box):
    classes = schedule(town)
    for user in (town.student, town.other_student):
        wants(town, user)
    box.hangs_up = True
    jobs = jobs_at(town, before(classes[0]))
    with pytest.raises(Exception, match="broke while a letter went out"):
        jobs.reminders()
    box.hangs_up = False
    assert jobs.reminders() == 1
    assert len(set(box.to)) == len(box.to) == 2


def test_a_sender_that_is_refused_is_told_of(town, box):
    classes = schedule(town)
    wants(town, town.student)
    box.mail_answer = "553 not yours"
    jobs = jobs_at(town, before(classes[0]))
    assert jobs.reminders() == 0
    box.mail_answer = "250 OK"
    assert jobs.reminders() == 1


# One click ends them


def ending(letter):
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return letter["List-Unsubscribe"].strip("<>")


@pytest.fixture
def reminded(town, box):
    """Somebody who got a letter, and the address in it."""
    classes = schedule(town)
    wants(town, town.student)
    jobs_at(town, before(classes[0])).reminders()
    return town, ending(box.letters[0])


def minutes(campus):
    return campus.bridge.store.preferences.of(row_of(campus, campus.student)).remind_minutes


def test_one_click_of_a_mail_program_ends_them(reminded, box):
    campus, url = reminded
    assert url in box.letters[0].get_content()
    for _ in range(2):
        answer = ask("POST", url, "List-Unsubscribe=One-Click", FORM)
        assert answer.status == 200
    assert minutes(campus) is None


def test_opening_the_address_only_asks(reminded):
    campus, url = reminded
    page = read(ask("GET", url))
    assert minutes(campus) == 30
    assert page.form.action == urlsplit(url).path
    ended = read(ask("POST", f"{campus.url}{page.form.action}", "", FORM))
    assert "You get no more e-mails" in ended.text
    assert minutes(campus) is None


def test_nobody_ends_somebody_elses(reminded):
    campus, url = reminded
    number = row_of(campus, campus.student)
    mark = url.rpartition(".")[2]
    for wrong in (str(number), f"{number}.{mark[:-1]}x", f"{number + 1}.{mark}", "x", "%FF.%00"):
        for method in ("GET", "POST"):
            assert ask(method, f"{campus.url}/calendar/reminders/{wrong}").status == 404
    assert minutes(campus) == 30


def test_the_page_offers_reminders_where_there_is_a_mail_server(town):
    page = page_of(town)
    shown = Browser().ask("POST", f"{town.url}/course/preferences", {"session": page.session})
    assert "E-mail before each class" in read(shown).text


def test_old_ones_are_cleared_out(town, box):
    classes = schedule(town)
    wants(town, town.student)
    jobs_at(town, before(classes[0])).reminders()
    much_later = classes[0].begins_ms + 3 * 24 * 60 * MINUTE_MS
    assert jobs_at(town, much_later).retention() >= 1
