"""The calls of the Onstream API, version 2, with every argument.

All times are on the account's clock. Ids are digits, as :func:`answers.identifier` gives them.

Every method raises :class:`lti_bridge.errors.RemoteError`: rejected, with the code ``http_404``,
``http_409``, …; unavailable; malformed. Nobody is ever mailed: ``send_email_invitation`` is false
wherever it exists, and no argument changes that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from lti_bridge.conferencing.onstream import answers, values
from lti_bridge.conferencing.onstream.transport import Transport
from lti_bridge.conferencing.onstream.values import (
    GROUPS,
    INVITEE,
    PARTICIPANT,
    RECORDED,
    SESSION,
    VERIFIED,
    Invitee,
    Participant,
    Recorded,
    RoleNumber,
    Session,
)

if TYPE_CHECKING:
    from lti_bridge.conferencing.guard import Guard
    from lti_bridge.conferencing.onstream.answers import Asked, Kind, Record
    from lti_bridge.http import Client
    from lti_bridge.settings import Conferencing

PAGE: Final = 100
"""How many of a list are asked for at once; the document's default."""

Order = Literal["asc", "desc"]
"""By id."""
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_Listed = TypeVar("_Listed", Session, Recorded)


class Api:
    """An Onstream account."""

    def __init__(self, settings: Conferencing, client: Client, guard: Guard) -> None:
        """``client`` is the door out; every call is watched by ``guard``."""
        self._transport: Final = Transport(settings, client, guard)

    def authverify(self) -> bool:
        """Whether the credentials are valid ("GET authverify"; wrong ones are 401 as well)."""

        def verified(document: Any, asked: Asked) -> bool:
            found = answers.records(document, VERIFIED, asked)
            return bool(found) and answers.flag(found[0]["authenticated"])

        return self._transport.get("authverify", (), verified)

    def session(self, session_id: str, *, return_fields: Sequence[str] = ()) -> Session:
        """By its id ("GET session"). ``return_fields``: a subset; the id comes with it."""
        path = ("id", session_id, *_returned(return_fields))
        return self._transport.get("session", path, _single(session_id, SESSION, values.session))

    def sessions(
        self,
        *,
        count: int = PAGE,
        offset: int = 0,
        order: Order = "asc",
        return_fields: Sequence[str] = (),
    ) -> Iterator[Session]:
        """Every session of the account from ``offset`` on, ``count`` at a time, to the end."""
        path = ("order", order, *_returned(return_fields))
        return self._transport.pages(
            "sessions", path, count, offset, _list(SESSION, values.session)
        )

    def create_session(
        self,
        topic: str,
        duration: int,
        start_time: str,
        *,
        friendly_url: str | None = None,
        password: str | None = None,
        timezone: str | None = None,
        invited_participants: Sequence[Participant] = (),
        custom_data: Mapping[str, str] = _NONE,
    ) -> str:
        """Make a session, and give its id ("PUT session"). Not idempotent by itself.

        ``duration`` in minutes; ``custom_data`` is named ``custom1``, ``custom2``, … and its
        values have at most 200 characters. ``timezone`` is only in the document's examples.
        """
        return self._transport.send("PUT", "session", needed=True, arguments={
            "topic": topic,
            "duration": duration,
            "start_time": start_time,
            "friendly_url": friendly_url,
            "password": password,
            "timezone": timezone,
            "invited_participants": _invited(invited_participants),
            "custom_data": [dict(custom_data)] if custom_data else None,
        })  # fmt: skip  # an argument a line

    def edit_session(
        self,
        session_id: str,
        *,
        topic: str | None = None,
        duration: int | None = None,
        start_time: str | None = None,
        friendly_url: str | None = None,
        password: str | None = None,
        timezone: str | None = None,
        invited_participants: Sequence[Participant] = (),
        custom_data: Mapping[str, str] = _NONE,
    ) -> None:
        """Change what is given of a session ("POST session"); an empty password takes it away.

        Whether invitees are added or replaced by it, the document leaves open.
        """
        self._transport.send("POST", "session", {
            "id": int(session_id),
            "topic": topic,
            "duration": duration,
            "start_time": start_time,
            "friendly_url": friendly_url,
            "password": password,
            "timezone": timezone,
            "invited_participants": _invited(invited_participants),
            "custom_data": [dict(custom_data)] if custom_data else None,
        })  # fmt: skip  # an argument a line

    def delete_session(self, session_id: str) -> None:
        """Delete a session ("DELETE session")."""
        self._transport.send("DELETE", "session", {"id": int(session_id)})

    def invitees(self, session_id: str, *, role: RoleNumber | None = None) -> list[Invitee]:
        """Who is invited to a session, as that role or as any ("GET invitees")."""
        group = next((name for name, number in GROUPS.items() if number == role), "")

        def invited(document: Any, asked: Asked) -> list[Invitee]:
            found = answers.grouped(document, INVITEE, asked, frozenset(GROUPS))
            return [values.invitee(under or group, record, asked) for under, record in found]

        path = ("id", session_id, "role", group) if group else ("id", session_id)
        return self._transport.get("invitees", path, invited)

    def add_invitee(
        self,
        session_id: str,
        email: str,
        *,
        first_name: str,
        last_name: str,
        role: RoleNumber = PARTICIPANT,
    ) -> str:
        """Invite somebody, and give their user id if it is said ("PUT invitee").

        Not idempotent.
        """
        return self._transport.send("PUT", "invitee", {
            "session_id": int(session_id),
            "email": email,
            "first_name": first_name,
            "last_name": last_name,
            "send_email_invitation": False,
            "role": role,
        })  # fmt: skip  # an argument a line

    def edit_invitee(self, session_id: str, user_id: str, *, role: RoleNumber) -> None:
        """Give an invitee another role ("POST invitee"); without one it would become 2."""
        invitee = {"session_id": int(session_id), "user_id": int(user_id)}
        self._transport.send(
            "POST", "invitee", {**invitee, "send_email_invitation": False, "role": role}
        )

    def remove_invitee(self, session_id: str, user_id: str) -> None:
        """Take an invitation back ("DELETE invitee")."""
        self._transport.send(
            "DELETE", "invitee", {"session_id": int(session_id), "user_id": int(user_id)}
        )

    def recording(self, recording_id: str, *, return_fields: Sequence[str] = ()) -> Recorded:
        """By its id ("GET recording")."""
        path = ("id", recording_id, *_returned(return_fields))
        return self._transport.get(
            "recording", path, _single(recording_id, RECORDED, values.recorded)
        )

    def recordings(
        self,
        session: str | None = None,
        *,
        count: int = PAGE,
        offset: int = 0,
        order: Order = "asc",
        return_fields: Sequence[str] = (),
    ) -> Iterator[Recorded]:
        """The recordings of a session, or of all, from ``offset`` on, ``count`` at a time."""
        chosen = ("session", session) if session is not None else ()
        path = (*chosen, "order", order, *_returned(return_fields))
        return self._transport.pages(
            "recordings", path, count, offset, _list(RECORDED, values.recorded)
        )

    def edit_recording(
        self,
        recording_id: str,
        *,
        title: str | None = None,
        description: str | None = None,
        password: str | None = None,
        allow_anonymous_playback: bool | None = None,
    ) -> None:
        """Change what is given of a recording ("POST recording"); empty takes it away."""
        self._transport.send("POST", "recording", {
            "id": int(recording_id),
            "title": title,
            "description": description,
            "password": password,
            "allow_anonymous_playback": allow_anonymous_playback,
        })  # fmt: skip  # an argument a line

    def delete_recording(self, recording_id: str) -> None:
        """Delete a recording ("DELETE recording")."""
        self._transport.send("DELETE", "recording", {"id": int(recording_id)})

    def add_file(self, file_link: str, *, file_description: str | None = None) -> str:
        """Put a URL into the Media Library, and give its id ("PUT file", experimental).

        Of ``file_description`` 255 characters are kept. Not idempotent.
        """
        about = file_description[:255] if file_description else None
        return self._transport.send(
            "PUT",
            "file",
            {"file_link": file_link, "is_url": 1, "file_description": about},
            needed=True,
        )

    def add_file_to_session(
        self, file_id: str, session_id: str, *, is_auto_opening: bool = False
    ) -> str:
        """Show a file in a session, and give that sharing's id if it is said.

        "PUT file_in_session", experimental.
        """
        auto = 1 if is_auto_opening else None
        shared = {"file_id": file_id, "session_id": int(session_id), "is_auto_opening": auto}
        return self._transport.send("PUT", "file_in_session", shared)


def _returned(fields: Sequence[str]) -> tuple[str, ...]:
    """``return``: without the id nothing can be told apart."""
    return ("return", ";".join(dict.fromkeys(("id", *fields)))) if fields else ()


def _invited(people: Sequence[Participant]) -> list[dict[str, Any]] | None:
    """``invited_participants``."""
    return [
        {
            **({"id": person.id} if person.id else {}),
            "email": person.email,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "role": person.role,
            "send_email_invitation": False,
        }
        for person in people
    ] or None


def _list(
    kind: Kind, read: Callable[[Record, Asked], _Listed]
) -> Callable[[Any, Asked], list[_Listed]]:
    def listed(document: Any, asked: Asked) -> list[_Listed]:
        return [read(record, asked) for record in answers.records(document, kind, asked)]

    return listed


def _single(
    number: str, kind: Kind, read: Callable[[Record, Asked], _Listed]
) -> Callable[[Any, Asked], _Listed]:
    """The one that was asked for: a server that reads no id in the path would give them all."""

    def single(document: Any, asked: Asked) -> _Listed:
        for found in _list(kind, read)(document, asked):
            if found.id == number:
                return found
        raise asked.malformed("other data than was asked for")

    return single
