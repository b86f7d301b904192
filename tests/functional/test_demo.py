"""``lti-bridge demo``: one command, one URL, and nothing left behind; also from the wheel alone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from lti_bridge.simulators.lms.demo import BEN, LITERATURE, OLD_STYLE
from tests.bench.stage import free_port
from tests.campus import Browser, ask
from tests.functional.tools import read
from tests.unit.cli.house import run

ROOT = Path(__file__).parents[2]


@contextmanager
def demo(port: int, **environ: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running demo and the URL it printed."""
    # A folder of its own: with ``-m``, Python takes modules from where it is started first of all.
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryDirectory() as empty:
        process = subprocess.Popen(
            [sys.executable, "-m", "lti_bridge.cli", "demo", "--port", str(port)],
            stdout=said, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, **environ}, cwd=empty,
        )  # fmt: skip
        try:
            end = time.monotonic() + 90
            while not (url := _printed(said)):
                assert process.poll() is None, _all(said)
                assert time.monotonic() < end, "it printed no URL"
                time.sleep(0.1)
            yield process, url
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(timeout=40)


def _all(said) -> str:
    said.seek(0)
    return said.read()


def _printed(said) -> str:
    found = re.findall(r"http://localhost:\d+", _all(said))
    return found[0] if found else ""


def test_it_starts_everything_prints_one_url_and_ctrl_c_leaves_nothing_behind():
    port = free_port()
    with demo(port) as (process, url):
        assert url == f"http://localhost:{port}"
        assert ask("GET", f"{url}/").status in {200, 302, 303}
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) >= 2, "the server and the worker"
        folder = _folder(process)
        assert folder.is_dir()
        _meets_and_meet_and_engage_have_something_to_tell(folder / "demo.toml")
        _the_old_style_link_leads_into_class(url)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=40) == 0
        assert not any(child.is_running() and child.status() != "zombie" for child in family)
        assert not folder.exists()


def _meets_and_meet_and_engage_have_something_to_tell(settings: Path) -> None:
    def answer(*arguments: str) -> object:
        return run(*arguments, "--json", "--config", settings).json

    events = answer("meets", "list", "events")
    assert {"Guest lecture", "Question time"} <= {event["name"] for event in events}
    for what in (["recordings"], ["admins"], ["course-users", "1"], ["authentication-log"]):
        assert answer("meets", "list", *what), what
    assert answer("meets", "get", "attendance", "1")["entries"]
    answer("engagement", "fetch")
    told = answer("engagement", "report")
    assert told["rows"] > 0
    assert told["people"] > 0, "the campus' own people are among them"
    assert told["addresses_unknown"] > 0


def _the_old_style_link_leads_into_class(url: str) -> None:
    student = Browser()
    assert student.ask("POST", f"{url}/sign-in", {"user": BEN.id}).status == 303
    place = f"{url}/courses/{LITERATURE.id}/links/{OLD_STYLE.id}"
    assert read(student.ask("GET", place)).title.startswith(OLD_STYLE.title)
    form = read(student.ask("GET", f"{place}/start")).form
    bridge = form.action.removesuffix("/lti/1p1/launch")
    assert bridge != form.action
    page = read(Browser().ask("POST", form.action, form.fields))
    joined = Browser().ask("POST", f"{bridge}{page.form.action}", page.form.fields)
    assert joined.joined_as["fullName"] == "Ben Okafor"


def _folder(process: subprocess.Popen[str]) -> Path:
    for child in psutil.Process(process.pid).children():
        for argument in child.cmdline():
            if argument.endswith("demo.toml"):
                return Path(argument).parent
    raise AssertionError("the demo has no settings file")


def test_a_port_that_is_taken_is_said(campus):
    done = subprocess.run(
        [sys.executable, "-m", "lti_bridge.cli", "demo", "--port", str(campus.lms_server.port)],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "is taken" in done.stderr
    assert "--port" in done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--wheel-dir", str(folder), str(ROOT)],
        check=True, timeout=120,
    )  # fmt: skip
    return next(folder.glob("lti_bridge-*.whl"))


def test_the_wheel_holds_everything_that_is_not_python(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "lti_bridge/templates/course/course.html",
        "lti_bridge/templates/simulators/lms/",
        "lti_bridge/templates/simulators/meetingz/",
        "lti_bridge/config/lti-bridge.example.toml",
        "lti_bridge/web/static/bridge.css",
        "lti_bridge/web/translations/fa/LC_MESSAGES/messages.mo",
        "lti_bridge/store/migrations/versions/0001_",
        "lti_bridge/store/migrations/env.py",
    ):
        assert any(name.startswith(needed) for name in names), needed
    assert not any(name.startswith("tests/") for name in names)


def test_the_wheel_alone_runs_the_demo(wheel, tmp_path_factory):
    tmp_path, empty = tmp_path_factory.mktemp("installed"), tmp_path_factory.mktemp("empty")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target",
         str(tmp_path), str(wheel)],
        check=True, timeout=120,
    )  # fmt: skip
    where = subprocess.run(
        [sys.executable, "-c", "import lti_bridge; print(lti_bridge.__file__)"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)}, cwd=empty,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert where.stdout.startswith(str(tmp_path)), "not the source tree"
    with demo(free_port(), PYTHONPATH=str(tmp_path)) as (_, url):
        assert ask("GET", f"{url}/").status in {200, 302, 303}
