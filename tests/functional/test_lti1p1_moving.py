"""From LTI 1.1 to LTI 1.3 over HTTP: the same people meet in the same rooms as before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from lti_bridge.app import assemble, create_app
from lti_bridge.settings import load
from lti_bridge.simulators.lms import CLAIM
from lti_bridge.simulators.lms.lti1p1 import migration_claim
from tests.campus import Browser
from tests.functional.test_budget import traced
from tests.functional.tools import entry_of, read

HOSTS = 'hosts = ["LMS"]'


@pytest.fixture
def campus(new_campus):
    return new_campus(old_platform=HOSTS)


def migrate(campus, *, prefix="1p1:"):
    """From now on the LMS has other IDs in LTI 1.3 than in LTI 1.1, and says which those were."""
    campus.old_tool = replace(campus.old_tool, prefix=prefix)
    campus.lms.add_old_tool(campus.old_tool)
    campus.lms.moved["client-1"] = campus.old_tool


def by_1p1(campus, user=None):
    return campus.launch_old(user or campus.student, campus.link()).joined_as


def by_1p3(campus, user=None, **changes):
    return campus.launch(user or campus.student, campus.link(), **changes).joined_as


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
@pytest.mark.parametrize("prefix", ["", "1p1:"])
def test_after_the_move_the_class_is_the_same(new_campus, engine, prefix):
    campus = new_campus(engine, old_platform=HOSTS)
    migrate(campus, prefix=prefix)
    before = by_1p1(campus)
    after = by_1p3(campus)
    assert after["meetingID"] == before["meetingID"]
    assert after["userID"] == before["userID"], "and so is the person, with their number"
    again = by_1p1(campus)
    assert (again["meetingID"], again["userID"]) == (before["meetingID"], before["userID"])
    assert by_1p3(campus, campus.other_student)["meetingID"] == before["meetingID"]
    assert by_1p1(campus, campus.other_student)["meetingID"] == before["meetingID"]


def test_also_where_people_came_by_both_before(campus):
    migrate(campus)
    campus.lms.moved.clear()
    old, new = by_1p1(campus), by_1p3(campus)
    assert old["meetingID"] != new["meetingID"]
    campus.lms.moved["client-1"] = campus.old_tool
    merged = by_1p3(campus)
    assert merged["meetingID"] == new["meetingID"]
    assert by_1p1(campus)["meetingID"] == new["meetingID"]
    assert by_1p1(campus)["userID"] == merged["userID"]
    stays = campus.bridge.store.meetings.by_meeting_id(old["meetingID"])
    assert stays.course_id == campus.bridge.store.meetings.by_meeting_id(new["meetingID"]).course_id


def test_a_link_of_before_that_nobody_launched_by_1p3_yet_is_in_the_moved_course(campus):
    migrate(campus)
    first = campus.launch_old(campus.student, campus.link("join")).joined_as
    by_1p1(campus)
    by_1p3(campus)
    again = campus.launch_old(campus.student, campus.link("join")).joined_as
    assert again["meetingID"] == first["meetingID"]
    after = campus.launch(campus.student, campus.link("join")).joined_as
    assert after["meetingID"] == first["meetingID"]


def test_also_where_it_is_proven_with_a_secret_that_was_never_launched_with(campus):
    migrate(campus)
    before = by_1p1(campus)
    store = campus.bridge.store
    store.database.write(lambda c: c.execute(text("UPDATE connections SET managed_by = 'admin'")))
    (old,) = [one for one in store.administration.all() if one.version == "1.1"]
    campus.old_tool = replace(
        campus.old_tool, secret=store.administration.replace_secret(old, now_ms=1)
    )
    campus.bridge.consumers.forget()
    migrate(campus)
    assert by_1p3(campus)["meetingID"] == before["meetingID"]


def test_it_happens_once_and_costs_nothing_afterwards(campus):
    migrate(campus)
    by_1p1(campus)
    by_1p3(campus)
    for launch in (by_1p3, by_1p3):
        with traced() as statements:
            launch(campus)
        assert len(statements.writes) == 1
        assert statements.writes[0].startswith("INSERT INTO nonces")
        assert len(statements.reads) <= 4


def test_other_processes_see_it_at_once(campus):
    """What one remembers of LTI 1.1 is no longer true once another has moved it."""
    migrate(campus)
    by_1p1(campus)
    before = by_1p1(campus)
    elsewhere = assemble(load(campus.file, {}))
    try:
        app = create_app(elsewhere.settings, elsewhere)
        here, campus.bridge_server.app = campus.bridge_server.app, app
        assert by_1p3(campus)["meetingID"] == before["meetingID"]
        campus.bridge_server.app = here
        assert by_1p1(campus)["meetingID"] == before["meetingID"]
        app.extensions["lti_bridge.journal"].close()
    finally:
        elsewhere.close()


def forged(campus, **changes):
    """A claim of the LMS whose signature is another's."""
    claims = {
        "sub": campus.student.id, "iss": campus.lms.issuer, "aud": "client-1", "exp": 1, "nonce": "x",
        f"{CLAIM}deployment_id": "deployment-1",
        f"{CLAIM}context": {"id": "c-9f2b71d04e6a"},
        f"{CLAIM}resource_link": {"id": campus.link().id},
    }  # fmt: skip
    claim = migration_claim(replace(campus.old_tool, prefix=""), claims)[f"{CLAIM}lti1p1"]
    return {f"{CLAIM}lti1p1": {**claim, **changes}}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"oauth_consumer_key_sign": ""},
        {"oauth_consumer_key_sign": None},
        {"oauth_consumer_key_sign": ["x"]},
        {"oauth_consumer_key": "client-1"},
        {"oauth_consumer_key": 7},
        {"user_id": {"a": 1}},
    ],
)
def test_a_claim_that_nothing_proves_merges_nothing(campus, changes):
    before = by_1p1(campus)
    after = by_1p3(campus, claims=forged(campus, **changes))
    assert after["meetingID"] != before["meetingID"]
    assert after["userID"] != before["userID"]
    assert by_1p1(campus)["meetingID"] == before["meetingID"]


@pytest.mark.parametrize("claim", ["text", 7, [], None, {}])
def test_a_claim_that_is_no_object_is_none(campus, claim):
    assert by_1p3(campus, claims={f"{CLAIM}lti1p1": claim})


def test_a_signed_claim_with_impossible_identifiers_is_malformed(campus):
    tool = replace(campus.old_tool, prefix="x" * 300)
    campus.lms.moved["client-1"] = tool
    page = read(campus.launch(campus.student, campus.link()), 400)
    assert entry_of(campus, page.reference).reason == "claim_type"


def test_the_class_comes_first_where_moving_fails(campus):
    migrate(campus)
    before = by_1p1(campus)
    trigger = "CREATE TRIGGER no BEFORE INSERT ON aliases BEGIN SELECT RAISE(ABORT, 'no'); END"
    write = campus.bridge.store.database.write
    write(lambda c: c.execute(text(trigger)))
    meanwhile = by_1p3(campus)
    assert meanwhile["meetingID"] != before["meetingID"]
    write(lambda c: c.execute(text("DROP TRIGGER no")))
    campus.restart()  # or a minute later
    assert by_1p3(campus)["meetingID"] == meanwhile["meetingID"]
    assert by_1p1(campus)["meetingID"] == meanwhile["meetingID"]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_whole_class_that_comes_by_both_at_once_is_one_class(new_campus, engine):
    campus = new_campus(engine, old_platform=HOSTS)
    migrate(campus)
    before = by_1p1(campus, campus.other_student)

    def come(number):
        name = f"student-{number}"
        if number % 2:
            wish = {"user_id": f"1p1:{name}"}
            return campus.launch_old(campus.student, campus.link(), changes=wish)
        browser = Browser()
        login = campus.login(browser, campus.student, campus.link())
        form = campus.lms.launch_form(campus.student, campus.link(), login.location)
        return campus.post_launch(browser, form)

    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(come, range(24)))
    assert {answer.joined_as["meetingID"] for answer in answers} == {before["meetingID"]}


def test_numbers_of_meets_stay(new_campus):
    campus = new_campus(old_platform=HOSTS, meets=True)
    migrate(campus)
    before = by_1p1(campus)
    calls = dict(campus.meets.calls)
    after = by_1p3(campus)
    assert after["userID"] == before["userID"]
    assert campus.meets.calls == calls, "nobody is asked for again"


def test_without_meets_too(new_campus):
    campus = new_campus(old_platform=HOSTS, meets=False)
    migrate(campus)
    before = by_1p1(campus)
    assert by_1p3(campus)["userID"] == before["userID"]
    assert by_1p1(campus)["userID"] == before["userID"]
