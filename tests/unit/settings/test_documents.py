"""The example files load, and the reference documents every key and no other."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest
from pydantic import SecretStr

from lti_bridge.errors import SettingsError
from lti_bridge.settings import (
    Conferencing,
    Contact,
    Engagement,
    Keys,
    Mail,
    Meets,
    Platform,
    Retention,
    Security,
    Settings,
    Slides,
    Sso,
    load,
    resource,
)
from lti_bridge.settings.explanations import DEFAULTS, EXPLAINED
from lti_bridge.settings.reference import main, renewed
from lti_bridge.settings.reference import tables as reference_tables
from lti_bridge.settings.shape import leaves, shape_of

TOP = """
public_url = "https://bridge.example.edu"
database_url = "sqlite:///bridge.db"
secret_key = "kW7pQx2vLr9tZb4nYc8mJd5hSg3fAe6u"
"""
REFERENCE = (Path(__file__).parents[3] / "docs" / "settings.md").read_text(encoding="utf-8")
KEYS = list(leaves(shape_of(Settings)))
EXAMPLE = resource("config") / "lti-bridge.example.toml"
MODELS = {
    "Top level": Settings,
    "[security]": Security,
    "[meets]": Meets,
    "[[conferencing]]": Conferencing,
    "[engagement]": Engagement,
    "[[platform]]": Platform,
    "[keys]": Keys,
    "[mail]": Mail,
    "[slides]": Slides,
    "[sso]": Sso,
    "[contact]": Contact,
    "[retention]": Retention,
}
SECRETS = {
    "secret_key": "kW7pQx2vLr9tZb4nYc8mJd5hSg3fAe6u",
    "meets_password": "p",
    "meetingz": "m",
    "onstream": "o",
    "meet_and_engage": "e",
    "sakai": "s",
}


def documented():
    """The rows of the reference's tables: heading, key, default."""
    for section in REFERENCE.split("\n## ")[1:]:
        heading, _, body = section.partition("\n")
        if heading in MODELS:
            for key, default in re.findall(r"^\| `(\w+)` \| ([^|]*) \|", body, re.MULTILINE):
                yield heading, key, default


def plain(default):
    """A default as TOML has it."""
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    return list(default) if isinstance(default, tuple) else default


@pytest.fixture
def example(tmp_path):
    """A copy of the example with its secrets written."""
    (tmp_path / "secrets").mkdir()
    for name, secret in SECRETS.items():
        (tmp_path / "secrets" / name).write_text(f"{secret}\n")
    return Path(shutil.copy(EXAMPLE, tmp_path / "lti-bridge.toml"))


def test_the_reference_is_made_from_the_code_and_up_to_date():
    assert renewed(REFERENCE) == REFERENCE, "make docs writes it anew"
    tables = [name for name, _ in reference_tables()]
    known = {path[-1] if len(path) == 1 else f"{path[0]}.{path[-1]}" for path in KEYS}
    assert set(EXPLAINED) == known
    assert set(DEFAULTS) <= known
    assert len(tables) == len(MODELS)


def test_the_reference_is_printed_and_written(tmp_path, capsys):
    main([])
    assert "| `public_url` | required | text | `LTI_BRIDGE_PUBLIC_URL` |" in capsys.readouterr().out
    page = tmp_path / "page.md"
    page.write_text(REFERENCE.replace("required", "optional"), encoding="utf-8")
    main(["--write", str(page)])
    assert "| `public_url` | required |" in page.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="keys of the file"):
        renewed("no page of ours")


def test_every_key_is_documented_and_no_other():
    keys = []
    for path in leaves(shape_of(Settings)):
        table = f"[[{path[0]}]]" if 0 in path else f"[{path[0]}]"
        keys.append((table if len(path) > 1 else "Top level", path[-1]))
    assert sorted((heading, key) for heading, key, _ in documented()) == sorted(keys)


@pytest.mark.parametrize(("heading", "key", "default"), list(documented()))
def test_a_documented_default_is_the_real_one(heading, key, default):
    info = MODELS[heading].model_fields[key]
    if default == "required":
        assert info.is_required()
    elif default.startswith("`"):
        assert plain(info.default) == tomllib.loads(f"value = {default.strip('`')}")["value"]
    else:
        assert info.default_factory or info.default in (None, "")


def test_the_example_loads_once_its_secrets_are_written(example):
    settings = load(example, {})
    assert [each.name for each in settings.conferencing] == ["live", "webinars"]
    assert [each.version for each in settings.platform] == ["1.3", "1.1"]


def test_the_examples_of_further_services_load_once_they_are_no_comments(example):
    text = example.read_text(encoding="utf-8")
    tables = re.findall(r"^# \[\[conferencing\]\]\n(?:# .*\n)+", text, re.MULTILINE)
    for table in tables:
        text = text.replace(table, re.sub(r"^# ", "", table, flags=re.MULTILINE))
    example.write_text(text, encoding="utf-8")
    for name in ("mconf", "bigbluebutton"):
        (example.parent / "secrets" / name).write_text("x")
    kinds = {each.kind for each in load(example, {}).conferencing}
    assert kinds == {"meetingz", "mconf", "bigbluebutton", "onstream"}


def test_the_page_of_the_services_has_an_example_of_each_kind_that_loads(tmp_path):
    page = (Path(__file__).parents[3] / "docs" / "services.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "secrets").mkdir()
    for name in re.findall(r'"secrets/(\w+)"', "".join(examples)):
        (tmp_path / "secrets" / name).write_text("x")
    file = tmp_path / "bridge.toml"
    file.write_text(TOP + "".join(examples), encoding="utf-8")
    services = load(file, {}).conferencing
    assert {each.kind for each in services} == {"meetingz", "mconf", "bigbluebutton", "onstream"}
    assert len(services) == len(examples) == 4


def test_the_example_names_each_missing_secret():
    with pytest.raises(SettingsError) as caught:
        load(EXAMPLE, {})
    assert len(caught.value.problems) == len(SECRETS)
    assert all("refers to a file that is not there" in line for line in caught.value.problems)


def test_the_example_shows_every_key():
    text = EXAMPLE.read_text(encoding="utf-8")
    for path in leaves(shape_of(Settings)):
        assert re.search(rf"^(# )?{path[-1]} *= ", text, re.MULTILINE), path


def test_the_lines_shown_in_the_reference_are_real(example):
    shown = re.search(r"```\n(.*?)```", REFERENCE, re.DOTALL)
    assert shown is not None
    text = example.read_text(encoding="utf-8")
    example.write_text(
        text.replace('conferencing     = "live"', 'conferencing = "alive"', 1), encoding="utf-8"
    )
    with pytest.raises(SettingsError) as caught:
        load(example, {"LTI_BRIDGE_MEETS__PASWORD": "p"})
    lines = "\n".join(caught.value.problems).replace(f"{example.parent}/", "/etc/")
    assert lines == shown[1].strip()


def test_the_development_file_runs_on_loopback_as_it_is():
    settings = load(resource("config") / "development.toml", {})
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.security.allow_private_networks


def test_the_development_file_is_refused_for_any_other_host():
    with pytest.raises(SettingsError, match="secret_key: is the development key"):
        load(
            resource("config") / "development.toml", {"LTI_BRIDGE_PUBLIC_URL": "https://b.example"}
        )
