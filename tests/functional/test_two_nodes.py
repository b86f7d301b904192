"""Two nodes on one PostgreSQL; one loses its power while people go into class."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack
from urllib.parse import parse_qsl

from lti_bridge.app.background import jobs_of
from lti_bridge.store import Profile
from tests.bench.stage import free_port
from tests.functional.grading import RULES, change, held, rows
from tests.functional.nodes import Load, balanced, behind, is_ready, kill, process, until
from tests.functional.test_worker import known, runs_of
from tests.functional.tools import everything_listed
from tests.unit.jobs.test_work import later

PEOPLE = 40
THREADS = 4


def learners(campus):
    return campus.student, campus.other_student


def slow_scores(app):
    """The LMS takes its time over each score."""

    def answer(environ, start_response):
        if environ["PATH_INFO"].endswith("/scores"):
            time.sleep(0.5)
        return app(environ, start_response)

    return answer


def strangers(campus):
    """People who came while MEETS was down."""
    long_ago = int((time.time() - 3600) * 1000)
    people = campus.bridge.store.people
    course = people.add_course(1, "course", "", "Course", now_ms=long_ago, meets_id=1, asked_ms=1)
    for number in range(PEOPLE):
        people.arrive(
            1, f"person-{number}", Profile(), course_id=course.id, role="attendee", now_ms=long_ago
        )


def graded_classes(campus, pairs):
    """Everybody came to every class, and each is graded."""
    for person, link in pairs:
        campus.launch(campus.teacher, link)
        assert campus.launch(person, link).joined_as
    for (meeting,) in rows(campus, "SELECT id FROM meetings"):
        held(campus, meeting, dict.fromkeys((campus.teacher, *learners(campus)), (0, 90)))
        campus.bridge.store.gradebook.set_rules(meeting, RULES, 1)


def told(campus):
    query = "SELECT count(DISTINCT meets_id) FROM users WHERE lti_user_id LIKE 'person-%'"
    return rows(campus, query)[0][0]


def scores(campus):
    return len(campus.lms.gradebook.scores)


def test_one_of_two_nodes_is_killed_and_nothing_is_lost_or_done_twice(new_campus):
    campus = new_campus("postgresql")
    links = [campus.link(kind, course) for course in range(2) for kind in ("window", "join")]
    everybody = [(p, link) for link in links for p in learners(campus)]
    graded_classes(campus, everybody)
    own = known(campus)
    strangers(campus)
    before = campus.meets.calls["from_lti_id_user"]
    campus.lms_server.app = slow_scores(campus.lms_server.app)
    campus.meets.faults.set("slow", seconds=0.3)
    ports = [free_port(), free_port()]
    with balanced(ports) as balancer, ExitStack() as running:
        config = behind(campus, balancer)
        nodes = [running.enter_context(process("serve", config, "--port", str(p))) for p in ports]
        workers = [running.enter_context(process("worker", config))]
        until(lambda: all(map(is_ready, ports)))
        until(lambda: scores(campus) >= 1)
        workers.append(running.enter_context(process("worker", config)))
        until(lambda: runs_of(campus, "services") >= 1)
        load = running.enter_context(Load(campus, everybody, threads=THREADS))
        until(lambda: len(load.joined) >= 20)
        assert all(balancer.answered[port] for port in ports), "both nodes take launches"

        killed = time.monotonic()
        kill(nodes[0], workers[0])
        assert told(campus) < PEOPLE, "the worker had not come to an end"
        # The claim of what it was grading runs out after five minutes, which are over.
        change(campus, "UPDATE gradings SET claim_until_ms = 1 WHERE claim IS NOT NULL")
        campus.meets.faults.clear()
        until(lambda: told(campus) >= PEOPLE - 20 and scores(campus) >= len(everybody), 50)
        until(lambda: load.joined[-1] > killed + 1)

    assert load.wrong == []
    assert len(load.broken) <= THREADS, "only what the node had in its hands"
    assert all(when - killed < 5 for when in load.broken)
    assert set(campus.meetingz.meetings) == ids_of(campus)
    assert len(ids_of(campus)) == len(links), "one meeting for each link, whoever came first"
    for parameters in created(campus).values():
        assert len(parameters) == 1, "each create of a meeting says the same"

    later(jobs_of(campus.bridge)).ask_meets_again()
    assert told(campus) == PEOPLE, "whom the dead worker had in its hands come up again"
    came = known(campus) - own  # the LMS's roster has brought somebody, too
    asked = campus.meets.calls["from_lti_id_user"] - before
    assert came <= asked <= came + 2, "only those in flight come twice"
    columns = [
        column
        for course in campus.lms.campus.courses[:2]
        for column in campus.lms.gradebook.columns(course)
    ]
    assert len(columns) == len(links), "no column was made twice"
    for column in columns:
        for person in learners(campus):
            assert campus.lms.gradebook.cell(column, person.id).score == 100
    assert scores(campus) <= len(everybody) + 1, "but for the one in flight"
    listed = Counter(one.outcome for one in everything_listed(campus))
    in_memory = sum(killed - 5 < when <= killed for when in load.joined)
    assert listed["joined"] >= len(everybody) + len(load.joined) - in_memory


def ids_of(campus):
    return {meeting for (meeting,) in rows(campus, "SELECT meeting_id FROM meetings")}


def created(campus):
    found: dict[str, set[frozenset[tuple[str, str]]]] = {}
    for request in campus.meetingz.faults.requests:
        if request.path.endswith("/create"):
            parameters = dict(parse_qsl(request.query))
            parameters.pop("checksum")
            found.setdefault(parameters["meetingID"], set()).add(frozenset(parameters.items()))
    return found
