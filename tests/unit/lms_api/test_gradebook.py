"""The client of Assignment and Grade Services, against a strict LMS and against bad ones."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from lti_bridge.errors import RemoteMalformed, RemoteRejected, RemoteUnavailable
from lti_bridge.lms_api.gradebook import (
    LINE_ITEM,
    LINE_ITEM_READ,
    RESULT_READ,
    SCORE,
    STALE,
    GradebookClient,
    LineItem,
    NewScore,
    below,
    iso_8601,
    may_find,
    with_query,
)
from lti_bridge.simulators.lms.demo import ALGEBRA, ANA, BEN, SARA
from lti_bridge.simulators.lms.gradebook import items_url
from tests.unit.lms_api.house import canned

EVERY = (LINE_ITEM, LINE_ITEM_READ, RESULT_READ, SCORE)
NOW = 1_760_000_000_123
COLUMN = LineItem("Attendance", 50, resource_id="lti-1", tag="lti-bridge.attendance")


@pytest.fixture
def client(house):
    return GradebookClient(house.transport)


@pytest.fixture
def url(house):
    return items_url(house.lms.issuer, ALGEBRA.id)


def score(user=BEN, **changes):
    return replace(NewScore(user.id, NOW, 50, 43, comment="In class."), **changes)


def test_a_column_is_made_found_changed_and_taken_away(house, client, url):
    assert list(client.line_items(house.platform, url, EVERY)) == []
    made = client.create(house.platform, url, replace(COLUMN, begins_ms=NOW, ends_ms=NOW + 1))
    assert made == replace(COLUMN, id=made.id)
    (found,) = client.line_items(house.platform, url, EVERY, resource_id="lti-1", tag=COLUMN.tag)
    assert found == made == client.line_item(house.platform, made.id, EVERY)
    assert list(client.line_items(house.platform, url, EVERY, tag="another")) == []
    assert list(client.line_items(house.platform, url, EVERY, resource_link_id="rl")) == []
    changed = client.update(house.platform, replace(made, label="Presence", score_maximum=10.5))
    assert changed == client.line_item(house.platform, made.id, EVERY)
    assert (changed.label, changed.score_maximum) == ("Presence", 10.5)
    client.delete(house.platform, made.id)
    with pytest.raises(RemoteRejected) as gone:
        client.line_item(house.platform, made.id, EVERY)
    assert gone.value.code == "http_404"


def test_lists_are_followed_page_after_page(house, client, url):
    house.lms.gradebook.page_size = 3
    for number in range(7):
        client.create(house.platform, url, replace(COLUMN, resource_id=f"r-{number}"))
    house.lms.gradebook.calls.clear()
    found = list(client.line_items(house.platform, url, EVERY, tag=COLUMN.tag, limit=2))
    assert [one.resource_id for one in found] == [f"r-{number}" for number in range(7)]
    assert house.lms.gradebook.calls["list"] == 4, "two on each page"
    for user in (BEN, SARA):
        client.send(house.platform, found[0].id, score(user))
    results = list(client.results(house.platform, found[0].id, limit=1))
    assert {one.user_id for one in results} == {BEN.id, SARA.id}


def test_a_score_becomes_a_result_and_a_newer_one_replaces_it(house, client, url):
    made = client.create(house.platform, url, COLUMN)
    client.send(house.platform, made.id, score(started_ms=NOW - 5, submitted_ms=NOW))
    (result,) = client.results(house.platform, made.id, user_id=BEN.id)
    assert (result.score, result.maximum, result.comment) == (43, 50, "In class.")
    assert list(client.results(house.platform, made.id, user_id=SARA.id)) == []
    client.send(house.platform, made.id, score(timestamp_ms=NOW + 1, given=20.5))
    (result,) = client.results(house.platform, made.id)
    assert result.score == 20.5
    client.send(
        house.platform, made.id, score(timestamp_ms=NOW + 2, given=None, activity="Initialized")
    )
    (result,) = client.results(house.platform, made.id)
    assert result.score is None


@pytest.mark.parametrize("ahead", [0, -1])
def test_a_timestamp_that_is_not_newer_is_recognised(house, client, url, ahead):
    made = client.create(house.platform, url, COLUMN)
    client.send(house.platform, made.id, score())
    with pytest.raises(RemoteRejected) as refused:
        client.send(house.platform, made.id, score(timestamp_ms=NOW + ahead))
    assert refused.value.code == STALE
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"user_id": "nobody"}, "http_404"),
        ({"user_id": ANA.id}, "http_403"),
        ({"given": -1}, "http_400"),
        ({"maximum": 0}, "http_400"),
        ({"activity": "Sleeping"}, "http_400"),
    ],
)
def test_refusals_have_a_code_one_can_read(house, client, url, changes, code):
    made = client.create(house.platform, url, COLUMN)
    with pytest.raises(RemoteRejected) as refused:
        client.send(house.platform, made.id, score(**changes))
    assert refused.value.code == code
    assert BEN.id not in str(refused.value)


def test_more_than_all_points_is_extra_credit(house, client, url):
    made = client.create(house.platform, url, COLUMN)
    client.send(house.platform, made.id, score(given=60))
    (result,) = client.results(house.platform, made.id)
    assert result.score == 60


def test_each_call_asks_for_its_own_scope_only(house, client, url):
    asked = []
    house.transport._tokens, real = _Noting(house.tokens, asked), house.transport._tokens
    made = client.create(house.platform, url, COLUMN)
    list(client.line_items(house.platform, url, EVERY))
    list(client.line_items(house.platform, url, (LINE_ITEM,)))
    client.send(house.platform, made.id, score())
    list(client.results(house.platform, made.id))
    house.transport._tokens = real
    assert asked == [[LINE_ITEM], [LINE_ITEM_READ], [LINE_ITEM], [SCORE], [RESULT_READ]]
    assert may_find(EVERY)
    assert may_find([LINE_ITEM_READ])
    assert not may_find([SCORE])


class _Noting:
    def __init__(self, tokens, asked):
        self._inner, self._asked = tokens, asked

    def token(self, platform, scopes):
        self._asked.append(list(scopes))
        return self._inner.token(platform, scopes)

    def forget(self, *arguments):
        self._inner.forget(*arguments)


@pytest.mark.parametrize(
    ("fault", "code"), [("down", "http_503"), ("busy", "rate_limited"), ("html", None)]
)
def test_an_lms_in_trouble_is_told_from_one_that_refuses(house, client, url, fault, code):
    made = client.create(house.platform, url, COLUMN)
    house.lms.gradebook.fault = fault
    if fault == "html":
        with pytest.raises(RemoteMalformed):
            list(client.line_items(house.platform, url, EVERY))
        return
    with pytest.raises(RemoteUnavailable) as trouble:
        client.send(house.platform, made.id, score())
    assert trouble.value.code == code
    assert trouble.value.retry_after == (120 if fault == "busy" else None)


def test_the_request_is_as_the_specification_has_it(house, client):
    house.service = canned("204 No Content", b"")
    item = f"{house.service_server.url}/2344/lineitems/1234/lineitem?type_id=2&x=%2F"
    client.send(house.platform, item, score(started_ms=NOW - 1000, submitted_ms=NOW))
    (asked,) = house.service.asked
    assert asked["PATH_INFO"] == "/2344/lineitems/1234/lineitem/scores"
    assert asked["QUERY_STRING"] == "type_id=2&x=%2F"
    assert asked["CONTENT_TYPE"] == "application/vnd.ims.lis.v1.score+json"
    assert json.loads(asked["body"]) == {
        "timestamp": "2025-10-09T08:53:20.123+00:00",
        "scoreGiven": 43,
        "scoreMaximum": 50,
        "comment": "In class.",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "userId": BEN.id,
        "submission": {
            "startedAt": "2025-10-09T08:53:19.123+00:00",
            "submittedAt": "2025-10-09T08:53:20.123+00:00",
        },
    }


def test_the_specifications_own_examples_are_read(house, client):
    """AGS 2.0: line item container, 3.2.5; results, 3.3.4."""
    items = [
        {
            "id": "https://lms.example.com/context/2923/lineitems/1",
            "scoreMaximum": 60,
            "label": "Chapter 5 Test",
            "resourceId": "a-9334df-33",
            "tag": "grade",
            "resourceLinkId": "1g3k4dlk49fk",
            "endDateTime": "2018-04-06T22:05:03Z",
        },
        {
            "id": "https://lms.example.com/context/2923/lineitems/47",
            "scoreMaximum": 100,
            "label": "Chapter 5 Progress",
            "resourceId": "a-9334df-33",
            "tag": "originality",
            "resourceLinkId": "1g3k4dlk49fk",
        },
    ]
    house.service = canned("200 OK", json.dumps(items).encode())
    url = f"{house.service_server.url}/context/2923/lineitems"
    found = list(client.line_items(house.platform, url, EVERY))
    assert [one.score_maximum for one in found] == [60, 100]
    assert found[0] == LineItem(
        "Chapter 5 Test", 60, items[0]["id"], "a-9334df-33", "grade", "1g3k4dlk49fk"
    )
    results = [
        {
            "id": "https://lms.example.com/context/2923/lineitems/1/results/5323497",
            "scoreOf": "https://lms.example.com/context/2923/lineitems/1",
            "userId": "5323497",
            "resultScore": 0.83,
            "resultMaximum": 1,
            "comment": "This is exceptional work.",
        }
    ]
    house.service = canned("200 OK", json.dumps(results).encode())
    (result,) = client.results(house.platform, f"{url}/1/lineitem")
    assert (result.user_id, result.score, result.maximum) == ("5323497", 0.83, 1)
    assert house.service.asked[0]["HTTP_ACCEPT"] == (
        "application/vnd.ims.lis.v2.resultcontainer+json"
    )


ITEM = {"id": "https://lms.example.com/1", "label": "A", "scoreMaximum": 1}
RESULT = {"userId": "1", "resultScore": 1, "resultMaximum": 1}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html>",
        b"null",
        b"{}",
        b"[1]",
        b"[" * 100_000,
        *(
            json.dumps([{**ITEM, **wrong}]).encode()
            for wrong in (
                {"id": None},
                {"id": 5},
                {"id": ""},
                {"id": "javascript:alert(1)"},
                {"id": "https://lms.example.com/a b"},
                {"id": "https://[1"},
                {"id": "https://lms.example.com/\u0661"},
                {"id": f"https://lms.example.com/{'x' * 5000}"},
                {"label": 7},
                {"tag": ["a"]},
                {"resourceId": {}},
                {"scoreMaximum": None},
                {"scoreMaximum": "60"},
                {"scoreMaximum": True},
                {"scoreMaximum": float("nan")},
                {"scoreMaximum": 10**400},
            )
        ),
    ],
)
def test_line_items_of_a_wrong_shape_are_malformed(house, client, body):
    house.service = canned("200 OK", body)
    with pytest.raises(RemoteMalformed) as wrong:
        list(client.line_items(house.platform, f"{house.service_server.url}/items", EVERY))
    assert wrong.value.code == "grades_malformed"


@pytest.mark.parametrize(
    "wrong",
    [
        5,
        {**RESULT, "userId": None},
        {**RESULT, "userId": True},
        {**RESULT, "resultScore": "1"},
        {**RESULT, "resultMaximum": float("inf")},
        {**RESULT, "comment": 1},
    ],
)
def test_results_of_a_wrong_shape_are_malformed(house, client, wrong):
    house.service = canned("200 OK", json.dumps([wrong]).encode())
    with pytest.raises(RemoteMalformed):
        list(client.results(house.platform, f"{house.service_server.url}/item"))


def test_a_result_may_number_its_user_and_lack_a_score(house, client):
    house.service = canned("200 OK", b'[{"userId": 12, "resultScore": null}]')
    (result,) = client.results(house.platform, f"{house.service_server.url}/item")
    assert (result.user_id, result.score, result.maximum) == ("12", None, None)


def test_an_update_may_be_answered_with_nothing(house, client):
    house.service = canned("204 No Content", b"")
    item = replace(COLUMN, id=f"{house.service_server.url}/items/1")
    assert client.update(house.platform, item) == item


def test_an_item_may_be_named_relative_to_the_list(house, client):
    house.service = canned("200 OK", b'[{"id": "items/1", "scoreMaximum": 1.5}]')
    url = f"{house.service_server.url}/items"
    (item,) = client.line_items(house.platform, url, EVERY)
    assert item == LineItem("", 1.5, f"{house.service_server.url}/items/1")


@pytest.mark.parametrize(
    ("url", "scores"),
    [
        (
            "https://lms/2344/lineitems/1234/lineitem?type_id=2",
            "https://lms/2344/lineitems/1234/lineitem/scores?type_id=2",
        ),
        ("https://lms/lineitem", "https://lms/lineitem/scores"),
        ("https://lms/lineitem/", "https://lms/lineitem/scores"),
        ("https://lms/lineitem?a=%2F&a=b#x", "https://lms/lineitem/scores?a=%2F&a=b"),
    ],
)
def test_scores_go_behind_the_path_and_before_the_query(url, scores):
    assert below(url, "scores") == scores


def test_further_parameters_leave_those_there_as_they_are():
    assert with_query("https://lms/items?a=%2f", {}) == "https://lms/items?a=%2f"
    assert with_query("https://lms/items?a=%2f", {"b": "c d"}) == "https://lms/items?a=%2f&b=c+d"
    assert with_query("https://lms/items", {"b": "ü"}) == "https://lms/items?b=%C3%BC"


def test_times_have_milliseconds_and_a_zone():
    assert iso_8601(0) == "1970-01-01T00:00:00.000+00:00"
    assert iso_8601(1_492_368_876_736) == "2017-04-16T18:54:36.736+00:00"
