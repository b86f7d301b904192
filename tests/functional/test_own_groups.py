"""Links to one's own group's meeting: custom parameter ``group=own``."""

from __future__ import annotations

import pytest

from lti_bridge.app.background import jobs_of
from lti_bridge.simulators.lms import DEMO_CAMPUS
from tests.functional.picking import ONE, a_picker, added, open_picker
from tests.functional.test_budget import remote_calls, traced
from tests.functional.tools import LTI, meeting_of, press, read

ANA, _, BEN, SARA = DEMO_CAMPUS.users[:4]
OWN = {f"{LTI}custom": {"group": "own"}}


@pytest.fixture
def known(campus):
    """A campus whose first course's groups are known."""
    campus.launch(campus.teacher, campus.link("frame"))
    assert jobs_of(campus.bridge).rosters() == 1
    campus.restart()
    return campus


def open_own(campus, user, kind="window", **changes):
    return campus.launch(user, campus.link(kind), **{"claims": OWN, **changes})


def join_both_groups(campus, user):
    """Somebody in the groups of two sets."""
    with campus.bridge.store.database.writing.begin() as connection:
        row = "(SELECT id FROM users WHERE lti_user_id = ?)"
        connection.exec_driver_sql(
            "INSERT INTO group_members (group_id, user_id)"  # noqa: S608 - a text of this test
            f" SELECT id, {row} FROM course_groups WHERE id NOT IN"
            f" (SELECT group_id FROM group_members WHERE user_id = {row})",
            (user.id, user.id),
        )


def test_a_student_in_one_group_goes_straight_into_its_meeting(known):
    ben = open_own(known, BEN)
    blue = meeting_of(known, ben)
    assert blue.name == "Algebra I – Blue team"
    assert meeting_of(known, open_own(known, BEN)) is blue
    green = meeting_of(known, open_own(known, SARA))
    assert green.name == "Algebra I – Green team"
    whole = meeting_of(known, known.launch(BEN, known.link("window")))
    assert whole not in (blue, green)


def test_in_a_frame_the_button_leads_there(known):
    page = read(open_own(known, BEN, "frame"))
    assert page.headline == "Blue team"
    assert meeting_of(known, press(known, page)).name == "Algebra I – Blue team"


def test_a_student_in_several_groups_chooses(known):
    join_both_groups(known, BEN)
    page = read(open_own(known, BEN))
    assert "You are in several groups" in page.text
    places = [n for n, form in enumerate(page.forms) if form.action == "/course/groups/enter"]
    names = {meeting_of(known, press(known, page, place)).name for place in places}
    assert names == {"Algebra I – Blue team", "Algebra I – Green team"}


@pytest.mark.parametrize("remove", [[], ["sub"]], ids=["in no group", "anonymous"])
def test_a_student_in_no_group_has_the_courses_class(known, remove):
    with known.bridge.store.database.writing.begin() as connection:
        connection.exec_driver_sql("DELETE FROM group_members")
    page = read(open_own(known, BEN, remove=remove))
    assert "You aren’t in a group of this course yet" in page.text
    whole = meeting_of(known, press(known, page))
    assert whole is meeting_of(known, known.launch(SARA, known.link("window")))


def test_teachers_see_all_groups(known):
    page = read(open_own(known, ANA))
    assert "Blue team" in page.text
    assert "Green team" in page.text


def test_who_is_taken_out_of_the_group_is_out_at_the_next_launch(known):
    assert open_own(known, BEN).joined_as
    with known.bridge.store.database.writing.begin() as connection:
        connection.exec_driver_sql("DELETE FROM group_members")
    assert "You aren’t in a group" in read(open_own(known, BEN)).text


@pytest.mark.parametrize("value", ["", "all", "1", "own group", "x" * 5000])
def test_any_other_word_counts_for_nothing(known, value):
    answer = open_own(known, BEN, claims={f"{LTI}custom": {"group": value}})
    assert meeting_of(known, answer).name != "Algebra I – Blue team"


def test_it_stays_within_the_budget_of_a_launch(known):
    assert open_own(known, BEN).joined_as
    before = remote_calls(known)
    with traced() as statements:
        assert open_own(known, BEN).joined_as
    assert len(statements.writes) == 1
    assert len(statements.reads) <= 4
    assert remote_calls(known) == before
    looked_up = [one for one in statements.reads if "course_groups" in one]
    assert len(looked_up) == 1, "at each launch, once"


def test_the_picker_offers_it_where_the_lms_tells_of_groups(shared):
    page = a_picker(shared)
    assert "Each group has a meeting of its own" in page.text
    (link,) = added(shared, {**ONE, "n0-title": "Seminar groups", "n0-groups": "on"})
    assert link.custom["group"] == "own"
    (plain,) = added(shared, {**ONE, "n0-title": "Everybody"})
    assert "group" not in plain.custom


def test_the_picker_does_not_offer_what_the_lms_does_not_tell(new_campus):
    campus = new_campus()
    service = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
    page = read(open_picker(campus, campus.teacher, remove=[service]))
    assert "Each group has a meeting of its own" not in page.text
    assert page.headline == "Add live classes"
