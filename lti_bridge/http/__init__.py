"""The only door out of the bridge: to conferencing services, MEETS and the LMSs' key sets.

One :class:`Client` per process. It sends a URL's bytes exactly as given (services sign them),
ends every call by its deadline, retries once where that is harmless, leaves a failing host alone
for a while (a breaker per host), and connects to no private address unless the settings allow it.
Whatever goes wrong is one of ``lti_bridge.errors``' remote errors, whose text holds no part of
the URL but its host. E-mail goes out by a door of its own, :class:`MailServer`.
"""

from lti_bridge.http.breaker import BreakerState
from lti_bridge.http.client import Client
from lti_bridge.http.mail import Letter, MailServer
from lti_bridge.http.values import Observer, Outcome, RemoteCall, Response

__all__ = [
    "BreakerState",
    "Client",
    "Letter",
    "MailServer",
    "Observer",
    "Outcome",
    "RemoteCall",
    "Response",
]
