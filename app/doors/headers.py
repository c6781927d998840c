"""The headers that every response of both doors carries, whatever its status."""

from flask import Response, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # `no-referrer` would break the CSRF check over HTTPS.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def add_headers(response: Response, *, secure: bool) -> Response:
    """Adds the house's headers. Pages are never stored; assets may be, but are asked for again."""
    # No view sets one of them, so that none has to be looked for among those that are there.
    response.headers.extend(ALWAYS)
    if secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    response.headers["Cache-Control"] = "no-cache" if _is_asset(response) else "no-store"
    response.headers["Vary"] = "Cookie"
    return response


def _is_asset(response: Response) -> bool:
    return request.endpoint == "static" and response.status_code in (200, 206, 304)
