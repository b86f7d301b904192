"""Services of the BigBlueButton family that stop with the test."""

import pytest

from lti_bridge.simulators.bigbluebutton import (
    create_bigbluebutton,
    create_mconf,
    create_meetingz,
)
from tests.unit.simulators.family import CLASS, Service

KINDS = {
    "meetingz": create_meetingz,
    "mconf": create_mconf,
    "bigbluebutton": create_bigbluebutton,
}


@pytest.fixture
def start():
    started = []

    def one(kind, /, checksum="sha1", **options):
        started.append(Service(KINDS[kind], options, checksum))
        return started[-1]

    yield one
    for service in started:
        service.stop()


@pytest.fixture
def bbb(start):
    return start("bigbluebutton")


@pytest.fixture
def mconf(start):
    return start("mconf")


@pytest.fixture
def meetingz(start):
    return start("meetingz", recordings=True)


@pytest.fixture
def service(start):
    """A Meetingz without its recordings, as the document has it."""
    return start("meetingz")


@pytest.fixture
def in_class(service):
    """The same, with a class."""
    service.call("create", **CLASS)
    return service
