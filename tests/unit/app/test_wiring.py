"""The services there are: the file's with its settings, the admins' own, and who rests."""

from __future__ import annotations

from contextlib import closing

import pytest
from pydantic import SecretStr

from lti_bridge.app import assemble
from lti_bridge.settings import Conferencing
from tests.campus import MEETINGZ_SECRET
from tests.unit.store.values import gone

OWN_SECRET = "a-secret-of-the-admins-own"


@pytest.fixture
def stored(campus):
    return campus.bridge.store.services


def own(name="backup"):
    return Conferencing(
        name=name,
        kind="bigbluebutton",
        url="https://bbb.example/bigbluebutton/",
        secret=SecretStr(OWN_SECRET),
    )


def test_the_files_come_first_with_the_files_settings(campus, stored):
    stored.save(own(), 1)
    campus.restart()
    services = campus.bridge.services
    assert services.names() == ("live", "backup")
    live, backup = (services.entry(name) for name in services.names())
    assert live.settings == campus.bridge.settings.conferencing[0]
    assert backup.settings == own()
    assert not live.resting
    assert not backup.resting


def test_rest_is_the_databases_word_for_both(campus, stored):
    stored.save(own(), 1)
    for name in ("live", "backup"):
        stored.rest(name, resting=True)
    campus.restart()
    services = campus.bridge.services
    assert [services.is_resting(name) for name in services.names()] == [True, True]


def test_a_name_that_the_file_takes_is_the_files(campus, stored):
    stored.save(own("webinars"), 1)
    campus.restart(
        '\n[[conferencing]]\nname = "webinars"\nkind = "mconf"\n'
        f'url = "https://mconf.example/bigbluebutton/"\nsecret = "{MEETINGZ_SECRET}"\n'
    )
    services = campus.bridge.services
    assert services.names() == ("live", "webinars")
    assert services.service_for("webinars").kind == "mconf"
    assert stored_names(campus) == [("live", "file"), ("webinars", "file")]


def stored_names(campus):
    return [(each.name, each.managed_by) for each in campus.bridge.store.services.all()]


def test_while_the_database_is_gone_what_was_known_holds_and_else_the_file(campus, stored):
    stored.save(own(), 1)
    campus.restart()
    url = campus.bridge.settings.database_url.get_secret_value()
    campus.bridge.store.close()
    with gone(url), closing(assemble(campus.bridge.settings)) as another:
        assert another.services.names() == ("live",)
        assert not another.services.is_resting("live")
        assert campus.bridge.services.names() == ("live", "backup")


def test_courses_follow_their_service_when_the_bridge_starts(campus, stored):
    campus.launch(campus.student, campus.link("window"))
    store = campus.bridge.store
    stored.save(own(), 1)
    stored.assign_course(store.meetings.by_id(1).course_id, "backup")
    campus.restart()
    assert campus.bridge.store.meetings.by_id(1).service == "live", "it may be running"
    campus.bridge.store.meetings.ended(1, 1_700_000_000_000)
    assert campus.bridge.follow_platforms() == 1
    assert campus.bridge.store.meetings.by_id(1).service == "backup"
    campus.bridge.store.services.remove("backup")
    campus.restart()
    assert campus.bridge.store.meetings.by_id(1).service == "live"


def test_no_repr_of_a_service_shows_its_secret(campus, stored):
    stored.save(own(), 1)
    campus.restart()
    services = campus.bridge.services
    shown = f"{services.all()!r} {[services.entry(name) for name in services.names()]!r}"
    assert MEETINGZ_SECRET not in shown
    assert OWN_SECRET not in shown
