"""BigBlueButton is asked for meetings, and how they end."""

import pytest

from tests.unit.simulators.family import CLASS, tags, texts

# --- asking and ending


def test_get_meeting_info_answers_as_the_document_prints_it(bbb):
    bbb.call("create", **CLASS, record="true", maxParticipants=20, **{"meta_BBB-Origin": "here"})
    bbb.clock.now += 1
    bbb.join("stu", userID="7")
    bbb.join("mod", "mp", userID="8")
    one, two = bbb.meeting.participants
    one.voice, two.listening, one.video = True, True, 2
    root = bbb.call("getMeetingInfo", meetingID="m1")
    assert tags(root) == [
        "returncode", "meetingName", "meetingID", "internalMeetingID", "createTime", "createDate",
        "voiceBridge", "dialNumber", "attendeePW", "moderatorPW", "running", "duration",
        "hasUserJoined", "recording", "hasBeenForciblyEnded", "startTime", "endTime",
        "participantCount", "listenerCount", "voiceParticipantCount", "videoCount", "maxUsers",
        "moderatorCount", "attendees", "metadata", "isBreakout", "messageKey", "message",
    ]  # fmt: skip
    found = texts(root)
    assert found["internalMeetingID"] == bbb.meeting.internal_id
    assert found["startTime"] == "1700000001250"
    assert [found[name] for name in tags(root)[17:23]] == ["2", "1", "1", "1", "20", "1"]
    assert texts(root.find("metadata")) == {"bbb-origin": "here"}
    assert [texts(attendee) for attendee in root.find("attendees")] == [
        {
            "userID": "7", "fullName": "stu", "role": "VIEWER", "isPresenter": "false",
            "isListeningOnly": "false", "hasJoinedVoice": "true", "hasVideo": "true",
            "clientType": "HTML5", "customdata": "",
        },
        {
            "userID": "8", "fullName": "mod", "role": "MODERATOR", "isPresenter": "true",
            "isListeningOnly": "true", "hasJoinedVoice": "false", "hasVideo": "false",
            "clientType": "HTML5", "customdata": "",
        },
    ]  # fmt: skip


def test_get_meetings_has_all_that_get_meeting_info_has(bbb):
    root = bbb.call("getMeetings")
    assert (root.findtext("messageKey"), len(root.find("meetings"))) == ("noMeetings", 0)
    bbb.call("create", **CLASS)
    bbb.join()
    info = tags(bbb.call("getMeetingInfo", meetingID="m1"))
    (meeting,) = bbb.call("getMeetings").find("meetings")
    assert tags(meeting) == info[1:-2]
    assert bbb.key("getMeetings", random="1") == "validationError"


@pytest.mark.parametrize("call", ["isMeetingRunning", "getMeetingInfo", "end"])
def test_calls_about_a_meeting_need_its_id(bbb, call):
    assert bbb.key(call) == "validationError"
    assert bbb.key(call, meetingID="") == "validationError"


def test_calls_about_an_unknown_meeting(bbb):
    assert bbb.call("isMeetingRunning", meetingID="m1").findtext("running") == "false"
    assert bbb.key("getMeetingInfo", meetingID="m1") == "notFound"
    assert bbb.key("end", meetingID="m1") == "notFound"


def test_end_needs_no_password_but_no_wrong_one_either(bbb):
    bbb.call("create", **CLASS)
    assert bbb.key("end", meetingID="m1", password="ap") == "invalidPassword"
    assert bbb.call("end", meetingID="m1").findtext("messageKey") == "sentEndMeetingRequest"


# --- ending by itself


def test_a_meeting_says_how_long_it_stays_without_people(bbb):
    bbb.call(
        "create",
        **CLASS,
        meetingExpireIfNoUserJoinedInMinutes=10,
        meetingExpireWhenLastUserLeftInMinutes=2,
    )
    bbb.clock.now += 599
    page = bbb.join()
    bbb.send("POST", f"{page}/leave")
    bbb.clock.now += 119
    assert bbb.simulator.meetings
    bbb.clock.now += 1
    assert bbb.simulator.meetings == {}
    bbb.call("create", **CLASS, meetingExpireIfNoUserJoinedInMinutes=10)
    bbb.clock.now += 600
    assert bbb.simulator.meetings == {}


def test_a_meeting_without_moderator_ends_where_it_was_told_to(start):
    bbb = start("bigbluebutton", away_after=3600.0)
    bbb.call("create", **CLASS, endWhenNoModerator="true", endWhenNoModeratorDelayInMinutes=3)
    bbb.join("Ada")
    moderator = bbb.join("Mod", "mp")
    bbb.send("POST", f"{moderator}/leave")
    bbb.clock.now += 179
    assert bbb.simulator.meetings
    bbb.clock.now += 1
    assert bbb.simulator.meetings == {}
    bbb.call("create", **CLASS, endWhenNoModerator="true")
    bbb.join("Ada")
    bbb.clock.now += 60
    assert bbb.simulator.meetings == {}


def test_the_end_of_a_meeting_is_when_it_was_due_not_when_it_was_noticed(bbb):
    bbb.call("create", **CLASS, duration=10)
    bbb.join()
    bbb.clock.now += 5000
    (ended,) = bbb.simulator.ended
    assert ended.ended_at == ended.created_at + 75 + 60
    assert bbb.simulator.meetings == {}
