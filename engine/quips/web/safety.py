"""What keeps the pages to the officer at this computer."""

from __future__ import annotations

import io
from typing import IO

from flask import Flask, Request, Response, abort, request

MAX_UPLOAD = 5_000_000
"""The largest file or form that is taken, in bytes; no case file can be larger."""

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_HEADERS = {
    "Content-Security-Policy": "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class RequestInMemory(Request):
    """A request whose files stay in memory; mostly a large one is put into a temporary file, and a case does not belong there."""

    def _get_file_stream(self, *_: object, **__: object) -> IO[bytes]:
        return io.BytesIO()


def guard(app: Flask) -> None:
    """Refuse what does not come from this computer; keep what is sent out of temporary files and pages out of the cache."""
    app.request_class = RequestInMemory

    @app.before_request
    def from_this_computer() -> None:
        """A page elsewhere can make its own name lead here; only the loopback names are answered."""
        if request.host.rsplit(":", 1)[0] not in _LOOPBACK and request.host not in _LOOPBACK:
            abort(421)

    @app.after_request
    def kept_close(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response
