"""PITFALLS.md, "Launch": each line that an LTI 1.3 launch can get wrong, over HTTP."""

from __future__ import annotations

import time

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from tests.campus import FORM, Answer, Browser, ask
from tests.functional.tools import (
    INSTRUCTOR,
    LEARNER,
    LTI,
    ROLES,
    link_of_its_own,
    meeting_of,
    parameters_of,
    read,
    refused,
)


def launch(campus, **changes) -> Answer:
    return campus.launch(campus.student, campus.link("window"), **changes)


# Audience, algorithm, keys


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "client-2"}, "audience"),
        ({"aud": ["client-2", "client-3"]}, "audience"),
        ({"aud": []}, "audience"),
        ({"aud": ["client-1", "client-2"]}, "authorized_party"),
        ({"aud": ["client-1", "client-2"], "azp": "client-2"}, "authorized_party"),
        ({"aud": "client-1", "azp": "client-2"}, "authorized_party"),
        ({"iss": "https://other.example"}, "issuer"),
    ],
)
def test_a_token_from_elsewhere_or_for_others_is_refused(shared, claims, reason):
    refused(shared, launch(shared, claims=claims), 401, reason)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ["client-1"]},
        {"aud": ["client-1", "client-2"], "azp": "client-1"},
        {"aud": "client-1", "azp": "client-1"},
    ],
)
def test_every_right_way_to_name_the_audience(shared, claims):
    assert launch(shared, claims=claims).joined_as


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS384"])
def test_the_algorithm_is_not_the_tokens_choice(shared, algorithm):
    refused(shared, launch(shared, algorithm=algorithm), 401, "algorithm")


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS384"])
def test_a_token_that_lies_about_its_algorithm_is_refused(shared, algorithm):
    changes = {"algorithm": algorithm, "headers": {"alg": "RS256"}}
    refused(shared, launch(shared, **changes), 401, "signature")


def test_a_key_of_the_same_name_is_not_the_key(shared):
    stranger = generate_private_key(public_exponent=65537, key_size=2048)
    refused(shared, launch(shared, key=stranger), 401, "signature")


def test_a_token_must_name_its_key(shared):
    refused(shared, launch(shared, headers={"kid": None}), 401, "kid_missing")


# Times: 60 seconds of skew


def test_clocks_may_be_nearly_a_minute_apart(shared):
    now = time.time()
    assert launch(shared, claims={"exp": now - 50}).joined_as
    assert launch(shared, claims={"iat": now + 59, "nbf": now + 59}).joined_as


@pytest.mark.parametrize(
    ("claim", "seconds", "reason"),
    [("exp", -61, "expired"), ("iat", 70, "from_the_future"), ("nbf", 70, "from_the_future")],
)
def test_but_not_more(shared, claim, seconds, reason):
    refused(shared, launch(shared, claims={claim: time.time() + seconds}), 401, reason)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), "2000000000", True, None, 10**400, 1e300], ids=str
)
@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
def test_times_that_are_no_times_are_refused(shared, claim, value):
    refused(shared, launch(shared, claims={claim: value}), 401, f"{claim}_missing")


# Deployments


def test_an_unknown_deployment_is_queued_for_the_admin_and_not_let_in(campus):
    claims = {f"{LTI}deployment_id": "deployment-2"}
    refused(campus, launch(campus, claims=claims), 403, "deployment_unknown")
    assert deployments(campus) == {"deployment-1": "allowed", "deployment-2": "waiting"}
    refused(campus, launch(campus, claims=claims), 403, "deployment_unknown")
    campus.restart()
    refused(campus, launch(campus, claims=claims), 403, "deployment_unknown")


def test_new_deployments_may_be_allowed_by_the_platforms_setting(new_campus):
    campus = new_campus(platform='new_deployments = "allow"')
    for _ in range(2):
        assert launch(campus, claims={f"{LTI}deployment_id": "deployment-2"}).joined_as
    assert deployments(campus) == {"deployment-1": "allowed", "deployment-2": "allowed"}


def test_one_that_was_queued_gets_in_once_the_setting_allows_it(campus):
    claims = {f"{LTI}deployment_id": "deployment-2"}
    refused(campus, launch(campus, claims=claims), 403, "deployment_unknown")
    settings = campus.file.read_text()
    campus.file.write_text(
        settings.replace("[[platform]]", '[[platform]]\nnew_deployments="allow"')
    )
    campus.restart()
    assert launch(campus, claims=claims).joined_as


def test_a_deployment_is_queued_only_for_a_genuine_token(shared):
    claims = {f"{LTI}deployment_id": "made-up"}
    stranger = generate_private_key(public_exponent=65537, key_size=2048)
    refused(shared, launch(shared, claims=claims, key=stranger), 401, "signature")
    assert "made-up" not in deployments(shared)


def deployments(campus):
    (platform,) = campus.bridge.store.platforms.all()
    return dict(platform.deployments)


# Identity


def test_only_verified_claims_name_a_person_a_role_a_course(shared):
    browser = Browser()
    form = shared.form(browser, shared.student, shared.link())
    form |= {
        "user_id": "somebody-else",
        "sub": "somebody-else",
        "name": "Mallory",
        "lis_person_name_full": "Mallory",
        "roles": "Instructor",
        "context_id": "another-course",
        "custom_action": "course",
        "oauth_consumer_key": "client-1",
        ROLES: INSTRUCTOR,
    }
    honest = launch(shared)
    assert shared.post_launch(browser, form).joined_as == honest.joined_as


def test_a_platforms_client_id_is_no_consumer_key(shared):
    form = {"oauth_consumer_key": "client-1", "lti_version": "LTI-1p0", "user_id": "1"}
    answer = Browser().ask("POST", f"{shared.url}/lti/launch", form)
    refused(shared, answer, 400, "launch_incomplete")


# Where people may be sent


HOSTILE = [
    "javascript:alert(document.domain)",
    "https://evil.example/",
    "//evil.example/",
    "https://evil.example\\@{host}/",
    "http://{host}@evil.example/",
    "http://evil.example@{host}/",
    "http://{host}.evil.example/",
    "http://{host}/\r\nLocation: https://evil.example/",
    "http://{host}/\u2028",
    "data:text/html,hello",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_neither_page_nor_class_leads_anywhere_but_the_platforms_own_host(shared, url):
    url = url.format(host=shared.lms.issuer.removeprefix("http://"))
    presentation = {"document_target": "window", "return_url": url}
    claims = {
        f"{LTI}launch_presentation": presentation,
        f"{LTI}target_link_uri": url,
        **link_of_its_own(url),
    }
    answer = launch(shared, claims=claims)
    assert "logoutURL" not in meeting_of(shared, answer).parameters
    failed = launch(shared, claims={**claims, "exp": 1})
    refused(shared, failed, 401, "expired")
    assert "evil" not in failed.text
    assert "alert(" not in failed.text


def test_errors_of_the_lms_lead_nowhere_either(shared):
    login = shared.login(Browser(), shared.student, shared.link())
    form = {
        "error": "login_required",
        "error_description": "<script>alert(1)</script>",
        "error_uri": "https://evil.example/",
        "state": parameters_of(login.location)["state"],
    }
    answer = Browser().ask("POST", f"{shared.url}/lti/launch", form)
    refused(shared, answer, 401, "platform_error")
    assert "evil" not in answer.text
    assert "alert" not in answer.text
    (platform,) = shared.bridge.store.platforms.all()
    assert platform.origins[0] in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("state", [None, "", "x"])
def test_an_error_without_a_state_of_ours_is_refused_too(shared, state):
    form = {"error": "<made up>"} | ({} if state is None else {"state": state})
    answer = Browser().ask("POST", f"{shared.url}/lti/launch", form)
    refused(shared, answer, 401, "platform_error")


# Several courses, no cookies, strange launches


def test_several_courses_open_in_one_browser_at_once(shared):
    browser = Browser()
    links = [shared.link("window", course) for course in range(3)]
    forms = [shared.form(browser, shared.student, link) for link in links]
    assert len(browser.cookies) == 2 * 3, "one each, and a plain one over http"
    meetings = {shared.post_launch(browser, form).joined_as["meetingID"] for form in forms}
    assert len(meetings) == 3


def test_the_cookie_of_a_login_works_in_a_frame(shared):
    login = shared.login(Browser(), shared.student, shared.link())
    cookie = login.headers["Set-Cookie"]
    for attribute in ("HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/"):
        assert f" {attribute}" in cookie


def test_an_anonymous_launch_is_legal(shared):
    nobody = ["sub", "name", "given_name", "family_name", "email", f"{LTI}lis"]
    joined = launch(shared, remove=nobody).joined_as
    assert joined["fullName"] == "Participant"
    assert "userID" not in joined


def test_a_launch_without_name_or_address_is_legal(shared):
    nameless = ["name", "given_name", "family_name", "email"]
    joined = launch(shared, remove=nameless).joined_as
    assert joined["fullName"].startswith("Participant ")
    assert joined["userID"]


def test_a_launch_without_context_is_legal_and_has_a_course_per_link(shared):
    link = shared.link()
    one = shared.launch(shared.student, link, remove=[f"{LTI}context"]).joined_as
    same = shared.launch(shared.other_student, link, remove=[f"{LTI}context"]).joined_as
    other_link = {f"{LTI}resource_link": {"id": "another"}}
    other = shared.launch(
        shared.student, link, remove=[f"{LTI}context"], claims=other_link
    ).joined_as
    assert one["meetingID"] == same["meetingID"] != other["meetingID"]
    assert one["meetingID"] != launch(shared).joined_as["meetingID"]


def test_unknown_roles_short_roles_and_unknown_claims_are_legal(shared):
    attendee = launch(shared, claims={ROLES: [LEARNER]}).joined_as["password"]
    strange = {ROLES: ["https://school.example/role#x", "what?"], "x": {"y": [1]}, f"{LTI}z": None}
    assert launch(shared, claims=strange).joined_as["password"] == attendee
    assert launch(shared, claims={ROLES: []}).joined_as["password"] == attendee
    page = read(launch(shared, claims={ROLES: ["Instructor"]}))
    assert page.form_to("/course/settings"), "a teacher's page"


def test_a_launch_by_get_is_answered_with_what_is_allowed(shared):
    for method in ("GET", "PUT", "DELETE"):
        answer = ask(method, f"{shared.url}/lti/launch")
        assert answer.status == 405
        assert "POST" in answer.headers["Allow"]
        assert read(answer, 405).reference


def test_a_launch_without_its_parts_is_malformed(shared):
    for form in ({}, {"state": "x"}, {"id_token": "x"}, {"state": "", "id_token": ""}):
        answer = Browser().ask("POST", f"{shared.url}/lti/launch", form)
        refused(shared, answer, 400, "launch_incomplete")
    answer = ask("POST", f"{shared.url}/lti/launch", b"", FORM)
    refused(shared, answer, 400, "launch_incomplete")
