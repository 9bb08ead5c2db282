"""A program that sends something large through the exchange, and tells what it cost.

``python -m gluttons KIND FOLDER`` prints by how many megabytes the peak of its memory
rose, beyond what a server with one small exchange behind it takes.
"""

import resource
import sys
from pathlib import Path

from hostile import Author
from msgspec import Raw
from servers import Server, a_server, bearing
from stores import SqliteStores

from intake_server.security.policy import Role
from sync.change import Write, encode
from sync.protocol import frames
from sync.protocol.messages import Exchange

IDS = tuple(f"{n:032x}" for n in range(100_000))
LARGE = {
    "preds": lambda author: encode(author.on(Write(f="odd", v=1, p=IDS))),
    "undoes": lambda author: encode(author.on(Write(f="odd", undoes=IDS))),
    "field": lambda author: encode(author.on(Write(f="odd", v="x" * 3_400_000))),
    "deep": lambda author: b"[" * 1_900_000 + b"]" * 1_900_000,
    "writes": lambda author: encode(
        author.on(*(Write(f=f"odd_{n}", v=n) for n in range(80_000)))
    ),
}


def peak_mb() -> float:
    """Return the most memory that this program has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def send(server: Server, token: str, *parts: bytes) -> int:
    """Push changes as another node does; return the status."""
    message = Exchange(epoch="e", push=tuple(map(Raw, parts)))
    answer = server.client.post(
        "/sync/v1/exchange",
        data=frames.write(message),
        content_type=frames.JSON,
        headers=bearing(token),
    )
    return answer.status_code


def main(kind: str, folder: str) -> None:
    """Send it, and print the cost."""
    author = Author()
    large = LARGE[kind](author)
    with a_server(Path(folder), SqliteStores(Path(folder))) as server:
        token = server.token(Role.NODE)
        assert send(server, token, encode(author.on(Write(f="odd", v=0)))) == 200
        before = peak_mb()
        status = send(server, token, large)
        assert status in (200, 400), status
        print(peak_mb() - before)  # noqa: T201 - what it is for


if __name__ == "__main__":
    main(*sys.argv[1:])
