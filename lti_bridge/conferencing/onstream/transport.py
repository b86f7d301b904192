"""How Onstream is called: addresses, credentials, bodies, pages.

PUT creates, POST edits. Arguments of GET stand in the path, those of the others as JSON in a form
("Quickstart", 3b); JSON is asked back by ``/format/json`` ("Return Formatting").
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar
from urllib.parse import quote, urlencode

from lti_bridge.conferencing.onstream import answers
from lti_bridge.conferencing.onstream.answers import GONE, Asked
from lti_bridge.conferencing.onstream.values import Recorded, Session
from lti_bridge.errors import RemoteRejected

if TYPE_CHECKING:
    from lti_bridge.conferencing.guard import Guard
    from lti_bridge.http import Client
    from lti_bridge.settings import Conferencing

Method = Literal["PUT", "POST", "DELETE"]
Arguments = Mapping[str, Any]
"""By the document's names; None isn't said."""
_Read = TypeVar("_Read")
_Listed = TypeVar("_Listed", Session, Recorded)


class Transport:
    """An account's address and credentials."""

    def __init__(self, settings: Conferencing, client: Client, guard: Guard) -> None:
        """``client`` is the door out; every call is watched by ``guard``."""
        self._service: Final = settings.name
        self._base: Final = f"{settings.url}{quote(settings.username, safe='')}"
        self._headers: Final = {"Authorization": _basic(settings)}
        self._client: Final = client
        self._guard: Final = guard

    def get(self, name: str, path: Sequence[str], read: Callable[[Any, Asked], _Read]) -> _Read:
        """What ``read`` makes of the answer's document."""
        asked = Asked(self._service, f"GET {name}")
        with self._guard.watch(asked.call):
            response = self._client.get(
                self._url(name, *path),
                service=self._service,
                call=asked.call,
                headers=self._headers,
            )
            return read(answers.read(response, asked), asked)

    def pages(
        self,
        name: str,
        path: Sequence[str],
        count: int,
        offset: int,
        read: Callable[[Any, Asked], list[_Listed]],
    ) -> Iterator[_Listed]:
        """``count`` at a time. A short page is the last; so is one with nothing new, or none."""
        given: set[str] = set()
        while True:
            place: tuple[str, ...] = ("count", str(count), "offset", str(offset))
            try:
                page = self.get(name, (*place, *path), read)
            except RemoteRejected as refusal:
                if given and refusal.code in GONE:
                    return
                raise
            new = {each.id: each for each in page if each.id not in given}
            yield from new.values()
            given |= new.keys()
            offset += count
            if len(page) < count or not new:
                return

    def send(self, method: Method, name: str, arguments: Arguments, *, needed: bool = False) -> str:
        """The id of what it concerned; empty where it isn't said, unless it is ``needed``.

        A PUT is never repeated: doing it twice makes two.
        """
        asked = Asked(self._service, f"{method} {name}")
        url = self._url(name)
        with self._guard.watch(asked.call):
            response = self._client.send(
                method,
                url,
                service=self._service,
                call=asked.call,
                body=_body(arguments),
                content_type="application/x-www-form-urlencoded",
                headers=self._headers,
                idempotent=method != "PUT",
            )
            return answers.written(response, asked, url, needed=needed)

    def _url(self, *path: str) -> str:
        segments = "/".join(quote(each, safe=";") for each in path)
        return f"{self._base}/{segments}/format/json"


def _basic(settings: Conferencing) -> str:
    """HTTP Basic ("How to use HTTP Basic Auth while developing and debugging")."""
    password = settings.password.get_secret_value() if settings.password else ""
    pair = f"{settings.username}:{password}".encode()
    return f"Basic {base64.b64encode(pair).decode('ascii')}"


def _body(arguments: Arguments) -> bytes:
    """``input_type=json&rest_data=…``, encoded as forms are; half characters become ``?``."""
    said = {name: value for name, value in arguments.items() if value is not None}
    rest_data = json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")
    return urlencode({"input_type": "json", "rest_data": rest_data}, quote_via=quote).encode()
