from __future__ import annotations

import pytest

from lti_bridge.conferencing import Services
from lti_bridge.conferencing.meetingz import Meetingz
from lti_bridge.errors import ServiceMissing
from tests.unit.conferencing.services import a_client, a_service


@pytest.fixture
def services():
    configured = [
        a_service("https://live.example/"),
        a_service("https://onstream.example/", name="webinars", kind="onstream"),
    ]
    with a_client() as client:
        yield Services(configured, client)


def test_a_configured_service_is_found_by_its_name(services):
    service = services.service_for("live")
    assert isinstance(service, Meetingz)
    assert (service.name, service.kind) == ("live", "meetingz")
    assert services.service_for("live") is service
    assert services.names() == ("live", "webinars")


def test_an_unknown_name_is_said_with_those_there_are(services):
    with pytest.raises(ServiceMissing, match="'Live'") as failure:
        services.service_for("Live")
    assert failure.value.code == "service_missing"
    assert "live, webinars" in failure.value.remedy


def test_a_kind_that_has_no_module_is_said_with_those_that_have(services):
    with pytest.raises(ServiceMissing, match="'onstream'") as failure:
        services.service_for("webinars")
    assert failure.value.code == "kind_missing"
    assert "meetingz" in failure.value.remedy


def test_without_any_service_it_is_said_too():
    with a_client() as client, pytest.raises(ServiceMissing) as failure:
        Services([], client).service_for("live")
    assert "none configured" in failure.value.remedy


def test_the_services_may_come_from_an_iterator():
    with a_client() as client:
        assert Services(iter([a_service("https://live.example/")]), client).service_for("live")
