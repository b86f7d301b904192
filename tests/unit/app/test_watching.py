"""What metrics say of conferencing services that are left alone."""

from __future__ import annotations

import pytest

from lti_bridge.app.watching import exposition
from lti_bridge.conferencing import Services
from lti_bridge.errors import RemoteError
from lti_bridge.simulators.bigbluebutton import create_meetingz
from lti_bridge.simulators.serving import Server
from lti_bridge.store import Database, JobRuns, Loads
from tests.unit.conferencing.services import SECRET, a_client, a_service

NAME = "lti_bridge_conferencing_left_alone"


@pytest.fixture
def simulator():
    return create_meetingz(secret=SECRET)


@pytest.fixture
def nowhere(tmp_path):
    return Database(f"sqlite:///{tmp_path}/none/bridge.db")


@pytest.fixture
def world(simulator, nowhere):
    """A door out, two services at one host, and a database that can't be reached."""
    with Server(simulator) as server, a_client() as client:
        url = simulator.url_for(server)
        yield (
            client,
            Services([a_service(url), a_service(url, name='the "other"')], client),
            JobRuns(nowhere),
            Loads(nowhere),
        )


def told(world):
    lines = exposition(*world).decode().splitlines()
    return [line for line in lines if line.startswith(f"{NAME}{{")]


def fail(services, times, name="live"):
    for _ in range(times):
        with pytest.raises(RemoteError):
            services.service_for(name).is_running("lti-0123")


def test_every_service_is_told_of_before_anything_was_asked(world):
    assert told(world) == [
        f'{NAME}{{reason="",service="live"}} 0.0',
        f'{NAME}{{reason="",service="the \\"other\\""}} 0.0',
    ]
    assert f"# TYPE {NAME} gauge" in exposition(*world).decode()


def test_one_that_is_left_alone_is_told_of_with_its_reason_and_the_other_is_not(world, simulator):
    simulator.faults.set("500")
    fail(world[1], 4)
    assert told(world)[0].endswith(" 0.0"), "four failures are no rest yet"
    assert 'reason=""' in told(world)[0]
    fail(world[1], 1)
    live, other = told(world)
    assert live.endswith(" 1.0")
    assert "500" in live
    assert 'reason=""' in other
    assert other.endswith(" 0.0")
    assert SECRET not in "".join(told(world))


def test_services_that_came_and_went_are_told_of_as_they_are_now(simulator, nowhere):
    with Server(simulator) as server, a_client() as client:
        services = Services([a_service(simulator.url_for(server))], client, current=lambda: ())
        assert told((client, services, JobRuns(nowhere), Loads(nowhere))) == []
