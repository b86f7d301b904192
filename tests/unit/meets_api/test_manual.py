"""Every function and every parameter of the manual, as a client: sent by its name, or refused."""

from __future__ import annotations

import inspect
from urllib.parse import parse_qs

import pytest

from lti_bridge.errors import RemoteError, RemoteRejected
from lti_bridge.meets_api import File, MeetsClient
from tests import manual

IN_PYTHON = {
    "id": 1,
    "ids": [1, 2],
    "text": "an identifier",
    "services": ["zoom", "collaborate"],
    "roles": ["teacher", "student"],
    "type": "original",
    "time": 1466158312,
    "limit": 1000,
    "after": 0,
}
"""What stands for the manual's right values."""
WRONG = {
    "id": (0, -1, True, "1", 1.0, 2**63),
    "ids": ([0], [-1], [True], ["1"], [1, None], [2**63]),
    "text": ("", None, 5, "x" * 4097),
    "services": (["a,b"], [""], ["zoom", None], ["x" * 5000]),
    "roles": (["professor"], ["teacher", ""], ["Teacher"]),
    "type": ("mp4", "", "Original"),
    "time": (-1, 1.5, True, "1466158312", 1_466_158_312_000),
    "limit": (0, 1001, -1, True, "10", 2.0),
    "after": (-1, True, "1", 1.5, 2**63),
}


def call(client, name, **arguments):
    """The function; gone through where it is a list, or a file."""
    given = {
        each.in_python: IN_PYTHON[each.kind] for each in manual.FUNCTIONS[name] if each.required
    }
    if name.startswith("from_"):
        given["timeout"] = 5
    answer = getattr(client, name)(**{**given, **arguments})
    if isinstance(answer, File):
        return list(answer.chunks)
    return list(answer) if name in manual.MAIN else answer


def sent(domain, before):
    """The parameters of the first request after so many."""
    request = domain.simulator.faults.requests[before]
    text = request.query or request.body.decode()
    return {name: values[0] for name, values in parse_qs(text).items()}


@pytest.mark.parametrize("name", manual.FUNCTIONS)
def test_the_client_has_each_function_with_its_parameters_and_no_other(name):
    signature = inspect.signature(getattr(MeetsClient, name))
    ours = set(signature.parameters) - {"self", "timeout"}
    assert ours == {each.in_python for each in manual.FUNCTIONS[name]}


def test_the_client_has_no_other_function():
    ours = {name for name in vars(MeetsClient) if not name.startswith("_")}
    assert ours == set(manual.FUNCTIONS)


@pytest.mark.parametrize(("name", "parameter"), manual.EVERY, ids=manual.label)
def test_what_is_right_is_sent_by_its_name(seeded, name, parameter):
    before = len(seeded.simulator.faults.requests)
    if name in {"from_lti_id_context", "from_lti_id_user"}:
        assert call(seeded.client, name) is None, "nobody has that identifier"
    else:
        call(seeded.client, name, **{parameter.in_python: IN_PYTHON[parameter.kind]})
    wanted = {*manual.required_of(name), parameter.name}
    found = sent(seeded, before)
    for each in manual.FUNCTIONS[name]:
        if each.name in wanted:
            assert found[each.name] == manual.RIGHT[each.kind]


@pytest.mark.parametrize(("name", "parameter"), manual.EVERY, ids=manual.label)
def test_what_is_wrong_is_refused_before_it_is_sent(seeded, name, parameter):
    before = len(seeded.simulator.faults.requests)
    for wrong in WRONG[parameter.kind]:
        with pytest.raises(RemoteRejected) as refusal:
            call(seeded.client, name, **{parameter.in_python: wrong})
        assert refusal.value.code in {"parameter", "limit", "too_long"}
        assert refusal.value.call == name
    assert len(seeded.simulator.faults.requests) == before


@pytest.mark.parametrize("service", ["gotomeeting", "gotowebinar"])
def test_services_that_record_nothing_are_not_asked_for_recordings(seeded, service):
    before = len(seeded.simulator.faults.requests)
    with pytest.raises(RemoteRejected) as refusal:
        seeded.client.list_conference_recordings(conferencing_services=["zoom", service])
    assert refusal.value.code == "parameter"
    assert len(seeded.simulator.faults.requests) == before
    assert list(seeded.client.list_conferencing_events(conferencing_services=[service])) is not None


@pytest.mark.parametrize("name", manual.FUNCTIONS)
@pytest.mark.parametrize(
    ("fault", "code"),
    [("500", "http_500"), ("503", "http_503"), ("html", "malformed"), ("cut", None)],
)
def test_each_function_fails_in_words_where_meets_does(new_domain, name, fault, code):
    domain = new_domain()
    domain.simulator.faults.set(fault)
    with pytest.raises(RemoteError) as failure:
        call(domain.client, name)
    assert failure.value.service == "MEETS"
    assert failure.value.call == name
    assert code in {None, failure.value.code}


@pytest.mark.parametrize("name", manual.FUNCTIONS)
def test_each_function_is_refused_without_the_credentials(seeded, name):
    stranger = seeded.client_with(password="another")
    with pytest.raises(RemoteRejected) as refusal:
        call(stranger, name)
    assert refusal.value.code == "http_401"
