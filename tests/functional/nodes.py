"""Server processes as production runs them, and a load balancer in front of them."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from tests.campus import Browser, Campus

HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})
BROKE = 502
PAUSE = 0.05
"""Seconds between one launch and the next of the same thread: the rest of the machine works, too."""


def until(true: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it didn't come about in time"
        time.sleep(0.05)


@contextmanager
def process(command: str, config: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """``lti-bridge COMMAND``, in a group of its own: all of it can be killed at once."""
    with (config.parent / f"{command}-{'-'.join(options)}.log".replace("--", "")).open("ab") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "lti_bridge.cli", command, "--config", str(config), *options],
            stderr=log,
            start_new_session=True,
        )
    try:
        yield running
    finally:
        if running.poll() is None:
            running.send_signal(signal.SIGTERM)
            running.wait(timeout=40)


def kill(*processes: subprocess.Popen[bytes]) -> None:
    """As when the power goes."""
    for one in processes:
        os.killpg(one.pid, signal.SIGKILL)
    for one in processes:
        one.wait()


def behind(campus: Campus, balancer: Balancer) -> Path:
    """The settings of the campus's bridge as it is reached through there; the LMS knows of it."""
    config = campus.file.with_name("balanced.toml")
    url = f"http://127.0.0.1:{balancer.port}"
    config.write_text(campus.file.read_text().replace(campus.url, url, 1))
    campus.url = url
    tool = replace(
        campus.lms.tools["client-1"],
        login_url=f"{url}/lti/login",
        launch_url=f"{url}/lti/launch",
        key_set_url=f"{url}/lti/jwks.json",
    )
    campus.lms.add_tool(tool)
    return config


def is_ready(port: int) -> bool:
    try:
        urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
    except (URLError, OSError):
        return False
    return True


class Balancer(ThreadingHTTPServer):
    """Requests go to the nodes in turn. One that can't be reached is passed over, and asked again
    for ``try_seconds``; a request that a node has begun to take is never sent twice.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, ports: Sequence[int], *, try_seconds: float = 20.0) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.ports = ports
        self.try_seconds = try_seconds
        self.answered: Counter[int] = Counter()
        self.broken: list[float] = []
        self._lock = threading.Lock()
        self._turn = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def next_port(self) -> int:
        with self._lock:
            self._turn += 1
            return self.ports[self._turn % len(self.ports)]

    def connected(self) -> tuple[int, http.client.HTTPConnection] | None:
        end = time.monotonic() + self.try_seconds
        while True:
            for _ in self.ports:
                port = self.next_port()
                line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                try:
                    line.connect()
                except OSError:
                    continue
                return port, line
            if time.monotonic() >= end:
                return None
            time.sleep(0.05)


class _Passing(BaseHTTPRequestHandler):
    server: Balancer

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        found = self.server.connected()
        if found is None:
            self._answer(504, [], b"")
            return
        port, line = found
        try:
            line.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                line.putheader(name, value)
            line.endheaders(body)
            response = line.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self.server.broken.append(time.monotonic())
            self._answer(BROKE, [], b"")
            return
        finally:
            line.close()
        self.server.answered[port] += 1
        self._answer(response.status, response.getheaders(), content)

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _pass  # noqa: N815 - names of the standard library


@contextmanager
def balanced(ports: Sequence[int], *, try_seconds: float = 20.0) -> Iterator[Balancer]:
    balancer = Balancer(ports, try_seconds=try_seconds)
    thread = threading.Thread(target=balancer.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield balancer
    finally:
        balancer.shutdown()
        thread.join()
        balancer.server_close()


class Load:
    """People who launch one after the other, and never stop."""

    def __init__(self, campus: Campus, pairs: Sequence[tuple[Any, Any]], *, threads: int) -> None:
        """``pairs``: who launches which link."""
        self._campus = campus
        self._pairs = pairs
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._go_on, args=(number,)) for number in range(threads)
        ]
        self.joined: list[float] = []
        self.broken: list[float] = []
        """When, by :func:`time.monotonic`."""
        self.wrong: list[str] = []

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _go_on(self, number: int) -> None:
        while not self._over.wait(PAUSE):
            number += 1
            self._launch(*self._pairs[number % len(self._pairs)])

    def _launch(self, person: Any, link: Any) -> None:
        campus, browser = self._campus, Browser()
        login = campus.login(browser, person, link)
        if login.status == BROKE:
            self.broken.append(time.monotonic())
            return
        if login.status not in {302, 303}:
            self.wrong.append(f"login: {login.status} {login.text[:500]}")
            return
        answer = campus.post_launch(browser, campus.lms.launch_form(person, link, login.location))
        if answer.status == BROKE:
            self.broken.append(time.monotonic())
        elif answer.status in {302, 303} and "/join" in answer.location:
            self.joined.append(time.monotonic())
        else:
            self.wrong.append(f"launch: {answer.status} {answer.text[:500]}")
