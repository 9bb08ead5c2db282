from datetime import UTC, datetime, timedelta

from intake_server.demo.chance import Seeded
from intake_server.demo.moments import BEGINNING, StoryClock


def test_the_clock_stands_until_it_is_moved():
    clock = StoryClock(BEGINNING)

    assert clock() == clock() == BEGINNING
    clock.advance(minutes=5)
    assert clock() == BEGINNING + timedelta(minutes=5)


def test_the_clock_may_run_on_by_itself():
    clock = StoryClock(BEGINNING)

    clock.run_on()

    assert abs(clock() - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_same_seed_gives_the_same_bytes_and_never_the_same_twice():
    one, other, same = Seeded("kyiv"), Seeded("chernivtsi"), Seeded("kyiv")

    drawn = [one(16) for _ in range(100)]

    assert len(set(drawn)) == 100
    assert drawn == [same(16) for _ in range(100)]
    assert other(16) not in drawn
    assert len(one(100)) == 100
