"""The commands, in this process: what they print and how they end."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from lti_bridge.cli import commands, main
from tests.campus import OLD_SECRET

ROOT = Path(__file__).parents[3]


def run(*arguments: object):
    return CliRunner().invoke(commands, [str(argument) for argument in arguments])


def walk(group, names=()):
    for name, command in group.commands.items():
        yield (*names, name), command
        if hasattr(command, "commands"):
            yield from walk(command, (*names, name))


@pytest.mark.parametrize("names", [names for names, _ in walk(commands)], ids=" ".join)
def test_every_command_has_help_and_stands_in_the_operating_page(names):
    shown = run(*names, "--help")
    assert shown.exit_code == 0
    if not hasattr(dict(walk(commands))[names], "commands"):
        assert "Example:\n    lti-bridge " in shown.output, "the example stands as it is typed"
        assert f"lti-bridge {' '.join(names)}" in (ROOT / "docs/operating.md").read_text()


def test_help_lists_every_command():
    shown = run("--help").output
    for name in commands.commands:
        assert re.search(rf"^  {name} ", shown, re.MULTILINE)


def test_every_address_stands_in_the_operating_page(campus):
    page = (ROOT / "docs/operating.md").read_text()
    for rule in campus.app.url_map.iter_rules():
        address = rule.rule.replace("<path:filename>", "…")
        assert address in page or address == "/course/", address


def test_the_doctor_finds_all_well(campus):
    done = run("doctor", "--config", campus.file)
    assert done.exit_code == 0, done.output
    assert [line.split()[0] for line in done.output.splitlines()] == ["ok"] * 9
    assert campus.meetingz.meetings == {}, "looking makes no meeting"


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        (lambda c: setattr(c.lms, "key_set_fault", "html"), "key set of Riverbank"),
        (lambda c: setattr(c.lms, "key_set_fault", "empty"), "key set of Riverbank"),
        (lambda c: setattr(c.lms.tokens, "fault", "down"), "token of Riverbank"),
        (lambda c: setattr(c.lms.tokens, "fault", "html"), "token of Riverbank"),
        (lambda c: c.meetingz.faults.set("html"), "conferencing live"),
        (lambda c: c.meetingz.faults.set("down"), "conferencing live"),
        (lambda c: c.meets.faults.set("500"), "MEETS"),
    ],
)
def test_the_doctor_names_what_is_wrong_and_how_to_mend_it(campus, fault, what):
    fault(campus)
    done = run("doctor", "--config", campus.file, "--json")
    assert done.exit_code == 1
    findings = json.loads(done.output)
    wrong = [finding for finding in findings if not finding["well"]]
    assert [finding["what"] for finding in wrong] == [what]
    assert wrong[0]["remedy"], "says how to mend it"


def test_the_doctor_on_an_empty_database_says_db_upgrade(campus, empty_database):
    config = campus.file.with_name("other.toml")
    url = empty_database("postgresql")
    config.write_text(
        re.sub(r'database_url = ".*"', f'database_url = "{url}"', campus.file.read_text())
    )
    done = run("doctor", "--config", config)
    assert done.exit_code == 1
    assert "wrong  schema" in done.output
    assert "lti-bridge db upgrade" in done.output


def test_the_doctor_says_when_a_secret_is_not_the_services_own(campus):
    config = campus.file.with_name("other.toml")
    config.write_text(campus.file.read_text().replace("639259d4-9dd8", "11111111-9dd8"))
    done = run("doctor", "--config", config)
    assert done.exit_code == 1
    assert "checksumError" in done.output
    assert "11111111" not in done.output


def test_the_doctor_looks_at_services_of_every_kind(campus):
    config = campus.file.with_name("other.toml")
    config.write_text(
        campus.file.read_text()
        + '[[conferencing]]\nname = "webinars"\nkind = "onstream"\nurl = "http://127.0.0.1:9/api/2/"\n'
        'username = "johndoe"\npassword = "secret-pass"\ntimezone = "UP1"\n'
    )
    done = run("doctor", "--config", config)
    assert done.exit_code == 1
    assert "wrong  conferencing webinars: webinars: GET authverify" in done.output
    assert "secret-pass" not in done.output


def test_platforms_are_listed_and_shown_with_what_to_enter_in_the_lms(campus):
    listed = run("platform", "list", "--config", campus.file)
    assert "Riverbank" in listed.output
    assert (
        json.loads(run("platform", "list", "--config", campus.file, "--json").output)[0][
            "client_id"
        ]
        == "client-1"
    )
    shown = run("platform", "show", "Riverbank", "--config", campus.file).output
    assert f"{campus.url}/lti/jwks.json" in shown
    as_json = json.loads(run("platform", "show", "1", "--config", campus.file, "--json").output)
    assert as_json["deployments"] == {"deployment-1": "allowed"}


def test_platforms_of_lti_1_1_are_listed_and_shown_without_their_secret(new_campus):
    campus = new_campus(old_platform='hosts = ["LMS"]')
    listed = run("platform", "list", "--config", campus.file).output
    assert "Riverbank of before  (Other, LTI 1.1)  consumer-1" in listed
    shown = run("platform", "show", "Riverbank of before", "--config", campus.file).output
    assert f"{campus.url}/lti/1p1/launch" in shown
    assert f"{campus.url}/lti/config.xml" in shown
    as_json = run("platform", "list", "--config", campus.file, "--json").output
    assert [one["version"] for one in json.loads(as_json)] == ["1.3", "1.1"]
    for said in (listed, shown, as_json):
        assert OLD_SECRET not in said


def test_an_unknown_platform_says_where_to_look(campus):
    done = run("platform", "show", "Nowhere", "--config", campus.file)
    assert done.exit_code == 1
    assert "lti-bridge platform list" in done.output


def test_no_platforms_yet_says_what_to_do(campus):
    config = campus.file.with_name("none.toml")
    config.write_text(campus.file.read_text().partition("[[platform]]")[0])
    assert "[[platform]]" in run("platform", "list", "--config", config).output


def test_wrong_settings_end_with_code_2_and_a_line_each(tmp_path, monkeypatch, capsys):
    config = tmp_path / "wrong.toml"
    config.write_text("colour = 1\n")
    monkeypatch.setattr("sys.argv", ["lti-bridge", "doctor", "--config", str(config)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert f"{config}: colour" in capsys.readouterr().err


def test_a_database_that_is_down_ends_with_code_1_and_no_password(campus, monkeypatch, capsys):
    config = campus.file.with_name("other.toml")
    url = "postgresql+psycopg://bridge:very-secret@127.0.0.1:9/bridge"
    config.write_text(
        re.sub(r'database_url = ".*"', f'database_url = "{url}"', campus.file.read_text())
    )
    monkeypatch.setattr("sys.argv", ["lti-bridge", "db", "upgrade", "--config", str(config)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("lti-bridge: ")
    assert "very-secret" not in said
