"""The description, by an independent validator, and against what the API answers."""

from __future__ import annotations

import json

import jsonschema
import pytest
from openapi_spec_validator import validate

from tests.campus import ask
from tests.unit.api.test_access import REQUIRED


@pytest.fixture(scope="module")
def description(refusing):
    answer = ask("GET", f"{refusing.base}/openapi.json")
    assert answer.status == 200, "without a token"
    return json.loads(answer.body)


def test_it_is_openapi(description):
    validate(description)
    assert description["servers"] == [{"url": "https://bridge.example.edu/api/meets"}]


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
