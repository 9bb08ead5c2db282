import pytest

from intake_server.clock import moment
from intake_server.storage import audit, items, queue, visits
from intake_server.storage.audit import Entry
from intake_server.storage.queue import QueueItem, Tally


def an_item(number, **facts):
    return QueueItem(
        **{
            "qid": f"{number:032x}",
            "kind": "pair",
            "doc": f"doc {number}",
            "cell": "verdict",
            "key": "verdict",
            "severity": 3,
            "owner": "coordinator",
            "sites": ("truskavets",),
            "first_seen": "2026-03-02T09:00:00+02:00",
            "is_provisional": False,
            "source": queue.LOCAL,
            "facts": {"score": 0.9},
        }
        | facts
    )


def propose(database, *items):
    with database.transaction() as session:
        for item in items:
            queue.propose(session, item)


def listed(database, **wanted):
    with database.reading() as session:
        return [int(i.qid, 16) for i in queue.page(session, **wanted).items]


def test_a_proposal_is_read_back_until_it_is_withdrawn(database):
    item = an_item(1)
    propose(database, item, item)

    with database.transaction() as session:
        assert queue.find(session, item.qid) == item
        assert list(queue.of_document(session, "doc 1")) == [item]
        assert queue.counts(session) == {"pair": 1}
        assert queue.withdraw(session, item.qid)
        assert not queue.withdraw(session, item.qid)
        assert queue.find(session, item.qid) is None


def test_the_most_serious_comes_first_and_then_the_oldest(database):
    propose(
        database,
        an_item(1, severity=1, first_seen="2026-01-01"),
        an_item(2, severity=3, first_seen="2026-02-02"),
        an_item(3, severity=3, first_seen="2026-02-01"),
    )

    assert listed(database) == [3, 2, 1]


def test_pages_go_on_where_the_last_one_ended(database):
    propose(database, *(an_item(n, severity=n % 3) for n in range(8)))

    seen, cursor = [], None
    while True:
        with database.reading() as session:
            page = queue.page(session, cursor=cursor, limit=3)
        seen += [int(item.qid, 16) for item in page.items]
        cursor = page.cursor
        if cursor is None:
            break

    assert seen == [2, 5, 1, 4, 7, 0, 3, 6]


def test_items_are_narrowed_by_kind_site_owner_and_certainty(database):
    propose(
        database,
        an_item(1),
        an_item(2, kind="family", sites=("chernivtsi", "truskavets")),
        an_item(3, owner="site:lviv", sites=("lviv",)),
        an_item(4, is_provisional=True, sites=()),
    )

    assert listed(database, kind="family") == [2]
    assert listed(database, site="truskavets") == [1, 2]
    assert listed(database, owners=["site:lviv"]) == [3]
    assert listed(database, with_provisional=False) == [1, 2, 3]


@pytest.mark.parametrize("cursor", ["", "3", "a~b~c", "3~x~nothex"])
def test_a_cursor_that_no_page_gave_is_refused(database, cursor):
    with database.reading() as session, pytest.raises(ValueError, match=r"."):
        queue.page(session, cursor=cursor)


def test_a_desk_opens_with_what_it_is_asked_before_the_most_serious(database):
    propose(
        database,
        an_item(1, severity=1, turn="site:kyiv"),
        an_item(2, severity=3),
        an_item(3, severity=2, turn="site:truskavets"),
    )

    with database.reading() as session:
        turns = ("u:iryna", "site:kyiv")
        first = queue.opening(session, turns)
        elsewhere = queue.opening(session, turns, site="chernivtsi")
        short = queue.opening(session, turns, limit=1)

    assert [int(item.qid, 16) for item in first.items] == [1, 2, 3]
    assert first.cursor is None
    assert elsewhere.items == ()
    assert [int(item.qid, 16) for item in short.items] == [1, 2]
    assert short.cursor.endswith(f"~{2:032x}")


def test_what_waits_is_counted_with_what_is_new_and_old_and_decided(database):
    propose(database, an_item(1), an_item(2, severity=1), an_item(3, kind="family"))
    with database.transaction() as session:
        items.date(session.connection(), 5_000)
    propose(database, an_item(4))
    with database.transaction() as session:
        items.date(session.connection(), 9_000)
        acts = [
            Entry(at=moment(ms), actor="u:i", action="decide", object="x")
            for ms in (1_000, 2_000)
        ]
        audit.add_all(
            session,
            [*acts, Entry(at=moment(3_000), actor="u:i", action="undo", object="x")],
        )

    with database.reading() as session:
        tallies, decided = queue.tally(
            session, new_ms=6_000, old_ms=6_000, lately=moment(1_500)
        )
        nothing, _ = queue.tally(
            session, new_ms=0, old_ms=0, lately=moment(0), site="kyiv"
        )

    assert tallies == {
        (3, "pair"): Tally(2, 1, 1),
        (1, "pair"): Tally(1, 0, 1),
        (3, "family"): Tally(1, 0, 1),
    }
    assert decided == 1
    assert nothing == {}


def test_a_visit_goes_on_until_one_was_away(database):
    def come(minute):
        with database.transaction() as session:
            return visits.note(session, "u:iryna", "queue", moment(minute * 60_000))

    assert come(0) is None
    assert come(20) is None
    assert come(90) == moment(20 * 60_000)
    assert come(100) == moment(20 * 60_000)
