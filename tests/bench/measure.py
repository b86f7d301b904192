"""The passes, interleaved; and what comes of them."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.bench.client import Lms, Outcome, Person, run
from tests.bench.stage import Server
from tests.bench.waiting import Waited, wait
from tests.bench.world import World

LAUNCHES = 300
CROWD = 1000

FLOOR = "floor"
SEEN = "the same people again"
ONE_COURSE = "one course, new people"
MANY_COURSES = "100 courses, new people"
PASSES = (FLOOR, SEEN, ONE_COURSE, MANY_COURSES)


@dataclass
class Bench:
    """One engine's figures."""

    engine: str
    cpu: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in PASSES})
    """Milliseconds of server CPU per launch, by pass, a value per round."""
    saturation: dict[str, float] = field(default_factory=dict)
    """Launches per second, as many as go."""
    paced: list[float] = field(default_factory=list)
    """Seconds per launch at a third of saturation."""
    crowd: Outcome = field(default_factory=Outcome)
    crowd_creates: int = 0
    megabytes: float = 0.0
    waited: Waited = field(default_factory=Waited)

    def median(self, name: str) -> float:
        return statistics.median(self.cpu[name])

    def ratio(self, name: str) -> float:
        """Median over the rounds of this pass's CPU to the floor's in the same round."""
        pairs = zip(self.cpu[name], self.cpu[FLOOR], strict=True)
        return statistics.median(mine / floor for mine, floor in pairs)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.paced)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


class _Crowd:
    """Ever new people, and the ones that come back."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self.regulars = [Person(f"regular-{n}") for n in range(LAUNCHES)]

    def newcomers(self, count: int = LAUNCHES, courses: int = 1) -> list[Person]:
        return [
            Person(f"new-{number}", f"course-{number % courses}")
            for number in itertools.islice(self._numbers, count)
        ]


def measure(
    engine: str, floor: Server, bridge: Server, second: Server, lms: Lms, world: World, rounds: int
) -> Bench:
    """``second``: another server of the bridge on the same database, with two processes."""
    bench, crowd = Bench(engine), _Crowd()
    run(floor.address, lms, crowd.regulars)
    run(bridge.address, lms, crowd.regulars)
    run(bridge.address, lms, crowd.newcomers(100, courses=100))
    passes: dict[str, tuple[Server, Callable[[], list[Person]]]] = {
        FLOOR: (floor, lambda: crowd.regulars),
        SEEN: (bridge, lambda: crowd.regulars),
        ONE_COURSE: (bridge, crowd.newcomers),
        MANY_COURSES: (bridge, lambda: crowd.newcomers(courses=100)),
    }
    for number, name in _turns(rounds):
        server, people = passes[name]
        bench.cpu[name].append(_cpu_per_launch(server, lms, people()))
        print(f"\r{engine}: round {number + 1} of {rounds}, {name:<28}", end="", flush=True)
    print()
    _speed(bench, floor, bridge, lms, crowd)
    before = world.creates()
    # A course that nobody has been in yet: the class is opened under the crowd's first people.
    strangers = [Person(person.sub, "course-of-the-crowd") for person in crowd.newcomers(CROWD)]
    bench.crowd = run(bridge.address, lms, strangers, threads=64)
    bench.crowd_creates = world.creates() - before
    bench.megabytes = bridge.worker_megabytes()
    in_line = [Person(person.sub, "course-that-waits", True) for person in crowd.newcomers(CROWD)]
    bench.waited = wait(bridge.address, second, lms, world, in_line)
    return bench


def _turns(rounds: int) -> Iterator[tuple[int, str]]:
    for number in range(rounds):
        order = PASSES if number % 2 == 0 else PASSES[::-1]
        for name in order:
            yield number, name


def _cpu_per_launch(server: Server, lms: Lms, people: list[Person]) -> float:
    before = server.cpu()
    outcome = run(server.address, lms, people)
    spent = server.cpu() - before
    if outcome.joined != len(people):
        raise AssertionError(f"{server.name} answered {outcome.statuses}")
    return spent / len(people) * 1000


def _speed(bench: Bench, floor: Server, bridge: Server, lms: Lms, crowd: _Crowd) -> None:
    for server in (floor, bridge):
        outcomes = [run(server.address, lms, crowd.regulars * 3, threads=16) for _ in range(3)]
        bench.saturation[server.name] = statistics.median(o.joined / o.took for o in outcomes)
    pace = bench.saturation["bridge"] / 3
    bench.paced = run(bridge.address, lms, crowd.regulars * 3, threads=16, per_second=pace).seconds
