"""What the LMS answered to our registration (Dynamic Registration 1.0, 3.6)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from lti_bridge.errors import RemoteMalformed, RemoteRejected
from lti_bridge.launch.registration.configuration import SERVICE
from lti_bridge.launch.registration.offer import TOOL_CONFIGURATION

if TYPE_CHECKING:
    from lti_bridge.http import Response

CALL: Final = "registration"
LONGEST_ID: Final = 255
UNREADABLE: Final = "registration_answer"
KEPT: Final = (
    "client_name",
    "redirect_uris",
    "initiate_login_uri",
    "jwks_uri",
    "scope",
    "registration_client_uri",
    TOOL_CONFIGURATION,
)
"""Members worth keeping; tokens and secrets (``registration_access_token``) are none of them."""
MOST_KEPT: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Registered:
    """The tool as the LMS knows it now."""

    client_id: str
    deployment_id: str
    """Empty: the LMS makes deployments later."""
    kept: Mapping[str, Any] = field(default_factory=dict)


def read(response: Response) -> Registered:
    """Raises :class:`RemoteRejected` where the LMS said no, else :class:`RemoteMalformed`."""
    document = _object(response.body)
    if response.status not in {200, 201}:
        raise _refused(response.status, document)
    client_id = _identifier(document, "client_id")
    if not client_id:
        raise RemoteMalformed(
            "The LMS registered the tool without saying a client_id we can use.",
            service=SERVICE,
            call=CALL,
            remedy="Look for the tool in the LMS, and enter its client ID by hand:"
            " lti-bridge platform add.",
            code=UNREADABLE,
        )
    tool = document.get(TOOL_CONFIGURATION)
    deployment_id = _identifier(tool, "deployment_id") if isinstance(tool, dict) else ""
    kept = {name: document[name] for name in KEPT if name in document}
    if len(json.dumps(kept)) > MOST_KEPT:
        kept = {}
    return Registered(client_id, deployment_id, kept)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _identifier(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # Canvas' identifiers are numbers, and some versions write them so
    fits = isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_ID
    return str(value) if fits else ""


def _refused(status: int, document: Mapping[str, Any]) -> RemoteRejected:
    """Its error code, where it gives one (RFC 7591, 3.2.2); its prose stays there."""
    said = document.get("error")
    known = isinstance(said, str) and said.replace("_", "").isalnum() and len(said) <= 60
    reason = f"{said} (HTTP {status})" if known else f"HTTP {status}"
    return RemoteRejected(
        f"The LMS refused the registration: {reason}.",
        service=SERVICE,
        call=CALL,
        remedy="A registration can be begun only once from the LMS's page: begin again there.",
        code="registration_refused",
    )
