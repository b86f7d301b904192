"""The simulated Mconf-Live against its page: BigBlueButton 0.9 with additions."""

import re

import pytest

from tests.unit.simulators.family import CLASS, NOON, tags, texts

START = int(NOON * 1000)


def test_create_answers_as_the_page_prints_it(mconf):
    given = {**CLASS, "meetingID": "Demo Meeting"}
    root = mconf.call("create", **given, voiceBridge=74518, dialNumber="613-555-1234")
    assert tags(root) == [
        "returncode", "meetingID", "attendeePW", "moderatorPW", "createTime", "voiceBridge",
        "dialNumber", "createDate", "hasUserJoined", "duration", "hasBeenForciblyEnded",
        "messageKey", "message",
    ]  # fmt: skip
    assert (root.findtext("meetingID"), root.findtext("voiceBridge")) == ("Demo Meeting", "74518")


def test_every_parameter_of_create_is_taken(mconf):
    given = {
        **CLASS,
        "welcome": "Hi, %%CONFNAME%%: %%DIALNUM%% %%CONFNUM%%",
        "dialNumber": "555",
        "voiceBridge": "71234",
        "webVoice": "w71234",
        "logoutURL": "https://lms.example.edu/",
        "maxParticipants": "20",
        "record": "true",
        "duration": "60",
        "meta_presenter": "joe",
        "moderatorOnlyMessage": "psst",
        "autoStartRecording": "true",
        "allowStartStopRecording": "false",
    }
    mconf.call("create", **given)
    assert mconf.meeting.parameters == given
    assert "Hi, Algebra: 555 71234" in mconf.send("GET", mconf.join()).body


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("muteOnStart", "true"),
        ("lockSettingsDisableCam", "true"),
        ("webcamsOnlyForModerator", "true"),
        ("guestPolicy", "ASK_MODERATOR"),
        ("isBreakout", "true"),
        ("meetingID", "a,b"),
        ("record", "1"),
        ("duration", ""),
        ("maxParticipants", "-1"),
        ("logoutURL", "x"),
    ],
)
def test_later_and_malformed_parameters_are_refused(mconf, name, value):
    assert mconf.key("create", **{**CLASS, name: value}) == "validationError"


def test_a_lenient_one_takes_later_parameters(start):
    service = start("mconf", strict=False)
    assert service.call("create", **CLASS, muteOnStart="true")


@pytest.mark.parametrize(
    ("change", "key"),
    [({"name": "Other"}, "duplicateWarning"), ({"attendeePW": "x"}, "idNotUnique")],
)
def test_a_second_create_is_compared_by_its_passwords_only(mconf, change, key):
    mconf.call("create", **CLASS)
    assert mconf.ask("create", **{**CLASS, **change}).xml.findtext("messageKey") == key


def test_slides_come_with_create(mconf):
    body = "<modules><module name='presentation'><document url='https://x.example/a.pdf'/></module></modules>"
    assert mconf.post("create", body, "application/xml", **CLASS).xml
    assert [slide.name for slide in mconf.meeting.slides] == ["a.pdf"]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"password": ""}, "missingParamPassword"),
        ({"password": "x"}, "invalidPassword"),
        ({"fullName": ""}, "missingParamFullName"),
        ({"meetingID": "m2"}, "invalidMeetingIdentifier"),
        ({"createTime": "1"}, "mismatchCreateTimeParam"),
        ({"role": "VIEWER"}, "validationError"),
        ({"guest": "yes"}, "validationError"),
    ],
)
def test_a_bad_join_is_refused(mconf, change, key):
    mconf.call("create", **CLASS)
    given = {"fullName": "Ada", "meetingID": "m1", "password": "ap", **change}
    assert mconf.key("join", **given) == key


def test_end_needs_the_moderators_password(mconf):
    mconf.call("create", **CLASS)
    assert mconf.key("end", meetingID="m1") == "missingParamPassword"
    assert mconf.key("end", meetingID="m1", password="ap") == "invalidPassword"
    assert mconf.call("end", meetingID="m1", password="mp")


# --- guests


def guest_ids(body):
    return re.findall(r'class="approve" name="guest" value="(\w+)"', body)


@pytest.mark.parametrize("word", ["true", "True", "TRUE"])
@pytest.mark.parametrize("password", ["ap", "mp"])
def test_a_guest_of_any_role_waits_for_a_moderator(mconf, word, password):
    mconf.call("create", **CLASS)
    guest = mconf.join("Gus <b>", password, guest=word)
    info = mconf.call("getMeetingInfo", meetingID="m1")
    assert (info.findtext("running"), info.findtext("participantCount")) == ("false", "0")
    body = mconf.send("GET", guest).body
    assert "Please wait" in body
    assert 'data-page="waiting"' in body
    assert '<span id="me" class="name" dir="auto">Gus &lt;b&gt;</span>' in body
    moderator = mconf.join("Mod", "mp")
    page = mconf.send("GET", moderator).body
    token = guest.rpartition("/")[2]
    assert token not in page
    (guest_id,) = guest_ids(page)
    answer = mconf.send("POST", f"{moderator}/approve", f"guest={guest_id}")
    assert (answer.status, answer.headers["Location"]) == (303, moderator)
    body = mconf.send("GET", guest).body
    assert 'data-page="class"' in body
    assert "Guest" in body
    assert [one.role for one in mconf.meeting.participants] == [
        "MODERATOR",
        "MODERATOR" if password == "mp" else "VIEWER",
    ]
    assert guest_ids(mconf.send("GET", moderator).body) == []


def test_a_denied_guest_stays_out_and_may_ask_again(mconf):
    mconf.call("create", **CLASS)
    moderator, guest = mconf.join("Mod", "mp"), mconf.join("Gus", guest="true")
    (guest_id,) = guest_ids(mconf.send("GET", moderator).body)
    mconf.send("POST", f"{moderator}/deny", f"guest={guest_id}")
    assert "A moderator has not let you in" in mconf.send("GET", guest).body
    mconf.send("POST", f"{moderator}/approve", f"guest={guest_id}")
    assert [one.full_name for one in mconf.meeting.participants] == ["Mod"]
    assert "Please wait" in mconf.send("GET", mconf.join("Gus", guest="true")).body


def test_only_moderators_who_are_in_decide(mconf):
    mconf.call("create", **CLASS)
    attendee, guest = mconf.join("Ada"), mconf.join("Gus", "mp", guest="true")
    (waiting,) = mconf.meeting.waiting
    for page in (attendee, guest):
        for action in ("approve", "deny", "end"):
            answer = mconf.send("POST", f"{page}/{action}", f"guest={waiting.guest_id}")
            assert answer.status == 403
    assert 'id="waiting"' not in mconf.send("GET", attendee).body
    other = mconf.join("Gil", guest="true")
    moderator = mconf.join("Mod", "mp")
    for body in ("guest=nobody", "", "other=1"):
        assert mconf.send("POST", f"{moderator}/approve", body).status == 303
    assert len(mconf.meeting.waiting) == 2
    mconf.send("POST", f"{moderator}/approve", f"guest={mconf.meeting.waiting[1].guest_id}")
    assert mconf.meeting.waiting == [waiting]
    assert 'data-page="class"' in mconf.send("GET", other).body


def test_a_guest_who_left_or_closed_the_page_waits_no_more(mconf):
    mconf.call("create", **CLASS)
    moderator = mconf.join("Mod", "mp")
    leaving, closing = mconf.join("Lea", guest="true"), mconf.join("Clo", guest="true")
    assert len(guest_ids(mconf.send("GET", moderator).body)) == 2
    mconf.send("POST", f"{leaving}/leave")
    assert "You have left" in mconf.send("GET", leaving).body
    assert [one.full_name for one in mconf.meeting.waiting] == ["Clo"]
    mconf.clock.now += 74
    mconf.send("GET", moderator)
    mconf.clock.now += 1
    assert mconf.meeting.waiting == []
    mconf.call("end", meetingID="m1", password="mp")
    assert "The class has ended" in mconf.send("GET", closing).body
    assert mconf.simulator.ended[0].waiting == []


def test_a_meeting_with_waiting_guests_only_is_one_that_nobody_joined(mconf):
    mconf.call("create", **CLASS)
    page = mconf.join("Gus", guest="true")
    mconf.send("POST", f"{page}/leave")
    assert mconf.call("getMeetingInfo", meetingID="m1").findtext("hasUserJoined") == "false"
    mconf.clock.now += 300
    assert mconf.simulator.meetings == {}


# --- asking


def test_get_meeting_info_answers_as_the_page_prints_it(mconf):
    mconf.call("create", **CLASS, record="true", maxParticipants=20)
    mconf.join("stu", userID="r4osda8xzlsg")
    mconf.join("mod", "mp", userID="jgkgwilgigcf")
    stu, mod = mconf.meeting.participants
    stu.voice, stu.video, mod.listening = True, 2, True
    root = mconf.call("getMeetingInfo", meetingID="m1")
    assert tags(root) == [
        "returncode", "meetingName", "meetingID", "internalMeetingID", "createTime", "createDate",
        "voiceBridge", "dialNumber", "attendeePW", "moderatorPW", "running", "duration",
        "hasUserJoined", "recording", "hasBeenForciblyEnded", "startTime", "endTime",
        "participantCount", "listenerCount", "voiceParticipantCount", "maxUsers",
        "moderatorCount", "attendees", "metadata", "messageKey", "message",
    ]  # fmt: skip
    internal = root.findtext("internalMeetingID")
    assert internal != internal.strip() == mconf.meeting.internal_id
    assert (root.findtext("listenerCount"), root.findtext("voiceParticipantCount")) == ("1", "1")
    one, two = root.find("attendees")
    assert tags(one) == [
        "userID", "fullName", "role", "isPresenter", "isListeningOnly", "hasJoinedVoice",
        "videoStreams", "customdata",
    ]  # fmt: skip
    assert texts(one)["hasJoinedVoice"] == texts(two)["isListeningOnly"] == "true"
    assert texts(two)["isPresenter"] == "true"
    streams = [stream.text for stream in one.find("videoStreams")]
    assert streams == [f"320x240-r4osda8xzlsg-{START + number}" for number in range(2)]
    assert list(two.find("videoStreams")) == []


def test_get_meetings_answers_as_the_page_prints_it(mconf):
    mconf.call("create", **CLASS)
    mconf.join("stu")
    mconf.join("mod", "mp")
    one, two = mconf.meeting.participants
    one.voice, one.video, two.listening = True, 1, True
    (meeting,) = mconf.call("getMeetings").find("meetings")
    assert tags(meeting) == [
        "meetingID", "meetingName", "createTime", "createDate", "voiceBridge", "dialNumber",
        "attendeePW", "moderatorPW", "hasBeenForciblyEnded", "running", "participantCount",
        "listenerCount", "voiceParticipantCount", "videoCount", "duration", "hasUserJoined",
    ]  # fmt: skip
    assert [meeting[place].text for place in range(10, 14)] == ["2", "1", "1", "1"]


# --- stats


def held(mconf, meeting_id, name="Test"):
    mconf.call("create", **{**CLASS, "meetingID": meeting_id, "name": name})
    return mconf.join("John Doe", meetingID=meeting_id, userID="josy6efffm6e")


def test_stats_of_an_ended_meeting_answer_as_the_page_prints_it(mconf):
    page = held(mconf, "test01")
    mconf.clock.now += 1
    mconf.join("Dexter", meetingID="test01", userID="9wvp7mz15zpa")
    mconf.clock.now += 9
    mconf.send("POST", f"{page}/leave")
    mconf.clock.now += 10
    mconf.call("end", meetingID="test01", password="mp")
    mconf.clock.now += 1000
    root = mconf.call("getStats", meetingID="test01")
    (meeting,) = root.find("stats")
    assert tags(meeting) == [
        "meetingID", "meetingName", "recordID", "startTime", "endTime", "participants",
    ]  # fmt: skip
    found = texts(meeting)
    assert (found["meetingID"], found["meetingName"]) == ("test01", "Test")
    assert found["recordID"] == mconf.simulator.ended[0].internal_id
    assert (found["startTime"], found["endTime"]) == (str(START), str(START + 20_000))
    assert [texts(one) for one in meeting.find("participants")] == [
        {
            "userID": "josy6efffm6e", "userName": "John Doe",
            "joinTime": str(START), "leftTime": str(START + 10_000),
        },
        {
            "userID": "9wvp7mz15zpa", "userName": "Dexter",
            "joinTime": str(START + 1000), "leftTime": str(START + 20_000),
        },
    ]  # fmt: skip


@pytest.mark.parametrize(("left_time", "expected"), [("0", "0"), ("missing", None)])
def test_stats_of_a_running_meeting_leave_open_who_is_still_in(start, left_time, expected):
    mconf = start("mconf", left_time=left_time)
    gone = held(mconf, "m1")
    mconf.join("Stay", userID="s")
    mconf.send("POST", f"{gone}/leave")
    (meeting,) = mconf.call("getStats").find("stats")
    assert meeting.findtext("endTime") == "0"
    assert [one.findtext("leftTime") for one in meeting.find("participants")] == [
        str(START),
        expected,
    ]


def test_stats_of_one_several_or_all_meetings(mconf):
    for meeting_id in ("m1", "m2", "m3"):
        held(mconf, meeting_id)
    mconf.call("create", **{**CLASS, "meetingID": "unused"})
    mconf.call("end", meetingID="m1", password="mp")
    held(mconf, "m1", "Again")

    def found(**given):
        stats = mconf.call("getStats", **given).find("stats")
        return sorted((one.findtext("meetingID"), one.findtext("meetingName")) for one in stats)

    assert found(meetingID="m2") == [("m2", "Test")]
    assert found(meetingID="m1, m3") == [("m1", "Again"), ("m1", "Test"), ("m3", "Test")]
    assert len(found()) == 4
    assert found(meetingID="unused") == found(meetingID="other") == []
    assert mconf.key("getStats", recordID="x") == "validationError"


def test_stats_of_meetings_that_ended_by_themselves(mconf):
    held(mconf, "m1")
    mconf.clock.now += 5000
    (meeting,) = mconf.call("getStats").find("stats")
    assert meeting.findtext("endTime") == str(START + 135_000)
    assert meeting.find("participants/participant").findtext("leftTime") == str(START + 75_000)


# --- recordings


def test_a_recorded_meeting_becomes_a_recording_as_0_9_shows_it(mconf):
    mconf.call("create", **CLASS, record="true", meta_Presenter="joe")
    mconf.join()
    mconf.clock.now += 60
    mconf.call("end", meetingID="m1", password="mp")
    (recording,) = mconf.call("getRecordings", meetingID="m1").find("recordings")
    internal = mconf.simulator.ended[0].internal_id
    assert tags(recording) == [
        "recordID", "meetingID", "name", "published", "startTime", "endTime", "metadata",
        "playback",
    ]  # fmt: skip
    assert recording.findtext("recordID") == internal
    assert recording.findtext("published") == "true"
    assert texts(recording.find("metadata")) == {"presenter": "joe"}
    (form,) = recording.find("playback")
    url = f"{mconf.server.url}/bigbluebutton/playback/{internal}"
    assert texts(form) == {"type": "presentation", "url": url, "length": "1"}


def test_recordings_are_found_by_meeting_and_all_metadata(mconf):
    add = mconf.simulator.recordings.add
    add(meeting_id="m1", name="a", metadata={"presenter": "joe", "category": "education"})
    add(meeting_id="m1", name="b", metadata={"presenter": "joe"})
    add(meeting_id="m2", name="c", metadata={"presenter": "jane", "category": "education"})
    add(meeting_id="m1", name="d", state="unpublished")

    def found(**given):
        return [
            one.findtext("name") for one in mconf.call("getRecordings", **given).iter("recording")
        ]

    assert found() == ["a", "b", "c", "d"]
    assert found(meetingID="m1") == ["a", "b", "d"]
    assert found(meetingID="m2,m1", meta_presenter="joe") == ["a", "b"]
    assert found(meta_Presenter="joe", meta_category="education") == ["a"]
    assert found(meta_presenter="Joe") == []
    root = mconf.call("getRecordings", meetingID="m9")
    assert root.findtext("messageKey") == "noRecordings"
    for later in ("recordID", "state", "limit"):
        assert mconf.key("getRecordings", **{later: "any"}) == "validationError"


def test_recordings_are_published_and_deleted(mconf):
    recording = mconf.simulator.recordings.add(meeting_id="m1")
    wanted = {"recordID": recording.record_id}
    assert (
        mconf.call("publishRecordings", **wanted, publish="false").findtext("published") == "false"
    )
    assert recording.state == "unpublished"
    assert mconf.call("deleteRecordings", **wanted).findtext("deleted") == "true"
    assert mconf.key("deleteRecordings", **wanted) == "notFound"
    assert mconf.key("publishRecordings", **wanted, publish="true") == "notFound"
    assert mconf.key("publishRecordings", **wanted) == "missingParamPublish"
    assert mconf.key("publishRecordings", **wanted, publish="yes") == "validationError"
    assert mconf.key("deleteRecordings") == "missingParamRecordID"


def test_mconf_sends_no_callbacks(mconf):
    mconf.call("create", **CLASS, meta_endCallbackUrl="http://127.0.0.1:1/x")
    mconf.call("end", meetingID="m1", password="mp")
    mconf.simulator.settle()
    assert mconf.simulator.callbacks == []
