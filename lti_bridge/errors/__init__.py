"""The one exception tree of the bridge.

::

    BridgeError
    ├── SettingsError            the operator wrote something wrong in the settings
    ├── LaunchRefused            a person or their LMS sent something we don't let in
    │   ├── MalformedRequest       400  it can't be read
    │   ├── NotAuthentic           401  a signature, a time, a nonce, an audience is wrong
    │   └── NotAllowed             403  it is genuine, and still not let in here
    ├── RemoteError              a service we call didn't do what we asked
    │   ├── RemoteUnavailable      it can't be reached, or is left alone for now
    │   │   ├── RemoteTimeout        it took too long
    │   │   ├── RemoteAddressRefused its address is one we don't call (private, plain http)
    │   │   └── CircuitOpen          it failed repeatedly; we don't ask for a while
    │   ├── RemoteMalformed        it answered something that can't be read
    │   └── RemoteRejected         it answered, and said no (its own code is kept)
    ├── ServiceMissing           a conferencing service that isn't configured
    │   ├── CapabilityMissing      it is there, but can't do what was asked of it
    │   └── ServiceResting         it takes no new meetings, by the admin's word
    └── StoreError               our own database
        ├── StoreUnavailable       can't be reached, or is locked for too long
        └── SchemaOutOfDate        an older (or newer) schema than this version's

Raised in the domain rooms, turned into a page or JSON in one place
(``lti_bridge.app.refusals``). Each carries what happened, whose fault it is and what to do.
The text of an exception may stand in a log: it never holds a secret, a token or a name.
"""

from __future__ import annotations

from typing import ClassVar, Literal

Fault = Literal["person", "platform", "operator", "remote", "bridge"]


class BridgeError(Exception):
    """Root of everything the bridge raises on purpose."""

    status: ClassVar[int] = 500
    fault: ClassVar[Fault] = "bridge"
    """Who can mend it; pages and the launch list say so."""

    def __init__(self, message: str, *, remedy: str = "", code: str = "") -> None:
        """``message`` says what happened, ``remedy`` what to do, ``code`` names it for tables."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.code = code or type(self).__name__


class SettingsError(BridgeError):
    """The settings can't be used; ``problems`` has one line per mistake."""

    fault = "operator"

    def __init__(self, problems: tuple[str, ...]) -> None:
        """``problems``: "file: key: what is wrong; what would be right", each."""
        super().__init__("\n".join(problems))
        self.problems = problems


class LaunchRefused(BridgeError):
    """A launch that isn't let in; ``code`` is the reason's short name (``expired``, ``replay``)."""

    status = 403
    fault = "platform"


class MalformedRequest(LaunchRefused):
    """The request can't be read: missing, repeated, oversized or mistyped parts."""

    status = 400


class NotAuthentic(LaunchRefused):
    """Signature, issuer, audience, time or nonce don't hold."""

    status = 401


class NotAllowed(LaunchRefused):
    """It is genuine, but not let in: unknown deployment, another browser's state, no right."""

    status = 403


class RemoteError(BridgeError):
    """A remote service failed us; ``service`` is its configured name, ``call`` what we asked."""

    status = 503
    fault: ClassVar[Fault] = "remote"

    def __init__(
        self,
        message: str,
        *,
        service: str = "",
        call: str = "",
        remedy: str = "",
        code: str = "",
        reason: str = "",
        retry_after: float | None = None,
    ) -> None:
        """``service`` and ``call`` say who was asked for what; see the base class for the rest.

        ``reason`` says what went wrong without saying where, for those who know that already.
        ``retry_after``: seconds for which it wants to be left alone, where it said so.
        """
        super().__init__(message, remedy=remedy, code=code)
        self.service = service
        self.call = call
        self.reason = reason or message
        self.retry_after = retry_after


class RemoteUnavailable(RemoteError):
    """No answer: refused connection, DNS failure, TLS failure, 5xx."""


class RemoteTimeout(RemoteUnavailable):
    """No complete answer within the time allowed."""


class RemoteAddressRefused(RemoteUnavailable):
    """The address is private, loopback or plain http, and the settings don't allow it."""

    fault = "operator"


class CircuitOpen(RemoteUnavailable):
    """The host failed repeatedly and is left alone until the breaker lets a trial through."""


class RemoteMalformed(RemoteError):
    """An answer that isn't what the document promises (HTML, cut short, wrong elements)."""


class RemoteRejected(RemoteError):
    """The service understood and refused; ``code`` is its own (``notFound``, ``idNotUnique``)."""


class ServiceMissing(BridgeError):
    """A conferencing service that isn't configured."""

    status = 503
    fault = "operator"


class CapabilityMissing(ServiceMissing):
    """The service can't do that, or its server doesn't know the call."""


class ServiceResting(ServiceMissing):
    """The service is at rest: meetings that run go on, new ones aren't made."""


class StoreError(BridgeError):
    """Our own database."""

    status = 503
    fault = "operator"


class StoreUnavailable(StoreError):
    """The database can't be reached or stays locked."""


class SchemaOutOfDate(StoreError):
    """The schema isn't this version's; ``lti-bridge db upgrade`` mends it."""
