from __future__ import annotations

import pytest

from lti_bridge.errors import CircuitOpen
from lti_bridge.http.breaker import Breaker, Breakers, BreakerState
from lti_bridge.http.failures import Failure


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock) -> Breaker:
    return Breaker(3, 15.0, clock)


def settle(breaker: Breaker, *verdicts: str) -> None:
    for verdict in verdicts:
        admission = breaker.admit()
        assert not isinstance(admission, Failure)
        breaker.settle(admission, verdict, f"was {verdict}")


def test_it_opens_after_that_many_failures_in_a_row(breaker):
    settle(breaker, "failed", "failed", "answered", "failed", "failed")
    assert breaker.state() == BreakerState("closed", 2, "was failed", 0.0)

    settle(breaker, "failed")

    assert breaker.state() == BreakerState("open", 3, "was failed", 15.0)


def test_calls_that_were_not_made_neither_break_nor_mend(breaker):
    settle(breaker, "failed", "none", "failed", "none")

    assert breaker.state().failures == 2


def test_while_open_calls_are_refused_with_the_reason_and_the_time(breaker, clock):
    settle(breaker, "failed", "failed", "failed")
    clock.now += 3

    refusal = breaker.admit()

    assert isinstance(refusal, Failure)
    assert refusal.kind is CircuitOpen
    assert refusal.verdict == "none"
    assert refusal.reason.startswith("was failed; ")
    assert "tried again in 12 s" in refusal.reason


def test_one_trial_goes_through_and_closes_it(breaker, clock):
    settle(breaker, "failed", "failed", "failed")
    clock.now += 15
    assert breaker.state().state == "half_open"

    assert breaker.admit() == "trial"
    refusal = breaker.admit()
    breaker.settle("trial", "answered", "")

    assert isinstance(refusal, Failure)
    assert "being tried right now" in refusal.reason
    assert breaker.state() == BreakerState("closed", 0, "", 0.0)
    settle(breaker, "failed", "failed")
    assert breaker.admit() == "normal"


def test_a_failed_trial_opens_it_for_as_long_again(breaker, clock):
    settle(breaker, "failed", "failed", "failed")
    clock.now += 15

    settle(breaker, "failed")

    assert breaker.state() == BreakerState("open", 4, "was failed", 15.0)
    assert isinstance(breaker.admit(), Failure)


def test_a_trial_that_was_not_made_leaves_the_trial_to_the_next(breaker, clock):
    settle(breaker, "failed", "failed", "failed")
    clock.now += 15

    settle(breaker, "none")

    assert breaker.admit() == "trial"


@pytest.mark.parametrize("verdict", ["answered", "failed"])
def test_calls_under_way_when_it_opened_decide_nothing(breaker, verdict):
    late = breaker.admit()
    settle(breaker, "failed", "failed", "failed")
    before = breaker.state()

    breaker.settle(late, verdict, "late")

    assert breaker.state() == before


def test_each_host_has_its_own(clock):
    breakers = Breakers(1, 15.0, clock)
    settle(breakers.of("a:443"), "failed")
    settle(breakers.of("b:443"), "answered")

    assert breakers.of("a:443") is breakers.of("a:443")
    assert {host: state.state for host, state in breakers.states().items()} == {
        "a:443": "open",
        "b:443": "closed",
    }


def test_healthy_hosts_are_forgotten_when_there_are_very_many(clock):
    breakers = Breakers(1, 15.0, clock)
    settle(breakers.of("down:443"), "failed")
    for number in range(2500):
        settle(breakers.of(f"h{number}:443"), "answered")

    states = breakers.states()

    assert len(states) <= 1000
    assert states["down:443"].state == "open"
