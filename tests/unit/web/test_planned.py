"""What the form of scheduling offers and takes, by the service that is chosen in it."""

from __future__ import annotations

import pytest

from lti_bridge.conferencing import Capability
from lti_bridge.web.planned import Choices, PlanForm

FORM = {
    "title": "Laboratory",
    "date": "2030-01-01",
    "time": "10:00",
    "zone": "UTC",
    "record": "on",
    "disable_cam": "on",
}
ABLE = {
    "": frozenset({Capability.RECORD}),
    "small": frozenset({Capability.RECORD}),
    "big": frozenset({Capability.RECORD, Capability.LOCK_SETTINGS}),
}


def choices(chosen="", services=("small", "big")):
    return Choices(ABLE, services, (), students_host=False, graded=True, chosen=chosen)


@pytest.mark.parametrize(
    ("chosen", "locks"), [("", False), ("small", False), ("big", True), ("none of ours", False)]
)
def test_what_the_chosen_service_cannot_do_is_left_out(chosen, locks):
    plan, _ = PlanForm({**FORM, "service": chosen}).read(choices(chosen), repeats=False)
    assert bool(plan.room.disable_cam) is locks
    assert plan.record


def test_the_form_shows_what_any_of_them_can_and_says_which():
    assert choices().shows("lock settings")
    assert not choices().shows("guest policy")
    assert not choices(services=()).shows("lock settings"), "there is no choice"
    assert choices("big", services=()).shows("lock settings"), "it was chosen before"
    assert (choices().said("big"), choices().said("")) == ("lock settings,record", "record")
