"""Those who come at the same time are served together: one commit instead of many.

While one commit reaches the disk, others arrive. The first of them to get the turn
serves all who wait by the time when it can; nobody waits for company.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from intake_server.errors import BusyError, StorageFullError

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Ticket(Generic[Asked, Answer]):
    """What one thread asks for, and what became of it."""

    asked: Asked
    answers: list[Answer] = field(default_factory=list)
    error: Exception | None = None

    @property
    def is_done(self) -> bool:
        return bool(self.answers) or self.error is not None


class Gathering(Generic[Asked, Answer]):
    """Serves what threads of one process ask for at the same time in one go.

    Args:
        serve: Calls what it is given when it is ready to serve, and so learns what all
            who wait ask for; gives an answer for each, in order. When it fails it has
            done nothing for any of them.
        most: So many at once at the most.
    """

    def __init__(
        self,
        serve: Callable[[Callable[[], Sequence[Asked]]], Sequence[Answer]],
        most: int,
    ) -> None:
        self._serve = serve
        self._most = most
        self._turn = Lock()
        self._waiting: list[_Ticket[Asked, Answer]] = []
        self._door = Lock()

    def ask(self, asked: Asked) -> Answer:
        """Return the answer, served alone or with others.

        Where a company fails, each is served alone, so nobody pays for another; but
        for a store that is busy or full, which it is for all of them.

        Raises:
            Exception: What ``serve`` raises when it serves this one alone.
        """
        mine: _Ticket[Asked, Answer] = _Ticket(asked)
        with self._door:
            self._waiting.append(mine)
        while not mine.is_done:
            with self._turn:
                if not mine.is_done:
                    self._serve_those_waiting()
        if mine.error is not None:
            raise mine.error
        return mine.answers[0]

    def _serve_those_waiting(self) -> None:
        company: list[_Ticket[Asked, Answer]] = []

        def let_in() -> Sequence[Asked]:
            with self._door:
                company.extend(self._waiting[: self._most])
                del self._waiting[: self._most]
            return [one.asked for one in company]

        try:
            answers = self._serve(let_in)
        except BaseException as error:
            if not company:
                let_in()
            self._make_good(company, error)
            if not isinstance(error, Exception):
                raise  # the process ends
            return
        for one, answer in zip(company, answers, strict=True):
            one.answers.append(answer)

    def _make_good(
        self, company: Sequence[_Ticket[Asked, Answer]], error: BaseException
    ) -> None:
        """See that nobody waits for ever, and nobody pays for another."""
        if not isinstance(error, Exception):
            error = BusyError()
        if len(company) > 1 and not isinstance(error, BusyError | StorageFullError):
            for one in company:
                self._serve_alone(one)
            return
        for one in company:
            one.error = error

    def _serve_alone(self, one: _Ticket[Asked, Answer]) -> None:
        try:
            one.answers.extend(self._serve(lambda: [one.asked]))
        except Exception as error:  # noqa: BLE001 - it is raised where it was asked
            one.error = error
