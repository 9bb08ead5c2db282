"""Which language an answer is in: Ukrainian first, English complete."""

from dataclasses import dataclass
from typing import Final, Literal

from flask import request

from intake_server.web.context import context

Language = Literal["uk", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("uk", "en")
COOKIE: Final = "lang"


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages."""

    uk: str
    en: str

    def within(self, language: Language) -> str:
        """Return the text in a language."""
        return self.en if language == "en" else self.uk


def language() -> Language:
    """Return the asker's language: chosen, else accepted, else the node's own."""
    chosen = request.cookies.get(COOKIE)
    if chosen not in LANGUAGES:
        chosen = request.accept_languages.best_match(
            LANGUAGES, default=context().settings.lang
        )
    return "en" if chosen == "en" else "uk"
