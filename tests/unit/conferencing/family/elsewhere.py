"""A simulator in a process of its own: for tests of many calls, each side has its processor."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from lti_bridge.simulators.serving import Server
from tests.unit.conferencing.family.simulated import simulator_of
from tests.unit.conferencing.services import a_client, a_service


@dataclass
class Elsewhere:
    """A service, and the time of its simulator (seconds, to be changed)."""

    service: Any
    time: Any

    def everything_is_over(self) -> None:
        """Let so much time pass that every meeting has ended."""
        self.time.value += 1000


def _serve(kind: type[Any], time: Any, pipe: Any) -> None:
    simulator = simulator_of(kind, clock=lambda: time.value)
    with Server(simulator) as server:
        pipe.send(simulator.url_for(server))
        with suppress(EOFError):
            pipe.recv()


@contextmanager
def elsewhere(kind: type[Any]) -> Iterator[Elsewhere]:
    context = multiprocessing.get_context("spawn")
    time = context.Value("d", 1000.0)
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(kind, time, theirs))
    process.start()
    theirs.close()
    try:
        with a_client() as client:
            yield Elsewhere(kind(a_service(ours.recv(), kind=kind.kind), client), time)
    finally:
        ours.close()
        process.join()
        process.close()
