"""A real browser, third-party cookies blocked, and a campus whose LMS is another site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.chromium import executable
from tests.browser.people import PATIENCE, Town
from tests.browser.university import UNIVERSITY
from tests.campus import Campus

FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--test-third-party-cookie-phaseout",
    # Frames of another site in their page's own process: who may keep cookies hangs on sites, not
    # on processes, and a click right after a frame has moved is otherwise lost on its way to it.
    "--disable-site-isolation-trials",
)


expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """Where Chromium is; without one, tests fail with what to install."""
    return executable()


@pytest.fixture(scope="session")
def chromium(chromium_path: Path) -> Iterator[Browser]:
    """The browser, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path, headless=True, args=list(FLAGS)
        )
        yield browser
        browser.close()


@pytest.fixture
def campus(new_campus: Callable[..., Campus]) -> Campus:
    """The LMS on localhost and the bridge on 127.0.0.1: to a browser, two sites."""
    return new_campus(lms_host="localhost", university=UNIVERSITY)


@pytest.fixture
def town(campus: Campus, chromium: Browser) -> Iterator[Town]:
    """People with browsers; see :meth:`Town.go_home` for what fails a test at its end."""
    town = Town(campus, chromium)
    yield town
    town.go_home()
