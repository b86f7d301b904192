"""Accounts, sessions and the log of administrators, on both engines."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from lti_bridge.errors import NotAllowed, StoreUnavailable
from lti_bridge.store import AuditEntry
from lti_bridge.store.admin_sessions import IDLE_MS, LONGEST_MS
from tests.unit.store.values import NOW, at_once


def add(store, name="ana", permissions=("manageAdmins",)):
    return store.administrators.add(name, "hash", permissions, NOW)


def test_a_name_is_taken_once(store):
    assert add(store).permissions == {"manageAdmins"}
    assert add(store) is None
    assert [one.name for one in store.administrators.all()] == ["ana"]


def test_of_two_who_disable_each_other_one_stays(store):
    one, two = add(store), add(store, "bob")

    def disable(which):
        try:
            store.administrators.disable((one, two)[which].id, NOW)
        except NotAllowed:
            return "refused"
        return "done"

    assert sorted(at_once(2, disable)) == ["done", "refused"]


def test_a_session_is_found_by_its_token_until_it_ends(store):
    account = add(store)
    token = store.admin_sessions.begin(account.id, NOW)
    assert store.admin_sessions.whose(token, NOW + 1).name == "ana"
    assert store.admin_sessions.whose(token + "x", NOW) is None
    assert store.admin_sessions.whose(token, NOW + IDLE_MS) is None
    for step in range(1, LONGEST_MS // (IDLE_MS - 60_000) + 1):
        now = NOW + step * (IDLE_MS - 60_000)
        found = store.admin_sessions.whose(token, now)
        assert (found is not None) is (now < NOW + LONGEST_MS)
    store.admin_sessions.begin(account.id, NOW + 2 * LONGEST_MS)
    assert store.admin_sessions.end_all(account.id) == 1, "what had ended is gone"


def test_the_token_itself_is_kept_nowhere(store):
    token = store.admin_sessions.begin(add(store).id, NOW)
    rows = store.database.read(lambda c: c.execute(text("SELECT * FROM admin_sessions")).all())
    assert token not in str(rows)


def test_a_new_password_and_a_disabled_account_end_sessions(store):
    ana, bob = add(store), add(store, "bob")
    for change in (
        lambda: store.administrators.set_password(bob.id, "other"),
        lambda: store.administrators.disable(bob.id, NOW),
    ):
        tokens = [store.admin_sessions.begin(one.id, NOW) for one in (ana, bob)]
        change()
        assert store.admin_sessions.whose(tokens[0], NOW) is not None
        assert store.admin_sessions.whose(tokens[1], NOW) is None


def test_a_code_is_used_once_by_whoever_is_first(store):
    account = add(store)
    store.administrators.set_second_step(account.id, "SECRET", ["aaaa"])
    assert store.administrators.second_step(account.id) == "SECRET"
    assert sorted(at_once(4, lambda _: store.administrators.use_step(account.id, 7))) == [
        False, False, False, True,
    ]  # fmt: skip
    assert not store.administrators.use_step(account.id, 6), "nor an earlier one"
    used = at_once(4, lambda _: store.administrators.use_recovery_code(account.id, "aaaa"))
    assert sorted(used) == [False, False, False, True]
    sealed = store.database.read(
        lambda c: c.execute(text("SELECT totp_sealed FROM admin_accounts")).scalar_one()
    )
    assert "SECRET" not in sealed


def test_who_comes_by_single_sign_on_is_the_same_by_their_subject(store):
    first = store.administrators.signed_on("issuer sub", "ana", ["viewData"], NOW)
    again = store.administrators.signed_on("issuer sub", "ana maria", ["manageAdmins"], NOW)
    assert (again.id, again.name, again.permissions) == (first.id, "ana maria", {"manageAdmins"})
    assert add(store, "bob")
    assert store.administrators.signed_on("issuer other", "bob", [], NOW) is None
    assert store.administrators.signed_on("issuer sub", "bob", [], NOW) is None


@pytest.mark.parametrize("change", ["UPDATE audit_log SET who = 'nobody'", "DELETE FROM audit_log"])
def test_the_database_lets_nobody_change_the_log(store, change):
    store.audit.add(AuditEntry(NOW, "ana", "service.add", "live\0", after={"kind": "mconf"}))
    with pytest.raises((IntegrityError, StoreUnavailable)):
        store.database.write(lambda c: c.execute(text(change)))
    (line,) = store.audit.search()
    assert (line.who, line.subject, line.after) == ("ana", "live", {"kind": "mconf"})


def test_the_log_is_searched_by_who_what_and_to_what(store):
    for who, action, subject in (
        ("ana", "service.add", "live"),
        ("bob", "platform.rest", "Moodle 100%"),
    ):
        store.audit.add(AuditEntry(NOW, who, action, subject))
    assert [one.who for one in store.audit.search("ANA")] == ["ana"]
    assert [one.who for one in store.audit.search("rest")] == ["bob"]
    assert [one.who for one in store.audit.search("100%")] == ["bob"]
    assert store.audit.search("1_0") == []
    first = store.audit.search()[-1]
    assert store.audit.search(before_id=first.id) == []


def test_a_change_and_its_line_are_there_both_or_neither(store):
    account = add(store)

    def disabled(fails):
        with store.together():
            store.administrators.disable(account.id, NOW)
            store.audit.add(AuditEntry(NOW, "bob", "administrator.disable", "ana"))
            assert store.administrators.by_id(account.id).is_active is False, "as it will be"
            if fails:
                raise KeyError

    add(store, "bob")
    with pytest.raises(KeyError):
        disabled(fails=True)
    assert store.administrators.by_id(account.id).is_active
    assert store.audit.search() == []
    disabled(fails=False)
    assert store.administrators.by_id(account.id).is_active is False
    assert [line.subject for line in store.audit.search()] == ["ana"]


def test_what_fails_within_a_transaction_leaves_the_rest_of_it(store):
    with store.together():
        assert add(store)
        assert add(store) is None, "the name is taken, and that is an answer"
        with store.together():
            store.audit.add(AuditEntry(NOW, "bob", "administrator.add", "ana"))
    assert len(store.administrators.all()) == len(store.audit.search()) == 1


def test_others_see_a_transaction_once_it_is_over(store):
    with store.together():
        add(store)
        assert at_once(1, lambda _: store.administrators.by_name("ana")) == [None]
    assert store.administrators.by_name("ana")


def test_the_log_knows_from_where_somebody_signed_in(store):
    after = {"by": "password", "from": "198.51.100.7"}
    store.audit.add(AuditEntry(NOW, "ana", "session.begin", after=after))

    def has(who="ana", where="198.51.100.7", since_ms=NOW):
        return store.audit.has(who, "session.begin", "from", where, since_ms)

    assert has()
    others = (has(since_ms=NOW + 1), has("eve"), has(where="198.51.100.70"), has(where="%"))
    assert not any(others)
