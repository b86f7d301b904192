"""Every function and every parameter of the manual, as a server: heeded, or refused by its name."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from lti_bridge.api.functions import FUNCTIONS
from tests import manual
from tests.campus import ask

IDENTIFIERS = {"ltiIdContext": "context-3", "ltiIdUser": "user-3"}
ENTITIES = {
    "meetsIdCourse": "3",
    "meetsIdConnection": "10",
    "meetsIdConferencingEvent": "1",
    "meetsIdConferenceRecording": "1",
}
NOTHING = {
    "ids": "999999999",
    "services": "bluejeans",
    "type": "converted",
    "Before": "1",
    "After": "4000000000",
    "roles": "administrator",
    "rolesExclude": "administrator,teacher,student",
    "startAfterId": "900000000",
}
"""What nothing of the university fits, by the parameter, the end of its name, or its kind."""


def required(name, without=""):
    given = {**manual.required_of(name, without)}
    return {each: {**IDENTIFIERS, **ENTITIES}[each] for each in given}


def right(parameter):
    return {**IDENTIFIERS, **ENTITIES}.get(parameter.name, manual.RIGHT[parameter.kind])


def send(reporting, method, name, given):
    text = urlencode(given, quote_via=quote)
    if method == "GET":
        return reporting.get(f"{name}?{text}")
    return reporting.post(name, text)


def entities(answer, name):
    return len(json.loads(answer.body)[manual.MAIN[name]])


def test_the_server_has_each_function_with_its_parameters_and_no_other():
    ours = {
        name: {p: one.required for p, one in f.by_name.items()} for name, f in FUNCTIONS.items()
    }
    assert ours == {
        name: {each.name: each.required for each in parameters}
        for name, parameters in manual.FUNCTIONS.items()
    }


METHODS = ("GET", "POST")


@pytest.mark.parametrize(("name", "parameter"), manual.EVERY, ids=manual.label)
def test_what_is_right_is_answered(reporting, name, parameter):
    for method in METHODS:
        given = {**required(name), parameter.name: right(parameter)}
        answer = send(reporting, method, name, given)
        assert answer.status == (303 if name.startswith("download") else 200)
        assert json.loads(answer.body)["status"] == answer.status


@pytest.mark.parametrize(("name", "parameter"), manual.EVERY, ids=manual.label)
def test_what_is_wrong_is_400_and_named(refusing, name, parameter):
    for method, limit in (("GET", 512), ("POST", 4096)):
        for wrong in (*manual.WRONG[parameter.kind], "1" * (limit + 1)):
            given = {**required(name), parameter.name: wrong}
            answer = send(refusing, method, name, given)
            found = json.loads(answer.body)
            assert answer.status == found["status"] == 400, (method, wrong)
            assert set(found) == {"status", "error"}
            assert f'"{parameter.name}"' in found["error"]


@pytest.mark.parametrize(("name", "parameter"), manual.REQUIRED, ids=manual.label)
def test_what_is_required_is_missed(refusing, name, parameter):
    for method in METHODS:
        for empty in ({}, {parameter.name: ""}):
            given = required(name, parameter.name) | empty
            answer = send(refusing, method, name, given)
            assert answer.status == 400
            assert f'"{parameter.name}"' in json.loads(answer.body)["error"]


FILTERS = [
    (name, each)
    for name, each in manual.EVERY
    if not each.required and each.name != "limit"
    and name not in {"list_admins", "get_conferencing_authentication_log"}
]  # fmt: skip


@pytest.mark.parametrize(("name", "parameter"), FILTERS, ids=manual.label)
def test_no_filter_is_ignored(reporting, name, parameter):
    """One that is would answer with everybody's data."""
    keys = [parameter.name, parameter.kind, parameter.name[-6:], parameter.name[-5:]]
    value = next(NOTHING[key] for key in keys if key in NOTHING)
    everything = entities(send(reporting, "GET", name, required(name)), name)
    for method in METHODS:
        answer = send(reporting, method, name, {**required(name), parameter.name: value})
        found = entities(answer, name)
        assert found < everything
        assert found == 0 or parameter.name == "roles", "some are administrators"


@pytest.mark.parametrize("name", sorted(set(manual.MAPS) - {"list_admins"}))
def test_no_limit_is_ignored(reporting, name):
    for method in METHODS:
        answer = send(reporting, method, name, {**required(name), "limit": "1"})
        assert entities(answer, name) == 1
        (number,) = json.loads(answer.body)[manual.MAIN[name]]
        assert json.loads(answer.body)["nextPageStartAfterId"] == int(number), "more follow"


@pytest.mark.parametrize("name", manual.MAPS)
def test_an_answer_has_the_maps_of_its_chain_of_references_and_no_other(reporting, name):
    answer = json.loads(send(reporting, "GET", name, required(name)).body)
    maps = {member for member, value in answer.items() if isinstance(value, dict)}
    assert maps == manual.MAPS[name]
    assert set(answer) - maps == {"status", "nextPageStartAfterId"}
    assert all(key == str(one[f"meetsId{member[0].upper()}{member[1:-1]}"])
               for member in maps for key, one in answer[member].items())  # fmt: skip


@pytest.mark.parametrize("name", ["list_conferencing_events", "list_conference_recordings"])
def test_every_cross_reference_leads_somewhere(reporting, name):
    answer = json.loads(send(reporting, "GET", name, {}).body)
    followed = 0
    for member in manual.MAPS[name]:
        for one in answer[member].values():
            for key, value in one.items():
                of = _MAP_OF.get(key)
                for number in value if isinstance(value, list) else [value]:
                    if of is not None and number is not None:
                        assert str(number) in answer[of], (member, key, number)
                        followed += 1
    assert followed > 200


_MAP_OF = {
    "meetsIdConnection": "connections",
    "meetsIdConferencingEvent": "conferencingEvents",
    "meetsIdConferencingAccount": "conferencingAccounts",
    "meetsIdUser_host": "users",
    "meetsIdUsers": "users",
    "meetsIdCourses": "courses",
}


@pytest.mark.parametrize("service", ["gotomeeting", "gotowebinar"])
def test_services_that_record_nothing_cannot_be_asked_for_recordings(refusing, service):
    given = {"conferencingServices": f"meetingz,{service}"}
    answer = send(refusing, "GET", "list_conference_recordings", given)
    assert answer.status == 400
    assert '"conferencingServices"' in json.loads(answer.body)["error"]
    assert send(refusing, "GET", "list_conferencing_events", given).status == 200


# What describes it, for programs and for people.


def test_the_description_has_every_function_and_every_parameter(refusing):
    found = json.loads(ask("GET", f"{refusing.base}/openapi.json").body)["paths"]
    assert set(found) == {f"/{name}" for name in manual.FUNCTIONS}
    for name, parameters in manual.FUNCTIONS.items():
        by_get = {p["name"]: p["required"] for p in found[f"/{name}"]["get"]["parameters"]}
        assert by_get == {each.name: each.required for each in parameters}
        (form,) = found[f"/{name}"]["post"]["requestBody"]["content"].values()
        assert set(form["schema"]["properties"]) == set(by_get)
        assert set(form["schema"]["required"]) == {
            each.name for each in parameters if each.required
        }


def test_the_document_names_every_function_and_every_parameter():
    text = (Path(__file__).parents[3] / "docs/reporting-api.md").read_text(encoding="utf-8")
    rows = {row.split("`")[1]: row for row in text.splitlines() if row.startswith("| `")}
    assert set(rows) == set(manual.FUNCTIONS)
    for name, parameters in manual.FUNCTIONS.items():
        of_events = rows["list_conferencing_events"] if "recordings" in name else ""
        for each in parameters:
            told = rows[name] + of_events + "limit startAfterId timeEventBegin… timeEventEnd…"
            stem = each.name.removesuffix("Before").removesuffix("After")
            assert each.name in told or (stem.startswith("timeEvent") and f"{stem}…" in told)
