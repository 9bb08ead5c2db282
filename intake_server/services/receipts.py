"""What a sender is told of each submission."""

from dataclasses import dataclass

from intake_server.services.reading import Problem
from intake_server.storage.submissions import Submission

Target = tuple[str, str]
"""A document and its kind."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is past a limit, and which: it is not kept, its form is.

    ``name`` or ``sha256`` says which file it is.
    """

    reason: str
    name: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one submission; ``documents`` are (document, kind) pairs.

    ``missing`` are the files that it names and that did not come, ``left_out`` those
    that are not taken.
    """

    instance_id: str
    status: str
    sha256: str
    reference: str | None = None
    documents: tuple[Target, ...] = ()
    missing: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    sealed_for: str | None = None
    problem: Problem | None = None

    @property
    def place(self) -> tuple[str, bytes]:
        """The id of the submission and its SHA-256, as the store knows it."""
        return self.instance_id, bytes.fromhex(self.sha256)


def signed_text(receipt: Receipt, sha256: str) -> str:
    """Return the text by whose signature a receipt is believed.

    Args:
        receipt: What became of a submission.
        sha256: By which digest its sender knows it.
    """
    said = (receipt.instance_id, sha256, receipt.status, receipt.reference or "")
    return "|".join((*said, ",".join(receipt.missing)))


def first(submission: Submission) -> Receipt:
    """Return the receipt of a submission that came for the first time."""
    return _receipt(submission, submission.status)


def again(submission: Submission) -> Receipt:
    """Return the receipt of a submission that is here already."""
    return _receipt(submission, "duplicate")


def _receipt(submission: Submission, status: str) -> Receipt:
    problem = None
    if submission.slug is not None:
        problem = Problem(submission.slug, submission.detail or "", submission.field)
    return Receipt(
        instance_id=submission.instance_id,
        status=status,
        sha256=submission.sha256.hex(),
        reference=submission.reference,
        documents=tuple(submission.documents),
        problem=problem,
    )
