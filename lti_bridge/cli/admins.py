"""``lti-bridge admin``: who may use the admin pages, and what they did there."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from lti_bridge.cli.auditing import written_down
from lti_bridge.cli.options import bridge_of, config_option, json_option, print_json
from lti_bridge.cli.tables import shown, table, when
from lti_bridge.cli.tokens import PERMISSIONS

if TYPE_CHECKING:
    from lti_bridge.app import Bridge
    from lti_bridge.store import Administrator

NAME: Final = click.argument("name")
PASSWORD: Final = click.option(
    "--password-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The password is this file's first line; you are asked, unless given.",
)


@click.group()
def admin() -> None:
    """Administrators: who may use the admin pages, at PUBLIC_URL/admin."""


@admin.command()
@NAME
@click.option(
    "--permission",
    "permissions",
    multiple=True,
    type=click.Choice(PERMISSIONS),
    help="What they may do, as MEETS calls it; may be given several times. All, unless given.",
)
@PASSWORD
@config_option
def create(
    name: str, permissions: tuple[str, ...], password_file: Path | None, config: Path
) -> None:
    r"""Let somebody in, by NAME and a password of 12 characters or more.

    \b
    Example:
      lti-bridge admin create ana@example.edu --config /etc/lti-bridge.toml
    """
    from lti_bridge.admin import Passwords, account_name, check_strength

    known_as, wanted = account_name(name), permissions or PERMISSIONS
    if not known_as or not known_as.isprintable():
        raise click.ClickException("Give a name that can be typed.")
    password = _password(password_file)
    check_strength(known_as, password)
    with bridge_of(config) as bridge:
        bridge.prepare()
        password_hash = Passwords().hashed(password)
        with written_down(bridge) as note:
            administrators = bridge.store.administrators
            if administrators.add(known_as, password_hash, wanted, _now_ms()) is None:
                raise click.ClickException(f"There is an administrator {known_as!r} already.")
            note("administrator.add", known_as, after={"permissions": sorted(wanted)})
        url = f"{bridge.settings.public_url}/admin"
    click.echo(f"{shown(known_as)} may sign in: {url}")


@admin.command("list")
@config_option
@json_option
def list_admins(config: Path, as_json: bool) -> None:
    r"""Every administrator, a line each.

    \b
    Example:
      lti-bridge admin list --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        known = bridge.store.administrators.all()
    if as_json:
        print_json([_facts(one) for one in known])
        return
    if not known:
        click.echo("Nobody yet. Make the first: lti-bridge admin create NAME --config FILE")
        return
    heads = ("id", "name", "may", "second step", "last signed in", "state")
    for line in table(heads, [_row(one) for one in known]):
        click.echo(line)


@admin.command()
@NAME
@click.option("--undo", is_flag=True, help="Let them in again.")
@config_option
def disable(name: str, undo: bool, config: Path) -> None:
    r"""Let an administrator in no more, and sign them out everywhere.

    \b
    Example:
      lti-bridge admin disable ana@example.edu --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        one = _found(bridge, name)
        action = "administrator.enable" if undo else "administrator.disable"
        with written_down(bridge) as note:
            if undo:
                bridge.store.administrators.enable(one.id)
            else:
                bridge.store.administrators.disable(one.id, _now_ms())
            note(action, one.name, {"active": one.is_active}, {"active": undo})
    click.echo("Let in again." if undo else "Disabled, and signed out everywhere.")


@admin.command()
@NAME
@PASSWORD
@config_option
def password(name: str, password_file: Path | None, config: Path) -> None:
    r"""Give an administrator another password, and sign them out everywhere.

    \b
    Example:
      lti-bridge admin password ana@example.edu --config /etc/lti-bridge.toml
    """
    from lti_bridge.admin import Passwords, check_strength

    with bridge_of(config) as bridge:
        bridge.prepare()
        one = _found(bridge, name)
        if one.single_sign_on:
            raise click.ClickException("They sign in at the identity provider.")
        new = _password(password_file)
        check_strength(one.name, new)
        password_hash = Passwords().hashed(new)
        with written_down(bridge) as note:
            bridge.store.administrators.set_password(one.id, password_hash)
            note("administrator.password", one.name)
    click.echo("The password is changed.")


@admin.command("totp-off")
@NAME
@config_option
def totp_off(name: str, config: Path) -> None:
    r"""Ask an administrator who lost their authenticator for no code any more.

    \b
    Example:
      lti-bridge admin totp-off ana@example.edu --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        one = _found(bridge, name)
        before = {"second_step": one.has_second_step}
        with written_down(bridge) as note:
            bridge.store.administrators.set_second_step(one.id, None)
            note("administrator.totp_off", one.name, before, {"second_step": False})
    click.echo("Signing in asks them for no code any more.")


@admin.command()
@click.option("--search", default="", help="Only where this is in who, what, or to what.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@config_option
@json_option
def audit(search: str, limit: int, config: Path, as_json: bool) -> None:
    r"""What administrators did, the latest first.

    \b
    Example:
      lti-bridge admin audit --search platform --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        found = bridge.store.audit.search(search, limit=limit)
    if as_json:
        print_json(
            [
                {
                    "at_ms": one.at_ms,
                    "who": one.who,
                    "action": one.action,
                    "subject": one.subject,
                    "before": dict(one.before),
                    "after": dict(one.after),
                }
                for one in found
            ]
        )
        return
    if not found:
        click.echo("Nothing was written down yet.")
        return
    rows = [
        (when(one.at_ms), one.who, one.action, one.subject, _plain(one.before), _plain(one.after))
        for one in found
    ]
    for line in table(("when", "who", "what", "to what", "before", "after"), rows):
        click.echo(line)


def _plain(values: Any) -> str:
    return json.dumps(dict(values), ensure_ascii=False) if values else ""


def _found(bridge: Bridge, name: str) -> Administrator:
    from lti_bridge.admin import account_name

    one = bridge.store.administrators.by_name(account_name(name))
    if one is None:
        raise click.ClickException(
            f"No administrator is called {name!r}. See: lti-bridge admin list"
        )
    return one


def _password(file: Path | None) -> str:
    """Never from the command line, which others on this machine can see."""
    if file is not None:
        return file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


def _facts(one: Administrator) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "permissions": sorted(one.permissions),
        "single_sign_on": one.single_sign_on,
        "second_step": one.has_second_step,
        "created_ms": one.created_ms,
        "signed_in_ms": one.signed_in_ms,
        "disabled_ms": one.disabled_ms,
    }


def _row(one: Administrator) -> tuple[str, ...]:
    return (
        str(one.id),
        one.name,
        ", ".join(sorted(one.permissions)),
        "yes" if one.has_second_step else "no",
        when(one.signed_in_ms),
        "active" if one.is_active else "disabled",
    )


def _now_ms() -> int:
    return int(time.time() * 1000)
