from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from lti_bridge.errors import StoreUnavailable
from lti_bridge.store import LaunchEntry, Launches, LaunchJournal
from lti_bridge.store.journal import BATCH
from lti_bridge.store.tables import LaunchRow
from tests.unit.store.values import NOW, a_database, at_once, gone, opened

NEVER = 3600.0
BUFFER = 2 * BATCH + 500


def entry(number=0, **changes):
    return replace(LaunchEntry(f"ref-{number}", NOW + number, "joined", 12), **changes)


def references(store):
    query = select(LaunchRow.reference).order_by(LaunchRow.id)
    return list(store.database.read(lambda c: c.execute(query).scalars().all()))


@pytest.fixture
def journal(store):
    journal = LaunchJournal(store.launches, every_seconds=NEVER)
    yield journal
    journal.close()


def test_a_launch_is_found_by_its_reference_as_it_was_noted(store):
    whole = LaunchEntry(
        "7KQ2-M9XD", NOW, "refused", 7, 1, 2, 3, 4, "attendee", "replay", "Used before.", "nonce"
    )
    store.launches.add([entry(), whole])
    assert store.launches.by_reference("7KQ2-M9XD") == whole
    assert store.launches.by_reference("7kq2-m9xd") is None


def test_of_two_launches_with_one_reference_the_latest_is_meant(store):
    store.launches.add([entry(reason="first"), entry(reason="second")])
    assert store.launches.by_reference("ref-0").reason == "second"


def test_a_text_too_long_or_unstorable_is_cut_and_holds_nobody_up(store):
    store.launches.add([entry(1, reason="r" * 99, detail="a\0b\ud800" + "d" * 5000), entry(2)])
    found = store.launches.by_reference("ref-1")
    assert found.reason == "r" * 60
    assert found.detail == "ab?" + "d" * 5000
    assert len(references(store)) == 2


def test_old_launches_are_forgotten_in_batches(store):
    store.launches.add([entry(number) for number in range(10)])
    assert [store.launches.clear(NOW + 7, limit=3) for _ in range(4)] == [3, 3, 1, 0]
    assert references(store) == ["ref-7", "ref-8", "ref-9"]


def test_what_the_lms_said_is_made_as_it_is_written_and_forgotten_before_its_launch(store):
    asked = []

    def said():
        asked.append(1)
        return '{"é": "\0\ud800"}'

    waiting = [entry(number, said=said) for number in range(4)]
    assert asked == []
    store.launches.add([*waiting, entry(9)])
    assert store.launches.claims("ref-3") == '{"é": "?"}'
    assert (store.launches.claims("ref-9"), store.launches.claims("ref-8")) == ("", "")
    assert store.launches.by_reference("ref-3") == entry(3)
    assert [store.launches.clear_claims(NOW + 3, limit=2) for _ in range(3)] == [2, 1, 0]
    assert [bool(store.launches.claims(f"ref-{number}")) for number in range(4)] == [
        *(False, False, False), True,
    ]  # fmt: skip
    assert len(references(store)) == 5


def test_entries_are_written_together_a_moment_later(store):
    journal = LaunchJournal(store.launches, every_seconds=0.01)
    for number in range(5):
        journal.note(entry(number))
    end = time.monotonic() + 10
    while len(references(store)) < 5:
        assert time.monotonic() < end
        time.sleep(0.01)
    journal.close()
    assert references(store) == [f"ref-{number}" for number in range(5)]


def test_closing_writes_what_waits(store, journal):
    for number in range(BATCH + 1):
        journal.note(entry(number))
    assert references(store) == []
    journal.close()
    assert references(store) == [f"ref-{number}" for number in range(BATCH + 1)]


def test_several_first_entries_at_once_start_one_thread(store, journal):
    threads = [threading.Thread(target=journal.note, args=(entry(n),)) for n in range(4)]
    with journal._starting:
        for thread in threads:
            thread.start()
        while len(journal._waiting) < 4:
            time.sleep(0.001)
        time.sleep(0.02)
    for thread in threads:
        thread.join()
    assert [thread.name for thread in threading.enumerate()].count("launch-journal") == 1
    journal.close()
    assert len(references(store)) == 4


def test_closing_a_journal_without_entries_is_nothing(store):
    LaunchJournal(store.launches).close()
    assert references(store) == []


def test_many_threads_note_without_losing_any(store, journal):
    def note(thread):
        for number in range(50):
            journal.note(entry(thread * 50 + number))
            if number % 10 == 0:
                journal.flush()

    assert at_once(16, note) == [None] * 16
    journal.close()
    assert len(set(references(store))) == len(references(store)) == 800


def test_while_the_database_is_down_entries_are_kept_and_written_later(store_url):
    with a_database(store_url) as database:
        journal = LaunchJournal(Launches(database), every_seconds=0.01)
        with gone(store_url):
            journal.note(entry(1))
            journal.flush()
            journal.note(entry(2))
            with pytest.raises(StoreUnavailable):
                Launches(database).by_reference("ref-1")
            time.sleep(0.05)
        journal.close()
    with opened(store_url) as store:
        assert references(store) == ["ref-1", "ref-2"]


def test_while_the_database_is_down_only_so_many_are_kept_and_the_oldest_go(store_url):
    with a_database(store_url) as database:
        journal = LaunchJournal(Launches(database), every_seconds=NEVER, buffer=BUFFER)
        with gone(store_url):
            for number in range(BUFFER + 3):
                journal.note(entry(number))
            journal.flush()
            journal.note(entry(BUFFER + 3))
        journal.close()
        statement = select(func.count(), func.min(LaunchRow.at_ms), func.max(LaunchRow.at_ms))
        row = database.read(lambda c: c.execute(statement).one())
    assert tuple(row) == (BUFFER, NOW + 4, NOW + BUFFER + 3)
