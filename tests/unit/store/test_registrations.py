"""Invitations and registrations on both engines: used once, waiting, accepted, refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from lti_bridge.errors import NotAllowed
from lti_bridge.store import InviteTerms, PlatformValues

NOW = 1_760_000_000_000
DAY = 86_400_000

VALUES = PlatformValues(
    name="Campus Moodle",
    type="Moodle",
    preset="moodle",
    issuer="https://moodle.example.edu",
    client_id="client-9",
    auth_login_url="https://moodle.example.edu/auth",
    auth_token_url="https://moodle.example.edu/token",
    auth_audience="",
    key_set_url="https://moodle.example.edu/certs",
    meets_connection=4,
    conferencing="live",
    hosts=("www.moodle.example.edu",),
    deployment_ids=("1",),
)


def invite(store, **terms):
    return store.registrations.invite(InviteTerms(**terms), NOW, NOW + DAY)


def begun(store, values=VALUES):
    number = store.registrations.begin(invite(store)[0].id, values, NOW)
    assert number is not None
    return number


def of_admins(store):
    return [each for each in store.administration.all() if each.managed_by == "admin"]


def test_an_invitation_is_found_by_its_secret_alone(store):
    made, secret = invite(store, name="LMS", hosts=("lms.example.edu",), meets_connection=3)
    assert store.registrations.find_invite(secret) == made
    assert store.registrations.invite_of(made.id) == made
    assert made.terms == InviteTerms("LMS", "", 3, "", ("lms.example.edu",))
    assert len(secret) >= 43, "256 bits"
    for other in ("", "x", secret[:-1], secret + "x", "\udcff", "x" * 10_000):
        assert store.registrations.find_invite(other) is None
    assert secret not in repr(store.registrations.invites())


def test_states_of_an_invitation(store):
    made, _ = invite(store)
    assert made.state(NOW) == "open"
    assert made.state(NOW + DAY) == "expired"
    assert store.registrations.revoke_invite(made.id, NOW)
    assert not store.registrations.revoke_invite(made.id, NOW)
    assert store.registrations.invite_of(made.id).state(NOW) == "revoked"
    assert store.registrations.begin(made.id, VALUES, NOW) is None


def test_of_many_who_come_with_one_invitation_one_begins(store):
    made, _ = invite(store)
    with ThreadPoolExecutor(8) as pool:
        tried = list(pool.map(lambda _: store.registrations.begin(made.id, VALUES, NOW), range(8)))
    assert sum(number is not None for number in tried) == 1
    assert store.registrations.invite_of(made.id).state(NOW) == "used"


def test_an_expired_invitation_begins_nothing(store):
    made, _ = invite(store)
    assert store.registrations.begin(made.id, VALUES, NOW + DAY) is None


def test_the_first_of_an_issuer_makes_an_lms(store):
    done = store.registrations.finish(begun(store), VALUES, {"client_name": "x"}, NOW)
    assert done.state == "done"
    assert done.values == VALUES
    assert done.answer == {"client_name": "x"}
    platform = next(p for p in store.platforms.all() if p.id == done.platform_id)
    assert (platform.name, platform.client_id, platform.preset) == (
        "Campus Moodle",
        "client-9",
        "moodle",
    )
    assert platform.deployments == {"1": "allowed"}
    assert platform.hosts == {"moodle.example.edu", "www.moodle.example.edu"}


def test_a_failed_one_gives_its_invitation_back(store):
    made, _ = invite(store)
    for refused, state in ((True, "refused"), (False, "begun")):
        number = store.registrations.begin(made.id, VALUES, NOW)
        store.registrations.fail(number, NOW, refused=refused)
        assert store.registrations.invite_of(made.id).state(NOW) == "open"
        (left,) = [each for each in store.registrations.all() if each.id == number]
        assert left.state == state
    assert of_admins(store) == []


def test_a_second_one_waits_and_overwrites_nothing_until_it_is_accepted(store):
    first = store.registrations.finish(begun(store), VALUES, {}, NOW)
    store.platforms.remember_key_set(first.platform_id, "{}", NOW)
    before = store.platforms.all()
    changed = replace(VALUES, name="Other", key_set_url="https://moodle.example.edu/new")
    waiting = store.registrations.finish(begun(store, changed), changed, {}, NOW)
    assert (waiting.state, waiting.platform_id) == ("waiting", first.platform_id)
    assert store.platforms.all() == before
    assert store.registrations.all()[0] == waiting, "those that wait come first"
    accepted = store.registrations.accept(waiting.id, NOW + 1)
    assert (accepted.state, accepted.platform_id) == ("done", first.platform_id)
    (platform,) = [p for p in store.platforms.all() if p.id == first.platform_id]
    assert (platform.name, platform.key_set) == ("Other", None)
    assert store.registrations.accept(waiting.id, NOW) is None, "once"


def test_another_client_of_the_issuer_becomes_an_lms_beside_it(store):
    first = store.registrations.finish(begun(store), VALUES, {}, NOW)
    other = replace(VALUES, client_id="client-10", name="Beside")
    waiting = store.registrations.finish(begun(store, other), other, {}, NOW)
    accepted = store.registrations.accept(waiting.id, NOW)
    assert accepted.platform_id != first.platform_id
    assert len(of_admins(store)) == 2


def test_one_that_is_refused_changes_nothing(store):
    store.registrations.finish(begun(store), VALUES, {}, NOW)
    waiting = store.registrations.finish(begun(store), VALUES, {}, NOW)
    assert store.registrations.refuse(waiting.id, NOW)
    assert not store.registrations.refuse(waiting.id, NOW)
    assert store.registrations.accept(waiting.id, NOW) is None
    assert not store.registrations.refuse(10_000, NOW)


def test_what_the_file_manages_is_left_alone(store):
    (filed,) = [each for each in store.administration.all() if each.managed_by == "file"]
    same = replace(VALUES, issuer=filed.issuer, client_id=filed.client_id)
    waiting = store.registrations.finish(begun(store, same), same, {}, NOW)
    assert waiting.state == "waiting"
    with pytest.raises(NotAllowed):
        store.registrations.accept(waiting.id, NOW)
    assert store.registrations.all()[0].state == "waiting", "nothing of it happened"
    with pytest.raises(NotAllowed):
        store.administration.put(same, NOW)
    with pytest.raises(NotAllowed):
        store.administration.set_active(filed, NOW, active=False)


def test_an_lms_of_an_admin_rests_and_wakes(store):
    number = store.administration.put(VALUES, NOW)
    assert store.administration.put(replace(VALUES, name="New name"), NOW) == number
    (one,) = of_admins(store)
    assert one.name == "New name"
    store.administration.set_active(one, NOW, active=False)
    assert number not in {p.id for p in store.platforms.all()}
    assert not of_admins(store)[0].active
    store.administration.set_active(one, NOW, active=True)
    assert number in {p.id for p in store.platforms.all()}


def test_deployments_that_wait_come_first(store):
    number = store.administration.put(VALUES, NOW)
    store.platforms.add_deployment(number, "late", "waiting", NOW + 2)
    store.platforms.add_deployment(number, "early", "waiting", NOW + 1)
    listed = [each.deployment_id for each in store.administration.deployments(number)]
    assert listed == ["early", "late", "1"]
    store.administration.decide(number, "early", "refused", NOW)
    store.administration.decide(number, "never seen", "allowed", NOW)
    states = {each.deployment_id: each.state for each in store.administration.deployments(number)}
    assert states == {
        "early": "refused",
        "late": "waiting",
        "1": "allowed",
        "never seen": "allowed",
    }
    assert len(store.administration.deployments()) >= 4


def test_the_next_number_of_a_connection_is_free(store):
    taken = {each.meets_connection for each in store.administration.all()}
    assert store.administration.next_connection() == max(taken) + 1
