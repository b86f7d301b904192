"""What a launch by LTI 1.1 may cost: as DESIGN.md, 2 has it for every launch."""

from __future__ import annotations

import pytest

from tests.functional.test_budget import remote_calls, traced

HOSTS = 'hosts = ["LMS"]'


@pytest.fixture
def campus(new_campus):
    return new_campus(old_platform=HOSTS)


def launch(campus, **wishes):
    return campus.launch_old(campus.student, campus.link(), **wishes)


def settle(campus):
    campus.app.extensions["lti_bridge.journal"].flush()


def test_a_launch_of_somebody_known_costs_one_write_and_no_remote_call(campus):
    assert launch(campus).joined_as
    settle(campus)
    before = remote_calls(campus)
    with traced() as statements:
        assert launch(campus).joined_as
        settle(campus)
    assert [one.split()[:3] for one in statements.writes] == [["INSERT", "INTO", "nonces"]]
    assert len(statements.reads) <= 4
    assert remote_calls(campus) == before


def test_also_after_a_restart_of_the_bridge(campus):
    assert launch(campus).joined_as
    settle(campus)
    campus.restart()
    assert launch(campus, secret="another").status == 401  # reads the platforms
    before = remote_calls(campus)
    form = campus.old_form(campus.student, campus.link(), remove=["lis_result_sourcedid"])
    with traced() as statements:
        assert campus.post_old_launch(form).joined_as
    assert len(statements.writes) == 1
    assert len(statements.reads) <= 4
    assert remote_calls(campus) == before


def test_a_refused_launch_writes_nothing(campus):
    assert launch(campus).joined_as
    settle(campus)
    with traced() as statements:
        assert launch(campus, secret="another").status == 401
        assert launch(campus, oauth={"oauth_consumer_key": "nobody"}).status == 401
        assert launch(campus, oauth={"oauth_timestamp": "1"}).status == 401
        assert launch(campus, remove=["resource_link_id"]).status == 400
    assert statements.writes == []


def test_where_grades_go_is_written_only_when_it_changed(campus):
    assert launch(campus).joined_as
    settle(campus)
    with traced() as statements:
        launch(campus)
        settle(campus)
    assert not any("outcome_links" in one for one in statements.writes)
    with traced() as statements:
        launch(campus, changes={"lis_result_sourcedid": "another"})
        settle(campus)
    assert sum("outcome_links" in one for one in statements.writes) == 1
