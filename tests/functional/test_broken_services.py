"""Whatever a service answers, however broken: a way in or a page, never a 500, never stuck."""

from __future__ import annotations

import time
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.campus import KINDS, Campus
from tests.functional.tools import LTI, read

REAL = {
    "family": (
        b"<response><returncode>SUCCESS</returncode><meetingID>x</meetingID>"
        b"<createTime>1411067830029</createTime><messageKey/><message/></response>"
    ),
    "onstream": b'{"id": 17, "message": "Session added"}',
}
ANYTHING = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(
        [
            b"",
            b"<response/>",
            b"<response><returncode>SUCCESS</returncode></response>" * 2,
            b"<response><returncode>FAILED</returncode></response>",
            b"<response><returncode>SUCCESS</returncode><createTime>-1</createTime></response>",
            b"<?xml version='1.0' encoding='utf-7'?><response/>",
            b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]><response>&b;</response>",
            b"<a>" * 5_000,
            b"[" * 5_000,
            b'{"id": null}',
            b'{"id": [1, {"id": 1e999}]}',
            b'{"sessions": {"session": {}}}',
            b'[{"id": "1"}, 2, null]',
            b"null",
            b"<xml><id>1</id></xml>",
            b"<xml><moderators><item><id>1</id></item></moderators></xml>",
        ]
    ),
)
FAULTS = st.sampled_from(["html", "500", "503"])


@st.composite
def mangled(draw, real):
    """An answer as it should be, with a piece cut out or put in."""
    start = draw(st.integers(0, len(real)))
    end = draw(st.integers(start, len(real)))
    return real[:start] + draw(st.binary(max_size=8)) + real[end:]


@pytest.fixture(scope="module", params=KINDS)
def shared(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    with Campus(folder, f"sqlite:///{folder / 'bridge.db'}", kind=request.param) as campus:
        yield campus


def test_no_answer_however_broken_is_a_500_or_a_stuck_request(shared):
    numbers = count()
    real = REAL["onstream" if shared.kind == "onstream" else "family"]

    def launch():
        claims = {f"{LTI}resource_link": {"id": f"link {next(numbers)}"}}
        return shared.launch(shared.student, shared.link(), claims=claims)

    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(FAULTS, st.one_of(ANYTHING, mangled(real)))
    def broken(fault, body):
        shared.service.faults.set(fault, body=body)
        before = time.monotonic()
        answer = launch()
        shared.service.faults.clear()
        assert answer.status in {303, 503}
        if answer.status == 503:
            assert read(answer, 503).reference
        assert time.monotonic() - before < 15
        assert launch().status == 303  # well again, before it would be left alone

    broken()


@pytest.mark.parametrize("fault", ["down", "slow", "html", "cut", "500", "503", "wrong_xml"])
def test_pages_and_status_bear_every_fault(shared, fault):
    claims = {f"{LTI}resource_link": {"id": f"page {fault}"}}
    shared.service.faults.set(fault, seconds=8)
    before = time.monotonic()
    page = read(shared.launch(shared.teacher, shared.link("frame"), claims=claims))
    assert page.form.action == "/course/join"
    assert time.monotonic() - before < 15
    shared.service.faults.clear()
    assert (
        shared.launch(
            shared.student,
            shared.link(),
            claims={f"{LTI}resource_link": {"id": f"well {fault}"}},
        ).status
        == 303
    )
