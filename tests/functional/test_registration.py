"""An LMS registers itself: what its admin is shown, what it is asked, and what becomes of it."""

from __future__ import annotations

import json
import re
import time
from urllib.parse import urlencode

import pytest

from lti_bridge.errors import NotAllowed
from lti_bridge.scheduling.linking import COURSE_HISTORY, LINK_HISTORY
from lti_bridge.store import InviteTerms
from tests.campus import FORM, Browser, ask
from tests.functional.tools import read, refused

DAY_MS = 86_400_000


def invited(campus, **terms):
    """The URL an admin pastes."""
    now_ms = int(time.time() * 1000)
    _, secret = campus.bridge.store.registrations.invite(
        InviteTerms(**terms), now_ms, now_ms + DAY_MS
    )
    return f"{campus.url}/lti/register?{urlencode({'invite': secret})}"


def new_lms(new_campus, **wishes):
    """A campus whose LMS the bridge doesn't know: nothing of it stands in the settings."""
    campus = new_campus(**wishes)
    text = campus.file.read_text(encoding="utf-8").partition("[[platform]]")[0]
    campus.file.write_text(re.sub(r"(\w+)\.db", r"\1-new.db", text), encoding="utf-8")
    campus.restart()
    campus.lms.tools.clear()
    return campus


@pytest.fixture
def campus(new_campus):
    return new_lms(new_campus)


def opened(campus, url=None, **terms):
    """The page in the LMS's frame."""
    return ask("GET", campus.lms.registry.opening(url or invited(campus, **terms)))


def pressed(campus, page, **fields):
    form = page.form
    body = {"name": "Riverbank", "meets_connection": "1", **form.fields, **fields}
    return ask("POST", f"{campus.url}{form.action}", urlencode(body), FORM)


def registered(campus, **terms):
    return read(pressed(campus, read(opened(campus, **terms))))


def tool(campus):
    (only,) = campus.lms.tools.values()
    return only


def test_one_url_pasted_and_people_get_into_class(campus):
    page = read(opened(campus, name="Riverbank"))
    assert campus.lms.issuer in page.text
    done = read(pressed(campus, page))
    assert done.headline == "Connected"
    (platform,) = campus.bridge.store.platforms.all()
    assert platform.name == "Riverbank"
    assert platform.client_id == tool(campus).client_id
    assert platform.deployments == {tool(campus).deployment_id: "allowed"}
    assert campus.launch(campus.student, campus.link()).joined_as["userID"]


def test_the_page_says_in_words_what_will_be_asked_for(campus):
    text = read(opened(campus)).text
    for words in (
        "Read who belongs to a course",
        "gradebook",
        "E-mail address",
        "Open live classes",
    ):
        assert words in text
    assert campus.lms.tools == {}, "nothing happens before the button is pressed"


def test_the_lms_is_told_all_that_the_specification_wants(campus):
    registered(campus)
    record = campus.lms.registry.records[tool(campus).client_id]
    assert record["redirect_uris"] == [f"{campus.url}/lti/launch"]
    assert record["initiate_login_uri"] == f"{campus.url}/lti/login"
    assert record["jwks_uri"] == f"{campus.url}/lti/jwks.json"
    configuration = record["https://purl.imsglobal.org/spec/lti-tool-configuration"]
    assert configuration["target_link_uri"] == f"{campus.url}/lti/launch"
    assert configuration["custom_parameters"] == {
        "context_history": "$Context.id.history",
        "link_history": "$ResourceLink.id.history",
    }
    assert [each["type"] for each in configuration["messages"]] == [
        "LtiResourceLinkRequest",
        "LtiDeepLinkingRequest",
    ]


def test_what_the_lms_answered_is_kept_without_its_tokens(campus):
    registered(campus)
    (registration,) = campus.bridge.store.registrations.all()
    assert registration.state == "done"
    assert registration.answer["registration_client_uri"].startswith(campus.lms.issuer)
    assert "registration_access_token" not in registration.answer


def test_the_closing_message_goes_to_the_lms_alone(campus):
    answer = pressed(campus, read(opened(campus)), hosts="lms.example.edu")
    assert f'data-origins="{campus.lms.issuer} http://lms.example.edu"' in answer.text
    assert 'data-closes="at-once"' in answer.text


def test_without_an_invitation_nothing_is_fetched(campus):
    for query in ({}, {"invite": ""}, {"invite": "x" * 43}, {"invite": "x" * 100_000}):
        where = f"{campus.url}/lti/register?{urlencode(query)}"
        if len(where) < 50_000:
            refused(campus, opened(campus, where), 403, "invite_unknown")


def test_an_invitation_is_good_once(campus):
    url = invited(campus)
    page = read(opened(campus, url))
    other = read(opened(campus, url))
    read(pressed(campus, page))
    refused(campus, pressed(campus, other), 403, "invite_used")
    refused(campus, opened(campus, url), 403, "invite_used")
    assert len(campus.lms.tools) == 1


def test_an_invitation_ends(campus):
    registrations = campus.bridge.store.registrations
    now_ms = int(time.time() * 1000)
    _, old = registrations.invite(InviteTerms(), now_ms - 8 * DAY_MS, now_ms - DAY_MS)
    where = f"{campus.url}/lti/register?invite={old}"
    refused(campus, opened(campus, where), 403, "invite_expired")
    made, secret = registrations.invite(InviteTerms(), now_ms, now_ms + DAY_MS)
    page = read(opened(campus, f"{campus.url}/lti/register?invite={secret}"))
    assert registrations.revoke_invite(made.id, now_ms)
    refused(campus, pressed(campus, page), 403, "invite_revoked")
    assert campus.lms.tools == {}


def test_a_registration_token_used_twice_is_refused_with_words(campus):
    first = campus.lms.registry.opening(invited(campus))
    page = read(ask("GET", first))
    read(pressed(campus, page))
    token = first.partition("registration_token=")[2].partition("&")[0]
    address = f"{campus.lms.issuer}/.well-known/openid-configuration"
    again = {"openid_configuration": address, "registration_token": token}
    other = read(ask("GET", f"{invited(campus)}&{urlencode(again)}"))
    page = refused(campus, pressed(campus, other), 503, "remote:registration_refused")
    assert page.headline == "Your learning platform refused the registration"
    assert len(campus.bridge.store.platforms.all()) == 1


def test_after_a_refusal_the_invitation_is_good_again(campus):
    url = invited(campus)
    campus.lms.registry.configuration_changes = {
        "registration_endpoint": f"{campus.lms.issuer}/lti/nowhere"
    }
    page = read(opened(campus, url))
    refused(campus, pressed(campus, page), 503, "remote:registration_refused")
    campus.lms.registry.configuration_changes = {}
    assert read(pressed(campus, read(opened(campus, url)))).headline == "Connected"


@pytest.mark.parametrize(
    "changes",
    [{"client_id": None}, {"client_id": ""}, {"client_id": ["x"]}, {"client_id": "x" * 300}],
    ids=str,
)
def test_an_answer_without_a_client_id_is_explained(campus, changes):
    campus.lms.registry.answer_changes = changes
    page = read(opened(campus))
    refused(campus, pressed(campus, page), 503, "remote:registration_answer")
    (left,) = campus.bridge.store.registrations.all()
    assert left.state == "begun", "the LMS has a tool that nobody here knows"


def test_without_a_deployment_in_the_answer_the_first_launch_waits_for_a_yes(new_campus):
    campus = new_lms(new_campus, preset="brightspace")
    page = registered(campus)
    assert "platform deployments" in page.text
    refused(campus, campus.launch(campus.student, campus.link()), 403, "deployment_unknown")
    (platform,) = campus.bridge.store.platforms.all()
    store = campus.bridge.store.administration
    (waiting,) = store.deployments()
    assert waiting.state == "waiting"
    store.decide(platform.id, waiting.deployment_id, "allowed", 1)
    campus.bridge.platforms.forget()
    assert campus.launch(campus.student, campus.link()).status == 303
    store.decide(platform.id, waiting.deployment_id, "refused", 1)
    campus.bridge.platforms.forget()
    refused(campus, campus.launch(campus.student, campus.link()), 403, "deployment_refused")


def test_what_the_admin_enters_is_checked(campus):
    page = read(opened(campus))
    for wrong in (
        {"name": " "},
        {"name": "x" * 256},
        {"meets_connection": "0"},
        {"meets_connection": "-1"},
        {"meets_connection": "9" * 30},
        {"meets_connection": "one"},
        {"hosts": "https://lms.example.edu"},
        {"hosts": "lms example;edu"},
    ):
        fields = {"name": "Riverbank", "meets_connection": "1", **page.form.fields, **wrong}
        answer = ask("POST", f"{campus.url}{page.form.action}", urlencode(fields), FORM)
        refused(campus, answer, 400, "registration_choice")
    assert campus.lms.tools == {}


def test_a_page_that_isnt_ours_registers_nothing(campus):
    page = read(opened(campus))
    signed = page.form.fields["proposal"]
    for forged in ("", "x", signed[:-2], "e30" + signed):
        answer = pressed(campus, page, proposal=forged)
        refused(campus, answer, 401, "registration_page")
    assert campus.lms.tools == {}


def test_a_second_registration_waits_and_changes_nothing(campus):
    registered(campus)
    (before,) = campus.bridge.store.platforms.all()
    campus.lms.registry.answer_changes = {"client_id": before.client_id}
    page = read(opened(campus))
    assert "connected already" in page.text
    done = read(pressed(campus, page, name="Impostor"))
    assert done.headline == "One more yes is needed"
    assert "data-closes" not in pressed(campus, page).text
    assert campus.bridge.store.platforms.all() == [before]
    waiting = campus.bridge.store.registrations.all()[0]
    assert (waiting.state, waiting.platform_id) == ("waiting", before.id)
    accepted = campus.bridge.store.registrations.accept(waiting.id, 1)
    assert accepted.state == "done"
    (after,) = campus.bridge.store.platforms.all()
    assert (after.id, after.name) == (before.id, "Impostor")


def test_another_client_id_of_the_same_issuer_becomes_an_lms_beside_it(campus):
    registered(campus)
    registered(campus)
    store = campus.bridge.store
    waiting = store.registrations.all()[0]
    store.registrations.accept(waiting.id, 1)
    first, second = store.platforms.all()
    assert first.issuer == second.issuer
    assert first.client_id != second.client_id


def test_what_the_settings_file_manages_no_registration_changes(new_campus):
    campus = new_campus()
    (before,) = campus.bridge.store.platforms.all()
    campus.lms.registry.answer_changes = {"client_id": before.client_id}
    registered(campus)
    (waiting,) = campus.bridge.store.registrations.all()
    with pytest.raises(NotAllowed) as caught:
        campus.bridge.store.registrations.accept(waiting.id, 1)
    assert caught.value.code == "managed_by_file"
    assert campus.bridge.store.platforms.all() == [before]


def test_a_choice_of_services_is_asked_for(campus):
    campus.restart(campus.service_table("second"))
    page = opened(campus)
    assert "<option>second</option>" in page.text
    assert read(pressed(campus, read(page), conferencing="second")).headline == "Connected"
    (platform,) = campus.bridge.store.platforms.all()
    assert platform.conferencing == "second"
    refused(campus, pressed(campus, read(opened(campus))), 400, "registration_choice")


def test_what_the_invitation_says_is_not_asked(campus):
    page = opened(campus, name="Campus LMS", meets_connection=7, conferencing="live")
    assert "meets_connection" not in page.text
    read(pressed(campus, read(page), name="Campus LMS", meets_connection="9"))
    (platform,) = campus.bridge.store.platforms.all()
    assert platform.meets_connection == 7


def test_where_the_browser_says_that_the_lms_is_elsewhere_the_page_suggests_it(campus):
    url = campus.lms.registry.opening(invited(campus))
    page = ask("GET", url, headers={"Referer": "https://school.lms.example/admin/apps"})
    assert 'value="school.lms.example"' in page.text


def framers(answer):
    (rule,) = [
        part
        for part in answer.headers["Content-Security-Policy"].split("; ")
        if part.startswith("frame-ancestors")
    ]
    return rule.split()[1:]


def test_an_lms_whose_customers_share_an_issuer_frames_it_from_its_own_host(campus):
    elsewhere = {"Referer": "https://school.lms.example/admin/apps"}
    shared = campus.lms.registry.opening(invited(campus, preset="canvas"))
    assert "http://school.lms.example" in framers(ask("GET", shared, headers=elsewhere))
    own = campus.lms.registry.opening(invited(campus, preset="moodle"))
    assert framers(ask("GET", own, headers=elsewhere)) == ["'self'", campus.lms.issuer]


def test_pages_of_a_registration_may_be_framed_and_tell_nothing_on(campus):
    page = read(opened(campus))
    ours, done = ask("GET", campus.lms.registry.opening(invited(campus))), pressed(campus, page)
    refusal = ask("GET", f"{campus.url}/lti/register")
    assert framers(refusal) == ["'self'", "https:", "http:"], "of which LMS, nobody knows yet"
    for answer in (ours, done):
        assert framers(answer) == ["'self'", campus.lms.issuer]
    assert framers(ask("GET", f"{campus.url}/lti/values")) == ["'self'"]
    for answer in (ours, done, refusal):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


def test_tokens_and_invitations_stand_in_no_log(campus, capfd):
    url = campus.lms.registry.opening(invited(campus))
    read(pressed(campus, read(ask("GET", url))))
    said = "".join(capfd.readouterr())
    for name in ("invite=", "registration_token="):
        assert url.partition(name)[2].partition("&")[0] not in said


def test_canvas_json_and_the_values_page(campus):
    answer = ask("GET", f"{campus.url}/lti/config.json")
    document = json.loads(answer.body)
    assert document["oidc_initiation_url"] == f"{campus.url}/lti/login"
    (extension,) = document["extensions"]
    assert extension["platform"] == "canvas.instructure.com"
    assert extension["privacy_level"] == "public"
    placements = {each["placement"] for each in extension["settings"]["placements"]}
    assert placements == {
        "course_navigation",
        "link_selection",
        "assignment_selection",
        "editor_button",
        "module_index_menu_modal",
    }
    page = read(ask("GET", f"{campus.url}/lti/values"))
    for value in ("/lti/login", "/lti/launch", "/lti/jwks.json", "/lti/config.json"):
        assert campus.url + value in page.text
    assert Browser().ask("GET", f"{campus.url}/lti/values").status == 200


def test_a_course_copied_in_an_lms_that_registered_itself_is_known_as_a_copy(campus):
    """What registration asks for is what launches are read for."""
    registered(campus)
    record = campus.lms.registry.records[tool(campus).client_id]
    asked = record["https://purl.imsglobal.org/spec/lti-tool-configuration"]["custom_parameters"]
    assert set(asked) == {COURSE_HISTORY, LINK_HISTORY}
