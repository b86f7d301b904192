"""Deep linking: the picker, its answer, and the links that come of it (Deep Linking 2.0)."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import replace
from urllib.parse import urlencode

import jwt
import pytest
from itsdangerous import Signer
from itsdangerous.encoding import base64_encode, int_to_bytes
from jwcrypto.jwk import JWKSet
from jwcrypto.jwt import JWT

from lti_bridge.simulators.lms.deep_linking import DL, Wishes
from tests.campus import FORM, SECRET_KEY, Browser, ask
from tests.functional.picking import (
    ONE,
    a_picker,
    added,
    brought,
    claims_of,
    open_picker,
    pick,
    the_course,
)
from tests.functional.tools import LTI, meeting_of, press, read, refused

SETTINGS = f"{DL}deep_linking_settings"


@pytest.fixture
def wishes(shared):
    """What the LMS accepts; as usual again after the test."""
    shared.lms.deep_linking.wishes = Wishes()
    yield shared.lms.deep_linking.wishes
    shared.lms.deep_linking.wishes = Wishes()


def meetings(campus):
    return campus.bridge.store.links.of_course(1)


# The way of a class from the picker into the course.


def test_a_teacher_makes_a_class_and_everybody_gets_into_it(shared, wishes):
    (link,) = added(shared, {**ONE, "n0-text": "Onion cells", "n0-shown": "window"})
    assert (link.title, link.description) == ("Laboratory", "Onion cells")
    assert link.document_target == "window"
    ben = meeting_of(shared, shared.launch(shared.student, link))
    assert ben.name == "Algebra I – Laboratory"
    custom = {f"{LTI}custom": {**link.custom, "action": "join"}}
    assert meeting_of(shared, shared.launch(shared.teacher, link, claims=custom)) is ben
    assert ben is not meeting_of(shared, shared.launch(shared.student, shared.link()))


def test_the_picker_is_a_page_of_the_course(shared, wishes):
    answer = open_picker(shared, shared.teacher)
    page = read(answer)
    assert page.headline == "Add live classes"
    assert "Algebra I" in page.text
    assert "Set-Cookie" not in answer.headers
    assert "frame-ancestors 'self' http" in answer.headers["Content-Security-Policy"]


def test_several_are_added_at_once(shared, wishes):
    before = len(the_course(shared).links)
    page = pick(shared, a_picker(shared), **{"do": "more", "n0-title": "One"})
    assert page.form.fields["blocks"] == "2"
    assert 'value="One"' not in page.headline
    answer = pick(shared, page, **{"do": "add", "n0-title": "One", "n1-title": "Two"})
    assert "Added" in brought(shared, answer).headline
    titles = [link.title for link in the_course(shared).links[before:]]
    assert titles == ["One", "Two"]
    assert claims_of(shared)["msg"] == "Live classes added: 2"


def test_a_meeting_that_is_there_is_linked_again(shared, wishes):
    (first,) = added(shared, {**ONE, "n0-title": "Linked twice"})
    row = next(one for one in meetings(shared) if one.title == "Linked twice")
    (second,) = added(shared, {"do": "add", "pick": str(row.id)})
    assert second.id != first.id
    assert second.title == "Linked twice"
    assert second.custom["meeting"] == first.custom["meeting"] == row.link_token


def test_a_plain_links_meeting_can_be_linked_too(shared, wishes):
    plain = meeting_of(shared, shared.launch(shared.student, shared.link("join")))
    row = shared.bridge.store.meetings.by_meeting_id(plain.meeting_id)
    (link,) = added(shared, {"do": "add", "pick": str(row.id), f"m{row.id}-shown": "window"})
    assert link.title == "Office hours"
    assert meeting_of(shared, shared.launch(shared.student, link)) is plain


def test_dates_and_points_go_along(shared, wishes):
    fields = {
        "n0-from": "2026-01-05T08:00",
        "n0-until": "2026-07-01T08:00",
        "n0-graded": "on",
        "n0-points": "20",
        "n0-counts-from": "2026-01-05T10:00",
        "n0-counts-until": "2026-01-05T11:30",
        "zone": "Europe/Berlin",
    }
    (link,) = added(shared, {**ONE, "n0-title": "Graded", **fields})
    (item,) = claims_of(shared)["content_items"]
    assert item["available"] == {
        "startDateTime": "2026-01-05T07:00:00Z",
        "endDateTime": "2026-07-01T06:00:00Z",
    }
    assert item["submission"] == {
        "startDateTime": "2026-01-05T09:00:00Z",
        "endDateTime": "2026-01-05T10:30:00Z",
    }
    row = shared.bridge.store.links.named(1, link.custom["meeting"]).own
    assert item["lineItem"] == {
        "scoreMaximum": 20,
        "label": "Graded",
        "resourceId": row.meeting_id,
        "tag": "attendance",
    }
    read(shared.launch(shared.teacher, link))
    row = shared.bridge.store.links.named(1, link.custom["meeting"]).own
    rules = shared.bridge.store.gradebook.of_meeting(row.id).rules
    assert (rules.enabled, rules.points, rules.label) == (True, 20, "Graded")
    column = shared.lms.gradebook.coupled(shared.lms.tool_of(link), the_course(shared), link)
    assert (column.score_maximum, column.resource_id) == (20, row.meeting_id)
    assert f"/lineitems/{column.number}/" in row.line_item_url


def test_settings_of_a_new_class_are_kept(shared, wishes):
    (link,) = added(shared, {**ONE, "n0-title": "Recorded", "n0-record": "on", "n0-wait": "on"})
    row = shared.bridge.store.links.named(1, link.custom["meeting"]).own
    assert (row.record, row.wait_for_moderator, row.own_service) == (True, True, None)
    waiting = read(
        shared.launch(
            shared.student,
            replace(link, document_target="window"),
            claims={f"{LTI}launch_presentation": {"document_target": "window"}},
        )
    )
    assert waiting.headline == "Waiting for your teacher"


def test_what_a_class_is_about_stands_on_its_page(shared, wishes):
    (link,) = added(shared, {**ONE, "n0-title": "About", "n0-text": "Onion <cells>"})
    answer = shared.launch(shared.student, link)
    assert "Onion <cells>" in read(answer).text
    assert "Onion &lt;cells&gt;" in answer.text


def test_where_there_are_several_services_one_may_be_chosen(new_campus):
    campus = new_campus()
    assert "Class service" not in a_picker(campus).text
    campus.restart(campus.service_table("second"))
    assert "Class service" in a_picker(campus).text
    for wish, kept in (("second", "second"), ("", None), ("unknown", None)):
        (link,) = added(campus, {**ONE, "n0-title": f"On {wish}", "n0-service": wish})
        row = campus.bridge.store.links.named(1, link.custom["meeting"]).own
        assert (row.own_service, row.service) == (kept, kept or "live")


def test_a_form_larger_than_any_is_refused(shared, wishes):
    page = a_picker(shared)
    big = press(shared, page, **ONE, more="x" * 500_000)
    assert big.status == 413
    assert not read(big, 413).forms


@pytest.mark.parametrize("targets", [("iframe",), ("window",), ("embed",), ("embed", "window")])
def test_only_ways_that_the_lms_offers_are_asked_for(shared, wishes, targets):
    wishes.targets = targets
    page = a_picker(shared)
    assert "How it opens" not in page.text
    brought(shared, pick(shared, page, **ONE))
    (item,) = claims_of(shared)["content_items"]
    assert {"iframe", "window"} & set(item) == {"iframe", "window"} & set(targets)


@pytest.mark.parametrize(("accepted", "offered"), [(True, True), (None, True), (False, False)])
def test_grading_is_offered_only_where_columns_may_be_made(shared, wishes, accepted, offered):
    wishes.line_items = accepted
    page = a_picker(shared)
    assert ("Grade attendance" in page.text) is offered
    brought(shared, pick(shared, page, **ONE, **{"n0-graded": "on"}))
    (item,) = claims_of(shared)["content_items"]
    assert ("lineItem" in item) is offered


@pytest.mark.parametrize("multiple", [False, None])
def test_where_one_is_accepted_one_can_be_picked(shared, wishes, multiple):
    added(shared)
    wishes.multiple = multiple
    page = a_picker(shared)
    assert "Another new class" not in page.text
    row = meetings(shared)[0]
    assert "Choose a class" in pick(shared, page, **ONE).text
    form = urlencode([*page.form.fields.items(), *ONE.items(), ("pick", "new"), ("pick", row.id)])
    both = read(ask("POST", f"{shared.url}/course/pick", form, FORM))
    assert "Choose one class only." in both.text
    brought(shared, pick(shared, page, **ONE, pick="new"))
    assert len(claims_of(shared)["content_items"]) == 1


def test_where_one_is_accepted_a_new_one_needs_a_title(new_campus):
    campus = new_campus()
    campus.lms.deep_linking.wishes.multiple = False
    page = a_picker(campus)
    assert "Give it a title." in pick(campus, page, do="add").text
    (link,) = added(campus)
    assert link.title == "Laboratory"


def test_what_was_asked_for_is_suggested(shared, wishes):
    wishes.more = {"title": "Lecture 7", "text": "Waves"}
    answer = open_picker(shared, shared.teacher)
    assert 'value="Lecture 7"' in answer.text
    assert ">Waves</textarea>" in answer.text


def test_cancelling_adds_nothing(shared, wishes):
    before = the_course(shared).links
    page = brought(shared, pick(shared, a_picker(shared), do="cancel"))
    assert page.headline == "Nothing was added"
    assert the_course(shared).links == before
    assert claims_of(shared)["content_items"] == []


def test_where_links_of_tools_arent_taken_no_wrong_item_is_sent(shared, wishes):
    wishes.types = ("html", "file")
    page = a_picker(shared)
    assert page.headline == "Live classes can’t be added here"
    back = brought(shared, pick(shared, page, do="add", **{"n0-title": "x"}))
    assert "only be added as links" in back.text
    assert claims_of(shared)["content_items"] == []
    assert claims_of(shared)["errormsg"]


# What is wrong is said, and what was filled in stays.


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"n0-title": ""}, "Choose a class, or give a new one a title."),
        ({"n0-title": " \n "}, "Choose a class, or give a new one a title."),
        ({"n0-from": "tomorrow"}, "This isn’t a date and time."),
        ({"n0-from": "99999-01-01T00:00"}, "This isn’t a date and time."),
        ({"n0-from": "2026-01-02T00:00", "n0-until": "2026-01-01T00:00"}, "has to come after"),
        ({"n0-graded": "on", "n0-points": "0"}, "Give points from 1 to 1000."),
        ({"n0-graded": "on", "n0-points": "many"}, "Give points from 1 to 1000."),
        ({"n0-graded": "on", "n0-points": "1001"}, "Give points from 1 to 1000."),
        ({"n0-graded": "on", "n0-counts-from": "x"}, "This isn’t a date and time."),
    ],
)
def test_what_is_wrong_is_said_beside_it(shared, wishes, fields, words):
    before = len(meetings(shared))
    answer = press(shared, a_picker(shared), **{**ONE, **fields})
    page = read(answer)
    assert words in page.text
    assert page.headline == "Add live classes"
    assert 'role="alert"' in answer.text
    assert len(meetings(shared)) == before
    if "n0-title" not in fields:
        assert 'value="Laboratory"' in answer.text


def test_what_isnt_graded_needs_no_points(shared, wishes):
    answer = pick(shared, a_picker(shared), **ONE, **{"n0-points": "x", "zone": "No/Where"})
    assert answer.headline == "Back to your course"


def test_texts_are_escaped_and_cut(shared, wishes):
    (link,) = added(shared, {**ONE, "n0-title": "<b>" + "x" * 300, "n0-text": "<script>"})
    assert link.title.startswith("<b>x")
    assert len(link.title) == 200
    assert (
        "<script>"
        not in press(shared, a_picker(shared), **{"do": "more", "n0-text": "<script>"}).text
    )


def test_at_most_twenty_new_classes_at_once(shared, wishes):
    page = pick(shared, a_picker(shared), do="more", blocks="9999")
    assert page.form.fields["blocks"] == "2"
    page = pick(shared, a_picker(shared), do="more", blocks="999")
    assert page.form.fields["blocks"] == "20"


# The answer itself.


def test_the_answer_is_signed_and_says_what_it_must(shared, wishes):
    page = pick(shared, a_picker(shared), **ONE)
    token = page.form.fields["JWT"]
    assert set(page.form.fields) == {"JWT"}
    header = jwt.get_unverified_header(token)
    keys = json.loads(ask("GET", f"{shared.url}/lti/jwks.json").text)["keys"]
    (key,) = [key for key in keys if key["kid"] == header["kid"]]
    claims = jwt.decode(
        token,
        jwt.PyJWK(key).key,
        algorithms=["RS256"],
        audience=shared.lms.issuer,
        issuer="client-1",
        options={"require": ["exp", "iat", "nonce"]},
    )
    assert claims["aud"] == [shared.lms.issuer]
    assert claims[f"{LTI}message_type"] == "LtiDeepLinkingResponse"
    assert claims[f"{LTI}version"] == "1.3.0"
    assert claims[f"{LTI}deployment_id"] == "deployment-1"
    assert len(claims["nonce"]) == 32
    assert 0 < claims["exp"] - time.time() <= 300
    (item,) = claims[f"{DL}content_items"]
    assert item["url"] == f"{shared.url}/lti/launch"
    assert item["icon"] == {
        "url": f"{shared.url}/course/static/icon.svg",
        "width": 64,
        "height": 64,
    }
    assert item["custom"]["context_history"] == "$Context.id.history"
    assert ask("GET", item["icon"]["url"]).status == 200


def test_another_library_believes_the_answer_too(shared, wishes):
    token = pick(shared, a_picker(shared), **ONE).form.fields["JWT"]
    keys = JWKSet.from_json(ask("GET", f"{shared.url}/lti/jwks.json").text)
    believed = JWT(jwt=token, key=keys, algs=["RS256"], expected_type="JWS")
    assert json.loads(believed.claims)["iss"] == "client-1"


@pytest.mark.parametrize("data", ["", "a\nb {}", "سلام \u200f 👩‍🏫", "x" * 60_000])
def test_data_come_back_as_they_went(shared, wishes, data):
    wishes.more = {"data": data}
    token = pick(shared, a_picker(shared), **ONE).form.fields["JWT"]
    said = jwt.decode(token, options={"verify_signature": False})
    assert said[f"{DL}data"] == data


def test_where_there_were_no_data_none_come_back(shared, wishes):
    wishes.more = {"data": None}
    token = pick(shared, a_picker(shared), **ONE).form.fields["JWT"]
    assert f"{DL}data" not in jwt.decode(token, options={"verify_signature": False})


def test_a_form_sent_twice_is_one_meeting_and_one_answer(shared, wishes):
    page = a_picker(shared)
    fields = {**ONE, "n0-title": "Sent twice"}
    first, second = pick(shared, page, **fields), pick(shared, page, **fields)
    said = [
        jwt.decode(one.form.fields["JWT"], options={"verify_signature": False})
        for one in (first, second)
    ]
    assert said[0]["nonce"] == said[1]["nonce"]
    assert said[0][f"{DL}content_items"] == said[1][f"{DL}content_items"]
    assert [one.title for one in meetings(shared)].count("Sent twice") == 1
    before = len(the_course(shared).links)
    brought(shared, first)
    brought(shared, second, 401)
    assert len(the_course(shared).links) == before + 1


def test_who_goes_back_and_changes_it_gets_what_they_changed(shared, wishes):
    page = a_picker(shared)
    brought(shared, pick(shared, page, **{**ONE, "n0-title": "First wording"}))
    brought(shared, pick(shared, page, **{**ONE, "n0-title": "Second wording"}))
    assert [link.title for link in the_course(shared).links[-2:]] == [
        "First wording",
        "Second wording",
    ]


# Who may, and what isn't believed.


def test_students_dont_pick(shared, wishes):
    page = refused(shared, open_picker(shared, shared.student), 403, "moderators_only")
    assert "teachers" in page.headline


def test_the_platforms_own_table_says_who_leads(new_campus):
    campus = new_campus(platform='roles = { Instructor = "attendee" }')
    refused(campus, open_picker(campus, campus.teacher), 403, "moderators_only")


@pytest.mark.parametrize(
    ("settings", "status", "reason"),
    [
        ({"deep_link_return_url": None}, 400, "claim_missing"),
        ({"deep_link_return_url": "https://evil.example/"}, 403, "return_url_elsewhere"),
        ({"deep_link_return_url": "javascript:alert(1)"}, 403, "return_url_elsewhere"),
        ({"deep_link_return_url": 7}, 400, "claim_type"),
        ({"accept_types": None}, 400, "claim_missing"),
        ({"accept_types": "ltiResourceLink"}, 400, "claim_type"),
        ({"accept_presentation_document_targets": []}, 400, "claim_missing"),
        ({"accept_multiple": "often"}, 400, "claim_type"),
        ({"data": 7}, 400, "claim_type"),
        ({"data": "x" * 70_000}, 400, "too_large"),
    ],
)
def test_bad_requests_are_refused(shared, wishes, settings, status, reason):
    wishes.more = settings
    refused(shared, open_picker(shared, shared.teacher), status, reason)


@pytest.mark.parametrize("context", [None, {}])
def test_a_request_without_a_course_is_refused(shared, wishes, context):
    answer = open_picker(shared, shared.teacher, claims={f"{LTI}context": context})
    refused(shared, answer, 400, "picker_without_course")
    page = read(answer, 400)
    assert page.headline == "Open this from your course"
    assert "Live classes are added to a course." in page.text


def test_a_request_is_checked_like_every_launch(shared, wishes):
    refused(shared, open_picker(shared, shared.teacher, claims={"exp": 1}), 401, "expired")
    refused(shared, open_picker(shared, shared.teacher, claims={"aud": "x"}), 401, "audience")
    answer = open_picker(shared, shared.teacher, claims={f"{LTI}deployment_id": "other"})
    refused(shared, answer, 403, "deployment_unknown")
    browser = Browser()
    form = shared.form(browser, shared.teacher, the_course(shared).picker)
    assert shared.post_launch(browser, form).status == 200
    assert shared.post_launch(Browser(), form).status == 403


def test_another_courses_meeting_cant_be_picked(shared, wishes):
    elsewhere = meeting_of(shared, shared.launch(shared.student, shared.link(course=1)))
    row = shared.bridge.store.meetings.by_meeting_id(elsewhere.meeting_id)
    answer = press(shared, a_picker(shared), do="add", pick=str(row.id))
    refused(shared, answer, 403, "picked_elsewhere")
    refused(shared, press(shared, a_picker(shared), do="add", pick="x"), 403, "picked_elsewhere")


def ticket_signed_at(ticket, seconds):
    """The same ticket, signed that long ago."""
    value = ticket.partition(".")[0]
    stamp = base64_encode(int_to_bytes(int(time.time()) - seconds)).decode()
    signer = Signer(
        SECRET_KEY, salt="lti-bridge.picker", key_derivation="hmac", digest_method=hashlib.sha256
    )
    return signer.sign(f"{value}.{stamp}").decode()


def test_a_picker_is_open_for_an_hour(shared, wishes):
    page = a_picker(shared)
    young = ticket_signed_at(page.form.fields["ticket"], 3500)
    assert pick(shared, page, **ONE, ticket=young).headline == "Back to your course"
    late = ticket_signed_at(page.form.fields["ticket"], 3700)
    refused(shared, press(shared, page, **ONE, ticket=late), 401, "picker_expired")


@pytest.mark.parametrize("ticket", ["", "x", "a.b.c", "é"])
def test_a_ticket_that_isnt_ours_is_none(shared, wishes, ticket):
    answer = press(shared, a_picker(shared), **ONE, ticket=ticket)
    refused(shared, answer, 401, "picker_invalid")


def test_a_ticket_is_no_session_and_a_session_no_ticket(shared, wishes):
    page = a_picker(shared)
    session, ticket = page.session, page.form.fields["ticket"]
    refused(shared, press(shared, page, **ONE, ticket=session), 401, "picker_invalid")
    refused(shared, press(shared, page, **ONE, session=ticket), 401, "session_invalid")


def test_a_ticket_is_its_persons_and_courses(shared, wishes):
    page, elsewhere = a_picker(shared), a_picker(shared, 1)
    ticket = page.form.fields["ticket"]
    refused(shared, press(shared, elsewhere, **ONE, ticket=ticket), 403, "picker_others")
    student = read(shared.launch(shared.student, shared.link("frame")))
    answer = press(shared, page, **ONE, session=student.session)
    refused(shared, answer, 403, "moderators_only")


def test_a_pickers_session_opens_no_meeting(shared, wishes):
    page = a_picker(shared)
    answer = ask("POST", f"{shared.url}/course/join", urlencode({"session": page.session}), FORM)
    refused(shared, answer, 403, "meeting_gone")


def test_the_answer_page_is_only_asked_for_with_its_form(shared):
    assert (
        read(ask("GET", f"{shared.url}/course/pick"), 403).headline == "Open this from your course"
    )


def test_a_submission_review_is_the_meetings_page(shared, wishes):
    (link,) = added(shared, {**ONE, "n0-title": "Reviewed"})
    claims = {
        f"{LTI}message_type": "LtiSubmissionReviewRequest",
        f"{LTI}for_user": {"user_id": shared.student.id},
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {"lineitem": "https://x/1"},
        f"{LTI}custom": {**link.custom, "action": "join"},
    }
    page = read(shared.launch(shared.teacher, link, claims=claims))
    assert page.headline == "Reviewed"
    assert "Ana Pereira (teacher)" in page.text
    assert "Before class" in page.text
    assert "Before class" not in read(shared.launch(shared.student, link, claims=claims)).text
