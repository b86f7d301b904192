"""``lti-bridge conferencing list`` and ``check``: over sockets, to a service of each kind."""

from __future__ import annotations

import re

import pytest

from lti_bridge.conferencing.family import BigBlueButton
from lti_bridge.conferencing.rounds import PREFIX, Round
from lti_bridge.simulators.bigbluebutton import create_meetingz
from lti_bridge.simulators.serving import Server
from tests.unit.cli.house import NAMES, PASSWORD, SECRET, run
from tests.unit.conferencing.services import Canned, a_client, a_service, failed, ok

CANT = {
    "live": {"captions", "attendance"},
    "mconf": {"captions"},
    "bbb": {"attendance"},
    "webinars": {"running", "captions", "attendance"},
}


def nothing_left(simulator):
    return not (simulator.sessions if hasattr(simulator, "sessions") else simulator.meetings)


def results(report):
    return {step["step"]: step["result"] for step in report["steps"]}


def test_the_list_says_what_each_can_do_and_calls_nobody(house):
    done = house.run("list")
    assert (done.code, done.err) == (0, "")
    for name, url in house.urls.items():
        assert re.search(rf"^{name}  \(\w+, settings file\)  {url}$", done.out, re.MULTILINE)
    assert "insert slides" in done.out
    listed = house.run("list", "--json").json
    assert [each["name"] for each in listed] == list(NAMES)
    assert {each["managed_by"] for each in listed} == {"file"}
    assert not any(each["resting"] or each["left_alone"] for each in listed)
    assert "running" not in listed[3]["capabilities"], "Onstream doesn't say"
    assert not any(simulator.faults.requests for simulator in house.simulators.values())


def test_the_list_without_any_service_says_what_to_do(house):
    file = house.folder / "none.toml"
    file.write_text(house.file.read_text().partition("[[conferencing]]")[0])
    done = run("conferencing", "list", "--config", file)
    assert done.code == 0
    assert "[[conferencing]]" in done.out
    done = run("conferencing", "check", "--config", file)
    assert done.code == 1
    assert "[[conferencing]]" in done.err


def test_the_list_says_where_the_database_cannot_be_asked(house):
    text = house.file.read_text()
    url = "postgresql+psycopg://bridge:very-secret@127.0.0.1:9/bridge"
    house.file.write_text(re.sub(r'database_url = ".*"', f'database_url = "{url}"', text))
    done = house.run("list")
    assert done.code == 0
    assert "Only the services of the settings file are known" in done.err
    assert "webinars" in done.out
    assert "very-secret" not in done.out + done.err


@pytest.mark.parametrize("name", NAMES)
def test_a_round_says_what_works_and_leaves_nothing_behind(house, name):
    done = house.run("check", name, "--json")
    assert (done.code, done.err) == (0, "")
    (report,) = done.json
    said = results(report)
    assert {step for step, result in said.items() if result == "can't"} == CANT[name]
    assert "wrong" not in said.values()
    assert {"create", "create again", "join as moderator", "end", "gone afterwards"} <= said.keys()
    assert "recordings" in report["works"]
    assert nothing_left(house.simulators[name])
    if name == "webinars":
        assert house.webinars.mails == []


def test_the_meeting_of_a_round_is_its_own(house):
    house.held("bbb", ("Tess", "moderator"))
    assert house.run("check", "bbb").code == 0
    assert list(house.bbb.meetings) == ["lti-0123456789abcdef"]
    (made,) = house.bbb.ended
    assert made.meeting_id.startswith(PREFIX)
    assert not made.joined


def test_without_a_name_every_service_is_checked(house):
    done = house.run("check")
    assert done.code == 0
    assert [line for line in done.out.splitlines() if not line.startswith(" ")] == [
        "live  (meetingz)",
        "mconf  (mconf)",
        "bbb  (bigbluebutton)",
        "webinars  (onstream)",
    ]
    assert "shows when it is used: delete recordings, publish recordings" in done.out


def test_neither_secrets_nor_join_urls_are_shown(house):
    done = house.run("check")
    for simulator in (house.live, house.mconf, house.bbb):
        for meeting in simulator.ended:
            assert meeting.moderator_password not in done.out
            assert meeting.attendee_password not in done.out
    assert "checksum=" not in done.out
    assert "/go/" not in done.out
    assert SECRET not in done.out
    assert PASSWORD not in done.out
    assert "lets people in" in done.out


def test_what_a_server_turns_out_not_to_know_is_told(house):
    kinds = create_meetingz(secret=SECRET, without=frozenset({"getMeetings", "getMeetingInfo"}))
    with Server(kinds) as server:
        old, new = house.urls["live"], kinds.url_for(server)
        house.file.write_text(house.file.read_text().replace(old, new))
        done = house.run("check", "live")
    assert done.code == 0
    assert "can't  info: " in done.out
    assert "can't  meetings: " in done.out
    assert "can't  gone afterwards: " in done.out
    assert "not on this server: live counts, meetings, participants, recordings" in done.out
    assert nothing_left(kinds)


def test_one_without_meeting_info_is_looked_for_in_the_list(house):
    kinds = create_meetingz(secret=SECRET, without=frozenset({"getMeetingInfo"}))
    with Server(kinds) as server:
        live = house.urls["live"]
        house.file.write_text(house.file.read_text().replace(live, kinds.url_for(server)))
        done = house.run("check", "live")
    assert "ok     gone afterwards" in done.out


def test_a_wrong_secret_is_said_and_nothing_else_tried(house):
    house.live.secret = "another"
    done = house.run("check", "live")
    assert done.code == 1
    assert re.search(r"wrong  address and secret: .*checksumError.*→ .*secret", done.out)
    assert "create:" not in done.out
    assert "works" not in done.out
    assert house.live.faults.count("/create") == 0


@pytest.mark.parametrize("fault", ["down", "html", "500", "cut"])
def test_a_service_in_trouble_is_wrong_and_the_others_are_checked_all_the_same(house, fault):
    house.mconf.faults.set(fault)
    done = house.run("check", "--json")
    assert done.code == 1
    assert [report["well"] for report in done.json] == [True, False, True, True]
    (step,) = done.json[1]["steps"]
    assert step["remedy"], "says how to mend it"


@pytest.mark.parametrize("call", ["/getMeetings", "/join", "/getRecordings"])
def test_whatever_goes_wrong_the_meeting_is_ended(house, call):
    house.bbb.faults.set("html", where=lambda path: path.endswith(call))
    done = house.run("check", "bbb", "--json")
    assert done.code == (0 if call == "/join" else 1), "nobody joins"
    assert len(house.bbb.ended) == 1
    assert nothing_left(house.bbb)


def test_where_create_fails_only_what_needs_no_meeting_is_tried(house):
    house.bbb.faults.set("500", where=lambda path: path.endswith("/create"))
    (report,) = house.run("check", "bbb", "--json").json
    said = results(report)
    assert said["create"] == "wrong"
    assert "join as moderator" not in said
    assert said["recordings"] == "ok"
    assert house.bbb.faults.count("/end") == 1, "its answer may only have been lost"


def test_an_unknown_service_is_said_with_those_there_are(house):
    done = house.run("check", "nowhere")
    assert done.code == 1
    assert "There is no conferencing service 'nowhere'" in done.err
    assert "live, mconf, bbb, webinars" in done.err


# What no simulator does: services that contradict themselves.


def answering(**answers):
    """A service that answers everything with success, but what is said here."""
    usual = {
        "create": ok("<createTime>1</createTime><internalMeetingID>a-1</internalMeetingID>"),
        "isMeetingRunning": ok("<running>false</running>"),
        "end": ok(),
        "getMeetingInfo": failed("notFound"),
        "getMeetings": ok("<meetings/>"),
        "getRecordings": ok("<recordings/>"),
    }

    def answer(request):
        found = {**usual, **answers}.get(request.path.rpartition("/")[2], failed("notFound"))
        return found.pop(0) if isinstance(found, list) else found

    return Canned(answer)


def wrong_steps(simulator):
    with Server(simulator) as server, a_client() as client:
        settings = a_service(simulator.url_for(server), kind="bigbluebutton")
        steps = list(Round(BigBlueButton(settings, client), patience=0.3).steps())
    return {step.step: step.says for step in steps if step.result == "wrong"}


def test_a_service_that_forgets_its_meetings_is_wrong():
    wrong = wrong_steps(answering())
    assert set(wrong) == {"info", "meetings"}


def test_a_second_create_that_makes_another_meeting_is_wrong():
    second = ok("<createTime>2</createTime><internalMeetingID>a-2</internalMeetingID>")
    first = ok("<createTime>1</createTime><internalMeetingID>a-1</internalMeetingID>")
    assert "create again" in wrong_steps(answering(create=[first, second]))


def test_a_meeting_that_runs_with_nobody_in_is_wrong():
    running = answering(isMeetingRunning=ok("<running>true</running>"))
    assert "running" in wrong_steps(running)


def test_a_meeting_that_stays_after_its_end_is_wrong_and_named():
    wrong = wrong_steps(answering(getMeetingInfo=ok("<running>false</running>")))
    assert "still there" in wrong["gone afterwards"]


def test_a_meeting_that_is_listed_as_ended_counts_as_gone():
    over = ok("<running>false</running><hasBeenForciblyEnded>true</hasBeenForciblyEnded>")
    assert "gone afterwards" not in wrong_steps(answering(getMeetingInfo=over))


def test_a_round_that_is_broken_off_ends_its_meeting_too():
    simulator = answering()
    with Server(simulator) as server, a_client() as client:
        service = BigBlueButton(a_service(simulator.url_for(server), kind="bigbluebutton"), client)
        steps = Round(service).steps()
        for step in steps:
            if step.step == "create again":
                break
        steps.close()
    assert simulator.asked[-1] == "end"
