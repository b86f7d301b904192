"""``lti-bridge serve``: the production server."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from lti_bridge.cli.options import bridge_of, config_option
from lti_bridge.errors import SettingsError

THREADS: Final = 64
"""Per worker process. Threads mostly wait: for the database, or for the one ``create``."""
STOP_SECONDS: Final = 30
"""Requests in flight get this long to end."""
RELOAD_SECONDS: Final = 15.0
"""At SIGHUP a new process gets so long to come up, before the one that it follows ends: with
less, a busy machine would answer nobody in between."""
RESTART_SECONDS: Final = 2.0
"""Pause before a worker that died is started again."""


@click.command()
@config_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 256), help="Processes."
)
@click.option(
    "--with-worker/--without-worker",
    "with_worker",
    default=None,
    help="Run the background jobs beside the server.  [default: with, on SQLite]",
)
def serve(config: Path, host: str, port: int, workers: int, with_worker: bool | None) -> None:
    r"""Serve, in the foreground. Ready when GET /readyz answers 200; SIGTERM ends it.

    SIGHUP starts its processes anew with new settings, one by one; no launch is lost.

    \b
    Example:
      lti-bridge serve --config /etc/lti-bridge.toml --port 8080 --workers 2
    """
    # Before anything imports the metrics: processes add theirs up in this folder.
    with tempfile.TemporaryDirectory(prefix="lti-bridge-metrics-") as metrics:
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", metrics)
        with bridge_of(config) as bridge:
            bridge.prepare()
            beside = bridge.store.database.is_sqlite if with_worker is None else with_worker
        os.environ["LTI_BRIDGE_CONFIG"] = str(config.absolute())
        with _worker(config, run=beside) as worker:
            _run(host, port, workers, _Reload(config, worker))


def _run(host: str, port: int, workers: int, reload: _Reload) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LOGGING_CONFIG, LogLevels

    # That many threads are meant; granian warns of them at each start.
    logging.getLogger("_granian").addFilter(lambda line: "Python threads" not in line.getMessage())
    handlers: Any = LOGGING_CONFIG["handlers"]
    server: Any = Granian(
        "lti_bridge.wsgi:create",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        backlog=2048,
        respawn_failed_workers=True,
        respawn_interval=RELOAD_SECONDS,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.warning,
        log_dictconfig={
            "handlers": {
                name: {**one, "stream": "ext://sys.stderr"} for name, one in handlers.items()
            }
        },
    )
    reload.guard(server)
    click.echo(f"lti-bridge listens on http://{host}:{port}", err=True)
    server.serve()


class _Reload:
    """SIGHUP: processes with the settings as they are now, if these are any good."""

    def __init__(self, config: Path, worker: _Beside | None) -> None:
        self._config = config
        self._worker = worker

    def guard(self, server: Any) -> None:
        """Let the server start its processes anew only where they would come up."""
        from lti_bridge.settings import load

        anew: Callable[..., None] = server.signal_handler_reload

        def checked(*signal_and_frame: object) -> None:
            try:
                load(self._config)
            except SettingsError as error:
                click.echo("\n".join(error.problems), err=True)
                click.echo("The settings can't be used: those of before stay in effect.", err=True)
                return
            anew(*signal_and_frame)
            if self._worker is not None:
                self._worker.begin_anew()

        server.signal_handler_reload = checked


@contextmanager
def _worker(config: Path, *, run: bool) -> Iterator[_Beside | None]:
    if not run:
        yield None
        return
    beside = _Beside([sys.executable, "-m", "lti_bridge.cli", "worker", "--config", str(config)])
    beside.start()
    try:
        yield beside
    finally:
        beside.stop()


class _Beside(threading.Thread):
    """Keeps a process running beside the server, and ends it with the server."""

    def __init__(self, command: list[str]) -> None:
        super().__init__(name="worker-beside", daemon=True)
        self._command = command
        self._over = threading.Event()
        self._process = self._begin()

    def _begin(self) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C in the terminal reaches the server, which ends the worker.
        return subprocess.Popen(self._command, start_new_session=True)  # noqa: S603 - our own

    def run(self) -> None:
        while True:
            self._process.wait()
            if self._over.wait(RESTART_SECONDS):
                return
            self._process = self._begin()

    def begin_anew(self) -> None:
        """End it: it is started again, with the settings as they are then."""
        self._process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        self._over.set()
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self.join()
