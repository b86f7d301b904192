"""Whatever stands in the file or the environment, the answer is settings or a list of lines."""

import datetime as dt
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lti_bridge.errors import SettingsError
from lti_bridge.settings import Settings, load
from lti_bridge.settings.problems import variable_name
from lti_bridge.settings.shape import leaves, shape_of
from tests.unit.settings.files import CONTRACT

# Time is no matter here: a busy machine is no mistake of the settings.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

LEAVES = sorted(leaves(shape_of(Settings)), key=str)
NAMES = sorted({str(step) for path in LEAVES for step in path if isinstance(step, str)})

text = st.text(st.characters(exclude_categories=["Cs"]))
addresses = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "https", "ftp", "", "HTTPS", "sqlite", "redis", "postgresql+psycopg"]),
    st.sampled_from(["a.example", "127.0.0.1", "[::1]", "[", "u:p@h", "1", "", "h:99999", "h:x"])
    | text,
    st.sampled_from(["", "/", "//", "/db", ":1/db", "?", "#"]),
    text,
)
scalars = (
    text
    | addresses
    | st.booleans()
    | st.integers(min_value=-(10**30), max_value=10**30)
    | st.floats()
    | st.dates()
    | st.times()
    | st.datetimes(timezones=st.none() | st.just(dt.UTC))
    | st.sampled_from(["meetingz", "onstream", "1.1", "1.3", "live", "UP1", "moderator", "Moodle"])
)
keys = st.sampled_from([*NAMES, "file", "env"]) | text
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=12,
)
platforms = st.dictionaries(st.sampled_from(NAMES), anything, max_size=8)
tables = st.dictionaries(keys, anything | st.lists(platforms, max_size=3) | platforms, max_size=6)


def as_toml(value):
    """A value as TOML on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON escapes are TOML's but for DEL and for pairs of surrogates.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{as_toml(k)} = {as_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return repr(value)


def problems(content, environ):
    with TemporaryDirectory() as directory:
        file = Path(directory) / "bridge.toml"
        file.write_bytes(content)
        try:
            load(file, environ)
        except SettingsError as error:
            return error.problems
    return ()


def settings_or_lines(content, environ):
    """Loads it; every problem must be one line of the agreed form."""
    for line in problems(content, environ):
        assert len(line.splitlines()) == 1
        assert line.count(": ") >= 2
        assert "; " in line


@settings(PATIENT, max_examples=120)
@given(tables)
@example({"platform": [{"version": "1.3", "roles": {"[key]": {"a": 1}}}]})
@example({"conferencing": [{"name": []}, {"name": {}}], "platform": [{"conferencing": "x"}]})
@example({"secret_key": {"file": "/dev/zero"}})
@example({"[key]": []})
@example({"meets": {"[key]": [], "headers": {"[key]": 1}}})
def test_no_toml_value_whatsoever_raises_anything_else(data):
    content = "\n".join(f"{as_toml(key)} = {as_toml(value)}" for key, value in data.items())
    settings_or_lines(content.encode(), {})


@settings(PATIENT, max_examples=200)
@given(st.sampled_from(LEAVES), anything)
def test_no_value_in_any_place_of_a_right_file_raises_anything_else(path, value):
    if len(path) == 1:
        content = f"{path[0]} = {as_toml(value)}\n" + CONTRACT.replace(f"\n{path[0]} ", "\n# ")
    elif 0 in path:
        content = CONTRACT + f"[[{path[0]}]]\n{path[-1]} = {as_toml(value)}\n"
    else:
        rest = CONTRACT.replace(
            f"\n[{path[0]}]\n", f"\n[{path[0]}]\n{path[-1]} = {as_toml(value)}\n"
        )
        content = rest
    settings_or_lines(content.encode(), {})


@settings(PATIENT, max_examples=200)
@given(st.binary() | text.map(str.encode))
def test_no_bytes_whatsoever_raise_anything_else(content):
    settings_or_lines(content, {})


variables = st.builds(variable_name, st.sampled_from(LEAVES)) | st.builds(
    lambda path, tail: variable_name(path) + tail,
    st.sampled_from(LEAVES),
    st.sampled_from(["__0", "__FILE", "__ENV", "__x", "__", "__0__FILE", "__A__B__ENV"]) | text,
)


@settings(PATIENT, max_examples=150)
@given(
    st.dictionaries(
        variables,
        st.text() | addresses | anything.map(lambda each: json.dumps(each, default=str)),
        max_size=6,
    ),
    st.sampled_from(["", CONTRACT]),
)
def test_no_environment_whatsoever_raises_anything_else(environ, content):
    settings_or_lines(content.encode(), environ)
