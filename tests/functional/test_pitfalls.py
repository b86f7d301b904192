"""PITFALLS.md under Launch, Roles and Registration, line by line, and the tests that hold each.

A line is cut where it names several mistakes. Every test that is named here must exist.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
LAUNCH = "functional/test_pitfalls_launch.py"
STATE = "functional/test_pitfalls_launch_state.py"
KEY_SETS = "functional/test_key_sets.py"
OLD = "functional/test_lti1p1_launch.py"
STORAGE = "browser/test_storage.py"
ROLES = "functional/test_pitfalls_roles.py"
REGISTRATION = "functional/test_pitfalls_registration.py"

HELD = {
    "Launch: state made but never compared": [
        f"{STATE}::test_a_state_that_was_tampered_with_is_refused",
        f"{STATE}::test_an_expired_state_is_refused",
    ],
    "Launch: state compared with nothing from this browser (login CSRF)": [
        f"{STATE}::test_a_state_of_another_browser_is_refused",
        f"{STATE}::test_a_state_with_another_logins_cookie_value_is_refused",
        "functional/test_storage_in_the_lms.py::test_a_mark_that_a_stranger_sends_along_counts_for_nothing",
        "functional/test_storage_in_the_lms.py::test_another_logins_mark_is_another_browsers",
    ],
    "Launch: nonce made but not consumed (replay)": [
        f"{STATE}::test_a_nonce_is_consumed_and_a_replay_refused_after_a_minute",
        f"{STATE}::test_another_browser_can_not_replay_even_at_once",
        f"{STATE}::test_another_token_for_the_same_nonce_is_a_replay_even_at_once",
    ],
    "Launch: nonce consumed atomically, and only after the signature holds": [
        "unit/store/test_nonces.py::",
        f"{STATE}::test_a_nonce_is_only_consumed_once_the_signature_holds",
    ],
    "Launch: nonce kept longer than the token lives, skew included": [
        f"{STATE}::test_a_nonce_is_kept_longer_than_its_token_lives"
    ],
    "Launch: a double click by the same person in the same browser is answered as the first": [
        f"{STATE}::test_a_double_click_is_answered_as_the_first",
        f"{STATE}::test_two_clicks_at_exactly_the_same_time_both_get_in",
        f"{OLD}::test_a_double_click_is_forgiven_and_a_replay_is_not",
    ],
    "Launch: aud not checked; several aud without a right azp": [
        f"{LAUNCH}::test_a_token_from_elsewhere_or_for_others_is_refused",
        f"{LAUNCH}::test_every_right_way_to_name_the_audience",
        "functional/test_known_bad_launches.py::test_several_audiences_and_no_authorized_party",
    ],
    "Launch: alg taken from the token; HS256 with the public key": [
        f"{LAUNCH}::test_the_algorithm_is_not_the_tokens_choice",
        f"{LAUNCH}::test_a_token_that_lies_about_its_algorithm_is_refused",
    ],
    "Launch: a key whose alg or use doesn't fit": [
        f"{KEY_SETS}::test_a_key_that_does_not_fit_is_not_used"
    ],
    "Launch: kid unknown: the key set is fetched once more, not once per bad request": [
        f"{KEY_SETS}::test_a_rotation_at_the_lms_keeps_nobody_out",
        f"{KEY_SETS}::test_fifty_tokens_of_made_up_keys_cost_the_lms_one_request",
    ],
    "Launch: key set fetched on every launch": [
        f"{KEY_SETS}::test_keys_are_fetched_once_however_many_launches_come",
        "functional/test_budget.py::",
    ],
    "Launch: key set down: the last good keys hold for a day": [
        f"{KEY_SETS}::test_while_the_key_set_is_down_the_last_good_keys_hold",
        f"{KEY_SETS}::test_but_not_longer_than_a_day",
    ],
    "Launch: deployment_id only checked for presence": [
        f"{LAUNCH}::test_an_unknown_deployment_is_queued_for_the_admin_and_not_let_in",
        f"{LAUNCH}::test_a_deployment_is_queued_only_for_a_genuine_token",
    ],
    "Launch: a new deployment is queued, or allowed by the setting, never silently": [
        f"{LAUNCH}::test_new_deployments_may_be_allowed_by_the_platforms_setting",
        f"{LAUNCH}::test_one_that_was_queued_gets_in_once_the_setting_allows_it",
    ],
    "Launch: identity taken from request parameters": [
        f"{LAUNCH}::test_only_verified_claims_name_a_person_a_role_a_course",
        f"{OLD}::test_the_query_names_nobody",
    ],
    "Launch: a 1.3 client_id accepted as a 1.1 consumer key": [
        f"{LAUNCH}::test_a_platforms_client_id_is_no_consumer_key",
        f"{OLD}::test_each_bad_launch_has_its_status_and_reason",
    ],
    "Launch: OAuth 1.0a signature checked without the query string": [
        f"{OLD}::test_everything_signed_counts_body_and_query"
    ],
    "Launch: timestamp and nonce of 1.1 not checked": [
        f"{OLD}::test_clocks_may_be_almost_five_minutes_apart",
        f"{OLD}::test_but_no_more",
        f"{OLD}::test_a_nonce_is_good_once_however_it_is_signed_again",
        f"{OLD}::test_what_is_refused_before_consumes_no_nonce",
    ],
    "Launch: return_url, target_link_uri, logoutURL as open redirects, above all on failure": [
        f"{LAUNCH}::test_neither_page_nor_class_leads_anywhere_but_the_platforms_own_host",
        f"{LAUNCH}::test_errors_of_the_lms_lead_nowhere_either",
        "functional/test_login.py::test_a_target_that_is_not_the_bridge_is_refused",
        "unit/launch/test_claims.py::test_any_other_way_back_is_left_out",
        f"{OLD}::test_a_return_url_elsewhere_is_dropped",
    ],
    "Launch: several courses open in one browser overwriting one session's state": [
        f"{LAUNCH}::test_several_courses_open_in_one_browser_at_once",
        "functional/test_login.py::test_several_logins_in_one_browser_have_nothing_in_common",
        f"{STORAGE}::test_two_courses_in_two_tabs_keep_theirs_apart",
    ],
    "Launch: without third-party cookies, by the platform's storage": [
        f"{STORAGE}::test_without_any_cookie_the_lms_keeps_what_is_needed",
        f"{STORAGE}::test_a_launch_asks_the_bridge_for_nothing_it_could_do_without",
        f"{STORAGE}::test_a_page_of_the_lms_within_the_lms_may_frame_the_tool",
    ],
    "Launch: without third-party cookies, by a partitioned cookie": [
        f"{LAUNCH}::test_the_cookie_of_a_login_works_in_a_frame",
        f"{STORAGE}::test_with_a_partitioned_cookie_nothing_has_to_be_asked",
        "browser/test_rules_of_browsers.py::",
    ],
    "Launch: without third-party cookies, by one click into a window of its own": [
        f"{STORAGE}::test_where_neither_holds_one_button_opens_a_window",
        f"{STATE}::test_without_the_cookie_a_button_starts_the_launch_over_in_a_new_tab",
    ],
    "Launch: no message of a time-out the person can do nothing about": [
        f"{STORAGE}::test_an_lms_that_promises_storage_and_keeps_nothing",
        f"{STORAGE}::test_the_back_button_leads_to_no_page_that_stays_empty",
        f"{STATE}::test_without_the_cookie_and_with_hints_too_long_to_carry_the_page_says_what_to_do",
    ],
    "Launch: anonymous, without context, without name or address: all legal": [
        f"{LAUNCH}::test_an_anonymous_launch_is_legal",
        f"{LAUNCH}::test_a_launch_without_context_is_legal_and_has_a_course_per_link",
        f"{LAUNCH}::test_a_launch_without_name_or_address_is_legal",
        "functional/test_known_bad_launches.py::test_user_claim_missing_is_an_anonymous_launch_and_legal",
    ],
    "Launch: unknown roles, short role names, unknown claims: all legal": [
        f"{LAUNCH}::test_unknown_roles_short_roles_and_unknown_claims_are_legal"
    ],
    "Roles: pattern matching on whole URIs; the institution's roles lead nowhere": [
        f"{ROLES}::test_institution_instructors_sub_roles_of_learners_and_everyone_else_attend",
        "unit/directory/test_roles.py::test_everyone_else_attends",
        "unit/directory/test_roles_of_lmss.py::test_each_lmss_own_lists",
    ],
    "Roles: context roles first": [
        f"{ROLES}::test_context_roles_win_over_institution_roles",
        "unit/directory/test_roles.py::test_a_role_in_the_course_wins_over_one_elsewhere",
    ],
    "Roles: a Mentor may be a parent": [
        "unit/directory/test_roles.py::test_those_who_look_on",
        "unit/launch/test_claims.py::test_who_looks_on_attends_as_an_onlooker",
    ],
    "Roles: sub-roles count as the platform's table says": [
        f"{ROLES}::test_a_platforms_table_changes_who_leads",
        "unit/directory/test_roles.py::test_the_platforms_own_table",
        "unit/cli/test_roles.py::test_a_change_counts_in_running_servers_without_a_restart",
    ],
    "Roles: rights only in the template and not on the POST": [
        f"{ROLES}::test_rights_are_checked_on_the_post_and_not_only_in_the_template",
        f"{ROLES}::test_a_forged_moderators_session_is_none",
        "functional/test_course_pages.py::test_an_attendee_may_not_change_settings_by_a_forged_form",
    ],
    "Roles: recordings, meetings, courses in a URL not checked against the person's course": [
        f"{ROLES}::test_a_session_reaches_only_its_own_meeting",
        "functional/test_classes_at_meets.py::test_nobody_gets_another_courses_recordings_or_attendance",
    ],
    "Registration: addresses fetched wherever they point: loopback, link-local, private": [
        f"{REGISTRATION}::test_loopback_link_local_and_private_addresses_are_not_fetched",
        f"{REGISTRATION}::test_what_is_no_https_address_is_not_fetched",
        f"{REGISTRATION}::test_a_private_registration_endpoint_is_not_called",
        f"{REGISTRATION}::test_only_the_hosts_that_the_invitation_names_are_fetched",
    ],
    "Registration: addresses fetched after redirects and after DNS answers": [
        f"{REGISTRATION}::test_redirects_are_not_followed",
        f"{REGISTRATION}::test_a_name_that_leads_to_a_private_address_is_not_fetched",
    ],
    "Registration: an issuer that doesn't match the host of its configuration": [
        f"{REGISTRATION}::test_an_issuer_that_isnt_at_home_where_its_configuration_is"
    ],
    "Registration: registration token or invite used twice": [
        f"{REGISTRATION}::test_registration_token_or_invite_used_twice",
        "functional/test_registration.py::test_an_invitation_is_good_once",
        "functional/test_registration.py::test_a_registration_token_used_twice_is_refused_with_words",
    ],
    "Registration: a second registration overwriting an existing platform's keys": [
        f"{REGISTRATION}::test_a_second_registration_doesnt_overwrite_an_existing_platforms_keys",
        "functional/test_registration.py::test_a_second_registration_waits_and_changes_nothing",
    ],
}


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


@pytest.mark.parametrize("line", HELD)
def test_each_line_is_held_by_tests_that_there_are(line):
    assert HELD[line]
    for named in HELD[line]:
        file, _, name = named.partition("::")
        there = names_in(file)
        assert name in there if name else there, named


def test_every_room_is_gone_through():
    assert {line.partition(":")[0] for line in HELD} == {"Launch", "Roles", "Registration"}
