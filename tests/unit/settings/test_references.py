"""Secrets given by file or variable."""

import pytest

from lti_bridge.errors import SettingsError
from lti_bridge.settings import load
from tests.unit.settings.files import KEY, LIVE, OTHER_KEY, SAKAI, TOP, mistakes, written

_FILE = "give the path of a file, relative to the settings file's directory or absolute"
_FORMS = 'give the text itself, { file = "path" } or { env = "NAME" }'


def with_key(reference):
    return TOP.replace(f'"{KEY}"', reference)


def keys(settings):
    return [key.get_secret_value() for key in settings.secret_key]


def test_a_file_is_relative_to_the_settings_file_and_its_blanks_are_taken_off(tmp_path):
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "key").write_text(f"\ufeff \n{KEY}\r\n\n", encoding="utf-8")
    assert keys(load(written(tmp_path, with_key('{ file = "secrets/key" }')), {})) == [KEY]


def test_a_file_may_be_absolute(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "key").write_text(KEY)
    file = written(tmp_path, with_key(f'{{ file = "{elsewhere / "key"}" }}'))
    assert keys(load(file, {})) == [KEY]


def test_a_variable(tmp_path):
    file = written(tmp_path, with_key('{ env = "BRIDGE_KEY" }'))
    assert keys(load(file, {"BRIDGE_KEY": KEY})) == [KEY]


def test_each_key_of_a_list_may_be_a_reference(tmp_path):
    (tmp_path / "key").write_text(KEY)
    file = written(tmp_path, with_key(f'[{{ env = "NEW" }}, {{ file = "key" }}, "{KEY[::-1]}"]'))
    assert keys(load(file, {"NEW": OTHER_KEY})) == [OTHER_KEY, KEY, KEY[::-1]]


def test_every_secret_may_be_a_reference(tmp_path):
    text = f"""
        public_url = "https://bridge.example.edu"
        database_url = {{ env = "D" }}
        redis_url = {{ env = "R" }}
        secret_key = "{KEY}"
        [meets]
        url = "https://meets.example"
        username = "me"
        password = {{ env = "S" }}
        headers = {{ X-Key = {{ env = "S" }} }}
        params = {{ key = {{ env = "S" }} }}
        [engagement]
        url = "https://engage.example"
        key = "k"
        secret = {{ env = "S" }}
        account = "a"
    """
    text += LIVE.replace('"639259d4-9dd8-4b25-bf01-95f9567eaf4b"', '{ env = "S" }')
    text += SAKAI.replace('"sakai-shared"', '{ env = "S" }')
    environ = {"D": "postgresql+psycopg://a:b@h/d", "R": "redis://h", "S": "sesame"}
    settings = load(written(tmp_path, text), environ)
    assert settings.database_url.get_secret_value() == "postgresql+psycopg://a:b@h/d"
    assert settings.meets is not None
    assert settings.engagement is not None
    secrets = [
        settings.meets.password,
        settings.meets.headers["X-Key"],
        settings.meets.params["key"],
        settings.engagement.secret,
        settings.conferencing[0].secret,
        settings.platform[0].shared_secret,
    ]
    assert [secret.get_secret_value() for secret in secrets if secret] == ["sesame"] * 6


def test_the_environment_may_refer_too(tmp_path):
    (tmp_path / "key").write_text(KEY)
    (tmp_path / "header").write_text("sesame")
    file = written(tmp_path, TOP + "[meets]\nurl = 'https://meets.example'\n")
    settings = load(
        file,
        {
            "LTI_BRIDGE_SECRET_KEY__0__ENV": "NEW",
            "LTI_BRIDGE_SECRET_KEY__1__FILE": "key",
            "LTI_BRIDGE_DATABASE_URL__ENV": "DATABASE_URL",
            "LTI_BRIDGE_MEETS__HEADERS__X-KEY__FILE": "header",
            "NEW": OTHER_KEY,
            "DATABASE_URL": "sqlite:///other.db",
        },
    )
    assert keys(settings) == [OTHER_KEY, KEY]
    assert settings.database_url.get_secret_value() == "sqlite:///other.db"
    assert settings.meets is not None
    assert settings.meets.headers["X-KEY"].get_secret_value() == "sesame"


def test_one_signing_key_may_be_referred_to_from_the_environment(tmp_path):
    (tmp_path / "key").write_text(OTHER_KEY)
    assert keys(load(written(tmp_path, TOP), {"LTI_BRIDGE_SECRET_KEY__FILE": "key"})) == [OTHER_KEY]


def test_file_and_variable_at_once_are_one_too_many(tmp_path):
    (tmp_path / "key").write_text(KEY)
    environ = {
        "LTI_BRIDGE_SECRET_KEY__FILE": "key",
        "LTI_BRIDGE_SECRET_KEY__ENV": "NEW",
        "NEW": KEY,
    }
    assert mistakes(tmp_path, TOP, environ) == [
        "environment: LTI_BRIDGE_SECRET_KEY__FILE: is set beside LTI_BRIDGE_SECRET_KEY__ENV; set only one of the two"
    ]


@pytest.mark.parametrize(
    ("reference", "line"),
    [
        ('{ file = "none" }', f"refers to a file that is not there; {_FILE}"),
        ('{ file = "" }', "refers to a directory or device; give the path of a plain file"),
        ('{ file = "directory" }', "refers to a directory or device; give the path of a plain file"),
        ('{ file = "large/none" }', f"refers to a file that is not there; {_FILE}"),
        ('{ file = "a\\u0000b" }', f"refers to a file that is not there; {_FILE}"),
        (f'{{ file = "{"n" * 5000}" }}', "refers to a file that can't be read (File name too long); let the bridge's user read it"),
        ('{ file = "blank" }', "refers to a file that is empty; write the secret, alone, into it"),
        ('{ file = "large" }', "refers to a file that is larger than 64 KiB; write the secret, alone, into it"),
        ('{ file = "binary" }', "refers to a file that is no text; write the secret as UTF-8 text into a file"),
        ('{ env = "UNSET" }', "refers to an environment variable that is not set or empty; set that variable, or name another"),
        ('{ env = "EMPTY" }', "refers to an environment variable that is not set or empty; set that variable, or name another"),
        ("{}", f"is a table that is no reference to a secret; {_FORMS}"),
        ('{ fil = "x" }', f"is a table that is no reference to a secret; {_FORMS}"),
        ("{ file = 1 }", f"is a table that is no reference to a secret; {_FORMS}"),
        ('{ file = "x", env = "Y" }', f"is a table that is no reference to a secret; {_FORMS}"),
    ],
)  # fmt: skip
def test_a_secret_that_cannot_be_had(tmp_path, reference, line):
    (tmp_path / "directory").mkdir()
    (tmp_path / "blank").write_text(" \n")
    (tmp_path / "large").write_text("x" * 70_000)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xfd")
    found = mistakes(tmp_path, with_key(reference), {"EMPTY": ""})
    assert found == [f"bridge.toml: secret_key: {line}"]


def test_a_reference_in_a_list_is_told_by_its_place(tmp_path):
    (line,) = mistakes(tmp_path, with_key(f'["{KEY}", {{ env = "UNSET" }}]'))
    assert line.startswith("bridge.toml: secret_key[1]: refers to an environment variable")


def test_a_referred_secret_is_checked_like_any_other(tmp_path):
    (tmp_path / "key").write_text("short")
    (line,) = mistakes(tmp_path, with_key('{ file = "key" }'))
    assert line.startswith("bridge.toml: secret_key: is shorter than 32 characters")
    assert "short;" not in line


def test_names_that_no_system_can_hold_are_mistakes_too(tmp_path):
    environ = {"LTI_BRIDGE_SECRET_KEY": '[{"env": "\\ud800"}, {"file": "\\ud800"}]'}
    lines = mistakes(tmp_path, TOP, environ)
    assert [line.split(";")[0] for line in lines] == [
        "environment: LTI_BRIDGE_SECRET_KEY[0]: refers to an environment variable that is not set or empty",
        "environment: LTI_BRIDGE_SECRET_KEY[1]: refers to a file that is not there",
    ]


def test_the_real_environment_is_asked_too(tmp_path, monkeypatch):
    monkeypatch.setenv("BRIDGE_TEST_KEY", KEY)
    assert keys(load(written(tmp_path, with_key('{ env = "BRIDGE_TEST_KEY" }')))) == [KEY]


def test_names_that_the_real_environment_cannot_hold_are_mistakes_too(tmp_path, monkeypatch):
    monkeypatch.setenv("LTI_BRIDGE_SECRET_KEY", '[{"env": "\\ud800"}]')
    with pytest.raises(SettingsError, match="not set or empty"):
        load(written(tmp_path, TOP))


def test_without_a_settings_file_paths_are_relative_to_the_working_directory(tmp_path, monkeypatch):
    (tmp_path / "key").write_text(KEY)
    monkeypatch.chdir(tmp_path)
    environ = {
        "LTI_BRIDGE_PUBLIC_URL": "https://bridge.example.edu",
        "LTI_BRIDGE_DATABASE_URL": "sqlite:///bridge.db",
        "LTI_BRIDGE_SECRET_KEY__FILE": "key",
    }
    assert keys(load(None, environ)) == [KEY]
