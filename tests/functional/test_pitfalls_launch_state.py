"""PITFALLS.md, "Launch": state, nonce and browser; what is and what isn't a replay."""

from __future__ import annotations

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from itsdangerous import Signer
from itsdangerous.encoding import base64_encode, int_to_bytes
from sqlalchemy import text

from tests.campus import SECRET_KEY, Answer, Browser
from tests.functional.tools import (
    INSTRUCTOR,
    ROLES,
    parameters_of,
    read,
    refused,
)


def launch(campus, **changes) -> Answer:
    return campus.launch(campus.student, campus.link("window"), **changes)


def test_a_state_of_another_browser_is_refused(shared):
    victim = Browser()
    shared.login(victim, shared.student, shared.link())
    foreign = shared.form(Browser(), shared.student, shared.link())
    refused(shared, shared.post_launch(victim, foreign), 403, "cookie_missing")


def test_a_state_with_another_logins_cookie_value_is_refused(shared):
    mine, attacker = Browser(), Browser()
    shared.login(mine, shared.student, shared.link())
    form = shared.form(attacker, shared.student, shared.link())
    (value,) = set(mine.cookies.values())
    planted = Browser(dict.fromkeys(attacker.cookies, value))
    refused(shared, shared.post_launch(planted, form), 403, "other_browser")


@pytest.mark.parametrize(
    "touch",
    [
        lambda state: "x" + state,
        lambda state: state[:-4] + ("AAAA" if not state.endswith("AAAA") else "BBBB"),
        lambda state: state.replace(".", "", 1),
        lambda state: "2" + state[1:],
        lambda state: state[:5],
    ],
)
def test_a_state_that_was_tampered_with_is_refused(shared, touch):
    browser = Browser()
    form = shared.form(browser, shared.student, shared.link())
    form["state"] = touch(form["state"])
    refused(shared, shared.post_launch(browser, form), 403, "state_invalid")


def test_an_expired_state_is_refused(shared):
    browser = Browser()
    form = shared.form(browser, shared.student, shared.link())
    form["state"] = older(form["state"], 601)
    refused(shared, shared.post_launch(browser, form), 401, "state_expired")


def older(state: str, seconds: int) -> str:
    """The same state, signed that long ago."""
    value = state.rpartition(".")[0].rpartition(".")[0]
    stamp = base64_encode(int_to_bytes(int(time.time()) - seconds)).decode()
    signer = Signer(
        SECRET_KEY, salt="lti-bridge.state", key_derivation="hmac", digest_method=hashlib.sha256
    )
    return signer.sign(f"{value}.{stamp}").decode()


def test_without_the_cookie_a_button_starts_the_launch_over_in_a_new_tab(shared):
    form = shared.form(Browser(), shared.student, shared.link())
    answer = shared.post_launch(Browser(), form)
    page = refused(shared, answer, 403, "cookie_missing")
    (button,) = page.links
    assert (button["target"], button["rel"]) == ("_blank", "noopener")

    tab = Browser()
    login = tab.ask("GET", f"{shared.url}{button['href']}")
    form = shared.lms.launch_form(shared.student, shared.link(), login.location)
    assert shared.post_launch(tab, form).joined_as["fullName"] == "Ben Okafor"


def test_without_the_cookie_and_with_hints_too_long_to_carry_the_page_says_what_to_do(shared):
    link = shared.link()
    parameters = shared.lms.login_parameters(shared.student, link)
    parameters["login_hint"] = "x" * 3000
    login = Browser().ask("POST", f"{shared.url}/lti/login", parameters)
    state = parameters_of(login.location)["state"]
    answer = shared.post_launch(Browser(), {"state": state, "id_token": "x"})
    page = refused(shared, answer, 403, "cookie_missing")
    assert page.links == page.forms == []
    usual = read(shared.post_launch(Browser(), shared.form(Browser(), shared.student, link)), 403)
    assert page.headline != usual.headline


def test_a_nonce_is_consumed_and_a_replay_refused_after_a_minute(shared):
    browser = Browser()
    form = shared.form(browser, shared.student, shared.link())
    assert shared.post_launch(browser, form).joined_as
    rewind_nonces(shared, 61)
    refused(shared, shared.post_launch(browser, form), 401, "replay")


def test_another_browser_can_not_replay_even_at_once(shared):
    browser = Browser()
    form = shared.form(browser, shared.student, shared.link())
    assert shared.post_launch(browser, form).joined_as
    refused(shared, shared.post_launch(Browser(), form), 403, "cookie_missing")


def test_another_token_for_the_same_nonce_is_a_replay_even_at_once(shared):
    browser = Browser()
    login = shared.login(browser, shared.student, shared.link())
    form = shared.lms.launch_form(shared.student, shared.link(), login.location)
    assert shared.post_launch(browser, form).joined_as
    nonce = parameters_of(login.location)["nonce"]
    form["id_token"] = shared.lms.token_for(
        shared.student, shared.link(), nonce, claims={ROLES: [INSTRUCTOR]}
    )
    refused(shared, shared.post_launch(browser, form), 401, "replay")


def test_a_double_click_is_answered_as_the_first(shared):
    browser = Browser()
    form = shared.form(browser, shared.student, shared.link())
    first = shared.post_launch(browser, form)
    rewind_nonces(shared, 58)
    again = shared.post_launch(browser, form)
    assert again.joined_as == first.joined_as


def test_two_clicks_at_exactly_the_same_time_both_get_in(shared):
    browser = Browser()
    form = shared.form(browser, shared.student, shared.link())
    together = Barrier(4)

    def click():
        together.wait()
        return shared.post_launch(Browser(dict(browser.cookies)), form)

    with ThreadPoolExecutor(4) as clicks:
        answers = [clicks.submit(click) for _ in range(4)]
        joined = [answer.result().joined_as for answer in answers]
    assert all(one == joined[0] for one in joined)


def test_a_nonce_is_only_consumed_once_the_signature_holds(shared):
    browser = Browser()
    form = shared.form(browser, shared.student, shared.link())
    spoiled = {**form, "id_token": form["id_token"][:-8] + "AAAAAAAA"}
    refused(shared, shared.post_launch(browser, spoiled), 401, "signature")
    assert shared.post_launch(browser, form).joined_as


def test_a_nonce_is_kept_longer_than_its_token_lives(shared):
    exp = int(time.time()) + 3600
    assert launch(shared, claims={"exp": exp}).joined_as
    query = text("SELECT max(expires_ms) FROM nonces")
    kept = shared.bridge.store.database.read(lambda c: c.execute(query).scalar_one())
    assert kept >= (exp + 60) * 1000


def rewind_nonces(campus, seconds: int) -> None:
    change = text("UPDATE nonces SET used_ms = used_ms - :ms")
    campus.bridge.store.database.write(lambda c: c.execute(change, {"ms": seconds * 1000}))
