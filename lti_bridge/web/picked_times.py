"""New classes of the picker that have a time: one, or many by a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lti_bridge.conferencing import Capability
from lti_bridge.scheduling.recurrence import RuleError
from lti_bridge.web.planned import Choices, PlanForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lti_bridge.scheduling import Planner
    from lti_bridge.scheduling.recurrence import Time
    from lti_bridge.store import Plan
    from lti_bridge.web.filled import Block, Offers

TIMES: Final = ("date", "time", "minutes", "repeat", "ends", "count", "last")
"""The fields of a block that say when."""
ASKED: Final = {"last": "until"}
"""Fields that the form of scheduling names otherwise: a block's ``until`` is its link's."""
_CAN: Final = frozenset({Capability.RECORD})
"""The picker offers it whatever the service is, as of a standing meeting."""
SAID: Final = (*TIMES, "title", "text", "service", "record", "wait")


def has_time(block: Block) -> bool:
    """Whether a new class was given a day; without one it may be used at any time."""
    return block.series is None and block.meeting is None and bool(block.value("date").strip())


def timed(
    block: Block, offers: Offers, zone: str, planner: Planner
) -> tuple[Plan, Sequence[Time]] | None:
    """Its plan and all its dates; None where something is wrong, which is noted in the block."""
    values = {ASKED.get(name, name): block.value(name) for name in SAID}
    form = PlanForm({**values, "zone": zone, "ends": block.value("ends", "count")})
    choices = Choices({"": _CAN}, offers.services, (), students_host=False, graded=False)
    read = form.read(choices, repeats=True)
    if read is not None:
        plan, rule = read
        try:
            return planner.settled(plan, rule)
        except RuleError as error:
            form.refuse(error)
    for name in SAID:
        if ASKED.get(name, name) in form.errors:
            block.errors[name] = form.errors[ASKED.get(name, name)]
    return None
