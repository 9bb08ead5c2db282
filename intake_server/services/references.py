"""Children's references: the next free number of a site's block, never given twice."""

from forms.reference import BLOCK_SIZE, PRACTICE_BLOCK, block_name, make
from intake_server.errors import NoReferencesError
from intake_server.storage import documents, node, references
from intake_server.storage.database import Session
from intake_server.storage.references import Block


class Numbers:
    """Draws references within one transaction, for a site or else for this node."""

    def __init__(self, session: Session, site: str) -> None:
        self._session = session
        self._site = site
        self._drawn: list[str] = []

    def reserve(self, count: int) -> None:
        """Draw so many at once, to hand them out one by one.

        Raises:
            NoReferencesError: There are not so many; those drawn can be handed out.
        """
        while len(self._drawn) < count:
            block = self._block()
            wanted = min(count - len(self._drawn), BLOCK_SIZE - block.next)
            numbers = references.draw(self._session, block.block, wanted)
            made = [make(block.block, number) for number in numbers]
            # After a restore a number may be on a document already: it is passed over.
            borne = documents.with_references(self._session, made)
            self._drawn += [reference for reference in made if reference not in borne]

    def draw(self) -> str:
        """Return a reference that nobody has, canonical.

        Raises:
            NoReferencesError: Neither the site nor this node has a free one.
        """
        self.reserve(1)
        return self._drawn.pop(0)

    def _block(self) -> Block:
        own = node.read(self._session).site
        for site in dict.fromkeys((self._site, own)):
            for block in references.blocks(self._session, site):
                if block.device is None and block.next < BLOCK_SIZE:
                    return block
        raise NoReferencesError


def reserve(session: Session, site: str, *, device: str | None = None) -> str:
    """Give a site the next block that nobody has; return its name.

    With ``device`` it is a device or node of the site that numbers by itself.
    """
    taken = {block.block for block in references.blocks(session)} | {PRACTICE_BLOCK}
    number = 1
    while block_name(number) in taken:
        number += 1
    name = block_name(number)
    references.reserve(session, Block(block=name, site=site, device=device))
    return name
