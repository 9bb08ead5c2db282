"""Sending a file in parts, as a phone does (tus 1.0)."""

from typing import Any

from servers import Server, bearing
from werkzeug.test import TestResponse

PART = "application/offset+octet-stream"


def patch(
    server: Server,
    token: str,
    data: bytes,
    *,
    digest: str,
    offset: int = 0,
    **more: Any,
) -> TestResponse:
    """Send the next part of a file."""
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(offset),
        "Content-Type": PART,
        **more,
    }
    return server.client.patch(
        f"/api/v1/blobs/{digest}", data=data, headers={**bearing(token), **headers}
    )


def head(server: Server, token: str, digest: str, **more: Any) -> TestResponse:
    """Ask how much of a file is there."""
    headers = {**bearing(token), "Tus-Resumable": "1.0.0", **more}
    return server.client.head(f"/api/v1/blobs/{digest}", headers=headers)


def stands(answer: TestResponse) -> tuple[int, int]:
    """How much of a file is there, and of how much."""
    return int(answer.headers["Upload-Offset"]), int(answer.headers["Upload-Length"])
