from __future__ import annotations

import errno
import http.client
import ssl

import pytest
import requests
from urllib3.exceptions import ProtocolError

from lti_bridge.http.failures import from_exception


def wrapped(error: Exception) -> Exception:
    """As urllib3 and requests hand an exception on."""
    return requests.ConnectionError(ProtocolError("Connection aborted.", error))


@pytest.mark.parametrize(
    ("error", "before", "during"),
    [
        (TimeoutError("timed out"), "timeout", "timeout"),
        (ConnectionResetError(errno.ECONNRESET, "reset"), "unreachable", "malformed"),
        (BrokenPipeError(errno.EPIPE, "pipe"), "unreachable", "malformed"),
        (http.client.RemoteDisconnected("closed"), "unreachable", "malformed"),
        (ssl.SSLEOFError(8, "EOF"), "unreachable", "malformed"),
        (ssl.SSLError(1, "bad record"), "unreachable", "malformed"),
        (OSError(errno.EHOSTUNREACH, "No route"), "unreachable", "malformed"),
        (http.client.IncompleteRead(b"part"), "malformed", "malformed"),
        (http.client.BadStatusLine("x"), "malformed", "malformed"),
        (ValueError("Invalid header value"), "unreachable", "malformed"),
    ],
)
def test_exceptions_mean_something_else_before_and_during_an_answer(error, before, during):
    for given in (error, wrapped(error)):
        assert from_exception(given, answering=False, seconds=1).outcome == before
        assert from_exception(given, answering=True, seconds=1).outcome == during


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        (ConnectionResetError(errno.ECONNRESET, "reset"), True),
        (http.client.RemoteDisconnected("closed"), True),
        (ssl.SSLEOFError(8, "EOF"), True),
        (ssl.SSLError(1, "bad record"), False),
        (OSError(errno.EHOSTUNREACH, "No route"), False),
        (TimeoutError("timed out"), False),
        (http.client.IncompleteRead(b""), False),
    ],
)
def test_only_connections_closed_before_an_answer_are_worth_another_try(error, retryable):
    assert from_exception(wrapped(error), answering=False, seconds=1).retryable == retryable
    assert not from_exception(wrapped(error), answering=True, seconds=1).retryable
