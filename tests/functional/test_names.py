"""Names in every script, with anything in them, reach the class as they are, and no page as HTML."""

from __future__ import annotations

import pytest

from tests.functional.tools import LTI, follow, only_meeting, press, read

NAMES = {
    "latin": "Ådám Çelik-O’Brien",
    "persian": "سارا محمدی",
    "arabic with marks": "مُحَمَّد",
    "zero-width non-joiner": "می‌خواهم",
    "hebrew": "שָׂרָה",
    "han": "王小明",
    "hangul": "김철수",
    "thai": "กิตติศักดิ์",
    "tamil": "அருண்",
    "devanagari": "क्षत्रिय",
    "emoji": "👩🏽‍🏫 Ana 🇧🇷",
    "outside the first plane": "𠮷田 𝔄𝔫𝔞",
    "decomposed": "Ame\u0301lie",
    "right-to-left marks": "\u200fAna\u200e \u202bx\u202c \u2067y\u2069",
    "html": "<b>Ana</b> <script>alert(1)</script>",
    "quotes": "\"Ana\" 'O' `x` \\",
    "ampersands": "Ana & Ben; fullName=x&password=y %26 + #",
    "newlines": "Ana\nPereira\r\nx\ty",
    "placeholders": "{name} %s %(x)s ${x} {{7*7}}",
    "separator": "Ana\u2028Pereira\u00a0x",
    "one letter": "A",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_reaches_the_class_unchanged_by_either_way(shared, name):
    follow(shared.launch(shared.student, shared.link(), claims={"name": name}))
    page = shared.launch(shared.student, shared.link("frame"), claims={"name": name})
    follow(press(shared, read(page)))
    joined = [meeting.joined[-1].full_name for meeting in shared.meetingz.meetings.values()]
    assert joined == [name, name]


@pytest.mark.parametrize(
    "letter", ["x", "é", "س", "王", "𠮷", "e\u0301", "ক্ষ", "👩🏽‍🏫", "🇧🇷", "&", "<", "%", "\u200f."]
)
def test_a_name_of_255_characters_reaches_the_class_unchanged(shared, letter):
    name = (letter * 255)[:255]
    follow(shared.launch(shared.student, shared.link(), claims={"name": name}))
    meeting = next(iter(shared.meetingz.meetings.values()))
    assert meeting.joined[-1].full_name == name


@pytest.mark.parametrize("letter", ["x", "é", "王", "e\u0301", "👩🏽‍🏫", "🇧🇷"])
def test_a_longer_one_is_cut_between_two_signs(shared, letter):
    follow(shared.launch(shared.student, shared.link(), claims={"name": letter * 300}))
    cut = next(iter(shared.meetingz.meetings.values())).joined[-1].full_name
    assert len(cut) <= 255
    assert cut.endswith("…")
    kept, rest = cut[:-1], len(cut[:-1]) % len(letter)
    assert rest == 0
    assert kept == letter * (len(kept) // len(letter))


def test_what_no_service_can_take_is_left_out(shared):
    name = "A\x00n\x1ba\x7f\ufffe"
    follow(shared.launch(shared.student, shared.link(), claims={"name": name}))
    assert next(iter(shared.meetingz.meetings.values())).joined[-1].full_name == "Ana"


@pytest.mark.parametrize("title", NAMES.values(), ids=NAMES)
def test_titles_reach_the_class_and_the_page_as_text(shared, title):
    claims = {
        f"{LTI}context": {"id": f"course of {title}", "title": title},
        f"{LTI}resource_link": {"id": "r", "title": f"{title}!"},
        f"{LTI}custom": {"action": "course"},
        "name": title,
    }
    answer = shared.launch(shared.student, shared.link(), claims=claims)
    page = read(answer)
    assert page.headline == f"{title}!"
    assert "<script>alert" not in answer.text
    assert all(one.startswith("/course/static/") for one in page.scripts)
    join = press(shared, page)
    follow(join)
    meeting = shared.meetingz.meetings[join.joined_as["meetingID"]]
    assert meeting.parameters["name"] == f"{title} – {title}!"


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_longest_names_of_everything_at_once(new_campus, engine):
    campus = new_campus(engine)
    longest = "👩🏽‍🏫" * 51
    claims = {
        "name": longest,
        "sub": "س" * 255,
        f"{LTI}context": {"id": "王" * 255, "title": longest},
        f"{LTI}resource_link": {"id": "é" * 255, "title": longest},
        f"{LTI}launch_presentation": {
            "document_target": "window",
            "return_url": f"{campus.lms.issuer}/{'x' * 1000}",
        },
    }
    answer = campus.launch(campus.student, campus.link(), claims=claims)
    follow(answer)
    meeting = only_meeting(campus)
    assert meeting.joined[-1].full_name == longest
    assert meeting.metadata["bbb-context-id"] == "王" * 255
    assert len(meeting.parameters["name"]) <= 255
    assert meeting.joined[-1].user_id == str(campus.meets.add_user(1, "س" * 255))


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"name": "", "given_name": "Ana", "family_name": "Pereira"}, "Ana Pereira"),
        ({"name": "  ", "given_name": "Ana", "family_name": ""}, "Ana"),
        ({"name": "", "given_name": "", "family_name": "", "email": "ana@x.example"}, "ana"),
        ({"name": 7, "given_name": None, "family_name": ["x"], "email": "ana@x.example"}, "ana"),
    ],
)
def test_somebody_without_a_name_is_called_something(shared, claims, expected):
    assert (
        shared.launch(shared.student, shared.link(), claims=claims).joined_as["fullName"]
        == expected
    )
