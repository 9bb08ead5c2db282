"""Many phones at once, each handing over one form a request, as ODK Collect does."""

import http.client
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from intake_server.services.intake import Incoming

CLIENTS: Final = 8
FORMS_A_LINE: Final = 10
"""After so many forms a phone has sent what it had, and the next one calls."""
_BORDER: Final = "a-form-ends-here"
_PART: Final = (
    f"--{_BORDER}\r\n"
    'Content-Disposition: form-data; name="xml_submission_file";'
    ' filename="form.xml"\r\n'
    "Content-Type: text/xml\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Crowd:
    """How long all took together, and each post for its sender, in seconds.

    ``peak_mb`` is the most memory that a process of the server held.
    """

    seconds: float
    waits: tuple[float, ...]
    peak_mb: float = 0.0

    @property
    def p99_ms(self) -> float:
        """The wait that one sender in a hundred exceeds, in milliseconds."""
        return sorted(self.waits)[len(self.waits) * 99 // 100] * 1_000


def body(form: Incoming) -> bytes:
    """Return a request's body with one form in it."""
    return _PART.encode() + (form.xml or b"") + f"\r\n--{_BORDER}--\r\n".encode()


def send(port: int, token: str, bodies: Sequence[bytes]) -> Crowd:
    """Post all, by several phones at once.

    Raises:
        RuntimeError: The server did not say of each that it is kept.
    """
    with ThreadPoolExecutor(CLIENTS) as phones:
        begun = perf_counter()
        shares = [
            phones.submit(_send, port, token, range(n, len(bodies), CLIENTS), bodies)
            for n in range(CLIENTS)
        ]
        waits = [wait for share in shares for wait in share.result()]
        return Crowd(perf_counter() - begun, tuple(waits))


def _send(
    port: int, token: str, numbers: Sequence[int], bodies: Sequence[bytes]
) -> list[float]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    waits: list[float] = []
    for place, number in enumerate(numbers):
        if place % FORMS_A_LINE == 0:
            line.close()  # it opens again with the next request
        begun = perf_counter()
        line.request(
            "POST",
            f"/key/{token}/submission?deviceID=collect%3A{number % CLIENTS}",
            bodies[number],
            {
                "Content-Type": f"multipart/form-data; boundary={_BORDER}",
                "X-OpenRosa-Version": "1.0",
                "X-Number": str(number),
            },
        )
        answer = line.getresponse()
        answer.read()
        if answer.status != http.HTTPStatus.CREATED:
            raise RuntimeError(f"the server answered {answer.status}")
        waits.append(perf_counter() - begun)
    line.close()
    return waits
