"""A service that stands in no file is held to the same rules."""

from __future__ import annotations

import pytest

from lti_bridge.errors import SettingsError
from lti_bridge.settings import Security, load_conferencing

GOOD = {
    "name": "backup",
    "kind": "bigbluebutton",
    "url": "https://bbb.example.edu/bigbluebutton",
    "secret": "639259d4",
}
ONSTREAM = {
    "name": "webinars",
    "kind": "onstream",
    "url": "https://onstream.example/api/2/",
    "username": "johndoe",
    "password": "p",
}


def loaded(values, tmp_path=None, **security):
    return load_conferencing(values, Security(**security), environ={"BBB": "of-the-environment"})


def refused(values, **security):
    with pytest.raises(SettingsError) as caught:
        loaded(values, **security)
    return caught.value.problems


def test_a_good_one_is_as_the_file_would_have_it():
    service = loaded(GOOD)
    assert (service.url, service.checksum) == ("https://bbb.example.edu/bigbluebutton/", "sha256")
    assert service.secret.get_secret_value() == "639259d4"
    assert loaded(ONSTREAM).daylight_saving == "auto"


def test_its_secret_may_be_in_a_file_or_a_variable(tmp_path):
    (tmp_path / "bbb.secret").write_text("of-the-file\n")
    values = {**GOOD, "secret": {"file": "bbb.secret"}}
    service = load_conferencing(values, Security(), directory=tmp_path, environ={})
    assert service.secret.get_secret_value() == "of-the-file"
    assert loaded({**GOOD, "secret": {"env": "BBB"}}).secret.get_secret_value() == (
        "of-the-environment"
    )


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"kind": "zoom"}, "kind: is none of its values"),
        ({"kind": "bigbluebuton"}, 'kind: is none of its values; did you mean "bigbluebutton"?'),
        ({"url": "http://bbb.example.edu/"}, "url: is plain http; give an https URL"),
        ({"url": "https://10.0.0.7/"}, "url: is on a loopback or private address"),
        ({"url": "bbb.example.edu"}, "url: is not an http or https URL"),
        ({"checksum": "md5"}, "checksum: is none of its values"),
        ({"username": "johndoe"}, 'username: is not used with kind = "bigbluebutton"'),
        ({"timezone": "UP1"}, 'timezone: is not used with kind = "bigbluebutton"'),
        ({"secret": {"file": "nowhere"}}, "secret: refers to a file that is not there"),
        ({"secret": {"env": "NOWHERE"}}, "secret: refers to an environment variable"),
        ({"secret": " "}, "secret: is empty"),
        ({"name": "a\nb"}, "name: holds line breaks"),
        ({"colour": "red"}, "colour: is not a key of the settings"),
    ],
)
def test_each_mistake_is_named_by_its_key(changes, line):
    problems = refused({**GOOD, **changes})
    assert [each for each in problems if each.startswith(line)], problems
    assert len(problems) == 1
    assert "639259d4" not in "".join(problems)


def test_what_its_kind_needs_is_missed():
    problems = refused({"name": "webinars", "kind": "onstream", "url": "https://o.example/"})
    assert [each.partition(":")[0] for each in problems] == ["username", "password"]


def test_development_settings_allow_what_they_allow_in_the_file():
    values = {**GOOD, "url": "http://127.0.0.1:8080/bigbluebutton/"}
    assert loaded(values, allow_http=True, allow_private_networks=True).url == values["url"]
    assert len(refused(values)) == 2
