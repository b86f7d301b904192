"""``lti-bridge launches``: what became of launches, by the number on the person's page."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.person import lms_option
from lti_bridge.cli.roles import found_platform
from lti_bridge.cli.tables import NOTHING, print_list, shown, when
from lti_bridge.cli.times import DAY_MS, MINUTE_MS, Duration

if TYPE_CHECKING:
    from lti_bridge.admin.launch_claims import SaidClaims, SaidValue
    from lti_bridge.store import ListedLaunch

NUMBER: Final = click.IntRange(1, 2**63 - 1)
OUTCOMES: Final = ("joined", "page", "waiting", "refused")


@click.group()
def launches() -> None:
    """The launch list: who came through, who was refused, and why."""


@launches.command("list")
@click.option(
    "--since",
    type=Duration(MINUTE_MS, 3650 * DAY_MS, "1m to 3650d"),
    default="24h",
    show_default=True,
    help="How far back: 90m, 24h, 7d.",
)
@click.option("--outcome", type=click.Choice(OUTCOMES), default=None, help="Only those.")
@click.option("--reason", default="", help="Only refused for this: expired, message_type …")
@lms_option
@click.option("--course", type=NUMBER, default=None, help="Only of this course: MEETS' number.")
@click.option("--person", type=NUMBER, default=None, help="Only of this person: MEETS' number.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@config_option
@json_option
def list_launches(
    since: int,
    outcome: str | None,
    reason: str,
    lms: str,
    course: int | None,
    person: int | None,
    limit: int,
    config: Path,
    as_json: bool,
) -> None:
    r"""The latest launches, a line each, the newest first.

    A course or person that MEETS doesn't number has the bridge's own number.

    \b
    Example:
      lti-bridge launches list --outcome refused --since 2h --config /etc/lti-bridge.toml
      lti-bridge launches list --course 4711 --lms "Campus Moodle" --config /etc/lti-bridge.toml
    """
    from lti_bridge.store import LaunchSearch

    with bridge_of(config) as bridge:
        bridge.prepare()
        wanted = LaunchSearch(
            outcome=outcome or "",
            reason=reason,
            connection_id=found_platform(bridge, lms).id if lms else None,
            course=course,
            person=person,
            since_ms=int(time.time() * 1000) - since,
        )
        found = bridge.store.launch_list.search(wanted, limit=limit)
    if as_json:
        print_json([_facts(one) for one in found])
        return
    heads = ("reference", "when", "lms", "outcome", "role", "reason", "what happened")
    print_list(found, heads, _row, nothing="No such launches. A longer time: --since 7d.")


@launches.command()
@click.argument("reference")
@config_option
@json_option
def show(reference: str, config: Path, as_json: bool) -> None:
    r"""One launch, by the REFERENCE on the person's page: what happened, and what to do.

    What the LMS said in it comes too, as long as it is kept, with secrets and tokens masked.

    \b
    Example:
      lti-bridge launches show 7KQ2-M9XD --config /etc/lti-bridge.toml
    """
    from lti_bridge.admin.launch_claims import read_claims
    from lti_bridge.store import LaunchSearch, reference_of

    number = reference_of(reference)
    with bridge_of(config) as bridge:
        bridge.prepare()
        found = bridge.store.launch_list.search(LaunchSearch(reference=number), limit=1)
        said = read_claims(bridge.store.launches.claims(number))
        days = bridge.settings.retention.launches_days
    if not found or not number:
        raise click.ClickException(
            f"No launch of the last {days} days has the number {number}. The log may have it: when"
            " very many requests are refused at once, not all are listed."
        )
    facts = _facts(found[0])
    if as_json:
        print_json(facts | {"claims": _claims(said)})
        return
    for name, value in facts.items():
        if name != "at_ms" and value not in ("", None):
            click.echo(f"{name.replace('_', ' '):<14}{shown(str(value))}")
    if said:
        _tell(said)


def _tell(said: SaidClaims) -> None:
    proof = "proven by its signature" if said.proven else "proven by nothing: anybody may say so"
    click.echo(f"\nWhat the LMS said ({proof}):")
    for claim in said.claims:
        values = (f"{one.text} ({one.note})" if one.note else _open(one) for one in claim.values)
        click.echo(f"  {shown(claim.name)}: {shown(', '.join(values))}")
    if said.cut:
        click.echo("  … and more, which isn't kept.")


def _open(value: SaidValue) -> str:
    if not value.hidden:
        return value.text
    return "hidden" if value.length is None else f"hidden, {value.length} characters"


def _claims(said: SaidClaims | None) -> dict[str, Any] | None:
    if said is None:
        return None
    return {
        "proven": said.proven,
        "cut": said.cut,
        "said": [
            {"claim": one.full, "name": one.name, "values": [_open(each) for each in one.values]}
            for one in said.claims
        ],
    }


def _facts(one: ListedLaunch) -> dict[str, Any]:
    from lti_bridge.admin.launch_words import STEPS

    entry = one.entry
    return {
        "reference": entry.reference,
        "at": when(entry.at_ms),
        "at_ms": entry.at_ms,
        "lms": one.platform,
        "outcome": entry.outcome,
        "what_happened": entry.happened,
        "what_to_do": entry.to_do,
        "stopped_at": str(STEPS.get(entry.step, entry.step)) if entry.outcome == "refused" else "",
        "reason": entry.reason,
        "role": entry.role,
        "course": entry.course_id,
        "course_title": one.course_title,
        "user": entry.user_id,
        "meeting": entry.meeting_id,
        "milliseconds": entry.milliseconds,
    }


def _row(one: ListedLaunch) -> tuple[str, ...]:
    entry = one.entry
    return (
        entry.reference,
        when(entry.at_ms),
        one.platform or NOTHING,
        entry.outcome,
        entry.role,
        entry.reason,
        entry.happened,
    )
