"""An operator names another conferencing service: courses that are there already follow."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import update

from lti_bridge.app import assemble
from lti_bridge.app.background import jobs_of
from lti_bridge.settings import load
from lti_bridge.store.tables import MeetingRow

ENGINES = ["sqlite", "postgresql"]


def restarted_with(campus, old: str, new: str):
    config = campus.file.with_name("changed.toml")
    config.write_text(campus.file.read_text().replace(old, new))
    bridge = assemble(load(config, {}))
    bridge.prepare()
    return bridge


def service_of(bridge) -> str:
    return bridge.store.meetings.by_id(1).service


@pytest.mark.parametrize("engine", ENGINES)
def test_a_service_that_was_renamed_locks_nobody_out(new_campus, engine):
    campus = new_campus(engine)
    campus.launch(campus.student, campus.link("window"))
    bridge = restarted_with(campus, '"live"', '"classes"')
    try:
        assert service_of(bridge) == "classes"
    finally:
        bridge.close()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_class_that_may_be_running_stays_where_it_is_and_moves_later(new_campus, engine):
    campus = new_campus(engine)
    campus.launch(campus.student, campus.link("window"))
    other = campus.file.read_text().partition("[[conferencing]]")[2].partition("[[platform]]")[0]
    second = f"[[conferencing]]{other}".replace('"live"', '"new"')
    bridge = restarted_with(campus, 'conferencing = "live"\n', f'conferencing = "new"\n{second}')
    try:
        assert service_of(bridge) == "live"
        long_ago = int((time.time() - 13 * 3600) * 1000)
        bridge.store.database.write(
            lambda c: c.execute(update(MeetingRow).values(confirmed_ms=long_ago))
        )
        assert jobs_of(bridge).services() == 1
        assert service_of(bridge) == "new"
        assert bridge.store.meetings.by_id(1).create_time is None
    finally:
        bridge.close()
