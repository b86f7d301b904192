from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_bridge.directory.text import clean
from lti_bridge.errors import (
    CircuitOpen,
    RemoteError,
    RemoteMalformed,
    RemoteRejected,
    RemoteTimeout,
    RemoteUnavailable,
)
from lti_bridge.http import Client
from lti_bridge.meets_api import MeetsClient
from lti_bridge.settings import Meets
from lti_bridge.simulators.meets import create_meets
from lti_bridge.simulators.serving import Server

PASSWORD = "pass-word-of-meets"
WHO = "the-person-nobody-may-read-of"


@contextmanager
def connected(simulator: Any, **changes: Any) -> Iterator[MeetsClient]:
    client = Client(allow_http=True, allow_private_networks=True)
    with Server(simulator) as server, closing(client):
        values = {"url": simulator.url_for(server), **changes}
        yield MeetsClient(Meets(**values), client)


@pytest.fixture
def simulator():
    return create_meets()


@pytest.fixture
def meets(simulator):
    with connected(simulator) as meets:
        yield meets


def test_a_context_becomes_a_course(simulator, meets):
    number = simulator.add_course(1, "context-1")
    assert meets.from_lti_id_context(1, "context-1", timeout=5) == number
    (request,) = simulator.faults.requests
    assert (request.method, request.path) == ("GET", "/api/v1/from_lti_id_context")
    assert request.query == "meetsIdConnection=1&ltiIdContext=context-1"


def test_a_user_becomes_a_user(simulator, meets):
    simulator.add_user(2, "someone else")
    number = simulator.add_user(2, "user-1")
    assert meets.from_lti_id_user(2, "user-1", timeout=5) == number == 2
    (request,) = simulator.faults.requests
    assert request.query == "meetsIdConnection=2&ltiIdUser=user-1"


def test_what_meets_does_not_know_is_none(simulator, meets):
    simulator.add_user(1, "user-1")
    assert meets.from_lti_id_user(1, "user-2", timeout=5) is None
    assert meets.from_lti_id_user(2, "user-1", timeout=5) is None, "another connection's"
    assert meets.from_lti_id_context(99, "x", timeout=5) is None
    assert meets.from_lti_id_context(1, "user-1", timeout=5) is None


IDENTIFIERS = [
    "a b+c&d=e%20/?#[]@!$'()*,;:~",
    "  blanks  ",
    "line\nbreak\r\n\t",
    "شناسه ۱",
    "👩🏽‍🏫",
    "é|e\u0301",
    "\u202ertl",
    '"<script>',
    "%00%ff",
]


@pytest.mark.parametrize("identifier", IDENTIFIERS)
@pytest.mark.parametrize("many", [1, 40])
def test_identifiers_arrive_byte_for_byte_by_get_and_by_post(simulator, meets, identifier, many):
    identifier *= many
    number = simulator.add_user(1, identifier)
    assert meets.from_lti_id_user(1, identifier, timeout=5) == number


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(min_size=1, max_size=255).map(lambda text: clean(text) or "x"))
def test_any_identifier_that_lti_allows_arrives(simulator, meets, identifier):
    number = simulator.add_course(1, identifier)
    assert meets.from_lti_id_context(1, identifier, timeout=5) == number


def test_percent_encoding_is_that_of_rfc_3986(simulator, meets):
    meets.from_lti_id_user(1, "a b+c/~é", timeout=5)
    (request,) = simulator.faults.requests
    assert request.query.endswith("ltiIdUser=a%20b%2Bc%2F~%C3%A9")


def test_a_value_near_the_limit_of_get_goes_by_post(simulator, meets):
    for size, method in ((400, "GET"), (401, "POST"), (512, "POST"), (4096, "POST")):
        simulator.faults.forget()
        number = simulator.add_user(1, "u" * size)
        assert meets.from_lti_id_user(1, "u" * size, timeout=5) == number
        assert simulator.faults.requests[-1].method == method
    request = simulator.faults.requests[-1]
    assert request.query == ""
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.body == b"meetsIdConnection=1&ltiIdUser=" + b"u" * 4096


def test_bytes_are_counted_and_not_characters(simulator, meets):
    simulator.add_user(1, "漢" * 134)
    meets.from_lti_id_user(1, "漢" * 133, timeout=5)
    assert meets.from_lti_id_user(1, "漢" * 134, timeout=5) == 1
    assert [request.method for request in simulator.faults.requests] == ["GET", "POST"]


def test_what_meets_would_ignore_is_never_sent(simulator, meets):
    for identifier in ("u" * 4097, "漢" * 1366):
        with pytest.raises(RemoteRejected) as refusal:
            meets.from_lti_id_user(1, identifier, timeout=5)
        assert refusal.value.code == "too_long"
        assert identifier not in str(refusal.value)
    assert simulator.faults.requests == []


def test_half_a_surrogate_pair_does_no_harm(simulator, meets):
    assert meets.from_lti_id_user(1, "a\ud83d", timeout=5) is None


# Signing in.


AUTHENTICATIONS = {
    "basic": (
        {"username": "bridge", "password": PASSWORD},
        {"username": "bridge", "password": PASSWORD},
    ),
    "basic_in_every_script": (
        {"username": "پل", "password": "گذرواژه: é&=+%"},
        {"username": "پل", "password": "گذرواژه: é&=+%"},
    ),
    "header": ({"header": ("X-Api-Key", PASSWORD)}, {"headers": {"X-Api-Key": PASSWORD}}),
    "param": (
        {"param": ("api key", f"{PASSWORD} &+%")},
        {"params": {"api key": f"{PASSWORD} &+%"}},
    ),
}


@pytest.mark.parametrize("way", AUTHENTICATIONS)
@pytest.mark.parametrize("size", [10, 450], ids=["get", "post"])
def test_each_way_to_sign_in_works_by_get_and_by_post(way, size):
    wanted, given = AUTHENTICATIONS[way]
    simulator = create_meets(**wanted)
    number = simulator.add_user(1, "u" * size)
    with connected(simulator, **given) as meets:
        assert meets.from_lti_id_user(1, "u" * size, timeout=5) == number


def test_basic_is_basic():
    simulator = create_meets()
    with connected(simulator, username="bridge", password=PASSWORD) as meets:
        meets.from_lti_id_user(1, "u", timeout=5)
    pair = base64.b64encode(f"bridge:{PASSWORD}".encode()).decode()
    assert simulator.faults.requests[0].headers["Authorization"] == f"Basic {pair}"


def test_a_fixed_parameter_never_becomes_part_of_a_posts_body():
    simulator = create_meets()
    with connected(simulator, params={"key": PASSWORD}) as meets:
        meets.from_lti_id_user(1, "u" * 450, timeout=5)
    (request,) = simulator.faults.requests
    assert request.query == f"key={PASSWORD}"
    assert PASSWORD.encode() not in request.body


def test_a_wrong_password_is_refused_with_a_remedy():
    simulator = create_meets(username="bridge", password="right")
    with (
        connected(simulator, username="bridge", password=PASSWORD) as meets,
        pytest.raises(RemoteRejected) as refusal,
    ):
        meets.from_lti_id_user(1, "u", timeout=5)
    error = refusal.value
    assert (error.code, error.service, error.call) == ("http_401", "MEETS", "from_lti_id_user")
    assert "password" in error.remedy
    assert PASSWORD not in f"{error!r} {error} {error.remedy}"


# What comes back.


class Fixed:
    """A MEETS that gives every call the same answer."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status, self.body = status, body

    def url_for(self, server):
        return f"{server.url}/api"

    def __call__(self, _environ, start_response):
        start_response(f"{self.status} x", [("Content-Type", "application/json")])
        return [self.body]


def answer(status, body):
    with connected(Fixed(status, body.encode())) as meets:
        return meets.from_lti_id_context(1, WHO, timeout=5)


def test_further_members_and_their_order_do_not_matter():
    assert answer(200, '{"more": [1], "meetsIdCourse": 5, "status": 200}') == 5
    assert answer(200, f'{{"meetsIdCourse": {2**63 - 1}, "status": 200}}') == 2**63 - 1
    assert answer(200, '{"meetsIdCourse": 5}') == 5, "lenient in what is read"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, '{"status": 200}'),
        (200, '{"status": 200, "meetsIdCourse": "5"}'),
        (200, '{"status": 200, "meetsIdCourse": true}'),
        (200, '{"status": 200, "meetsIdCourse": null}'),
        (200, '{"status": 200, "meetsIdCourse": 5.0}'),
        (200, '{"status": 200, "meetsIdCourse": 0}'),
        (200, '{"status": 200, "meetsIdCourse": -5}'),
        (200, f'{{"status": 200, "meetsIdCourse": {2**63}}}'),
        (200, '{"status": 200, "meetsIdUser": 5}'),
        (200, '{"status": 404, "error": "not found"}'),
        (200, "[]"),
        (200, "5"),
        (200, ""),
        (200, "<html>Please wait</html>"),
        (200, "[" * 100_000),
        (200, '{"status": 200, "meetsIdCourse": ' + "9" * 5000 + "}"),
        (404, "<html>Not Found</html>"),
        (404, '{"error": "no status"}'),
        (401, "Authorization Required"),
    ],
)
def test_what_is_no_answer_of_meets_is_malformed(status, body):
    with pytest.raises(RemoteMalformed) as failure:
        answer(status, body)
    assert WHO not in str(failure.value)
    assert failure.value.remedy


def test_an_answer_that_is_no_utf8_is_malformed():
    with connected(Fixed(200, b"\xff\xfe\x00\xd8")) as meets, pytest.raises(RemoteMalformed):
        meets.from_lti_id_context(1, WHO, timeout=5)


@pytest.mark.parametrize("status", [300, 303, 400, 401, 403, 405, 415, 429])
def test_refusals_keep_their_status_and_nothing_of_their_text(status):
    with pytest.raises(RemoteRejected) as refusal:
        answer(status, f'{{"status": {status}, "error": "about {WHO}"}}')
    error = refusal.value
    assert error.code == f"http_{status}"
    assert WHO not in f"{error!r} {error} {error.remedy}"
    assert bool(error.remedy) is (status in {300, 303, 401, 403})


@pytest.mark.parametrize("body", ["", "timed out", '{"status": 500, "error": "x"}'])
def test_server_errors_are_temporary_whatever_their_body(body):
    with pytest.raises(RemoteUnavailable) as failure:
        answer(500, body)
    assert failure.value.code == "http_500"
    assert "try again" in failure.value.remedy


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("down", RemoteUnavailable),
        ("503", RemoteUnavailable),
        ("500", RemoteUnavailable),
        ("html", RemoteMalformed),
        ("wrong_xml", RemoteMalformed),
        ("cut", RemoteMalformed),
    ],
)
def test_a_broken_meets_fails_in_words_without_who_was_asked_for(simulator, fault, kind):
    simulator.faults.set(fault)
    with connected(simulator, params={"key": PASSWORD}) as meets, pytest.raises(kind) as failure:
        meets.from_lti_id_user(1, WHO, timeout=5)
    error = failure.value
    assert error.service == "MEETS"
    for secret in (WHO, PASSWORD):
        assert secret not in f"{error!r} {error} {error.remedy}"


@pytest.mark.parametrize("size", [10, 450], ids=["get", "post"])
@pytest.mark.parametrize("fault", ["slow", "drip"])
def test_a_slow_meets_is_given_up_within_the_time_allowed(simulator, meets, fault, size):
    simulator.faults.set(fault, seconds=5)
    started = time.monotonic()
    with pytest.raises(RemoteTimeout):
        meets.from_lti_id_user(1, "u" * size, timeout=0.3)
    assert time.monotonic() - started < 1.5
    simulator.faults.clear()


def test_a_meets_that_is_not_there_fails_at_once_and_is_soon_left_alone():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        client = Client(allow_http=True, allow_private_networks=True)
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/api"
        with closing(client):
            meets = MeetsClient(Meets(url=url), client)
            for _ in range(5):
                with pytest.raises(RemoteUnavailable):
                    meets.from_lti_id_user(1, WHO, timeout=2)
            with pytest.raises(CircuitOpen):
                meets.from_lti_id_user(1, WHO, timeout=2)


def test_a_meets_that_never_answers_is_given_up_too():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = Client(allow_http=True, allow_private_networks=True)
        with closing(client):
            meets = MeetsClient(Meets(url=f"http://127.0.0.1:{silent.getsockname()[1]}"), client)
            started = time.monotonic()
            with pytest.raises(RemoteTimeout):
                meets.from_lti_id_user(1, WHO, timeout=0.2)
            assert time.monotonic() - started < 1.5


def test_many_threads_may_ask_at_once(simulator, meets):
    numbers = [simulator.add_user(1, f"user-{n}") for n in range(12)]
    got: dict[int, int | None] = {}

    def ask(n):
        got[n] = meets.from_lti_id_user(1, f"user-{n}", timeout=5)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [got[n] for n in range(12)] == numbers


def test_no_repr_shows_a_password():
    client = Client()
    with closing(client):
        settings = Meets(
            url="https://meets.example/api",
            username="bridge",
            password=PASSWORD,
            headers={"X-Key": PASSWORD},
            params={"key": PASSWORD},
        )
        assert PASSWORD not in f"{settings!r} {MeetsClient(settings, client)!r}"


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=100), st.sampled_from([200, 200, 400, 404, 500]))
def test_random_bytes_give_remote_errors_and_nothing_else(body, status):
    FUZZED.status, FUZZED.body = status, body
    with pytest.raises(RemoteError):
        FUZZED.meets.from_lti_id_user(1, "u", timeout=5)


FUZZED = Fixed(200, b"")


@pytest.fixture(autouse=True, scope="module")
def fuzzed():
    with connected(FUZZED) as meets:
        FUZZED.meets = meets
        yield
