"""Meet & Engage's days come without gaps or doubles, whatever happens on the way."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
from contextlib import ExitStack, closing
from dataclasses import replace
from urllib.parse import parse_qs
from xml.etree import ElementTree

import pytest

from lti_bridge.app import assemble
from lti_bridge.app.background import engagement_of, jobs_of
from lti_bridge.app.doctor import examine
from lti_bridge.engagement_api import EngagementClient
from lti_bridge.errors import RemoteError, RemoteMalformed
from lti_bridge.http import Client
from lti_bridge.settings import load
from lti_bridge.simulators.engagement import create_engagement
from lti_bridge.simulators.serving import Server
from lti_bridge.store import Profile, Rows
from tests.campus import SECRET_KEY
from tests.unit.cli.house import run
from tests.unit.store.values import at_once

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
TODAY = 20_780
"""2026-11-23."""
NOON = TODAY * DAY_MS + DAY_MS // 2
SECRET = "secret-of-the-pair"
SETTINGS = """
public_url = "https://bridge.example.edu"
database_url = "{database}"
secret_key = "{secret_key}"
[security]
allow_http = true
allow_private_networks = true
[engagement]
url = "{url}"
key = "key"
secret = "secret-of-the-pair"
account = "acme"
since = "2026-11-14"
data_methods = ["standard", "custom"]
match_people = {match}
[retention]
engagement_days = 100
[[conferencing]]
name = "live"
kind = "meetingz"
url = "http://127.0.0.1:1/"
secret = "0123456789abcdef"
[[platform]]
name = "Riverbank"
type = "Other"
version = "1.3"
issuer = "https://lms.example.edu"
client_id = "client-1"
auth_login_url = "https://lms.example.edu/auth"
auth_token_url = "https://lms.example.edu/token"
key_set_url = "https://lms.example.edu/jwks"
meets_connection = 1
conferencing = "live"
"""


class Institution:
    """A bridge with a Meet & Engage of ten days; its limit is another test's matter."""

    def __init__(self, stack, folder, database, *, match=True):
        self.simulator = create_engagement(
            key="key", secret=SECRET, account="acme", clock=_hurried(), disable_after=10**6
        )
        self.server = stack.enter_context(Server(self.simulator))
        self.file = folder / "bridge.toml"
        self.database = database
        self._folder = folder
        self.write(match=match)
        self.bridge = assemble(load(self.file, {}))
        stack.callback(self.bridge.close)
        self._upgrade()
        self.now_ms = NOON
        for method in ("standard", "custom"):
            for day in range(TODAY - 9, TODAY + 1):
                rows = [{"EmailAddress": f"n{n}@x.example", "n": n, "d": day} for n in range(3)]
                self.simulator.add_rows(method, day * DAY_MS + HOUR_MS, rows)

    def write(self, *, match):
        url = self.simulator.url_for(self.server)
        text = SETTINGS.format(
            url=url,
            database=self.database,
            secret_key=SECRET_KEY,
            match=str(match).lower(),
        )
        self.file.write_text(text)

    def _upgrade(self):
        from lti_bridge.store import schema

        schema.upgrade(self.bridge.store.database)
        self.bridge.prepare()

    def job(self, http=None):
        work = engagement_of(self.bridge)
        client = EngagementClient(
            work.settings, http or self.bridge.client, _NoLimit(), sleep=lambda _seconds: None
        )
        return replace(work, client=client, now_ms=lambda: self.now_ms)

    def collect(self):
        return self.job().run()

    def kept(self, method="standard"):
        which = Rows("acme", method, 0, 2 * TODAY)
        return [
            (day, json.loads(row)["n"]) for day, row in self.bridge.store.engagement.rows(which)
        ]

    @property
    def asked(self):
        return self.simulator.calls["organisation_data"]

    def somebody(self, sub, email, course="course-1"):
        people = self.bridge.store.people
        row = people.add_course(1, course, "", f"Title of {course}", now_ms=1)
        profile = Profile(sub.title(), "", "", email)
        people.arrive(1, sub, profile, course_id=row.id, role="attendee", now_ms=1)
        return row.id


class _NoLimit:
    def one(self, _name, **_limits):
        return ExitStack()


def _hurried():
    """A clock by which ten calls are always long ago."""
    lock, seconds = threading.Lock(), [0.0]

    def clock():
        with lock:
            seconds[0] += 10
            return seconds[0]

    return clock


WHOLE = [(day, n) for day in range(TODAY - 9, TODAY + 1) for n in range(3)]


@pytest.fixture
def new_institution(tmp_path, new_database):
    with ExitStack() as stack:
        yield lambda engine="sqlite", **wishes: Institution(
            stack, tmp_path, new_database(engine), **wishes
        )


@pytest.fixture
def institution(new_institution):
    return new_institution()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_every_day_since_the_first_comes_once(new_institution, engine):
    institution = new_institution(engine)
    assert institution.collect() == 20
    assert institution.kept() == institution.kept("custom") == WHOLE
    assert institution.asked == 20
    assert institution.collect() == 0
    assert institution.asked == 20


def test_a_day_is_fetched_again_until_it_is_settled(institution):
    institution.collect()
    late = {"EmailAddress": "late@x.example", "n": 99}
    institution.simulator.add_rows("standard", TODAY * DAY_MS, [late])
    institution.now_ms += 5 * HOUR_MS
    assert institution.collect() == 0
    institution.now_ms += 2 * HOUR_MS
    # Today and yesterday, of two methods; the day before was fetched 36 hours after its end.
    assert institution.collect() == 4
    assert institution.kept().count((TODAY, 99)) == 1
    institution.now_ms += 5 * DAY_MS
    assert institution.collect() == 2 * 5 + 4
    before = institution.asked
    institution.now_ms += 7 * HOUR_MS
    institution.collect()
    # Of two methods: the new day, the one before, and the one that ended 26 hours ago.
    assert institution.asked - before == 6


@pytest.mark.parametrize("fault", ["down", "500", "503", "html", "cut"])
def test_while_it_fails_nothing_is_lost_and_then_it_goes_on(institution, fault):
    institution.job().fetch("standard", TODAY - 9)
    institution.simulator.faults.set(fault)
    with pytest.raises(RemoteError):
        institution.collect()
    assert institution.kept() == WHOLE[:3]
    institution.simulator.faults.clear()
    with closing(Client(allow_http=True, allow_private_networks=True)) as fresh:
        institution.job(fresh).run()  # as after a restart: no host is left alone
    assert institution.kept() == institution.kept("custom") == WHOLE


def test_half_of_the_days_failing_delays_and_loses_nothing(institution):
    seen = iter(range(10_000))
    institution.simulator.faults.set("html", where=lambda _: next(seen) % 2 == 0)
    for _ in range(20):
        try:
            institution.collect()
        except RemoteError:
            continue
        break
    assert institution.kept() == institution.kept("custom") == WHOLE


def test_a_storm_of_refusals_is_waited_out(institution):
    seen = iter(range(10_000))
    institution.simulator.faults.set("503", where=lambda _: next(seen) % 4 != 0)
    institution.collect()
    assert institution.kept() == WHOLE


def test_a_method_that_is_not_there_is_no_loss_to_the_others(institution):
    settings = institution.job().settings.model_copy(
        update={"data_methods": ("gone", "standard", "custom")}
    )
    work = replace(institution.job(), settings=settings)
    with pytest.raises(RemoteError):
        work.run()
    assert institution.kept() == institution.kept("custom") == WHOLE
    assert institution.asked == 3 + 20, "after three refusals: it isn't the days"


def _days_that_are_bad(institution, name, bad):
    """A fault on those days, by what the request says."""
    faults = institution.simulator.faults

    def is_bad(_path):
        asked = parse_qs(faults.requests[-1].query)
        return int(asked["from_date"][0]) // DAY_MS in bad

    faults.set(name, where=is_bad)


@pytest.mark.parametrize("fault", ["html", "500"])
@pytest.mark.parametrize("bad", [{TODAY - 9, TODAY - 5}, {TODAY, TODAY - 1}])
def test_days_that_never_come_stop_no_other(institution, fault, bad):
    _days_that_are_bad(institution, fault, bad)
    with pytest.raises(RemoteError):
        institution.collect()
    whole = [(day, n) for day, n in WHOLE if day not in bad]
    assert institution.kept() == institution.kept("custom") == whole


def test_garbled_days_in_a_row_stop_no_other_however_many(institution):
    bad = set(range(TODAY - 6, TODAY - 1))
    _days_that_are_bad(institution, "html", bad)
    with pytest.raises(RemoteMalformed):
        institution.collect()
    whole = [(day, n) for day, n in WHOLE if day not in bad]
    assert institution.kept() == institution.kept("custom") == whole


def test_a_pair_that_is_not_taken_is_tried_once(institution):
    institution.simulator.revoke_key("key")
    with pytest.raises(RemoteError) as error:
        institution.collect()
    assert error.value.code == "http_401"
    assert len(institution.simulator.faults.requests) == 1


def test_where_it_is_down_it_is_left_in_peace(institution):
    institution.simulator.faults.set("500")
    with pytest.raises(RemoteError):
        institution.collect()
    assert len(institution.simulator.faults.requests) == 3


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_two_workers_at_once_double_nothing(new_institution, engine):
    institution = new_institution(engine)
    done = at_once(2, lambda _: institution.collect())
    assert all(isinstance(one, int) for one in done), done
    assert institution.kept() == institution.kept("custom") == WHOLE


def test_what_is_too_old_is_cleared_and_not_fetched_again(institution):
    institution.collect()
    jobs = replace(
        jobs_of(institution.bridge),
        engagement=institution.job(),
        now=lambda: (NOON + 95 * DAY_MS) / 1000,
    )
    jobs.collect_engagement()
    days = {day for day, _ in institution.kept()}
    assert min(days) == TODAY - 4
    assert replace(institution.job(), now_ms=lambda: NOON + 95 * DAY_MS).first() == TODAY - 4


def test_without_the_settings_nothing_is_done(campus):
    assert jobs_of(campus.bridge).collect_engagement() == 0
    assert campus.bridge.engagement is None


def test_addresses_are_kept_only_where_people_may_be_matched(institution):
    institution.collect()
    data = institution.bridge.store.engagement
    which = Rows("acme", "standard", 0, 2 * TODAY)
    assert len(data.addresses(which)) == 3
    settings = institution.job().settings.model_copy(update={"match_people": False})
    work = replace(institution.job(), settings=settings)
    work.run()
    assert data.addresses(which) == []
    work.fetch("standard", TODAY)
    assert data.addresses(which) == []
    assert institution.kept() == WHOLE, "rows stay as they came"


@pytest.mark.parametrize(
    ("row", "address"),
    [
        ({"EmailAddress": " Ann@X.example"}, "ann@x.example"),
        ({"E-MAIL ADDRESS": "ann@x.example"}, "ann@x.example"),
        ({"email": 7, "useremail": "b@x"}, "b@x"),
        ({"Mail": "ann@x.example"}, ""),
        ({"email": "nobody"}, ""),
        ({"email": None}, ""),
        ({}, ""),
    ],
)
def test_which_column_holds_the_address(institution, row, address):
    institution.simulator.add_rows("standard", (TODAY - 20) * DAY_MS, [{**row, "n": 1}])
    institution.job().fetch("standard", TODAY - 20)
    which = Rows("acme", "standard", TODAY - 20, TODAY - 20)
    found = institution.bridge.store.engagement.addresses(which)
    assert [one.email_folded for one in found] == ([address] if address else [])


# The commands, by this machine's own day.


@pytest.fixture
def today(institution):
    """With rows of the last days, as they are counted now; and people whose rows they are."""
    import time

    institution.today = int(time.time() // 86_400)
    institution.first = _iso(institution.today - 2)
    for day in range(institution.today - 2, institution.today + 1):
        rows = [
            {"EmailAddress": "Ann@x.example", "Device": "Mobile", "n": day},
            {"EmailAddress": "stranger@y.example", "Device": "Tablet", "=evil": "=1+1"},
        ]
        institution.simulator.add_rows("fresh", day * DAY_MS, rows)
    institution.course = institution.somebody("ann", "ann@x.example")
    institution.somebody("ben", "ben@x.example")
    return institution


def _iso(day):
    from lti_bridge.store.engagement import day_of

    return day_of(day).isoformat()


def command(institution, *arguments):
    return run("engagement", *arguments, "--config", institution.file)


def fetched(institution):
    done = command(institution, "fetch", "--from", institution.first, "--method", "fresh")
    assert done.code == 0, done.err
    return done


def test_check_says_that_all_is_well_or_what_is_not(today):
    assert "takes our key pair" in command(today, "check").out
    today.simulator.revoke_key("key")
    done = command(today, "check")
    assert done.code == 1
    assert "key and secret" in done.err
    assert SECRET not in done.err


def test_doctor_looks_too(today):
    (found,) = [one for one in examine(today.bridge) if one.what == "Meet & Engage"]
    assert found.well
    today.simulator.revoke_key("key")
    (found,) = [one for one in examine(today.bridge) if one.what == "Meet & Engage"]
    assert not found.well
    assert "revoked" in found.remedy


def test_fetch_brings_what_is_due_and_nothing_twice(today):
    assert "3 days with 6 rows." in fetched(today).out
    assert "Everything is here already." in fetched(today).out
    again = command(today, "fetch", "--from", today.first, "--method", "fresh", "--again", "--json")
    assert again.json == {"days": 3, "rows": 6}


def test_fetch_goes_past_a_day_that_does_not_come_and_says_so(today):
    _days_that_are_bad(today, "html", {today.today - 1})
    done = command(today, "fetch", "--from", today.first, "--method", "fresh")
    assert done.code == 1
    assert "2 days came, 1 day didn't." in done.err
    assert SECRET not in done.err
    today.simulator.faults.clear()
    assert "1 day with 2 rows." in fetched(today).out


def test_fetch_refuses_days_that_would_be_cleared_at_once(today):
    done = command(today, "fetch", "--from", _iso(today.today - 100))
    assert done.code == 2
    assert "engagement_days" in done.err


def test_report_of_the_institution(today):
    fetched(today)
    told = command(today, "report", "--method", "fresh", "--from", today.first, "--by", "device")
    assert "6 rows" in told.out
    assert "1 person, 1 address of nobody we know" in told.out
    assert re.search(rf"^{_iso(today.today)} +2 █+$", told.out, re.MULTILINE)
    assert re.search(r"^\d+ +Title of course-1 +1 +3$", told.out, re.MULTILINE)
    assert re.search(r"^Mobile +3$", told.out, re.MULTILINE)
    assert "Ann" not in told.out, "of the institution nobody is named"
    as_json = command(
        today, "report", "--method", "fresh", "--from", today.first, "--json", "--by", "Device"
    ).json
    assert as_json["rows"] == 6
    assert as_json["values"] == {"Mobile": 3, "Tablet": 3}
    assert list(as_json["per_day"].values()) == [2, 2, 2]


def test_report_of_a_course_names_its_people(today):
    fetched(today)
    told = command(
        today, "report", "--method", "fresh", "--from", today.first, "--course", today.course
    )
    assert re.search(r"^Ann +ann@x\.example +3 ", told.out, re.MULTILINE)
    assert re.search(r"^Ben +ben@x\.example +0", told.out, re.MULTILINE)
    assert "stranger" not in told.out
    assert "3 rows" in told.out
    empty = today.bridge.store.people.add_course(1, "empty", "", "Nobody's", now_ms=1).id
    assert "Nobody of this course" in command(today, "report", "--course", empty).out
    done = command(today, "report", "--course", 999)
    assert done.code == 1
    assert "no course" in done.err


def test_report_as_csv_has_every_column_and_no_formula(today):
    fetched(today)
    out = command(today, "report", "--method", "fresh", "--from", today.first, "--csv").out
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[0] == ["day", "EmailAddress", "Device", "n", "'=evil"]
    assert rows[1] == [today.first, "Ann@x.example", "Mobile", str(today.today - 2), ""]
    assert rows[2] == [today.first, "stranger@y.example", "Tablet", "", "'=1+1"]
    of_course = command(
        today, "report", "--method", "fresh", "--from", today.first, "--csv",
        "--course", today.course,
    ).out  # fmt: skip
    assert "stranger" not in of_course
    assert len(of_course.splitlines()) == 4


def test_report_as_a_picture_that_stands_alone(today, tmp_path):
    fetched(today)
    file = tmp_path / "plot.svg"
    done = command(today, "report", "--method", "fresh", "--from", today.first, "--plot", file)
    assert f"Written to {file}" in done.err
    root = ElementTree.fromstring(file.read_text())  # noqa: S314 - our own
    assert root.tag.endswith("svg")
    everywhere = "not there/plot.svg"
    assert command(today, "report", "--plot", tmp_path / everywhere).code != 0


def test_where_people_may_not_be_matched_nobody_is_named(today):
    fetched(today)
    today.write(match=False)
    told = command(today, "report", "--method", "fresh", "--from", today.first)
    assert "aren't joined to people" in told.out
    assert "nobody we know" not in told.out
    done = command(today, "report", "--course", today.course)
    assert done.code == 1
    assert "match_people" in done.err


def test_days_not_fetched_yet_are_said_to_be(today):
    told = command(today, "report", "--method", "fresh", "--from", today.first)
    assert "Days that aren't fetched yet: 3 of 3." in told.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--from", "yesterday"],
        ["--from", "2026-02-30"],
        ["--from", "2026-11-20", "--to", "2026-11-19"],
    ],
)
@pytest.mark.parametrize("what", ["fetch", "report"])
def test_days_that_are_none_are_refused(today, what, arguments):
    done = command(today, what, *arguments)
    assert done.code == 2
    assert "day" in done.err


def test_without_the_settings_the_commands_say_what_to_add(today):
    text = today.file.read_text()
    start, end = text.index("[engagement]"), text.index("[retention]")
    today.file.write_text(text[:start] + text[end:])
    for what in ("check", "fetch", "report"):
        done = command(today, what)
        assert done.code == 1
        assert "[engagement]" in done.err
