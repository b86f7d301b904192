"""``lti-bridge platform …``: invitations, registrations, LMSs and deployments on the command line."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.campus import ask
from tests.functional.test_registration import pressed
from tests.functional.tools import read, refused
from tests.unit.cli.house import run


@pytest.fixture
def platform(campus):
    def command(*arguments):
        return run("platform", *arguments, "--config", campus.file)

    return command


def pasted(campus, url):
    """An admin pastes the URL into the LMS, and presses the button."""
    page = read(ask("GET", campus.lms.registry.opening(url)))
    return read(pressed(campus, page))


def test_an_invitation_is_a_url_on_a_line_of_its_own(campus, platform):
    done = platform("invite", "--name", "Second", "--host", "127.0.0.1", "--meets-connection", 5)
    assert done.code == 0, done.err
    (line,) = done.out.splitlines()
    assert re.fullmatch(rf"{re.escape(campus.url)}/lti/register\?invite=[\w-]{{43}}", line)
    (listed,) = platform("invites", "--json").json
    assert listed["state"] == "open"
    assert listed["terms"]["hosts"] == ["127.0.0.1"]
    assert line.partition("invite=")[2] not in platform("invites").out
    assert listed["expires_ms"] - listed["created_ms"] == 7 * 86_400_000


def test_an_invitation_taken_back(campus, platform):
    url = platform("invite", "--json").json["url"]
    assert platform("revoke-invite", 1).code == 0
    again = platform("revoke-invite", 1)
    assert again.code == 1
    assert "lti-bridge platform invites" in again.err
    refused(campus, ask("GET", campus.lms.registry.opening(url)), 403, "invite_revoked")
    assert "revoked" in platform("invites").out


def test_an_unknown_service_is_named_at_once(platform):
    done = platform("invite", "--conferencing", "nowhere")
    assert done.code == 1
    assert "There are: live" in done.err


def test_from_the_invitation_to_the_yes(campus, platform):
    """The campus's LMS stands in the file already: its registration waits."""
    page = pasted(campus, platform("invite").out.strip())
    assert "lti-bridge platform accept 1" in page.text
    shown = platform("registrations").out
    assert "waits for your yes" in shown
    assert "lti-bridge platform accept 1" in shown
    assert platform("registrations", "--json").json[0]["state"] == "waiting"
    assert "number 2" in platform("accept", 1).out
    (line,) = campus.bridge.store.audit.search("platform.accept")
    assert line.subject == "registration 1"
    assert platform("accept", 1).code == 1
    assert platform("refuse", 1).code == 1
    listed = platform("list", "--json").json
    assert len(listed) == 2
    campus.bridge.platforms.forget()
    campus.lms.use_tool(listed[1]["client_id"])
    assert campus.launch(campus.student, campus.link()).status == 303


def test_from_the_invitation_to_the_no(campus, platform):
    pasted(campus, platform("invite").out.strip())
    assert "refused" in platform("refuse", 1).out
    assert len(campus.bridge.store.audit.search("platform.refuse")) == 1
    assert len(platform("list", "--json").json) == 1


def test_a_registration_whose_answer_never_came_is_explained(campus, platform):
    campus.lms.registry.answer_changes = {"client_id": None}
    page = read(ask("GET", campus.lms.registry.opening(platform("invite").out.strip())))
    assert pressed(campus, page).status == 503
    shown = platform("registrations").out
    assert "nobody knows whether" in shown
    assert platform("refuse", 1).code == 0


def test_nothing_yet_says_what_to_do(platform):
    assert "lti-bridge platform invite" in platform("registrations").out
    assert "lti-bridge platform invite" in platform("invites").out


def test_what_the_file_manages_is_explained(campus, platform):
    campus.lms.registry.answer_changes = {"client_id": "client-1"}
    pasted(campus, platform("invite").out.strip())
    done = platform("accept", 1)
    assert done.code == 1
    assert "[[platform]]" in done.err
    for command in ("rest", "wake"):
        assert platform(command, "Riverbank").code == 1


def test_a_deployment_waits_is_allowed_and_forbidden(campus, platform):
    (tool,) = campus.lms.tools.values()
    campus.lms.add_tool(replace(tool, deployment_id="another"))
    refused(campus, campus.launch(campus.student, campus.link()), 403, "deployment_unknown")
    first = platform("deployments").out.splitlines()[1]
    assert "another" in first
    assert "waits for your yes" in first
    assert platform("allow", "Riverbank", "another").code == 0
    campus.bridge.platforms.forget()
    assert campus.launch(campus.student, campus.link()).status == 303
    assert platform("forbid", 1, "another").code == 0
    campus.bridge.platforms.forget()
    refused(campus, campus.launch(campus.student, campus.link()), 403, "deployment_refused")
    states = {
        each["deployment_id"]: each["state"]
        for each in platform("deployments", "Riverbank", "--json").json
    }
    assert states == {"another": "refused", "deployment-1": "allowed"}
    done = platform("forbid", "Riverbank", "deployment-1")
    assert done.code == 1
    assert "settings file" in done.err
    assert platform("allow", "Nowhere", "x").code == 1
    assert platform("allow", "Riverbank", "x" * 256).code == 1


def test_an_lms_is_added_by_hand_and_rests(campus, platform):
    lms = campus.lms
    where = (
        *("--issuer", f"{lms.issuer}/second", "--auth-login-url", lms.auth_login_url),
        *("--auth-token-url", lms.auth_token_url, "--key-set-url", lms.key_set_url),
    )
    done = platform("add", "Second", "--preset", "other", "--client-id", "c2", *where)
    assert done.code == 0, done.err
    one = platform("show", "Second", "--json").json
    assert (one["client_id"], one["meets_connection"]) == ("c2", 2)
    assert platform("rest", "Second").code == 0
    assert platform("show", "Second").code == 1
    assert platform("wake", "Second").code == 0
    assert platform("show", "Second").code == 0
    assert platform("rest", "Nowhere").code == 1


def test_a_preset_knows_an_lmss_addresses(platform):
    done = platform(
        *("add", "Moodle", "--preset", "moodle", "--host", "moodle.example.edu"),
        *("--client-id", "m1", "--deployment", "1"),
    )
    assert done.code == 0, done.err
    one = platform("show", "Moodle", "--json").json
    assert one["key_set_url"] == "https://moodle.example.edu/mod/lti/certs.php"
    assert one["deployments"] == {"1": "allowed"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--preset", "moodle"), "--host"),
        (("--preset", "other"), "issuer"),
        (("--preset", "canvas", "--issuer", "canvas"), "issuer"),
        (("--preset", "canvas", "--host", "a b"), "hosts"),
        (("--preset", "canvas", "--conferencing", "nowhere"), "--conferencing"),
        (("--preset", "canvas", "--key-set-url", "ftp://x"), "key_set_url"),
    ],
)
def test_what_is_added_is_held_to_the_settings_rules(platform, arguments, says):
    done = platform("add", "LMS", "--client-id", "c", *arguments)
    assert done.code in {1, 2}
    assert says in done.err
    assert len(platform("list", "--json").json) == 1


def test_values_are_printed_for_each_lms(campus, platform):
    assert f"{campus.url}/lti/jwks.json" in platform("values").out
    wanted = platform("values", "--preset", "blackboard", "--json").json
    assert wanted == {
        "domain": campus.url.removeprefix("http://"),
        "login_url": f"{campus.url}/lti/login",
        "redirect_url": f"{campus.url}/lti/launch",
        "key_set_url": f"{campus.url}/lti/jwks.json",
    }


def test_the_doctor_looks_at_lmss_of_admins_too(campus, platform):
    lms = campus.lms
    where = ("--auth-login-url", lms.auth_login_url, "--auth-token-url", lms.auth_token_url)
    key_set = ("--issuer", lms.issuer, "--key-set-url", f"{lms.issuer}/nowhere")
    added = platform("add", "Second", "--preset", "other", "--client-id", "c2", *where, *key_set)
    assert added.code == 0, added.err
    said = run("doctor", "--config", campus.file)
    assert said.code == 1
    assert "key set of Second" in said.out
    platform("rest", "Second")
    pasted(campus, platform("invite").out.strip())
    said = run("doctor", "--config", campus.file)
    assert said.code == 0, said.out
    assert "registration 1" in said.out


def test_an_lms_of_lti_1_1_is_added_and_gets_another_secret(house):
    said = ("Old Sakai", "--host", "Sakai.example.edu", "--conferencing", "live")
    added = house.command("platform", "add-1p1", *said, "--json").json
    assert added["tool_url"] == "https://bridge.example.edu/lti/1p1/launch"
    with house.bridge() as bridge:
        old = bridge.consumers.by_key(added["consumer_key"])
        assert old.shared_secret == added["shared_secret"]
        assert old.hosts == {"sakai.example.edu"}
    again = house.command("platform", "secret", "Old Sakai")
    assert added["shared_secret"] not in again.out
    assert added["consumer_key"] in again.out
    with house.bridge() as bridge:
        waiting = bridge.consumers.by_key(added["consumer_key"])
        assert waiting.shared_secret == added["shared_secret"]
        assert waiting.other_secret in again.out
    shown = house.command("platform", "show", "Old Sakai", "--json").json
    assert shown["next_secret_waits"] is True
    at_once = house.command("platform", "secret", "Old Sakai", "--at-once", "--json").json
    with house.bridge() as bridge:
        old = bridge.consumers.by_key(added["consumer_key"])
        assert (old.shared_secret, old.other_secret) == (at_once["shared_secret"], "")
    assert house.command("platform", "secret", "Riverbank").code == 1, "it has none"
    assert house.command("platform", "add-1p1", "X", "--host", "a/b", "--conferencing", "live").code
    assert house.command("platform", "add-1p1", "X", "--conferencing", "nowhere").code == 1
