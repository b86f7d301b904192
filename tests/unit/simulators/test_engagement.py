"""The simulated Meet & Engage against its manual, over real sockets."""

import base64
import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import quote

import pytest

from lti_bridge.simulators.engagement import Dialect, create_engagement
from lti_bridge.simulators.serving import Server

BASE = "/api/1.0/rest"
DATA = f"{BASE}/organisation_data"
DAY = 86_400_000
NOON = 1_518_350_400_000
"""Of 11 February 2018, in milliseconds."""


def basic(pair):
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


KEY = basic("k3y:s3crét:colon")


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def start(clock):
    started = []

    def one(**options):
        simulator = create_engagement(
            key="k3y", secret="s3crét:colon", account="test", **{"clock": clock, **options}
        )
        started.append(Server(simulator))
        return simulator, started[-1]

    yield one
    for server in started:
        server.stop()


@pytest.fixture
def served(start):
    return start()


@pytest.fixture
def simulator(served):
    return served[0]


@pytest.fixture
def server(served):
    return served[1]


def send(server, path, headers=KEY, method="GET"):
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def ask(server, path, headers=KEY):
    status, sent, body = send(server, path, headers)
    assert sent["Content-Type"] == "application/json"
    return status, json.loads(body)


def status(server, path=BASE, headers=KEY):
    return ask(server, path, headers)[0]


def data(server, headers=KEY, **given):
    asked = {"account": "test", "data_method": "standard", "from_date": 0, "to_date": 0, **given}
    query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in asked.items())
    return ask(server, f"{DATA}?{query}", headers)


def numbers(server, **given):
    code, answer = data(server, **given)
    assert code == 200
    return [row["n"] for row in answer["output"]]


def test_the_manuals_example_gives_the_manuals_result(simulator, server):
    rows = [
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
    simulator.add_rows("custom_method_basic_info", date(2018, 2, 11), rows)
    query = "account=test&data_method=custom_method_basic_info&from_date=0&to_date=1518340113180"
    assert ask(server, f"{DATA}?{query}") == (200, {"output": rows})


def test_the_access_test_says_that_one_is_authenticated(simulator, server):
    assert ask(server, BASE) == (200, {"authenticated": True})
    assert status(server, f"{BASE}?account=test") == 400
    assert simulator.calls == {"access_test": 2}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("k3y:other"),
        basic("key:s3crét:colon"),
        basic("k3y"),
        basic(":"),
        {"Authorization": KEY["Authorization"].replace("Basic", "Bearer")},
        {"Authorization": "Basic ???"},
        {"Authorization": "Basic é"},
        {"Authorization": "Basic //8="},
    ],
)
def test_without_a_key_pair_there_is_nothing(simulator, server, headers):
    for path in (BASE, DATA, "/elsewhere"):
        code, sent, body = send(server, path, headers)
        assert (code, json.loads(body)["authenticated"]) == (401, False)
        assert sent["WWW-Authenticate"].startswith("Basic ")
    assert not simulator.calls


def test_an_account_has_several_key_pairs_until_they_are_revoked(simulator, server):
    simulator.add_key("second", "other")
    assert status(server, headers=basic("second:other")) == 200
    assert status(server, headers=basic("second:s3crét:colon")) == 401
    simulator.revoke_key("k3y")
    assert status(server) == 401
    assert status(server, headers=basic("second:other")) == 200
    with pytest.raises(KeyError):
        simulator.revoke_key("third")


@pytest.mark.parametrize("key", ["", "a:b"])
def test_a_key_that_basic_cannot_carry_is_a_mistake_of_the_test(key):
    with pytest.raises(ValueError, match="colon"):
        create_engagement(key=key, secret="s", account="test")


@pytest.mark.parametrize("missing", ["account", "data_method", "from_date", "to_date"])
def test_all_four_parameters_are_required(server, missing):
    code, answer = data(server, **{missing: ""})
    assert (code, answer) == (400, {"error": f'Missing parameter "{missing}"'})
    given = {"account": "test", "data_method": "standard", "from_date": "0", "to_date": "0"}
    query = "&".join(f"{name}={value}" for name, value in given.items() if name != missing)
    assert ask(server, f"{DATA}?{query}")[0] == 400


@pytest.mark.parametrize("extra", ["page=2", "to_date=0", "Account=test", "x", "%FF=1", "&"])
def test_parameters_that_are_unknown_repeated_or_unreadable_are_400(server, extra):
    query = "account=test&data_method=standard&from_date=0&to_date=0"
    assert ask(server, f"{DATA}?{query}")[0] == 200
    assert ask(server, f"{DATA}?{query}&{extra}")[0] == 400


def test_no_parameters_at_all_are_400(server):
    assert ask(server, DATA)[0] == 400


@pytest.mark.parametrize(
    "value",
    ["-1", "1.5", "1e12", "２", "²", "2018-02-11", " 1", "8640000000000001", "9" * 5000],
)
@pytest.mark.parametrize("name", ["from_date", "to_date"])
def test_dates_are_milliseconds_that_a_date_can_have(server, name, value):
    code, answer = data(server, **{name: value})
    assert (code, name in answer["error"]) == (400, True)
    assert data(server, to_date="8640000000000000")[0] == 200


def test_other_accounts_are_refused(start):
    for expected in (403, 404):
        _, server = start(dialect=Dialect(wrong_account=expected))
        assert data(server, account="Test")[0] == expected


def test_data_methods_nobody_made_are_404(simulator, server):
    assert data(server, data_method="custom") == (404, {"error": 'No data method "custom"'})
    simulator.add_rows("custom", 0, [])
    assert data(server, data_method="custom") == (200, {"output": []})


def test_the_built_in_method_is_there_from_the_start(server):
    assert data(server) == (200, {"output": []})


@pytest.mark.parametrize("path", ["/", f"{BASE}/", f"{DATA}/", f"{BASE}/events", "/api"])
def test_other_resources_are_404(simulator, server, path):
    assert status(server, path) == 404
    assert not simulator.calls


@pytest.mark.parametrize("path", [BASE, DATA])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
def test_only_get_is_available(server, path, method):
    code, sent, _ = send(server, path, method=method)
    assert (code, sent["Allow"]) == (405, "GET")


def test_dates_are_rounded_outwards_to_whole_days_in_utc(simulator, server):
    for n in range(-2, 3):
        simulator.add_rows("standard", NOON + n * DAY, [{"n": n}])
    for off in (-DAY // 2, 0, DAY // 2 - 1):
        assert numbers(server, from_date=NOON + off) == [0, 1, 2]
    for off in (-DAY // 2 + 1, 0, DAY // 2):
        assert numbers(server, to_date=NOON + off) == [-2, -1, 0]
    assert numbers(server, from_date=NOON, to_date=NOON) == [0]
    assert numbers(server, from_date=NOON - DAY, to_date=NOON + DAY) == [-1, 0, 1]


def test_nought_is_no_bound_and_the_future_is_allowed(simulator, server):
    simulator.add_rows("standard", 5, [{"n": 1}])
    simulator.add_rows("standard", 4_000_000_000_000, [{"n": 2}])
    assert numbers(server) == [1, 2]
    assert numbers(server, from_date=NOON) == [2]
    assert numbers(server, to_date=NOON) == [1]
    assert numbers(server, from_date=NOON, to_date=5_000_000_000_000) == [2]


def test_an_end_on_midnight_stays_there_and_what_stands_on_it_is_open(start):
    midnight = NOON + DAY // 2
    for included, expected in ((False, [1]), (True, [1, 2])):
        simulator, server = start(dialect=Dialect(end_included=included))
        simulator.add_rows("standard", midnight - 1, [{"n": 1}])
        simulator.add_rows("standard", midnight, [{"n": 2}])
        simulator.add_rows("standard", midnight + 1, [{"n": 3}])
        assert numbers(server, to_date=midnight) == expected
        assert numbers(server, to_date=midnight + 1) == [1, 2, 3]
        assert numbers(server, from_date=midnight) == [2, 3]


def test_dates_the_wrong_way_round_are_400(server):
    assert data(server, from_date=NOON + DAY, to_date=NOON - DAY)[0] == 400
    midnight = NOON - DAY // 2
    assert data(server, from_date=midnight, to_date=midnight) == (200, {"output": []})


def test_rows_come_in_the_order_of_time_and_then_as_they_were_given(simulator, server):
    simulator.add_rows("standard", date(2018, 2, 12), [{"n": 3}])
    simulator.add_rows("standard", date(2018, 2, 11), [{"n": 1}])
    simulator.add_rows("standard", datetime(2018, 2, 11, tzinfo=UTC), [{"n": 2}])
    east = timezone(timedelta(hours=3))
    simulator.add_rows("standard", datetime(2018, 2, 11, 2, tzinfo=east), [{"n": 0}])
    assert numbers(server) == [0, 1, 2, 3]
    assert numbers(server, to_date=NOON - DAY) == [0]
    assert numbers(server, to_date=NOON) == [0, 1, 2]


def test_a_row_may_hold_anything_that_json_holds(simulator, server):
    rows = [
        {"a": None, "b": 1.5, "c": {"d": [1, {"e": []}]}, "سال": "😀\u202e\u0000"},
        {},
        {"b": -(2**70), "": "", "A": False},
    ]
    simulator.add_rows("odd ones+&", NOON, rows)
    assert data(server, data_method="odd ones+&") == (200, {"output": rows})


@pytest.mark.parametrize(
    ("when", "value"), [(0, float("nan")), (0, object()), (datetime(2018, 2, 11), 1)]  # noqa: DTZ001 - that is the mistake
)  # fmt: skip
def test_what_json_or_the_calendar_cannot_hold_is_a_mistake_of_the_test(simulator, when, value):
    with pytest.raises((ValueError, TypeError)):
        simulator.add_rows("standard", when, [{"n": value}])


def test_what_is_added_does_not_change_afterwards(simulator, server):
    row = {"n": [1]}
    simulator.add_rows("standard", NOON, [row])
    row["n"].append(2)
    assert numbers(server) == [[1]]


def test_warnings_may_stand_beside_the_output(simulator, server):
    simulator.add_rows("standard", NOON, [{"n": 1}])
    simulator.beside = {"warnings": ["3 rows are late"], "meta": {"rows": 1}}
    assert data(server)[1] == {"output": [{"n": 1}], **simulator.beside}


def test_each_key_has_ten_calls_in_any_five_seconds(simulator, server, clock):
    simulator.add_key("second", "other")
    for _ in range(10):
        clock.now += 0.1
        assert status(server) == 200
    assert data(server)[0] == 429
    assert status(server, headers=basic("second:other")) == 200
    clock.now += 4.0
    assert (status(server), simulator.breaches) == (429, 2)
    clock.now += 0.11  # the first of the ten is five seconds old now, the second isn't
    assert [status(server), status(server)] == [200, 429]
    clock.now += 5
    assert [data(server)[0] for _ in range(11)] == [200] * 10 + [429]
    assert simulator.breaches_by_key == {"k3y": 4, "second": 0}
    assert simulator.calls == {"access_test": 14, "organisation_data": 12}


def test_calls_at_the_same_time_are_counted_exactly(simulator, server):
    with ThreadPoolExecutor(8) as pool:
        found = sorted(pool.map(lambda _: status(server), range(30)))
    assert found == [200] * 10 + [429] * 20
    assert simulator.breaches == 20


def test_only_successful_calls_count(simulator, server):
    for _ in range(20):
        assert data(server, account="other")[0] == 403
        assert data(server, to_date="x")[0] == 400
        assert status(server, headers={}) == 401
    assert [status(server) for _ in range(11)] == [200] * 10 + [429]
    assert data(server, to_date="x")[0] == 429
    assert simulator.breaches == 2


def test_whether_the_access_test_counts_is_open(start):
    simulator, server = start(dialect=Dialect(access_test_counts=False))
    assert {status(server) for _ in range(15)} == {200}
    assert [data(server)[0] for _ in range(11)] == [200] * 10 + [429]
    assert (status(server), simulator.breaches) == (200, 1)


def test_the_answer_to_a_breach_can_be_chosen(start):
    simulator, server = start(breach_status=503)
    for _ in range(10):
        status(server)
    assert ask(server, BASE) == (503, {"error": "Rate limit exceeded"})
    for simulator.breach_status in (403, 429):
        assert status(server) == simulator.breach_status
    with pytest.raises(ValueError, match="429, 403 or 503"):
        simulator.breach_status = 500


def test_a_key_is_disabled_after_very_many_breaches(start, clock):
    simulator, server = start(disable_after=3)
    assert [status(server) for _ in range(14)] == [200] * 10 + [429] * 3 + [401]
    clock.now += 60
    assert (status(server), simulator.breaches) == (401, 3)


def test_the_limit_holds_by_the_real_clock_too(start):
    _, server = start(clock=create_engagement.__kwdefaults__["clock"])
    # Many more than ten, so that a slow machine, too, is over ten in five seconds.
    assert any(status(server) == 429 for _ in range(100))


def test_https_is_demanded_if_asked(start):
    simulator, server = start(https_only=True)
    assert ask(server, BASE) == (403, {"error": "HTTPS is required"})
    assert status(server, headers={**KEY, "X-Forwarded-Proto": "http"}) == 403
    assert status(server, headers={**KEY, "X-Forwarded-Proto": "https"}) == 200
    assert simulator.calls == {"access_test": 1}


def test_the_base_is_free_and_its_url_is_told(start):
    simulator, server = start(base="/deep/er/")
    assert simulator.url_for(server) == f"{server.url}/deep/er"
    assert status(server, "/deep/er") == 200
    assert data(server)[0] == 404


def test_faults_stand_in_front(simulator, server):
    simulator.faults.set("html", times=1)
    assert b"<html>" in send(server, BASE)[2]
    simulator.faults.set("down", times=1)
    with pytest.raises(http.client.RemoteDisconnected):
        status(server)
    assert (status(server), simulator.faults.count("/rest")) == (200, 3)
    assert simulator.calls == {"access_test": 1}


def test_no_secret_is_shown(simulator, server):
    status(server)
    shown = repr(simulator) + repr(simulator.faults.requests) + repr(simulator._keys._pairs)
    assert "s3cr" not in shown
    assert KEY["Authorization"] not in shown
