"""What a teacher filled in to schedule a class: read, checked, and shown again where it fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Final, Literal, cast
from zoneinfo import ZoneInfo

from flask_babel import LazyString, lazy_gettext

from lti_bridge.conferencing import Capability
from lti_bridge.directory.text import clean
from lti_bridge.reports.cities import is_zone
from lti_bridge.scheduling.planning import UNTIMELY
from lti_bridge.scheduling.recurrence import DAYS, MOST_CLASSES, Rule, RuleError
from lti_bridge.store import Plan
from lti_bridge.store.rooms import Room
from lti_bridge.web.filled import LONGEST_TEXT, LONGEST_TITLE, NO_TIME, NO_TITLE

if TYPE_CHECKING:
    from lti_bridge.scheduling.recurrence import Frequency

LONGEST_MINUTES: Final = 24 * 60
EARLIEST: Final = 24 * 60
MOST_PEOPLE: Final = 10_000
LONGEST_MESSAGE: Final = 500
NTH: Final = ("1", "2", "3", "4", "5", "-1")

NO_NUMBER: Final = lazy_gettext("This isn’t a number within its limits.")
NO_ZONE: Final = lazy_gettext("Choose a time zone.")
NO_DAYS_LEFT: Final = lazy_gettext("By this there is no class at all. Look at how it is repeated.")
TOO_MANY: Final = lazy_gettext("A series has at most 400 classes, and ends within two years.")
TOO_LATE: Final = lazy_gettext("This time has already passed.")
NO_END: Final = lazy_gettext("Say until when it is repeated, or how many times.")

LOCKS: Final[Mapping[str, LazyString]] = {
    "disable_cam": lazy_gettext("No camera"),
    "disable_mic": lazy_gettext("No microphone: they only listen"),
    "disable_private_chat": lazy_gettext("No private chat"),
    "disable_public_chat": lazy_gettext("No public chat"),
    "disable_notes": lazy_gettext("No shared notes"),
}
RULES: Final[Mapping[str, LazyString]] = {
    "mute_on_start": lazy_gettext("Everybody is muted at the beginning"),
    "webcams_only_for_moderator": lazy_gettext("Only teachers see students’ cameras"),
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form offers: by the service, the platform's policies and the course."""

    able: Mapping[str, frozenset[Capability]]
    """What each service can, by its name; by an empty one, that of the course."""
    services: tuple[str, ...]
    """Empty where there is no choice."""
    hosts: tuple[tuple[int, str], ...]
    """Row and name; empty where there is no choice."""
    students_host: bool
    graded: bool
    chosen: str = ""
    """The service that the form says."""

    def can(self, capability: Capability) -> bool:
        """Whether the chosen service has that capability."""
        return capability in self.able.get(self.chosen, self.able[""])

    def shows(self, name: str) -> bool:
        """Whether any service that may be chosen has the capability of that name."""
        offered = ("", self.chosen, *self.services)
        return any(Capability(name) in self.able.get(one, ()) for one in offered)

    def said(self, service: str) -> str:
        """What that service can, for the page's script."""
        return ",".join(sorted(self.able.get(service, ())))


@dataclass(slots=True)
class PlanForm:
    """The fields, with what is wrong of them in ``errors``, by name."""

    values: Mapping[str, str]
    days: tuple[str, ...] = ()
    errors: dict[str, LazyString] = field(default_factory=dict)

    def value(self, name: str, usual: str = "") -> str:
        """What is, or was, in a field."""
        return self.values.get(name, usual)

    def is_on(self, name: str) -> bool:
        """Whether a box is checked."""
        return self.value(name) == "on"

    def read(self, choices: Choices, *, repeats: bool) -> tuple[Plan, Rule | None] | None:
        """The plan and its rule; None where something is wrong. ``repeats``: it may have one."""
        title = clean(" ".join(self.value("title").split()), LONGEST_TITLE)
        if not title:
            self.errors["title"] = NO_TITLE
        zone = self.value("zone")
        if not is_zone(zone):
            self.errors["zone"] = NO_ZONE
        starts = self._starts()
        service = self.value("service")
        plan = Plan(
            title=title,
            text=clean(self.value("text").strip(), LONGEST_TEXT),
            zone=zone,
            starts=starts.isoformat(timespec="seconds") if starts else "",
            minutes=self._number("minutes", 5, LONGEST_MINUTES, 60) or 60,
            opens_early=self._number("early", 0, EARLIEST, 10) or 0,
            own_service=service if service in choices.services else None,
            record=choices.can(Capability.RECORD) and self.is_on("record"),
            wait_for_moderator=self.is_on("wait"),
            room=self._room(choices),
            host_id=self._host(choices),
        )
        rule = self._rule(starts) if repeats and starts else None
        return None if self.errors else (plan, rule)

    def refuse(self, error: RuleError) -> None:
        """Say why there are no classes by the rule."""
        said = str(error)
        if said == UNTIMELY:
            self.errors["date"] = TOO_LATE
        elif "no class" in said:
            self.errors["repeat"] = NO_DAYS_LEFT
        else:
            self.errors["repeat"] = TOO_MANY

    def _starts(self) -> datetime | None:
        try:
            day = date.fromisoformat(self.value("date").strip())
        except ValueError:
            self.errors["date"] = NO_TIME
            return None
        try:
            at = time.fromisoformat(self.value("time").strip())
        except ValueError:
            self.errors["time"] = NO_TIME
            return None
        if not 2000 <= day.year <= 2100:
            self.errors["date"] = NO_TIME
            return None
        return datetime.combine(day, at.replace(second=0, microsecond=0, tzinfo=None))

    def _rule(self, starts: datetime) -> Rule | None:
        repeat = self.value("repeat")
        if repeat not in {"daily", "weekly", "monthly"}:
            return None
        nth = self.value("nth")
        until, count = self._end()
        if until is None and count is None:
            self.errors.setdefault("ends", NO_END)
            return None
        if until is not None and until < starts.date():
            self.errors["until"] = NO_DAYS_LEFT
            return None
        return Rule(
            frequency=cast("Frequency", repeat.upper()),
            interval=self._number("interval", 1, 99, 1) or 1,
            days=tuple(day for day in DAYS if day in self.days) if repeat == "weekly" else (),
            nth=int(nth) if repeat == "monthly" and nth in NTH else None,
            until=until,
            count=count,
        )

    def _end(self) -> tuple[date | None, int | None]:
        if self.value("ends", "count") == "count":
            return None, self._number("count", 1, MOST_CLASSES, None)
        try:
            return date.fromisoformat(self.value("until").strip()), None
        except ValueError:
            self.errors["until"] = NO_TIME
            return None, None

    def _room(self, choices: Choices) -> Room:
        yes: dict[str, bool] = {}
        if choices.can(Capability.ROOM_RULES):
            yes |= {name: True for name in RULES if self.is_on(name)}
        if choices.can(Capability.LOCK_SETTINGS):
            yes |= {name: True for name in LOCKS if self.is_on(name)}
        if choices.can(Capability.RECORD) and self.is_on("auto_record"):
            yes["auto_record"] = True
        if choices.can(Capability.GUEST_POLICY) and self.is_on("guests_ask"):
            yes["guests_ask"] = True
        if choices.students_host and self.is_on("students_host"):
            yes["students_host"] = True
        talks = choices.can(Capability.MESSAGES)
        limits = choices.can(Capability.PARTICIPANT_LIMIT)
        return Room(
            welcome=self._message("welcome") if talks else "",
            moderator_message=self._message("moderator_message") if talks else "",
            max_participants=(
                self._number("most", 1, MOST_PEOPLE, None, may_miss=True) if limits else None
            ),
            **yes,
        )

    def _message(self, name: str) -> str:
        return clean(self.value(name).strip(), LONGEST_MESSAGE)

    def _host(self, choices: Choices) -> int | None:
        host = self.value("host")
        return next((row for row, _ in choices.hosts if str(row) == host), None)

    def _number(
        self, name: str, least: int, most: int, usual: int | None, *, may_miss: bool = False
    ) -> int | None:
        """A whole number, in any script's digits."""
        text = self.value(name).strip()
        if not text and (usual is not None or may_miss):
            return usual
        if text.isdecimal() and len(text) < 6 and least <= int(text) <= most:
            return int(text)
        self.errors[name] = NO_NUMBER
        return None


def form_of(plan: Plan, rule: Rule | None, *, graded: bool) -> PlanForm:
    """The form as it is filled in for something that is there."""
    starts = datetime.fromisoformat(plan.starts)
    room = plan.room
    values = {
        "title": plan.title,
        "text": plan.text,
        "date": starts.date().isoformat(),
        "time": starts.strftime("%H:%M"),
        "minutes": str(plan.minutes),
        "zone": plan.zone,
        "early": str(plan.opens_early),
        "service": plan.own_service or "",
        "host": str(plan.host_id or ""),
        "welcome": room.welcome,
        "moderator_message": room.moderator_message,
        "most": str(room.max_participants or ""),
        **_rule_values(rule),
    }
    boxes = {
        "record": plan.record,
        "wait": plan.wait_for_moderator,
        "graded": graded,
        "auto_record": room.auto_record,
        "guests_ask": room.guests_ask,
        "students_host": room.students_host,
        **{name: getattr(room, name) for name in (*LOCKS, *RULES)},
    }
    values |= {name: "on" for name, on in boxes.items() if on}
    days = rule.days or (DAYS[starts.weekday()],) if rule else ()
    return PlanForm(values, days if rule and rule.frequency == "WEEKLY" else ())


def _rule_values(rule: Rule | None) -> dict[str, str]:
    if rule is None:
        return {}
    return {
        "repeat": cast("Literal['DAILY']", rule.frequency).lower(),
        "interval": str(rule.interval),
        "nth": str(rule.nth or ""),
        "ends": "count" if rule.until is None else "until",
        "count": str(rule.count or ""),
        "until": rule.until.isoformat() if rule.until else "",
    }


def next_hour(zone: str, now_s: float) -> datetime:
    """A first time to offer: the next full hour but one, on the clocks of the zone."""
    there = datetime.fromtimestamp(now_s + 3600, UTC).astimezone(ZoneInfo(zone))
    return there.replace(minute=0, second=0, microsecond=0, tzinfo=None)


def form_from(values: Mapping[str, str], days: Iterable[str]) -> PlanForm:
    """The form as it was sent."""
    return PlanForm(values, tuple(day for day in DAYS if day in set(days)))
