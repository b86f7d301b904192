"""A server that is started anew while people go into class loses none of them."""

from __future__ import annotations

import signal
import time

from tests.bench.stage import free_port
from tests.functional.nodes import Load, balanced, behind, is_ready, process, until
from tests.functional.test_serve import beside
from tests.functional.tools import everything_listed


def launches(campus):
    """Who may launch what, known already: a class of this moment."""
    pairs = [(person, campus.link()) for person in (campus.student, campus.other_student)]
    for person, link in pairs:
        assert campus.launch(person, link).joined_as
    campus.app.extensions["lti_bridge.journal"].flush()
    return pairs


def listed(campus):
    return sum(one.outcome == "joined" for one in everything_listed(campus))


def test_a_server_stopped_and_started_again_loses_no_launch_and_no_line_of_the_list(campus):
    pairs = launches(campus)
    before = listed(campus)
    port = free_port()
    with balanced([port]) as balancer:
        config = behind(campus, balancer)
        with process("serve", config, "--port", str(port)) as first:
            until(lambda: is_ready(port))
            with Load(campus, pairs, threads=4) as load:
                until(lambda: len(load.joined) >= 10)
                first.send_signal(signal.SIGTERM)
                assert first.wait(timeout=40) == 0
                stopped = time.monotonic()
                with process("serve", config, "--port", str(port)) as second:
                    until(lambda: load.joined[-1] > stopped and is_ready(port))
                    until(lambda: len(load.joined) >= 30)
                    load.stop()
                    second.send_signal(signal.SIGTERM)
                    assert second.wait(timeout=40) == 0
    assert load.wrong == []
    assert load.broken == []
    assert listed(campus) == before + len(load.joined), "each has its line in the list"


def test_sighup_brings_new_settings_into_effect_and_the_address_answers_all_the_while(campus):
    pairs = launches(campus)
    before = listed(campus)
    port = free_port()
    with balanced([port], try_seconds=0) as balancer:
        config = behind(campus, balancer)
        with process("serve", config, "--port", str(port)) as server:
            until(lambda: is_ready(port))
            log = config.with_name(f"serve-port-{port}.log")
            with Load(campus, pairs, threads=4) as load:
                until(lambda: len(load.joined) >= 10)
                text = config.read_text()
                config.write_text(text.replace('kind = "meetingz"', 'kind = "telephone"'))
                server.send_signal(signal.SIGHUP)
                until(lambda: "those of before stay in effect" in log.read_text())
                assert "conferencing[0].kind" in log.read_text()
                workers = beside(server)
                config.write_text(text.replace('name = "Riverbank"', 'name = "Riverbank anew"'))
                server.send_signal(signal.SIGHUP)
                until(lambda: names(campus) == {"Riverbank anew"})
                until(lambda: not {one.pid for one in beside(server)} & {w.pid for w in workers})
                served = len(load.joined)
                until(lambda: len(load.joined) >= served + 20)
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=40) == 0
    assert load.wrong == []
    assert load.broken == []
    assert listed(campus) == before + len(load.joined)


def names(campus):
    return {platform.name for platform in campus.bridge.store.platforms.all()}
