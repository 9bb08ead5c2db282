from datetime import timedelta

import pytest

from intake_server.security.throttle import CODES, Throttle, place


def test_the_first_failures_cost_nothing_and_each_further_one_twice_as_much():
    throttle = Throttle(free=5, longest=timedelta(minutes=15))

    waits = [throttle.wait(n).total_seconds() for n in range(17)]

    assert waits == [0] * 5 + [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_no_number_of_failures_locks_anybody_out():
    assert CODES.wait(1_000_000) == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("", ""),
        ("somewhere", "somewhere"),
    ],
)
def test_an_address_of_a_house_stands_for_the_house(address, whose):
    assert place(address) == whose
