"""A body that is handed on piece by piece, because it may be larger than memory."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from urllib3.exceptions import HTTPError

from lti_bridge.http.connections import Attempt, during
from lti_bridge.http.failures import from_exception

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

    from lti_bridge.errors import RemoteError

_BYTES: Final = 65536


class Chunks(Iterator[bytes]):
    """The pieces, decompressed. Whoever has them closes them, read to the end or not.

    Raises :class:`lti_bridge.errors.RemoteError` where the rest doesn't come; each piece has as
    long as the call had for its head.
    """

    def __init__(
        self, raw: BaseHTTPResponse, attempt: Attempt, *, service: str, call: str, host: str
    ) -> None:
        """``raw``: an answer of which only the head was read."""
        self._raw = raw
        self._attempt = attempt
        self._where: Final = {"service": service, "call": call, "host": host}
        self._open = True

    def __next__(self) -> bytes:
        """The next piece."""
        chunk = self._read() if self._open else b""
        if isinstance(chunk, bytes):
            if chunk:
                return chunk
            self.close()
            raise StopIteration
        self.close()
        raise chunk

    def _read(self) -> bytes | RemoteError:
        # Handed back as a value, so that no library's exception hangs on to ours.
        try:
            with during(self._attempt):
                return self._raw.read(_BYTES, decode_content=True)
        except (HTTPError, http.client.HTTPException, OSError, ValueError) as error:
            failure = from_exception(error, answering=True, seconds=self._attempt.allowed)
            return failure.error(**self._where)

    def close(self) -> None:
        """Give the connection back; one with an unread rest is closed."""
        if self._open:
            self._open = False
            with during(self._attempt):
                self._raw.close()
                self._raw.release_conn()
