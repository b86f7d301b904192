"""What the simulated Meet & Engage is filled with: a year to measure with, a month to look at."""

import http.client
import json
import time
from base64 import b64encode
from collections import Counter

import pytest

from lti_bridge.simulators.engagement import create_engagement, demo, seed
from lti_bridge.simulators.engagement.columns import BASIC, FEEDBACK
from lti_bridge.simulators.engagement.seeding import DAY, START
from lti_bridge.simulators.serving import Server

NOW = 1_750_000_000
PEOPLE = {
    "ana.pereira@riverbank.example": "Ana Pereira",
    "ben.okafor@riverbank.example": "Ben Okafor",
    "sara.mohammadi@riverbank.example": "سارا محمدی",
    "tomas.oliveira@riverbank.example": "Tomás Oliveira",
}


@pytest.fixture
def simulator():
    return create_engagement(key="k", secret="s", account="test")


def rows(simulator, method="standard", begin=0, end=0):
    with Server(simulator) as server:
        query = f"account=test&data_method={method}&from_date={begin}&to_date={end}"
        headers = {"Authorization": "Basic " + b64encode(b"k:s").decode()}
        connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
        try:
            path = f"{simulator.base}/organisation_data?{query}"
            connection.request("GET", path, headers=headers)
            return json.load(connection.getresponse())["output"]
        finally:
            connection.close()


def test_thousands_of_rows_are_spread_over_the_year(simulator):
    seed(simulator, rows=5010)
    found = rows(simulator)
    assert len(found) == 5010
    months = Counter((row["EventStart"] // 1000 - START) // (30 * DAY) for row in found)
    assert set(months) <= set(range(13))
    assert min(months[month] for month in range(12)) > 250
    quarter = rows(simulator, begin=START * 1000, end=(START + 90 * DAY) * 1000)
    assert 0 < len(quarter) < 1500
    assert quarter == found[: len(quarter)]


def test_the_same_seed_gives_the_same_rows_and_another_others():
    made = []
    for number in (1, 1, 2):
        simulator = create_engagement(key="k", secret="s", account="test")
        seed(simulator, rows=200, people=30, start=NOW - NOW % DAY, days=7, random_seed=number)
        made.append([rows(simulator, method) for method in ("standard", BASIC, FEEDBACK)])
    assert made[0] == made[1] != made[2]


def test_standard_is_wide_and_tells_nothing_of_those_who_stayed_away(simulator):
    seed(simulator, rows=1000)
    found = rows(simulator)
    assert len({frozenset(row) for row in found}) == 1
    assert len(found[0]) > 25
    assert {True, False} == {row["Attended"] for row in found}
    for row in found:
        assert (row["Device"] is None) == (row["JoinedAt"] is None) == (not row["Attended"])
        if row["Attended"]:
            stay = row["LeftAt"] - row["JoinedAt"]
            assert stay == row["MinutesOnline"] * 60_000 > 0
            assert row["EventStart"] <= row["JoinedAt"] < row["LeftAt"] <= row["EventEnd"]


def test_the_custom_methods_have_who_came(simulator):
    seed(simulator, rows=1000)
    came = [row for row in rows(simulator) if row["Attended"]]
    few = rows(simulator, BASIC)
    assert [row["EmailAddress"] for row in few] == [row["EmailAddress"] for row in came]
    assert {type(row["AttendedOnlineLiveChat"]) for row in few} == {str}
    told = rows(simulator, FEEDBACK)
    assert 200 < len(told) < len(few)
    assert len({frozenset(row) for row in told}) == 4
    assert {type(row["Rating"]) for row in told} == {type(None), int, float}


def test_making_many_rows_takes_seconds(simulator):
    began = time.process_time()
    seed(simulator, rows=20_000, people=5000)
    assert time.process_time() - began < 20
    assert len(rows(simulator, begin=(START + 364 * DAY) * 1000)) > 25


def test_nothing_asked_for_is_nothing_made(simulator):
    seed(simulator, rows=0)
    assert rows(simulator) == []


@pytest.mark.parametrize("method", ["standard", BASIC, FEEDBACK])
def test_the_demo_has_a_month_of_everybody_and_of_strangers(simulator, method):
    demo.fill(simulator, people=PEOPLE, now=NOW)
    found = rows(simulator, method)
    assert 10 < len(found) < 40
    assert found == rows(simulator, method, begin=(NOW - 30 * DAY) * 1000, end=NOW * 1000)
    times = Counter(row["EmailAddress"] for row in found)
    assert set(PEOPLE) < set(times)
    assert len(times) > len(PEOPLE)


def test_the_demos_people_come_from_several_countries_on_several_devices(simulator):
    demo.fill(simulator, people=PEOPLE, now=NOW)
    found = [row for row in rows(simulator) if row["EmailAddress"] in PEOPLE]
    assert len({row["Country"] for row in found}) == 4
    assert {row["Device"] for row in found} >= {"Mobile", "Tablet", "Desktop"}
    names = {row["EmailAddress"]: (row["FirstName"], row["LastName"]) for row in found}
    assert names["sara.mohammadi@riverbank.example"] == ("سارا", "محمدی")
    assert any(not row["Attended"] for row in found)
    assert max(row["LeftAt"] or 0 for row in found) < NOW * 1000


def test_the_demo_needs_nobody_and_is_the_same_each_time(simulator):
    demo.fill(simulator, people={}, now=NOW)
    again = create_engagement(key="k", secret="s", account="test")
    demo.fill(again, people={}, now=NOW)
    found = rows(simulator)
    assert found == rows(again)
    assert {row["LastName"] for row in found} >= {"Works", None}
