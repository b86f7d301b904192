"""``lti-bridge conferencing add``, ``secret`` and ``remove``: an admin's own services."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from lti_bridge.cli.auditing import written_down
from lti_bridge.cli.conferencing.shared import service_argument, sure, yes_option
from lti_bridge.cli.options import bridge_of, config_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from lti_bridge.app import Bridge
    from lti_bridge.store import StoredService

SOON: Final = "Servers that run take it up within 20 seconds."

_Command = TypeVar("_Command", bound="Callable[..., Any]")


def secret_options(command: _Command) -> _Command:
    """Where the secret comes from; never the command line, which others can see."""
    file = click.option(
        "--secret-file", metavar="FILE", help="The secret (Onstream: the password) is in this file."
    )
    variable = click.option(
        "--secret-env", metavar="NAME", help="It is in this environment variable."
    )
    return file(variable(command))


@click.command()
@service_argument
@click.option("--kind", required=True, help="meetingz, mconf, bigbluebutton or onstream.")
@click.option("--url", required=True, help="The service's address.")
@click.option("--checksum", help="sha1, sha256, sha384 or sha512.  [default: by kind]")
@click.option("--username", help="The account (Onstream).")
@click.option("--timezone", help="The account's zone in Onstream's codes, such as UP1.")
@click.option("--daylight-saving", help="auto, on or off (Onstream).  [default: auto]")
@click.option("--send-timezone", is_flag=True, default=None, help="Name the zone (Onstream).")
@click.option("--experimental", is_flag=True, default=None, help="Allow slides (Onstream).")
@click.option("--replace", is_flag=True, help="Where it is there already: with these settings.")
@secret_options
@config_option
def add(
    name: str,
    replace: bool,
    secret_file: str | None,
    secret_env: str | None,
    config: Path,
    **keys: str | bool | None,
) -> None:
    r"""Add a service of your own. It is kept in the database, its secret sealed.

    The settings' rules hold for it. Without --secret-file and --secret-env you are asked.

    \b
    Example:
      lti-bridge conferencing add backup --kind bigbluebutton \
        --url https://bbb.example.edu/bigbluebutton/ --secret-file bbb.secret \
        --config /etc/lti-bridge.toml
    """
    from lti_bridge.settings import load_conferencing

    with bridge_of(config) as bridge:
        bridge.prepare()
        _check_is_new(bridge, name, replace=replace)
        given = {key: value for key, value in keys.items() if value is not None}
        key = _secret_key(str(given["kind"]))
        secret = _secret(secret_file, secret_env)
        values = {"name": name, **given, key: secret}
        service = load_conferencing(values, bridge.settings.security)
        with written_down(bridge) as note:
            if not bridge.store.services.save(service, _now_ms()):
                raise _in_the_file(name, "change it there")
            note("service.add", name, after={"kind": service.kind, "url": service.url})
    click.echo(f"{name} was added. {SOON}")
    click.echo(f"Test it:  lti-bridge conferencing check {name} --config {config}")


@click.command()
@service_argument
@secret_options
@config_option
def secret(name: str, secret_file: str | None, secret_env: str | None, config: Path) -> None:
    r"""Replace the secret of a service of your own, while meetings run.

    Without --secret-file and --secret-env you are asked.

    \b
    Example:
      lti-bridge conferencing secret backup --secret-file new.secret --config /etc/lti-bridge.toml
    """
    from lti_bridge.settings import load_conferencing

    with bridge_of(config) as bridge:
        bridge.prepare()
        stored = _stored(bridge, name)
        if stored.problem:
            raise click.ClickException(stored.problem)
        if stored.settings is None:
            key = _secret_key(stored.kind)
            raise _in_the_file(name, f"change its {key} there and start the bridge anew")
        key = _secret_key(stored.kind)
        kept = stored.settings.model_dump(mode="json", exclude={key}, exclude_unset=True)
        values = {**kept, key: _secret(secret_file, secret_env)}
        service = load_conferencing(values, bridge.settings.security)
        with written_down(bridge) as note:
            bridge.store.services.save(service, _now_ms())
            note("service.secret", name)
    click.echo(f"{name} has a new secret. {SOON}")
    click.echo(f"Test it:  lti-bridge conferencing check {name} --config {config}")


@click.command()
@service_argument
@yes_option
@config_option
def remove(name: str, yes: bool, config: Path) -> None:
    r"""Take a service of your own out of work, and forget its secret.

    Its courses meet on their platform's service then. Let its meetings end first:
    lti-bridge conferencing rest NAME.

    \b
    Example:
      lti-bridge conferencing remove backup --config /etc/lti-bridge.toml
    """
    with bridge_of(config) as bridge:
        bridge.prepare()
        stored = _stored(bridge, name)
        if stored.managed_by == "file":
            raise _in_the_file(name, "take it out there")
        sure(f"Take {name} out of work?", yes=yes)
        with written_down(bridge) as note:
            bridge.store.services.remove(name)
            note("service.remove", name, {"kind": stored.kind})
    with bridge_of(config) as bridge:  # one that doesn't know it any more
        bridge.prepare()
    click.echo(f"{name} is at work no more. {SOON}")


def _check_is_new(bridge: Bridge, name: str, *, replace: bool) -> None:
    if name in {each.name for each in bridge.settings.conferencing}:
        raise _in_the_file(name, "choose another name, or change it there")
    # One that can't be read any more may be added again.
    known = {each.name for each in bridge.store.services.all() if not each.problem}
    if name in known and not replace:
        raise click.ClickException(
            f"There is a service {name!r} already. For another secret:"
            f" lti-bridge conferencing secret {name}; for other settings say --replace."
        )


def _stored(bridge: Bridge, name: str) -> StoredService:
    from lti_bridge.errors import ServiceMissing

    known = bridge.store.services.all()
    for each in known:
        if each.name == name:
            return each
    raise ServiceMissing(
        f"There is no conferencing service {name!r}.",
        remedy="Choose one of: " + (", ".join(each.name for each in known) or "(none)"),
        code="service_missing",
    )


def _in_the_file(name: str, what: str) -> click.ClickException:
    return click.ClickException(f"{name!r} is a service of the settings file: {what}.")


def _secret_key(kind: str) -> str:
    from lti_bridge.store.services import SECRETS

    return SECRETS.get(kind, "secret")


def _secret(file: str | None, variable: str | None) -> str | dict[str, str]:
    """As the settings have it: text, or where it is to be found."""
    if file is not None and variable is not None:
        raise click.UsageError("Give --secret-file or --secret-env, not both.")
    if file is not None:
        return {"file": file}
    if variable is not None:
        return {"env": variable}
    typed: str = click.prompt("Secret", hide_input=True, err=True)
    return typed


def _now_ms() -> int:
    return int(time.time() * 1000)
