"""Tables that hold nobody, or nobody whom this is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from lti_bridge.store import tables as t


class Nobody(NamedTuple):
    """A table that holds nobody."""

    holds: str
    """What it holds instead."""
    columns: str


NOBODY: Final[Mapping[type[t.Base], Nobody]] = {
    t.AdminAccountRow: Nobody(
        "administrators only: each is removed on the page of administrators",
        "id name subject password_hash permissions totp_sealed totp_step recovery_hashes"
        " created_ms signed_in_ms disabled_ms zone",
    ),
    t.AdminSessionRow: Nobody(
        "administrators only: they end by themselves", "token_hash account_id created_ms seen_ms",
    ),
    t.AuditRow: Nobody(
        "administrators by name, people by number; nothing in it can be changed",
        "id at_ms who action subject before after",
    ),
    t.ApiTokenRow: Nobody(
        "programs", "id name token_hash permissions connections per_minute created_ms expires_ms"
        " revoked_ms used_ms",
    ),
    t.CallSlotRow: Nobody("times of calls", "name slot at_ms"),
    t.CheckpointRow: Nobody(
        "how far work has come; for 15 days, keyed hashes of who was erased",
        "name position done at_ms",
    ),
    t.ConnectionRow: Nobody(
        "LMSs",
        "id name type version issuer client_id auth_login_url auth_token_url auth_audience"
        " key_set_url key_set key_set_ms preset policies consumer_key shared_secret_sealed"
        " other_secret_sealed other_secret_until_ms meets_connection conferencing hosts roles"
        " new_deployments managed_by active created_ms updated_ms",
    ),
    t.CourseRow: Nobody(
        "courses",
        "id connection_id lti_context_id lone_link_id title conferencing meets_id pending asked_ms"
        " unknown_times events_wanted_ms events_asked_ms created_ms",
    ),
    t.CourseGroupRow: Nobody("groups", "id course_id lti_group_id name set_name seen_ms gone"),
    t.CourseServicesRow: Nobody(
        "where an LMS answers",
        "course_id memberships_url line_items_url grade_scopes groups_url group_sets_url updated_ms"
        " roster_due_ms roster_ms groups_ms failures problem",
    ),
    t.DeploymentRow: Nobody("LMSs", "id connection_id deployment_id state first_seen_ms"),
    t.EngagementDayRow: Nobody("days", "account method day fetched_ms rows"),
    t.GradingRow: Nobody(
        "how classes are graded",
        "meeting_id enabled mode threshold points label line_item_url line_item_told claim"
        " claim_until_ms due_ms failures problem updated_ms link_asked_ms link_roster_ms",
    ),
    t.JobRunRow: Nobody(
        "background jobs",
        "name started_ms ended_ms outcome done runs failures failed_ms claim claim_until_ms",
    ),
    t.MeetsRecordingRow: Nobody("recordings, by number", "id event_id meets_id type added_ms"),
    t.NonceRow: Nobody(
        "random numbers and hashes, for some minutes", "nonce digest used_ms expires_ms",
    ),
    t.RecordingRow: Nobody(
        "recordings, by the class's name; who is seen in one is its service's to say",
        "id meeting_id record_id service name state started_ms ended_ms length_ms participants"
        " formats added_ms seen_ms gone",
    ),
    t.RegistrationInviteRow: Nobody(
        "LMSs",
        "id token_hash name preset meets_connection conferencing hosts created_ms expires_ms"
        " used_ms revoked_ms",
    ),
    t.RegistrationRow: Nobody(
        "LMSs", "id invite_id connection_id issuer state platform answer created_ms decided_ms",
    ),
    t.ServiceLoadRow: Nobody("counts", "service at_ms meetings people own_meetings own_people"),
    t.ServiceRow: Nobody(
        "services",
        "id name kind managed_by settings secret_sealed resting active created_ms updated_ms"
        " failure failed_ms",
    ),
    t.SlideRow: Nobody(
        "files that belong to a class; what stands in them is its teacher's to say",
        "id series_id meeting_id token filename media_type size content position downloadable"
        " created_ms",
    ),
    t.WeekRow: Nobody("counts", "begins_ms classes people counted_ms"),
    t.ToolKeyRow: Nobody(
        "the bridge's keys",
        "slot kid private_key_sealed created_ms signs_from_ms published_until_ms",
    ),
}  # fmt: skip
