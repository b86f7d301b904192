"""Assignment and Grade Services 2.0 over HTTP: scopes, media types, pages, statuses."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, request

from lti_bridge.simulators.lms.gradebook import LineItem, Refused, Result, item_url
from lti_bridge.simulators.lms.tokens import Scope

if TYPE_CHECKING:
    from lti_bridge.simulators.lms.campus import Course
    from lti_bridge.simulators.lms.simulator import LmsSimulator

MEDIA = "application/vnd.ims.lis."
ITEM_TYPE = f"{MEDIA}v2.lineitem+json"
ITEMS_TYPE = f"{MEDIA}v2.lineitemcontainer+json"
SCORE_TYPE = f"{MEDIA}v1.score+json"
RESULTS_TYPE = f"{MEDIA}v2.resultcontainer+json"
_READING = frozenset({Scope.LINE_ITEMS, Scope.LINE_ITEMS_READ})


def blueprint(lms: LmsSimulator) -> Blueprint:
    """The URLs of the service."""
    calls = Blueprint("grades", __name__, url_prefix="/lti/courses/<course_id>/lineitems")
    views = _Calls(lms)
    for rule, name, methods in (
        ("", "items", ["GET", "POST"]),
        ("/<int:number>/lineitem", "item", ["GET", "PUT", "DELETE"]),
        ("/<int:number>/lineitem/scores", "scores", ["POST"]),
        ("/<int:number>/lineitem/results", "results", ["GET"]),
    ):
        calls.add_url_rule(rule, name, getattr(views, name), methods=methods)
    calls.before_request(views.misbehave)
    calls.register_error_handler(Refused, _refusal)
    return calls


def _refusal(refused: Refused) -> Response:
    return make_response(json.dumps({"error": refused.message}), refused.status, _of("json"))


class _Calls:
    def __init__(self, lms: LmsSimulator) -> None:
        self._lms = lms
        self._book = lms.gradebook

    def misbehave(self) -> Response | None:
        """As the fault says."""
        fault = self._book.fault
        if fault == "down":
            return make_response("Not now.", 503, {"Content-Type": "text/plain"})
        if fault == "busy":
            return make_response("", 429, {"Retry-After": str(self._book.retry_after)})
        if fault == "html":
            return make_response("<!doctype html><title>Riverbank</title><p>Back soon.")
        if fault == "slow":
            time.sleep(self._book.delay)
        return None

    def items(self, course_id: str) -> Response:
        """``lineitems``: the list (3.2.5), or a new one (3.2.4)."""
        self._check_type()
        if request.method == "GET":
            client_id, course = self._may(course_id, _READING, "list")
            _accepts(ITEMS_TYPE)
            names = ("resource_link_id", "resource_id", "tag")
            filters = {name: request.args[name] for name in names if name in request.args}
            found = self._book.items(client_id, course.id, filters)
            return self._page([self._line_item(one) for one in found], ITEMS_TYPE)
        client_id, course = self._may(course_id, {Scope.LINE_ITEMS}, "create")
        made = self._book.create(client_id, course, _body(ITEM_TYPE))
        if self._book.lag:
            self._book.lag -= 1
            return make_response("The answer is lost.", 503)
        return _json(self._line_item(made), ITEM_TYPE, 201)

    def item(self, course_id: str, number: int) -> Response:
        """``lineitem``: read, change (3.2.6), delete (3.2.8)."""
        self._check_type()
        reads = request.method == "GET"
        scopes = _READING if reads else {Scope.LINE_ITEMS}
        name = {"GET": "read", "PUT": "change", "DELETE": "delete"}[request.method]
        client_id, course = self._may(course_id, scopes, name)
        item = self._book.item(client_id, course.id, number)
        if request.method == "DELETE":
            self._book.delete(item)
            return make_response("", 204)
        if request.method == "PUT":
            item = self._book.change(item, course, _body(ITEM_TYPE))
        else:
            _accepts(ITEM_TYPE)
        return _json(self._line_item(item), ITEM_TYPE)

    def scores(self, course_id: str, number: int) -> Response:
        """``{lineitem}/scores`` (3.4)."""
        self._check_type()
        client_id, course = self._may(course_id, {Scope.SCORES}, "score")
        item = self._book.item(client_id, course.id, number)
        self._book.score(item, course, _body(SCORE_TYPE))
        return make_response("", 204)

    def results(self, course_id: str, number: int) -> Response:
        """``{lineitem}/results`` (3.3)."""
        self._check_type()
        client_id, course = self._may(course_id, {Scope.RESULTS}, "results")
        _accepts(RESULTS_TYPE)
        item = self._book.item(client_id, course.id, number)
        found = self._book.results(item, request.args.get("user_id"))
        return self._page([self._result(item, one) for one in found], RESULTS_TYPE)

    def _may(self, course_id: str, scopes: Set[str], name: str) -> tuple[str, Course]:
        self._book.calls[name] += 1
        client_id = self._lms.tokens.require(*scopes).client_id
        course = self._lms.campus.course_by_id.get(course_id)
        if course is None:
            raise Refused(404, "There is no such course.")
        return client_id, course

    @staticmethod
    def _check_type() -> None:
        if request.args.get("type_id") != "7":  # 3.1.4: the query belongs to the address
            raise Refused(404, "The query of the address is missing.")

    def _page(self, entries: Sequence[Mapping[str, Any]], media: str) -> Response:
        """One page, and where the next one is (3.2.5, 3.3.5)."""
        given = request.args.get("limit", "")
        if given and not (given.isascii() and given.isdigit() and int(given)):
            raise Refused(400, "limit is a whole number.")
        size = min(int(given or self._book.page_size), self._book.page_size)
        start = int(request.args.get("from", "0"))
        response = _json(list(entries[start : start + size]), media)
        if start + size < len(entries):
            query = urlencode({**request.args.to_dict(), "from": start + size})
            response.headers["Link"] = f'<{self._lms.issuer}{request.path}?{query}>; rel="next"'
        return response

    def _line_item(self, item: LineItem) -> dict[str, Any]:
        entry = {
            "id": item_url(self._lms.issuer, item),
            "label": item.label,
            "scoreMaximum": item.score_maximum,
            "resourceId": item.resource_id,
            "resourceLinkId": item.resource_link_id,
            "tag": item.tag,
            **item.dates,
        }
        return {name: value for name, value in entry.items() if value != ""}

    def _result(self, item: LineItem, result: Result) -> dict[str, Any]:
        url = item_url(self._lms.issuer, item)
        entry = {
            "id": f"{url.partition('?')[0]}/results/{urlencode({'user': result.user_id})}",
            "scoreOf": url,
            "userId": result.user_id,
            "resultMaximum": item.score_maximum,
            "comment": result.comment,
        }
        return entry | ({} if result.score is None else {"resultScore": result.score})


def _body(media: str) -> Any:
    if request.mimetype != media:
        raise Refused(415, f"The body's type must be {media}.")
    try:
        return json.loads(request.get_data())
    except ValueError:
        raise Refused(400, "The body isn't JSON.") from None


def _accepts(media: str) -> None:
    if not request.accept_mimetypes.provided or request.accept_mimetypes[media]:
        return
    raise Refused(406, f"Only {media} can be had here.")


def _json(value: Any, media: str, status: int = 200) -> Response:
    return make_response(json.dumps(value), status, {"Content-Type": media})


def _of(kind: str) -> dict[str, str]:
    return {"Content-Type": f"application/{kind}"}
