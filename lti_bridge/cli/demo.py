"""``lti-bridge demo``: a whole small campus on this machine, clicked through in a browser."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final
from urllib.error import URLError
from urllib.request import urlopen

import click

from lti_bridge.cli import demo_contents

if TYPE_CHECKING:
    from lti_bridge.simulators.bigbluebutton import Simulator
    from lti_bridge.simulators.engagement import EngagementSimulator
    from lti_bridge.simulators.lms import Campus, LmsSimulator
    from lti_bridge.simulators.meets import MeetsSimulator
    from lti_bridge.simulators.onstream import OnstreamSimulator

LOOPBACK: Final = "127.0.0.1"
READY_SECONDS: Final = 30.0

SETTINGS: Final = """\
# Made by `lti-bridge demo`, for this run only.
public_url   = "{bridge}"
database_url = "sqlite:///{folder}/demo.db"
secret_key   = "{secret_key}"

[security]
allow_http             = true
allow_private_networks = true

[meets]
url      = "{meets}"
username = "bridge"
password = "{password}"

[[conferencing]]
name   = "live"
kind   = "meetingz"
url    = "{meetingz}"
secret = "{secret}"

[[conferencing]]
name   = "mconf"
kind   = "mconf"
url    = "{mconf}"
secret = "{secret}"

[[conferencing]]
name   = "bigbluebutton"
kind   = "bigbluebutton"
url    = "{bigbluebutton}"
secret = "{secret}"

[[conferencing]]
name     = "onstream"
kind     = "onstream"
url      = "{onstream}"
username = "riverbank"
password = "{password}"
timezone = "UP1"

[engagement]
url          = "{engagement}"
key          = "riverbank"
secret       = "{password}"
account      = "riverbank"
match_people = true

[[platform]]
name             = "Riverbank University"
type             = "Other"
version          = "1.3"
issuer           = "{lms}"
client_id        = "{client_id}"
deployment_ids   = ["1"]
auth_login_url   = "{lms}/lti/auth"
auth_token_url   = "{lms}/lti/token"
key_set_url      = "http://{lms_address}/lti/jwks"
meets_connection = 1
conferencing     = "live"

[[platform]]
name             = "Riverbank by LTI 1.1"
type             = "Other"
version          = "1.1"
consumer_key     = "{consumer_key}"
shared_secret    = "{secret}"
hosts            = ["{lms_host}"]
meets_connection = 1
conferencing     = "live"
"""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each part of the demo listens."""

    lms: int
    bridge: int
    meetingz: int
    mconf: int
    bigbluebutton: int
    onstream: int
    meets: int
    engagement: int


@click.command()
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Of the page to open; the other parts take the next free ones.",
)
def demo(port: int) -> None:
    r"""Start a campus (LMS, conferencing services, MEETS, Meet & Engage) and print one URL.

    Open it, sign in as a student or a teacher, and click a live class. Ctrl-C ends everything;
    nothing is left behind.

    \b
    Example:
      lti-bridge demo --port 8000
    """
    # Ctrl-C too: a shell that starts it in the background has it ignored.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, _as_interrupt)
    with tempfile.TemporaryDirectory(prefix="lti-bridge-demo-") as folder, ExitStack() as stack:
        ports = _ports(port)
        settings = _start_services(stack, Path(folder), ports)
        log = stack.enter_context((Path(folder) / "bridge.log").open("w+b"))
        bridge = _start_bridge(stack, settings, ports.bridge, log)
        _wait_until_ready(bridge, ports.bridge, log)
        password = _fill_courses(settings)
        _bring_over(stack, settings, log)
        _welcome(ports, Path(folder) / "bridge.log", settings, password)
        try:
            bridge.wait()
            raise click.ClickException("The bridge ended by itself.\n" + _end_of(log))
        except KeyboardInterrupt:
            click.echo("\nGoodbye.")


def _as_interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _ports(wanted: int) -> Ports:
    if not _is_free(wanted):
        raise click.ClickException(
            f"Port {wanted} is taken. Choose another:  lti-bridge demo --port {wanted + 100}"
        )
    free = (port for port in range(wanted + 1, min(wanted + 1000, 65536)) if _is_free(port))
    needed = len(fields(Ports)) - 1
    others = list(islice(free, needed))
    if len(others) < needed:
        raise click.ClickException(f"No free ports after {wanted}. Choose another with --port.")
    return Ports(wanted, *others)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _start_services(stack: ExitStack, folder: Path, ports: Ports) -> Path:
    """Start everything but the bridge; gives the bridge's settings file."""
    from lti_bridge.simulators.engagement import create_engagement
    from lti_bridge.simulators.meets import create_meets
    from lti_bridge.simulators.serving import Server

    secret, password = secrets.token_urlsafe(24), secrets.token_urlsafe(16)
    meets = create_meets(learn=True, username="bridge", password=password)
    engagement = create_engagement(key="riverbank", secret=password, account="riverbank")
    lms, client_id, consumer_key = _lms(ports, secret)
    meets_server = stack.enter_context(Server(meets, LOOPBACK, ports.meets))
    engagement_server = stack.enter_context(Server(engagement, LOOPBACK, ports.engagement))
    stack.enter_context(Server(lms, LOOPBACK, ports.lms))
    meets.play_base = meets_server.url
    _fill(meets, engagement, lms.campus)
    file = folder / "demo.toml"
    file.write_text(
        SETTINGS.format(
            bridge=f"http://{LOOPBACK}:{ports.bridge}",
            folder=folder,
            secret_key=secrets.token_urlsafe(48),
            meets=meets.url_for(meets_server),
            engagement=engagement.url_for(engagement_server),
            password=password,
            secret=secret,
            lms=lms.issuer,
            client_id=client_id,
            consumer_key=consumer_key,
            lms_host=lms.issuer.removeprefix("http://"),
            lms_address=f"{LOOPBACK}:{ports.lms}",
            **_conferencing(stack, ports, secret, password),
        ),
        encoding="utf-8",
    )
    return file


def _fill(meets: MeetsSimulator, engagement: EngagementSimulator, campus: Campus) -> None:
    """What the others know of this campus already."""
    from lti_bridge.simulators.engagement.demo import fill as fill_engagement
    from lti_bridge.simulators.meets.demo import fill as fill_meets

    now = int(time.time())
    titles = {course.id: course.title for course in campus.courses}
    fill_meets(meets, connection=1, courses=titles, now=now)
    for user in campus.users:
        meets.records.user(1, user.id, user.given_name, user.family_name, user.email)
    for course in campus.courses:
        number = meets.records.course(1, course.id)
        for sub, roles in course.roles.items():
            teaches = any("Instructor" in role for role in roles)
            meets.records.enrol(
                meets.records.user(1, sub), number, ["teacher" if teaches else "student"]
            )
    people = {user.email: user.name for user in campus.users}
    fill_engagement(engagement, people=people, now=now)


def _conferencing(stack: ExitStack, ports: Ports, secret: str, password: str) -> dict[str, str]:
    """Start the four services; their addresses by kind."""
    from lti_bridge.simulators.bigbluebutton import (
        create_bigbluebutton,
        create_mconf,
        create_meetingz,
    )
    from lti_bridge.simulators.onstream import create_onstream
    from lti_bridge.simulators.serving import Server

    services: dict[str, Simulator | OnstreamSimulator] = {
        "meetingz": create_meetingz(secret=secret, recordings=True),
        "mconf": create_mconf(secret=secret),
        "bigbluebutton": create_bigbluebutton(secret=secret),
        "onstream": create_onstream(username="riverbank", password=password, timezone="UP1"),
    }
    return {
        kind: service.url_for(stack.enter_context(Server(service, LOOPBACK, getattr(ports, kind))))
        for kind, service in services.items()
    }


def _lms(ports: Ports, secret: str) -> tuple[LmsSimulator, str, str]:
    """The LMS, and how it knows the bridge: by client ID, and by the key of LTI 1.1."""
    # By another host name than the bridge's, as in life: its frames are third parties.
    from lti_bridge.simulators.lms import EVERY_SCOPE, OldTool, Tool, create_lms
    from lti_bridge.simulators.lms.demo import OLD_KEY, campus_with_every_service

    bridge, client_id = f"http://{LOOPBACK}:{ports.bridge}", "bridge-demo"
    tool = Tool(
        client_id,
        "1",
        f"{bridge}/lti/login",
        f"{bridge}/lti/launch",
        "LTI Bridge",
        key_set_url=f"{bridge}/lti/jwks.json",
        scopes=EVERY_SCOPE,
    )
    campus = campus_with_every_service()
    lms = create_lms(issuer=f"http://localhost:{ports.lms}", tools=[tool], campus=campus)
    lms.add_old_tool(OldTool(OLD_KEY, secret, f"{bridge}/lti/1p1/launch", "LTI Bridge"))
    return lms, client_id, OLD_KEY


def _start_bridge(
    stack: ExitStack, settings: Path, port: int, log: IO[bytes]
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "lti_bridge.cli", "serve", "--config", str(settings)]
    bridge = subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--port", str(port)],
        stderr=log,
        start_new_session=True,
        env={k: v for k, v in os.environ.items() if not k.startswith("LTI_BRIDGE_")},
    )
    stack.callback(_end, bridge)
    return bridge


def _fill_courses(settings: Path) -> str:
    """What the bridge has already; gives the password of its administrator."""
    from lti_bridge.simulators.lms.demo import campus_with_every_service

    demo_contents.fill(settings, campus_with_every_service())
    return demo_contents.administrator(settings)


def _bring_over(stack: ExitStack, settings: Path, log: IO[bytes]) -> None:
    """As before a term: what MEETS knows of the courses, so that their pages show it at once."""
    command = [sys.executable, "-m", "lti_bridge.cli", "meets", "sync", "--events"]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--config", str(settings)], stdout=log, stderr=log, start_new_session=True
    )
    stack.callback(_end, process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_ready(bridge: subprocess.Popen[bytes], port: int, log: IO[bytes]) -> None:
    end = time.monotonic() + READY_SECONDS
    pause = threading.Event()
    while bridge.poll() is None and time.monotonic() < end:
        try:
            with urlopen(f"http://{LOOPBACK}:{port}/readyz", timeout=2):
                return
        except (URLError, OSError):
            pause.wait(0.1)
    raise click.ClickException("The bridge didn't start.\n" + _end_of(log))


def _end_of(log: IO[bytes]) -> str:
    log.seek(0)
    return log.read()[-4000:].decode("utf-8", "replace")


def _welcome(ports: Ports, log: Path, settings: Path, password: str) -> None:
    click.echo(
        "\n"
        "  A small university is running on this machine. Open:\n\n"
        f"      {click.style(f'http://localhost:{ports.lms}', bold=True, underline=True)}\n\n"
        "  Sign in as a student or a teacher, open a course, and click a live class.\n"
        "  World Literature has a link of LTI 1.1, as it was before the move to LTI 1.3.\n"
        "  Algebra I has a weekly lecture: classes that were held, with attendance, and some to\n"
        "  come. Introduction to Biology has classes on all four conferencing services;\n"
        "  each course's page lists classes held in MEETS too, with recordings and who was in.\n"
        "  To see an LMS register the bridge by itself, sign in as Nadia Benali, choose External\n"
        "  tools, and paste what this prints:  lti-bridge platform invite\n"
        f"  The bridge's own admin pages: http://{LOOPBACK}:{ports.bridge}/admin\n"
        f"  Sign in as {demo_contents.ADMINISTRATOR} with the password {password}\n"
        f"  Any command works on it:  export LTI_BRIDGE_CONFIG={settings}\n"
        "  For example:  lti-bridge engagement report      lti-bridge meets list events\n"
        f"  What the bridge does, line by line: {log}\n"
        "  Ctrl-C ends everything.\n"
    )
