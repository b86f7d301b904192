"""Slides at create and into a running meeting (BigBlueButton API, "Pre-upload Slides")."""

from __future__ import annotations

import base64
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from lti_bridge.conferencing import Slide
from lti_bridge.conferencing.family import BigBlueButton, MconfLive, Meetingz, documents
from lti_bridge.errors import CapabilityMissing, RemoteRejected
from tests.unit.conferencing.family.simulated import MEETING, SLIDE, pair_of
from tests.unit.conferencing.services import DETAILS, sent

PDF = b"%PDF-1.4 \x00\xff"
SLIDES = (
    Slide(
        "فصل ۱ & <intro>.pdf", url="https://files.example.edu/a.pdf?x=1&y=%20", downloadable=True
    ),
    Slide("notes.pdf", content=PDF, removable=False),
    Slide("last.odp", url="https://files.example.edu/c.odp"),
)


@pytest.mark.parametrize("kind", [MconfLive, BigBlueButton])
def test_several_slides_by_url_and_by_content_are_there_from_the_beginning(kind):
    with pair_of(kind) as pair:
        pair.service.create(replace(DETAILS, slides=SLIDES))
        request = pair.last
        assert (request.method, request.headers["Content-Type"]) == ("POST", "application/xml")
        assert sent(request)["meetingID"] == MEETING, "parameters and checksum stay in the URL"
        there = pair.simulator.meetings[MEETING].slides
    assert [(each.name, each.url, each.content) for each in there] == [
        (each.filename, each.url, each.content) for each in SLIDES
    ]
    assert [each.downloadable for each in there] == [True, False, False]
    assert [each.removable for each in there] == [True, False, True]
    assert [each.current for each in there] == [True, False, False]


def test_slides_make_no_other_meeting():
    with pair_of(BigBlueButton) as pair:
        details = replace(DETAILS, slides=SLIDES)
        assert pair.service.create(details) == pair.service.create(details)
        assert {each.query for each in pair.simulator.faults.requests} == {pair.last.query}
        assert len(pair.simulator.meetings[MEETING].slides) == 3


def test_meetingz_takes_no_slides():
    with pair_of(Meetingz) as pair:
        pair.service.create(replace(DETAILS, slides=SLIDES))
        assert (pair.last.method, pair.last.body) == ("GET", b"")


def test_slides_are_brought_into_a_running_meeting():
    with pair_of(BigBlueButton) as pair:
        pair.service.create(replace(DETAILS, slides=(SLIDE,)))
        shown = Slide("now.pdf", content=PDF, current=True)
        pair.service.insert_slides(MEETING, [*SLIDES[:2], shown])
        assert sent(pair.last) == {"meetingID": MEETING}
        there = pair.simulator.meetings[MEETING].slides
        assert [each.name for each in there if each.current] == ["now.pdf"]
        assert len(there) == 4


@pytest.mark.parametrize(
    "slides",
    [
        (Slide("no-ending", content=PDF),),
        (Slide("x.pdf", url="ftp://files.example.edu/x.pdf"),),
        (Slide("empty.pdf"),),
    ],
    ids=lambda slides: slides[0].filename,
)
def test_slides_that_cannot_be_are_refused(slides):
    with pair_of(BigBlueButton) as pair:
        pair.service.create(DETAILS)
        for call in (
            lambda: pair.service.insert_slides(MEETING, slides),
            lambda: pair.service.create(replace(DETAILS, meeting_id="lti-2", slides=slides)),
        ):
            with pytest.raises(RemoteRejected) as refusal:
                call()
            assert refusal.value.code == "validationError"


def test_slides_come_into_no_meeting_that_is_not_there_and_only_one_is_shown():
    with pair_of(BigBlueButton) as pair:
        with pytest.raises(RemoteRejected) as refusal:
            pair.service.insert_slides(MEETING, [SLIDE])
        assert refusal.value.code == "notFound"
        pair.service.create(DETAILS)
        shown = replace(SLIDE, current=True)
        with pytest.raises(RemoteRejected) as refusal:
            pair.service.insert_slides(MEETING, [shown, shown])
        assert refusal.value.code == "validationError"


def test_slides_too_large_for_the_server_are_refused_with_what_to_do():
    with pair_of(BigBlueButton) as pair:
        large = Slide("large.pdf", content=b"x" * 2_000_000)
        with pytest.raises(RemoteRejected) as refusal:
            pair.service.create(replace(DETAILS, slides=(large,)))
    assert refusal.value.code == "http_413"
    assert "slides" in refusal.value.remedy


@pytest.mark.parametrize("kind", [Meetingz, MconfLive])
def test_the_others_take_none_into_a_running_meeting(kind):
    with pair_of(kind) as pair:
        with pytest.raises(CapabilityMissing):
            pair.service.insert_slides(MEETING, [SLIDE])
        assert pair.simulator.faults.requests == []


def test_the_body_is_xml_whatever_the_names():
    odd = Slide("a\x00\x1f\ud83d\ufffe\"'<&>\t.pdf", url="https://x/\x01y", current=True)
    (module,) = ET.fromstring(documents.presentation([odd, SLIDES[1]], inserted=True))  # noqa: S314 - our own
    first, second = module
    assert first.attrib == {
        "url": "https://x/y",
        "filename": "a\"'<&>.pdf",
        "downloadable": "false",
        "removable": "true",
        "current": "true",
    }
    assert second.get("current") == "false"
    assert base64.b64decode(second.text) == PDF


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"WEBVTT\n", b"text/vtt"),
        (b"\xef\xbb\xbfWEBVTT\n", b"text/vtt"),
        (b"1\n00:00", b"application/octet-stream"),
        (b"", b"application/octet-stream"),
    ],
)
def test_captions_are_a_form_with_a_file(content, kind):
    body, content_type = documents.captions(content)
    assert content_type.startswith("multipart/form-data; boundary=")
    assert b'name="file"' in body
    assert kind in body
    assert content in body


def test_no_captions_are_an_empty_body():
    assert documents.captions(None) == (b"", "application/x-www-form-urlencoded")
