"""What the other tests rely on: this browser keeps third-party cookies from us, as people's do."""

from __future__ import annotations

import pytest

from lti_bridge.simulators.serving import Server
from tests.browser.chromium import WANTED, BrowserMissing, executable, main


@pytest.fixture
def third_party():
    """A site that sets a cookie of each kind, and what it was sent, by path."""
    seen = {}

    def app(environ, start_response):
        seen.setdefault(environ["PATH_INFO"], []).append(environ.get("HTTP_COOKIE", ""))
        start_response(
            "200 OK",
            [
                ("Content-Type", "text/html"),
                ("Set-Cookie", "plain=1; Secure; HttpOnly; SameSite=None; Path=/"),
                ("Set-Cookie", "own=1; Secure; HttpOnly; SameSite=None; Path=/; Partitioned"),
            ],
        )
        return [b"<p>third</p>"]

    with Server(app) as server:
        yield server.url, seen


def test_an_unpartitioned_cookie_is_not_sent_in_a_frame_of_another_site(chromium, third_party):
    url, seen = third_party

    def framing(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html")])
        return [f'<iframe src="{url}/frame"></iframe>'.encode()]

    with Server(framing) as first, chromium.new_context() as context:
        page = context.new_page()
        page.goto(f"{url}/alone")
        page.goto(f"{url}/alone")
        for _ in range(2):
            page.goto(f"http://localhost:{first.port}/")
            page.frame_locator("iframe").get_by_text("third").wait_for()
    assert seen["/alone"][-1] == "plain=1; own=1"
    assert seen["/frame"] == ["", "own=1"]


def a_program(folder, name, code):
    file = folder / name
    file.write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


def test_the_browser_is_the_one_that_the_environment_names(tmp_path, monkeypatch, capsys):
    mine = a_program(tmp_path, "mine", 0)
    monkeypatch.setenv("CHROMIUM", str(mine))
    assert executable() == mine
    assert main() == 0
    assert capsys.readouterr().out == f"{mine}\n"


def test_a_wrong_wish_is_not_made_up_for(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "nothing"))
    with pytest.raises(BrowserMissing, match="is not a browser that starts"):
        executable()
    assert main() == 1
    assert WANTED in capsys.readouterr().err


def test_a_stub_that_only_asks_to_install_the_real_thing_is_passed_over(tmp_path, monkeypatch):
    a_program(tmp_path, "chromium", 1)
    real = a_program(tmp_path, "google-chrome", 0)
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert executable() == real


def test_without_a_browser_one_sentence_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    with pytest.raises(BrowserMissing) as missing:
        executable()
    assert str(missing.value) == WANTED
