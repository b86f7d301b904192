"""Each messageKey and each HTTP status is one exception of our tree, over a socket."""

from __future__ import annotations

import pytest

from lti_bridge.conferencing.family import BigBlueButton
from lti_bridge.conferencing.family.refusals import HTTP_STATUSES, MESSAGE_KEYS, by_key
from lti_bridge.errors import (
    RemoteError,
    RemoteMalformed,
    RemoteRejected,
    RemoteUnavailable,
)
from tests.unit.conferencing.services import DETAILS, SECRET, Canned, connected, failed, ok

SAID = "Dear Ann Bee &lt;b&gt;no&lt;/b&gt;"

KEYS = {
    RemoteRejected: {
        "checksumError",
        "empty_uploaded_text_track",
        "guestDeny",
        "idNotUnique",
        "invalidKind",
        "invalidLang",
        "invalidMeetingIdentifier",
        "invalidPassword",
        "maxParticipantsReached",
        "meetingForciblyEnded",
        "mismatchCreateTimeParam",
        "missingParamFullName",
        "missingParamMeetingID",
        "missingParamName",
        "missingParamPassword",
        "missingParamPublish",
        "missingParamRecordID",
        "missingParameter",
        "noRecordings",
        "nonUniqueVoiceBridge",
        "notFound",
        "paramError",
        "unsupportedContentType",
        "unsupportedRequest",
        "upload_text_track_failed",
        "validationError",
    },
    RemoteUnavailable: {"internalError", "noInstanceFound", "serverUnavailable"},
}
EVERY_KEY = [(key, kind) for kind, keys in KEYS.items() for key in sorted(keys)]


def expected_of(status):
    """As the classes of HTTP statuses have it, and what some mean here."""
    if status >= 500 or status == 429:
        return RemoteUnavailable
    return RemoteRejected if status in {401, 403, 405, 413, 414, 431} else RemoteMalformed


@pytest.fixture(scope="module")
def canned():
    return Canned()


@pytest.fixture(scope="module")
def service(canned):
    with connected(BigBlueButton, canned) as service:
        yield service


def refusal(service):
    with pytest.raises(RemoteError) as failure:
        service.publish_recordings(["r-1"], published=True)
    error = failure.value
    assert (error.service, error.call) == ("live", "publishRecordings")
    shown = f"{error!r} {error} {error.remedy} {error.reason}"
    assert "Ann" not in shown, "the service's own text may hold anything"
    assert SECRET not in shown
    assert "checksum=" not in shown
    assert error.remedy
    assert error.__cause__ is None
    return error


@pytest.mark.parametrize(("key", "kind"), EVERY_KEY)
def test_every_message_key_is_one_exception(canned, service, key, kind):
    canned.answer = failed(key, SAID)
    error = refusal(service)
    assert type(error) is kind
    assert error.code == key
    assert error.remedy == by_key(key, "publishRecordings").remedy


def test_the_table_has_those_keys_and_no_others():
    assert set(MESSAGE_KEYS) == {key for key, _ in EVERY_KEY}


def test_a_key_nobody_knows_is_a_refusal_that_keeps_it(canned, service):
    canned.answer = failed("somethingNew", SAID)
    error = refusal(service)
    assert type(error) is RemoteRejected
    assert error.code == "somethingNew"
    assert "log" in error.remedy


def test_what_is_not_found_is_named_for_what_it_was(canned, service):
    canned.answer = failed("notFound")
    assert "recording" in refusal(service).remedy
    with pytest.raises(RemoteRejected) as failure:
        service.create(DETAILS)
    assert "meeting" in failure.value.remedy


@pytest.mark.parametrize("hundred", [200, 300, 400, 500])
def test_every_http_status_without_an_answer_of_the_api_is_one_exception(canned, service, hundred):
    asked_twice = {502, 504}  # as 503 is, each with a pause
    for status in sorted(set(range(hundred, hundred + 100)) - asked_twice):
        canned.answer = (status, "text/html", f"<html>{SAID}</html>")
        error = refusal(service)
        assert type(error) is expected_of(status), status
        assert error.code == ("malformed" if hundred == 200 else f"http_{status}")
        assert str(status) in error.reason


def test_the_table_of_statuses_is_what_is_expected():
    for status, refusal_of in HTTP_STATUSES.items():
        assert refusal_of.kind is expected_of(status)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirection_is_not_followed_but_said(canned, service, status):
    canned.answer = (status, "text/html", "")
    error = refusal(service)
    assert "url" in error.remedy
    assert f"HTTP {status}" in str(error)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_a_refusal_of_the_api_counts_more_than_its_status(canned, service, status):
    canned.answer = (status, "text/xml", failed("checksumError"))
    error = refusal(service)
    assert (type(error), error.code) == (RemoteRejected, "checksumError")


@pytest.mark.parametrize("body", [ok(), failed("notFound"), "<html/>"])
def test_a_server_error_is_no_answer_whatever_it_says(canned, service, body):
    canned.answer = (500, "text/xml", body)
    error = refusal(service)
    assert (type(error), error.code) == (RemoteUnavailable, "http_500")
