"""Conferencing services in the database: the settings file's, and the admins' own."""

from __future__ import annotations

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text, update

from lti_bridge.settings import Conferencing
from lti_bridge.store import open_store
from lti_bridge.store.tables import ServiceRow
from tests.unit.store.values import KEY, NOW, OTHER_KEY, a_meeting, at_once, opened
from tests.unit.store.workers import in_four_processes, synchronise_services

SECRET = "the-secret-of-a-service-that-nobody-may-read"


def of_file(name="live", **changes):
    values = {"kind": "meetingz", "url": "https://live.example/", "secret": "in-the-file"}
    return Conferencing(name=name, **{**values, **changes})


def own(name="backup", **changes):
    values = {"kind": "bigbluebutton", "url": "https://bbb.example/x/", "secret": SECRET}
    return Conferencing(name=name, **{**values, **changes})


def an_onstream(name="webinars", **changes):
    values = {
        "kind": "onstream",
        "url": "https://onstream.example/api/2/",
        "username": "johndoe",
        "password": SECRET,
        "timezone": "UP1",
    }
    return Conferencing(name=name, **{**values, **changes})


def rows(store):
    return store.database.read(lambda c: c.execute(select(ServiceRow.__table__)).all())


def at_work(store):
    return {each.name: each for each in store.services.all()}


def seen(store):
    return [(each.name, each.kind, each.managed_by) for each in store.services.all()]


def test_without_services_there_are_none(store):
    assert store.services.all() == []


def test_services_of_the_file_are_noted_by_name_and_kind_only(store):
    store.services.synchronise([of_file(), an_onstream()], NOW)
    assert seen(store) == [("live", "meetingz", "file"), ("webinars", "onstream", "file")]
    assert {each.settings for each in store.services.all()} == {None}
    for row in rows(store):
        assert (row.settings, row.secret_sealed, row.created_ms) == ("{}", None, NOW)


def test_one_that_leaves_the_file_is_at_work_no_more_and_may_come_back(store):
    store.services.synchronise([of_file(), of_file("spare")], NOW)
    store.services.rest("spare", resting=True)
    store.services.synchronise([of_file()], NOW + 1)
    assert seen(store) == [("live", "meetingz", "file")]
    store.services.synchronise([], NOW + 2)
    assert store.services.all() == []
    store.services.synchronise([of_file("spare", kind="mconf"), of_file()], NOW + 3)
    assert seen(store) == [("live", "meetingz", "file"), ("spare", "mconf", "file")]
    assert at_work(store)["spare"].resting, "the admin's word holds on"


def test_synchronising_again_leaves_rest_and_admins_own_alone(store):
    store.services.synchronise([of_file()], NOW)
    store.services.save(own(), NOW)
    for name in ("live", "backup"):
        store.services.rest(name, resting=True)
    before = store.services.all()
    store.services.synchronise([of_file()], NOW + 1)
    assert store.services.all() == before
    assert {row.updated_ms for row in rows(store)} == {NOW, NOW + 1}


@pytest.mark.parametrize(
    "service",
    [
        own(),
        own(checksum="sha512"),
        own(secret="ژ" * 300),
        of_file("live", secret=SECRET, kind="mconf"),
        an_onstream(),
        an_onstream(daylight_saving="off", send_timezone=True, experimental=True),
        own("دانشگاه"),
        own("x" * 255),
    ],
    ids=lambda service: service.name[:10],
)
def test_one_of_the_admins_own_comes_back_as_it_was(store, service):
    assert store.services.save(service, NOW)
    (found,) = store.services.all()
    assert (found.name, found.kind, found.managed_by) == (service.name, service.kind, "admin")
    assert found.settings == service
    assert not found.resting


def test_its_secret_is_sealed_and_shown_nowhere(store):
    store.services.save(own(), NOW)
    store.services.save(an_onstream(), NOW)
    for row, found in zip(rows(store), store.services.all(), strict=True):
        assert SECRET not in repr(row)
        assert SECRET not in f"{found!r} {found.settings!r}"
        assert "secret" not in row.settings
        assert "password" not in row.settings


def test_an_own_one_is_changed_and_keeps_its_row_and_its_rest(store):
    store.services.save(own(), NOW)
    store.services.rest("backup", resting=True)
    before = at_work(store)["backup"]
    changed = own(kind="mconf", secret="another-secret", checksum="sha1")
    assert store.services.save(changed, NOW + 5)
    after = at_work(store)["backup"]
    assert (after.id, after.kind, after.settings, after.resting) == (
        before.id,
        "mconf",
        changed,
        True,
    )
    (row,) = rows(store)
    assert (row.created_ms, row.updated_ms) == (NOW, NOW + 5)


def test_what_the_settings_file_has_no_admin_changes_or_removes(store):
    store.services.synchronise([of_file()], NOW)
    assert not store.services.save(own("live"), NOW)
    assert not store.services.remove("live")
    assert seen(store) == [("live", "meetingz", "file")]


def test_the_name_of_one_that_left_the_file_is_free_for_an_own_one(store):
    store.services.synchronise([of_file()], NOW)
    store.services.rest("live", resting=True)
    store.services.synchronise([], NOW)
    assert store.services.save(own("live"), NOW)
    assert seen(store) == [("live", "bigbluebutton", "admin")]
    assert not at_work(store)["live"].resting, "it is another one"


def test_an_own_one_whose_name_the_file_takes_is_the_files_with_no_secret_left(store):
    store.services.save(own("live"), NOW)
    store.services.synchronise([of_file("live")], NOW)
    assert seen(store) == [("live", "meetingz", "file")]
    (row,) = rows(store)
    assert (row.settings, row.secret_sealed) == ("{}", None)


def test_a_removed_one_is_gone_with_its_secret_and_may_be_added_anew(store):
    store.services.save(own(), NOW)
    store.services.rest("backup", resting=True)
    assert store.services.remove("backup")
    assert store.services.all() == []
    (row,) = rows(store)
    assert (row.settings, row.secret_sealed) == ("{}", None)
    assert not store.services.remove("backup"), "it has gone already"
    assert store.services.save(an_onstream("backup"), NOW)
    again = at_work(store)["backup"]
    assert (again.kind, again.resting) == ("onstream", False)


def test_rest_is_switched_for_both_sorts_and_for_none_that_is_not_there(store):
    store.services.synchronise([of_file(), of_file("gone")], NOW)
    store.services.synchronise([of_file()], NOW)
    store.services.save(own(), NOW)
    for resting in (True, False):
        for name in ("live", "backup"):
            assert store.services.rest(name, resting=resting)
        assert {each.resting for each in store.services.all()} == {resting}
    for name in ("gone", "Live", "live ", ""):
        assert not store.services.rest(name, resting=True)


def test_a_course_is_assigned_to_a_service_and_back_to_its_platforms(store):
    course = a_meeting(store).course_id

    def named():
        query = text("SELECT conferencing FROM courses")
        return store.database.read(lambda c: c.execute(query).scalar_one())

    assert store.services.assign_course(course, "backup")
    assert named() == "backup"
    assert store.services.assign_course(course, None)
    assert named() is None
    assert not store.services.assign_course(course + 1, "backup")


def test_after_rotation_of_the_key_services_are_still_read(store, store_url):
    store.services.save(own(), NOW)
    with opened(store_url, (OTHER_KEY, KEY)) as rotated:
        assert at_work(rotated)["backup"].settings == own()
        rotated.services.save(own(), NOW)
    with opened(store_url, (OTHER_KEY,)) as later:
        assert at_work(later)["backup"].settings == own()


def test_sealed_with_a_key_that_is_lost_is_said_with_what_to_do(store, store_url):
    store.services.save(own(), NOW)
    other = open_store(store_url, [OTHER_KEY])
    try:
        store.services.synchronise([], NOW)
        (lost,) = other.services.all()
    finally:
        other.close()
    assert lost.settings is None
    assert "can't be opened with the secret_key" in lost.problem
    assert "Put the key it was sealed with into the secret_key list" in lost.problem


@pytest.mark.parametrize("settings", ["{", "[]", "5", '{"name": "x"}', '{"kind": "x"}', '{"a": 1}'])
def test_settings_that_cannot_be_read_are_said_by_name_and_can_be_given_anew(store, settings):
    store.services.save(own(), NOW)
    store.database.write(lambda c: c.execute(update(ServiceRow).values(settings=settings)))
    spoiled = at_work(store)["backup"]
    assert spoiled.settings is None
    assert "'backup'" in spoiled.problem
    assert "conferencing add backup" in spoiled.problem
    assert SECRET not in spoiled.problem
    store.services.save(own(), NOW)
    assert at_work(store)["backup"].settings == own()


def test_one_that_cannot_be_read_keeps_no_other_from_work(store):
    store.services.save(own(), NOW)
    store.database.write(lambda c: c.execute(update(ServiceRow).values(settings="{")))
    store.services.save(own(name="another"), NOW)
    assert at_work(store)["another"].settings == own(name="another")
    assert store.services.remove("backup")


def test_nodes_that_start_at_once_agree(store, store_url):
    both = [("live", "meetingz", "file"), ("webinars", "onstream", "file")]
    assert in_four_processes(synchronise_services, store_url) == [both] * 4
    assert at_once(6, lambda _: synchronise_services(store_url)) == [both] * 6
    assert seen(store) == both


def test_of_two_who_add_the_same_at_once_one_is_kept_whole(store):
    services = [own(secret=f"secret-number-{n}", url=f"https://{n}.example/") for n in range(6)]
    assert at_once(6, lambda number: store.services.save(services[number], NOW)) == [True] * 6
    (found,) = store.services.all()
    assert found.settings in services
    assert isinstance(found.settings.secret, SecretStr)
