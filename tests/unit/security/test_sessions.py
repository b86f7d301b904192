from __future__ import annotations

import base64
import json
import string
from dataclasses import astuple, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_bridge.errors import NotAllowed, NotAuthentic
from lti_bridge.security import FrameSession, Sessions, Signers
from lti_bridge.security.sessions import LIFETIME_SECONDS, require_moderator
from tests.unit.store.values import KEY, OTHER_KEY

SESSION = FrameSession(
    platform_id=1,
    course_id=2,
    user_id=3,
    meets_user_id="42",
    meeting=4,
    role="attendee",
    name="علی رضایی 🎓",
    locale="fa",
    course_title="Biology <1>",
    link_title='"Lectures" & more',
)


class Clocked(Sessions):
    """Sessions whose signer has a clock that the test turns."""

    def __init__(self, *keys: str, now: float = 1_760_000_000) -> None:
        signers = Signers(keys)
        self.now = now
        signers.session.get_timestamp = lambda: int(self.now)  # type: ignore[method-assign] # its own hook
        super().__init__(signers)


@pytest.fixture
def sessions():
    return Clocked(KEY)


def refusal_of(sessions, text):
    with pytest.raises(NotAuthentic) as refusal:
        sessions.read(text)
    return refusal.value.code


def test_a_session_comes_back_as_it_was(sessions):
    assert sessions.read(sessions.issue(SESSION)) == SESSION
    anonymous = replace(SESSION, user_id=None, meets_user_id="", name="Participant")
    assert sessions.read(sessions.issue(anonymous)) == anonymous


def test_who_looks_on_is_still_an_onlooker_afterwards(sessions):
    onlooker = replace(SESSION, observer=True)
    assert sessions.read(sessions.issue(onlooker)) == onlooker
    assert not sessions.read(sessions.issue(SESSION)).observer


def test_a_page_of_the_version_before_which_knew_no_onlookers_goes_on_working(sessions):
    values = json.dumps(astuple(SESSION)[:10], separators=(",", ":"), ensure_ascii=False)
    packed = base64.urlsafe_b64encode(values.encode()).rstrip(b"=")
    assert len(json.loads(values)) == 10
    assert sessions.read(sessions._signer.sign(packed).decode()) == SESSION


def test_it_is_made_of_signs_that_need_no_escaping(sessions):
    assert set(sessions.issue(SESSION)) <= set(string.ascii_letters + string.digits + "-_.")


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters()), st.text())
def test_any_name_comes_back(name, title):
    sessions = Clocked(KEY)
    session = replace(SESSION, name=name, course_title=title)
    assert sessions.read(sessions.issue(session)) == session


def test_it_holds_for_a_day_at_the_lectern_and_no_longer(sessions):
    text = sessions.issue(SESSION)
    sessions.now += LIFETIME_SECONDS
    assert sessions.read(text) == SESSION
    sessions.now += 1
    assert refusal_of(sessions, text) == "session_expired"


def test_a_node_whose_clock_is_a_minute_behind_takes_it_and_one_further_behind_does_not(sessions):
    text = sessions.issue(SESSION)
    sessions.now -= 60
    assert sessions.read(text) == SESSION
    sessions.now -= 1
    assert refusal_of(sessions, text) == "session_expired"


def test_whoever_changes_a_letter_is_refused(sessions):
    text = sessions.issue(SESSION)
    for place in range(0, len(text), 7):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        assert refusal_of(sessions, changed) == "session_invalid"


def test_a_role_cannot_be_written_into_it(sessions):
    packed, _, rest = sessions.issue(SESSION).partition(".")
    values = json.loads(base64.urlsafe_b64decode(packed + "==="))
    values[values.index("attendee")] = "moderator"
    forged = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    assert refusal_of(sessions, f"{forged}.{rest}") == "session_invalid"


@pytest.mark.parametrize(
    "text", ["", ".", "..", "x", "é.é.é", "\ud83d", "a" * 100_000, "\0", "a.b.c"]
)
def test_rubbish_is_refused_in_peace(sessions, text):
    assert refusal_of(sessions, text) == "session_invalid"


def test_a_state_or_another_purpose_is_no_session(sessions):
    packed = sessions.issue(SESSION).partition(".")[0].encode()
    signers = Signers([KEY])
    for signer in (signers.state, signers.browser):
        assert refusal_of(sessions, signer.sign(packed).decode()) == "session_invalid"


def test_after_rotation_open_pages_go_on_working():
    text = Clocked(KEY).issue(SESSION)
    assert Clocked(OTHER_KEY, KEY).read(text) == SESSION
    assert Clocked(OTHER_KEY).read(Clocked(OTHER_KEY, KEY).issue(SESSION)) == SESSION
    assert refusal_of(Clocked(OTHER_KEY), text) == "session_invalid"


@pytest.mark.parametrize("value", [[1, 2], [0] * 99, 5, None])
def test_a_session_of_another_version_counts_as_too_old(sessions, value):
    packed = base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")
    assert refusal_of(sessions, sessions._signer.sign(packed).decode()) == "session_expired"


@pytest.mark.parametrize("packed", [b"!!!", b"AAAA", b"", b"_"])
def test_what_we_signed_and_cannot_read_is_refused(sessions, packed):
    assert refusal_of(sessions, sessions._signer.sign(packed).decode()) == "session_invalid"


def test_no_refusal_repeats_what_was_sent(sessions):
    with pytest.raises(NotAuthentic) as refusal:
        sessions.read("something-secret.x.y")
    assert "something-secret" not in f"{refusal.value!r} {refusal.value.remedy}"
    assert KEY not in repr(sessions)


def test_only_moderators_may_do_what_moderators_do():
    require_moderator(replace(SESSION, role="moderator"))
    with pytest.raises(NotAllowed) as refusal:
        require_moderator(SESSION)
    assert refusal.value.code == "moderators_only"
