"""Whole launches of the simulated LMS, over real sockets, into a tool that does as told."""

from __future__ import annotations

import jwt
import pytest

from lti_bridge.simulators.lms import CLAIM, demo

from .lms_browser import Browser, lms_and_tool, sign_in


@pytest.fixture
def campus():
    with lms_and_tool() as pair:
        yield pair


def _link_url(lms, course, kind, tail=""):
    return f"{lms.issuer}/courses/{course.id}/links/{course.link(kind).id}{tail}"


def _launch(browser, page):
    """From the page that starts a launch to what the LMS posts to the tool."""
    to_auth = browser.submit(page)
    assert to_auth.status == 302
    handed_over = browser.get(to_auth.location)
    browser.submit(handed_over)
    return handed_over


def _verified(lms, token):
    key = jwt.PyJWKClient(lms.key_set_url).get_signing_key_from_jwt(token)
    return jwt.decode(token, key, algorithms=["RS256"], audience="client-1", issuer=lms.issuer)


def test_a_window_link_starts_the_launch_at_once(campus):
    lms, tool = campus
    browser = sign_in(lms, demo.ANA)
    page = browser.get(_link_url(lms, demo.ALGEBRA, "window"))
    assert page.form.method == "post"
    _launch(browser, page)
    (posted,) = tool.launches
    assert set(posted) == {"id_token", "state"}
    assert posted["state"] == "state-1"
    claims = _verified(lms, posted["id_token"])
    assert claims["nonce"] == "nonce-1"
    assert claims["sub"] == demo.ANA.id
    assert claims[CLAIM + "launch_presentation"]["document_target"] == "window"


def test_a_frame_link_shows_a_frame_that_starts_the_launch(campus):
    lms, tool = campus
    browser = sign_in(lms, demo.SARA)
    page = browser.get(_link_url(lms, demo.LITERATURE, "frame"))
    start = f"/courses/{demo.LITERATURE.id}/links/{demo.LITERATURE.link('frame').id}/start"
    assert "<iframe" in page.text
    assert f'src="{start}"' in page.text
    assert (
        f"frame-src 'self' {tool.launch_url.removesuffix('/launch')};"
        in (page.headers["Content-Security-Policy"])
    )
    _launch(browser, browser.get(lms.issuer + start))
    claims = _verified(lms, tool.launches[0]["id_token"])
    assert claims["name"] == "سارا محمدی"
    assert claims[CLAIM + "context"]["title"] == demo.LITERATURE.title
    assert claims[CLAIM + "launch_presentation"]["document_target"] == "iframe"


def test_login_is_told_what_the_specification_asks_for(campus):
    lms, tool = campus
    browser = sign_in(lms, demo.BEN)
    _launch(browser, browser.get(_link_url(lms, demo.ALGEBRA, "join")))
    (login,) = tool.logins
    assert login.keys() == {
        "iss",
        "login_hint",
        "target_link_uri",
        "lti_message_hint",
        "client_id",
        "lti_deployment_id",
    }
    assert login["iss"] == lms.issuer
    assert login["target_link_uri"] == tool.launch_url
    assert (login["client_id"], login["lti_deployment_id"]) == ("client-1", "deployment-1")
    assert demo.BEN.id not in login["login_hint"]
    assert jwt.decode(tool.launches[0]["id_token"], options={"verify_signature": False})[
        CLAIM + "custom"
    ] == {"campus": "main", "action": "join"}


def test_the_way_back_from_the_tool_needs_no_cookie(campus):
    lms, tool = campus
    page = sign_in(lms, demo.BEN).get(_link_url(lms, demo.ALGEBRA, "frame", "/start"))
    _launch(Browser(), page)
    assert _verified(lms, tool.launches[0]["id_token"])["sub"] == demo.BEN.id


def test_the_page_that_hands_over_works_without_script_and_lets_the_tool_redirect(campus):
    lms, _ = campus
    browser = sign_in(lms, demo.BEN)
    for page in (
        start := browser.get(_link_url(lms, demo.ALGEBRA, "window")),
        _launch(browser, start),
    ):
        assert "<noscript><button" in page.text
        assert "form-action *;" in page.headers["Content-Security-Policy"]
        assert "script-src 'self';" in page.headers["Content-Security-Policy"]
        assert page.headers["Cache-Control"] == "no-store"


def test_an_error_is_posted_to_the_tool_with_its_state(campus):
    lms, tool = campus
    tool.change = {"scope": "openid profile"}
    browser = sign_in(lms, demo.BEN)
    page = _launch(browser, browser.get(_link_url(lms, demo.ALGEBRA, "window")))
    assert page.status == 200
    (posted,) = tool.launches
    assert posted["error"] == "invalid_scope"
    assert posted["state"] == "state-1"
    assert "id_token" not in posted


def test_a_launch_does_not_go_on_once_somebody_else_is_signed_in(campus):
    lms, tool = campus
    page = sign_in(lms, demo.BEN).get(_link_url(lms, demo.ALGEBRA, "window"))
    _launch(sign_in(lms, demo.SARA), page)
    assert tool.launches[0]["error"] == "login_required"


def test_nothing_is_sent_to_an_unregistered_redirect_uri(campus):
    lms, tool = campus
    tool.change = {"redirect_uri": tool.launch_url + "/"}
    browser = sign_in(lms, demo.BEN)
    start = browser.submit(browser.get(_link_url(lms, demo.ALGEBRA, "window")))
    page = browser.get(start.location)
    assert page.status == 400
    assert "<form" not in page.text
    assert tool.launch_url not in page.text
    assert tool.launches == []


def test_a_link_whose_tool_is_not_registered_says_so(campus):
    lms, _ = campus
    lms.tools.clear()
    page = sign_in(lms, demo.BEN).get(_link_url(lms, demo.ALGEBRA, "window"))
    assert page.status == 503
    assert "No tool is registered" in page.text
