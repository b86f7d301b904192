"""How often something may be tried, and what happens while nobody counts."""

from __future__ import annotations

import re
import subprocess
import sys
import threading

import pytest
from limits.errors import StorageError
from limits.storage import MemoryStorage

from lti_bridge.errors import SettingsError, StoreUnavailable
from lti_bridge.security.limits import NO_CLIENT, REST_SECONDS, Limit, Limits, shared_counter
from tests.campus import SECRET_KEY

THREE = Limit("three", 3, 60)
CLOSED = Limit("closed", 3, 60, closed=True)


class Unreachable(MemoryStorage):
    """A counter that may stop answering, as a Redis does."""

    def __init__(self):
        super().__init__()
        self.down = True
        self.asked = 0

    def acquire_entry(self, *arguments, **options):
        self._fail()
        return super().acquire_entry(*arguments, **options)

    def get_moving_window(self, *arguments, **options):
        self._fail()
        return super().get_moving_window(*arguments, **options)

    def _fail(self):
        self.asked += 1
        if self.down:
            raise StorageError(ConnectionError("no Redis"))


def test_so_many_and_no_more():
    limits = Limits()
    assert [limits.take(THREE, 1, "a") for _ in range(5)] == [True, True, True, False, False]
    assert not limits.has_room(THREE, 1, "a")


def test_each_whom_has_their_own():
    limits = Limits()
    for _ in range(3):
        limits.take(THREE, 1, "a")
    assert limits.take(THREE, 2, "a")
    assert limits.take(THREE, 1, "b")
    assert limits.take(CLOSED, 1, "a")


def test_looking_counts_nothing():
    limits = Limits()
    assert all(limits.has_room(THREE, 1) for _ in range(10))
    assert limits.take(THREE, 1)


def test_many_at_once_are_each_counted():
    limits, taken = Limits(), []
    wide = Limit("wide", 50, 60)
    threads = [
        threading.Thread(target=lambda: taken.extend(limits.take(wide, 1) for _ in range(25)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 50


def test_nodes_that_share_a_counter_count_together():
    shared = Unreachable()
    shared.down = False
    one, other = Limits(shared), Limits(shared)
    assert [node.take(CLOSED, 1) for node in (one, other, one, other)] == [True, True, True, False]


def test_without_the_shared_counter_people_get_in_and_each_node_counts_its_own():
    limits = Limits(Unreachable())
    assert [limits.take(THREE, 1) for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("ask", ["take", "has_room"])
def test_without_the_shared_counter_nobody_guesses(ask):
    limits = Limits(Unreachable())
    with pytest.raises(StoreUnavailable) as refused:
        getattr(limits, ask)(CLOSED, 1)
    assert refused.value.code == "limits_unavailable"
    assert refused.value.status == 503


def test_a_counter_that_failed_is_left_alone_for_a_moment_and_then_asked_again():
    shared, now = Unreachable(), [0.0]
    limits = Limits(shared, clock=lambda: now[0])
    for _ in range(3):
        limits.take(THREE, 1)
    assert shared.asked == 1
    shared.down = False
    with pytest.raises(StoreUnavailable):
        limits.take(CLOSED, 1)
    now[0] += REST_SECONDS
    assert limits.take(CLOSED, 1)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:6379/0", "unix:///run/redis.sock"])
def test_a_missing_client_is_one_line_for_the_operator(url, monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)  # as where it isn't installed
    with pytest.raises(SettingsError) as wrong:
        shared_counter(url)
    assert wrong.value.problems == (NO_CLIENT,)


def test_the_server_does_not_start_without_it(tmp_path):
    (tmp_path / "redis.py").write_text("raise ImportError('not here')\n")
    config = tmp_path / "bridge.toml"
    config.write_text(
        f'public_url = "https://bridge.example.edu"\ndatabase_url = "sqlite:///{tmp_path}/b.db"\n'
        f'secret_key = "{SECRET_KEY}"\nredis_url = "redis://:SESAME@127.0.0.1:6379/0"\n'
    )
    program = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
from lti_bridge.cli import main
sys.argv = ["lti-bridge", "serve", "--config", {str(config)!r}]
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert re.fullmatch(r"redis_url: .*\n", done.stderr)
    assert "SESAME" not in done.stderr
