"""What can go wrong with forms, and how it is told.

FormError
├── AuthoringError              an XLSForm that cannot become a form
├── DefinitionError             an XForm that says too little, or two things at once
├── UnknownLatticeError         a policy names an order that nobody wrote down
└── SubmissionError             a submission that cannot be taken in as it is; has a slug
    ├── MalformedXmlError       malformed-xml
    ├── DoctypeError            doctype
    ├── TooDeepError            too-deep
    ├── TooManyElementsError    too-many-elements
    ├── TooLargeError           too-large
    ├── MissingInstanceIdError  missing-instance-id
    ├── UnreadableValueError    unreadable-value
    └── UnfitCorrectionError    unfit-correction

Messages name fields, rows and limits, never an answer.
"""

from typing import ClassVar


class FormError(Exception):
    """Something about a form or a submission cannot be done as asked."""


class AuthoringError(FormError):
    """An XLSForm cannot be converted; says where, as far as that is known."""

    def __init__(
        self,
        message: str,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(message)
        self.sheet = sheet
        self.row = row
        self.column = column


class DefinitionError(FormError):
    """An XForm says too little about itself, or two things about one property.

    ``field`` is the name of the row in the survey sheet, ``column`` what stands wrong in
    it: of our own columns the name after ``bind::dodomu:``.
    """

    def __init__(
        self, message: str, *, field: str | None = None, column: str | None = None
    ) -> None:
        super().__init__(message)
        self.field = field
        self.column = column


class UnknownLatticeError(FormError):
    """A policy names an order that nobody wrote down."""

    def __init__(self, lattice: str) -> None:
        super().__init__(f"there is no lattice {lattice!r}")
        self.lattice = lattice


class SubmissionError(FormError):
    """A submission cannot be taken in as it is; it is kept, and a person looks."""

    slug: ClassVar[str]


class MalformedXmlError(SubmissionError):
    """The submission is not one well-formed UTF-8 XML document."""

    slug = "malformed-xml"

    def __init__(self) -> None:
        super().__init__("the submission is not a well-formed UTF-8 XML document")


class DoctypeError(SubmissionError):
    """The submission brings a document type; no form does."""

    slug = "doctype"

    def __init__(self) -> None:
        super().__init__("the submission brings a document type declaration")


class TooDeepError(SubmissionError):
    """The submission is nested deeper than any form."""

    slug = "too-deep"

    def __init__(self, *, limit: int) -> None:
        super().__init__(f"the submission is nested deeper than {limit}")
        self.limit = limit


class TooManyElementsError(SubmissionError):
    """The submission has more elements than any form."""

    slug = "too-many-elements"

    def __init__(self, *, limit: int) -> None:
        super().__init__(f"the submission has more than {limit} elements")
        self.limit = limit


class TooLargeError(SubmissionError):
    """The submission or one of its fields is larger than any form needs."""

    slug = "too-large"

    def __init__(self, *, limit: int, field: str | None = None) -> None:
        what = "the submission" if field is None else f"the field {field!r}"
        super().__init__(f"{what} is larger than {limit} bytes")
        self.limit = limit
        self.field = field


class MissingInstanceIdError(SubmissionError):
    """The submission does not say its own id; the form it belongs to may be known."""

    slug = "missing-instance-id"

    def __init__(self, *, form_id: str, version: str) -> None:
        super().__init__("the submission has no instanceID")
        self.form_id = form_id
        self.version = version


class UnreadableValueError(SubmissionError):
    """An answer is not of the type its field asks for."""

    slug = "unreadable-value"

    def __init__(self, *, field: str) -> None:
        super().__init__(f"the answer in {field!r} cannot be read")
        self.field = field


class UnfitCorrectionError(SubmissionError):
    """A correction names a question that was not asked, or an answer that is not there."""

    slug = "unfit-correction"

    def __init__(self, *, field: str) -> None:
        super().__init__("the form that it corrects says something else there")
        self.field = field
