"""Random meetings by the thousand: create, getMeetings, getMeetingInfo, over a socket."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lti_bridge.conferencing import LockSettings, MeetingDetails, MeetingInfo
from lti_bridge.conferencing.family import BigBlueButton, MconfLive, Meetingz
from tests.unit.conferencing.family.elsewhere import elsewhere
from tests.unit.conferencing.family.simulated import pair_of
from tests.unit.conferencing.services import ANN, FAMILY, Clock, follow

BATCH, TOGETHER = 100, 25
"""Meetings of an example, and how many of them are there at the same time."""

repeatable = partial(
    settings,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)

NUMBERS = count()
SCRIPTS = [  # first and last letter
    *("az", "Àž", "Ạỹ", "Αω", "Ая", "Աֆ", "את", "ءۓ", "ܐܬ", "ހޥ", "ऄह", "অহ", "ਅਹ", "અહ", "அஹ"),
    *("ఆహ", "ಅಹ", "അഹ", "අෆ", "ก๛", "ກຮ", "ཀཨ", "ကအ", "აჰ", "ሀፐ", "ᎠᏴ", "កអ", "ᠠᡂ", "ぁヶ"),
    *("一鿏", "가힣", "𐀀𐀋", "𝔄𝔷", "😀🙏", "🐀🐿"),
]
PIECES = [
    *(
        "é",
        "e\u0301",
        "a\u0323\u0302",
        "क\u094d\u200dष",
        "👩🏽‍🏫",
        "🇮🇷",
        "\u202eabc\u202c",
        "\u200f",
    ),
    *("\u2066x\u2069", "می\u200cشود", "<b>", "</name>", "&amp;", "&", "]]>", "<![CDATA[", "<!--"),
    *(
        '"',
        "'",
        "%",
        "%20",
        "+",
        "=",
        "#",
        "?",
        "/",
        "\\",
        "\t",
        "\n",
        "  ",
        "\u00a0",
        "\ufeff",
        "﷽",
    ),
]
letters = st.sampled_from(SCRIPTS).flatmap(
    lambda ends: st.text(
        st.characters(min_codepoint=ord(ends[0]), max_codepoint=ord(ends[1])), max_size=12
    )
)
anything = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=12
)
words = st.lists(st.one_of(letters, st.sampled_from(PIECES), anything), min_size=20, max_size=40)


class Maker:
    """Makes meetings of some words: all of them different, each of a batch's words in some."""

    def __init__(self, words: list[str], seed: int) -> None:
        self.words = words
        self.random = Random(seed)  # noqa: S311 - draws tests, guards nothing

    def text(self, most: int = 6) -> str:
        return "".join(self.random.choices(self.words, k=self.random.randint(0, most)))

    def name(self) -> str:
        """As pages leave it: no blanks around it, and not too long for BigBlueButton."""
        name = self.text()[:120].strip()
        return name if len(name) > 1 else f"{name}№1"

    def maybe(self, value: object) -> object:
        return self.random.choice([None, value])

    def flags(self, *names: str) -> dict[str, bool | None]:
        return {name: self.random.choice([None, True, False]) for name in names}

    def password(self) -> str:
        return "".join(self.random.choices("abcXYZ019-+%&=é", k=self.random.randint(2, 24)))

    def meetings(self, how_many: int) -> list[MeetingDetails]:
        return [self._meeting(number) for number in range(how_many)]

    def _meeting(self, number: int) -> MeetingDetails:
        pick = self.random.choice
        return MeetingDetails(
            meeting_id=f"lti-{next(NUMBERS)}_{self.random.getrandbits(96):x}",
            name=self.name(),
            attendee_password=self.password(),
            moderator_password=self.password() + "m",
            logout_url=pick(["", "https://lms.example.edu/?a=%20&b=c#d", "http://x/ü"]),
            record=pick([True, False]),
            metadata={
                pick("abcdefg") + pick(["", "-x", "9", "-meets-id"]): self.text().strip()
                for _ in range(self.random.randint(0, 3))
            },
            welcome=self.text(8),
            moderator_only_message=self.text(8),
            max_participants=self.maybe(self.random.randrange(10_000)),
            duration_minutes=self.maybe(self.random.randrange(60, 100_000)),
            starts_ms=self.maybe(self.random.randrange(2**42)),
            lock=LockSettings(
                **self.flags(
                    *("disable_cam", "disable_mic", "disable_private_chat", "disable_public_chat"),
                    *("disable_notes", "locked_layout", "lock_on_join"),
                )
            ),
            voice_bridge=pick(["", str(10_000 + number)]),
            dial_number=pick(["", "+1 613-555-1234", "۰۲۱ ۱۲۳"]),
            guest_policy=pick([None, "accept", "ask", "deny"]),
            **self.flags(
                *("auto_start_recording", "allow_start_stop_recording", "mute_on_start"),
                *("webcams_only_for_moderator", "allow_mods_to_unmute_users"),
            ),
        )


makers = st.builds(Maker, words, st.integers(0, 2**64))


def expected(kind: type, details: MeetingDetails) -> dict[str, object]:
    """What getMeetingInfo must say."""
    metadata = {name: value for name, value in details.metadata.items() if value}
    said = {
        "meeting_id": details.meeting_id,
        "name": details.name,
        "attendee_password": details.attendee_password,
        "moderator_password": details.moderator_password,
        "duration_minutes": details.duration_minutes,
        "max_participants": details.max_participants or None,
        "recording": details.record,
        "metadata": metadata,
        "running": False,
    }
    if kind is not Meetingz and details.voice_bridge:
        said["voice_bridge"] = details.voice_bridge
    if kind is not Meetingz and details.dial_number:
        said["dial_number"] = details.dial_number
    return said


def not_listed(kind: type) -> set[str]:
    """What 0.9's getMeetings leaves out."""
    return set() if kind is BigBlueButton else {"recording", "metadata", "max_participants"}


def assert_says(info: MeetingInfo, said: dict[str, object]) -> None:
    assert {name: getattr(info, name) for name in said} == said


def round_trip(there, meetings):
    """Every meeting made, found in the list, and asked for, by several at once."""
    kind, service = type(there.service), there.service
    with ThreadPoolExecutor(4) as people:
        for first in range(0, len(meetings), TOGETHER):
            some = meetings[first : first + TOGETHER]
            made = list(people.map(service.create, some))
            listed = {each.meeting_id: each for each in service.meetings()}
            assert set(listed) == {each.meeting_id for each in some}
            asked = list(people.map(service.info, listed))
            found = {each.meeting_id: each for each in asked}
            for details, created in zip(some, made, strict=True):
                said = expected(kind, details)
                assert_says(found[details.meeting_id], said)
                for name in not_listed(kind):
                    del said[name]
                assert_says(listed[details.meeting_id], said)
                assert found[details.meeting_id].create_time == created.create_time
            there.everything_is_over()
    assert list(service.meetings()) == []


@pytest.fixture(scope="module")
def services():
    with ExitStack() as stack:
        yield {kind: stack.enter_context(elsewhere(kind)) for kind in FAMILY}


@pytest.mark.timeout(300)
@repeatable(max_examples=100)
@given(maker=makers)
def test_ten_thousand_meetings_at_bigbluebutton(services, maker):
    round_trip(services[BigBlueButton], maker.meetings(BATCH))


@pytest.mark.parametrize("kind", [MconfLive, Meetingz])
@repeatable(max_examples=5)
@given(maker=makers)
def test_some_at_the_others(services, kind, maker):
    round_trip(services[kind], maker.meetings(BATCH))


@repeatable(max_examples=20)
@given(maker=makers)
def test_every_word_of_a_meeting_arrives(pairs, maker):
    """What no call reads back: the parameters as the service has them, and people's names."""
    for pair, time in pairs:
        for details in maker.meetings(5):
            created = pair.service.create(details)
            visitor = replace(ANN, full_name=details.name)
            assert follow(pair.service.join_url(details, visitor, created))[0] == 302
            meeting = pair.simulator.meetings[details.meeting_id]
            said = {
                name: value for name, value in pair.service._create_parameters(details) if value
            }
            assert meeting.parameters == said
            assert said.get("welcome", "") == details.welcome
            assert said.get("moderatorOnlyMessage", "") == details.moderator_only_message
            (attendee,) = pair.service.info(details.meeting_id).attendees
            assert attendee.full_name == details.name
        time.now += 1000


@pytest.fixture(scope="module")
def pairs():
    with ExitStack() as stack:
        times = [Clock() for _ in FAMILY]
        yield [
            (stack.enter_context(pair_of(kind, simulated_time=time)), time)
            for kind, time in zip(FAMILY, times, strict=True)
        ]
