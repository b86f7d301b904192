"""The URLs of the admin pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from lti_bridge.errors import BridgeError

if TYPE_CHECKING:
    from lti_bridge.admin.accounts import AccountViews
    from lti_bridge.admin.auditing import AuditViews
    from lti_bridge.admin.entry import EntryViews
    from lti_bridge.admin.launches import LaunchPages
    from lti_bridge.admin.overview import OverviewPage
    from lti_bridge.admin.pages import AdminPages
    from lti_bridge.admin.people import PersonPages
    from lti_bridge.admin.platform_editing import PlatformEditing
    from lti_bridge.admin.platforms import PlatformPages
    from lti_bridge.admin.recordings import RecordingPages
    from lti_bridge.admin.services import ServicePages


def blueprint(
    pages: AdminPages,
    entry: EntryViews,
    accounts: AccountViews,
    audit: AuditViews,
    overview: OverviewPage,
    launches: LaunchPages,
    platforms: PlatformPages,
    editing: PlatformEditing,
    services: ServicePages,
    recordings: RecordingPages,
    people: PersonPages,
) -> Blueprint:
    """``/admin/…``."""
    urls = Blueprint(
        "admin", __name__, url_prefix="/admin", static_folder="static", static_url_path="/static"
    )
    urls.register_error_handler(BridgeError, pages.refusal)
    seen = {
        "/": ("home", entry.home),
        "/sign-in": ("sign_in", entry.form),
        "/sso": ("sso", entry.leave),
        "/sso/back": ("sso_back", entry.come_back),
        "/overview": ("overview", overview.shown),
        "/administrators": ("administrators", accounts.listed),
        "/audit": ("audit", audit.listed),
        "/me": ("me", accounts.me),
    }
    done = {
        "/sign-in": entry.sign_in,
        "/sign-out": entry.sign_out,
        "/administrators/add": accounts.add,
        "/administrators/permissions": accounts.permit,
        "/administrators/disable": accounts.disable,
        "/administrators/password": accounts.reset,
        "/me/password": accounts.change_password,
        "/me/zone": accounts.set_zone,
        "/me/second-step": accounts.set_second_step,
        "/me/second-step/off": accounts.drop_second_step,
    }
    for path, (endpoint, view) in seen.items():
        urls.add_url_rule(path, endpoint, view, methods=["GET"], strict_slashes=False)
    for path, action in done.items():
        endpoint = "do_" + path.strip("/").replace("/", "_").replace("-", "_")
        urls.add_url_rule(path, endpoint, action, methods=["POST"])
    _add_launches(urls, launches)
    _add_platforms(urls, platforms)
    _add_editing(urls, editing)
    _add_services(urls, services)
    _add_recordings(urls, recordings)
    _add_people(urls, people)
    return urls


def _add_people(urls: Blueprint, people: PersonPages) -> None:
    one = "/people/<int:number>"
    for path, endpoint, view in (
        ("/people", "people", people.form),
        (one, "person", people.shown),
        (f"{one}/erase", "ask_erasing", people.ask),
        ("/privacy", "privacy", people.privacy),
    ):
        urls.add_url_rule(path, endpoint, view, methods=["GET"])
    for path, endpoint, action in (
        ("/people", "find_person", people.find),
        (f"{one}/export", "export_person", people.export),
        (f"{one}/erase", "erase_person", people.erase),
    ):
        urls.add_url_rule(path, endpoint, action, methods=["POST"])


def _add_launches(urls: Blueprint, launches: LaunchPages) -> None:
    urls.add_url_rule("/launches", "launches", launches.listed, methods=["GET"])
    urls.add_url_rule("/launches/<reference>", "launch", launches.shown, methods=["GET"])


def _add_platforms(urls: Blueprint, platforms: PlatformPages) -> None:
    one = "/platforms/<int:number>"
    for path, endpoint, view in (
        ("/platforms", "platforms", platforms.listed),
        (one, "platform", platforms.shown),
        (f"{one}/remove", "ask_removal", platforms.ask_removal),
    ):
        urls.add_url_rule(path, endpoint, view, methods=["GET"])
    for path, endpoint, action in (
        ("/platforms/invite", "invite", platforms.invite),
        ("/platforms/revoke-invite", "revoke_invite", platforms.revoke),
        ("/platforms/registration", "decide_registration", platforms.decide_registration),
        (f"{one}/deployment", "decide_deployment", platforms.decide_deployment),
        (f"{one}/role", "change_role", platforms.change_role),
        (f"{one}/rest", "rest_platform", platforms.rest),
        (f"{one}/remove", "remove_platform", platforms.remove),
        (f"{one}/test", "test_platform", platforms.test),
    ):
        urls.add_url_rule(path, endpoint, action, methods=["POST"])


def _add_editing(urls: Blueprint, editing: PlatformEditing) -> None:
    one = "/platforms/<int:number>"
    urls.add_url_rule(f"{one}/edit", "edit_platform", editing.form, methods=["GET"])
    for path, endpoint, action in (
        ("/platforms/add", "add_platform", editing.add),
        ("/platforms/add-old", "add_old_platform", editing.add_old),
        (f"{one}/edit", "change_platform", editing.change),
        (f"{one}/secret", "replace_platform_secret", editing.replace_secret),
        (f"{one}/policies", "change_policies", editing.change_policies),
    ):
        urls.add_url_rule(path, endpoint, action, methods=["POST"])


def _add_services(urls: Blueprint, services: ServicePages) -> None:
    urls.add_url_rule("/services", "services", services.listed, methods=["GET"])
    for path, endpoint, action in (
        ("/services/add", "add_service", services.add),
        ("/services/secret", "replace_secret", services.replace_secret),
        ("/services/rest", "rest_service", services.rest),
        ("/services/remove", "remove_service", services.remove),
        ("/services/test", "test_service", services.test),
    ):
        urls.add_url_rule(path, endpoint, action, methods=["POST"])


def _add_recordings(urls: Blueprint, recordings: RecordingPages) -> None:
    one = "/recordings/<int:number>"
    for path, endpoint, view in (
        ("/recordings", "recordings", recordings.listed),
        (f"{one}/watch", "watch_recording", recordings.watch),
        (f"{one}/delete", "ask_recording_deletion", recordings.ask_deletion),
    ):
        urls.add_url_rule(path, endpoint, view, methods=["GET"])
    for path, endpoint, action in (
        (f"{one}/publish", "publish_recording", recordings.publish),
        (f"{one}/delete", "delete_recording", recordings.delete),
    ):
        urls.add_url_rule(path, endpoint, action, methods=["POST"])
