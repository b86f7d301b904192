"""Both resources, over a socket, against a Meet & Engage that is as strict as its document."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing

import pytest

from lti_bridge.engagement_api import EngagementClient
from lti_bridge.errors import RemoteMalformed, RemoteRejected, RemoteUnavailable
from lti_bridge.http import Client
from lti_bridge.settings import Engagement
from lti_bridge.simulators.engagement import create_engagement
from lti_bridge.simulators.serving import Server
from tests.unit.store.stores import upgraded
from tests.unit.store.values import opened

DAY_MS = 86_400_000
DAY = 20_000 * DAY_MS
EXAMPLE = [
    {
        "Device": "Mobile",
        "EmailAddress": "timworks@example.com",
        "AttendedOnlineLiveChat": "123456789",
        "Registered": False,
        "Country": "GB",
    },
    {
        "Device": "Tablet",
        "EmailAddress": "gmshroll@example.com",
        "AttendedOnlineLiveChat": "123456789",
        "Registered": True,
        "Country": "GB",
    },
]
"""The document's own result."""


class Account:
    def __init__(self, stack, folder):
        self.simulator = create_engagement(key="key:"[:3], secret="s:e c/ret+=", account="test")
        self.server = stack(Server(self.simulator))
        self.http = stack(closing(Client(allow_http=True, allow_private_networks=True)))
        self.slots = stack(opened(upgraded(f"sqlite:///{folder / 'bridge.db'}"))).call_slots
        self.slept = []
        self.client = self.client_with()

    def client_with(self, **changes):
        values = {
            "url": self.simulator.url_for(self.server),
            "key": "key",
            "secret": "s:e c/ret+=",
            "account": "test",
        }
        settings = Engagement(**{**values, **changes})
        return EngagementClient(settings, self.http, self.slots, sleep=self.slept.append)


@pytest.fixture
def account(tmp_path):
    with ExitStack() as stack:
        yield Account(stack.enter_context, tmp_path)


def test_the_access_test(account):
    account.client.check()
    assert account.simulator.calls == {"access_test": 1}


@pytest.mark.parametrize("changes", [{"key": "other"}, {"secret": "wrong"}])
def test_a_pair_that_is_not_known_is_refused_and_not_repeated(account, changes):
    client = account.client_with(**changes)
    for call in (client.check, lambda: client.organisation_data("standard", 0, 0)):
        with pytest.raises(RemoteRejected) as error:
            call()
        assert error.value.code == "http_401"
        assert "key and secret" in error.value.remedy
        for text in ("wrong", "ret+=", "other"):
            assert text not in f"{error.value} {error.value.remedy} {error.value!r}"
    assert account.slept == []


def test_the_documents_own_example(account):
    account.simulator.add_rows("custom_method_basic_info", 1_518_000_000_000, EXAMPLE)
    found = account.client.organisation_data("custom_method_basic_info", 0, 1518340113180)
    assert found == EXAMPLE
    (request,) = [r for r in account.simulator.faults.requests if "organisation" in r.path]
    assert request.query == (
        "account=test&data_method=custom_method_basic_info&from_date=0&to_date=1518340113180"
    )


def test_every_parameter_is_encoded_as_rfc_3986_has_it(account):
    account.simulator.add_rows("A b/ü+&=", DAY, [{"x": 1}])
    assert account.client.organisation_data("A b/ü+&=", 0, 0) == [{"x": 1}]
    assert "data_method=A%20b%2F%C3%BC%2B%26%3D" in account.simulator.faults.requests[-1].query


def test_noon_to_noon_is_exactly_that_day(account):
    account.simulator.add_rows("standard", DAY - 1, [{"n": "before"}])
    account.simulator.add_rows("standard", DAY, [{"n": "first"}])
    account.simulator.add_rows("standard", DAY + DAY_MS - 1, [{"n": "last"}])
    account.simulator.add_rows("standard", DAY + DAY_MS, [{"n": "after"}])
    noon = DAY + DAY_MS // 2
    found = account.client.organisation_data("standard", noon, noon)
    assert [row["n"] for row in found] == ["first", "last"]


def test_rows_are_whatever_they_are(account):
    rows = [
        {"ü": None, "nested": {"a": [1, 2.5, True]}, "": "empty name"},
        {},
        {"big": 2**70, "small": 1e-300, "text": 'علی 𝔘 \\ " \n'},
    ]
    account.simulator.add_rows("standard", DAY, rows)
    assert account.client.organisation_data("standard", 0, 0) == rows


def test_what_it_does_not_know_is_refused(account):
    with pytest.raises(RemoteRejected) as error:
        account.client.organisation_data("unknown", 0, 0)
    assert error.value.code == "http_404"
    assert account.slept == []


@pytest.mark.parametrize(
    ("method", "first", "last"),
    [
        ("", 0, 0),
        ("standard", -1, 0),
        ("standard", 0, -1),
        ("standard", DAY, DAY - 1),
        ("standard", 1.5, 0),
        ("standard", "0", 0),
        ("standard", True, 0),
        ("standard", 0, 8_640_000_000_000_001),
    ],
)
def test_what_makes_no_sense_is_never_sent(account, method, first, last):
    with pytest.raises(RemoteRejected) as error:
        account.client.organisation_data(method, first, last)
    assert error.value.code == "parameter"
    assert account.simulator.faults.requests == []


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (0, 0, ["long ago", "that day", "to come"]),
        (DAY + 1, 0, ["that day", "to come"]),
        (0, DAY + 1, ["long ago", "that day"]),
        (DAY + DAY_MS, 8_640_000_000_000_000, ["to come"]),
    ],
)
def test_nought_is_no_bound_and_the_future_is_one(account, first, last, found):
    future = int(time.time() * 1000) + 300 * DAY_MS
    for name, when in (("long ago", 86_400_000), ("that day", DAY), ("to come", future)):
        account.simulator.add_rows("standard", when, [{"n": name}])
    rows = account.client.organisation_data("standard", first, last)
    assert [row["n"] for row in rows] == found


def test_another_account_looks_like_having_to_wait_and_the_remedy_says_so(account):
    with pytest.raises(RemoteUnavailable) as error:
        account.client_with(account="other").organisation_data("standard", 0, 0)
    assert error.value.code == "rate_limited"
    assert "account" in error.value.remedy


@pytest.mark.parametrize("status", [429, 403, 503])
def test_told_to_wait_it_waits_longer_each_time_and_then_gives_up(account, status):
    account.simulator.breach_status = status
    account.simulator._keys  # noqa: B018 - the pair stays as it is
    for _ in range(10):
        account.http.get(
            account.simulator.url_for(account.server),
            service="x",
            call="x",
            headers={"Authorization": account.client._authorization},
        )
    with pytest.raises(RemoteUnavailable) as error:
        account.client.check()
    assert error.value.code == "rate_limited"
    assert account.slept == [1, 2, 4, 8] or account.slept == sorted(account.slept)
    assert len(account.slept) == 4


def test_it_goes_on_as_soon_as_it_may(account):
    account.simulator.faults.set("503", times=2)
    account.client.check()
    assert account.slept == [1, 2]


def test_of_its_own_it_never_breaks_the_limit(account):
    began = time.monotonic()
    for _ in range(13):
        account.client.check()
    assert account.simulator.breaches == 0
    assert account.slept == []
    assert time.monotonic() - began >= 5


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"output": null}',
        b'{"output": {}}',
        b'{"output": [1]}',
        b'{"output": [{"x": NaN}]}',
        b'{"output": [' + b"[" * 100_000,
        b"\xff\xfe",
        b"<html>Please wait</html>",
    ],
)
def test_anything_else_than_its_rows_is_malformed(account, body):
    account.simulator.faults.set("html", body=body)
    with pytest.raises(RemoteMalformed):
        account.client.organisation_data("standard", 0, 0)


def test_an_answer_that_is_not_yes_is_no(account):
    account.simulator.faults.set("html", body=b'{"authenticated": "true"}')
    with pytest.raises(RemoteRejected):
        account.client.check()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("500", RemoteUnavailable), ("down", RemoteUnavailable), ("cut", RemoteMalformed)],
)
def test_when_it_fails(account, fault, kind):
    account.simulator.faults.set(fault)
    with pytest.raises(kind) as error:
        account.client.organisation_data("standard", 0, 0)
    assert "ret" not in f"{error.value.message} {error.value!r}".replace("returned", "")


def test_numbers_beyond_any_float_stay_readable(account):
    account.simulator.faults.set("html", body=b'{"output": [{"x": 1e999, "y": -1e999, "z": 1e5}]}')
    assert account.client.organisation_data("standard", 0, 0) == [
        {"x": "1e999", "y": "-1e999", "z": 100000.0}
    ]


def test_no_secret_stands_in_its_repr(account):
    assert "ret+=" not in f"{account.client!r} {vars(account.client)['_base']}"
