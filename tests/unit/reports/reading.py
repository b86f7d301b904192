"""A calendar read anew from its bytes, with nothing of ours nor of the library that wrote it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from dateutil.rrule import rrulestr
from dateutil.tz import tzical


@dataclass
class Component:
    kind: str
    lines: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)

    def all(self, name: str) -> list[tuple[dict[str, str], str]]:
        return [(parameters, value) for known, parameters, value in self.lines if known == name]

    def value(self, name: str) -> str:
        """The value; empty where the property is missing. It stands there once at the most."""
        found = self.all(name)
        assert len(found) <= 1, name
        return found[0][1] if found else ""

    def text(self, name: str) -> str:
        """RFC 5545, 3.3.11."""
        pairs = {"\\n": "\n", "\\N": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}
        return re.sub(r"\\.", lambda found: pairs[found[0]], self.value(name))


@dataclass(frozen=True)
class Occurrence:
    begins: datetime
    ends: datetime
    summary: str
    status: str

    @property
    def utc(self) -> str:
        return f"{self.begins.astimezone(UTC):%Y-%m-%d %H:%M}"

    @property
    def wall(self) -> str:
        return f"{self.begins:%Y-%m-%d %H:%M}"


def components(body: bytes) -> Component:
    """The object, checked line by line (RFC 5545, 3.1)."""
    assert body.endswith(b"\r\n")
    raw = body[:-2].split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in raw)
    for line in raw:
        line.decode("utf-8")  # folded between characters
    root = Component("")
    open_ones = [root]
    for line in body.decode("utf-8").replace("\r\n ", "").split("\r\n")[:-1]:
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line), line
        head, _, value = line.partition(":")
        name, *given = head.split(";")
        if name == "BEGIN":
            made = Component(value)
            open_ones[-1].parts.append(made)
            open_ones.append(made)
        elif name == "END":
            assert open_ones.pop().kind == value
        else:
            parameters = dict(one.split("=", 1) for one in given)
            open_ones[-1].lines.append((name, parameters, value))
    assert open_ones == [root]
    (calendar,) = root.parts
    assert calendar.kind == "VCALENDAR"
    return calendar


def occurrences(body: bytes) -> list[Occurrence]:
    """What a program shows of it: every event, by the zones that the calendar itself carries."""
    calendar = components(body)
    zones = {
        part.value("TZID"): carried_zone(body, part.value("TZID"))
        for part in calendar.parts
        if part.kind == "VTIMEZONE"
    }
    events = [part for part in calendar.parts if part.kind == "VEVENT"]
    changed = {
        (one.value("UID"), _times(one, "RECURRENCE-ID", zones)[0].astimezone(UTC)): one
        for one in events
        if one.value("RECURRENCE-ID")
    }
    shown = [_as_said(one, zones) for one in changed.values()]
    for one in events:
        if not one.value("RECURRENCE-ID"):
            shown += [
                each
                for each in _repeated(one, zones)
                if (one.value("UID"), each.begins.astimezone(UTC)) not in changed
            ]
    return sorted(shown, key=lambda each: each.begins.astimezone(UTC))


def carried_zone(body: bytes, name: str) -> tzinfo:
    """A zone as the calendar itself has it."""
    zone = tzical(io.StringIO(body.decode().replace("\r\n ", ""))).get(name)
    assert zone is not None, name
    return zone


def _times(event: Component, name: str, zones: dict[str, tzinfo]) -> list[datetime]:
    found = []
    for parameters, values in event.all(name):
        for value in values.split(","):
            if value.endswith("Z"):
                found.append(datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC))
            else:
                there = datetime.strptime(value, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - its zone follows
                found.append(there.replace(tzinfo=zones[parameters["TZID"]]))
    return found


def _as_said(event: Component, zones: dict[str, tzinfo]) -> Occurrence:
    (begins,), (ends,) = _times(event, "DTSTART", zones), _times(event, "DTEND", zones)
    return Occurrence(begins, ends, event.text("SUMMARY"), event.value("STATUS"))


def _repeated(event: Component, zones: dict[str, tzinfo]) -> list[Occurrence]:
    first = _as_said(event, zones)
    if not event.value("RRULE"):
        return [first]
    gone = {one.astimezone(UTC) for one in _times(event, "EXDATE", zones)}
    begins = [*rrulestr(event.value("RRULE"), dtstart=first.begins)]
    begins += _times(event, "RDATE", zones)
    length = first.ends.astimezone(UTC) - first.begins.astimezone(UTC)
    return [
        Occurrence(
            one,
            (one.astimezone(UTC) + length).astimezone(one.tzinfo),
            first.summary,
            first.status,
        )
        for one in begins
        if one.astimezone(UTC) not in gone
    ]
