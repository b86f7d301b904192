"""The stand-in is held against the manual too: what is right does something, what is wrong is 400."""

from __future__ import annotations

import json
from contextlib import ExitStack
from urllib.parse import quote, urlencode

import pytest

from lti_bridge.simulators.meets import create_meets, seed
from lti_bridge.simulators.serving import Server
from tests import manual
from tests.campus import ask


@pytest.fixture(scope="module")
def base():
    with ExitStack() as stack:
        simulator = create_meets(connections=())
        server = stack.enter_context(Server(simulator))
        seed(simulator, users=60, courses=6, events=30, recordings=30)
        simulator.add_course(1, "an identifier")
        simulator.add_user(1, "an identifier")
        yield simulator.url_for(server)


def send(base, method, name, given):
    text = urlencode(given, quote_via=quote)
    if method == "GET":
        return ask("GET", f"{base}/{name}?{text}")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return ask("POST", f"{base}/{name}", text, form)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("name", "parameter"), manual.EVERY, ids=manual.label)
def test_what_is_right_is_answered(base, method, name, parameter):
    given = {**manual.required_of(name), parameter.name: manual.RIGHT[parameter.kind]}
    answer = send(base, method, name, given)
    assert answer.status in {200, 303}
    assert json.loads(answer.body)["status"] == answer.status


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("name", "parameter"), manual.EVERY, ids=manual.label)
def test_what_is_wrong_is_400_and_named(base, method, name, parameter):
    for wrong in manual.WRONG[parameter.kind]:
        answer = send(base, method, name, {**manual.required_of(name), parameter.name: wrong})
        assert answer.status == json.loads(answer.body)["status"] == 400, wrong
        assert f'"{parameter.name}"' in json.loads(answer.body)["error"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("name", "parameter"), manual.REQUIRED, ids=manual.label)
def test_what_is_required_is_missed(base, method, name, parameter):
    answer = send(base, method, name, manual.required_of(name, without=parameter.name))
    assert answer.status == 400
    assert f'"{parameter.name}"' in json.loads(answer.body)["error"]


@pytest.mark.parametrize("service", ["gotomeeting", "gotowebinar"])
def test_services_that_record_nothing_cannot_be_asked_for_recordings(base, service):
    given = {"conferencingServices": f"zoom,{service}"}
    assert send(base, "GET", "list_conference_recordings", given).status == 400
    assert send(base, "GET", "list_conferencing_events", given).status == 200
