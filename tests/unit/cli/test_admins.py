"""``lti-bridge admin``: who may use the admin pages."""

from __future__ import annotations

import os
import pwd

import pytest

from lti_bridge.admin import Passwords
from tests.unit.cli.house import run

PASSWORD = "correct horse battery"


@pytest.fixture
def config(campus):
    return campus.file


@pytest.fixture
def accounts(campus):
    return campus.bridge.store.administrators


def create(config, name="Ana", *options):
    return run("admin", "create", name, "--config", config, *options, typed=f"{PASSWORD}\n" * 2)


def test_the_first_administrator_is_asked_for_a_password(campus, config, accounts):
    done = create(config)
    assert done.code == 0, done.err
    assert f"{campus.url}/admin" in done.out
    account = accounts.by_name("ana")
    assert len(account.permissions) == 5
    assert Passwords().match(account.password_hash, PASSWORD)
    assert create(config).code == 1, "the name is taken"


def test_a_password_may_come_from_a_file(config, accounts, tmp_path):
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\r\nsecond line\n")
    options = ("--password-file", file, "--permission", "viewData")
    assert create(config, "ana", *options).code == 0
    assert accounts.by_name("ana").permissions == {"viewData"}
    assert Passwords().match(accounts.by_name("ana").password_hash, PASSWORD)


@pytest.mark.parametrize("password", ["short", "ana", "aaaaaaaaaaaaaaaa", "I am ana really"])
def test_a_weak_password_is_refused(config, accounts, password):
    done = run("admin", "create", "ana", "--config", config, typed=f"{password}\n" * 2)
    assert done.code == 1
    assert accounts.all() == []


def test_a_name_that_cannot_be_typed_is_refused(config):
    assert create(config, " ").code == 1


def test_they_are_listed_without_secrets(config):
    assert "admin create" in run("admin", "list", "--config", config).out
    create(config)
    listed = run("admin", "list", "--config", config).out
    assert "ana" in listed
    assert "active" in listed
    (one,) = run("admin", "list", "--config", config, "--json").json
    assert (one["name"], one["second_step"]) == ("ana", False)
    assert "hash" not in str(one)


def test_the_last_one_cannot_be_disabled_and_another_can(config, accounts):
    create(config)
    refused = run("admin", "disable", "ana", "--config", config)
    assert refused.code == 1
    assert "manageAdmins" in refused.err
    create(config, "bob")
    assert run("admin", "disable", "Bob", "--config", config).code == 0
    assert not accounts.by_name("bob").is_active
    assert run("admin", "disable", "bob", "--undo", "--config", config).code == 0
    assert accounts.by_name("bob").is_active


def test_a_password_is_replaced_and_a_second_step_taken_away(config, accounts):
    create(config)
    account = accounts.by_name("ana")
    accounts.set_second_step(account.id, "SECRET", ["aaaa"])
    new = "another good one"
    done = run("admin", "password", "ana", "--config", config, typed=f"{new}\n" * 2)
    assert done.code == 0
    assert Passwords().match(accounts.by_name("ana").password_hash, new)
    assert run("admin", "totp-off", "ana", "--config", config).code == 0
    assert not accounts.by_name("ana").has_second_step


def test_who_comes_by_single_sign_on_has_no_password(config, accounts):
    accounts.signed_on("issuer sub", "eve", ["viewData"], 1)
    assert run("admin", "password", "eve", "--config", config, typed="x\nx\n").code == 1


@pytest.mark.parametrize("command", ["disable", "password", "totp-off"])
def test_nobody_of_that_name(config, command):
    done = run("admin", command, "nobody", "--config", config, typed=f"{PASSWORD}\n" * 2)
    assert done.code == 1
    assert "admin list" in done.err


def test_commands_are_in_the_log_with_the_user_of_the_machine(config):
    assert "Nothing" in run("admin", "audit", "--config", config).out
    create(config)
    (line,) = run("admin", "audit", "--config", config, "--json").json
    assert line["who"] == f"command line ({pwd.getpwuid(os.getuid()).pw_name})"
    assert (line["action"], line["subject"]) == ("administrator.add", "ana")
    assert "administrator.add" in run("admin", "audit", "--config", config, "--search", "ANA").out
    assert PASSWORD not in str(line)
