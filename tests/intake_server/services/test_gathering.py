from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread

import pytest

from intake_server.errors import BusyError
from intake_server.services.gathering import Gathering

PATIENCE_S = 20


class Slow:
    """Doubles numbers; the first go ends when it is let on, so that others gather."""

    def __init__(self):
        self.companies = []
        self.has_begun = Event()
        self.may_end = Event()

    def __call__(self, let_in):
        numbers = let_in()
        self.companies.append(list(numbers))
        if len(self.companies) == 1:
            self.has_begun.set()
            assert self.may_end.wait(PATIENCE_S)
        return self.served(numbers)

    def served(self, numbers):
        return [2 * number for number in numbers]


def while_the_first_is_served(serve, numbers, most=64):
    """Ask for 0, and for the numbers while that is served; return all that came of it."""
    gathering = Gathering(serve, most)

    with ThreadPoolExecutor(len(numbers) + 1) as threads:
        first = threads.submit(gathering.ask, 0)
        assert serve.has_begun.wait(PATIENCE_S)
        others = [threads.submit(gathering.ask, number) for number in numbers]
        while len(gathering._waiting) < len(numbers):
            pass
        serve.may_end.set()
        return [one.exception(PATIENCE_S) or one.result() for one in (first, *others)]


def test_who_comes_while_another_is_served_is_served_together():
    serve = Slow()

    answers = while_the_first_is_served(serve, [1, 2, 3, 4])

    assert answers == [0, 2, 4, 6, 8]
    assert serve.companies == [[0], [1, 2, 3, 4]]


def test_no_company_is_larger_than_was_said():
    serve = Slow()

    answers = while_the_first_is_served(serve, [1, 2, 3, 4, 5], most=2)

    assert answers == [0, 2, 4, 6, 8, 10]
    assert serve.companies == [[0], [1, 2], [3, 4], [5]]


def test_nobody_pays_for_another():
    class Odd(Slow):
        def served(self, numbers):
            if 3 in numbers:
                raise ZeroDivisionError
            return super().served(numbers)

    first, one, two, bad, four = while_the_first_is_served(Odd(), [1, 2, 3, 4])

    assert (first, one, two, four) == (0, 2, 4, 8)
    assert isinstance(bad, ZeroDivisionError)


def test_a_busy_store_is_asked_once_for_all():
    class Busy(Slow):
        def served(self, numbers):
            if numbers != [0]:
                raise BusyError
            return [0]

    serve = Busy()

    _, *others = while_the_first_is_served(serve, [1, 2, 3])

    assert all(isinstance(other, BusyError) for other in others)
    assert len(serve.companies) == 2


def test_nobody_waits_for_ever_when_the_process_is_told_to_end():
    class Ending(Slow):
        def served(self, numbers):
            if numbers != [0]:
                raise SystemExit
            return [0]

    _, *others = while_the_first_is_served(Ending(), [1, 2, 3])

    assert {type(other) for other in others} == {BusyError, SystemExit}


def test_everybody_gets_their_own_answer_in_a_crowd():
    gathering = Gathering(lambda let_in: [-number for number in let_in()], most=5)
    start = Barrier(16)
    wrong = []

    def ask(first):
        start.wait(PATIENCE_S)
        for number in range(first, first + 500):
            if gathering.ask(number) != -number:
                wrong.append(number)

    threads = [Thread(target=ask, args=(1_000 * n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)

    assert wrong == []


def test_who_is_alone_is_served_at_once():
    assert Gathering(lambda let_in: [n + 1 for n in let_in()], most=1).ask(1) == 2


@pytest.mark.parametrize("answer", [None, (), 0])
def test_an_answer_may_be_nothing(answer):
    assert (
        Gathering(lambda let_in: [answer for _ in let_in()], most=9).ask("x") == answer
    )


def test_a_store_that_never_gets_ready_refuses_those_who_wait():
    def serve(let_in):
        raise BusyError

    with pytest.raises(BusyError):
        Gathering(serve, most=9).ask("x")
