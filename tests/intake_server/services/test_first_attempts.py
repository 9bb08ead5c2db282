from datetime import timedelta

import pytest
from centres import MORNING

from intake_server.security.throttle import CODES
from intake_server.services import throttling


@pytest.mark.parametrize("microseconds", [0, 499, 500, 501, 999, 999_501])
def test_nobody_waits_who_has_not_guessed_whatever_the_clock_says(centre, microseconds):
    now = MORNING + timedelta(microseconds=microseconds)

    with centre.database.transaction() as session:
        assert throttling.refuse_early(session, "enrol a place", now=now) == 0
        assert throttling.refuse_early(session, "enrol a place", now=now) == 0


@pytest.mark.parametrize("microseconds", [0, 499, 500, 501])
def test_what_is_taken_back_lets_the_next_one_in_at_once(centre, microseconds):
    now = MORNING + timedelta(microseconds=microseconds)
    with centre.database.transaction() as session:
        throttling.failed(session, "marta", CODES, now=now, before=3)

        throttling.restore(session, "marta", now=now, to=3)

        assert throttling.refuse_early(session, "marta", now=now) == 3
