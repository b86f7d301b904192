"""Every action of the admin pages writes a line of the log, in the transaction of its change."""

from __future__ import annotations

import html
import re

import pyotp
from sqlalchemy import select, table, text

from tests.campus import MEETINGZ_SECRET
from tests.functional.administrators import PASSWORD, at_work, let_in
from tests.functional.test_admin_platforms import by_hand

ANOTHER = "another good one"
TOTP = pyotp.random_base32()
CHANGES_NOTHING = {"/platforms/<int:number>/test", "/services/test"}
ELSEWHERE = {
    # Their lines are looked for beside their other tests: they take more to set up.
    "/sign-in", "/platforms/registration", "/people", "/people/<int:number>/export",
    "/people/<int:number>/erase", "/recordings/<int:number>/publish",
    "/recordings/<int:number>/delete",
}  # fmt: skip
FLEETING = {"admin_sessions", "launches", "audit_log", "x"}


def steps(campus):
    """What is posted, in this order, and the action that its line names."""
    url = campus.service.url_for(campus.meetingz_server)
    service = {"name": "second", "kind": "meetingz", "url": url, "secret": MEETINGZ_SECRET}
    edit = by_hand(campus, name="Changed", hosts="", new_deployments="allow")
    return (
        ("/administrators/add", {"name": "eve", "new": ANOTHER}, "administrator.add"),
        ("/administrators/permissions", {"account": "3", "permission": "viewData"},
         "administrator.permissions"),
        ("/administrators/password", {"account": "3", "new": ANOTHER}, "administrator.password"),
        ("/administrators/disable", {"account": "3"}, "administrator.disable"),
        ("/me/zone", {"zone": "Asia/Tehran"}, "own.zone"),
        ("/me/second-step", {"password": PASSWORD, "secret": TOTP}, "own.second_step"),
        ("/me/second-step/off", {"password": PASSWORD}, "own.second_step"),
        ("/services/add", service, "service.add"),
        ("/services/secret", {"service": "second", "secret": ANOTHER, "untested": "1"},
         "service.secret"),
        ("/services/rest", {"service": "second"}, "service.rest"),
        ("/services/remove", {"service": "second", "sure": "1"}, "service.remove"),
        ("/platforms/invite", {"name": "Invited"}, "platform.invite"),
        ("/platforms/revoke-invite", {"invite": "1"}, "platform.revoke_invite"),
        ("/platforms/add", by_hand(campus), "platform.put"),
        ("/platforms/add-old", {"name": "Old", "kind": "other"}, "platform.put"),
        ("/platforms/2/edit", edit, "platform.change"),
        ("/platforms/3/secret", {}, "platform.secret"),
        ("/platforms/2/policies", {"studentsHost": "1"}, "platform.policies"),
        ("/platforms/2/deployment", {"deployment": "7", "allow": "1"}, "platform.deployment"),
        ("/platforms/2/role", {"role": "Mentor", "to": "moderator"}, "platform.role"),
        ("/platforms/2/rest", {}, "platform.rest"),
        ("/platforms/2/remove", {"name": "Changed"}, "platform.remove"),
        ("/me/password", {"password": PASSWORD, "new": ANOTHER}, "own.password"),
        ("/sign-out", {"everywhere": "1"}, "session.end"),
    )  # fmt: skip


def everything(store):
    """Every row of every table, but those that any request may change."""

    def read(connection):
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        return {
            name: connection.execute(select(text("*")).select_from(table(name))).all()
            for name in names.scalars()
            if name not in FLEETING
        }

    return store.database.read(read)


def test_of_every_action_it_is_known_whether_it_writes_a_line(campus):
    posted = {
        rule.rule.removeprefix("/admin")
        for rule in campus.app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.") and "POST" in rule.methods
    }
    walked = {re.sub(r"/\d+/", "/<int:number>/", path) for path, _, _ in steps(campus)}
    assert posted == walked | CHANGES_NOTHING | ELSEWHERE


def test_each_action_writes_its_line_or_changes_nothing(campus):
    store = campus.bridge.store
    let_in(campus, "bob")
    ana = at_work(campus)

    def rename(before, after):
        store.database.write(lambda c: c.execute(text(f"ALTER TABLE {before} RENAME TO {after}")))

    for path, values, action in steps(campus):
        if path == "/sign-out":
            ana.sign_in(password=ANOTHER)
        if path == "/me/second-step":
            values = values | {"code": pyotp.TOTP(TOTP).now()}
        rename("audit_log", "x")
        before = everything(store)
        assert ana.post(path, values).status == 503, path
        assert everything(store) == before, path
        rename("x", "audit_log")
        answer = ana.post(path, values)
        assert answer.status in {200, 303}, (path, answer.text)
        line = store.audit.search(limit=1)[0]
        assert (line.who, line.action) == ("ana", action), path
        shown_once = re.findall(r'<code class="secret" dir="ltr">([^<]+)<', answer.text)
        written = str(store.audit.search(limit=1000))
        for secret in (PASSWORD, ANOTHER, TOTP, MEETINGZ_SECRET, *shown_once):
            assert html.unescape(secret).rpartition("invite=")[2] not in written, path
