"""What is said about one kind of problem, wherever it is met."""

from dataclasses import dataclass
from typing import Final

from intake_server.web.language import Text

PREFIX: Final = "/problems/"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of problem; ``status`` is None for problems of a single submission."""

    slug: str
    status: int | None
    title: Text
    advice: Text

    @property
    def uri(self) -> str:
        """The value of ``type``, which is also where the page is."""
        return PREFIX + self.slug
