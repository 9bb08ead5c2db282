"""A post where children arrive: a node that serves, the line to it, and phones."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lines import Line
from network import a_member
from new_nodes import a_code, a_node
from phones import Phone
from playwright.sync_api import BrowserType
from programs import Serving, serving

from intake_server.config import Settings
from intake_server.storage import blobs, documents, submissions


@dataclass
class Post:
    """A real server of a site in ``folder``, which phones reach by a line alone."""

    folder: Path
    site: str
    server: Serving
    line: Line
    kind: BrowserType
    phones: list[Phone] = field(default_factory=list)

    def code(self) -> str:
        """A code by which one phone is let in."""
        return a_code(self.folder)

    def phone(self, **about: Any) -> Phone:
        """A phone that nobody has used yet."""
        folder = self.folder.parent / f"{self.site}-phone-{len(self.phones)}"
        self.phones.append(Phone(self.kind, folder, about))
        return self.phones[-1]

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """Look into the node's store."""
        settings = Settings.load({}, self.folder / "dodomu.toml")
        with a_member(settings).database as database, database.reading() as session:
            yield session

    def kept(self, form_id: str = "reception") -> list[Any]:
        """The submissions of a form that the node keeps."""
        with self.reading() as session:
            return list(submissions.of_form(session, form_id))

    def aside(self) -> list[Any]:
        """The submissions that wait for a person, with their bytes."""
        with self.reading() as session:
            found, _ = submissions.aside(session, is_held=True)
            return [
                replace(one, raw=submissions.raw(session, one.instance_id, one.sha256))
                for one in found
            ]

    def said_by(self, kept: Any) -> dict[str, Any]:
        """What the documents of a submission say, by property."""
        with self.reading() as session:
            views = [documents.find(session, doc) for doc, _ in kept.documents]
        return {
            name: value
            for view in views
            if view is not None
            for name, value in view.view["values"].items()
        }

    def file(self, sha256: str) -> bytes:
        """The bytes of a file that came with a submission."""
        with self.reading() as session:
            found = blobs.find(session, bytes.fromhex(sha256))
        assert found is not None, "the file has not come"
        return found


@contextmanager
def a_post(folder: Path, kind: BrowserType, site: str = "truskavets") -> Iterator[Post]:
    """Make a node that is alone in the world, and serve it."""
    node = a_node(folder / site, site)
    with (
        serving(node) as server,
        Line(("127.0.0.1", server.port)) as line,
    ):
        post = Post(node, site, server, line, kind)
        try:
            yield post
        finally:
            for phone in post.phones:
                phone.kill()
