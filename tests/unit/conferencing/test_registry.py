"""The services by name, which come, change and go while the bridge is at work."""

from __future__ import annotations

import sys
import zoneinfo

import pytest

from lti_bridge.conferencing import KINDS, Entry, Services, Visitor
from lti_bridge.conferencing.family import BigBlueButton, MconfLive, Meetingz
from lti_bridge.conferencing.onstream.service import Onstream
from lti_bridge.errors import (
    CapabilityMissing,
    RemoteMalformed,
    ServiceMissing,
    SettingsError,
    StoreUnavailable,
)
from lti_bridge.simulators.bigbluebutton import create_meetingz
from lti_bridge.simulators.serving import Server
from lti_bridge.store import StoredInvitation
from tests.unit.conferencing.services import SECRET, a_client, a_service
from tests.unit.store.values import at_once

LIVE = a_service("https://live.example/")
ONSTREAM = a_service(
    "https://onstream.example/api/2/",
    name="webinars",
    kind="onstream",
    secret=None,
    username="johndoe",
    password="a-pass-word",
    timezone="UTC",
)
ALL_KINDS = [
    LIVE,
    a_service("https://mconf.example/bigbluebutton/", name="mconf", kind="mconf"),
    a_service("https://bbb.example/bigbluebutton/", name="bbb", kind="bigbluebutton"),
    ONSTREAM,
]


@pytest.fixture
def client():
    with a_client() as client:
        yield client


class Now:
    """What the database holds: a new sequence each time it is changed; or it is down."""

    def __init__(self, *entries):
        self.entries = list(entries)
        self.down = False
        self.asked = 0

    def __call__(self):
        self.asked += 1
        if self.down:
            raise StoreUnavailable("The database can't be used just now.")
        return self.entries

    def become(self, *entries):
        self.entries = list(entries)


@pytest.fixture
def without_calendars(monkeypatch):
    """A machine that has no time zones: none in its folders, none in a package."""
    loaded = [name for name in sys.modules if name.startswith("tzdata.")]
    for name in ("tzdata", *loaded):  # a folder of zones that was read before counts by itself
        monkeypatch.setitem(sys.modules, name, None)
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath()


def test_one_that_cant_work_here_keeps_no_other_from_work(client, without_calendars):
    eucla = ONSTREAM.model_copy(update={"timezone": "UP875"})
    with pytest.raises(SettingsError, match="tzdata"):
        Services([eucla], client)
    services = Services([LIVE], client, current=Now(Entry(LIVE), Entry(eucla)))
    assert services.names() == ("live",)
    with pytest.raises(ServiceMissing, match="tzdata"):
        services.service_for("webinars")


def test_every_kind_of_the_settings_has_its_service(client):
    services = Services(ALL_KINDS, client)
    found = [services.service_for(each.name) for each in ALL_KINDS]
    assert [type(each) for each in found] == [Meetingz, MconfLive, BigBlueButton, Onstream]
    for settings, service in zip(ALL_KINDS, found, strict=True):
        assert (service.name, service.kind) == (settings.name, settings.kind)
        assert KINDS[settings.kind] is type(service)
        assert services.entry(settings.name) == Entry(settings)
        assert not services.is_resting(settings.name)
    assert services.names() == ("live", "mconf", "bbb", "webinars")
    assert services.all() == tuple(found)
    assert services.service_for("live") is found[0]


def test_the_services_may_come_from_an_iterator(client):
    assert Services(iter([LIVE]), client).service_for("live")


@pytest.mark.parametrize("ask", ["service_for", "is_resting", "entry"])
@pytest.mark.parametrize("name", ["Live", "live ", "", "nowhere"])
def test_an_unknown_name_is_said_with_those_there_are(client, ask, name):
    services = Services([LIVE, ONSTREAM], client)
    with pytest.raises(ServiceMissing, match=repr(name)) as failure:
        getattr(services, ask)(name)
    assert failure.value.code == "service_missing"
    assert failure.value.remedy.endswith("live, webinars")
    assert not isinstance(failure.value, CapabilityMissing)


def test_without_any_service_it_is_said_too(client):
    services = Services([], client)
    with pytest.raises(ServiceMissing) as failure:
        services.service_for("live")
    assert "none configured" in failure.value.remedy
    assert services.names() == services.all() == ()


def test_a_service_that_is_added_is_there_at_the_next_question(client):
    now = Now(Entry(LIVE))
    services = Services([LIVE], client, current=now)
    assert services.names() == ("live",)
    now.become(Entry(LIVE), Entry(ONSTREAM))
    assert services.names() == ("live", "webinars")
    assert isinstance(services.service_for("webinars"), Onstream)
    now.become(Entry(ONSTREAM))
    with pytest.raises(ServiceMissing) as failure:
        services.service_for("live")
    assert failure.value.remedy.endswith("one of: webinars")


def test_names_come_in_the_order_in_which_they_are_told(client):
    now = Now(*(Entry(each) for each in reversed(ALL_KINDS)))
    services = Services(ALL_KINDS, client, current=now)
    assert services.names() == ("webinars", "bbb", "mconf", "live")
    assert [each.name for each in services.all()] == ["webinars", "bbb", "mconf", "live"]


def test_one_whose_settings_are_the_same_stays_the_same_with_what_it_learned():
    simulator = create_meetingz(secret=SECRET, without=frozenset({"getMeetingInfo"}))
    with Server(simulator) as server, a_client() as client:
        settings = a_service(simulator.url_for(server))
        now = Now(Entry(settings))
        services = Services([settings], client, current=now)
        before = services.service_for("live")
        with pytest.raises(CapabilityMissing):
            before.info("lti-0123")
        learned = before.capabilities
        assert learned != before.CAPABILITIES
        for entries in (
            [Entry(settings)],
            [Entry(settings), Entry(ONSTREAM)],
            [Entry(settings.model_copy(), resting=True)],
        ):
            now.become(*entries)
            assert services.service_for("live") is before
        assert services.service_for("live").capabilities == learned


def test_one_that_is_left_alone_stays_so_until_its_settings_change():
    simulator = create_meetingz(secret=SECRET)
    simulator.faults.set("html")
    with Server(simulator) as server, a_client() as client:
        settings = a_service(simulator.url_for(server))
        now = Now(Entry(settings))
        services = Services([settings], client, current=now)
        for _ in range(5):
            with pytest.raises(RemoteMalformed):
                services.service_for("live").is_running("lti-0123")
        now.become(Entry(settings, resting=True))
        assert services.service_for("live").health.state == "open"
        now.become(Entry(a_service(simulator.url_for(server), checksum="sha256")))
        assert services.service_for("live").health.state == "closed"


@pytest.mark.parametrize(
    "change", [{"secret": "another-secret"}, {"url": "https://b.example/"}, {"kind": "mconf"}]
)
def test_one_whose_settings_changed_is_a_new_one_and_the_others_stay(client, change):
    now = Now(Entry(LIVE), Entry(ONSTREAM))
    services = Services([LIVE, ONSTREAM], client, current=now)
    before = services.all()
    now.become(Entry(a_service(**{"url": LIVE.url, **change})), Entry(ONSTREAM))
    live, webinars = services.all()
    assert live is not before[0]
    assert live.kind == change.get("kind", "meetingz")
    assert webinars is before[1]


def test_a_replaced_secret_is_used_from_the_next_call_on():
    simulator = create_meetingz(secret=SECRET)
    with Server(simulator) as server, a_client() as client:
        now = Now(Entry(a_service(simulator.url_for(server))))
        services = Services([], client, current=now)
        services.service_for("live").check()
        simulator.secret = "another-secret"
        now.become(Entry(a_service(simulator.url_for(server), secret="another-secret")))
        services.service_for("live").check()


def test_rest_is_told_and_ends(client):
    now = Now(Entry(LIVE, resting=True), Entry(ONSTREAM))
    services = Services([LIVE, ONSTREAM], client, current=now)
    assert [services.is_resting(name) for name in services.names()] == [True, False]
    before = services.all()
    now.become(Entry(LIVE), Entry(ONSTREAM, resting=True))
    assert [services.is_resting(name) for name in services.names()] == [False, True]
    assert services.all() == before


def test_while_the_database_is_down_what_was_known_holds(client):
    now = Now(Entry(LIVE), Entry(ONSTREAM, resting=True))
    services = Services([LIVE], client, current=now)
    before = services.all()
    now.down = True
    assert services.all() == before
    assert services.is_resting("webinars")
    now.down = False
    now.become(Entry(LIVE))
    assert services.names() == ("live",)


def test_while_the_database_was_never_up_the_settings_hold(client):
    now = Now()
    now.down = True
    services = Services([LIVE], client, current=now)
    assert now.asked == 0, "nothing is asked for before it is needed"
    assert services.names() == ("live",)
    assert services.service_for("live").name == "live"


def test_many_threads_get_the_same_service_while_others_come_and_go(client):
    now = Now(Entry(LIVE))
    services = Services([LIVE], client, current=now)
    before = services.service_for("live")

    def work(number):
        for turn in range(50):
            now.become(Entry(LIVE, resting=turn % 2 == 0), *([Entry(ONSTREAM)] * (number % 2)))
            assert services.service_for("live") is before
        return True

    assert at_once(8, work) == [True] * 8


def test_onstreams_share_the_memory_of_who_was_invited(client):
    asked = []

    class Memory:
        def find(self, service, session_id, email):
            asked.append((service, session_id, email))
            return StoredInvitation("1", 1, "https://onstream.example/johndoe/go/x")

        def keep(self, *_):
            raise AssertionError("it is there already")

    services = Services([ONSTREAM], client, invitations=Memory())
    service = services.service_for("webinars")
    link = service._joining.link("12", Visitor("Tess", "moderator", key="5"))
    assert link.endswith("/go/x")
    assert asked == [("webinars", "12", "lti-5@bridge.invalid")]


def test_no_repr_shows_a_secret(client):
    services = Services(ALL_KINDS, client)
    shown = f"{services!r} {services.all()!r} {[services.entry(n) for n in services.names()]!r}"
    assert SECRET not in shown
    assert "a-pass-word" not in shown
