"""Who has verified that a child goes home, in words."""

from dataclasses import dataclass

from intake_server.services import vouching
from intake_server.services.child import Child
from intake_server.web.pages.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """Who has verified, in words; ``hinders`` says why the viewer may not sign.

    ``shown`` are the answers that a signature names.
    """

    signed: tuple[str, ...]
    by_form: tuple[str, ...]
    is_whole: bool
    hinders: str
    shown: str


def of_child(found: Child, words: Wording) -> Vouched | None:
    """Return who has verified that a child goes home; None where nobody says so."""
    known = vouching.vouching(found)
    if known is None:
        return None
    return Vouched(
        signed=tuple(
            ", ".join(filter(None, (words.author(one.author), words.site(one.site))))
            for one in known.signed
        ),
        by_form=tuple(words.sites(sites) for sites in known.by_form.values()),
        is_whole=known.is_whole,
        hinders=known.hinders(words.viewer),
        shown=" ".join(known.heads),
    )
