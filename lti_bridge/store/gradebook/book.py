"""Queries on gradings and scores."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, or_, select, update

from lti_bridge.store.attendance.reading import attended
from lti_bridge.store.gradebook.marking import due, ours, renew
from lti_bridge.store.gradebook.statements import GRADED, LEARNERS, graded, learner, standing_for
from lti_bridge.store.gradebook.values import (
    GradedMeeting,
    GradingRules,
    GradingTask,
    Learner,
    WantedScore,
)
from lti_bridge.store.tables import GradingRow, MeetingRow, ScoreRow, UserRow
from lti_bridge.store.taking import chosen
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.attendance.values import AttendedMeeting
    from lti_bridge.store.engine import Database


class Gradebook:
    """Queries on gradings and scores."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    # What teachers say.

    def of_meeting(self, meeting: int) -> GradedMeeting | None:
        """The meeting with its grading, of a series the one that stands for all; None where there
        is no such meeting.
        """
        query = GRADED.where(MeetingRow.id == standing_for(id=meeting))
        row = self._database.read(lambda c: c.execute(query).first())
        return graded(row) if row else None

    def by_meeting_id(self, meeting_id: str) -> GradedMeeting | None:
        """The same by the ID that services know it by."""
        query = GRADED.where(MeetingRow.id == standing_for(meeting_id=meeting_id))
        row = self._database.read(lambda c: c.execute(query).first())
        return graded(row) if row else None

    def all(self) -> list[GradedMeeting]:
        """Every meeting that is, or once was, graded."""
        query = GRADED.where(GradingRow.meeting_id.is_not(None)).order_by(MeetingRow.id)
        return [graded(row) for row in self._database.read(lambda c: c.execute(query).all())]

    def learners(self, meeting: int) -> list[Learner]:
        """The learners of its course, or of its group, by name; never who leads or looks on."""
        query = LEARNERS.where(MeetingRow.id == meeting)
        rows = self._database.read(lambda c: c.execute(query).all())
        return sorted(map(learner, rows), key=lambda one: (one.name.casefold(), one.user_id))

    def attended(self, meeting: int) -> list[AttendedMeeting]:
        """It and all that are graded with it, with who was in, whoever says so; none that was
        cancelled.
        """
        own = or_(MeetingRow.id == meeting, MeetingRow.graded_with_id == meeting)
        return self._database.read(lambda c: attended(c, own))

    def set_rules(self, meeting: int, rules: GradingRules, now_ms: int) -> None:
        """As a teacher wants it from now on; scores are due at once."""
        values = {
            "enabled": rules.enabled,
            "mode": rules.mode,
            "threshold": rules.threshold,
            "points": rules.points,
            "label": rules.label,
            "due_ms": 0 if rules.enabled else None,
            "failures": 0,
            "problem": "",
            "updated_ms": now_ms,
        }
        statement = (
            insert(self._database, GradingRow)
            .values(meeting_id=meeting, **values)
            .on_conflict_do_update(index_elements=["meeting_id"], set_=values)
        )
        self._database.write_statement(lambda c: c.execute(statement))

    def judge(
        self,
        meeting: int,
        user_id: int,
        corrected: int | None,
        *,
        excused: bool,
        by: int | None = None,
        now_ms: int | None = None,
    ) -> bool:
        """A teacher's own word on somebody's score; False where they don't learn there.

        ``corrected`` in thousandths; None: as measured. ``by``: the teacher's user row.
        """
        taken_back = corrected is None and not excused
        belongs = LEARNERS.where(MeetingRow.id == meeting, UserRow.id == user_id)
        values = {
            "corrected": corrected,
            "excused": excused,
            "corrected_by": None if taken_back else by,
            "corrected_ms": None if taken_back else now_ms,
            "refused": "",
        }

        def change(connection: Connection) -> bool:
            if connection.execute(belongs).first() is None or not due(connection, meeting):
                return False
            connection.execute(
                insert(connection, ScoreRow)
                .values(meeting_id=meeting, user_id=user_id, **values)
                .on_conflict_do_update(index_elements=["meeting_id", "user_id"], set_=values)
            )
            return True

        return self._database.write(change)

    def send_now(self, meeting: int) -> bool:
        """Let everything be tried again that isn't sent; False where nothing is graded."""

        def change(connection: Connection) -> bool:
            connection.execute(
                update(ScoreRow).where(ScoreRow.meeting_id == meeting).values(refused="")
            )
            return due(connection, meeting, failures=0, problem="")

        return self._database.write(change)

    # What a worker does.

    def take_due(
        self, now_ms: int, hold_ms: int, *, limit: int = 20, only: int | None = None
    ) -> list[GradingTask]:
        """Gradings to work on, each given to one worker until its claim runs out.

        ``only``: that of this meeting.
        """
        claim = secrets.token_hex(16)
        due = (
            select(GradingRow.meeting_id)
            .where(
                GradingRow.enabled,
                GradingRow.due_ms <= now_ms,
                GradingRow.claim_until_ms <= now_ms,
                *([] if only is None else [GradingRow.meeting_id == only]),
            )
            .order_by(GradingRow.due_ms)
            .limit(limit)
        )
        take = (
            update(GradingRow)
            .where(GradingRow.meeting_id.in_(chosen(due)))
            .values(claim=claim, claim_until_ms=now_ms + hold_ms, due_ms=now_ms + hold_ms)
            .returning(GradingRow.meeting_id)
        )

        def change(connection: Connection) -> list[GradingTask]:
            taken = list(connection.execute(take).scalars())
            rows = connection.execute(GRADED.where(MeetingRow.id.in_(taken))).all()
            return [GradingTask(graded(row), claim) for row in rows]

        return self._database.write(change)

    def renew(self, task: GradingTask, now_ms: int, hold_ms: int) -> bool:
        """Hold the claim for longer; False: it ran out, and the work is somebody else's."""
        return self._database.write(lambda c: renew(c, task, now_ms, hold_ms))

    def column(self, task: GradingTask, url: str, told: str) -> GradingTask:
        """The column was found or made; ``told`` as in the table."""
        self._ours(task, line_item_url=url, line_item_told=told)
        meeting = replace(task.meeting, line_item_url=url, line_item_told=told)
        return replace(task, meeting=meeting)

    def column_gone(self, task: GradingTask) -> None:
        """The LMS has it no more, and with it every score that it held."""

        def change(connection: Connection) -> None:
            if not ours(connection, task, line_item_url="", line_item_told=""):
                return
            connection.execute(
                update(MeetingRow).where(MeetingRow.id == task.meeting.id).values(line_item_url="")
            )
            connection.execute(
                update(ScoreRow)
                .where(ScoreRow.meeting_id == task.meeting.id)
                .values(sent="", refused="")
            )

        self._database.write(change)

    def want(self, task: GradingTask, scores: Sequence[WantedScore]) -> bool:
        """What was worked out, of everybody; False where the claim ran out."""

        def change(connection: Connection) -> bool:
            if not ours(connection, task, claim=task.claim):
                return False
            for one in scores:
                values = {"share": one.share, "wanted": one.wanted}
                connection.execute(
                    insert(connection, ScoreRow)
                    .values(meeting_id=task.meeting.id, user_id=one.user_id, **values)
                    .on_conflict_do_update(index_elements=["meeting_id", "user_id"], set_=values)
                )
            return True

        return self._database.write(change)

    def begin(self, task: GradingTask, user_id: int, now_ms: int, hold_ms: int) -> int | None:
        """The timestamp of a score that is about to be sent, newer than any before (AGS, 3.4.4).

        None where the claim ran out: then nothing may be sent.
        """
        newer = case((ScoreRow.timestamp_ms >= now_ms, ScoreRow.timestamp_ms + 1), else_=now_ms)
        statement = (
            update(ScoreRow)
            .where(ScoreRow.meeting_id == task.meeting.id, ScoreRow.user_id == user_id)
            .values(timestamp_ms=newer)
            .returning(ScoreRow.timestamp_ms)
        )

        def change(connection: Connection) -> int | None:
            if not renew(connection, task, now_ms, hold_ms):
                return None
            return connection.execute(statement).scalar()

        return self._database.write(change)

    def sent(self, task: GradingTask, user_id: int, timestamp_ms: int, line: str) -> None:
        """The LMS took that score."""
        self._note(task, user_id, timestamp_ms, sent=line, sent_ms=timestamp_ms, answer="ok")

    def refused(
        self, task: GradingTask, user_id: int, timestamp_ms: int, line: str, code: str
    ) -> None:
        """The LMS wouldn't take that score, and won't another time."""
        self._note(task, user_id, timestamp_ms, refused=line, answer=code[:60])

    def failed_for(self, task: GradingTask, user_id: int, timestamp_ms: int, code: str) -> None:
        """It didn't work this time; the score stays due."""
        self._note(task, user_id, timestamp_ms, answer=code[:60])

    def _note(self, task: GradingTask, user_id: int, timestamp_ms: int, **values: Any) -> None:
        # Of this very sending: a worker that comes late mustn't undo what another noted since.
        statement = (
            update(ScoreRow)
            .where(
                ScoreRow.meeting_id == task.meeting.id,
                ScoreRow.user_id == user_id,
                ScoreRow.timestamp_ms == timestamp_ms,
            )
            .values(**values)
        )
        self._database.write_statement(lambda c: c.execute(statement))

    def done(self, task: GradingTask, problem: str = "", again_ms: int | None = None) -> None:
        """The work came to its end; ``problem`` says what teachers should know.

        It is due again at ``again_ms``, or before where it became due anew meanwhile.
        """
        next_ms = case(
            (GradingRow.due_ms == GradingRow.claim_until_ms, again_ms), else_=GradingRow.due_ms
        )
        self._ours(
            task, claim=None, claim_until_ms=0, due_ms=next_ms, failures=0, problem=problem[:60]
        )

    def failed(self, task: GradingTask, code: str, again_ms: int) -> None:
        """It didn't work: due again at ``again_ms``."""
        failures = GradingRow.failures + 1
        self._ours(
            task,
            claim=None,
            claim_until_ms=0,
            due_ms=again_ms,
            failures=failures,
            problem=code[:60],
        )

    def give_back(self, task: GradingTask, again_ms: int) -> None:
        """Nothing was tried; due again at ``again_ms``."""
        self._ours(task, claim=None, claim_until_ms=0, due_ms=again_ms)

    def _ours(self, task: GradingTask, **values: Any) -> None:
        self._database.write(lambda c: ours(c, task, **values))
