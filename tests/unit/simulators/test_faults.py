"""Faults in front of a service, over real sockets."""

import http.client
import threading
import time

import pytest
from defusedxml import ElementTree

from lti_bridge.simulators.faults import Faults
from lti_bridge.simulators.serving import Server


def service(environ, start_response):
    body = b"all is well: " + environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]


@pytest.fixture
def faults():
    return Faults(service)


@pytest.fixture
def server(faults):
    with Server(faults) as server:
        yield server


def ask(server, path="/", method="GET", body=None, headers=None):
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()
    finally:
        connection.close()


def test_without_a_fault_requests_pass_with_their_body(server):
    assert ask(server, method="POST", body=b"hello")[2] == b"all is well: hello"


def test_down_closes_without_an_answer_until_cleared(faults, server):
    faults.set("down")
    with pytest.raises(http.client.RemoteDisconnected):
        ask(server)
    faults.clear()
    assert ask(server)[0] == 200


def test_slow_answers_rightly_after_the_time_given(faults, server):
    faults.set("slow", seconds=0.2)
    begun = time.monotonic()
    assert ask(server)[2] == b"all is well: "
    assert time.monotonic() - begun >= 0.2


def test_clearing_lets_waiting_requests_go(faults, server):
    faults.set("slow", seconds=60)
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(ask(server)[0]))
    waiting.start()
    while not faults.requests:
        time.sleep(0.005)
    faults.clear()
    waiting.join(5)
    assert answers == [200]


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("html", 200, "text/html; charset=utf-8"),
        ("500", 500, "text/html; charset=utf-8"),
        ("503", 503, "text/html; charset=utf-8"),
        ("wrong_xml", 200, "text/xml;charset=utf-8"),
    ],
)
def test_canned_answers_stand_in_for_the_service(faults, server, name, status, kind):
    faults.set(name)
    found = ask(server)
    assert found[:2] == (status, kind)
    assert b"all is well" not in found[2]
    faults.set(name, body=b"own words")
    assert ask(server)[2] == b"own words"


def test_wrong_xml_is_xml_all_the_same(faults, server):
    faults.set("wrong_xml")
    assert ElementTree.fromstring(ask(server)[2]).tag != "response"


def test_cut_sends_half_under_the_whole_length(faults, server):
    faults.set("cut")
    with pytest.raises(http.client.IncompleteRead) as cut:
        ask(server)
    assert cut.value.partial == b"all is"
    assert len(cut.value.partial) + cut.value.expected == len(b"all is well: ")


def test_drip_sends_the_right_answer_slowly(faults, server):
    faults.set("drip", seconds=0.01)
    begun = time.monotonic()
    assert ask(server)[2] == b"all is well: "
    assert time.monotonic() - begun >= 0.1


def test_a_fault_may_hit_the_next_requests_only(faults, server):
    faults.set("503", times=2)
    assert [ask(server)[0] for _ in range(3)] == [503, 503, 200]


def test_a_fault_may_be_limited_to_paths(faults, server):
    faults.set("500", where=lambda path: path.endswith("/create"), times=1)
    assert [ask(server, path)[0] for path in ("/join", "/create", "/create")] == [200, 500, 200]


def test_a_fault_takes_the_place_of_another(faults, server):
    faults.set("down")
    faults.set("503")
    assert ask(server)[0] == 503


def test_a_fault_nobody_knows_is_refused(faults):
    with pytest.raises(ValueError, match="no such fault: wet"):
        faults.set("wet")


def test_what_came_in_is_kept_also_under_a_fault(faults, server):
    faults.set("503", times=1)
    ask(server, "/api/create?a=%41+b", "POST", b"the body", {"X-Key": "secret"})
    ask(server, "/api/join?checksum=1234")
    first, second = faults.requests
    assert (first.method, first.path, first.query) == ("POST", "/api/create", "a=%41+b")
    assert first.body == b"the body"
    assert (first.headers["X-Key"], first.headers["Content-Length"]) == ("secret", "8")
    assert "secret" not in repr(first)
    assert "1234" not in repr(second)
    assert (faults.count("/create"), faults.count("/join"), faults.count("/end")) == (1, 1, 0)
    faults.forget()
    assert faults.requests == []
