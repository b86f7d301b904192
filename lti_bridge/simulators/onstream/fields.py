"""What the calls' answers have in common: return, count, offset, order; id and message."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from lti_bridge.simulators.onstream.formats import Answer, Listing
from lti_bridge.simulators.onstream.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lti_bridge.simulators.onstream.account import Account
    from lti_bridge.simulators.onstream.arguments import Given
    from lti_bridge.simulators.onstream.formats import Record

_Kept = TypeVar("_Kept")

USUAL_COUNT = 100

_FIELDS = {
    "session": frozenset((
        "id", "topic", "start_time", "duration", "timezone", "password", "session_access_code",
        "session_link", "custom_data",
    )),
    "recording": frozenset((
        "id", "session_id", "title", "description", "password", "duration",
        "allow_anonymous_playback", "recording_link", "creation_date",
    )),
}  # fmt: skip  # a list of names is read as one


def page(known: Mapping[int, _Kept], given: Given) -> list[_Kept]:
    """By id, ``count`` of them from ``offset`` on."""
    numbers = sorted(known, reverse=given.get("order") == "desc")
    first = given.get("offset", 0)
    return [known[number] for number in numbers[first : first + given.get("count", USUAL_COUNT)]]


def alone(kind: str, record: Record, given: Given, account: Account) -> Answer:
    """The one that was asked for by its id."""
    (chosen,) = _chosen(kind, [record], given, account)
    return Answer(Listing(f"{kind}s", kind, [chosen], alone=True))


def listed(kind: str, records: Sequence[Record], given: Given, account: Account) -> Answer:
    """As many as there are."""
    return Answer(Listing(f"{kind}s", kind, _chosen(kind, records, given, account)))


def made(number: int, message: str, location: str) -> Answer:
    """201."""
    return Answer({"id": number, "message": message}, 201, location)


def done(number: int, message: str) -> Answer:
    """200."""
    return Answer({"id": number, "message": message})


def _chosen(
    kind: str, records: Sequence[Record], given: Given, account: Account
) -> Sequence[Record]:
    """Raises 400 for a field that the document hasn't got, if the account is strict."""
    if "return" not in given:
        return records
    wanted = set(given["return"])
    if account.strict and (unknown := wanted - _FIELDS[kind]):
        raise refused(400, f"Invalid argument: return has no field {min(unknown)}")
    return [{name: one[name] for name in one if name in wanted} for one in records]
