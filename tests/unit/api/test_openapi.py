"""The description, by an independent validator, and against what the API answers."""

from __future__ import annotations

import json

import jsonschema
import pytest
from openapi_spec_validator import validate

from tests.campus import ask
from tests.unit.api.test_access import REQUIRED


@pytest.fixture(scope="module")
def description(reporting):
    answer = ask("GET", f"{reporting.base}/openapi.json")
    assert answer.status == 200, "without a token"
    return json.loads(answer.body)


def test_it_is_openapi(description):
    validate(description)
    assert description["servers"] == [{"url": "https://bridge.example.edu/api/meets"}]


def test_it_has_every_function_of_the_manual(description):
    assert sorted(path.lstrip("/") for path in description["paths"]) == [
        "download_conference_recording",
        "from_lti_id_context",
        "from_lti_id_user",
        "get_conferencing_authentication_log",
        "get_conferencing_event_attendance",
        "list_admins",
        "list_conference_recordings",
        "list_conferencing_events",
        "list_connections",
        "list_course_users",
        "list_courses",
        "list_users",
    ]


def test_every_answer_is_as_described(reporting, description):
    for path, methods in description["paths"].items():
        answer = reporting.get(f"{path[1:]}?{REQUIRED.get(path[1:], '')}")
        responses = methods["get"]["responses"]
        schema = responses[str(answer.status)]["content"]["application/json"]["schema"]
        whole = {**schema, "components": description["components"]}
        jsonschema.Draft202012Validator(whole).validate(json.loads(answer.body))
        error = reporting.get(f"{path[1:]}?{REQUIRED.get(path[1:], '')}&a=%GG")
        refusal = responses["400"]["content"]["application/json"]["schema"]
        whole = {**refusal, "components": description["components"]}
        jsonschema.Draft202012Validator(whole).validate(json.loads(error.body))
