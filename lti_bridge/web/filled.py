"""What a teacher filled in on the picker's page: read, checked, and shown again where it is wrong.

Each class of the page, one that is there or a new one, is a block whose fields begin with its name:
``m12-shown``, ``n0-title``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from flask_babel import LazyString, lazy_gettext

from lti_bridge.directory.text import clean
from lti_bridge.scheduling import NewClass, PickedLink, Span
from lti_bridge.scheduling.picking import MOST_POINTS, Shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lti_bridge.directory import DeepLinkingRequest
    from lti_bridge.store import Meeting, Series

LONGEST_TITLE: Final = 200
LONGEST_TEXT: Final = 1000
USUAL_POINTS: Final = "100"

NO_TITLE: Final = lazy_gettext("Give it a title.")
NO_TIME: Final = lazy_gettext("This isn’t a date and time.")
NO_SPAN: Final = lazy_gettext("The end has to come after the beginning.")
NO_POINTS: Final = lazy_gettext("Give points from 1 to 1000.")


@dataclass(frozen=True, slots=True)
class Offers:
    """What the page offers, by what the LMS accepts and the bridge has."""

    multiple: bool
    shown: tuple[Shown, ...]
    graded: bool
    services: tuple[str, ...]
    groups: bool = False

    @classmethod
    def of(cls, request: DeepLinkingRequest, services: Sequence[str], *, groups: bool) -> Offers:
        """``services``: there is a choice only where there are several; ``groups``: the LMS tells
        of the course's groups.
        """
        ways: tuple[Shown, ...] = ("iframe", "window")
        return cls(
            multiple=request.accept_multiple,
            shown=tuple(way for way in ways if way in request.targets),
            graded=request.accept_line_item is not False,
            services=tuple(services) if len(services) > 1 else (),
            groups=groups,
        )


@dataclass(slots=True)
class Block:
    """One class of the page, with what was filled in for it."""

    name: str
    form: Mapping[str, str]
    title: str = ""
    meeting: Meeting | None = None
    series: Series | None = None
    picked: bool = False
    errors: dict[str, LazyString] = field(default_factory=dict)
    """By the field's name."""

    @property
    def choice(self) -> str:
        """What it is picked by; empty for a new class."""
        if self.series is not None:
            return f"s{self.series.id}"
        return str(self.meeting.id) if self.meeting else ""

    def value(self, name: str, usual: str = "") -> str:
        """What is, or was, in a field."""
        return self.form.get(f"{self.name}-{name}", usual)

    def is_on(self, name: str) -> bool:
        """Whether a box is checked."""
        return self.value(name) == "on"

    def check(self) -> None:
        """A new class needs a title."""
        if self.meeting is None and self.series is None and not self._title():
            self.errors["title"] = NO_TITLE

    def new_class(self, offers: Offers) -> NewClass:
        """The new class of these fields, once they were checked."""
        service = self.value("service")
        return NewClass(
            title=self._title(),
            text=clean(self.value("text").strip(), LONGEST_TEXT),
            service=service if service in offers.services else None,
            record=self.is_on("record"),
            wait_for_moderator=self.is_on("wait"),
        )

    def _title(self) -> str:
        return clean(" ".join(self.value("title").split()), LONGEST_TITLE)

    def link(self, offers: Offers, zone: ZoneInfo) -> PickedLink:
        """The link of these fields, without its meeting; notes what is wrong in ``errors``."""
        graded = offers.graded and self.is_on("graded")
        return PickedLink(
            token="",
            title=self.title,
            shown=self._shown(offers),
            available=self._span("from", "until", zone),
            submission=self._span("counts-from", "counts-until", zone) if graded else Span(),
            points=self._points() if graded else None,
            groups=offers.groups and self.is_on("groups"),
        )

    def _shown(self, offers: Offers) -> Shown:
        wanted = self.value("shown")
        for way in offers.shown:
            if way == wanted:
                return way
        return offers.shown[0] if offers.shown else ""

    def _span(self, begins: str, ends: str, zone: ZoneInfo) -> Span:
        span = Span(self._time(begins, zone), self._time(ends, zone))
        both = span.begins_ms is not None and span.ends_ms is not None
        if both and (span.ends_ms or 0) <= (span.begins_ms or 0):
            self.errors[ends] = NO_SPAN
        return span

    def _time(self, name: str, zone: ZoneInfo) -> int | None:
        text = self.value(name).strip()
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text).replace(tzinfo=zone)
            return int(moment.timestamp() * 1000)
        except (ValueError, OverflowError):
            self.errors[name] = NO_TIME
            return None

    def _points(self) -> int | None:
        text = self.value("points", USUAL_POINTS).strip()
        if text.isdecimal() and len(text) < 6 and 1 <= int(text) <= MOST_POINTS:
            return int(text)
        self.errors["points"] = NO_POINTS
        return None


def zone_of(name: str) -> ZoneInfo:
    """The zone that the page's times are in; UTC where the browser didn't say, or made it up."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
