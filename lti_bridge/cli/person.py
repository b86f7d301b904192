"""``lti-bridge person``: all that is held of one person: found, given out, erased."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from lti_bridge.cli.auditing import who
from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.tables import NOTHING, shown, table, when

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lti_bridge.app import Bridge
    from lti_bridge.store import Erased, FoundPerson

_HEADS: Final = ("row", "number", "lms", "lti user", "name", "e-mail", "courses", "known since")
who_argument = click.argument("known_as", metavar="WHO")
row_option = click.option(
    "--row",
    type=click.IntRange(1, 2**63 - 1),
    default=None,
    help="Which of several: the row that `person find` says.",
)
lms_option = click.option("--lms", default="", help="Only of this LMS: its name, or its row.")


@click.group()
def person() -> None:
    """People: what is held of one, given out or erased."""


@person.command()
@who_argument
@lms_option
@config_option
@json_option
def find(known_as: str, lms: str, config: Path, as_json: bool) -> None:
    r"""Everybody who is known as WHO: a number, an LTI user ID, an e-mail address, a whole name.

    The number may be MEETS' or the bridge's own. The same human being is found once of each LMS
    that they come from. Exit code 1 where there is nobody.

    \b
    Example:
      lti-bridge person find ana@example.edu --config /etc/lti-bridge.toml
      lti-bridge person find 4711 --lms "Campus Moodle" --json --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        found = _found(bridge, known_as, lms)
    if as_json:
        print_json([_facts(one) for one in found])
    elif found:
        click.echo("\n".join(table(_HEADS, map(_row, found))))
    if not found:
        raise _nobody(known_as)


@person.command()
@who_argument
@row_option
@lms_option
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Write to this new file, which only you may read, instead of printing.",
)
@config_option
def export(known_as: str, row: int | None, lms: str, output: Path | None, config: Path) -> None:
    r"""All that is held of WHO, as one JSON document (docs/privacy.md); without secrets.

    \b
    Example:
      lti-bridge person export ana@example.edu --output ana.json --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        one = _one(bridge, known_as, lms, row)
        click.echo(f"Reading what is held of person {one.id} …", err=True)
        document = bridge.store.persons.document(one.id, _now_ms())
        _note(bridge, "person.export", one)
    if output is None:
        print_json(document)
        return
    try:
        output.touch(0o600, exist_ok=False)
        output.write_text(json.dumps(document, indent=2, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{output} can't be written: {error.strerror}.") from None
    click.echo(f"Written to {output}.", err=True)


@person.command()
@who_argument
@row_option
@lms_option
@click.option("--yes", is_flag=True, help="Don't ask.")
@config_option
@json_option
def erase(known_as: str, row: int | None, lms: str, yes: bool, config: Path, as_json: bool) -> None:
    r"""Erase WHO from every table of the bridge, after saying what would be lost and asking.

    Grades stay in the LMS's gradebook, recordings with their service, and MEETS has its own data:
    speak with whoever keeps those. For as long as the LMS's roster names somebody, or when they
    launch again, they are known anew, as a stranger.

    \b
    Example:
      lti-bridge person erase ana@example.edu --config /etc/lti-bridge.toml
      lti-bridge person erase 4711 --row 4711 --yes --json --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        one = _one(bridge, known_as, lms, row)
        counts = bridge.store.persons.counts(one.id)
        if not yes:
            _say(
                f"This would be lost for good, of person {one.id} of {shown(one.platform)}:", counts
            )
            click.confirm("Erase them?", abort=True, err=True)
        click.echo(f"Erasing person {one.id} …", err=True)
        erased = bridge.store.persons.erase(one.id, _entry("person.erase", one))
    if as_json:
        print_json(
            {"row": one.id, "erased": dict(erased.counts), "mentions": list(erased.mentions)}
        )
        return
    _tell(erased)


def _tell(erased: Erased) -> None:
    click.echo(f"Person {erased.person} is erased: {sum(erased.counts.values())} rows.")
    click.echo("Servers that run forget them within 20 seconds of the next launch.")
    if erased.mentions:
        click.echo("Words that others wrote still name them; look whether they should:")
        for place in erased.mentions:
            click.echo(f"  {place}")
    click.echo("Not ours, and still there: grades in the LMS, recordings at their service, MEETS.")


def _say(head: str, counts: dict[str, int]) -> None:
    click.echo(head, err=True)
    for name, count in counts.items():
        if count:
            click.echo(f"  {name.replace('_', ' '):<24}{count}", err=True)


def _found(bridge: Bridge, known_as: str, lms: str) -> Sequence[FoundPerson]:
    found = bridge.store.persons.find(known_as)
    return [one for one in found if lms in {"", one.platform, str(one.connection_id)}]


def _one(bridge: Bridge, known_as: str, lms: str, row: int | None) -> FoundPerson:
    found = [one for one in _found(bridge, known_as, lms) if row in {None, one.id}]
    if not found:
        raise _nobody(known_as)
    if len(found) > 1:
        for line in table(_HEADS, map(_row, found)):
            click.echo(line, err=True)
        raise click.ClickException("Several are known so: say which, with --row.")
    return found[0]


def _nobody(known_as: str) -> click.ClickException:
    return click.ClickException(f"Nobody is known as {known_as!r}.")


def _note(bridge: Bridge, action: str, one: FoundPerson) -> None:
    bridge.store.audit.add(_entry(action, one))


def _entry(action: str, one: FoundPerson) -> Any:
    from lti_bridge.store import AuditEntry

    return AuditEntry(_now_ms(), who(), action, f"person {one.id}")


def _facts(one: FoundPerson) -> dict[str, Any]:
    return {
        "row": one.id,
        "number": one.number,
        "lms": {"row": one.connection_id, "name": one.platform, "lti": one.version},
        "lti_user_id": one.lti_user_id,
        "name": one.name,
        "email": one.email,
        "courses": one.courses,
        "created_ms": one.created_ms,
    }


def _row(one: FoundPerson) -> tuple[str, ...]:
    return (
        str(one.id),
        str(one.number),
        one.platform,
        one.lti_user_id,
        one.name or NOTHING,
        one.email or NOTHING,
        str(one.courses),
        when(one.created_ms),
    )


def _now_ms() -> int:
    return int(time.time() * 1000)
