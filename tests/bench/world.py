"""What stands around the bridge in a measurement: a key set and a conferencing service."""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt.algorithms import RSAAlgorithm

from lti_bridge.simulators.meetingz import create_meetingz
from lti_bridge.simulators.serving import Server

SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"


class World:
    """Runs in the measuring process: its CPU isn't the server's."""

    def __init__(self, key: RSAPrivateKey) -> None:
        jwk = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        self._key_set = json.dumps({"keys": [jwk | {"kid": "bench", "alg": "RS256", "use": "sig"}]})
        self.meetingz = create_meetingz(secret=SECRET)
        self._stack = ExitStack()
        self._lock = threading.Lock()

    def __enter__(self) -> World:
        self._lms = self._stack.enter_context(Server(self._answer))
        self._service = self._stack.enter_context(Server(self.meetingz))
        self.issuer = self._lms.url
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def creates(self) -> int:
        """``create`` calls the service has seen."""
        return self.meetingz.faults.count("/create")

    def status_calls(self) -> int:
        """Calls that ask how a meeting stands."""
        faults = self.meetingz.faults
        return faults.count("/getMeetingInfo") + faults.count("/isMeetingRunning")

    def _answer(self, _environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = self._key_set.encode()
        start_response(
            "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        )
        return [body]

    def settings(self, folder: Path, database_url: str, port: int) -> Path:
        file = folder / "bench.toml"
        file.write_text(f"""
public_url = "http://127.0.0.1:{port}"
database_url = "{database_url}"
secret_key = "0f8e2b7c91d34a56b7c8d9e0f1a2b3c4d5e6"
[security]
allow_http = true
allow_private_networks = true
[[conferencing]]
name = "live"
kind = "meetingz"
url = "{self.meetingz.url_for(self._service)}"
secret = "{SECRET}"
[[platform]]
name = "Bench"
type = "Other"
version = "1.3"
issuer = "{self.issuer}"
client_id = "client-1"
deployment_ids = ["1"]
auth_login_url = "{self.issuer}/auth"
auth_token_url = "{self.issuer}/token"
key_set_url = "{self.issuer}/jwks"
meets_connection = 1
conferencing = "live"
""")
        return file
