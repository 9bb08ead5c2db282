import pytest

from intake_server.storage import queue
from intake_server.storage.queue import QueueItem


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
