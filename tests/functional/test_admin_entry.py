"""Signing in to the admin pages, and what keeps others out."""

from __future__ import annotations

import time

import pyotp
import pytest

from lti_bridge.admin.signing_in import BY_BOTH
from tests.functional.administrators import PASSWORD, AtWork, at_work, let_in

HOUR_MS = 3_600_000


def actions(campus):
    return sorted(
        rule.rule.removeprefix("/admin").replace("<int:number>", "1")
        for rule in campus.app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.") and "POST" in rule.methods
    )


def pages(campus):
    return sorted(
        rule.rule.removeprefix("/admin").replace("<int:number>", "1").replace("<reference>", "A")
        for rule in campus.app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.")
        and "GET" in rule.methods
        and "static" not in rule.rule
        and rule.rule not in {"/admin/sign-in", "/admin/sso", "/admin/sso/back"}
    )


def test_the_right_password_lets_in_and_a_new_session_begins(campus):
    let_in(campus)
    ana = AtWork(campus)
    answer = ana.sign_in(name=" ANA ")
    assert answer.status == 303
    assert answer.location == "/admin/"
    cookie = next(h for h in answer.headers.get_all("Set-Cookie") if "lti-bridge-admin=" in h)
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert ana.get("/me").status == 200


def test_the_cookie_of_an_https_bridge_is_bound_to_its_host(new_campus):
    from lti_bridge.admin import Door

    door = Door(None, "https://bridge.example.edu", lambda: 0)
    assert door.cookie == "__Host-lti-bridge-admin"
    assert door._is_secure


@pytest.mark.parametrize(
    ("name", "password"),
    [("ana", "wrong horse battery"), ("bob", PASSWORD), ("", ""), ("ana", ""), ("\0", "x" * 5000)],
)
def test_whatever_is_wrong_the_answer_is_the_same(campus, name, password):
    let_in(campus)
    ana = AtWork(campus)
    answer = ana.sign_in(name, password)
    assert answer.status == 401
    assert "Name, password or code is wrong" in answer.text
    assert not ana.cookie


def test_an_unknown_name_costs_as_much_work_as_a_known_one(campus, monkeypatch):
    from argon2 import PasswordHasher

    let_in(campus)
    verified = []
    real = PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher, "verify", lambda self, *a: (verified.append(a[0][:30]), real(self, *a))[1]
    )
    AtWork(campus).sign_in("ana", "wrong horse battery")
    AtWork(campus).sign_in("nobody", "wrong horse battery")
    assert len(verified) == 2
    assert verified[0] == verified[1], "the same parameters"


def test_a_disabled_account_is_let_in_no_more_and_signed_out(campus):
    ana = at_work(campus)
    let_in(campus, "bob")
    account = campus.bridge.store.administrators.by_name("ana")
    campus.bridge.store.administrators.disable(account.id, int(time.time() * 1000))
    assert ana.get("/me").location == "/admin/sign-in"
    assert ana.sign_in().status == 401


def test_guessing_at_an_account_from_one_address_ends_after_ten(campus):
    let_in(campus)
    for _ in range(BY_BOTH.times):
        assert AtWork(campus).sign_in(password="wrong horse battery").status == 401
    answer = AtWork(campus).sign_in()
    assert answer.status == 403
    assert "Too many tries" in answer.text


def test_a_session_that_was_planted_is_not_taken_over(campus):
    let_in(campus)
    victim = AtWork(campus)
    victim.browser.cookies["lti-bridge-admin"] = "planted"
    victim.sign_in()
    assert victim.cookie not in {"planted", ""}
    attacker = AtWork(campus)
    attacker.browser.cookies["lti-bridge-admin"] = "planted"
    assert attacker.get("/me").status == 303


def test_signing_in_again_ends_the_session_before(campus):
    ana = at_work(campus)
    before = ana.cookie
    ana.sign_in()
    old = AtWork(campus)
    old.browser.cookies["lti-bridge-admin"] = before
    assert ana.cookie != before
    assert old.get("/me").status == 303


@pytest.mark.parametrize(
    ("idle", "age", "open_"), [(29, 60, True), (31, 60, False), (1, 721, False)]
)
def test_sessions_end_by_themselves(campus, idle, age, open_):
    from sqlalchemy import update

    from lti_bridge.store.tables import AdminSessionRow

    ana = at_work(campus)
    now = int(time.time() * 1000)
    change = update(AdminSessionRow).values(
        seen_ms=now - idle * 60_000, created_ms=now - age * 60_000
    )
    campus.bridge.store.database.write(lambda c: c.execute(change))
    assert (ana.get("/me").status == 200) is open_


def test_signing_out_here_and_everywhere(campus):
    ana = at_work(campus)
    other = AtWork(campus)
    other.sign_in()
    assert ana.post("/sign-out").location == "/admin/sign-in?done=signed_out"
    assert ana.get("/me").status == 303
    assert other.get("/me").status == 200
    ana.sign_in()
    ana.post("/sign-out", {"everywhere": "1"})
    assert other.get("/me").status == 303


def test_no_action_is_open_to_who_is_not_signed_in(campus):
    nobody = AtWork(campus)
    nobody.get("/sign-in")
    for path in actions(campus):
        if path != "/sign-in":
            assert nobody.post(path, {"account": "1"}).status == 401, path
    for path in pages(campus):
        assert nobody.get(path).location == "/admin/sign-in", path


def test_no_action_is_open_without_its_permission(campus):
    let_in(campus, "boss")
    ana = at_work(campus, "ana", [])
    own = ("/sign-in", "/sign-out", "/me")
    for path in actions(campus):
        if not path.startswith(own):
            assert ana.post(path, {"account": "1"}).status == 403, path
    for path in pages(campus):
        if path not in {"/", "/me"}:
            assert ana.get(path).status == 403, path
    assert campus.bridge.store.audit.search("administrator") == []


@pytest.mark.parametrize(
    ("values", "headers"),
    [
        ({"form": ""}, {}),
        ({"form": "0" * 64}, {}),
        ({"form": "é"}, {}),
        ({}, {"Origin": "https://evil.example"}),
        ({}, {"Origin": "null"}),
        ({}, {"Sec_Fetch_Site": "cross-site"}),
    ],
    ids=["none", "guessed", "odd", "other-origin", "null-origin", "cross-site"],
)
def test_no_action_is_done_for_another_site(campus, values, headers):
    ana = at_work(campus)
    for path in actions(campus):
        answer = ana.post(
            path, {"name": "eve", "new": PASSWORD, "account": "1", **values}, **headers
        )
        assert answer.status == 403, path
    assert [one.name for one in campus.bridge.store.administrators.all()] == ["ana"]


def test_the_forms_value_of_one_session_is_worth_nothing_in_another(campus):
    ana = at_work(campus)
    bob = at_work(campus, "bob")
    assert bob.post("/administrators/add", {"form": ana.form}).status == 403


def test_nobody_frames_or_keeps_an_admin_page(campus):
    ana = at_work(campus)
    for path in (
        "/me",
        "/sign-in",
        "/administrators",
        "/audit",
        "/launches",
        "/platforms",
        "/services",
    ):
        headers = ana.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("name=a", "text/plain", 400),
        ("name=" + "a" * 100_000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_what_is_no_form_is_refused(campus, body, kind, status):
    ana = AtWork(campus)
    ana.get("/sign-in")
    answer = ana._send(f"{campus.url}/admin/sign-in", body, {"Content-Type": kind})
    assert answer.status == status


def test_the_second_step_is_asked_for_and_each_code_is_good_once(campus):
    ana = at_work(campus)
    secret = pyotp.random_base32()
    code = pyotp.TOTP(secret).now()
    right = {"secret": secret, "code": code, "password": PASSWORD}
    shown = ana.post("/me/second-step", right)
    assert shown.status == 200
    recovery = shown.text.partition('class="secret" dir="ltr">')[2].partition("<")[0]
    assert AtWork(campus).sign_in().status == 401
    assert AtWork(campus).sign_in(code=code).status == 401, "it was used to set it up"
    later = pyotp.TOTP(secret).at(time.time() + 30)
    assert AtWork(campus).sign_in(code=later).status == 303
    assert AtWork(campus).sign_in(code=later).status == 401
    assert AtWork(campus).sign_in(code=recovery.upper()).status == 303
    assert AtWork(campus).sign_in(code=recovery).status == 401
    assert ana.post("/me/second-step/off", {"password": PASSWORD}).status == 303
    assert campus.bridge.store.administrators.by_name("ana").has_second_step is False


@pytest.mark.parametrize(
    "wrong", [{"code": "000000"}, {"password": "no"}, {"secret": "short"}, {"code": "١٢٣٤٥٦"}]
)
def test_a_second_step_is_set_up_only_with_password_and_code(campus, wrong):
    ana = at_work(campus)
    secret = pyotp.random_base32()
    right = {"secret": secret, "code": pyotp.TOTP(secret).now(), "password": PASSWORD}
    assert ana.post("/me/second-step", {**right, **wrong}).status == 401
    assert campus.bridge.store.administrators.by_name("ana").has_second_step is False


def test_changing_ones_password_signs_out_everywhere(campus):
    ana = at_work(campus)
    other = AtWork(campus)
    other.sign_in()
    weak = {"password": PASSWORD, "new": "short"}
    assert ana.post("/me/password", weak).status == 400
    assert ana.post("/me/password", {"password": "no", "new": "another good one"}).status == 401
    new = {"password": PASSWORD, "new": "another good one"}
    assert ana.post("/me/password", new).location.startswith("/admin/sign-in")
    assert other.get("/me").status == 303
    assert ana.sign_in(password="another good one").status == 303
