"""The first page after signing in."""

from __future__ import annotations

import time
from contextlib import contextmanager

from sqlalchemy import event

from lti_bridge.app.background import jobs_of
from lti_bridge.store import LaunchEntry
from tests.functional.administrators import at_work
from tests.functional.test_collecting import hold_a_class


@contextmanager
def counted(campus):
    """The statements that the bridge sends to its database meanwhile."""
    sent: list[str] = []
    engine = campus.bridge.store.database._reading

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_it_shows_how_the_bridge_fares(campus):
    ana = at_work(campus, "ana", ["viewData"])
    assert ana.get("/").location == "/admin/overview"
    claim = campus.bridge.store.job_runs.begin("grades", 1_760_000_000_000, 1000)
    campus.bridge.store.job_runs.end("grades", claim, "database", 0, 1_760_000_000_500)
    page = ana.get("/overview").text
    assert "Launches of the last 24 hours" in page
    assert "grades" in page
    assert ">wrong<" in page
    assert ">late<" in page
    assert "live" in page
    assert "Not told by:" in page, "no worker asked yet"


def test_a_class_shows_in_numbers_and_plots_and_costs_few_statements(campus):
    ana = at_work(campus, "ana", ["viewData"])
    hold_a_class(campus)
    jobs = jobs_of(campus.bridge)
    jobs.loads()
    jobs.sampling()
    jobs.weeks()
    with counted(campus) as sent:
        page = ana.get("/overview").text
    assert len(sent) <= 12, sent
    assert "2 <span" in page.split("People in class now")[1][:60]
    assert "Not told by:" not in page
    for title in ("People at once, at the most of each hour", "Classes held in each week",
                  "Launches of each hour, by what became of them"):  # fmt: skip
        assert page.count(title) >= 3, "the picture, its heading and its table"
    assert page.count('role="img"') == 4
    assert "<script" not in page.split("<main", 1)[1]


def test_refusals_lead_to_the_launches_of_that_reason(campus):
    ana = at_work(campus, "ana", ["viewData"])
    store = campus.bridge.store
    now = int(time.time() * 1000)
    store.launches.add(
        [
            LaunchEntry("AAAA-0001", now, "refused", 1, reason="expired"),
            LaunchEntry("AAAA-0002", now, "refused", 1, reason="<b>replay</b>"),
        ]
    )
    page = ana.get("/overview").text
    assert "<b>replay" not in page
    assert 'href="/admin/launches?outcome=refused&amp;reason=expired"' in page
    found = ana.get("/launches?outcome=refused&reason=expired").text
    assert "AAAA-0001" in found
    assert "AAAA-0002" not in found
    assert ana.get("/launches?reason=%00").status == 200
    assert ana.get(f"/launches?reason={'x' * 900}").status == 200


def test_it_takes_the_permission_to_see_figures(campus):
    bob = at_work(campus, "bob", ["manageContent"])
    assert bob.get("/overview").status == 403
