"""Taking in an ODK export, through the same door as what phones send.

A form that is here already stays what it is, also where another server has written its
XML in another way; so an import can be said again, and a broken one continued.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import PurePosixPath
from secrets import token_bytes
from typing import Final

from intake_server.config import Settings
from intake_server.errors import StorageFullError
from intake_server.security.policy import Principal
from intake_server.services import attachments, intake, reading
from intake_server.services.attachments import File
from intake_server.services.authoring import Entropy
from intake_server.services.odk_exports import Found, Skipped, candidates, look
from intake_server.services.reading import Incoming, Read
from intake_server.services.shelves import Shelf, UnreadableError
from intake_server.storage import submissions
from intake_server.storage.attachments import Place
from intake_server.storage.database import Database, Session
from intake_server.storage.submissions import Submission

AT_ONCE: Final = 50

Progress = Callable[[int, int], None]
"""Told how many files were looked at, and of how many."""


@dataclass(slots=True)
class Summary:
    """What became of an export.

    ``counts`` are submissions by ``stored``, ``duplicate`` and ``quarantined``; ``files``
    is how many files came with them.
    """

    counts: Counter[str] = field(default_factory=Counter)
    files: int = 0
    skipped: list[Skipped] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """An export on its way in, in the name of ``sender``, whose site is the forms'."""

    database: Database
    shelf: Shelf
    sender: Principal
    settings: Settings
    now: Callable[[], datetime]
    entropy: Entropy = token_bytes
    summary: Summary = field(default_factory=Summary)

    def run(self, progress: Progress = lambda done, total: None) -> Summary:
        """Take in every finished form; what cannot be read spares the rest.

        Raises:
            StorageFullError: The disk is nearly full; what came before that is kept.
        """
        names, done = candidates(self.shelf), 0
        looked_at = look(self.shelf, names, self.settings.max_post_bytes)
        while part := tuple(islice(looked_at, AT_ONCE)):
            self._refuse_when_full()
            self.summary.skipped += (one for one in part if isinstance(one, Skipped))
            self._receive([self._laden(one) for one in part if isinstance(one, Found)])
            done += len(part)
            progress(done, len(names))
        return self.summary

    def _refuse_when_full(self) -> None:
        disk = shutil.disk_usage(self.settings.data)
        if disk.free < self.settings.least_free(disk.total):
            raise StorageFullError

    def _laden(self, one: Found) -> Incoming:
        """Keep a form's files; the form comes also where one of them cannot be read."""
        came: list[File] = []
        for path in one.files:
            try:
                content = self.shelf.read(path, self.settings.max_attachment_bytes)
            except UnreadableError as error:
                self.summary.skipped.append(Skipped(path, str(error)))
            else:
                came.append(File(PurePosixPath(path).name, content))
        kept = attachments.keep(
            self.database,
            came,
            sender=self.sender,
            now=self.now(),
            settings=self.settings,
        )
        self.summary.files += len(kept.files)
        self.summary.skipped += (
            Skipped(f"{one.name}: {file.name}", f"is past a limit ({file.reason})")
            for file in kept.left_out
        )
        return Incoming(
            xml=one.xml, finalized_at=one.finalized_at, attachments=kept.files
        )

    def _receive(self, batch: Sequence[Incoming]) -> None:
        """Take one batch in, with one commit."""
        if not batch:
            return
        post = intake.Post(batch=batch, sender=self.sender, now=self.now())
        post = intake.read(self.database, post)
        with self.database.reading() as session:
            same = _said_before(session, post.read)
        new = [number for number in range(len(batch)) if number not in same]
        taken = replace(
            post,
            batch=[batch[number] for number in new],
            read=tuple(post.read[number] for number in new),
        )
        (receipts,) = intake.receive_all(
            self.database, lambda: [taken], entropy=self.entropy
        )
        for one, receipt in zip(taken.batch, receipts, strict=True):
            self.summary.counts[receipt.status] += 1
            if receipt.status == "duplicate":
                self._add(receipt.place, one)
        for number, kept in same.items():
            self.summary.counts["duplicate"] += 1
            self._add((kept.instance_id, kept.sha256), batch[number])

    def _add(self, place: Place, one: Incoming) -> None:
        """Note the files of a form that was here already."""
        if one.attachments:
            attachments.add_to(
                self.database,
                place,
                one.attachments,
                now=self.now(),
                settings=self.settings,
                entropy=self.entropy,
            )


def _said_before(session: Session, read: Sequence[Read]) -> Mapping[int, Submission]:
    """Return, by place in a batch, what is here already in other words of XML."""
    known = submissions.known(session, [one.key for one in read if not one.problem])
    same = {}
    for number, one in enumerate(read):
        for kept in known.get(one.key, ()):
            if kept.sha256 != one.sha256 and _is_same(session, one, kept):
                same[number] = kept
    return same


def _is_same(session: Session, one: Read, kept: Submission) -> bool:
    raw = submissions.raw(session, kept.instance_id, kept.sha256)
    if raw is None or kept.form_id != one.form_id:
        return False
    was = reading.again(session, replace(kept, raw=raw), None)
    return (was.answers, was.corrects) == (one.answers, one.corrects)
