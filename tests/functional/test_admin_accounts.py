"""Administrators look after administrators, and everything is written down."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.functional.administrators import PASSWORD, AtWork, at_work, let_in


def account(campus, name):
    return campus.bridge.store.administrators.by_name(name)


def test_an_administrator_is_added_and_may_do_what_was_said(campus):
    ana = at_work(campus)
    values = [("name", " Bob "), ("new", PASSWORD), ("permission", "viewData")]
    assert ana.post("/administrators/add", values).status == 303
    assert account(campus, "bob").permissions == {"viewData"}
    bob = AtWork(campus)
    assert bob.sign_in("bob").status == 303
    assert bob.get("/administrators").status == 403
    page = ana.get("/administrators").text
    assert "bob" in page
    again = ana.post("/administrators/add", values)
    assert again.status == 400
    assert "There is an account of this name already" in again.text
    assert 'id="name-wrong"' in again.text
    assert PASSWORD not in again.text
    (line,) = campus.bridge.store.audit.search("administrator.add")
    assert (line.who, line.subject, line.after) == ("ana", "bob", {"permissions": ["viewData"]})


@pytest.mark.parametrize(
    "values",
    [
        [("name", "bob"), ("new", "short")],
        [("name", "bob"), ("new", "x" * 1001)],
        [("name", "a-rather-long-name"), ("new", "a-rather-long-name")],
        [("name", ""), ("new", PASSWORD)],
        [("name", "bob"), ("new", PASSWORD), ("permission", "everything")],
        [],
    ],
)
def test_what_makes_no_account_is_refused(campus, values):
    ana = at_work(campus)
    assert ana.post("/administrators/add", values).status == 400
    assert len(campus.bridge.store.administrators.all()) == 1


def test_permissions_change_at_once(campus):
    ana = at_work(campus)
    bob = at_work(campus, "bob", ["viewData"])
    values = [("account", account(campus, "bob").id), ("permission", "manageAdmins")]
    assert ana.post("/administrators/permissions", values).status == 303
    assert bob.get("/administrators").status == 200


@pytest.mark.parametrize("action", ["permissions", "disable"])
def test_the_last_who_manages_administrators_stays(campus, action):
    ana = at_work(campus)
    let_in(campus, "bob", ["viewData"])
    answer = ana.post(f"/administrators/{action}", {"account": account(campus, "ana").id})
    assert answer.status == 403
    assert "manageAdmins" in account(campus, "ana").permissions
    assert account(campus, "ana").is_active


def test_a_disabled_one_does_not_count_as_the_last(campus):
    ana = at_work(campus)
    let_in(campus, "bob")
    assert ana.post("/administrators/disable", {"account": account(campus, "bob").id}).status == 303
    assert ana.post("/administrators/disable", {"account": account(campus, "ana").id}).status == 403
    again = {"account": account(campus, "bob").id, "enable": "1"}
    assert ana.post("/administrators/disable", again).status == 303
    assert account(campus, "bob").is_active


def test_a_forgotten_password_is_replaced(campus):
    ana = at_work(campus)
    let_in(campus, "bob")
    values = {"account": account(campus, "bob").id, "new": "another good one"}
    assert ana.post("/administrators/password", values).status == 303
    assert AtWork(campus).sign_in("bob", "another good one").status == 303
    assert AtWork(campus).sign_in("bob").status == 401


@pytest.mark.parametrize("number", ["", "0", "99", "-1", "x", "٣", "9" * 30])
def test_an_account_that_is_not_there_is_refused(campus, number):
    ana = at_work(campus)
    assert ana.post("/administrators/disable", {"account": number}).status == 400


def test_the_log_is_searched_and_paged_and_holds_no_secret(campus):
    ana = at_work(campus)
    for number in range(55):
        values = [("name", f"person {number}"), ("new", f"{PASSWORD} {number}")]
        assert ana.post("/administrators/add", values).status == 303
    page = ana.get("/audit").text
    assert "person 54" in page
    assert "person 4<" not in page
    older = page.partition('href="/admin/audit?')[2].partition('"')[0].replace("&amp;", "&")
    assert "person 4<" in ana.get(f"/audit?{older}").text
    assert "person 7<" in ana.get("/audit?search=PERSON+7").text
    assert "Nothing found" in ana.get("/audit?search=%25").text
    assert ana.get("/audit?before=x").status == 200
    assert PASSWORD not in page


def test_there_is_no_address_that_changes_the_log(campus):
    rules = [rule for rule in campus.app.url_map.iter_rules() if "audit" in rule.rule]
    assert [rule.methods - {"HEAD", "OPTIONS"} for rule in rules] == [{"GET"}]


def test_times_are_told_in_the_zone_that_somebody_chose_or_their_browser_is_in(campus):
    ana = at_work(campus, "ana", ["manageAdmins"])
    assert " UTC" in ana.get("/me").text
    ana.browser.cookies["lti-bridge-zone"] = "Asia/Tehran"
    assert "Times are those of: Asia/Tehran" in ana.get("/me").text
    for hostile in ("Mars/Base", '"><script>', "x" * 3000, "../etc/localtime"):
        ana.browser.cookies["lti-bridge-zone"] = hostile
        assert "Times are those of: UTC" in ana.get("/me").text
    assert ana.post("/me/zone", {"zone": "America/Sao_Paulo"}).status == 303
    ana.browser.cookies["lti-bridge-zone"] = "Asia/Tehran"
    page = ana.get("/me").text
    assert "Times are those of: America/Sao_Paulo" in page
    assert '<option value="America/Sao_Paulo" selected>' in page
    when = campus.bridge.store.audit.search("own.zone")[0].at_ms
    sao_paulo = datetime.fromtimestamp(when / 1000, ZoneInfo("America/Sao_Paulo"))
    assert f"{sao_paulo:%M:%S}" in ana.get("/audit").text
    assert " UTC" not in ana.get("/audit").text
    for wrong in ("Mars/Base", "x" * 3000, "Asia/Tehran\0"):
        assert ana.post("/me/zone", {"zone": wrong}).status == 400
    assert ana.post("/me/zone", {"zone": ""}).status == 303
    assert "Times are those of: Asia/Tehran" in ana.get("/me").text
