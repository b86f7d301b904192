"""Security headers of every page.

``form-action`` names whole schemes: browsers apply it to every redirect after a form too, and a
conferencing service sends people on to servers of its own that nobody can list beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable


def page_headers(ancestors: Iterable[str], *, allow_http: bool) -> dict[str, str]:
    """Headers of a page that only pages of ``ancestors`` (origins) and of our own may frame."""
    schemes = "https: http:" if allow_http else "https:"
    policy = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            f"form-action 'self' {schemes}",
            "base-uri 'none'",
            "frame-ancestors " + " ".join(("'self'", *ancestors)),
        )
    )
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "unsafe-none",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }
