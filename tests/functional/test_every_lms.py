"""Every LMS in its own ways: it registers where it can, and people get into class."""

from __future__ import annotations

import pytest

from lti_bridge.launch.presets import PRESETS
from lti_bridge.simulators.lms import Tool
from lti_bridge.simulators.lms.quirks import QUIRKS
from lti_bridge.store import PlatformValues
from tests.campus import Browser
from tests.functional.test_registration import new_lms, registered, tool
from tests.functional.tools import read

EVERY = [key for key in QUIRKS if key]
REGISTERING = [key for key in EVERY if QUIRKS[key].registers]


def launched(campus, user, link):
    """A launch, also where the LMS keeps the login's mark for us."""
    browser = Browser()
    login = campus.login(browser, user, link)
    location = login.location or read(login).links[-1]["href"]
    return campus.post_launch(browser, campus.lms.launch_form(user, link, location))


def entered_by_hand(campus):
    """What an admin of an LMS without registration enters on both sides."""
    lms, quirks = campus.lms, campus.lms.quirks
    made = Tool(
        quirks.registered_id(1),
        quirks.deployment(1),
        f"{campus.url}/lti/login",
        f"{campus.url}/lti/launch",
        "Live classes",
    )
    lms.add_tool(made)
    values = PlatformValues(
        name="LMS",
        type="Other",
        preset="other",
        issuer=lms.issuer,
        client_id=made.client_id,
        auth_login_url=lms.auth_login_url,
        auth_token_url=lms.auth_token_url,
        auth_audience="",
        key_set_url=lms.key_set_url,
        meets_connection=1,
        conferencing="live",
        deployment_ids=(made.deployment_id,),
    )
    campus.bridge.store.administration.put(values, 1)
    campus.bridge.platforms.forget()


def test_there_is_one_of_each_preset():
    assert set(EVERY) == set(PRESETS) - {"other"}
    for key in EVERY:
        assert QUIRKS[key].family_code.lower() in PRESETS[key].families
        assert QUIRKS[key].registers is PRESETS[key].registers


@pytest.mark.parametrize("preset", EVERY)
def test_people_get_into_class_from_every_lms(new_campus, preset):
    campus = new_lms(new_campus, preset=preset)
    if campus.lms.quirks.registers:
        registered(campus)
        (platform,) = campus.bridge.store.platforms.all()
        assert platform.preset == preset
        assert platform.client_id == tool(campus).client_id
        campus.bridge.store.administration.decide(
            platform.id, tool(campus).deployment_id, "allowed", 1
        )
        campus.bridge.platforms.forget()
    else:
        entered_by_hand(campus)
    student = launched(campus, campus.student, campus.link())
    assert student.joined_as["userID"], (student.status, student.text)
    teacher = launched(campus, campus.teacher, campus.link("join"))
    assert teacher.joined_as["password"] != student.joined_as["password"]
    again = launched(campus, campus.student, campus.link())
    assert again.joined_as == student.joined_as | {"fullName": again.joined_as["fullName"]}


@pytest.mark.parametrize("preset", REGISTERING)
def test_what_each_lms_is_asked_for_is_what_it_offers(new_campus, preset):
    campus = new_lms(new_campus, preset=preset)
    registered(campus)
    record = campus.lms.registry.records[tool(campus).client_id]
    messages = record["https://purl.imsglobal.org/spec/lti-tool-configuration"]["messages"]
    placements = {each["type"]: each.get("placements", []) for each in messages}
    if preset != "canvas":
        assert not any(placements.values())
        return
    assert placements == {
        "LtiResourceLinkRequest": ["course_navigation"],
        "LtiDeepLinkingRequest": [
            "link_selection",
            "assignment_selection",
            "editor_button",
            "module_index_menu_modal",
        ],
    }
    configuration = record["https://purl.imsglobal.org/spec/lti-tool-configuration"]
    assert configuration["https://canvas.instructure.com/lti/privacy_level"] == "public"
