from __future__ import annotations

import pytest

from lti_bridge.security import page_headers

LMS = ["https://lms.example.edu", "https://campus.example.edu:8443"]


def policy(**options):
    text = page_headers(LMS, **{"allow_http": False, **options})["Content-Security-Policy"]
    return dict(each.strip().partition(" ")[::2] for each in text.split(";"))


def test_only_the_lms_and_ourselves_may_frame_a_page():
    assert policy()["frame-ancestors"] == f"'self' {LMS[0]} {LMS[1]}"
    alone = page_headers([], allow_http=False)["Content-Security-Policy"]
    assert alone.endswith("frame-ancestors 'self'")
    assert "X-Frame-Options" not in page_headers(LMS, allow_http=False)


def test_scripts_and_styles_are_our_own_files_only():
    rules = policy()
    assert rules["default-src"] == "'none'"
    for directive in ("script-src", "style-src", "connect-src"):
        assert rules[directive] == "'self'"
    assert "unsafe" not in " ".join(rules.values())
    assert rules["base-uri"] == "'none'"


@pytest.mark.parametrize(
    ("allow_http", "targets"), [(False, "'self' https:"), (True, "'self' https: http:")]
)
def test_forms_may_lead_to_the_class_wherever_that_is(allow_http, targets):
    assert policy(allow_http=allow_http)["form-action"] == targets


def test_nothing_of_a_page_is_kept_sent_on_or_guessed():
    headers = page_headers(LMS, allow_http=False)
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_no_header_has_room_for_another():
    for value in page_headers(LMS, allow_http=True).values():
        assert "\n" not in value
        assert "\r" not in value
