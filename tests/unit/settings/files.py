"""Settings files for the tests of this room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lti_bridge.errors import SettingsError
from lti_bridge.settings import load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KEY = "kW7pQx2vLr9tZb4nYc8mJd5hSg3fAe6u"
OTHER_KEY = "Xq9mTz4wBn7rVk2pLs6yHd3jGf8cWe5a"

TOP = f"""
public_url   = "https://bridge.example.edu"
database_url = "sqlite:///var/bridge.db"
secret_key   = "{KEY}"
"""

LIVE = """
[[conferencing]]
name     = "live"
kind     = "meetingz"
url      = "https://api.meetingz.ir/KEY/"
secret   = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"
"""

WEBINARS = """
[[conferencing]]
name     = "webinars"
kind     = "onstream"
url      = "https://onstream.example/api/2/"
username = "johndoe"
password = "onstream-pass"
timezone = "UP1"
"""

MOODLE = """
[[platform]]
name             = "Campus Moodle"
type             = "Moodle"
version          = "1.3"
issuer           = "https://moodle.example.edu"
client_id        = "AbC123"
deployment_ids   = ["1"]
auth_login_url   = "https://moodle.example.edu/mod/lti/auth.php"
auth_token_url   = "https://moodle.example.edu/mod/lti/token.php"
key_set_url      = "https://moodle.example.edu/mod/lti/certs.php"
meets_connection = 1
conferencing     = "live"
"""

SAKAI = """
[[platform]]
name             = "Old Sakai"
type             = "Other"
version          = "1.1"
consumer_key     = "sakai"
shared_secret    = "sakai-shared"
meets_connection = 2
conferencing     = "live"
"""

MEETS = """
[meets]
url      = "https://client.meets.example/api/v1"
username = ""
password = ""
headers  = {}
params   = {}
unknown  = "pending"
"""

ENGAGEMENT = """
[engagement]
url     = "https://meetandengage.com/api/1.0/rest"
key     = "engagement-key"
secret  = "engagement-secret"
account = "companyname"
"""

SECURITY = """
[security]
allow_http             = false
allow_private_networks = false
"""

# The example of the contract's section 2, with real values where it has dots.
CONTRACT = (
    TOP + 'redis_url = "redis://127.0.0.1:6379/0"\n' + SECURITY + MEETS
    + LIVE + 'checksum = "sha1"\n' + WEBINARS + ENGAGEMENT
    + MOODLE + 'auth_audience = "https://api.brightspace.com/auth/token"\n' + SAKAI
)  # fmt: skip  # a line for each part of the file


def written(directory: Path, text: str) -> Path:
    """A settings file with that text."""
    file = directory / "bridge.toml"
    file.write_text(text, encoding="utf-8")
    return file


def mistakes(directory: Path, text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """The problem lines of a settings file, without its directory."""
    file = written(directory, text)
    with pytest.raises(SettingsError) as caught:
        load(file, environ or {})
    return [line.replace(f"{directory}/", "") for line in caught.value.problems]
