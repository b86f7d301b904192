"""Files that come with the bridge, from a source tree and from an installed package."""

import pytest

from lti_bridge.settings import resource
from lti_bridge.settings.resources import find


@pytest.fixture
def package(tmp_path):
    (tmp_path / "lti_bridge").mkdir()
    return tmp_path / "lti_bridge"


def test_this_tree_has_the_example():
    assert (resource("config") / "lti-bridge.example.toml").is_file()


def test_an_installed_package_has_its_own(package):
    (package / "templates").mkdir()
    assert find("templates", package) == package / "templates"


def test_the_packages_own_comes_first(package):
    for directory in (package, package.parent):
        (directory / "config").mkdir()
    (package.parent / "pyproject.toml").touch()
    assert find("config", package) == package / "config"


def test_a_source_tree_has_them_at_its_top(package):
    (package.parent / "config").mkdir()
    (package.parent / "pyproject.toml").touch()
    assert find("config", package) == package.parent / "config"


def test_a_strangers_directory_beside_an_installed_package_is_not_ours(package):
    (package.parent / "config").mkdir()
    with pytest.raises(FileNotFoundError, match="'config' is neither"):
        find("config", package)


@pytest.mark.parametrize("name", ["", "..", "tests", "config/../tests", "/etc"])
def test_other_names_are_not_found(name):
    with pytest.raises(FileNotFoundError, match="there are: config, templates"):
        resource(name)
