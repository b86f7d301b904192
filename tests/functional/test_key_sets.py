"""The LMS's keys over HTTP: rotated, withdrawn, unusable, down."""

from __future__ import annotations

import json
import time

import pytest
from sqlalchemy import text
from werkzeug.wrappers import Response

from lti_bridge.simulators.lms.keys import SigningKey
from tests.campus import Browser
from tests.functional.tools import read, refused


def launch(campus, **changes):
    return campus.launch(campus.student, campus.link(), **changes)


def test_keys_are_fetched_once_however_many_launches_come(campus):
    for _ in range(5):
        assert launch(campus).joined_as
    assert campus.lms.jwks_requests == 1


@pytest.mark.parametrize("keep_old", [True, False])
def test_a_rotation_at_the_lms_keeps_nobody_out(campus, keep_old):
    for _ in range(3):
        assert launch(campus).joined_as
        campus.lms.rotate_keys(keep_old=keep_old)
    assert launch(campus).joined_as


def test_fifty_tokens_of_made_up_keys_cost_the_lms_one_request(campus):
    assert launch(campus).joined_as
    for number in range(50):
        refused(campus, launch(campus, headers={"kid": f"made-up-{number}"}), 401, "kid_unknown")
    assert campus.lms.jwks_requests == 2
    assert launch(campus).joined_as


@pytest.mark.parametrize("fault", ["down", "html", "empty"])
def test_while_the_key_set_is_down_the_last_good_keys_hold(campus, fault):
    assert launch(campus).joined_as
    campus.lms.key_set_fault = fault
    age_keys(campus, 23)
    campus.restart()
    assert launch(campus).joined_as
    assert launch(campus).joined_as


@pytest.mark.parametrize("fault", ["down", "html"])
def test_but_not_longer_than_a_day(campus, fault):
    assert launch(campus).joined_as
    campus.lms.key_set_fault = fault
    age_keys(campus, 25)
    campus.restart()
    reason = "key_set_down" if fault == "down" else "key_set_malformed"
    refused(campus, launch(campus), 503, f"remote:{reason}")


def test_with_no_key_known_and_the_key_set_down_there_is_a_retry_that_works(campus):
    campus.lms.key_set_fault = "down"
    page = refused(campus, launch(campus), 503, "remote:key_set_down")
    (retry,) = page.links
    campus.lms.key_set_fault = None
    campus.restart()  # else it rests for ten seconds
    browser = Browser()
    login = browser.ask("GET", f"{campus.url}{retry['href']}")
    form = campus.lms.launch_form(campus.student, campus.link(), login.location)
    assert campus.post_launch(browser, form).joined_as


def test_a_key_set_that_is_late_delays_nobody_for_long(campus):
    campus.lms.key_set_fault, campus.lms.key_set_delay = "slow", 10.0
    began = time.monotonic()
    answer = launch(campus)
    assert time.monotonic() - began < 6
    assert read(answer, 503).links


def age_keys(campus, hours: int) -> None:
    change = text("UPDATE connections SET key_set_ms = :ms")
    ms = int((time.time() - hours * 3600) * 1000)
    campus.bridge.store.database.write(lambda c: c.execute(change, {"ms": ms}))


@pytest.mark.parametrize("change", [{"use": "enc"}, {"alg": "RS384"}, {"n": "AQAB"}])
def test_a_key_that_does_not_fit_is_not_used(campus, change):
    other = SigningKey.generate().jwk

    def key_set(environ, start_response):
        keys = [{**campus.lms.keys.current.jwk, **change}, other]
        return Response(json.dumps({"keys": keys}))(environ, start_response)

    lms = campus.lms_server.app
    campus.lms_server.app = key_set
    refused(campus, launch(campus), 401, "kid_unknown")
    campus.lms_server.app = lms
    campus.restart()
    assert launch(campus).joined_as


def test_the_bridge_does_not_ask_for_keys_before_the_state_holds(campus):
    form = campus.form(Browser(), campus.student, campus.link())
    refused(campus, campus.post_launch(Browser(), form), 403, "cookie_missing")
    assert campus.lms.jwks_requests == 0
