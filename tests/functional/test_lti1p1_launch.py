"""Launches by LTI 1.1 over HTTP: what is let in, as whom, and what isn't."""

from __future__ import annotations

import time
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest

from tests.campus import FORM, Campus, ask
from tests.functional.tools import entry_of, meeting_of, read, refused

HOSTS = 'hosts = ["LMS"]'


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("campus")
    url = f"sqlite:///{folder / 'bridge.db'}"
    with Campus(folder, url, old_platform=HOSTS) as campus:
        yield campus


def old(campus, **wishes):
    """A student's launch into the window link."""
    return campus.launch_old(campus.student, campus.link(), **wishes)


def sent(campus, body, content_type=FORM["Content-Type"]):
    return ask("POST", f"{campus.url}/lti/1p1/launch", body, {"Content-Type": content_type})


# --- who gets in, as whom ------------------------------------------------------------------------


def test_a_student_is_in_class_under_their_name(shared):
    joined = old(shared).joined_as
    assert joined["fullName"] == "Ben Okafor"
    meeting = meeting_of(shared, old(shared))
    assert joined["password"] == meeting.attendee_password


def test_a_teacher_gets_the_course_page_in_the_lmss_frame(shared):
    answer = shared.launch_old(shared.teacher, shared.link("frame"))
    page = read(answer)
    assert "Algebra I" in page.text
    host = shared.lms.issuer.removeprefix("http://")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors 'self' {host}")
    joined = shared.post_old_launch(
        shared.old_form(shared.teacher, shared.link("frame"), changes={"custom_action": "join"})
    )
    assert read(joined).forms, "in a frame, joining is a button"


def test_students_meet_their_teacher_and_course_and_link_tell_classes_apart(shared):
    links = [shared.link(kind, course) for kind in ("window", "join") for course in (0, 1)]
    ids = set()
    for link in links:
        wish = {"changes": {"custom_action": "join"}}
        student = shared.launch_old(shared.student, link, **wish).joined_as
        teacher = shared.launch_old(shared.teacher, link, **wish).joined_as
        assert student["meetingID"] == teacher["meetingID"]
        assert student["password"] != teacher["password"]
        ids.add(student["meetingID"])
    assert len(ids) == len(links)


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
def test_both_signature_methods_are_taken(shared, method):
    assert old(shared, oauth={"oauth_signature_method": method}).joined_as


@pytest.mark.parametrize(
    ("roles", "leads"),
    [
        ("Instructor", True),
        ("urn:lti:role:ims/lis/Instructor", True),
        ("urn:lti:role:ims/lis/TeachingAssistant/Grader", True),
        ("Learner, Instructor", True),
        ("urn:lti:instrole:ims/lis/Administrator", True),
        ("urn:lti:sysrole:ims/lis/SysAdmin", True),
        ("Learner,urn:lti:instrole:ims/lis/Administrator", False),
        ("urn:lti:instrole:ims/lis/Instructor", False),
        ("Student", False),
        ("Mentor", False),
        (",,", False),
        ("<script>", False),
        ("", False),
    ],
)
def test_roles_are_read_as_lti_1_1_writes_them(shared, roles, leads):
    changes = {"roles": roles, "custom_action": "join", "resource_link_id": "rl-roles"}
    answer = old(shared, changes=changes)
    meeting = meeting_of(shared, answer)
    right = meeting.moderator_password if leads else meeting.attendee_password
    assert answer.joined_as["password"] == right


def test_a_platforms_own_role_table_holds(new_campus):
    campus = new_campus(old_platform=f'{HOSTS}\nroles = {{ Mentor = "moderator" }}')
    answer = old(campus, changes={"roles": "Mentor", "custom_action": "join"})
    assert answer.joined_as["password"] == meeting_of(campus, answer).moderator_password


@pytest.mark.parametrize(
    "without",
    [
        ("user_id",),
        ("context_id", "context_title", "context_label"),
        ("lis_person_name_full", "lis_person_name_given", "lis_person_name_family"),
        ("roles",),
        ("launch_presentation_return_url", "launch_presentation_locale"),
        ("oauth_version",),
        ("oauth_callback",),
    ],
)
def test_what_is_optional_may_be_missing(shared, without):
    assert old(shared, remove=without).joined_as


def test_people_and_courses_of_both_versions_are_apart(shared):
    by_1p1 = old(shared).joined_as
    by_1p3 = shared.launch(shared.student, shared.link()).joined_as
    assert by_1p1["meetingID"] != by_1p3["meetingID"]
    assert by_1p1["userID"] != by_1p3["userID"]


@pytest.mark.parametrize("name", ["custom_Action", "custom_ACTION", "custom_action"])
def test_custom_parameters_are_known_in_any_case(shared, name):
    answer = shared.launch_old(shared.teacher, shared.link(), changes={name: "join"})
    assert answer.joined_as


def test_the_page_speaks_the_persons_language(shared):
    link = shared.link("frame")
    page = read(
        shared.launch_old(shared.teacher, link, changes={"launch_presentation_locale": "fa"})
    )
    assert (page.language, page.direction) == ("fa", "rtl")


def test_a_return_url_elsewhere_is_dropped(shared):
    for number, url in enumerate(
        ("https://evil.example/back", "javascript:alert(1)", f"{shared.lms.issuer}/back")
    ):
        changes = {"launch_presentation_return_url": url, "resource_link_id": f"rl-return-{number}"}
        answer = old(shared, changes=changes)
        told = meeting_of(shared, answer).parameters.get("logoutURL", "")
        assert told == (url if url.startswith(shared.lms.issuer) else "")


# --- what frames the pages -----------------------------------------------------------------------


def framed_by(answer):
    return answer.headers["Content-Security-Policy"].partition("frame-ancestors 'self'")[2].split()


def test_without_hosts_the_signed_return_url_says_who_shows_the_pages(new_campus):
    campus = new_campus(old_platform="")
    host = campus.lms.issuer.removeprefix("http://")
    answer = campus.launch_old(campus.teacher, campus.link("frame"))
    assert framed_by(answer) == [host]
    form = read(answer).forms[0]
    waiting = ask("POST", f"{campus.url}/course/settings", urlencode(form.fields), FORM)
    assert framed_by(waiting) == [host], "also later, of the page's own session"
    assert meeting_of(campus, old(campus)).parameters.get("logoutURL", "") == ""


@pytest.mark.parametrize(
    "url", ["https://a.example;script-src *", "https://u:p@a.example", "ftp://a.example", "//", "https://[x", "https://*"]
)  # fmt: skip
def test_no_return_url_opens_the_frame_or_the_policy(new_campus, url):
    campus = new_campus(old_platform="")
    changes = {"launch_presentation_return_url": url}
    answer = campus.launch_old(campus.teacher, campus.link("frame"), changes=changes)
    assert framed_by(answer) == []
    assert "script-src *" not in answer.headers["Content-Security-Policy"]


# --- what isn't let in ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wishes", "status", "reason"),
    [
        ({"secret": "another"}, 401, "signature"),
        ({"secret": ""}, 401, "signature"),
        ({"oauth": {"oauth_consumer_key": "nobody"}}, 401, "consumer_key_unknown"),
        ({"oauth": {"oauth_consumer_key": "client-1"}}, 401, "consumer_key_unknown"),
        ({"oauth": {"oauth_consumer_key": "x" * 9000}}, 401, "consumer_key_unknown"),
        ({"oauth": {"oauth_consumer_key": "ключ\u202e"}}, 401, "consumer_key_unknown"),
        ({"oauth": {"oauth_signature_method": "PLAINTEXT"}}, 401, "algorithm"),
        ({"oauth": {"oauth_signature_method": "RSA-SHA1"}}, 401, "algorithm"),
        ({"oauth": {"oauth_signature_method": "hmac-sha1"}}, 401, "algorithm"),
        ({"oauth": {"oauth_version": "2.0"}}, 400, "oauth_version"),
        ({"oauth": {"oauth_timestamp": "soon"}}, 400, "oauth_timestamp"),
        ({"oauth": {"oauth_timestamp": "-1"}}, 400, "oauth_timestamp"),
        ({"oauth": {"oauth_timestamp": "1" * 400}}, 400, "oauth_timestamp"),
        ({"oauth": {"oauth_timestamp": "١٢٣"}}, 400, "oauth_timestamp"),
        ({"oauth": {"oauth_timestamp": "0"}}, 401, "expired"),
        ({"oauth": {"oauth_timestamp": "999999999999"}}, 401, "from_the_future"),
        ({"oauth": {"oauth_nonce": ""}}, 400, "launch_incomplete"),
        ({"remove": ["oauth_consumer_key"]}, 400, "launch_incomplete"),
        ({"remove": ["oauth_signature"]}, 400, "launch_incomplete"),
        ({"remove": ["oauth_signature_method"]}, 400, "launch_incomplete"),
        ({"remove": ["oauth_timestamp"]}, 400, "launch_incomplete"),
        ({"remove": ["oauth_nonce"]}, 400, "launch_incomplete"),
        ({"remove": ["resource_link_id"]}, 400, "claim_missing"),
        ({"remove": ["lti_message_type"]}, 400, "message_type"),
        ({"changes": {"lti_message_type": "ContentItemSelectionRequest"}}, 400, "message_type"),
        ({"remove": ["lti_version"]}, 400, "message"),
        ({"changes": {"lti_version": "LTI-2p0"}}, 400, "message"),
        ({"changes": {"resource_link_id": "x" * 256}}, 400, "claim_type"),
        ({"changes": {"user_id": "x" * 256}}, 400, "claim_type"),
        ({"changes": {"user_id": "a\0b"}}, 400, "claim_type"),
        ({"changes": {"context_id": "a\x07b"}}, 400, "claim_type"),
    ],
)
def test_each_bad_launch_has_its_status_and_reason(shared, wishes, status, reason):
    refused(shared, old(shared, **wishes), status, reason)


def test_an_unknown_key_and_a_wrong_secret_look_the_same_from_outside(shared):
    answers = [
        old(shared, secret="another"),
        old(shared, oauth={"oauth_consumer_key": "nobody"}),
        old(shared, oauth={"oauth_consumer_key": "client-1"}),
    ]
    texts, headers = set(), set()
    for answer in answers:
        page = read(answer, 401)
        texts.add(answer.text.replace(page.reference, "…"))
        headers.add(str([(k, v) for k, v in answer.headers.items() if k != "Date"]))
    assert len(texts) == len(headers) == 1


def test_the_launch_list_still_says_whose_launch_it_was_said_to_be(shared):
    page = read(old(shared, secret="another"), 401)
    entry = entry_of(shared, page.reference)
    assert entry.connection_id == shared.bridge.consumers.by_key("consumer-1").id


def test_everything_signed_counts_body_and_query(shared):
    form = shared.old_form(shared.student, shared.link())
    for name in form:
        if name.startswith("oauth_"):
            continue
        refused(shared, shared.post_old_launch({**form, name: form[name] + "x"}), 401, "signature")
    refused(shared, shared.post_old_launch({**form, "custom_action": "join"}), 401, "signature")
    url = f"{shared.url}/lti/1p1/launch?extra=1"
    refused(shared, ask("POST", url, urlencode(form), FORM), 401, "signature")
    tool = replace(shared.old_tool, launch_url=url)
    signed = shared.old_form(shared.student, shared.link(), tool=tool)
    assert ask("POST", url, urlencode(signed), FORM).joined_as
    refused(shared, shared.post_old_launch(signed), 401, "signature")


def test_the_query_names_nobody(shared):
    url = f"{shared.url}/lti/1p1/launch?roles=Instructor&user_id=somebody&custom_action=course"
    tool = replace(shared.old_tool, launch_url=url)
    form = shared.old_form(
        shared.student, shared.link(), tool=tool, remove=["roles", "user_id"],
        changes={"resource_link_id": "rl-query"},
    )  # fmt: skip
    answer = ask("POST", url, urlencode(form), FORM)
    assert answer.joined_as["password"] == meeting_of(shared, answer).attendee_password


def test_the_host_header_changes_nothing(shared):
    form = shared.old_form(shared.student, shared.link())
    headers = {**FORM, "Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    url = f"{shared.url}/lti/1p1/launch"
    assert ask("POST", url, urlencode(form), headers).joined_as
    tool = replace(shared.old_tool, launch_url="http://evil.example/lti/1p1/launch")
    form = shared.old_form(shared.student, shared.link(), tool=tool)
    refused(shared, ask("POST", url, urlencode(form), headers), 401, "signature")


def test_what_is_no_launch_form_is_turned_away(shared):
    body = urlencode(shared.old_form(shared.student, shared.link()))
    refused(shared, sent(shared, body, "application/json"), 400, "content_type")
    refused(shared, sent(shared, body, "multipart/form-data; boundary=x"), 400, "content_type")
    refused(shared, sent(shared, body + "&roles=Instructor"), 400, "repeated_parameter")
    refused(shared, sent(shared, body + "&x=%ff%fe"), 400, "unreadable")
    refused(shared, sent(shared, body + "&x=" + "y" * 300_000), 400, "too_large")
    refused(shared, sent(shared, "&".join(f"a{n}=1" for n in range(300))), 400, "unreadable")
    refused(shared, sent(shared, ""), 400, "launch_incomplete")
    again = ask("POST", f"{shared.url}/lti/1p1/launch?roles=x", body, FORM)
    refused(shared, again, 400, "repeated_parameter")
    read(ask("GET", f"{shared.url}/lti/1p1/launch"), 405)


@pytest.mark.parametrize("seconds", [-290, 290])
def test_clocks_may_be_almost_five_minutes_apart(shared, seconds):
    assert old(shared, oauth={"oauth_timestamp": str(int(time.time()) + seconds)}).joined_as


@pytest.mark.parametrize(("seconds", "reason"), [(-310, "expired"), (310, "from_the_future")])
def test_but_no_more(shared, seconds, reason):
    oauth = {"oauth_timestamp": str(int(time.time()) + seconds)}
    refused(shared, old(shared, oauth=oauth), 401, reason)


# --- once ----------------------------------------------------------------------------------------


def test_a_double_click_is_forgiven_and_a_replay_is_not(shared):
    form = shared.old_form(shared.student, shared.link())
    browser = {"User_Agent": "Firefox", "Accept_Language": "pt"}
    first = shared.post_old_launch(form, **browser).joined_as
    assert shared.post_old_launch(form, **browser).joined_as["userID"] == first["userID"]
    for other in (
        {"User_Agent": "curl", "Accept_Language": "pt"},
        {"User_Agent": "Firefox", "Accept_Language": "en"},
        {"User_Agent": "Firefox"},
        {**browser, "X_Forwarded_For": "203.0.113.9"},
    ):
        refused(shared, shared.post_old_launch(form, **other), 401, "replay")
    assert shared.post_old_launch(form, **browser).joined_as, "which takes nothing from the first"


def test_behind_a_proxy_its_word_tells_people_apart(shared):
    form = shared.old_form(shared.student, shared.link())
    assert shared.post_old_launch(form, X_Forwarded_For="198.51.100.7").joined_as
    assert shared.post_old_launch(form, X_Forwarded_For="198.51.100.7").joined_as
    spoofed = "198.51.100.7, 203.0.113.9"
    refused(shared, shared.post_old_launch(form, X_Forwarded_For=spoofed), 401, "replay")


def test_a_nonce_is_good_once_however_it_is_signed_again(shared):
    nonce = "n" * 5000 + "\u202e%41"
    oauth = {"oauth_nonce": nonce}
    assert old(shared, oauth=oauth).joined_as
    later = oauth | {"oauth_timestamp": str(int(time.time()) + 7)}
    refused(shared, old(shared, oauth=later), 401, "replay")
    assert old(shared, oauth={"oauth_nonce": nonce[:-1]}).joined_as


def test_what_is_refused_before_consumes_no_nonce(shared):
    form = shared.old_form(shared.student, shared.link())
    refused(shared, shared.post_old_launch({**form, "roles": "Instructor"}), 401, "signature")
    assert shared.post_old_launch(form).joined_as
    oauth = {"oauth_nonce": "kept-nonce"}
    refused(shared, old(shared, oauth=oauth, remove=["resource_link_id"]), 400, "claim_missing")
    refused(shared, old(shared, oauth=oauth | {"oauth_timestamp": "1"}), 401, "expired")
    assert old(shared, oauth=oauth).joined_as


def test_the_nonces_of_two_consumers_are_apart(new_campus):
    campus = new_campus(old_platform=HOSTS)
    other = replace(campus.old_tool, consumer_key="consumer-2")
    campus.restart(
        campus.old_table(HOSTS)
        .replace("consumer-1", "consumer-2")
        .replace("Riverbank of before", "Another")
    )
    oauth = {"oauth_nonce": "the-same"}
    assert old(campus, oauth=oauth).joined_as
    form = campus.old_form(campus.student, campus.link(), tool=other, oauth=oauth)
    assert campus.post_old_launch(form).joined_as


# --- around --------------------------------------------------------------------------------------


def test_a_rotated_secret_key_still_opens_the_shared_secret(new_campus):
    campus = new_campus(old_platform=HOSTS)
    assert old(campus).joined_as
    rotated = campus.file.read_text().replace(
        'secret_key = "', 'secret_key = ["Xq9mTz4wBn7rVk2pLs6yHd3jGf8cWe5a", "', 1
    )
    first, _, rest = rotated.partition("\nsecret_key")
    line, _, after = rest.partition("\n")
    campus.file.write_text(f"{first}\nsecret_key{line}]\n{after}")
    campus.restart()
    assert old(campus).joined_as


def test_a_class_service_that_is_down_is_a_503_with_retry(new_campus):
    campus = new_campus(old_platform=HOSTS)
    campus.meetingz_server.stop()
    page = read(old(campus), 503)
    assert page.forms[0].action == "/course/join"


def test_a_form_as_a_browser_encodes_it_holds(shared):
    changes = {"lis_person_name_full": "Zoë & Co + 100 % – “é”", "custom_x": "a b\r\nc~*'()"}
    form = shared.old_form(shared.student, shared.link(), changes=changes)
    body = urlencode(form).replace("%20", "+").replace("~", "%7E")
    assert dict(parse_qsl(body, keep_blank_values=True)) == form
    assert sent(shared, body).joined_as["fullName"] == changes["lis_person_name_full"]
