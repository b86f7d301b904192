"""The page of what administrators did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Response, request

if TYPE_CHECKING:
    from lti_bridge.admin.door import Door
    from lti_bridge.admin.pages import AdminPages

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class AuditViews:
    """The view, with what it needs."""

    door: Door
    pages: AdminPages

    def listed(self) -> Response:
        """``GET /admin/audit?search=…&before=…``: the latest first, 50 at a time."""
        signed = self.door.enter("manageAdmins")
        search = request.args.get("search", "")[:200]
        found = self.pages.audit.search(search, before_id=key_of("before"), limit=PAGE + 1)
        lines = found[:PAGE]
        return self.pages.show(
            "audit.html",
            signed,
            lines=lines,
            search=search,
            more=lines[-1].id if len(found) > PAGE else None,
            words=_words,
        )


def key_of(name: str) -> int | None:
    """Where a list goes on, as its address says; None for its beginning."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _words(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in values.items()
    )
