"""The simulated gradebook: what it refuses, and another implementation's client of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pylti1p3.assignments_grades import AssignmentsGradesService
from pylti1p3.grade import Grade
from pylti1p3.lineitem import LineItem

from lti_bridge.simulators.lms import Scope
from lti_bridge.simulators.lms.demo import ALGEBRA, ANA, BEN, BIOLOGY
from lti_bridge.simulators.lms.gradebook import items_url
from tests.campus import ask
from tests.unit.lms_api.house import house

__all__ = ["house"]

ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
EVERY = [Scope.LINE_ITEMS, Scope.LINE_ITEMS_READ, Scope.RESULTS, Scope.SCORES]
ITEM = {"label": "Attendance", "scoreMaximum": 10}
AT = "2026-03-02T10:00:00.000+00:00"
SCORE = {
    "userId": BEN.id,
    "scoreGiven": 5,
    "scoreMaximum": 10,
    "activityProgress": "Completed",
    "gradingProgress": "FullyGraded",
    "timestamp": AT,
}


@pytest.fixture
def tell(house):
    """Asks the service, with a token of some scopes."""

    def tell(method, url, body=None, *, scopes=EVERY, media=ITEM_TYPE, accept="*/*"):
        token = house.tokens.token(house.platform, [str(scope) for scope in scopes])
        headers = {"Authorization": f"Bearer {token}", "Content-Type": media, "Accept": accept}
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        return ask(method, url, sent, headers)

    return tell


@pytest.fixture
def url(house):
    return items_url(house.lms.issuer, ALGEBRA.id)


@pytest.fixture
def item(tell, url):
    return json.loads(tell("POST", url, ITEM).body)["id"]


def scores_of(item):
    return item.replace("/lineitem?", "/lineitem/scores?")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        [],
        {},
        {"label": "A"},
        {"label": " ", "scoreMaximum": 1},
        {"label": "A", "scoreMaximum": 0},
        {"label": "A", "scoreMaximum": -1},
        {"label": "A", "scoreMaximum": "1"},
        {"label": "A", "scoreMaximum": True},
        {**ITEM, "tag": 1},
        {**ITEM, "endDateTime": "tomorrow"},
        {**ITEM, "endDateTime": "2026-03-02T10:00:00"},
    ],
)
def test_a_line_item_must_be_whole(tell, url, body):
    assert tell("POST", url, body).status == 400


def test_a_line_item_may_be_only_of_a_link_of_the_course(tell, url):
    assert tell("POST", url, {**ITEM, "resourceLinkId": "elsewhere"}).status == 404
    assert tell("POST", url, {**ITEM, "resourceLinkId": ALGEBRA.links[0].id}).status == 201


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"userId": None}, 400),
        ({"timestamp": None}, 400),
        ({"timestamp": "yesterday"}, 400),
        ({"timestamp": "2026-03-02T10:00:00.000"}, 400),
        ({"timestamp": "2026-03-02T10:00:00Z"}, 400),
        ({"activityProgress": "Done"}, 400),
        ({"gradingProgress": "Done"}, 400),
        ({"scoreGiven": -0.5}, 400),
        ({"scoreGiven": "5"}, 400),
        ({"scoreMaximum": None}, 400),
        ({"comment": 5}, 400),
        ({"submission": "5"}, 400),
        ({"submission": {"startedAt": AT, "submittedAt": "2026-03-02T09:00:00Z"}}, 400),
        ({"userId": "nobody"}, 404),
        ({"userId": ANA.id}, 403),
        ({"scoreGiven": 11}, 204),
        ({"submission": {"startedAt": AT}}, 204),
    ],
)
def test_a_score_must_be_whole(tell, item, changes, status):
    assert tell("POST", scores_of(item), {**SCORE, **changes}, media=SCORE_TYPE).status == status


def test_a_score_is_an_object_of_its_own_type(tell, item):
    assert tell("POST", scores_of(item), [SCORE], media=SCORE_TYPE).status == 400
    assert tell("POST", scores_of(item), SCORE, media="application/json").status == 415
    assert tell("POST", scores_of(item).partition("?")[0], SCORE, media=SCORE_TYPE).status == 404


def test_a_score_that_is_not_fully_graded_changes_no_result(tell, item, house):
    tell("POST", scores_of(item), SCORE, media=SCORE_TYPE)
    later = {**SCORE, "timestamp": AT.replace("10:", "11:"), "scoreGiven": 9}
    tell("POST", scores_of(item), {**later, "gradingProgress": "Pending"}, media=SCORE_TYPE)
    (column,) = house.lms.gradebook.columns(ALGEBRA)
    assert house.lms.gradebook.cell(column, BEN.id).score == 5


def test_each_address_wants_its_scope_type_and_owner(tell, url, item, house):
    assert tell("GET", url, scopes=[Scope.SCORES]).status == 403
    assert tell("GET", url, scopes=[Scope.LINE_ITEMS_READ]).status == 200
    assert tell("POST", url, ITEM, scopes=[Scope.LINE_ITEMS_READ]).status == 403
    assert tell("GET", url, accept="application/json").status == 406
    assert tell("GET", f"{url}&limit=0").status == 400
    assert tell("GET", items_url(house.lms.issuer, "none")).status == 404
    assert tell("GET", item.replace(ALGEBRA.id, BIOLOGY.id)).status == 404
    assert tell("PUT", item, {**ITEM, "resourceLinkId": ALGEBRA.links[0].id}).status == 400
    assert ask("GET", url).status == 401
    assert tell("DELETE", item).status == 204
    assert tell("DELETE", item).status == 404


class _Connector:
    """pylti1p3's way of sending, over the same tokens."""

    def __init__(self, tell):
        self._tell = tell

    def make_service_request(self, scopes, url, is_post=False, data=None, **types):
        answer = self._tell(
            "POST" if is_post else "GET",
            url,
            data.encode() if data else None,
            scopes=scopes,
            media=types.get("content_type", "application/json"),
            accept=types.get("accept", "application/json"),
        )
        assert answer.status < 300, (answer.status, answer.text)
        link = answer.headers["Link"] or ""
        following = link[1:].partition(">")[0] if 'rel="next"' in link else None
        body = json.loads(answer.body) if answer.body else None
        return {"headers": answer.headers, "body": body, "next_page_url": following}

    def get_paginated_data(self, scopes, url, *arguments, **types):
        while url:
            page = self.make_service_request(scopes, url, *arguments, **types)
            yield page
            url = page["next_page_url"]


def test_another_implementation_makes_finds_grades_and_reads(house, tell, url):
    house.lms.gradebook.page_size = 2
    service = AssignmentsGradesService(_Connector(tell), {"scope": EVERY, "lineitems": url})
    for number in range(5):
        wanted = LineItem().set_label(f"Test {number}").set_tag(f"t{number}").set_score_maximum(20)
        made = service.find_or_create_lineitem(wanted)
        assert made.get_id()
    assert len(list(service.get_lineitems())) == 5
    found = service.find_lineitem_by_tag("t4")
    moment = datetime(2026, 3, 2, 10, tzinfo=UTC).isoformat(timespec="milliseconds")
    grade = Grade().set_score_given(10).set_score_maximum(20).set_user_id(BEN.id)
    grade.set_activity_progress("Completed").set_grading_progress("FullyGraded")
    service.put_grade(grade.set_timestamp(moment), found)
    (result,) = service.get_grades(found)
    assert (result["userId"], result["resultScore"], result["resultMaximum"]) == (BEN.id, 10, 20)
