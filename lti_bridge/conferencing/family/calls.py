"""One signed call after the other: sent, watched, read; and what a server doesn't know."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from lti_bridge.conferencing.family import answers
from lti_bridge.conferencing.family.signing import Parameters, Signer, encoded
from lti_bridge.conferencing.guard import Guard
from lti_bridge.errors import CapabilityMissing, RemoteError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from lti_bridge.conferencing.capabilities import Call, Capability
    from lti_bridge.http import BreakerState, Client, Response
    from lti_bridge.settings import Conferencing

LONGEST_QUERY: Final = 7500
"""Characters of a query string, checksum included: servers read 8,000 or so of the request line."""
ASKED_AGAIN_SECONDS: Final = 3600.0
"""So long a call that a server doesn't know is taken for missing; servers get updates."""
UNKNOWN_CALL: Final = frozenset({"unsupportedRequest", "http_404", "http_405", "http_501"})
LARGEST_ANSWER: Final = 32_000_000
"""Servers that don't know pages give all of their recordings at once."""
FORM: Final = "application/x-www-form-urlencoded"


class Calls:
    """The calls of one service. Safe to share between threads."""

    def __init__(
        self,
        settings: Conferencing,
        client: Client,
        table: Mapping[str, Call],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``table`` of the calls there are; ``clock`` in seconds."""
        self.name: Final = settings.name
        self.base: Final = f"{settings.url}api/"
        secret = settings.secret
        self.signer: Final = Signer(secret.get_secret_value() if secret else "", settings.checksum)
        self._client = client
        self._table = table
        self._guard = Guard(settings.name, clock=clock)
        self._clock = clock
        self._missing: dict[str, float] = {}

    @property
    def health(self) -> BreakerState:
        """Whether the service is left alone just now."""
        return self._guard.state

    def lost(self) -> frozenset[Capability]:
        """What the server can't do, as far as it was asked."""
        now = self._clock()
        missing = [name for name, until in list(self._missing.items()) if until > now]
        return frozenset[Any]().union(*(self._table[name].serves for name in missing))

    def get(self, call: str, parameters: Parameters = (), *, keep_empty: bool = False) -> Element:
        """By GET; all calls of the family may be repeated. Raises :class:`RemoteError`, and
        :class:`CapabilityMissing` where the server doesn't know the call.
        """
        query = self.signer.query(call, parameters, keep_empty=keep_empty)
        url = f"{self.base}{call}?{query}"
        return self._run(
            call,
            lambda: self._client.get(url, service=self.name, call=call, max_bytes=LARGEST_ANSWER),
        )

    def get_json(self, call: str, parameters: Parameters) -> Mapping[str, Any]:
        """By GET, for the calls that answer JSON."""
        url = f"{self.base}{call}?{self.signer.query(call, parameters)}"
        return self._run_json(call, lambda: self._client.get(url, service=self.name, call=call))

    def post_form(self, call: str, parameters: Parameters) -> Element:
        """By POST with the parameters in the body, for those that are too long for a URL."""
        body = self.signer.form(call, parameters)
        return self._run(call, lambda: self._send(call, f"{self.base}{call}", body, FORM))

    def post(self, call: str, parameters: Parameters, body: bytes, kind: str) -> Element:
        """By POST with the parameters in the URL and a ``body`` of content type ``kind``."""
        url = f"{self.base}{call}?{self.signer.query(call, parameters)}"
        return self._run(call, lambda: self._send(call, url, body, kind))

    def post_json(
        self, call: str, parameters: Parameters, body: bytes, kind: str
    ) -> Mapping[str, Any]:
        """As :meth:`post`, for the calls that answer JSON."""
        url = f"{self.base}{call}?{self.signer.query(call, parameters)}"
        return self._run_json(call, lambda: self._send(call, url, body, kind))

    def _send(self, call: str, url: str, body: bytes, kind: str) -> Response:
        return self._client.post(
            url, service=self.name, call=call, body=body, content_type=kind, idempotent=True
        )

    def _run(self, call: str, send: Callable[[], Response]) -> Element:
        # The guard stands outside: a call that the server doesn't know is no failure of it.
        with self._guard.watch(call), self._discovering(call):
            return answers.read(send(), service=self.name, call=call)

    def _run_json(self, call: str, send: Callable[[], Response]) -> Mapping[str, Any]:
        with self._guard.watch(call), self._discovering(call):
            return answers.read_json(send(), service=self.name, call=call)

    @contextmanager
    def _discovering(self, call: str) -> Iterator[None]:
        """Around a call: learns whether the server knows it."""
        try:
            yield
        except RemoteError as error:
            if error.code not in UNKNOWN_CALL or not self._table[call].discovered:
                raise
            self._missing[call] = self._clock() + ASKED_AGAIN_SECONDS
            raise missing(self.name, call) from None
        self._missing.pop(call, None)


def missing(service: str, what: str) -> CapabilityMissing:
    """What a service says that hasn't got a call or a capability."""
    return CapabilityMissing(
        f"The service {service} can't do that: {what}.",
        remedy="Choose another service for what needs it: lti-bridge conferencing list",
        code="capability_missing",
    )


def split(values: Sequence[str], longest: int = 4000) -> Iterator[Sequence[str]]:
    """Lists of IDs short enough to be one parameter each, comma-separated and encoded.

    None at all gives one empty list: no filter. Raises ValueError for an empty one among them.
    """
    whole(values)
    chunk: list[str] = []
    length = 0
    for value in dict.fromkeys(values):
        size = len(encoded([("", f"{value},")]))
        if chunk and length + size > longest:
            yield chunk
            chunk, length = [], 0
        chunk.append(value)
        length += size
    yield chunk


def whole(ids: Iterable[str]) -> None:
    """Raise ValueError for an empty ID, which must never come to mean all there are."""
    if not all(each.strip(" ,") for each in ids):
        raise ValueError("an ID is empty")


def joined(values: Iterable[str]) -> str:
    """A list as one parameter."""
    return ",".join(values)
