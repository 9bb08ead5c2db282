"""Reading on from a position while others write."""

from chronicles import a_chronicle
from stores import take_in

from intake_server.storage import feed


def read_all(database, *, limit, not_from=None):
    found, position = [], 0
    while True:
        with database.reading() as session:
            changes, reached = feed.since(
                session, position, limit=limit, not_from=not_from
            )
            if reached == position:
                return found
            found += changes
            position = reached


def test_a_reader_gets_everything_once_in_the_order_it_was_accepted(stores):
    changes = a_chronicle(12, seed=5, may_erase=False)
    with stores.new() as database:
        take_in(database, changes[:4], changes[4:], changes)

        assert read_all(database, limit=5) == changes
        with database.reading() as session:
            assert feed.end(session) == len(changes)


def test_a_peer_is_spared_what_came_from_itself(stores):
    changes = a_chronicle(6, seed=6, may_erase=False)
    with stores.new() as database:
        take_in(database, changes[:3], peer="chernivtsi")
        take_in(database, changes[3:])

        assert read_all(database, limit=2, not_from="chernivtsi") == changes[3:]
