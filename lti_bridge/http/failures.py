"""Why a call failed, in words that hold nothing of the request but its host.

Failures are passed back as values, and become exceptions only in the client, outside every
``except``: so no library's exception, which may carry the URL, hangs on to ours as its context.
"""

from __future__ import annotations

import http.client
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from urllib3.exceptions import ReadTimeoutError

from lti_bridge.errors import (
    CircuitOpen,
    RemoteAddressRefused,
    RemoteError,
    RemoteMalformed,
    RemoteTimeout,
    RemoteUnavailable,
)

if TYPE_CHECKING:
    from lti_bridge.http.values import Outcome

Verdict = Literal["answered", "failed", "none"]
"""What a call says about its host's health; ``none``: nothing, it wasn't asked."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A call, or one attempt of it, that brought no answer."""

    outcome: Outcome
    reason: str
    """A predicate to the host as its subject: "refused the connection"."""
    kind: type[RemoteError]
    verdict: Verdict = "failed"
    retryable: bool = False
    """Nothing was answered, and asking again at once may help."""
    remedy: str = ""

    def error(self, *, service: str, call: str, host: str) -> RemoteError:
        """Make the exception that the caller gets."""
        return self.kind(
            f"{service}: {call}: {host} {self.reason}",
            service=service,
            call=call,
            remedy=self.remedy,
            reason=f"{host} {self.reason}",
        )


class CallFailed(Exception):
    """Takes a failure up through requests and urllib3, which let foreign exceptions pass."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


def timed_out(seconds: float, missed: str = "gave no complete answer") -> Failure:
    """What should have come within ``seconds`` didn't."""
    return Failure(
        "timeout",
        f"{missed} within {seconds:g} s",
        RemoteTimeout,
        remedy="Try again in a minute; if it stays slow, ask the service's operator.",
    )


def refused(reason: str, remedy: str) -> Failure:
    """Our own refusal to call that address."""
    return Failure("refused", reason, RemoteAddressRefused, verdict="none", remedy=remedy)


def left_alone(reason: str, seconds: float) -> Failure:
    """The breaker's refusal: ``reason`` is the last failure's, ``seconds`` until a trial."""
    when = f"is tried again in {seconds:.0f} s" if seconds > 0 else "is being tried right now"
    return Failure(
        "open",
        f"{reason}; it failed repeatedly, is left alone for now and {when}",
        CircuitOpen,
        verdict="none",
        remedy="Try again in a minute; if it stays so, see whether the service is up.",
    )


def unreachable(reason: str, *, retryable: bool = False, remedy: str = "") -> Failure:
    """No connection, or none that lasted until an answer began."""
    return Failure(
        "unreachable",
        reason,
        RemoteUnavailable,
        retryable=retryable,
        remedy=remedy or "See whether the service is up and reachable from this machine.",
    )


def malformed(reason: str, outcome: Outcome = "malformed") -> Failure:
    """Something came back that isn't an answer one can use."""
    return Failure(
        outcome,
        reason,
        RemoteMalformed,
        verdict="answered",
        remedy="See that the address in the settings is the service's, not a proxy's or a page's.",
    )


CLIENT_CLOSED = Failure(
    "unreachable", "was not asked: the bridge is stopping", RemoteUnavailable, verdict="none"
)
UNSENDABLE = Failure(
    "unreachable",
    "was not asked: a header holds characters that HTTP has no room for",
    RemoteUnavailable,
    verdict="none",
    remedy="Check the headers, user name and password in the settings.",
)
UNREACHED = unreachable("could not be reached over the network")
_CLOSED_EARLY = unreachable("closed the connection before answering", retryable=True)
_CUT_SHORT = malformed("cut its answer short")
_NOT_HTTP = malformed("answered something that is not HTTP, or breaks its rules")


def from_exception(error: Exception, *, answering: bool, seconds: float) -> Failure:
    """Say what an exception of requests, urllib3, ``http.client``, ``ssl`` or the socket means.

    ``answering`` says that the answer's head had come; ``seconds`` is the time allowed.
    """
    root = _root(error)
    if isinstance(root, TimeoutError | ReadTimeoutError):
        return timed_out(seconds)
    if isinstance(root, http.client.IncompleteRead):
        return _CUT_SHORT
    if isinstance(root, OSError):
        return _CUT_SHORT if answering else _before_answer(root)
    if isinstance(root, ValueError) and not answering:
        return UNSENDABLE
    return _NOT_HTTP


def _root(error: BaseException) -> BaseException:
    """The libraries put the exception they wrap among the arguments of theirs."""
    for argument in error.args:
        if isinstance(argument, BaseException):
            return _root(argument)
    return error


def _before_answer(error: OSError) -> Failure:
    if isinstance(error, ssl.SSLCertVerificationError):
        return unreachable(
            f"showed a TLS certificate that does not hold: {error.verify_message}",
            remedy="Mend the service's certificate, or add its authority to this machine's.",
        )
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return unreachable("could not agree with us on TLS")
    if isinstance(error, ConnectionError | ssl.SSLEOFError):
        return _CLOSED_EARLY
    return UNREACHED
