"""The ``lti-bridge`` command. Each command is a module; what it needs is imported when it runs."""

from __future__ import annotations

import sys

import click

from lti_bridge import __version__
from lti_bridge.cli.database import db
from lti_bridge.cli.demo import demo
from lti_bridge.cli.doctor import doctor
from lti_bridge.cli.platforms import platform
from lti_bridge.cli.serve import serve
from lti_bridge.cli.worker import worker
from lti_bridge.errors import BridgeError, SettingsError

__all__ = ["main"]

WRONG_SETTINGS = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96})
@click.version_option(__version__, prog_name="lti-bridge")
def commands() -> None:
    """From the link in an LMS course into the live class, in the right role.

    Try it on this machine, with nothing else needed:  lti-bridge demo
    """


for command in (demo, serve, worker, db, doctor, platform):
    commands.add_command(command)


def main() -> None:
    """Run the command line; errors of ours end in a line or more on stderr and an exit code.

    Exit codes: 0 well; 1 it failed; 2 the command line or the settings are wrong.
    """
    try:
        commands(prog_name="lti-bridge")
    except SettingsError as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        sys.exit(WRONG_SETTINGS)
    except BridgeError as error:
        click.echo(f"lti-bridge: {error.message} {error.remedy}".rstrip(), err=True)
        sys.exit(1)
