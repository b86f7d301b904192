"""What administrators are told: of refusals, and of what was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString, lazy_gettext

REFUSALS: Final[Mapping[str, LazyString]] = {
    "sign_in_wrong": lazy_gettext("Name, password or code is wrong"),
    "too_many_tries": lazy_gettext("Too many tries: wait a quarter of an hour"),
    "slowed_down": lazy_gettext(
        "Many tries are made at this account just now. Wait a while; or sign in from where you"
        " did before, or with a code of your authenticator."
    ),
    "not_signed_in": lazy_gettext("Please sign in again"),
    "permission_missing": lazy_gettext("You aren’t allowed to do that"),
    "form_not_ours": lazy_gettext("This page is too old"),
    "password_weak": lazy_gettext("This password is too easy to guess"),
    "last_manager": lazy_gettext("Nobody would be left to manage administrators"),
    "name_taken": lazy_gettext("There is an account of this name already"),
    "not_sure": lazy_gettext("Nothing was done: the box wasn’t ticked"),
    "recording_gone": lazy_gettext("This recording isn’t there any more"),
    "sso_failed": lazy_gettext("Single sign-on didn’t work"),
    "sso_no_permission": lazy_gettext("Your account may not use these pages"),
}
"""By the error's code; what else there is, is told in the error's own words."""

OTHERWISE: Final = lazy_gettext("That can’t be done")

DONE: Final[Mapping[str, LazyString]] = {
    "saved": lazy_gettext("Saved"),
    "signed_out": lazy_gettext("You are signed out."),
}
"""What a page says on top after a redirect, by the word in its address."""

PERMISSIONS: Final[Mapping[str, LazyString]] = {
    "manageAdmins": lazy_gettext("Manage administrators"),
    "manageConnections": lazy_gettext("Manage learning platforms"),
    "viewData": lazy_gettext("See launches and figures"),
    "manageConferencingAccounts": lazy_gettext("Manage class services"),
    "manageContent": lazy_gettext("Manage recordings and other content"),
}
"""In MEETS' order (its manual, "admin")."""
