"""``lti-bridge platform policies``: what the people of an LMS may do."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from lti_bridge.cli.auditing import written_down
from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.roles import found_platform
from lti_bridge.cli.tables import table
from lti_bridge.directory.policies import (
    MINUTES,
    MOST_MINUTES,
    NAMES,
    USUAL,
    Policies,
    as_said,
    minutes_said,
)

if TYPE_CHECKING:
    from lti_bridge.app import Bridge
    from lti_bridge.store import Platform

MEANINGS: Final = {
    "studentsHost": "teachers may let everybody lead a class",
    "teacherScheduleOthers": "teachers may schedule classes for other teachers",
    "teacherSubstitute": "teachers may lead a scheduled class of somebody else",
    "assistantsEdit": "teaching assistants may schedule, change and cancel classes",
    "lateMinutes": "who comes more than so long after class began is late",
    "leftEarlyMinutes": "who leaves more than so long before class ends leaves early",
}
_WORDS: Final = {"yes": True, "no": False, "usual": None}


class Change(click.ParamType[tuple[str, bool | int | None]]):
    """``NAME=yes``, ``NAME=no`` or ``NAME=usual``; of some a number of minutes."""

    name = "change"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, bool | int | None]:
        """Refused where it is something else."""
        name, _, word = str(value).strip().partition("=")
        if name in MINUTES:
            return name, self._minutes(name, word, param, ctx)
        if name not in NAMES:
            self.fail(f"{name!r} is none of {', '.join(MEANINGS)}", param, ctx)
        if word not in _WORDS:
            self.fail(f"{value!r}: give {name}=yes, {name}=no or {name}=usual", param, ctx)
        return name, _WORDS[word]

    def _minutes(
        self, name: str, word: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        if word == "usual":
            return None
        if not (word.isascii() and word.isdigit() and len(word) < 4 and int(word) <= MOST_MINUTES):
            wanted = f"a number of minutes up to {MOST_MINUTES}"
            self.fail(f"{name}={word}: give {wanted}, or {name}=usual", param, ctx)
        return int(word)


@click.command()
@click.argument("name")
@click.option(
    "--set", "wanted", multiple=True, type=Change(), metavar="POLICY=yes|no|MINUTES|usual",
    help="Change one; may be given several times.",
)  # fmt: skip
@config_option
@json_option
def policies(
    name: str, wanted: Sequence[tuple[str, bool | int | None]], config: Path, as_json: bool
) -> None:
    r"""What the people of an LMS may do, by its NAME or number. Running servers know within 20 s.

    \b
    Example:
      lti-bridge platform policies "Campus Moodle" --set studentsHost=yes --config FILE
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        found = found_platform(bridge, name)
        if wanted:
            _change(bridge, found, dict(wanted))
            found = found_platform(bridge, str(found.id))
    said = _said(Policies.of(found.policies))
    if as_json:
        print_json({"platform": found.name, "policies": said})
        return
    usual = _said(USUAL)
    rows = [
        (each, _word(value) + ("" if value == usual[each] else " (usually not so)"), MEANINGS[each])
        for each, value in said.items()
    ]
    for line in table(("policy", "now", "meaning"), rows):
        click.echo(line)


def _change(bridge: Bridge, found: Platform, wanted: Mapping[str, bool | int | None]) -> None:
    before = {name: found.policies.get(name, "as usual") for name in wanted}
    after = {name: "as usual" if value is None else value for name, value in wanted.items()}
    with written_down(bridge) as note:
        bridge.store.platforms.change_policies(found.id, wanted, int(time.time() * 1000))
        note("platform.policies", found.name, before, after)


def _said(policies: Policies) -> dict[str, bool | int]:
    return {**as_said(policies), **minutes_said(policies)}


def _word(value: bool | int) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value} min"
