"""Security headers of every page.

``form-action`` names whole schemes: browsers apply it to every redirect after a form too, and a
conferencing service sends people on to servers of its own that nobody can list beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable


def page_headers(
    ancestors: Iterable[str],
    *,
    allow_http: bool,
    framed: bool = True,
    images: Iterable[str] = (),
) -> dict[str, str]:
    """Headers of a page that only pages of ``ancestors`` (origins) and of our own may frame; or
    nobody, where it isn't to be ``framed`` at all. ``images``: origins of the pictures that it
    shows, beside our own.
    """
    schemes = "https: http:" if allow_http else "https:"
    policy = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            " ".join(("img-src 'self' data:", *images)),
            "connect-src 'self'",
            f"form-action 'self' {schemes}",
            "base-uri 'none'",
            "frame-ancestors " + (" ".join(("'self'", *ancestors)) if framed else "'none'"),
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


def admin_headers() -> dict[str, str]:
    """Headers of an admin page: nobody frames it, and its forms go to ourselves alone."""
    policy = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        # With "no-referrer" browsers say "Origin: null" of our own forms.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }
