"""``lti-bridge conferencing assign``."""

from __future__ import annotations

from pathlib import Path

import click

from lti_bridge.cli.auditing import written_down
from lti_bridge.cli.options import bridge_of, config_option


@click.command()
@click.argument("name", required=False)
@click.option(
    "--course",
    required=True,
    type=click.IntRange(1, 2**63 - 1),
    metavar="N",
    help='The number after "course" in the log\'s lines.',
)
@click.option("--platform-default", is_flag=True, help="The service that its platform names.")
@config_option
def assign(name: str | None, course: int, platform_default: bool, config: Path) -> None:
    r"""Let a course meet on another service, or on its platform's again.

    Links that name a service of their own (custom parameter conferencing) stay there. A meeting
    that may be running stays where it is until nobody has opened it for twelve hours.

    \b
    Example:
      lti-bridge conferencing assign backup --course 12 --config /etc/lti-bridge.toml
    """
    if (name is None) != platform_default:
        raise click.UsageError("Give either the NAME of a service or --platform-default.")
    with bridge_of(config) as bridge:
        bridge.prepare()
        if name is not None:
            bridge.services.service_for(name)
        with written_down(bridge) as note:
            if not bridge.store.services.assign_course(course, name):
                raise click.ClickException(f"There is no course with the number {course}.")
            moved = bridge.follow_platforms()
            after = {"service": name or "its platform's", "meetings_moved": moved}
            note("course.service", f"course {course}", after=after)
    where = "its platform's service" if name is None else name
    click.echo(f"Course {course} meets on {where} now. Meetings that moved: {moved}.")
