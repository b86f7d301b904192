"""What a picker's page holds of its request: whole again, one person's, and for an hour."""

from __future__ import annotations

import pytest

from lti_bridge.directory import DeepLinkingRequest
from lti_bridge.errors import NotAllowed, NotAuthentic
from lti_bridge.scheduling import Place
from lti_bridge.security import FrameSession, Signers
from lti_bridge.web.tickets import Ticket, Tickets

KEY = "0f8e2b7c91d34a56b7c8d9e0f1a2b3c4"
PLACE = Place(7, "Biology · زیست", "course-1", 12, 1, "live", "https://lms.example.edu/back")


def a_ticket(**changes):
    request = DeepLinkingRequest(
        return_url="https://lms.example.edu/picked",
        accept_types=("link", "ltiResourceLink"),
        targets=("iframe",),
        accept_multiple=True,
        title="x",
        **changes,
    )
    return Ticket(1, 3, "deployment-1", PLACE, request)


def a_session(**changes):
    values = {
        "platform_id": 1,
        "course_id": 7,
        "user_id": 3,
        "meets_user_id": "42",
        "meeting": 0,
        "role": "moderator",
        "name": "Ana",
        "locale": "en",
        "course_title": "Biology",
        "link_title": "",
        **changes,
    }
    return FrameSession(**values)


@pytest.mark.parametrize("data", [None, "", "opaque", "سلام 👩‍🏫", "\ud800", "x" * 65536])
def test_a_ticket_comes_back_whole(data):
    tickets = Tickets(Signers([KEY]))
    ticket = a_ticket(data=data)
    text = tickets.issue(ticket)
    assert text.isascii()
    assert tickets.read(text, a_session()) == ticket


def test_each_opening_of_the_picker_has_a_name_of_its_own():
    assert a_ticket().id != a_ticket().id


@pytest.mark.parametrize(
    "changes", [{"platform_id": 2}, {"course_id": 8}, {"user_id": 4}, {"user_id": None}]
)
def test_a_ticket_is_one_persons_in_one_course(changes):
    tickets = Tickets(Signers([KEY]))
    with pytest.raises(NotAllowed) as caught:
        tickets.read(tickets.issue(a_ticket()), a_session(**changes))
    assert caught.value.code == "picker_others"


def test_a_ticket_of_another_secret_or_of_other_fields_is_none():
    tickets = Tickets(Signers([KEY]))
    text = Tickets(Signers([KEY[::-1]])).issue(a_ticket())
    other = Signers([KEY]).picker.sign(b"WzEsMl0").decode()  # [1, 2]
    for one in (text, other, Signers([KEY]).picker.sign(b"%%%").decode(), "\ud800"):
        with pytest.raises(NotAuthentic) as caught:
            tickets.read(one, a_session())
        assert caught.value.code == "picker_invalid"
