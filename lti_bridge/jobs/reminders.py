"""Reminds people by e-mail of the classes that are about to begin, who asked for it.

A reminder is noted before it is sent, so that nobody gets it twice: whoever is killed in between
has sent none. They are taken one at a time, so that no more than one letter is lost with a worker.
What the mail server didn't take for now is due again; what it will never take, or may have taken,
isn't.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lti_bridge.errors import RemoteError, RemoteMalformed, RemoteRejected

if TYPE_CHECKING:
    from lti_bridge.http.mail import Letter, MailLine, MailServer
    from lti_bridge.store import Reminder, Reminders

LONGEST_RUN_MS: Final = 40_000
"""After that no more are taken: the next run goes on."""


@dataclass(frozen=True, slots=True)
class SendReminders:
    """One run."""

    reminders: Reminders
    server: MailServer
    worded: Callable[[Reminder], Letter]
    now_ms: Callable[[], int]

    def run(self) -> int:
        """How many were sent. The last failure is raised at the end, so that it is seen."""
        sent, until_ms = 0, self.now_ms() + LONGEST_RUN_MS
        later: list[Reminder] = []
        failures: list[RemoteError] = []
        while not failures and (taken := self._next(until_ms)):
            sent += self._send(taken, until_ms, later, failures)
        self.reminders.give_back(later)
        if failures:
            raise failures[-1]
        return sent

    def _next(self, until_ms: int) -> list[Reminder]:
        now_ms = self.now_ms()
        return self.reminders.take(now_ms, limit=1) if now_ms < until_ms else []

    def _send(
        self,
        left: list[Reminder],
        until_ms: int,
        later: list[Reminder],
        failures: list[RemoteError],
    ) -> int:
        sent: list[Reminder] = []
        try:
            with self.server.open() as line:
                while left:
                    self._one_by_one(left, line, later, sent)
                    left += self._next(until_ms)
        except RemoteError as error:
            failures.append(error)
            later += left
        return len(sent)

    def _one_by_one(
        self, left: list[Reminder], line: MailLine, later: list[Reminder], sent: list[Reminder]
    ) -> None:
        """Takes from ``left`` what is settled; raises where the line is broken."""
        while left:
            one = left[0]
            if one.begins_ms > self.now_ms():  # not any more, where the server was slow
                try:
                    line.send(self.worded(one))
                    sent.append(one)
                except RemoteRejected:
                    pass
                except RemoteMalformed:
                    left.pop(0)  # it may have arrived
                    raise
                except RemoteError:
                    later.append(one)
            left.pop(0)
