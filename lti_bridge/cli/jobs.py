"""``lti-bridge jobs``: the background jobs: how they fare, and one now."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.tables import NOTHING, table, when

if TYPE_CHECKING:
    from lti_bridge.store import JobRun

_HEADS: Final = ("job", "last run", "outcome", "did", "ended well", "failures", "next run")


@click.group()
def jobs() -> None:
    """What runs in the background: how it fares, and one of it now."""


@jobs.command("list")
@config_option
@json_option
def list_jobs(config: Path, as_json: bool) -> None:
    r"""Every background job, a line each: its last run on whichever node, and its next.

    \b
    Example:
      lti-bridge jobs list --config /etc/lti-bridge.toml
    """
    from lti_bridge.jobs import HOURS, next_ms

    now_ms = int(time.time() * 1000)
    with bridge_of(config) as bridge:
        bridge.prepare()
        known = {run.name: run for run in bridge.store.job_runs.all()}
    turns = {name: next_ms(name, now_ms) for name in sorted(HOURS)}
    if as_json:
        print_json([_facts(name, known.get(name), turn, now_ms) for name, turn in turns.items()])
        return
    rows = [_row(name, known.get(name), turn, now_ms) for name, turn in turns.items()]
    click.echo("\n".join(table(_HEADS, rows)))
    if not known:
        click.echo(
            "None has run yet: lti-bridge serve runs them beside itself on SQLite,", err=True
        )
        click.echo("lti-bridge worker in a process of their own.", err=True)


@jobs.command()
@click.argument("name")
@config_option
def run(name: str, config: Path) -> None:
    r"""Run a job now, and wait for it. The NAMEs are those of: lti-bridge jobs list.

    A worker that runs the same job just now is left to it.

    \b
    Example:
      lti-bridge jobs run collect_records --config /etc/lti-bridge.toml
    """
    from lti_bridge.app.background import run_job
    from lti_bridge.app.watching import configure_logging
    from lti_bridge.jobs import HOURS

    if name not in HOURS:
        raise click.UsageError(f"There is no job {name}. There are: {', '.join(sorted(HOURS))}.")
    configure_logging()
    with bridge_of(config) as bridge:
        bridge.prepare()
        click.echo(f"Running {name} …", err=True)
        ran = run_job(bridge, name)
    if ran is None:
        raise click.ClickException(f"A worker runs {name} just now: see lti-bridge jobs list.")
    if ran.error is not None:
        remedy = f" {ran.error.remedy}" if ran.error.remedy else ""
        raise click.ClickException(f"{name} failed ({ran.outcome}): {ran.error.message}{remedy}")
    click.echo(f"{name}: did {ran.done} in {ran.seconds:.1f} s.")


def _row(name: str, run: JobRun | None, turn_ms: int, now_ms: int) -> tuple[str, ...]:
    if run is None:
        return (name, NOTHING, "never run", NOTHING, NOTHING, "0", when(turn_ms))
    return (
        name,
        when(run.started_ms),
        "running" if run.is_running(now_ms) else run.outcome or "killed",
        str(run.done),
        when(run.ended_ms),
        str(run.failures),
        when(turn_ms),
    )


def _facts(name: str, run: JobRun | None, turn_ms: int, now_ms: int) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "job": name,
        "started_ms": None,
        "ended_ms": None,
        "failed_ms": None,
        "outcome": "",
        "done": 0,
        "runs": 0,
        "failures": 0,
        "running": False,
    }
    if run is not None:
        facts |= {key: getattr(run, key) for key in facts if hasattr(run, key)}
        facts["running"] = run.is_running(now_ms)
    return facts | {"next_ms": turn_ms}
