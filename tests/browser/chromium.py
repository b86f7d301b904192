"""The browser of the browser tests: where it is, or how to get it.

``python -m tests.browser.chromium`` prints its path, and installs Debian's ``chromium`` first
where it is run as root on a machine with ``apt-get``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
WANTED = (
    "The browser tests need Chromium or Chrome: install it (Debian, Ubuntu: apt install chromium;"
    " Fedora: dnf install chromium; macOS: brew install --cask chromium) or say where it is with"
    " CHROMIUM=/path/to/chromium."
)


class BrowserMissing(Exception):
    """No browser; the message is one sentence that says what to do."""


def executable() -> Path:
    """The browser to test with; raises :class:`BrowserMissing`.

    ``CHROMIUM`` in the environment wins, and is not made up for by another where it is wrong.
    """
    wish = os.environ.get("CHROMIUM", "")
    if wish:
        found = shutil.which(wish)
        if found is None or not _starts(Path(found)):
            raise BrowserMissing(f"CHROMIUM={wish} is not a browser that starts. {WANTED}")
        return Path(found)
    for candidate in _candidates():
        if _starts(candidate):
            return candidate
    raise BrowserMissing(WANTED)


def _candidates() -> Iterator[Path]:
    for name in NAMES:
        found = shutil.which(name)
        if found is not None:
            yield Path(found)
    yield from (Path(place) for place in PLACES)
    yield _playwrights_own()


def _playwrights_own() -> Path:
    # In a process of its own: a test run has a Playwright going already, and one is the limit.
    script = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as p: print(p.chromium.executable_path)"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    return Path(answer.stdout.strip())


def _starts(candidate: Path) -> bool:
    # A file of that name may be a stub that only tells one to install the real thing.
    try:
        answer = subprocess.run([candidate, "--version"], capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def _install() -> None:
    print("Installing chromium …", file=sys.stderr, flush=True)
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        # A font with Arabic letters comes along: a page without glyphs measures nothing.
        [
            "apt-get",
            "install",
            "-y",
            "-qq",
            "--no-install-recommends",
            "chromium",
            "fonts-dejavu-core",
        ],
    ):
        subprocess.run(command, env=quietly, stdin=subprocess.DEVNULL, stdout=sys.stderr)


def main() -> int:
    """Print where the browser is; 0 if there is one (by now)."""
    may_install = os.geteuid() == 0 and shutil.which("apt-get") and not os.environ.get("CHROMIUM")
    try:
        if may_install and not _is_there():
            _install()
        print(executable())
    except BrowserMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


def _is_there() -> bool:
    try:
        executable()
    except BrowserMissing:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
