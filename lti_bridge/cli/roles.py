"""``lti-bridge platform roles``: who leads a class, and who attends, by an LMS's roles."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import click
from pydantic_core import PydanticCustomError

from lti_bridge.cli.auditing import written_down
from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.tables import shown, table
from lti_bridge.settings import values

if TYPE_CHECKING:
    from lti_bridge.app import Bridge
    from lti_bridge.store import Platform, Role

_BETWEEN: Final = re.compile(r"[\s,\"'\[\]]+")
"""What may stand between roles that are copied out of a token or a launch's form."""


class Change(click.ParamType[tuple[str, str]]):
    """``ROLE=moderator`` or ``ROLE=attendee``; the last ``=`` counts."""

    name = "change"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Refused where it is something else."""
        name, _, role = str(value).strip().rpartition("=")
        name = name.strip()
        if role not in {"moderator", "attendee"}:
            self.fail(f"{value!r}: give ROLE=moderator or ROLE=attendee", param, ctx)
        try:
            return values.role(name), role
        except PydanticCustomError as wrong:  # as the settings file would have it
            self.fail(f"{name!r} {wrong}; {(wrong.context or {})['right']}", param, ctx)


@click.command()
@click.argument("name")
@click.option(
    "--set", "wanted", multiple=True, type=Change(), metavar="ROLE=CLASS_ROLE",
    help="That role is moderator or attendee in class: Mentor=moderator.",
)  # fmt: skip
@click.option("--unset", multiple=True, metavar="ROLE", help="That role as usual again.")
@click.option(
    "--try", "tried", metavar="ROLES", help="What somebody with these roles is in class, and why."
)
@config_option
@json_option
def roles(
    name: str,
    wanted: Sequence[tuple[str, str]],
    unset: Sequence[str],
    tried: str | None,
    config: Path,
    as_json: bool,
) -> None:
    r"""The role table of an LMS, by its NAME or number: what differs from the usual one.

    Changes are taken up by running servers within 20 seconds. An LMS of the settings file has its
    table there.

    \b
    Example:
      lti-bridge platform roles "Campus Canvas" --set Mentor=moderator --config FILE
      lti-bridge platform roles 2 --try "Instructor, urn:lti:sysrole:ims/lis/User" --config FILE
    """
    changes: dict[str, Role | None] = dict.fromkeys((one.strip() for one in unset), None)
    changes |= {role: cast("Literal['moderator', 'attendee']", to) for role, to in wanted}
    with bridge_of(config) as bridge:
        bridge.prepare()
        found = found_platform(bridge, name)
        if changes:
            _change(bridge, found, changes)
            found = found_platform(bridge, str(found.id))
    own = dict(found.roles)
    readings = _readings(_split(tried), own) if tried is not None else None
    if as_json:
        print_json({"platform": found.name, "roles": own, "tried": readings})
    elif readings is not None:
        _tell(readings)
    elif own:
        for line in table(("role", "in class"), sorted(own.items())):
            click.echo(line)
    else:
        click.echo(f"{shown(found.name)} has the usual table; see docs/launches.md.")


def found_platform(bridge: Bridge, name: str) -> Platform:
    platforms = [*bridge.store.platforms.all(), *bridge.store.platforms.of_lti_1p1()]
    for one in platforms:
        if name in {one.name, str(one.id)}:
            return one
    raise click.ClickException(f"No LMS is called {name!r}. See: lti-bridge platform list")


def _change(bridge: Bridge, one: Platform, changes: Mapping[str, Role | None]) -> None:
    before = {role: one.roles.get(role, "as usual") for role in changes}
    after = {role: to or "as usual" for role, to in changes.items()}
    with written_down(bridge) as note:
        if not bridge.store.platforms.change_roles(one.id, changes, int(time.time() * 1000)):
            raise click.ClickException(
                f"{one.name} is managed by the settings file: change `roles` of its [[platform]]"
                " table there, and restart."
            )
        note("platform.role", one.name, before, after)


def _split(tried: str) -> list[str]:
    return [one for one in _BETWEEN.split(tried) if one]


def _readings(texts: Sequence[str], own: Mapping[str, Role]) -> dict[str, Any]:
    from lti_bridge.directory.roles import counting, is_observer, role_in_class

    counts = counting(texts, own)
    return {
        "in_class": role_in_class(texts, own),
        "looks_on": is_observer(texts) and role_in_class(texts, own) == "attendee",
        "roles": [
            {
                "role": text,
                "read_as": next((r.scope for t, r in counts if t == text), _scope(text)),
                "counts": any(text == each for each, _ in counts),
                "alone": role_in_class([text], own),
            }
            for text in dict.fromkeys(texts)
        ],
    }


def _scope(text: str) -> str:
    from lti_bridge.directory.roles import parse

    role = parse(text)
    return role.scope if role else "unknown"


def _tell(readings: Mapping[str, Any]) -> None:
    rows = [
        (one["role"], one["read_as"], "yes" if one["counts"] else "no", one["alone"])
        for one in readings["roles"]
    ]
    if rows:
        for line in table(("role", "read as", "counts", "alone it would be"), rows):
            click.echo(line)
    onlooker = " (looks on)" if readings["looks_on"] else ""
    click.echo(f"In class: {readings['in_class']}{onlooker}")
