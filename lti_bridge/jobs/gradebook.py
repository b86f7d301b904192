"""Grades from attendance, worked out and sent to the LMS's gradebook. Never on a launch's way.

For each grading that is due, under a claim that no other worker has:

1. Work out everybody's score, and write down what the LMS is to be told.
2. Find the column: the one written down, the one that belongs to the link, or one of ours that is
   there already; only then make it. A crash after making it is made good by finding it.
3. Send what isn't sent yet. The timestamp is written down before, newer than any before (AGS 2.0,
   3.4.4): a crash after sending is made good by sending it again, with a newer one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from lti_bridge.errors import RemoteError, RemoteRejected
from lti_bridge.lms_api.gradebook import LINE_ITEM, STALE, LineItem, NewScore, may_find
from lti_bridge.reports import by_outcomes, missing_offer
from lti_bridge.store import WantedScore

if TYPE_CHECKING:
    from lti_bridge.lms_api.gradebook import GradebookClient
    from lti_bridge.reports import GradeLine, GradeReport, GradeReports
    from lti_bridge.reports.grading import Score
    from lti_bridge.store import Gradebook, GradedMeeting, GradingTask, Learner, Platform

TAG: Final = "lti-bridge.attendance"
"""What columns that we make are tagged with, in every LMS."""
TAGS: Final = frozenset({TAG, "attendance"})
"""What columns of ours have: those that came with a link from the LMS's picker have the other."""
MINUTE_MS: Final = 60_000
HOLD_MS: Final = 5 * MINUTE_MS
"""A claim that isn't renewed holds for so long: longer than any call may take."""
PAUSE_MS: Final = 5 * MINUTE_MS
"""After a failure; doubled with each further one …"""
LONGEST_PAUSE_MS: Final = 6 * 60 * MINUTE_MS
"""… up to this."""
ROUNDS: Final = 500
"""So often a run takes more, at the most; the next run goes on."""
PERSONAL: Final = frozenset({"http_400", "http_403", "http_404", "http_410", "http_422", "failure"})
"""Refusals of one score that say nothing of the next: people leave courses. ``failure`` is how
LTI 1.1 says it.
"""
GONE: Final = frozenset({"http_404", "http_410"})

Outcomes = Callable[["Platform", str, str, "float | None"], None]
"""Tells an LMS of LTI 1.1 a grade, of 1 (None: there is none): where, by which name."""


class _ColumnGone(Exception):
    """The LMS has the column no more."""


class _ClaimLost(Exception):
    """The claim ran out: the work is somebody else's now."""


@dataclass(slots=True)
class _Sending:
    """How the sending of a grading's scores goes."""

    sent: int = 0
    refused: int = 0
    problem: str = ""
    stale: bool = False
    column_checked: bool = False


@dataclass(frozen=True, slots=True)
class SendGrades:
    """The job."""

    gradebook: Gradebook
    reports: GradeReports
    client: GradebookClient
    platforms: Callable[[int], Platform | None]
    now_ms: Callable[[], int]
    outcomes: Outcomes = lambda *_: None
    old_platform: Callable[[int], int | None] = lambda _: None
    """The row of the platform of LTI 1.1 whose key signs a meeting's grades."""
    want_roster: Callable[[int], object] = lambda _: None
    """Asked to have a course's roster fetched, unless it is fresh: it says who was absent."""
    rounds: int = field(default=ROUNDS, repr=False)

    def run(self, *, only: int | None = None) -> int:
        """Work on all that is due, or on ``only`` one meeting; how many scores were sent.

        Raises the last :class:`RemoteError`, so that the failure is seen, once all others were
        worked on.
        """
        sent = 0
        failed: RemoteError | None = None
        resting: set[int] = set()
        for _ in range(self.rounds):
            tasks = self.gradebook.take_due(self.now_ms(), HOLD_MS, limit=1, only=only)
            for task in tasks:
                if task.meeting.connection_id in resting:
                    self.gradebook.give_back(task, self.now_ms() + PAUSE_MS)
                    continue
                try:
                    sent += self._work(task)
                except RemoteError as error:
                    failed = error
                    if not isinstance(error, RemoteRejected):
                        resting.add(task.meeting.connection_id)
                    self.gradebook.failed(task, error.code, self.now_ms() + _pause(task, error))
            if not tasks:
                break
        if failed is not None:
            raise failed
        return sent

    def _work(self, task: GradingTask) -> int:
        platform = self.platforms(self._platform_of(task.meeting))
        if platform is None:
            self.gradebook.done(task, "not_offered")
            return 0
        # Where all go straight into class nobody looks at the course's page. What the roster
        # brings makes this meeting due once more.
        self.want_roster(task.meeting.course_id)
        report = self.reports.of(task.meeting, self.now_ms())
        if not self.gradebook.want(task, [_wanted(line) for line in report.lines]):
            return 0
        again_ms = report.measured.again_ms
        missing = missing_offer(task.meeting)
        if missing:
            self.gradebook.done(task, missing, again_ms)
            return 0
        sending = _Sending()
        try:
            if not by_outcomes(task.meeting):
                task = self._with_column(task, platform)
            self._send_all(task, platform, report, sending)
        except _ColumnGone:
            self.gradebook.column_gone(task)
            self.gradebook.done(task, "column_gone", again_ms)
        except _ClaimLost:
            pass
        else:
            self._end(task, sending, again_ms)
        return sending.sent

    def _platform_of(self, meeting: GradedMeeting) -> int:
        signer = self.old_platform(meeting.id) if by_outcomes(meeting) else None
        return meeting.connection_id if signer is None else signer

    def _end(self, task: GradingTask, sending: _Sending, again_ms: int | None) -> None:
        if sending.stale:
            self.gradebook.failed(task, STALE, self.now_ms() + _pause(task, None))
        else:
            took_none = sending.refused and not sending.sent
            self.gradebook.done(task, sending.problem if took_none else "", again_ms)

    # The column.

    def _with_column(self, task: GradingTask, platform: Platform) -> GradingTask:
        """The task, whose meeting has a column now."""
        meeting = task.meeting
        if not meeting.line_item_url:
            if meeting.coupled_url:
                return self.gradebook.column(task, meeting.coupled_url, "")
            task = self._found_or_made(task, platform)
            meeting = task.meeting
        if meeting.line_item_told not in {"", _told(meeting)} and LINE_ITEM in meeting.scopes:
            self._check_claim(task)
            item = replace(_column(meeting), id=meeting.line_item_url)
            try:
                self.client.update(platform, item)
            except RemoteRejected as error:
                if error.code in GONE:
                    raise _ColumnGone from None
                raise
            return self.gradebook.column(task, meeting.line_item_url, _told(meeting))
        return task

    def _found_or_made(self, task: GradingTask, platform: Platform) -> GradingTask:
        meeting = task.meeting
        found = self.client.line_items(
            platform,
            meeting.line_items_url,
            sorted(meeting.scopes),
            resource_id=meeting.meeting_id,
        )
        # Some LMSs know no filters. Of several, whoever looks takes the same.
        ours = [one for one in found if one.resource_id == meeting.meeting_id and one.tag in TAGS]
        if ours:
            first = min(ours, key=lambda one: one.id)
            told = "" if first.resource_link_id else _told_of(first)
            return self.gradebook.column(task, first.id, told)
        self._check_claim(task)
        made = self.client.create(platform, meeting.line_items_url, _column(meeting))
        return self.gradebook.column(task, made.id, _told(meeting))

    def _check_claim(self, task: GradingTask) -> None:
        if not self.gradebook.renew(task, self.now_ms(), HOLD_MS):
            raise _ClaimLost

    # The scores.

    def _send_all(
        self, task: GradingTask, platform: Platform, report: GradeReport, sending: _Sending
    ) -> None:
        for line in report.lines:
            if line.score is None or not line.learner.is_due:
                continue
            user_id = line.learner.user_id
            at = self.gradebook.begin(task, user_id, self.now_ms(), HOLD_MS)
            if at is None:
                raise _ClaimLost
            try:
                self._send(task.meeting, platform, line.learner, line.score, at)
            except RemoteError as error:
                self._not_sent(task, platform, line, at, error, sending)
            else:
                self.gradebook.sent(task, user_id, at, line.score.line)
                sending.sent += 1

    def _send(
        self,
        meeting: GradedMeeting,
        platform: Platform,
        learner: Learner,
        score: Score,
        timestamp_ms: int,
    ) -> None:
        points = meeting.rules.points
        if by_outcomes(meeting):
            share = None if score.given is None else score.given / points
            self.outcomes(platform, learner.service_url, learner.sourced_id, share)
            return
        span = score.span_ms or (None, None)
        new = NewScore(
            user_id=learner.lti_user_id,
            timestamp_ms=timestamp_ms,
            maximum=points,
            given=score.given,
            # "the activity has been reset for that student" (3.4.5): whoever is excused did none.
            # It is fully graded all the same: other states are drafts, which an LMS may ignore.
            activity="Initialized" if score.given is None else "Completed",
            grading="FullyGraded",
            comment=score.comment,
            started_ms=span[0],
            submitted_ms=span[1],
        )
        self.client.send(platform, meeting.line_item_url, new)

    def _not_sent(
        self,
        task: GradingTask,
        platform: Platform,
        line: GradeLine,
        timestamp_ms: int,
        error: RemoteError,
        sending: _Sending,
    ) -> None:
        """Note why; raises what stands in the way of the other scores, too."""
        user_id = line.learner.user_id
        if isinstance(error, RemoteRejected) and error.code in PERSONAL:
            self._check_column(task, platform, sending)
            wanted = line.learner.wanted
            self.gradebook.refused(task, user_id, timestamp_ms, wanted, error.code)
            sending.refused += 1
            sending.problem = error.code
            return
        self.gradebook.failed_for(task, user_id, timestamp_ms, error.code)
        if error.code != STALE:
            raise error
        sending.stale = True

    def _check_column(self, task: GradingTask, platform: Platform, sending: _Sending) -> None:
        """Is it the person who isn't there, or the whole column? Asked once, where we may ask."""
        meeting = task.meeting
        if sending.column_checked or by_outcomes(meeting) or not may_find(meeting.scopes):
            return
        sending.column_checked = True
        try:
            self.client.line_item(platform, meeting.line_item_url, sorted(meeting.scopes))
        except RemoteRejected as error:
            if error.code in GONE:
                raise _ColumnGone from None
            raise


def _wanted(line: GradeLine) -> WantedScore:
    return WantedScore(line.learner.user_id, line.share, line.learner.wanted)


def _column(meeting: GradedMeeting) -> LineItem:
    rules = meeting.rules
    return LineItem(
        label=rules.label or meeting.name,
        score_maximum=rules.points,
        resource_id=meeting.meeting_id,
        tag=TAG,
        begins_ms=meeting.begins_ms,
        ends_ms=meeting.ends_ms,
    )


def _told(meeting: GradedMeeting) -> str:
    return _told_of(_column(meeting))


def _told_of(column: LineItem) -> str:
    told = f"{column.score_maximum:g} {column.label}"
    if column.begins_ms is None:
        return told
    return f"{told} {column.begins_ms // 1000}-{(column.ends_ms or 0) // 1000}"


def _pause(task: GradingTask, error: RemoteError | None) -> int:
    doubled: int = PAUSE_MS * 2 ** min(task.meeting.failures, 10)
    wished = int((error.retry_after or 0) * 1000) if error else 0
    return max(wished, min(doubled, LONGEST_PAUSE_MS))
