"""What this server cannot do as asked; expected outcomes are values instead.

IntakeError
├── ConfigError                a setting that does not exist or is not of its type
│   └── UnsafeConfigError      settings under which the server must not start (exit 78)
├── MalformedError             a body that is not what its content type says
├── UnauthenticatedError       no credentials, or ones that nobody has
│   ├── StaleProofError        a proof of another time than now
│   ├── RevokedDeviceError     a device that was put out, told by its own key
│   └── LeaseOverError         a device whose time is over
├── NotFoundError              there is none, or it is not for the asker
│   └── UnknownCodeError       a one-time code that is unknown, used or expired
├── WrongCredentialsError      no such name, or a wrong password or code
├── TooManyAttemptsError       wrong codes or passwords, one after the other
├── ShownOnceError             a secret that was shown, and is not shown again
├── StalePageError             a page's form without the token of its session
├── StaleItemError             the queue item moved while a person decided
├── StaleRecordError           what was on the screen is not what stands now
├── NotPractisedError          a form in earnest, from somebody who practises
├── TooLargeError              more bytes or items than one request may carry
├── WrongOffsetError           a part of a file that does not go on where it stopped
├── WrongFileError             a file that is not the one its SHA-256 names
├── ResumableVersionError      an upload in a version of tus that is not spoken here
├── DailyLimitError            more bytes of files than a device hands in on a day
├── UnsupportedTypeError       a content type or encoding that is not read here
├── InvalidRequestError        a readable body or query that does not fit
│   └── WrongVerbError         a decision that this kind of item does not take
├── RuleOfCareError            a decision that would break a rule of care
├── LastAdminError             nobody would be left to let people in
├── NotCentralError            only the central node does this
├── NoReferencesError          no free reference is left to give to a child
├── LegalHoldError             a record that the law forbids to erase for now
├── UnknownProtocolError       a node that speaks no version of sync known here
├── HeldError                  somebody else is doing this job at the moment
├── BusyError                  the store did not answer in time; try again
│   └── AuditError             the act could not be noted, so it did not happen
└── StorageFullError           no room left on the disk

Messages hold ids and field names, never an answer, a name of a person or a token.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

RETRY_AFTER_S: Final = 5
"""How long a client is asked to wait where nothing better is known."""

_UNKNOWN: Final = "this call needs credentials that are known here"


class IntakeError(Exception):
    """Anything this server cannot do as asked."""


class ConfigError(IntakeError):
    """A setting that does not exist, or a value that is not of its type."""

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(f"{setting}: {reason}")
        self.setting = setting
        self.reason = reason


class UnsafeConfigError(ConfigError):
    """Settings, keys or a machine on which the server must not start."""


class MalformedError(IntakeError):
    """A body that is not what its content type says."""


class UnauthenticatedError(IntakeError):
    """A call without credentials, or with ones that nobody has.

    Attributes:
        schemes: The ways in that this call knows, for ``WWW-Authenticate``.
    """

    def __init__(self, *schemes: str, reason: str = _UNKNOWN) -> None:
        super().__init__(reason)
        self.schemes = schemes


class StaleProofError(UnauthenticatedError):
    """A device proved a call of another time than now: its clock is wrong, or it waited.

    Attributes:
        server_time_ms: The time here, in milliseconds since 1970.
    """

    def __init__(self, *schemes: str, server_time_ms: int) -> None:
        reason = "the proof was made at another time than now"
        super().__init__(*schemes, reason=reason)
        self.server_time_ms = server_time_ms


class RevokedDeviceError(UnauthenticatedError):
    """A device that was put out called, and proved that it is the one.

    Attributes:
        order: The order to wipe itself; None where this node signs nothing yet.
        signature: That of the order.
    """

    def __init__(self, *schemes: str, order: str | None, signature: str | None) -> None:
        super().__init__(*schemes, reason="this device was put out")
        self.order = order
        self.signature = signature


class LeaseOverError(UnauthenticatedError):
    """A device was let in until a moment that is past."""

    def __init__(self, *schemes: str) -> None:
        reason = "the time for which this device was let in is over"
        super().__init__(*schemes, reason=reason)


class NotFoundError(IntakeError):
    """There is no such thing, or it is not for the asker; nobody can tell which."""

    def __init__(self, kind: str, id: str = "") -> None:
        super().__init__(f"there is no {kind} {id}".rstrip())
        self.kind = kind
        self.id = id


class UnknownCodeError(NotFoundError):
    """A one-time code that is unknown, used or expired; nobody can tell which."""

    def __init__(self) -> None:
        super().__init__("such code, or it has been used, or its time is over")


class WrongCredentialsError(IntakeError):
    """Somebody is unknown, or has a wrong password or a wrong code; nobody says which."""

    def __init__(self) -> None:
        super().__init__("the name, the password or the code is wrong")


class TooManyAttemptsError(IntakeError):
    """Wrong codes or passwords came from one place, one after the other.

    Attributes:
        retry_after_s: How long the next attempt must wait.
    """

    def __init__(self, *, retry_after_s: int) -> None:
        super().__init__("too many wrong attempts")
        self.retry_after_s = retry_after_s


class ShownOnceError(IntakeError):
    """A secret was shown by this very form, and is not shown again."""

    def __init__(self) -> None:
        super().__init__("what this form makes was shown already")


class StalePageError(IntakeError):
    """A page's form that does not carry the token of the session it was sent in."""

    def __init__(self) -> None:
        super().__init__("the form does not belong to this session")


class StaleItemError(IntakeError):
    """The queue item moved after the person had read it.

    Attributes:
        current: The item as it is now; None where it is settled.
        settled: What settled it, where that is known.
    """

    def __init__(self, current: Any = None, settled: Any = None) -> None:
        super().__init__("the item is no longer the one that was decided on")
        self.current = current
        self.settled = settled


class StaleRecordError(IntakeError):
    """The record moved after the person had read it; nothing was written."""

    def __init__(self) -> None:
        super().__init__("the record is no longer the one that was on the screen")


class StaleDraftError(IntakeError):
    """An unfinished form that a colleague has saved meanwhile; nothing was kept.

    Attributes:
        draft: The form as it is now.
    """

    def __init__(self, draft: Any) -> None:
        super().__init__("the form was saved by somebody else meanwhile")
        self.draft = draft


class NotPractisedError(IntakeError):
    """A form that was filled in in earnest, from somebody who practises; not taken."""

    def __init__(self) -> None:
        super().__init__("the form was filled in in earnest, and its sender practises")


class TooLargeError(IntakeError):
    """More bytes or items than one request may carry."""

    def __init__(self, limit: int, unit: str) -> None:
        super().__init__(f"at most {limit} {unit} in one request")
        self.limit = limit
        self.unit = unit


class WrongOffsetError(IntakeError):
    """A part of a file that does not go on where the last one stopped.

    Attributes:
        received: How many bytes are here.
        size: How many there will be.
    """

    def __init__(self, received: int, size: int) -> None:
        super().__init__(f"{received} of {size} bytes are here; go on from there")
        self.received = received
        self.size = size


class WrongFileError(IntakeError):
    """A file whose bytes are not those that its SHA-256 names; they were discarded."""

    def __init__(self) -> None:
        super().__init__(
            "the bytes are not those of this SHA-256 and were discarded;"
            " begin again at offset 0"
        )


class ResumableVersionError(IntakeError):
    """An upload in a version of the tus protocol that is not spoken here."""

    def __init__(self, spoken: str) -> None:
        super().__init__(f"Tus-Resumable must be {spoken}")
        self.spoken = spoken


class DailyLimitError(IntakeError):
    """A device has handed in as many bytes of files as it may on a day.

    Attributes:
        retry_after_s: How long it waits for the next day.
    """

    def __init__(self, limit: int, *, retry_after_s: int) -> None:
        super().__init__(f"at most {limit} bytes of files a day from one device")
        self.limit = limit
        self.retry_after_s = retry_after_s


class UnsupportedTypeError(IntakeError):
    """A content type or content encoding that is not read here.

    Attributes:
        accepted: What is read here.
    """

    def __init__(self, header: str, accepted: Sequence[str]) -> None:
        super().__init__(f"{header} must be one of: {', '.join(accepted)}")
        self.header = header
        self.accepted = tuple(accepted)


class InvalidRequestError(IntakeError):
    """A readable body or query whose members do not fit.

    Attributes:
        errors: Reasons by path of the member; never what was sent there.
    """

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__(f"does not fit: {', '.join(sorted(errors))}")
        self.errors = errors


class WrongVerbError(InvalidRequestError):
    """A decision that this kind of queue item does not take."""

    def __init__(self, kind: str, verb: str) -> None:
        super().__init__({verb: [f"is no answer to a question of kind {kind}"]})
        self.kind = kind
        self.verb = verb


class RuleOfCareError(IntakeError):
    """A decision after which a child's record would break a rule of care.

    Attributes:
        rule: Its id, as ``R05``.
        field: The property to look at.
        what: What is wrong, a word for whoever puts it in words.
    """

    def __init__(self, rule: str, field: str, what: str) -> None:
        super().__init__(f"{rule} would not be kept: look at {field}")
        self.rule = rule
        self.field = field
        self.what = what


class LastAdminError(IntakeError):
    """Nobody would be left whose work goes on and who lets people in."""

    def __init__(self) -> None:
        super().__init__("this is the last administrator")


class NotCentralError(IntakeError):
    """Only the central node does this, so that two nodes never do it at once."""

    def __init__(self) -> None:
        super().__init__("only the central node does this; this node is a centre's")


class NoReferencesError(IntakeError):
    """Neither the site nor this node has a free reference left to give to a child."""

    def __init__(self) -> None:
        super().__init__("no free reference is left")


class LegalHoldError(IntakeError):
    """The law forbids to erase a record for now.

    Attributes:
        doc: The record.
    """

    def __init__(self, doc: str) -> None:
        super().__init__(
            f"the record {doc} is under a legal hold; nothing was erased."
            " Its history says why; lift the hold first"
        )
        self.doc = doc


class UnknownProtocolError(IntakeError):
    """Another node speaks no version of the sync protocol that is known here."""

    def __init__(self, spoken: Sequence[int]) -> None:
        super().__init__(f"versions spoken here: {', '.join(map(str, spoken))}")
        self.spoken = tuple(spoken)


class HeldError(IntakeError):
    """Somebody else is doing this job at the moment.

    Attributes:
        job: Name of the job.
        holder: Who does it.
    """

    def __init__(self, job: str, holder: str) -> None:
        super().__init__(f"{job} is being done by {holder}")
        self.job = job
        self.holder = holder


class BusyError(IntakeError):
    """The store did not answer in time; the same call later may well succeed."""

    def __init__(
        self,
        reason: str = "the store is busy",
        *,
        retry_after_s: int = RETRY_AFTER_S,
    ) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class AuditError(BusyError):
    """The act could not be noted, so it did not happen."""

    def __init__(self) -> None:
        super().__init__("the act could not be noted, so it did not happen")


class StorageFullError(IntakeError):
    """There is no room left to keep what was sent."""

    def __init__(self) -> None:
        super().__init__("there is no room left to keep what was sent")
