"""Servers under test, each a process tree whose CPU and memory the kernel accounts."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass
class Server:
    """A started server."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    database: psutil.Process | None = None
    """The database server, whose CPU counts too."""

    @property
    def address(self) -> tuple[str, int]:
        return ("127.0.0.1", self.port)

    def cpu(self) -> float:
        """CPU seconds of the whole tree, user and system, up to now."""
        return sum(_cpu(root) for root in self._roots())

    def worker_megabytes(self) -> float:
        """Of the largest process that serves (private and shared pages counted proportionally)."""
        tree = psutil.Process(self.process.pid).children(recursive=True)
        serving = [p for p in tree if "worker" not in p.cmdline()[-6:]]
        return max((p.memory_full_info().pss for p in serving), default=0) / 1e6

    def _roots(self) -> Iterator[psutil.Process]:
        yield psutil.Process(self.process.pid)
        if self.database is not None:
            yield self.database


def _cpu(root: psutil.Process) -> float:
    total = 0.0
    for process in [root, *root.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    # Of children that ended (PostgreSQL's backends, say) the parent has the sum.
    times = root.cpu_times()
    return total + times.children_user + times.children_system


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(
    name: str, command: Sequence[str], port: int, ready: str, log: Path, **environ: str
) -> Iterator[Server]:
    """Run a server until the block ends."""
    with log.open("wb") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], env={**os.environ, **environ},
            stderr=lines, stdout=lines, start_new_session=True,
        )  # fmt: skip
        try:
            _wait(process, f"http://127.0.0.1:{port}{ready}", log)
            yield Server(name, port, process)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"didn't start:\n{log.read_text()}")
