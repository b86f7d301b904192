"""The ``lti-bridge`` command. Each command is a module; what it needs is imported when it runs."""

from __future__ import annotations

import sys

import click

from lti_bridge import __version__
from lti_bridge.cli.admins import admin
from lti_bridge.cli.attendance import attendance
from lti_bridge.cli.conferencing import conferencing
from lti_bridge.cli.courses import course
from lti_bridge.cli.database import db
from lti_bridge.cli.demo import demo
from lti_bridge.cli.doctor import doctor
from lti_bridge.cli.engagement import engagement
from lti_bridge.cli.grades import grades
from lti_bridge.cli.guests import guests
from lti_bridge.cli.jobs import jobs
from lti_bridge.cli.keys import keys
from lti_bridge.cli.launches import launches
from lti_bridge.cli.lmss import COMMANDS as LMS_COMMANDS
from lti_bridge.cli.meets import meets
from lti_bridge.cli.old_lmss import COMMANDS as OLD_LMS_COMMANDS
from lti_bridge.cli.person import person
from lti_bridge.cli.platforms import platform
from lti_bridge.cli.registering import COMMANDS as REGISTRATION_COMMANDS
from lti_bridge.cli.serve import serve
from lti_bridge.cli.tokens import token
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


for command in (
    demo,
    course,
    serve,
    worker,
    jobs,
    db,
    doctor,
    admin,
    platform,
    person,
    launches,
    keys,
    conferencing,
    meets,
    engagement,
    token,
    attendance,
    grades,
    guests,
):
    commands.add_command(command)
for command in (*REGISTRATION_COMMANDS, *LMS_COMMANDS, *OLD_LMS_COMMANDS):
    platform.add_command(command)


def _keep_examples(command: click.Command) -> None:
    """Let the lines of an example stand as written.

    Docstrings are raw, so that click's mark for that is two characters in them instead of one.
    """
    command.help = (command.help or "").replace("\\b\n", "\b\n")
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        _keep_examples(each)


_keep_examples(commands)


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
