from __future__ import annotations

import pytest

from lti_bridge.conferencing import Call, Capability
from lti_bridge.conferencing.capabilities import by_name, call
from tests.unit.conferencing.services import FAMILY, a_client, a_service

EVERYBODYS = {
    "running",
    "live counts",
    "participants",
    "meetings",
    "end",
    "record",
    "recordings",
    "publish recordings",
    "rename recordings",
    "delete recordings",
    "participant limit",
    "messages",
}
OWN = {
    "meetingz": {"lock settings", "room rules"},
    "mconf": {"attendance", "dial-in", "guests", "slides"},
    "bigbluebutton": {
        "attendance sent",
        "breakout rooms",
        "callbacks",
        "captions",
        "dial-in",
        "guest policy",
        "guests",
        "insert slides",
        "lock settings",
        "room rules",
        "slides",
    },
}


@pytest.mark.parametrize("kind", FAMILY)
def test_what_each_service_can_do_is_what_its_document_says(kind):
    assert set(kind.CAPABILITIES) == EVERYBODYS | OWN[kind.kind]


@pytest.mark.parametrize("kind", FAMILY)
def test_what_a_call_serves_is_something_the_kind_can_do(kind):
    for name, each in kind.CALLS.items():
        assert each.name == name
        assert each.serves <= kind.CAPABILITIES


@pytest.mark.parametrize("kind", FAMILY)
def test_a_service_is_asked_nothing_before_it_is_used(kind):
    with a_client() as client:
        service = kind(a_service("https://live.example/", kind=kind.kind), client)
        assert service.capabilities == kind.CAPABILITIES
        assert (service.kind, service.name) == (kind.kind, "live")
        assert service.health.state == "closed"


def test_a_table_of_calls_is_found_by_name():
    table = by_name([call("create"), call("end", Capability.END, discovered=True)])
    assert table == {
        "create": Call("create"),
        "end": Call("end", frozenset({Capability.END}), discovered=True),
    }
