"""Recordings and their text tracks, in the services that have them."""

import pytest

from lti_bridge.simulators.bigbluebutton import Format, Image
from tests.unit.simulators.family import CLASS, FORM, NOON, tags, texts

NOW = int(NOON * 1000)


def names(root):
    return [one.findtext("name") for one in root.iter("recording")]


@pytest.fixture
def shelf(bbb):
    """Six recordings, one per state and one more."""
    add = bbb.simulator.recordings.add
    for state in ("processing", "processed", "published", "unpublished", "deleted"):
        add(meeting_id="m1", name=state, state=state, record_id=f"{state}-1")
    add(meeting_id="m2", name="other", record_id="other-1", metadata={"Course": "7", "term": "a"})
    return bbb


# --- from meetings


@pytest.mark.parametrize("kind", ["meetingz", "mconf", "bigbluebutton"])
@pytest.mark.parametrize(
    ("record", "joins", "made"), [("true", True, 1), ("true", False, 0), ("false", True, 0)]
)
def test_only_what_was_recorded_and_joined_becomes_a_recording(start, kind, record, joins, made):
    service = start(kind, **({"recordings": True} if kind == "meetingz" else {}))
    service.call("create", **CLASS, record=record)
    if joins:
        service.join()
    service.call("end", meetingID="m1", password="mp")
    assert len(service.simulator.recordings.all) == made


def test_a_meeting_that_ended_by_itself_is_a_recording_too(bbb):
    bbb.call("create", **CLASS, record="true", meta_course="7")
    bbb.join("Ada", userID="1")
    bbb.join("Ada", userID="1")
    bbb.join("Bob", userID="2")
    bbb.clock.now += 5000
    assert len(bbb.simulator.recordings.all) == 1
    (recording,) = bbb.call("getRecordings").find("recordings")
    ended = bbb.simulator.ended[0]
    assert tags(recording) == [
        "recordID", "meetingID", "internalMeetingID", "name", "isBreakout", "published", "state",
        "startTime", "endTime", "participants", "rawSize", "metadata", "size", "playback",
    ]  # fmt: skip
    found = texts(recording)
    assert found["recordID"] == found["internalMeetingID"] == ended.internal_id
    assert (found["state"], found["published"], found["participants"]) == ("published", "true", "2")
    assert (found["startTime"], found["endTime"]) == (str(NOW), str(NOW + 135_000))
    assert texts(recording.find("metadata")) == {
        "isBreakout": "false",
        "meetingId": "m1",
        "meetingName": "Algebra",
        "course": "7",
    }
    (form,) = recording.find("playback")
    assert tags(form) == ["type", "url", "processingTime", "length", "size", "preview"]
    assert (form.findtext("type"), form.findtext("length")) == ("presentation", "2")


def test_a_question_for_recordings_ends_what_is_over(bbb):
    bbb.call("create", **CLASS, record="true")
    bbb.join()
    bbb.clock.now += 5000
    assert names(bbb.call("getRecordings")) == ["Algebra"]


def test_a_recording_may_take_its_time(bbb):
    bbb.simulator.recordings.publish_at_once = False
    bbb.call("create", **CLASS, record="true")
    bbb.join()
    bbb.call("end", meetingID="m1")
    assert bbb.call("getRecordings").findtext("messageKey") == "noRecordings"
    (recording,) = bbb.call("getRecordings", state="processing").find("recordings")
    bbb.simulator.recordings.finish(recording.findtext("recordID"))
    assert names(bbb.call("getRecordings")) == ["Algebra"]
    with pytest.raises(KeyError):
        bbb.simulator.recordings.finish("unknown")


# --- getRecordings


def test_formats_sizes_and_thumbnails_are_listed(bbb):
    image = Image("https://x.example/1.png", alt='"Welcome" <1>', width=100, height=75)
    bbb.simulator.recordings.add(
        meeting_id="m1",
        formats=(
            "podcast",
            Format("video", "https://x.example/v", 5, 33, 10, images=(image, image)),
        ),
        started_ms=0,
        ended_ms=120_000,
        participants=3,
        record_id="r1",
        is_breakout=True,
    )
    (recording,) = bbb.call("getRecordings").find("recordings")
    podcast, video = recording.find("playback")
    assert podcast.findtext("url") == f"{bbb.server.url}/bigbluebutton/playback/r1/podcast"
    assert podcast.findtext("length") == "2"
    assert podcast.find("preview") is None
    assert {name: video.findtext(name) for name in tags(video)[:-1]} == {
        "type": "video",
        "url": "https://x.example/v",
        "processingTime": "5",
        "length": "33",
        "size": "10",
    }
    one, _two = video.find("preview/images")
    assert (one.tag, one.text) == ("image", "https://x.example/1.png")
    assert one.attrib == {"alt": '"Welcome" <1>', "width": "100", "height": "75"}
    assert recording.findtext("isBreakout") == "true"
    assert int(recording.findtext("size")) == 10 + Format("podcast").size


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ["published", "unpublished", "other"]),
        ({"state": "any"}, 6),
        ({"state": "processing,deleted"}, ["processing", "deleted"]),
        ({"state": "processed", "meetingID": "m2"}, []),
        ({"meetingID": "m1"}, ["published", "unpublished"]),
        ({"meetingID": "m1,m2"}, ["published", "unpublished", "other"]),
        ({"meetingID": "m"}, []),
        ({"recordID": "other-1,unpublished-1"}, ["unpublished", "other"]),
        ({"recordID": "p", "state": "any"}, ["processing", "processed", "published"]),
        ({"recordID": "other", "meetingID": "m1"}, ["other"]),
        ({"meta_course": "7"}, ["other"]),
        ({"meta_COURSE": "7", "meta_term": "a"}, ["other"]),
        ({"meta_course": "7", "meta_term": "b"}, []),
    ],
)
def test_recordings_are_chosen(shelf, given, expected):
    root = shelf.call("getRecordings", **given)
    found = names(root)
    assert (len(found) if isinstance(expected, int) else found) == expected
    assert root.findtext("messageKey") == ("" if found else "noRecordings")


def test_recordings_come_in_pages(shelf):
    root = shelf.call("getRecordings", state="any", limit=4)
    assert (len(names(root)), root.findtext("totalElements")) == (4, "6")
    assert len(names(shelf.call("getRecordings", state="any", limit=4, offset=4))) == 2
    assert names(shelf.call("getRecordings", limit=100, offset=3)) == []
    assert shelf.call("getRecordings", offset=1).find("totalElements") is None
    assert len(names(shelf.call("getRecordings", offset=1))) == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "ready"),
        ("state", ""),
        ("state", "any,published"),
        ("limit", "0"),
        ("limit", "101"),
        ("limit", ""),
        ("offset", "-1"),
        ("offset", ""),
        ("page", "1"),
    ],
)
def test_malformed_questions_for_recordings_are_refused(shelf, name, value):
    assert shelf.key("getRecordings", **{name: value}) == "validationError"


# --- publish, update, delete


def test_recordings_are_published_and_hidden(shelf):
    wanted = "published-1,unpublished-1,unknown"
    for publish, state in (("false", "unpublished"), ("true", "published")):
        root = shelf.call("publishRecordings", recordID=wanted, publish=publish)
        assert texts(root) == {"returncode": "SUCCESS", "published": publish}
        found = shelf.call("getRecordings", meetingID="m1")
        assert [one.findtext("state") for one in found.iter("recording")] == [state, state]
        assert {one.findtext("published") for one in found.iter("recording")} == {publish}


def test_metadata_is_changed_added_and_removed(shelf):
    given = {"meta_Course": "8", "meta_term": "", "meta_new-name": "x", "meta_bad_name": "y"}
    root = shelf.call("updateRecordings", recordID="other-1", **given)
    assert texts(root) == {"returncode": "SUCCESS", "updated": "true"}
    (other,) = shelf.call("getRecordings", meetingID="m2").find("recordings")
    found = texts(other.find("metadata"))
    assert (found["course"], found["new-name"]) == ("8", "x")
    assert not {"term", "bad_name"} & set(found)
    shelf.post_form("updateRecordings", recordID="other-1", meta_course="9")
    assert names(shelf.call("getRecordings", meta_course="9")) == ["other"]


def test_a_deleted_recording_is_gone_but_for_its_state(shelf):
    root = shelf.call("deleteRecordings", recordID="published-1,other-1")
    assert texts(root) == {"returncode": "SUCCESS", "deleted": "true"}
    assert names(shelf.call("getRecordings")) == ["unpublished"]
    assert len(names(shelf.call("getRecordings", state="deleted"))) == 3


@pytest.mark.parametrize(
    ("call", "given"),
    [
        ("publishRecordings", {"publish": "true"}),
        ("updateRecordings", {"meta_a": "b"}),
        ("deleteRecordings", {}),
    ],
)
def test_changing_recordings_needs_known_ones(shelf, call, given):
    assert shelf.key(call, **given) == "missingParamRecordID"
    for unknown in ("unknown", "deleted-1", "publ", ","):
        assert shelf.key(call, recordID=unknown, **given) == "notFound"
    assert shelf.key(call, recordID="other-1", **given, force="1") == "validationError"


def test_publish_says_what(shelf):
    assert shelf.key("publishRecordings", recordID="other-1") == "missingParamPublish"
    for word in ("", "yes", "True"):
        assert shelf.key("publishRecordings", recordID="other-1", publish=word) in {
            "validationError",
            "missingParamPublish",
        }


# --- playback


def test_a_published_recording_is_played_back(bbb):
    recording = bbb.simulator.recordings.add(
        meeting_id="m1", name="<Algebra>", formats=("presentation", "podcast")
    )
    (first, _) = bbb.call("getRecordings").find("recordings/recording/playback")
    path = first.findtext("url").removeprefix(bbb.server.url)
    assert path == f"/bigbluebutton/playback/{recording.record_id}"
    answer = bbb.send("GET", path)
    assert answer.status == 200
    assert '<h1 id="recording-name" dir="auto">&lt;Algebra&gt;</h1>' in answer.body
    assert "60 min · podcast" in bbb.send("GET", f"{path}/podcast").body
    assert bbb.send("GET", f"{path}/video").status == 404
    for publish, status in (("false", 404), ("true", 200)):
        bbb.call("publishRecordings", recordID=recording.record_id, publish=publish)
        assert bbb.send("GET", path).status == status
    bbb.call("deleteRecordings", recordID=recording.record_id)
    assert bbb.send("GET", path).status == 404
    assert bbb.send("GET", "/bigbluebutton/playback/unknown").status == 404


# --- text tracks

VTT = "WEBVTT\n\n00:00.000 --> 00:01.000\nسلام\n"
SRT = "1\r\n00:00:00,000 --> 00:00:01,500\r\nOlá\r\n"


def upload(service, content, *, name="file", **given):
    """As a web form sends a file; None sends no body at all."""
    given = {"recordID": "other-1", "kind": "subtitles", "lang": "en-US", **given}
    given = {key: value for key, value in given.items() if value is not None}
    if content is None:
        return service.post("putRecordingTextTrack", None, None, **given)
    body = (
        f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="a.vtt"\r\n'
        "Content-Type: text/vtt\r\n\r\n"
    ).encode() + content
    kind = "multipart/form-data; boundary=x"
    return service.post("putRecordingTextTrack", body + b"\r\n--x--\r\n", kind, **given)


def tracks(service):
    found = service.ask("getRecordingTextTracks", recordID="other-1").json
    assert found["returncode"] == "SUCCESS"
    return found["tracks"]


def test_text_tracks_are_uploaded_listed_and_read(shelf):
    assert tracks(shelf) == []
    done = upload(shelf, VTT.encode(), label="English").json
    assert done == {
        "messageKey": "upload_text_track_success",
        "message": "Text track uploaded successfully",
        "recordId": "other-1",
        "returncode": "SUCCESS",
    }
    upload(shelf, SRT.encode(), kind="captions", lang="pt-BR")
    one, two = tracks(shelf)
    href = f"{shelf.server.url}/bigbluebutton/textTrack/other-1/subtitles_en-US.vtt"
    assert one == {
        "href": href,
        "kind": "subtitles",
        "label": "English",
        "lang": "en-US",
        "source": "upload",
    }
    assert (two["kind"], two["lang"], two["label"]) == ("captions", "pt-BR", "pt-BR")
    answer = shelf.send("GET", one["href"].removeprefix(shelf.server.url))
    assert (answer.headers["Content-Type"], answer.body) == ("text/vtt; charset=utf-8", VTT)
    converted = shelf.send("GET", two["href"].removeprefix(shelf.server.url)).body
    assert converted == "WEBVTT\n\n1\n00:00:00.000 --> 00:00:01.500\nOlá\n"
    page = shelf.send("GET", "/bigbluebutton/playback/other-1").body
    assert '<li lang="en-US">English</li>' in page
    for wrong in ("other-1/captions_en-US.vtt", "unknown/x.vtt", "other-1"):
        assert shelf.send("GET", f"/bigbluebutton/textTrack/{wrong}").status == 404


def test_text_tracks_are_listed_by_post_too(shelf):
    assert shelf.post_form("getRecordingTextTracks", recordID="other-1").json["tracks"] == []


def test_a_track_of_the_same_kind_and_language_is_replaced(shelf):
    upload(shelf, VTT.encode(), label="One")
    upload(shelf, VTT.encode(), label="Two")
    upload(shelf, VTT.encode(), label="Three", lang="fr")
    assert [track["label"] for track in tracks(shelf)] == ["Two", "Three"]


def test_an_upload_without_a_file_deletes_the_track(shelf):
    for nothing in ({"content": None}, {"content": VTT.encode(), "name": "other"}):
        upload(shelf, VTT.encode())
        assert upload(shelf, **nothing).json["returncode"] == "SUCCESS"
        assert tracks(shelf) == []


def test_what_is_no_track_is_taken_and_ignored(shelf):
    upload(shelf, VTT.encode(), label="Good")
    for junk in (b"hello", b"\xff\xfe\x00"):
        assert upload(shelf, junk, label="Bad").json["messageKey"] == "upload_text_track_success"
    assert [track["label"] for track in tracks(shelf)] == ["Good"]


def test_an_upload_may_fail_with_success(shelf):
    shelf.simulator.recordings.takes_tracks = False
    answer = upload(shelf, VTT.encode()).json
    assert (answer["returncode"], answer["messageKey"]) == ("SUCCESS", "upload_text_track_failed")
    assert tracks(shelf) == []


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"content": b""}, "empty_uploaded_text_track"),
        ({"recordID": None}, "missingParameter"),
        ({"kind": None}, "missingParameter"),
        ({"lang": ""}, "missingParameter"),
        ({"recordID": "unknown"}, "noRecordings"),
        ({"recordID": "deleted-1"}, "noRecordings"),
        ({"kind": "chapters"}, "invalidKind"),
        ({"lang": "english (us)"}, "invalidLang"),
        ({"lang": "en_US"}, "invalidLang"),
        ({"source": "live"}, "validationError"),
    ],
)
def test_bad_uploads_are_refused_in_json(shelf, change, key):
    answer = upload(shelf, **{"content": VTT.encode(), **change}).json
    assert (answer["returncode"], answer["messageKey"]) == ("FAILED", key)
    assert answer["message"]


def test_uploads_are_signed_over_the_address_only(shelf):
    query = "recordID=other-1&kind=captions&lang=en"
    path = f"/bigbluebutton/api/putRecordingTextTrack?{query}"
    assert shelf.send("POST", path).json["messageKey"] == "paramError"
    assert shelf.send("POST", f"{path}&checksum=x").json["messageKey"] == "checksumError"
    assert shelf.post("putRecordingTextTrack", "a=b", FORM).json["messageKey"] == "paramError"


def test_lists_of_tracks_need_a_known_recording(shelf):
    for given, key in (({}, "missingParameter"), ({"recordID": "x"}, "noRecordings")):
        answer = shelf.ask("getRecordingTextTracks", **given).json
        assert (answer["returncode"], answer["messageKey"]) == ("FAILED", key)


# --- Meetingz, where it has recordings


def test_meetingz_lists_recordings_as_its_document_describes_them(meetingz):
    add = meetingz.simulator.recordings.add
    add(meeting_id="m1", name="a", record_id="652c-1", metadata={"term": "x"})
    add(meeting_id="m2", name="b", record_id="9e35-1", state="unpublished")
    add(meeting_id="m2", name="c", record_id="9e35-2", state="processing")
    (one, _two) = meetingz.call("getRecordings").find("recordings")
    assert tags(one) == [
        "recordID", "meetingID", "name", "published", "state", "startTime", "endTime",
        "metadata", "playback",
    ]  # fmt: skip
    assert names(meetingz.call("getRecordings", meetingID="m1,m2", state="any")) == ["a", "b", "c"]
    assert names(meetingz.call("getRecordings", recordID="9e35", meetingID="m1")) == ["b"]
    assert names(meetingz.call("getRecordings", meta_term="x")) == ["a"]
    assert meetingz.key("getRecordings", limit=1) == "validationError"
    assert meetingz.key("getRecordings", state="ready") == "validationError"


def test_meetingz_publishes_updates_and_deletes(meetingz):
    meetingz.simulator.recordings.add(meeting_id="m1", record_id="r1")
    assert meetingz.call("publishRecordings", recordID="r1", publish="false")
    assert meetingz.call("updateRecordings", recordID="r1", meta_name="New")
    (one,) = meetingz.call("getRecordings").find("recordings")
    assert (one.findtext("state"), one.findtext("metadata/name")) == ("unpublished", "New")
    assert meetingz.call("deleteRecordings", recordID="r1")
    assert meetingz.call("getRecordings").findtext("messageKey") == "noRecordings"


@pytest.mark.parametrize(
    "call", ["getRecordings", "publishRecordings", "updateRecordings", "deleteRecordings"]
)
def test_meetingz_without_recordings_knows_none_of_their_calls(start, call):
    service = start("meetingz")
    assert service.key(call) == "unsupportedRequest"
    service.call("create", **CLASS, record="true")
    service.join()
    service.call("end", meetingID="m1", password="mp")
    assert service.simulator.recordings.all == []
