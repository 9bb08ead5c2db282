"""The definition of every table.

What is said (``change``, ``body``, ``submission``) is only ever added to. What follows
from it (``document``, ``duty``, ``queue``, ``alias``, ``form``, ``form_file``, ``site``) can be thrown away and
made again from the changes. A key of a table that many writers touch begins with the
document, so the store can be spread over machines by it.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Index, LargeBinary, MetaData, text
from sqlmodel import Field, SQLModel

from intake_server.storage.types import ChangeId, DocumentId, Hlc, Json, UtcDateTime

_CLUSTERED: Final = {"sqlite_with_rowid": False}
"""Rows live in their key's own tree: one page to touch instead of two.

For small rows alone. Large ones with scattered keys would take a page each, and longer
ones a page more; they stand one behind the other, and the tree holds their keys.
"""


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class NodeRow(SQLModel, table=True):
    """This node: who it is and how far its own log has come; one row."""

    __tablename__ = "node"

    id: str = Field(primary_key=True)
    role: str
    site: str
    log: str
    seq: int = Field(sa_type=BigInteger)
    hlc: int = Field(sa_type=Hlc)
    prev: str
    epoch: str
    upstream: str | None


class ChangeRow(SQLModel, table=True):
    """A change without its content, added once and never altered.

    ``code`` says why it is quarantined, ``peer`` from whom it came. Code ``hash`` marks
    what is not what its id says: it is kept whole, as it came, under the hash of its
    bytes, follows into nothing and is passed on to nobody.
    """

    __tablename__ = "change"
    __table_args__ = (
        Index("ix_change_log", "log", "seq"),
        Index("ix_change_code", "code", **_where("code IS NOT NULL")),
    )

    id: str = Field(sa_type=ChangeId, primary_key=True)
    log: str
    seq: int = Field(sa_type=BigInteger)
    code: str | None
    received_ms: int = Field(sa_type=BigInteger)
    peer: str | None
    envelope: bytes = Field(sa_type=LargeBinary)


class BodyRow(SQLModel, table=True):
    """What one change says on one document.

    Empty bytes where it was erased, or came without its content and may come with it.
    The key begins with the change, which is new, so that keys are added at one end.
    """

    __tablename__ = "body"
    __table_args__ = (Index("ix_body_doc", "doc"),)

    change: str = Field(sa_type=ChangeId, primary_key=True)
    doc: str = Field(sa_type=DocumentId, primary_key=True)
    data: bytes = Field(sa_type=LargeBinary)


class DocumentRow(SQLModel, table=True):
    """What follows from all bodies of a document.

    ``view`` is what people see, but for what stands in the other columns and for what
    most documents do not have. ``heads`` is what the next change is merged with: the
    current versions of each cell and the versions named in them that have not arrived.
    ``search`` is the reference and the names as they are looked for, ``sites`` is
    ``|``-enclosed, ``newest`` the greatest clock value among the heads, ``family`` the
    reference of the first child of a person's siblings, ``decision`` the decision of an
    authority on which the care of a case rests.
    """

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_newest", "kind", "newest").ddl_if(dialect="postgresql"),
        Index("ix_document_lately", "kind", "newest", "sites", "is_voided").ddl_if(
            dialect="sqlite"  # PostgreSQL's entries are short, and a list may be long
        ),
        Index("ix_document_reference", "reference", **_where("reference IS NOT NULL")),
        Index("ix_document_family", "family", **_where("family IS NOT NULL")),
        Index("ix_document_decision", "decision", **_where("decision IS NOT NULL")),
        Index("ix_document_nameless", "newest", **_where("search = lower(reference)")),
        Index(
            "ix_document_search", "kind", "search", "doc", **_where("kind = 'person'")
        ),
        Index("ix_document_subject", "subject", **_where("subject IS NOT NULL")),
        Index("ix_document_parent", "parent", **_where("parent IS NOT NULL")),
    )

    doc: str = Field(sa_type=DocumentId, primary_key=True)
    kind: str
    reference: str | None
    subject: str | None = Field(sa_type=DocumentId)
    parent: str | None = Field(sa_type=DocumentId)
    sites: str
    newest: int = Field(sa_type=Hlc)
    is_voided: bool
    is_erased: bool
    contested: int
    search: str
    view: str
    heads: bytes = Field(sa_type=LargeBinary)
    family: str | None
    decision: str | None


class DutyRow(SQLModel, table=True):
    """Something to do about a child on the board of a site, or the word that it is done.

    ``board`` is empty for such a word; ``owner`` is the child where the document says
    which, else the document itself. ``at`` and ``due`` are days or moments as text.
    """

    __tablename__ = "duty"
    __table_args__ = (
        Index("ix_duty_board", "site", "board", "due", **_where("is_open")),
        Index("ix_duty_owner", "owner", "key"),
        _CLUSTERED,
    )

    doc: str = Field(sa_type=DocumentId, primary_key=True)
    key: str = Field(primary_key=True)
    board: str = Field(primary_key=True)
    site: str = Field(primary_key=True)
    owner: str = Field(sa_type=DocumentId)
    at: str
    due: str
    role: str
    is_open: bool


class WithheldRow(SQLModel, table=True):
    """From whom something is withheld about a child, as a case says it.

    ``names`` are people in words that sound alike however they are spelled, a line each;
    ``mark`` is a number that follows from them, so that a sum tells whether any changed.
    """

    __tablename__ = "withheld"

    doc: str = Field(sa_type=DocumentId, primary_key=True)
    names: str
    mark: int = Field(sa_type=BigInteger)


class AliasRow(SQLModel, table=True):
    """A person that is linked with others, and the canonical one among them."""

    __tablename__ = "alias"
    __table_args__ = (Index("ix_alias_canonical", "canonical"), _CLUSTERED)

    doc: str = Field(sa_type=DocumentId, primary_key=True)
    canonical: str = Field(sa_type=DocumentId)


class QueueRow(SQLModel, table=True):
    """A question for a person.

    ``source`` says what it follows from: a ``document``, a whole ``change``, the
    ``identity`` of persons, the ``siblings`` of a family, or ``local``, a proposal of this node. All but the local ones
    are made again when their facts change. ``owner`` and ``sites`` say whose it is,
    ``is_spelling`` whether the answers are one word in several spellings. ``turn`` names
    who is looked to while people talk about it: the site that was asked, the person who
    got an answer. ``asked`` tells to which document an id belongs; here those of one
    document stand together.
    """

    __tablename__ = "queue"
    __table_args__ = (
        Index("ix_queue_order", "severity", "first_seen", "qid"),
        Index("ix_queue_turn", "turn", **_where("turn IS NOT NULL")),
    )

    doc: str = Field(primary_key=True)
    qid: str = Field(sa_type=ChangeId, primary_key=True)
    kind: str
    cell: str
    key: str
    severity: int
    owner: str
    sites: str
    first_seen: str
    is_provisional: bool
    source: str
    body: Any = Field(sa_type=Json)
    is_spelling: bool = Field(
        default=False, sa_column_kwargs={"server_default": text("false")}
    )
    turn: str | None = None


class AskedRow(SQLModel, table=True):
    """A question that is open or was, so that a late answer is told what became of it.

    ``since`` is when it was first asked here, in milliseconds since 1970-01-01T00:00Z,
    however old the answers were by then; None where that is not noted yet.
    """

    __tablename__ = "asked"
    __table_args__ = (Index("ix_asked_undated", "qid", **_where("since IS NULL")),)

    qid: str = Field(sa_type=ChangeId, primary_key=True)
    doc: str
    kind: str
    key: str
    since: int | None = Field(default=None, sa_type=BigInteger)


class FeedRow(SQLModel, table=True):
    """The order in which changes were accepted here; cursors count along it."""

    __tablename__ = "feed"
    __table_args__ = _CLUSTERED

    shard: int = Field(primary_key=True)
    pos: int = Field(sa_type=BigInteger, primary_key=True)
    change: str = Field(sa_type=ChangeId)


class CounterRow(SQLModel, table=True):
    """The last position of a feed's shard; its lock is held to the commit."""

    __tablename__ = "counter"

    shard: int = Field(primary_key=True)
    n: int = Field(sa_type=BigInteger)


class PeerRow(SQLModel, table=True):
    """Another node: how far each of the two has heard the other."""

    __tablename__ = "peer"

    id: str = Field(primary_key=True)
    site: str
    url: str | None
    epoch: str | None
    token: str | None
    token_sha256: bytes | None = Field(sa_type=LargeBinary, unique=True)
    public_key: str | None
    in_cursor: str | None
    out_pos: int = Field(sa_type=BigInteger)
    last_ok: datetime | None = Field(sa_type=UtcDateTime)
    clock_off_ms: int | None = Field(sa_type=BigInteger)
    revoked: datetime | None = Field(sa_type=UtcDateTime)


class SubmissionRow(SQLModel, table=True):
    """A finished form byte for byte as it came, and what became of it.

    ``raw`` is compressed, ``media`` says whether it is ``xml``, ``json`` or ``sealed``.
    ``instance_id`` may repeat with other content; both are kept. A held one waits for
    the submission that it corrects, for its form, or for a person. ``off_ms`` and
    ``based_on`` are what was said beside the bytes, ``corrects`` is the instance id of
    the submission that it replaces. ``further`` are the changes that say which files
    its answers mean, of those that came after it. ``worker`` is who filled it in, as
    they name themselves.
    """

    __tablename__ = "submission"
    __table_args__ = (
        Index("ix_submission_held", "awaits", **_where("is_held")),
        Index(
            "ix_submission_aside",
            *("is_held", "received", "instance_id", "sha256", "site", "form_id"),
            **_where("status = 'quarantined'"),
        ),
        Index("ix_submission_change", "change", **_where("change IS NOT NULL")),
        Index("ix_submission_corrects", "corrects", **_where("corrects IS NOT NULL")),
    )

    instance_id: str = Field(primary_key=True)
    sha256: bytes = Field(sa_type=LargeBinary, primary_key=True)
    media: str
    raw: bytes = Field(sa_type=LargeBinary)
    form_id: str
    form_version: str
    finalized_at: str | None
    received: datetime = Field(sa_type=UtcDateTime)
    sender: str
    site: str
    status: str
    slug: str | None
    detail: str | None
    field: str | None
    reference: str | None
    documents: Any = Field(sa_type=Json)
    attachments: Any = Field(sa_type=Json)
    change: str | None = Field(sa_type=ChangeId)
    is_held: bool
    awaits: str | None
    off_ms: int | None = Field(sa_type=BigInteger)
    based_on: Any = Field(sa_type=Json, nullable=True)
    corrects: str | None
    further: Any = Field(default=None, sa_type=Json, nullable=True)
    worker: str | None


class AttachmentRow(SQLModel, table=True):
    """A file that a submission names, whose bytes may not have come yet.

    What the submission says of it stands there, at the place ``number``; here it is
    found by its digest. ``form`` is the submission's own digest, ``site`` its site.
    One that comes sealed comes under the digest ``sealed`` and is opened by ``key``.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_sha256", "sha256"),
        Index("ix_attachment_sealed", "sealed", **_where("sealed IS NOT NULL")),
        _CLUSTERED,
    )

    instance_id: str = Field(primary_key=True)
    form: bytes = Field(sa_type=LargeBinary, primary_key=True)
    number: int = Field(primary_key=True)
    sha256: bytes = Field(sa_type=LargeBinary)
    size: int = Field(sa_type=BigInteger)
    site: str
    sealed: bytes | None = Field(sa_type=LargeBinary)
    key: bytes | None = Field(sa_type=LargeBinary)


class BlobRow(SQLModel, table=True):
    """A file that came with a submission, kept by its digest inside the store."""

    __tablename__ = "blob"

    sha256: bytes = Field(sa_type=LargeBinary, primary_key=True)
    size: int
    data: bytes = Field(sa_type=LargeBinary)


class DeliveryRow(SQLModel, table=True):
    """A site that has handed in a file, and so has shown that it had it."""

    __tablename__ = "delivery"
    __table_args__ = _CLUSTERED

    sha256: bytes = Field(sa_type=LargeBinary, primary_key=True)
    site: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)


class CopyRow(SQLModel, table=True):
    """What everybody who may see a file gets of it.

    ``media`` is what its first bytes say, ``state`` what that means here. Of a picture
    ``data`` and ``small`` are made anew; of anything else there is nothing but itself.
    """

    __tablename__ = "copy"

    sha256: bytes = Field(sa_type=LargeBinary, primary_key=True)
    media: str
    state: str
    data: bytes | None = Field(sa_type=LargeBinary)
    small: bytes | None = Field(sa_type=LargeBinary)


class UploadRow(SQLModel, table=True):
    """A file that comes in parts, and has not come to its end."""

    __tablename__ = "upload"
    __table_args__ = _CLUSTERED

    sha256: bytes = Field(sa_type=LargeBinary, primary_key=True)
    sender: str = Field(primary_key=True)
    size: int = Field(sa_type=BigInteger)
    received: int = Field(sa_type=BigInteger)
    touched: datetime = Field(sa_type=UtcDateTime)


class UploadPartRow(SQLModel, table=True):
    """A part of a file that comes in parts."""

    __tablename__ = "upload_part"

    sha256: bytes = Field(sa_type=LargeBinary, primary_key=True)
    sender: str = Field(primary_key=True)
    start: int = Field(sa_type=BigInteger, primary_key=True)
    data: bytes = Field(sa_type=LargeBinary)


class AllowanceRow(SQLModel, table=True):
    """How many bytes of files a device has handed in on a day."""

    __tablename__ = "allowance"
    __table_args__ = _CLUSTERED

    sender: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    used: int = Field(sa_type=BigInteger)


class FormRow(SQLModel, table=True):
    """A version of a form, as the change that published it says."""

    __tablename__ = "form"

    form_id: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    doc: str = Field(sa_type=DocumentId, unique=True)
    xml: str
    md5: str
    title: Any = Field(sa_type=Json)
    rules: Any = Field(sa_type=Json)
    published: int = Field(sa_type=Hlc)
    is_retired: bool
    media: Any = Field(sa_type=Json, sa_column_kwargs={"server_default": text("'[]'")})


class FormFileRow(SQLModel, table=True):
    """A file that came with a form, by the form's document and the file's digest."""

    __tablename__ = "form_file"

    doc: str = Field(sa_type=DocumentId, primary_key=True)
    sha256: bytes = Field(sa_type=LargeBinary, primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)


class SiteRow(SQLModel, table=True):
    """A centre, as the changes say."""

    __tablename__ = "site"

    name: str = Field(primary_key=True)
    doc: str = Field(sa_type=DocumentId, unique=True)
    title: Any = Field(sa_type=Json)
    reference_block: str | None
    seal_key: str | None
    receipt_key: str | None


class MailRow(SQLModel, table=True):
    """A letter that waits to be opened here."""

    __tablename__ = "mail"
    __table_args__ = _CLUSTERED

    doc: str = Field(sa_type=DocumentId, primary_key=True)


class CodeRow(SQLModel, table=True):
    """A one-time code, kept as its SHA-256; used once, before it expires."""

    __tablename__ = "code"

    sha256: bytes = Field(sa_type=LargeBinary, primary_key=True)
    purpose: str
    payload: Any = Field(sa_type=Json)
    expires: datetime = Field(sa_type=UtcDateTime)
    used: datetime | None = Field(sa_type=UtcDateTime)


class DeviceRow(SQLModel, table=True):
    """A phone or tablet that may send submissions.

    ``turned_away`` is when it first called after it was revoked, and so was told,
    ``wiped`` when it said that nothing is left on it. ``lease_until`` is empty for one
    that has no key of its own, ``defaults`` what it fills in by itself.
    """

    __tablename__ = "device"

    id: str = Field(primary_key=True)
    label: str
    site: str
    role: str
    token_sha256: bytes = Field(sa_type=LargeBinary, unique=True)
    public_key: str | None
    enrolled: datetime = Field(sa_type=UtcDateTime)
    revoked: datetime | None = Field(sa_type=UtcDateTime)
    last_seen: datetime | None = Field(sa_type=UtcDateTime)
    clock_off_ms: int | None = Field(sa_type=BigInteger)
    turned_away: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    wiped: datetime | None = Field(default=None, sa_type=UtcDateTime)
    defaults: Any = Field(default=None, sa_type=Json, nullable=True)


class PractisingRow(SQLModel, table=True):
    """A device, a person or a whole site that practises, by id or name."""

    __tablename__ = "practising"
    __table_args__ = _CLUSTERED

    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)


class AttemptRow(SQLModel, table=True):
    """Wrong codes or passwords of one account or place, by the digest of its name.

    The next attempt waits until ``until``; after ``forgotten`` the count begins anew.
    """

    __tablename__ = "attempt"
    __table_args__ = _CLUSTERED

    key: bytes = Field(sa_type=LargeBinary, primary_key=True)
    failures: int
    until: datetime = Field(sa_type=UtcDateTime)
    forgotten: datetime = Field(sa_type=UtcDateTime)


class PersonRow(SQLModel, table=True):
    """Somebody who works with the records; ``until`` is when that ends by itself."""

    __tablename__ = "person"

    id: str = Field(primary_key=True)
    name: str
    role: str
    site: str
    ended: datetime | None = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CredentialRow(SQLModel, table=True):
    """By what a person signs in: a name, a password as argon2id, and a TOTP secret."""

    __tablename__ = "credential"

    person: str = Field(foreign_key="person.id", primary_key=True)
    login: str = Field(unique=True)
    password: str
    secret: str
    since: datetime = Field(sa_type=UtcDateTime)


class StepRow(SQLModel, table=True):
    """A step of TOTP whose code a person has used; its key lets nobody use it twice."""

    __tablename__ = "totp_step"
    __table_args__ = _CLUSTERED

    person: str = Field(primary_key=True)
    step: int = Field(sa_type=BigInteger, primary_key=True)


class RecoveryRow(SQLModel, table=True):
    """A printed code that stands for one TOTP code; it goes when it is used."""

    __tablename__ = "recovery"
    __table_args__ = _CLUSTERED

    person: str = Field(primary_key=True)
    sha256: bytes = Field(sa_type=LargeBinary, primary_key=True)


class SessionRow(SQLModel, table=True):
    """A person's signed-in browser; the token is kept as its SHA-256.

    ``proved`` is when they last showed by password and code that it is they.
    """

    __tablename__ = "session"
    __table_args__ = (Index("ix_session_person", "person"),)

    sha256: bytes = Field(sa_type=LargeBinary, primary_key=True)
    person: str = Field(foreign_key="person.id")
    csrf: str
    created: datetime = Field(sa_type=UtcDateTime)
    expires: datetime = Field(sa_type=UtcDateTime)
    browser: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    proved: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TokenRow(SQLModel, table=True):
    """A bearer token of a script or person; kept as its SHA-256."""

    __tablename__ = "token"
    __table_args__ = (Index("ux_token_id", "id", unique=True),)

    sha256: bytes = Field(sa_type=LargeBinary, primary_key=True)
    id: str
    name: str
    role: str
    site: str
    person: str | None = Field(foreign_key="person.id")
    created: datetime = Field(sa_type=UtcDateTime)
    revoked: datetime | None = Field(sa_type=UtcDateTime)


class AuditRow(SQLModel, table=True):
    """Who did or read what, and when: added to, never altered."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_object", "object"),
        Index("ix_audit_decided", "at", **_where("action = 'decide'")),
    )

    seq: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str
    action: str
    object: str
    meta: Any = Field(sa_type=Json)


class ReferenceBlockRow(SQLModel, table=True):
    """A block of children's references, and the next number that is free in it."""

    __tablename__ = "reference_block"
    __table_args__ = (Index("ix_reference_block_owner", "site", "device"),)

    block: str = Field(primary_key=True)
    site: str
    device: str | None
    next: int


class VisitRow(SQLModel, table=True):
    """When somebody was on a page last, and when the time before that ended."""

    __tablename__ = "visit"
    __table_args__ = _CLUSTERED

    actor: str = Field(primary_key=True)
    page: str = Field(primary_key=True)
    before: datetime | None = Field(sa_type=UtcDateTime)
    last: datetime = Field(sa_type=UtcDateTime)


class NoticeRow(SQLModel, table=True):
    """Where somebody is written to when something waits, and the last such letter."""

    __tablename__ = "notice"

    person: str = Field(foreign_key="person.id", primary_key=True)
    address: str
    hours: int
    told: datetime = Field(sa_type=UtcDateTime)
    tried: datetime | None = Field(default=None, sa_type=UtcDateTime)
    trouble: str


class DraftRow(SQLModel, table=True):
    """A form that is not finished; it stands at this node and never travels.

    ``xml`` is compressed; ``person`` is the child's document, where there is one;
    ``owner`` whose it is to finish, nobody's in particular where there is none;
    ``opened`` what was known when the form was opened; ``held`` the question about what
    a phone sent, where the form came from there; ``unasked`` what was answered and is
    not asked now, and ``typed`` what is no answer, as whoever fills the form in wrote it.
    """

    __tablename__ = "draft"
    __table_args__ = (
        Index("ix_draft_person", "person"),
        Index("ix_draft_site", "site"),
    )

    id: str = Field(primary_key=True)
    person: str | None = Field(sa_type=DocumentId)
    site: str
    form_id: str
    form_version: str
    author: str
    saved_by: str
    owner: str | None
    begun: datetime = Field(sa_type=UtcDateTime)
    saved: datetime = Field(sa_type=UtcDateTime)
    revision: int
    xml: bytes = Field(sa_type=LargeBinary)
    opened: Any = Field(sa_type=Json)
    discarded: datetime | None = Field(default=None, sa_type=UtcDateTime)
    held: str | None
    unasked: Any = Field(default=None, sa_type=Json, nullable=True)
    typed: Any = Field(default=None, sa_type=Json, nullable=True)


class DraftFileRow(SQLModel, table=True):
    """A file that a form names which is not finished."""

    __tablename__ = "draft_file"
    __table_args__ = (Index("ix_draft_file_sha256", "sha256"),)

    draft: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    sha256: bytes = Field(sa_type=LargeBinary)
    size: int = Field(sa_type=BigInteger)


class LeaseRow(SQLModel, table=True):
    """Who may do a job at the moment, so that no two do."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    until: datetime = Field(sa_type=UtcDateTime)


METADATA: Final[MetaData] = SQLModel.metadata

AUDIT_TRIGGERS: Final = tuple(
    f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END"
    for verb in ("UPDATE", "DELETE")
)
"""SQLite only; on PostgreSQL the server's role has no right to do either."""
