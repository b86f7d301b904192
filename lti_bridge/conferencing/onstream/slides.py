"""Slides in a session's FileShare: the document's experimental section, and links only."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from lti_bridge.errors import RemoteError, RemoteRejected

if TYPE_CHECKING:
    from lti_bridge.conferencing.meetings import Slide
    from lti_bridge.conferencing.onstream.api import Api


class Slides:
    """Those of one account. Off unless the settings say ``experimental``."""

    def __init__(self, api: Api, *, experimental: bool) -> None:
        """``experimental``: the operator's word that the account has these calls."""
        self._api: Final = api
        self._wanted: Final = experimental
        self._unknown: Final = threading.Event()

    @property
    def possible(self) -> bool:
        """Whether to offer it: allowed, and the server hasn't turned out not to know it."""
        return self._wanted and not self._unknown.is_set()

    def share(self, session_id: str, slides: Sequence[Slide]) -> None:
        """Put each link into the library, and into the session ("PUT file_in_session")."""
        try:
            for slide in slides:
                file_id = self._api.add_file(slide.url, file_description=slide.filename)
                self._api.add_file_to_session(file_id, session_id, is_auto_opening=slide.current)
        except RemoteRejected as refusal:
            # A 404 of the second call may mean the session, of the first only the call itself.
            if refusal.code == "http_405" or (refusal.call, refusal.code) == (
                "PUT file",
                "http_404",
            ):
                self._unknown.set()
            raise

    def offer(self, session_id: str, slides: Sequence[Slide]) -> list[str]:
        """As far as it goes, for a class must not wait for slides; what didn't, in sentences."""
        if not self.possible:
            return ["Slides were left out: the settings don't allow what is experimental."]
        links = [slide for slide in slides if slide.url]
        warnings = []
        if len(links) < len(slides):
            warnings.append(f"Only links can be shown; files left out: {len(slides) - len(links)}.")
        try:
            self.share(session_id, links)
        except RemoteError as error:
            warnings.append(f"Slides were left out: {error.call} failed ({error.code}).")
        return warnings
