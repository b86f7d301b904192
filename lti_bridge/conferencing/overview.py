"""What each kind of service can do, as tables in Markdown, made from the kinds' own tables.

``python -m lti_bridge.conferencing.overview`` prints them; ``--write FILE`` puts them into a page,
between comments such as ``<!-- capabilities -->`` and ``<!-- /capabilities -->``.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lti_bridge.conferencing.capabilities import Capability
from lti_bridge.conferencing.onstream.zones import ZONES
from lti_bridge.conferencing.registry import KIND_NAMES, KINDS

if TYPE_CHECKING:
    from lti_bridge.conferencing.protocol import ConferencingService

YES: Final = "✓"
PERHAPS: Final = "(✓)"
NO: Final = "–"

MEANINGS: Final[Mapping[Capability, str]] = MappingProxyType({
    Capability.RUNNING: "whether a class runs",
    Capability.LIVE_COUNTS: "how many are in",
    Capability.PARTICIPANTS: "who is in",
    Capability.MEETINGS: "every meeting of the service",
    Capability.END: "ending a class for everybody",
    Capability.RECORD: "recording at the bridge's word",
    Capability.RECORDINGS: "the list of recordings",
    Capability.PUBLISH: "showing and hiding them",
    Capability.RENAME: "giving them a name",
    Capability.DELETE_RECORDINGS: "deleting them",
    Capability.CAPTIONS: "captions of recordings",
    Capability.ATTENDANCE: "who was in, and when: the bridge asks",
    Capability.ATTENDANCE_SENT: "who was in, and when: the service sends it",
    Capability.INVITED: "who is invited, not who came",
    Capability.CALLBACKS: "it tells of ends and of recordings that are ready",
    Capability.GUESTS: "guests wait for a moderator",
    Capability.GUEST_POLICY: "who has to wait is the meeting's setting",
    Capability.OBSERVERS: "people can look on",
    Capability.DIAL_IN: "joining by telephone",
    Capability.LOCK_SETTINGS: "locking cameras, microphones, chat, notes",
    Capability.ROOM_RULES: "mute on start, webcams for moderators only",
    Capability.PARTICIPANT_LIMIT: "a largest number of people",
    Capability.MESSAGES: "a welcome text, and one for moderators",
    Capability.SLIDES: "slides from the beginning",
    Capability.INSERT_SLIDES: "slides into a running class",
    Capability.BREAKOUT_ROOMS: "what breakout rooms there are",
})  # fmt: skip  # a capability a line


def capabilities_table() -> str:
    """What a page can offer, for each kind."""
    rows = ((f"{each}: {MEANINGS[each]}", _capability(each)) for each in Capability)
    return _table("what a page can offer", rows)


def calls_table() -> str:
    """Each call that the bridge makes, for each kind."""
    names = dict.fromkeys(name for kind in KINDS.values() for name in kind.CALLS)
    return _table("call", ((f"`{name}`", _call(name)) for name in names))


def zones_table() -> str:
    """Onstream's codes of time zones."""
    lines = ['| `timezone` | UTC | `daylight_saving = "auto"` |', "| --- | --- | --- |"]
    for code, zone in ZONES.items():
        hours, minutes = divmod(abs(zone.minutes), 60)
        sign = "-" if zone.minutes < 0 else "+"
        calendar = f"by the calendar of {zone.calendar}" if zone.calendar else "never"
        lines.append(f"| `{code}` | {sign}{hours}:{minutes:02} | {calendar} |")
    return "\n".join(lines) + "\n"


TABLES: Final[Mapping[str, Callable[[], str]]] = MappingProxyType({
    "capabilities": capabilities_table,
    "calls": calls_table,
    "zones": zones_table,
})  # fmt: skip  # a table a line
"""By the name in the comments around them."""


def renewed(page: str) -> str:
    """The page with its tables made anew; ValueError where a pair of comments is missing."""
    for name, table in TABLES.items():
        between = re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)
        if len(between.findall(page)) != 1:
            raise ValueError(f"the page has no place for the table: <!-- {name} -->")
        page = between.sub(table().replace("\\", r"\\"), page)
    return page


def _capability(capability: Capability) -> Callable[[type[ConferencingService]], str]:
    def mark(kind: type[ConferencingService]) -> str:
        if capability not in kind.CAPABILITIES:
            return NO
        unsure = any(each.discovered for each in kind.CALLS.values() if capability in each.serves)
        return PERHAPS if unsure else YES

    return mark


def _call(name: str) -> Callable[[type[ConferencingService]], str]:
    def mark(kind: type[ConferencingService]) -> str:
        found = kind.CALLS.get(name)
        return NO if found is None else PERHAPS if found.discovered else YES

    return mark


def _table(
    head: str, rows: Iterable[tuple[str, Callable[[type[ConferencingService]], str]]]
) -> str:
    def lines() -> Iterator[Sequence[str]]:
        yield [head, *(KIND_NAMES.get(kind, kind) for kind in KINDS)]
        yield ["---", *(":-:" for _ in KINDS)]
        for label, mark in rows:
            yield [label, *(mark(kind) for kind in KINDS.values())]

    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines())


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; see the module."""
    parser = argparse.ArgumentParser(
        prog="python -m lti_bridge.conferencing.overview",
        description="What each kind of service can do, in Markdown.",
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="renew this page's tables")
    page: Path | None = parser.parse_args(arguments).write
    if page is None:
        sys.stdout.write("\n".join(table() for table in TABLES.values()))
    else:
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
