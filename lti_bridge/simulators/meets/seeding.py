"""Thousands of entities that fit together, the same ones each time."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from lti_bridge.simulators.meets.records import Account, Admin, Event, LogEntry, Recording, Stay

if TYPE_CHECKING:
    from lti_bridge.simulators.meets.records import Records, Role
    from lti_bridge.simulators.meets.simulator import MeetsSimulator

START = 1_700_000_000
"""UNIX seconds of the first event."""
SERVICES = ("zoom", "webexmeetingcenter", "collaborate", "gotomeeting", "zoomwebinars", "bigmarker")
_FIRST = ("Ada", "Ben", "Chiara", "Dmitri", "Elif", "Farid", "سارا", "João")
_LAST = ("Abel", "Brandt", "Costa", "Duarte", "Eriksen", "Fischer", "محمدی", "Ólafsdóttir")


def seed(
    simulator: MeetsSimulator,
    *,
    connections: int = 2,
    users: int = 100,
    courses: int = 10,
    accounts: int = 4,
    events: int = 50,
    recordings: int = 50,
    admins: int = 3,
    log_entries: int = 20,
    random_seed: int = 1,
) -> None:
    """Add so many of each, spread over ``connections`` numbered from 1."""
    records = simulator.records
    draw = random.Random(random_seed)  # noqa: S311 - made-up data
    for number in range(1, connections + 1):
        records.connection(number)
    _people(records, draw, connections, users, courses)
    for number in range(accounts):
        host = draw.randint(1, users) if users else 0
        service = SERVICES[number % len(SERVICES)]
        records.accounts.add(Account(service, f"host{number}", (host,) if host else ()))
    _events(records, draw, events, recordings)
    for number in range(admins):
        granted = frozenset({"viewData"} if number else {"viewData", "manageAdmins"})
        row = Admin(f"admin{number}@meets.example", "Admin", str(number), granted)
        records.admins.add(row)
    for number in range(log_entries):
        account = draw.randint(1, accounts) if accounts and number % 3 else None
        service = SERVICES[number % len(SERVICES)]
        row_of_log = LogEntry(service, account, f"host{number}", number % 4, START + number * 60)
        records.log.add(row_of_log)


def _people(
    records: Records, draw: random.Random, connections: int, users: int, courses: int
) -> None:
    numbers = [
        records.course(1 + n % connections, f"context-{n}", f"Course {n}") for n in range(courses)
    ]
    for n in range(users):
        connection = 1 + n % connections
        first, last = draw.choice(_FIRST), draw.choice(_LAST)
        user = records.user(connection, f"user-{n}", first, last, f"user{n}@campus.example")
        of = [c for c in numbers if records.courses[c].connection == connection]
        for course in draw.sample(of, min(2, len(of))):
            roles: list[Role] = ["teacher"] if n % 20 == 0 else ["student"]
            if n % 50 == 0:
                roles.append("administrator")
            records.enrol(user, course, roles)


def _events(records: Records, draw: random.Random, events: int, recordings: int) -> None:
    for n in range(events):
        course = draw.randint(1, len(records.courses))
        members = sorted(records.courses[course].roles) or [1]
        host = draw.choice(members)
        account = draw.randint(1, len(records.accounts)) if n % 5 else None
        service = records.accounts[account].service if account else SERVICES[n % len(SERVICES)]
        begin = START + n * 3600
        event = Event(f"Class {n}", begin, begin + 3000, host, service, account, (course,))
        event.attendance = [
            Stay(
                name=records.users[user].first,
                email=records.users[user].email,
                joined=begin + draw.randint(0, 300),
                left=begin + draw.randint(2000, 3000),
                host=user == host,
            )
            for user in draw.sample(members, min(5, len(members)))
        ]
        event.is_final = n % 4 != 0
        records.events.add(event)
    for n in range(recordings if events else 0):
        of = draw.randint(1, len(records.events))
        added = records.events[of].end + 1800 + n
        records.recordings.add(Recording(of, added, "converted" if n % 3 == 0 else "original"))
