import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgers import LATER, Desk, Ledger, a_change, down
from msgspec import Raw
from msgspec.structs import replace

from sync.client.agent import LEAST_BYTES, QUICK_S, Agent, Summary
from sync.errors import RefusedError, UnreachableError
from sync.protocol import frames
from sync.protocol.messages import FIRST_BYTES


class Stopwatch:
    """A clock that each reading moves on, and that sleeping moves too."""

    def __init__(self, step_s=0.0):
        self.now_s, self.step_s, self.slept = 0.0, step_s, []

    def __call__(self):
        self.now_s += self.step_s
        return self.now_s

    def wait(self, seconds):
        self.slept.append(seconds)


def an_agent(store, desk, stopwatch=None):
    watch = stopwatch or Stopwatch()
    return Agent(
        store, desk, lambda: LATER, clock=watch, wait=watch.wait, chance=lambda: 1.0
    )


def two_nodes(here=0, there=0):
    centre, central = Ledger("tru"), Ledger("kyiv")
    centre.write(*(a_change(n, log="tru-1") for n in range(here)))
    central.write(*(a_change(n, log="kyiv-1") for n in range(there)))
    return centre, Desk(central)


def test_both_sides_end_with_everything():
    centre, desk = two_nodes(here=300, there=500)

    summary = an_agent(centre, desk).run()

    assert centre.ids == desk.ledger.ids
    assert len(centre.ids) == 800
    assert (summary.pushed, summary.pulled, summary.quarantined) == (300, 500, 0)


def test_nothing_new_is_one_round_trip():
    centre, desk = two_nodes(here=3, there=3)
    an_agent(centre, desk).run()
    desk.calls.clear()

    summary = an_agent(centre, desk).run()

    assert desk.calls == ["exchange"]
    assert summary == Summary(rounds=1)


def test_nobody_is_told_what_they_said():
    centre, desk = two_nodes(here=3)
    an_agent(centre, desk).run()
    desk.ledger.write(a_change(7, log="che-1"))
    told = []
    desk.line = lambda _: None
    exchange = desk.exchange

    def listening(message):
        reply = exchange(message)
        told.extend(message.push)
        told.extend(reply.changes)
        return reply

    desk.exchange = listening
    an_agent(centre, desk).run()

    assert [frames.id_of(part) for part in told] == [a_change(7, log="che-1").id]


def test_a_lost_answer_costs_no_double_and_no_loss():
    centre, desk = two_nodes(here=200, there=200)
    losses = iter([False, False, False, True, False, False, True])

    def line(direction):
        if direction == "back" and next(losses, False):
            raise UnreachableError("torn")

    desk.line = line

    an_agent(centre, desk).run()

    assert centre.ids == desk.ledger.ids
    assert len(centre.feed) == len(centre.ids) == 400
    assert len(desk.ledger.feed) == 400


@given(
    here=st.integers(0, 40),
    there=st.integers(0, 40),
    line=st.lists(st.booleans(), max_size=30),
    data=st.data(),
)
def test_whatever_is_lost_the_next_runs_complete_it(here, there, line, data):
    centre, desk = two_nodes(here, there)
    losses = iter(line)

    def lossy(_):
        if next(losses, False):
            raise UnreachableError("lost")

    desk.line = lossy
    for _ in range(len(line) + 1):
        try:
            an_agent(centre, desk).run()
        except UnreachableError:
            centre.write(a_change(1_000 + len(centre.feed)))

    assert centre.ids == desk.ledger.ids
    assert len(centre.feed) == len(centre.ids)


def test_a_restored_server_is_offered_everything_again():
    centre, desk = two_nodes(here=5)
    an_agent(centre, desk).run()
    backup = desk.ledger.restored("kyiv-2")
    acknowledged = desk.acknowledged
    centre.write(*(a_change(n) for n in range(50, 60)))
    an_agent(centre, desk).run()

    desk = Desk(backup, acknowledged=acknowledged)
    pushed = an_agent(centre, desk).run().pushed

    assert pushed == 10
    assert desk.ledger.ids == centre.ids


def test_a_server_put_back_with_its_old_epoch_is_noticed_too():
    centre, desk = two_nodes(here=5)
    an_agent(centre, desk).run()
    backup, acknowledged = desk.ledger.restored("kyiv-1"), desk.acknowledged
    centre.write(*(a_change(n) for n in range(50, 60)))
    an_agent(centre, desk).run()

    desk = Desk(backup, acknowledged=acknowledged)
    an_agent(centre, desk).run()

    assert desk.ledger.ids == centre.ids


def test_a_restored_server_hears_from_a_centre_what_it_had_told_it():
    centre, desk = two_nodes()
    an_agent(centre, desk).run()
    backup, acknowledged = desk.ledger.restored("kyiv-2"), desk.acknowledged
    desk.ledger.write(a_change(1, log="che-1"))
    an_agent(centre, desk).run()

    desk = Desk(backup, acknowledged=acknowledged)
    an_agent(centre, desk).run()

    assert a_change(1, log="che-1").id in desk.ledger.ids


def test_a_restored_centre_hears_from_the_server_what_it_had_said_itself():
    centre, desk = two_nodes(here=2, there=2)
    an_agent(centre, desk).run()
    restored = centre.restored("tru-2")
    centre.write(a_change(90))
    an_agent(centre, desk).run()

    an_agent(restored, desk).run()

    assert restored.ids == desk.ledger.ids


def test_a_quick_line_carries_ever_larger_messages():
    centre, desk = two_nodes(here=2_000)
    sizes = watch_sizes(desk)

    an_agent(centre, desk).run()

    assert sizes[:3] == [FIRST_BYTES, 2 * FIRST_BYTES, 4 * FIRST_BYTES]


def test_a_slow_line_keeps_its_size():
    centre, desk = two_nodes(here=2_000)
    sizes = watch_sizes(desk)

    an_agent(centre, desk, Stopwatch(step_s=QUICK_S)).run()

    assert set(sizes) == {FIRST_BYTES}


def test_trouble_halves_the_message_and_waits_ever_longer():
    centre, desk = two_nodes(here=2_000)
    sizes = watch_sizes(desk)
    desk.line = down
    centre.peer_epoch = desk.ledger.epoch
    watch = Stopwatch()

    with pytest.raises(UnreachableError):
        an_agent(centre, desk, watch).run()

    assert sizes == [FIRST_BYTES, FIRST_BYTES // 2, FIRST_BYTES // 4]
    assert watch.slept == [2.0, 4.0]


def test_the_worst_line_still_carries_the_least():
    centre, desk = two_nodes(here=200)
    centre.peer_epoch = desk.ledger.epoch
    sizes = watch_sizes(desk)
    exchange = desk.exchange

    def narrow(message):
        if message.max_bytes > LEAST_BYTES:
            sizes.append(message.max_bytes)
            raise RefusedError(413, "too large")
        return exchange(message)

    desk.exchange = narrow
    an_agent(centre, desk, Stopwatch(step_s=QUICK_S)).run()

    assert desk.ledger.ids == centre.ids
    assert min(sizes) == LEAST_BYTES


def test_the_peers_wish_for_a_pause_is_obeyed():
    centre, desk = two_nodes(here=1)
    pleas = iter([UnreachableError("busy", retry_after_s=7.0)])

    def busy(_):
        for plea in pleas:
            raise plea

    desk.line = busy
    watch = Stopwatch()

    an_agent(centre, desk, watch).run()

    assert watch.slept == [7.0]


def test_a_long_pause_ends_the_run_instead():
    centre, desk = two_nodes(here=1)

    def busy(_):
        raise UnreachableError("busy", retry_after_s=600.0)

    desk.line = busy
    watch = Stopwatch()

    with pytest.raises(UnreachableError):
        an_agent(centre, desk, watch).run()

    assert watch.slept == []


def test_a_refusal_is_not_repeated():
    centre, desk = two_nodes(here=1)

    def closed(_):
        raise RefusedError(401, "unknown")

    desk.line = closed

    with pytest.raises(RefusedError):
        an_agent(centre, desk).run()

    assert desk.calls == ["hello"]


def test_a_peer_that_never_moves_on_is_left_alone():
    centre, desk = two_nodes()
    exchange = desk.exchange
    desk.exchange = lambda message: replace_more(exchange(message))

    with pytest.raises(UnreachableError):
        an_agent(centre, desk).run()


def test_one_unreadable_change_stops_nothing_behind_it():
    centre, desk = two_nodes(there=3)
    exchange = desk.exchange
    desk.exchange = lambda message: spoilt(exchange(message))

    summary = an_agent(centre, desk).run()

    assert len(centre.feed) == 2
    assert summary.quarantined == 1


def test_the_progress_is_told_after_each_round():
    centre, desk = two_nodes(here=1_000)
    told = []

    summary = an_agent(centre, desk).run(told.append)

    assert [step.rounds for step in told] == [*range(1, summary.rounds + 1)]
    assert told[-1] == summary


def test_the_peers_clock_is_compared_at_the_first_word():
    centre, desk = two_nodes()
    desk.offset_ms = 90_000

    an_agent(centre, desk).run()

    assert centre.clock_offset_ms == -90_000


def watch_sizes(desk):
    sizes = []
    exchange = desk.exchange

    def noted(message):
        sizes.append(message.max_bytes)
        return exchange(message)

    desk.exchange = noted
    return sizes


def replace_more(reply):
    return type(reply)(
        epoch=reply.epoch, acked_to=reply.acked_to, cursor=reply.cursor, more=True
    )


def spoilt(reply):
    if not reply.changes:
        return reply
    return replace(reply, changes=(Raw(b'{"id":"ab"}'), *reply.changes[1:]))
