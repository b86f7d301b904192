"""``lti-bridge conferencing check``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lti_bridge.cli.conferencing.listing import NONE_YET
from lti_bridge.cli.conferencing.shared import tell_without_database
from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json

if TYPE_CHECKING:
    from lti_bridge.app import Bridge
    from lti_bridge.conferencing import Capability
    from lti_bridge.conferencing.rounds import Step

MARKS = {
    "ok": click.style("ok   ", fg="green"),
    "can't": click.style("can't", fg="yellow"),
    "wrong": click.style("wrong", fg="red", bold=True),
}


@click.command()
@click.argument("name", required=False)
@config_option
@json_option
def check(name: str | None, config: Path, as_json: bool) -> None:
    r"""Go through a service with a meeting of its own, and say what works; without NAME, all.

    The meeting is made, looked for, and ended; nobody joins it. A line each: ok; can't, where the
    service hasn't got that; or wrong, and how to mend it. The exit code is 0 if nothing is wrong.
    A service at rest is checked like the others.

    \b
    Example:
      lti-bridge conferencing check live --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        if name is None:
            tell_without_database(bridge)
        names = bridge.services.names() if name is None else (name,)
        if not names:
            raise click.ClickException(NONE_YET)
        reports = [_report(bridge, each, aloud=not as_json) for each in names]
    if as_json:
        print_json(reports)
    sys.exit(0 if all(report["well"] for report in reports) else 1)


def _report(bridge: Bridge, name: str, *, aloud: bool) -> dict[str, Any]:
    from lti_bridge.conferencing.rounds import Round

    service = bridge.services.service_for(name)
    if aloud:
        click.echo(f"{click.style(name, bold=True)}  ({service.kind})")
    one = Round(service)
    steps: list[Step] = []
    with closing(one.steps()) as going:  # the meeting is ended here, whatever happens
        for step in going:
            steps.append(step)
            if aloud:
                _tell_step(step)
    reached = steps[0].result != "wrong"
    untried = one.untried() if reached else frozenset[Any]()
    report = {
        "service": name,
        "kind": service.kind,
        "well": all(step.result != "wrong" for step in steps),
        "steps": [asdict(step) for step in steps],
        "works": _words(service.capabilities - untried) if reached else [],
        "untried": _words(untried),
        "missing": _words(service.CAPABILITIES - service.capabilities) if reached else [],
    }
    if aloud and reached:
        _tell("works", report["works"])
        _tell("shows when it is used", report["untried"])
        _tell("not on this server", report["missing"])
    return report


def _tell_step(step: Step) -> None:
    remedy = f"  → {step.remedy}" if step.remedy else ""
    click.echo(f"  {MARKS[step.result]}  {step.step}: {step.says}{remedy}")


def _words(capabilities: Iterable[Capability]) -> list[str]:
    return sorted(str(each) for each in capabilities)


def _tell(what: str, words: Any) -> None:
    if words:
        click.echo(click.wrap_text(f"{what}: {', '.join(words)}", 96, "  ", "    "))
