"""``lti-bridge doctor``."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json


@click.command()
@config_option
@json_option
def doctor(config: Path, as_json: bool) -> None:
    r"""Check everything a launch depends on: a line each, ok or how to mend it.

    The exit code is 0 only if all is well.

    \b
    Example:
      lti-bridge doctor --config /etc/lti-bridge.toml
    """
    from lti_bridge.app.doctor import Finding, examine

    findings: list[Finding] = []
    with bridge_of(config) as bridge:
        for finding in examine(bridge):
            findings.append(finding)
            if not as_json:
                _tell(finding.what, finding.well, finding.says, finding.remedy)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    sys.exit(0 if all(finding.well for finding in findings) else 1)


def _tell(what: str, well: bool, says: str, remedy: str) -> None:
    mark = click.style("ok   ", fg="green") if well else click.style("wrong", fg="red", bold=True)
    click.echo(f"{mark}  {what}: {says}" + (f"  → {remedy}" if remedy else ""))
