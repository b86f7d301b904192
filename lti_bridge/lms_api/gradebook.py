"""Assignment and Grade Services 2.0: the columns of a course's gradebook, scores, results.

A column is a *line item*. Its URL is opaque and may have a query, which stays where it is when
``/scores`` or ``/results`` goes behind the path (3.1.4). Which calls are allowed is for the launch
to say: the scopes in its ``endpoint`` claim.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlencode, urljoin, urlsplit

from lti_bridge.errors import RemoteMalformed, RemoteRejected

if TYPE_CHECKING:
    from lti_bridge.http import Response
    from lti_bridge.lms_api.transport import LmsTransport
    from lti_bridge.store import Platform

_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINE_ITEM: Final = f"{_SCOPE}lineitem"
LINE_ITEM_READ: Final = f"{_SCOPE}lineitem.readonly"
RESULT_READ: Final = f"{_SCOPE}result.readonly"
SCORE: Final = f"{_SCOPE}score"

_MEDIA: Final = "application/vnd.ims.lis."
LINE_ITEM_TYPE: Final = f"{_MEDIA}v2.lineitem+json"
LINE_ITEMS_TYPE: Final = f"{_MEDIA}v2.lineitemcontainer+json"
SCORE_TYPE: Final = f"{_MEDIA}v1.score+json"
RESULTS_TYPE: Final = f"{_MEDIA}v2.resultcontainer+json"

STALE: Final = "score_stale"
"""Code of a score whose timestamp the LMS finds not newer than its last (3.4.4)."""
LONGEST_URL: Final = 4000

Activity = Literal["Initialized", "Started", "InProgress", "Submitted", "Completed"]
Grading = Literal["FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"]


@dataclass(frozen=True, slots=True)
class LineItem:
    """A column of the gradebook (3.2.9)."""

    label: str
    score_maximum: float
    id: str = ""
    """Its URL; empty until the LMS gave it one."""
    resource_id: str = ""
    """The tool's own name of what is graded."""
    tag: str = ""
    """The tool's own name of the kind of column."""
    resource_link_id: str = ""
    begins_ms: int | None = None
    """``startDateTime`` …"""
    ends_ms: int | None = None
    """… and ``endDateTime``, of those that we make."""


@dataclass(frozen=True, slots=True)
class NewScore:
    """A score to send (3.4)."""

    user_id: str = field(repr=False)
    """The LTI ``sub``."""
    timestamp_ms: int
    """Must be newer than that of the last score of this person and column."""
    maximum: float
    given: float | None
    """None: there is no score (any more)."""
    activity: Activity = "Completed"
    grading: Grading = "FullyGraded"
    comment: str = field(default="", repr=False)
    started_ms: int | None = None
    submitted_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a cell of the gradebook says (3.3)."""

    user_id: str = field(repr=False)
    score: float | None
    maximum: float | None
    comment: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class GradebookClient:
    """Calls the service of any platform."""

    transport: LmsTransport

    def line_items(
        self,
        platform: Platform,
        url: str,
        scopes: Sequence[str],
        *,
        resource_link_id: str = "",
        resource_id: str = "",
        tag: str = "",
        limit: int | None = None,
    ) -> Iterator[LineItem]:
        """The columns of a course that this tool made, page after page (3.2.5).

        ``url`` and ``scopes`` are the launch's. Filters are wishes: some LMSs don't know them.
        Raises :class:`lti_bridge.errors.RemoteError`, as every method here does.
        """
        filters = {"resource_link_id": resource_link_id, "resource_id": resource_id, "tag": tag}
        wanted = {name: value for name, value in filters.items() if value}
        if limit is not None:
            wanted["limit"] = str(limit)
        call = "line items"
        pages = self.transport.pages(
            platform,
            with_query(url, wanted),
            _reading(scopes),
            call=call,
            accept=LINE_ITEMS_TYPE,
        )
        for page in pages:
            for entry in _list(page, platform, call):
                yield _line_item(entry, url, platform, call)

    def line_item(self, platform: Platform, url: str, scopes: Sequence[str]) -> LineItem:
        """A column (3.2.6)."""
        call = "line item"
        response = self.transport.get(
            platform, url, _reading(scopes), call=call, accept=LINE_ITEM_TYPE
        )
        return _line_item(_json(response, platform, call), url, platform, call)

    def create(self, platform: Platform, url: str, item: LineItem) -> LineItem:
        """Make a column (3.2.4): the one that the LMS answers with has its URL.

        Making isn't repeatable: after a failure, look whether it is there.
        """
        call = "new line item"
        response = self.transport.send(
            "POST",
            platform,
            url,
            [LINE_ITEM],
            call=call,
            body=_bytes(_body(item)),
            content_type=LINE_ITEM_TYPE,
            accept=LINE_ITEM_TYPE,
        )
        return _line_item(_json(response, platform, call), url, platform, call)

    def update(self, platform: Platform, item: LineItem) -> LineItem:
        """Change a column to what ``item`` says, all of it (3.2.7)."""
        call = "changed line item"
        response = self.transport.send(
            "PUT",
            platform,
            item.id,
            [LINE_ITEM],
            call=call,
            body=_bytes({"id": item.id, **_body(item)}),
            content_type=LINE_ITEM_TYPE,
            accept=LINE_ITEM_TYPE,
        )
        if not response.body.strip():  # some LMSs answer 204
            return item
        return _line_item(_json(response, platform, call), item.id, platform, call)

    def delete(self, platform: Platform, url: str) -> None:
        """Take a column away, with all that it holds (3.2.8)."""
        self.transport.send("DELETE", platform, url, [LINE_ITEM], call="deleted line item")

    def send(self, platform: Platform, line_item_url: str, score: NewScore) -> None:
        """Send a score (3.4). ``code`` of a refusal: ``score_stale`` where its timestamp isn't
        newer than the LMS's last, else ``http_STATUS``.
        """
        try:
            self.transport.send(
                "POST",
                platform,
                below(line_item_url, "scores"),
                [SCORE],
                call="score",
                body=_bytes(_score(score)),
                content_type=SCORE_TYPE,
            )
        except RemoteRejected as error:
            if error.code != "http_409":
                raise
            raise RemoteRejected(
                f"{platform.name} has a newer score already.",
                service=platform.name,
                call="score",
                remedy="Look whether the clocks of the bridge and the LMS agree.",
                code=STALE,
            ) from None

    def results(
        self,
        platform: Platform,
        line_item_url: str,
        *,
        user_id: str = "",
        limit: int | None = None,
    ) -> Iterator[Result]:
        """What the cells of a column say, page after page (3.3); of one person, or of all."""
        wanted = {"user_id": user_id} if user_id else {}
        if limit is not None:
            wanted["limit"] = str(limit)
        call = "results"
        pages = self.transport.pages(
            platform,
            with_query(below(line_item_url, "results"), wanted),
            [RESULT_READ],
            call=call,
            accept=RESULTS_TYPE,
        )
        for page in pages:
            for entry in _list(page, platform, call):
                yield _result(entry, platform, call)


def below(line_item_url: str, name: str) -> str:
    """``/lineitem?type_id=2`` → ``/lineitem/scores?type_id=2`` (3.1.4)."""
    parts = urlsplit(line_item_url)
    return parts._replace(path=f"{parts.path.rstrip('/')}/{name}", fragment="").geturl()


def with_query(url: str, more: Mapping[str, str]) -> str:
    """The URL with further parameters; those that it has stay as they are written."""
    if not more:
        return url
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode(more)) if part)
    return parts._replace(query=query, fragment="").geturl()


def iso_8601(unix_ms: int) -> str:
    """With milliseconds and zone (3.4.4)."""
    seconds, ms = divmod(unix_ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ms:03}+00:00"


def may_find(scopes: Sequence[str] | frozenset[str]) -> bool:
    """Whether these scopes let the tool look for columns."""
    return LINE_ITEM in scopes or LINE_ITEM_READ in scopes


def _reading(scopes: Sequence[str]) -> list[str]:
    """The scope to read columns with: the smaller one, where it was granted."""
    return [LINE_ITEM_READ if LINE_ITEM_READ in scopes else LINE_ITEM]


def _body(item: LineItem) -> dict[str, Any]:
    dates = {"startDateTime": item.begins_ms, "endDateTime": item.ends_ms}
    texts = {
        "resourceId": item.resource_id,
        "tag": item.tag,
        "resourceLinkId": item.resource_link_id,
    }
    return {
        "label": item.label,
        "scoreMaximum": _plain(item.score_maximum),
        **{name: value for name, value in texts.items() if value},
        **{name: iso_8601(value) for name, value in dates.items() if value is not None},
    }


def _score(score: NewScore) -> dict[str, Any]:
    body: dict[str, Any] = {
        "timestamp": iso_8601(score.timestamp_ms),
        "activityProgress": score.activity,
        "gradingProgress": score.grading,
        "userId": score.user_id,
    }
    if score.given is not None:
        body["scoreGiven"] = _plain(score.given)
        body["scoreMaximum"] = _plain(score.maximum)
    if score.comment:
        body["comment"] = score.comment
    dates = {"startedAt": score.started_ms, "submittedAt": score.submitted_ms}
    known = {name: iso_8601(value) for name, value in dates.items() if value is not None}
    if known:
        body["submission"] = known
    return body


def _plain(number: float) -> float:
    """A whole number as one: ``100``, not ``100.0``, which some LMSs don't take."""
    return int(number) if number == int(number) else number


def _bytes(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode("ascii")


def _json(response: Response, platform: Platform, call: str) -> Any:
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        raise _malformed(platform, call, "isn't JSON") from None


def _list(response: Response, platform: Platform, call: str) -> list[Any]:
    entries = _json(response, platform, call)
    if not isinstance(entries, list):
        raise _malformed(platform, call, "is no list")
    return entries


def _line_item(entry: Any, base: str, platform: Platform, call: str) -> LineItem:
    if not isinstance(entry, dict):
        raise _malformed(platform, call, "has an entry that is no object")
    url = entry.get("id")
    if not isinstance(url, str) or not url or len(url) > LONGEST_URL:
        raise _malformed(platform, call, "has an entry without an id")
    try:
        whole = urljoin(base, url)
        is_web = urlsplit(whole).scheme in {"http", "https"}
    except ValueError:
        is_web = False
    if not is_web or not url.isascii() or not url.isprintable() or " " in url:
        raise _malformed(platform, call, "has an id that is no URL")
    texts = [entry.get(name) for name in ("label", "resourceId", "tag", "resourceLinkId")]
    if not all(isinstance(text, str | None) for text in texts):
        raise _malformed(platform, call, "has an entry whose texts are no texts")
    label, resource_id, tag, link = (text or "" for text in texts)
    maximum = _number(entry, "scoreMaximum", platform, call)
    if maximum is None:
        raise _malformed(platform, call, "has an entry without scoreMaximum")
    return LineItem(label, maximum, whole, resource_id, tag, link)


def _result(entry: Any, platform: Platform, call: str) -> Result:
    if not isinstance(entry, dict):
        raise _malformed(platform, call, "has an entry that is no object")
    user_id, comment = entry.get("userId"), entry.get("comment")
    # Some LMSs write numbers as identifiers.
    if isinstance(user_id, int) and not isinstance(user_id, bool):
        user_id = str(user_id)
    if not isinstance(user_id, str) or not user_id:
        raise _malformed(platform, call, "has an entry without userId")
    if not isinstance(comment, str | None):
        raise _malformed(platform, call, "has a comment that is no text")
    return Result(
        user_id,
        _number(entry, "resultScore", platform, call),
        _number(entry, "resultMaximum", platform, call),
        comment or "",
    )


def _number(entry: Mapping[str, Any], name: str, platform: Platform, call: str) -> float | None:
    value = entry.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _malformed(platform, call, f"has a {name} that is no number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _malformed(platform, call, f"has a {name} that is no number")
    return number


def _malformed(platform: Platform, call: str, what: str) -> RemoteMalformed:
    return RemoteMalformed(
        f"The answer of {platform.name}, {call}, {what}.",
        service=platform.name,
        call=call,
        remedy="Ask the operator of the LMS about its Assignment and Grade Services.",
        code="grades_malformed",
    )
