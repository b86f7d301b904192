"""The figures, for a terminal and for docs/performance.md."""

from __future__ import annotations

import datetime
import os
import platform
from importlib.metadata import version
from pathlib import Path

from tests.bench.measure import FLOOR, MANY_COURSES, ONE_COURSE, SEEN, Bench

TARGETS = {SEEN: 2.0, ONE_COURSE: 3.0, MANY_COURSES: 3.0}
MEGABYTES = 120

HEAD = """\
# What a launch costs

Made by `make bench`; run it to have it for your machine. A launch is `/lti/login` and
`/lti/launch` up to the 303, each with a freshly signed token. The floor is the same server with two
Flask routes that do nothing but the signature check, one insert and one SHA-1. CPU is what the
kernel accounts to the server's process tree (and the database server's), in user and system mode.
Rounds are interleaved; a ratio is the median over the rounds of a pass to the floor in the same
round. Ratios travel between machines, milliseconds don't.
"""


def tell(bench: Bench) -> None:
    print(f"\n{_engine(bench)}")
    for row in _rows(bench):
        print(
            "  "
            + "  ".join(f"{cell:<30}" if n == 0 else f"{cell:>14}" for n, cell in enumerate(row))
        )
    for fact, value in _facts(bench):
        print(f"  {fact:<62}{value}")


def markdown(results: list[Bench]) -> str:
    parts = [HEAD, f"\n{_machine()}\n"]
    for bench in results:
        parts.append(f"\n## {_engine(bench)}\n\n")
        parts.append(
            "| pass | CPU ms per launch | × floor | target |\n| --- | ---: | ---: | ---: |\n"
        )
        parts += [f"| {' | '.join(row)} |\n" for row in _rows(bench)]
        parts.append("\n")
        parts += [f"- {fact}: {value}\n" for fact, value in _facts(bench)]
    return "".join(parts)


def _rows(bench: Bench) -> list[tuple[str, str, str, str]]:
    rows = [(FLOOR, f"{bench.median(FLOOR):.2f}", "1.00", "")]
    for name, target in TARGETS.items():
        ratio = bench.ratio(name)
        rows.append((name, f"{bench.median(name):.2f}", f"{ratio:.2f}", f"≤ {target:.0f}"))
    return rows


def _facts(bench: Bench) -> list[tuple[str, str]]:
    crowd = bench.crowd
    refused = sum(crowd.statuses.values()) - crowd.joined
    return [
        (
            "launches per second at saturation, floor (one process)",
            f"{bench.saturation['floor']:.0f}",
        ),
        (
            "launches per second at saturation, bridge (one process)",
            f"{bench.saturation['bridge']:.0f}",
        ),
        (
            "p50 / p95 / p99 at a third of that, both requests",
            " / ".join(f"{bench.percentile(share):.1f} ms" for share in (0.5, 0.95, 0.99)),
        ),
        (
            f"{sum(crowd.statuses.values())} people into one course at once",
            f"{crowd.took:.1f} s, {refused} not sent in, {bench.crowd_creates} create",
        ),
        (
            (
                f"{bench.waited.people} people who wait for a teacher, each asking every"
                f" {bench.waited.pause:.0f} s, at two processes"
            ),
            (
                f"{bench.waited.calls_per_5s:.2f} calls at the service in 5 s (target ≤ 1),"
                f" {bench.waited.milliseconds / bench.median(FLOOR):.2f} × floor each"
            ),
        ),
        (f"memory of a worker process (target under {MEGABYTES} MB)", f"{bench.megabytes:.0f} MB"),
    ]


def _engine(bench: Bench) -> str:
    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[bench.engine]


def _machine() -> str:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    return (
        f"Measured on {today}: {_processor()}, {os.cpu_count()} cores (shared with the load),"
        f" {platform.system()} {platform.machine()}, Python {platform.python_version()},"
        f" granian {version('granian')}, Flask {version('flask')}."
    )


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            return next(line.partition(":")[2].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor() or "unknown processor"
