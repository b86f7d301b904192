from __future__ import annotations

import pytest

from lti_bridge.store import Platform
from lti_bridge.store.tables import ConnectionRow
from tests.unit.store.values import (
    ALIKE,
    NOW,
    OLD_SECRET,
    a_platform,
    an_old_platform,
    at_once,
)
from tests.unit.store.workers import in_four_processes, synchronise


def one(store):
    (platform,) = store.platforms.all()
    return platform


def row(store, key="sakai"):
    query = ConnectionRow.__table__.select().where(ConnectionRow.consumer_key == key)
    return store.database.read(lambda c: c.execute(query).one())


def test_a_platform_of_the_file_is_known_with_everything_launches_need(store):
    settings = a_platform(
        hosts=("Campus.example.edu",), roles={"Mentor": "moderator"}, new_deployments="allow"
    )
    store.platforms.synchronise([settings], NOW)
    platform = one(store)
    assert (platform.id, platform.name, platform.type, platform.version) == (
        1,
        "Riverbank",
        "Other",
        "1.3",
    )
    assert platform.issuer == settings.issuer
    assert platform.client_id == "client-1"
    assert platform.auth_token_url == settings.auth_token_url
    assert platform.hosts == {"lms.example.edu", "campus.example.edu"}
    assert platform.roles == {"Mentor": "moderator"}
    assert platform.new_deployments == "allow"
    assert platform.deployments == {"deployment-1": "allowed"}
    assert (platform.meets_connection, platform.conferencing) == (7, "live")
    assert (platform.key_set, platform.key_set_ms) == (None, 0)


def test_changes_in_the_file_are_taken_over(store):
    store.platforms.synchronise([a_platform(name="Campus", meets_connection=8)], NOW + 1)
    assert (one(store).id, one(store).name, one(store).meets_connection) == (1, "Campus", 8)


def test_a_platform_that_left_the_file_rests_and_comes_back_with_everything(store):
    store.platforms.add_deployment(1, "deployment-2", "allowed", NOW)
    store.platforms.remember_key_set(1, '{"keys": []}', NOW)
    course = store.people.add_course(1, "course-1", "", "Biology", now_ms=NOW)
    store.platforms.synchronise([], NOW + 1)
    assert store.platforms.all() == []
    assert store.people.course(1, "course-1", "").id == course.id
    store.platforms.synchronise([a_platform()], NOW + 2)
    back = one(store)
    assert back.id == 1
    assert back.deployments == {"deployment-1": "allowed", "deployment-2": "allowed"}
    assert (back.key_set, back.key_set_ms) == ('{"keys": []}', NOW)


def test_adding_a_platform_leaves_the_others_alone(store):
    store.platforms.synchronise([a_platform(), a_platform(client_id="client-2")], NOW)
    assert [platform.client_id for platform in store.platforms.all()] == ["client-1", "client-2"]


def test_a_key_set_is_kept_until_its_address_changes(store):
    store.platforms.remember_key_set(1, '{"keys": []}', NOW)
    store.platforms.synchronise([a_platform(name="Campus")], NOW)
    assert one(store).key_set == '{"keys": []}'
    store.platforms.synchronise([a_platform(key_set_url="https://lms.example.edu/keys")], NOW)
    assert (one(store).key_set, one(store).key_set_ms) == (None, 0)


def test_a_deployment_that_waits_is_allowed_by_the_file_only(store):
    store.platforms.add_deployment(1, "new", "waiting", NOW)
    store.platforms.add_deployment(1, "new", "allowed", NOW)
    assert one(store).deployments["new"] == "waiting", "one that is known stays as it is"
    store.platforms.synchronise([a_platform(deployment_ids=("deployment-1", "new"))], NOW)
    assert one(store).deployments["new"] == "allowed"


def test_deployments_that_look_alike_are_different(store):
    for deployment in ALIKE:
        store.platforms.add_deployment(1, deployment, "waiting", NOW)
    assert set(one(store).deployments) == {"deployment-1", *ALIKE}


def test_an_lti_1_1_platform_has_its_secret_sealed_and_is_no_1_3_platform(store):
    store.platforms.synchronise([a_platform(), an_old_platform()], NOW)
    assert [platform.version for platform in store.platforms.all()] == ["1.3"]
    sealed = row(store).shared_secret_sealed
    assert OLD_SECRET not in sealed
    store.platforms.synchronise([a_platform(), an_old_platform(name="Older Sakai")], NOW)
    assert row(store).name == "Older Sakai"


def test_nodes_that_start_at_once_agree(store, store_url):
    store.platforms.synchronise([], NOW)
    assert in_four_processes(synchronise, store_url) == [2] * 4
    assert at_once(6, lambda _: synchronise(store_url)) == [2] * 6
    assert len({platform.id for platform in store.platforms.all()}) == 2


def test_new_platforms_made_by_several_at_once_are_one_each(store_url):
    assert at_once(6, lambda _: synchronise(store_url)) == [2] * 6


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://lms.example.edu/course/1?x=1#y", True),
        ("http://LMS.example.edu", True),
        ("https://lms.example.edu.evil.example/", False),
        ("https://evil.example/lms.example.edu", False),
        ("https://lms.example.edu@evil.example/", False),
        ("https://evil.example\\@lms.example.edu/", False),
        ("https://lms.example.edu:8443/", False),
        ("//lms.example.edu/", False),
        ("javascript:alert(1)//lms.example.edu", False),
        ("ftp://lms.example.edu/", False),
        (" https://lms.example.edu/", False),
        ("https://lms.example.edu/\n", False),
        ('https://lms.example.edu/"onload="', False),
        ("https://[lms.example.edu/", False),
        ("", False),
    ],
)
def test_only_http_urls_on_its_own_hosts_are_a_platforms_own(url, ours):
    assert PLATFORM.owns(url) is ours


def test_origins_are_of_the_scheme_that_the_platform_uses():
    assert PLATFORM.origins == ("https://lms.example.edu",)
    plain = {
        "issuer": "http://lms.example.edu:8080",
        "auth_login_url": "http://lms.example.edu:8080/a",
    }
    assert made(**plain, hosts=frozenset({"b:1", "a"})).origins == ("http://a", "http://b:1")
    assert made(auth_login_url="http://x/").origins == ("http://lms.example.edu",)


def made(**changes):
    values = dict.fromkeys(Platform.__slots__, "")
    values |= {"issuer": "https://lms.example.edu", "hosts": frozenset({"lms.example.edu"})}
    return Platform(**{**values, **changes})


PLATFORM = made()


def test_platforms_of_lti_1_1_come_with_their_secret_and_apart(store):
    settings = an_old_platform(hosts=("Sakai.example.edu:8443",), roles={"Mentor": "moderator"})
    store.platforms.synchronise([a_platform(), settings], NOW)
    (old,) = store.platforms.of_lti_1p1()
    assert (old.version, old.consumer_key, old.shared_secret) == ("1.1", "sakai", OLD_SECRET)
    assert (old.issuer, old.client_id, old.key_set_url) == ("", "", "")
    assert old.hosts == {"sakai.example.edu:8443"}
    assert old.owns("https://sakai.example.edu:8443/back")
    assert not old.owns("https://sakai.example.edu/back")
    assert old.roles == {"Mentor": "moderator"}
    assert one(store).version == "1.3"
    store.platforms.synchronise([a_platform()], NOW)
    assert store.platforms.of_lti_1p1() == []


def test_a_secret_that_cannot_be_opened_hides_no_other_platform(store):
    other = an_old_platform(name="Another", consumer_key="another")
    store.platforms.synchronise([a_platform(), an_old_platform(), other], NOW)
    statement = ConnectionRow.__table__.update().where(ConnectionRow.consumer_key == "sakai")
    store.database.write(lambda c: c.execute(statement.values(shared_secret_sealed="x")))
    secrets = {one.consumer_key: one.shared_secret for one in store.platforms.of_lti_1p1()}
    assert secrets == {"sakai": "", "another": OLD_SECRET}
