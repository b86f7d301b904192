"""The launch itself (LTI Security Framework 1.0, 5.1.3): from a posted form to a :class:`Launch`.

In this order, and nothing before its turn: the state is ours and of this browser; the token is
genuine and meant for us; its claims are an LTI launch; its deployment is known; its nonce is new.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from time import time
from typing import TYPE_CHECKING, Final

from lti_bridge.errors import LaunchRefused, MalformedRequest, NotAllowed, NotAuthentic
from lti_bridge.launch import state as states
from lti_bridge.launch import storage, tokens
from lti_bridge.launch.claims import launch_from
from lti_bridge.launch.forms import AGAIN_SECONDS
from lti_bridge.launch.lti1p1.claim import CLAIM, former_place

if TYPE_CHECKING:
    from lti_bridge.directory import Launch, Visit
    from lti_bridge.launch.key_sets import KeySets
    from lti_bridge.launch.lti1p1.consumers import ConsumerBook
    from lti_bridge.launch.platforms import PlatformBook
    from lti_bridge.security import Signers
    from lti_bridge.store import Nonces, Platform

LONGEST_KEPT_SECONDS: Final = 24 * 3600

OIDC_ERRORS: Final = frozenset(
    {
        "access_denied",
        "account_selection_required",
        "consent_required",
        "interaction_required",
        "invalid_request",
        "invalid_scope",
        "login_required",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_response_type",
    }
)


class Launching:
    """The second half of a launch."""

    def __init__(
        self,
        platforms: PlatformBook,
        signers: Signers,
        key_sets: KeySets,
        nonces: Nonces,
        *,
        secure: bool,
        consumers: ConsumerBook | None = None,
        now: Callable[[], float] = time,
    ) -> None:
        """``secure``: the bridge is reached by https. ``consumers``: the LMSs of LTI 1.1, which
        the same may have been before. ``now``: UNIX seconds.
        """
        self._platforms = platforms
        self._signers = signers
        self._key_sets = key_sets
        self._nonces = nonces
        self._secure = secure
        self._consumers = consumers
        self._now = now

    def asks_storage(
        self, form: Mapping[str, str], cookies: Mapping[str, str]
    ) -> tuple[states.State, Platform] | None:
        """The launch's state, where only the platform's storage can tell whose browser this is.

        None where a cookie says so, where nothing was stored, where the storage was asked, and
        where :meth:`verified` will refuse it anyway.
        """
        if (
            "error" in form
            or storage.FIELD in form
            or not states.names_storage(form.get("state", ""))
        ):
            return None
        with suppress(LaunchRefused):
            state = states.read(self._signers, form["state"])
            if self._cookie(state, cookies) is None:
                return state, self._platforms.by_id(state.platform_id)
        return None

    def verified(
        self,
        form: Mapping[str, str],
        cookies: Mapping[str, str],
        visit: Visit,
        *,
        own_page: bool = False,
    ) -> Launch:
        """The launch of a form; what it passed is noted in ``visit``.

        ``own_page``: the form came from a page of ours, so that what it says of the platform's
        storage is what was found there.

        Raises :class:`LaunchRefused` in its kinds, and :class:`RemoteError` where the platform's
        keys can't be had.
        """
        if "error" in form:
            self._note_platform(form, visit)
            raise _platform_error(form["error"])
        for name in ("state", "id_token"):
            if not form.get(name):
                raise MalformedRequest(
                    f"The launch has no {name}.",
                    remedy="Enter the launch URL as redirect URI; links open through the LMS.",
                    code="launch_incomplete",
                )
        visit.step, visit.said = "state", form["id_token"]
        state = states.read(self._signers, form["state"])
        visit.login = state.login
        platform = visit.platform = self._platforms.by_id(state.platform_id)
        stored = form.get(storage.FIELD, "") if own_page else ""
        self._check_browser(state, self._cookie(state, cookies) or stored)
        visit.step = "token"
        token = tokens.verify(
            form["id_token"],
            platform,
            state.nonce,
            self._key_sets.key_for,
            self._now,
            heard=visit.heard,
        )
        visit.step = "claims"
        launch = launch_from(token.claims, platform)
        if self._consumers is not None and CLAIM in token.claims:
            former = former_place(token.claims, launch, self._consumers)
            launch = replace(launch, former=former)
        visit.role, visit.locale = launch.role, launch.locale
        visit.step = "deployment"
        self._check_deployment(platform, launch.deployment_id)
        visit.step = "nonce"
        self._consume(state.nonce, token)
        return launch

    def _note_platform(self, form: Mapping[str, str], visit: Visit) -> None:
        # Which LMS broke off is worth knowing; who says so proved nothing, and gains nothing.
        with suppress(LaunchRefused):
            state = states.read(self._signers, form.get("state", ""))
            visit.platform = self._platforms.by_id(state.platform_id)

    def _cookie(self, state: states.State, cookies: Mapping[str, str]) -> str | None:
        names = states.cookie_names(state, secure=self._secure)
        return next((cookies[name] for name in names if name in cookies), None)

    def _check_browser(self, state: states.State, mark: str) -> None:
        if not mark:
            raise NotAllowed(
                "The browser didn't send the cookie of this launch's login.",
                remedy="Open it in a window of its own, or allow cookies for the bridge.",
                code="cookie_missing",
            )
        if not self._signers.is_browser_of(state.nonce, mark):
            raise NotAllowed(
                "The launch's login was begun in another browser.",
                remedy="Open the link in the course again.",
                code="other_browser",
            )

    def _check_deployment(self, platform: Platform, deployment_id: str) -> None:
        state = platform.deployments.get(deployment_id)
        if state == "allowed":
            return
        if state == "refused":
            raise NotAllowed(
                "The administrator let this deployment of the tool in no more.",
                remedy="Let it in again: lti-bridge platform allow PLATFORM DEPLOYMENT.",
                code="deployment_refused",
            )
        now_ms = int(self._now() * 1000)
        if platform.new_deployments == "allow":
            # One that was queued before the platform got this setting stays in the admin's list.
            if deployment_id not in platform.deployments:
                self._platforms.stored.add_deployment(platform.id, deployment_id, "allowed", now_ms)
                self._platforms.forget()
            return
        self._platforms.stored.add_deployment(platform.id, deployment_id, "waiting", now_ms)
        raise NotAllowed(
            "This deployment of the tool waits for the administrator's yes.",
            remedy="Let it in: lti-bridge platform allow PLATFORM DEPLOYMENT, or deployment_ids"
            " of the platform in the settings file.",
            code="deployment_unknown",
        )

    def _consume(self, nonce: str, token: tokens.Token) -> None:
        now = self._now()
        # The state dies after ten minutes and with it any replay; the token's own life is kept
        # in mind all the same, up to a day.
        keep = min(token.expires + 2 * tokens.SKEW_SECONDS, now + LONGEST_KEPT_SECONDS)
        keep = max(keep, now + 2 * states.LIFETIME_SECONDS)
        use = self._nonces.consume(
            nonce,
            token.digest,
            now_ms=int(now * 1000),
            expires_ms=int(keep * 1000),
            again_within_ms=AGAIN_SECONDS * 1000,
        )
        if use == "replay":
            raise NotAuthentic(
                "This launch was used before.",
                remedy="Open the link in the course again.",
                code="replay",
            )


def _platform_error(error: str) -> NotAuthentic:
    known = error if error in OIDC_ERRORS else "an unknown error"
    return NotAuthentic(
        f"The LMS broke the login off: {known}.",
        remedy="Sign in to the LMS again, then open the link in the course.",
        code="platform_error",
    )
