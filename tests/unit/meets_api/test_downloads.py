"""A download is a redirect for the browser, or a file handed on as it comes."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from werkzeug.wrappers import Response

from lti_bridge.errors import RemoteError, RemoteMalformed, RemoteRejected, RemoteUnavailable
from lti_bridge.http import Client
from lti_bridge.meets_api import File, MeetsClient, Redirect
from lti_bridge.settings import Meets
from lti_bridge.simulators.meets import seed
from lti_bridge.simulators.meets.records import Recording
from lti_bridge.simulators.serving import Server

ELSEWHERE = "https://files.zoom.example/rec/abc?pwd=x%2Fy"


@pytest.fixture
def domain(new_domain):
    domain = new_domain()
    seed(domain.simulator, users=10, courses=2, events=2, recordings=0)
    return domain


def add(domain, **values):
    return domain.records.recordings.add(Recording(1, 1_700_000_000, "original", **values))


def test_a_file_that_is_elsewhere_is_a_redirect_and_nobody_goes_there(domain):
    number = add(domain)
    found = domain.client.download_conference_recording(number)
    assert found == Redirect((f"{domain.server.url}/play/{number}",))
    paths = [request.path for request in domain.simulator.faults.requests]
    assert paths == ["/api/v1/download_conference_recording"]
    assert str(number) not in repr(found), "it may hold a key"


def test_several_places_are_all_given(domain):
    number = add(domain, locations=(ELSEWHERE, "https://b.example/2"))
    found = domain.client.download_conference_recording(number)
    assert found.locations == (ELSEWHERE, "https://b.example/2")


def test_a_file_that_meets_holds_comes_in_pieces(domain):
    content = bytes(range(256)) * 2000
    number = add(domain, content=content, file_name="Class 1.mp4")
    found = domain.client.download_conference_recording(number)
    assert isinstance(found, File)
    assert (found.content_type, found.file_name) == ("video/mp4", "Class 1.mp4")
    assert found.length == len(content)
    with closing(found.chunks) as chunks:
        pieces = list(chunks)
    assert len(pieces) > 1
    assert b"".join(pieces) == content


def test_a_file_may_be_left_half_read_and_the_next_call_is_well(domain):
    number = add(domain, content=b"x" * 3_000_000)
    for _ in range(40):
        found = domain.client.download_conference_recording(number)
        with closing(found.chunks) as chunks:
            next(chunks)
    assert list(chunks) == []
    assert len(list(domain.client.list_users())) == 10


def test_one_that_is_gone_says_so_and_is_listed_no_more(domain):
    number = add(domain, gone=True)
    assert [one.meets_id for one in domain.client.list_conference_recordings()] == [number]
    with pytest.raises(RemoteRejected) as refusal:
        domain.client.download_conference_recording(number)
    assert refusal.value.code == "recording_gone"
    assert list(domain.client.list_conference_recordings()) == []


def test_one_that_never_was_is_404(domain):
    with pytest.raises(RemoteRejected) as refusal:
        domain.client.download_conference_recording(4711)
    assert refusal.value.code == "http_404"


def test_html_with_500_is_only_a_moment(domain):
    number = add(domain)
    domain.simulator.faults.set("500", times=1)
    with pytest.raises(RemoteUnavailable):
        domain.client.download_conference_recording(number)
    assert isinstance(domain.client.download_conference_recording(number), Redirect)


def test_the_credentials_stay_at_home(domain):
    """The page that plays a recording refuses whoever brings them."""
    number = add(domain)
    (location,) = domain.client.download_conference_recording(number).locations
    with closing(Client(allow_http=True, allow_private_networks=True)) as http:
        plain = http.get(location, service="a browser", call="play")
        assert plain.status == 200
        secret = {"Authorization": "Basic YnJpZGdlOnBhc3Mtd29yZA=="}
        assert http.get(location, service="x", call="y", headers=secret).status == 400


def answering(status, body=b"", headers=()):
    """A MEETS that says one thing only."""

    def app(environ, start_response):
        return Response(body, status, list(headers))(environ, start_response)

    return app


def download_from(app):
    with (
        Server(app) as server,
        closing(Client(allow_http=True, allow_private_networks=True)) as http,
    ):
        client = MeetsClient(Meets(url=f"{server.url}/api"), http)
        found = client.download_conference_recording(1, timeout=5)
        if isinstance(found, File):
            found.chunks.close()
        return found


def says(location, status=303):
    return json.dumps({"status": status, "location": location}).encode()


@pytest.mark.parametrize(
    ("body", "headers", "locations"),
    [
        (says(ELSEWHERE), (), (ELSEWHERE,)),
        (b"", [("Location", ELSEWHERE)], (ELSEWHERE,)),
        (says(ELSEWHERE), [("Location", "https://other.example/")], (ELSEWHERE,)),
        (b"<html>", [("Location", ELSEWHERE)], (ELSEWHERE,)),
        (says("https://x.example/a b\u00e9"), (), ("https://x.example/a%20b%C3%A9",)),
        (says(["javascript:alert(1)", ELSEWHERE]), (), (ELSEWHERE,)),
        (says("https://x.example"), (), ("https://x.example",)),
    ],
)
def test_places_are_web_addresses_fit_for_a_header(body, headers, locations):
    assert download_from(answering(303, body, headers)).locations == locations


@pytest.mark.parametrize(
    "location",
    [
        "", None, 7, [], {}, "javascript:alert(1)", "data:text/html,x", "//x.example/", "/x",
        "ftp://x.example/", "https://", "https:///x", "https://user:pw@x.example/",
        "https://x.example\\@evil.example/", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_a_redirection_to_anything_else_leads_nowhere(location):
    with pytest.raises(RemoteMalformed):
        download_from(answering(303, says(location)))


@pytest.mark.parametrize(
    ("status", "body"),
    [(204, b""), (201, b'{"status":201}'), (404, b"<html>"), (403, b'{"status":403,"error":"x"}')],
)
def test_other_answers_are_errors(status, body):
    with pytest.raises(RemoteError):
        download_from(answering(status, body))


def test_a_file_cut_short_is_an_error_at_its_end(domain):
    number = add(domain, content=b"y" * 500_000)
    domain.simulator.faults.set("cut")
    found = domain.client.download_conference_recording(number)
    with closing(found.chunks) as chunks, pytest.raises(RemoteError) as error:
        list(chunks)
    assert "pass-word" not in f"{error.value!r} {error.value.__context__!r}"


def test_a_file_that_stops_coming_is_given_up(domain):
    number = add(domain, content=b"z" * 200_000)
    domain.simulator.faults.set("drip", seconds=30)

    def fetch():
        found = domain.client.download_conference_recording(number, timeout=0.5)
        with closing(found.chunks) as chunks:
            list(chunks)

    with pytest.raises(RemoteError):
        fetch()
    domain.simulator.faults.clear()


def test_a_web_page_is_no_recording(domain):
    number = add(domain, content=b"film")
    domain.simulator.faults.set("html")
    with pytest.raises(RemoteMalformed):
        domain.client.download_conference_recording(number)
