"""Another library's client of the same services: what it reads isn't only our own reading."""

from __future__ import annotations

from cryptography.hazmat.primitives import serialization as s
from pylti1p3.service_connector import ServiceConnector
from pylti1p3.tool_config import ToolConfDict


class _Connector(ServiceConnector):
    def __init__(self, registration):
        super().__init__(registration)
        self._kept = {}

    def _get_cached_access_token(self, scope_key):
        return self._kept.get(scope_key)

    def _cache_access_token(self, scope_key, access_token, expires_in):  # noqa: ARG002 - theirs
        self._kept[scope_key] = access_token


def connector(house):
    pem = house.key.private_key.private_bytes(
        s.Encoding.PEM, s.PrivateFormat.TraditionalOpenSSL, s.NoEncryption()
    )
    issuer = house.lms.issuer
    config = ToolConfDict(
        {
            issuer: [
                {
                    "default": True,
                    "client_id": "client-1",
                    "auth_login_url": house.lms.auth_login_url,
                    "auth_token_url": house.lms.auth_token_url,
                    "key_set_url": house.lms.key_set_url,
                    "deployment_ids": ["deployment-1"],
                }
            ]
        }
    )
    public = house.key.private_key.public_key().public_bytes(
        s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo
    )
    config.set_private_key(issuer, pem.decode(), client_id="client-1")
    config.set_public_key(issuer, public.decode(), client_id="client-1")
    registration = config.find_registration_by_params(issuer, "client-1")
    registration.get_kid = lambda: house.key.kid
    return _Connector(registration)
