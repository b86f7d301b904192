"""Every key from the environment, and what is wrong there."""

import json
import tomllib

import pytest

from lti_bridge.errors import SettingsError
from lti_bridge.settings import Settings, load
from lti_bridge.settings.problems import variable_name
from lti_bridge.settings.shape import get, leaves, shape_of
from tests.unit.settings.files import CONTRACT, KEY, LIVE, MOODLE, OTHER_KEY, TOP, mistakes, written

FROM_NOTHING = {
    "LTI_BRIDGE_PUBLIC_URL": "https://bridge.example.edu",
    "LTI_BRIDGE_DATABASE_URL": "sqlite:///bridge.db",
    "LTI_BRIDGE_SECRET_KEY": KEY,
}
A_PLATFORM = {
    "NAME": "Old Sakai",
    "TYPE": "Other",
    "VERSION": "1.1",
    "CONSUMER_KEY": "sakai",
    "SHARED_SECRET": "sesame",
    "MEETS_CONNECTION": "2",
    "CONFERENCING": "live",
}


def platform_variables(index):
    return {f"LTI_BRIDGE_PLATFORM__{index}__{key}": value for key, value in A_PLATFORM.items()}


def complaints(environ):
    with pytest.raises(SettingsError) as caught:
        load(None, FROM_NOTHING | environ)
    return list(caught.value.problems)


def test_no_file_is_needed():
    settings = load(None, FROM_NOTHING)
    assert settings.public_url == "https://bridge.example.edu"
    assert settings.secret_key[0].get_secret_value() == KEY


def test_without_a_file_missing_keys_are_told_as_variables():
    with pytest.raises(SettingsError) as caught:
        load(None, {})
    assert [line.split(": ")[:3] for line in caught.value.problems] == [
        ["environment", "LTI_BRIDGE_PUBLIC_URL", 'is missing; give the address browsers reach the bridge at, such as "https://bridge.example.edu"'],
        ["environment", "LTI_BRIDGE_DATABASE_URL", 'is missing; give "sqlite:///path/to/bridge.db" or "postgresql+psycopg://user:password@host/database"'],
        ["environment", "LTI_BRIDGE_SECRET_KEY", 'is missing; give 32 or more random characters, such as "openssl rand -base64 48" prints'],
    ]  # fmt: skip


def as_variables(data):
    """Each key of plain data as its variable, lists and tables of one's own as JSON."""
    shape = shape_of(Settings)
    plain = [path for path in leaves(shape) if 0 not in path]
    listed = [
        (*path[:1], index, *path[2:])
        for path in leaves(shape)
        if 0 in path
        for index in range(len(get(data, path[:1])))
    ]
    variables = {}
    for path in plain + listed:
        value = get(data, path)
        if value is not None:
            text = value if isinstance(value, str) else json.dumps(value)
            variables[variable_name(path)] = text
    return variables


def test_the_whole_contract_can_come_from_the_environment(tmp_path):
    text = (
        CONTRACT
        + "hosts = ['lms.example.edu']\nroles = { Mentor = 'moderator' }\n[retention]\nlaunches_days = 7\n"
    )
    variables = as_variables(tomllib.loads(text))
    assert variables["LTI_BRIDGE_CONFERENCING__0__SECRET"].startswith("639259d4")
    assert load(None, variables) == load(written(tmp_path, text), {})


def test_the_environment_wins_over_the_file(tmp_path):
    settings = load(
        written(tmp_path, CONTRACT),
        {
            "LTI_BRIDGE_PUBLIC_URL": "https://other.example.edu",
            "LTI_BRIDGE_SECURITY__ALLOW_HTTP": "TRUE",
            "LTI_BRIDGE_PLATFORM__1__SHARED_SECRET": "sesame",
            "LTI_BRIDGE_PLATFORM__1__MEETS_CONNECTION": " 12 ",
            "LTI_BRIDGE_PLATFORM__0__DEPLOYMENT_IDS": '["7", "8"]',
            "LTI_BRIDGE_RETENTION__LAUNCHES_DAYS": "5",
            "HOME": "/root",
        },
    )
    assert settings.public_url == "https://other.example.edu"
    assert settings.security.allow_http is True
    moodle, sakai = settings.platform
    assert sakai.shared_secret is not None
    assert sakai.shared_secret.get_secret_value() == "sesame"
    assert (sakai.name, sakai.meets_connection) == ("Old Sakai", 12)
    assert moodle.deployment_ids == ("7", "8")
    assert settings.retention.launches_days == 5


def test_the_settings_files_own_path_is_no_key():
    assert load(None, FROM_NOTHING | {"LTI_BRIDGE_CONFIG": "/etc/bridge.toml"})


def test_a_table_after_the_files_last_is_added(tmp_path):
    settings = load(written(tmp_path, TOP + LIVE + MOODLE), platform_variables(1))
    assert [each.name for each in settings.platform] == ["Campus Moodle", "Old Sakai"]


def test_more_than_ten_tables_are_counted_as_numbers(tmp_path):
    environ = {}
    for index in range(12):
        environ |= platform_variables(index)
        environ[f"LTI_BRIDGE_PLATFORM__{index}__NAME"] = f"LMS {index}"
        environ[f"LTI_BRIDGE_PLATFORM__{index}__CONSUMER_KEY"] = f"key-{index}"
    settings = load(written(tmp_path, TOP + LIVE), environ)
    assert [each.name for each in settings.platform] == [f"LMS {index}" for index in range(12)]


def test_a_list_may_be_written_entry_by_entry(tmp_path):
    settings = load(
        written(tmp_path, TOP + LIVE + MOODLE),
        {
            "LTI_BRIDGE_PLATFORM__0__DEPLOYMENT_IDS__1": "2",
            "LTI_BRIDGE_SECRET_KEY__0": OTHER_KEY,
            "LTI_BRIDGE_SECRET_KEY__1": KEY,
        },
    )
    assert settings.platform[0].deployment_ids == ("1", "2")
    assert [key.get_secret_value() for key in settings.secret_key] == [OTHER_KEY, KEY]


def test_several_signing_keys_as_json():
    settings = load(None, FROM_NOTHING | {"LTI_BRIDGE_SECRET_KEY": json.dumps([OTHER_KEY, KEY])})
    assert [key.get_secret_value() for key in settings.secret_key] == [OTHER_KEY, KEY]


def test_entries_of_ones_own_tables_are_found_by_the_files_name_or_added_as_written(tmp_path):
    text = TOP + "[meets]\nurl = 'https://client.meets.example'\nheaders = { X-Api-Key = 'old' }\n"
    settings = load(
        written(tmp_path, text),
        {
            "LTI_BRIDGE_MEETS__HEADERS__X_API_KEY": "new",
            "LTI_BRIDGE_MEETS__HEADERS__X-Other": "other",
            "LTI_BRIDGE_MEETS__PARAMS__api__key": "param",
        },
    )
    assert settings.meets is not None
    headers = {name: value.get_secret_value() for name, value in settings.meets.headers.items()}
    assert headers == {"X-Api-Key": "new", "X-Other": "other"}
    assert {name: value.get_secret_value() for name, value in settings.meets.params.items()} == {
        "api__key": "param"
    }


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("LTI_BRIDGE_PUPLIC_URL", "x", "LTI_BRIDGE_PUPLIC_URL: is no setting; did you mean LTI_BRIDGE_PUBLIC_URL?"),
        ("LTI_BRIDGE_public_url", "x", "LTI_BRIDGE_public_url: is no setting; did you mean LTI_BRIDGE_PUBLIC_URL?"),
        ("LTI_BRIDGE_MEETS_URL", "x", "LTI_BRIDGE_MEETS_URL: is no setting; did you mean LTI_BRIDGE_MEETS__URL?"),
        ("LTI_BRIDGE_PLATFORM__3__ISUER", "x", "LTI_BRIDGE_PLATFORM__3__ISUER: is no setting; did you mean LTI_BRIDGE_PLATFORM__3__ISSUER?"),
        ("LTI_BRIDGE_PLATFORM__99999__ISSUER", "x", "LTI_BRIDGE_PLATFORM__99999__ISSUER: is no setting; see docs/settings.md for the keys, or unset it"),
        ("LTI_BRIDGE_PLATFORM__NAME", "x", "LTI_BRIDGE_PLATFORM__NAME: is no setting; did you mean LTI_BRIDGE_PLATFORM__0__NAME?"),
        ("LTI_BRIDGE_ZEBRA", "x", "LTI_BRIDGE_ZEBRA: is no setting; see docs/settings.md for the keys, or unset it"),
        ("LTI_BRIDGE_", "x", "LTI_BRIDGE_: is no setting; see docs/settings.md for the keys, or unset it"),
        ("LTI_BRIDGE_MEETS__HEADERS__", "x", "LTI_BRIDGE_MEETS__HEADERS__: is no setting; did you mean LTI_BRIDGE_MEETS__HEADERS?"),
        ("LTI_BRIDGE_PUBLIC_URL__X", "x", "LTI_BRIDGE_PUBLIC_URL__X: is no setting; did you mean LTI_BRIDGE_PUBLIC_URL?"),
        ("LTI_BRIDGE_ZE\nBRA", "x", '"LTI_BRIDGE_ZE\\nBRA": is no setting; see docs/settings.md for the keys, or unset it'),
        ("LTI_BRIDGE_MEETS", "x", "LTI_BRIDGE_MEETS: is a table; set its keys one by one, such as LTI_BRIDGE_MEETS__URL"),
        ("LTI_BRIDGE_PLATFORM", "[]", "LTI_BRIDGE_PLATFORM: is a table; set its keys one by one, such as LTI_BRIDGE_PLATFORM__0__NAME"),
        ("LTI_BRIDGE_PLATFORM__0", "{}", "LTI_BRIDGE_PLATFORM__0: is a table; set its keys one by one, such as LTI_BRIDGE_PLATFORM__0__NAME"),
        ("LTI_BRIDGE_PLATFORM__1__NAME", "x", "LTI_BRIDGE_PLATFORM__1__NAME: leaves out a number; count from 0, without gaps"),
        ("LTI_BRIDGE_SECRET_KEY__0", KEY, "LTI_BRIDGE_SECRET_KEY__0: is set beside LTI_BRIDGE_SECRET_KEY; set only one of the two"),
        ("LTI_BRIDGE_SECRET_KEY__FILE", "x", "LTI_BRIDGE_SECRET_KEY__FILE: is set beside LTI_BRIDGE_SECRET_KEY; set only one of the two"),
        ("LTI_BRIDGE_PUBLIC_URL", "http://b", "LTI_BRIDGE_PUBLIC_URL: is plain http; give an https URL, or set security.allow_http = true (development only)"),
        ("LTI_BRIDGE_SECRET_KEY", "short", 'LTI_BRIDGE_SECRET_KEY: is shorter than 32 characters; give 32 or more random characters, such as "openssl rand -base64 48" prints'),
        ("LTI_BRIDGE_SECRET_KEY", '["short"]', 'LTI_BRIDGE_SECRET_KEY[0]: is shorter than 32 characters; give 32 or more random characters, such as "openssl rand -base64 48" prints'),
        ("LTI_BRIDGE_SECURITY__ALLOW_HTTP", "yes", "LTI_BRIDGE_SECURITY__ALLOW_HTTP: is text, not true or false; give true or false"),
        ("LTI_BRIDGE_RETENTION__LAUNCHES_DAYS", "a week", "LTI_BRIDGE_RETENTION__LAUNCHES_DAYS: is text, not a whole number; give a number of days from 1 to 3650"),
        ("LTI_BRIDGE_REDIS_URL", "", 'LTI_BRIDGE_REDIS_URL: is empty; give "redis://host:6379/0", or leave it out'),
        ("LTI_BRIDGE_PUBLIC_URL", "https://h\udcff", 'LTI_BRIDGE_PUBLIC_URL: holds blanks or control characters; take them away'),
    ],
)  # fmt: skip
def test_a_mistake_names_its_variable(variable, value, line):
    assert complaints({variable: value}) == [f"environment: {line}"]


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("1,2", "DEPLOYMENT_IDS: is text, not a list"),
        ("[1, 2", "DEPLOYMENT_IDS: is text, not a list"),
        ("[" * 100_000, "DEPLOYMENT_IDS: is text, not a list"),
        ('["1", ""]', "DEPLOYMENT_IDS[1]: is empty"),
        ('["1", 2]', "DEPLOYMENT_IDS[1]: is a number, not text"),
        ('["1", null]', "DEPLOYMENT_IDS[1]: is something else, not text"),
    ],
)
def test_a_list_is_json(tmp_path, value, line):
    found = mistakes(
        tmp_path, TOP + LIVE + MOODLE, {"LTI_BRIDGE_PLATFORM__0__DEPLOYMENT_IDS": value}
    )
    right = 'give the deployment IDs as a list of texts, such as ["1"]'
    assert found == [f"environment: LTI_BRIDGE_PLATFORM__0__{line}; {right}"]


def test_keys_missing_in_a_table_of_the_environment_are_told_as_variables(tmp_path):
    environ = platform_variables(1)
    del environ["LTI_BRIDGE_PLATFORM__1__NAME"]
    del environ["LTI_BRIDGE_PLATFORM__1__SHARED_SECRET"]
    assert mistakes(tmp_path, TOP + LIVE + MOODLE, environ) == [
        'environment: LTI_BRIDGE_PLATFORM__1__NAME: is missing; give a name of your own for the LMS, such as "Campus Moodle"',
        'environment: LTI_BRIDGE_PLATFORM__1__SHARED_SECRET: is missing with version = "1.1"; give the LTI 1.1 shared secret set in the LMS',
    ]


def test_a_variable_in_place_of_a_wrong_value_of_the_file_mends_it(tmp_path):
    text = "meets = 7\n" + TOP
    settings = load(written(tmp_path, text), {"LTI_BRIDGE_MEETS__URL": "https://m.example"})
    assert settings.meets is not None
    assert settings.meets.url == "https://m.example"
