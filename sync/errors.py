"""What can go wrong in the sync package.

SyncError
├── MalformedChangeError   a change that is not one: shape, id or hash
├── SchemaError            merge rules that do not hold
├── ScenarioError          a scenario file that says something unknown
├── FrameError             bytes that are no message of the protocol
│   ├── FrameTooLargeError     more bytes or changes than one message may carry
│   └── FrameTypeError         a media type or coding that is not spoken
├── VersionError           no version of the protocol in common
├── UnreachableError       no answer, or a 5xx: keep what you have, try later
└── RefusedError           the other side said no: a person must look
"""


class SyncError(Exception):
    """Anything this package cannot do as asked."""


class MalformedChangeError(SyncError):
    """A change whose shape, id or hash does not hold."""


class SchemaError(SyncError):
    """Merge rules that name an unknown policy, state or order."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class ScenarioError(SyncError):
    """A scenario that uses a key, policy or item kind nobody defined."""


class FrameError(SyncError):
    """Bytes that are no message of the protocol."""


class FrameTooLargeError(FrameError):
    """More bytes or changes than one message may carry."""

    def __init__(self, limit: int, unit: str) -> None:
        super().__init__(f"at most {limit} {unit} in one message")
        self.limit = limit
        self.unit = unit


class FrameTypeError(FrameError):
    """A media type or content coding in which no message is written."""

    def __init__(self, header: str, accepted: tuple[str, ...]) -> None:
        super().__init__(f"{header} must be one of: {', '.join(accepted)}")
        self.header = header
        self.accepted = accepted


class VersionError(SyncError):
    """The other side speaks no version of the protocol that is spoken here."""

    def __init__(self, spoken: tuple[int, ...]) -> None:
        super().__init__(f"versions spoken here: {', '.join(map(str, spoken))}")
        self.spoken = spoken


class UnreachableError(SyncError):
    """No answer came, or the other side is in trouble; trying later can help."""

    def __init__(self, reason: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class RefusedError(SyncError):
    """The other side refused the request as a whole; trying again cannot help."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"refused with status {status}: {reason}")
        self.status = status
        self.reason = reason
