from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from statements import told

from intake_server.storage import bulk, submissions
from intake_server.storage.submissions import Submission
from intake_server.storage.tables import FormRow
from sync import documents

CHANGE = "0192f3c4a1b20003" * 2
RAW = "<data>\u0000ні</data>".encode() * 100


def a_submission(instance_id="uuid:1", raw=RAW, **facts):
    return Submission(
        **{
            "instance_id": instance_id,
            "sha256": sha256(raw).digest(),
            "media": "xml",
            "raw": raw,
            "form_id": "reception",
            "form_version": "1",
            "received": datetime(2026, 3, 2, 9, tzinfo=UTC),
            "sender": "d:dev-1",
            "site": "truskavets",
            "status": "stored",
            "documents": (("5a1f3c52-7c1d-5d0e-9d5f-0c7f2b9f6a11", "person"),),
            "attachments": ({"name": "a.jpg", "sha256": "00", "size": 3},),
            "change": CHANGE,
        }
        | facts
    )


def test_a_submission_is_kept_byte_for_byte(database):
    sent = a_submission()
    with database.transaction() as session:
        submissions.add_all(session, [sent])

        assert submissions.raw(session, "uuid:1", sent.sha256) == RAW
        assert submissions.known(session, ["uuid:1", "uuid:2"]) == {
            "uuid:1": [replace(sent, raw=b"")]
        }
        assert list(submissions.of_change(session, CHANGE)) == [replace(sent, raw=b"")]
        assert submissions.raw(session, "uuid:2", sent.sha256) is None


def test_the_same_id_with_other_content_is_kept_beside_the_first(database):
    first = a_submission()
    second = a_submission(
        raw=b"<data/>", status="quarantined", slug="instance-conflict"
    )
    with database.transaction() as session:
        submissions.add_all(session, [first, second])
        submissions.add_all(session, [])

        known = submissions.known(session, ["uuid:1"])["uuid:1"]
        assert {s.slug for s in known} == {None, "instance-conflict"}


def test_a_held_one_waits_for_the_submission_that_it_corrects(database):
    held = a_submission("uuid:2", is_held=True, awaits="uuid:1", change=None)
    with database.transaction() as session:
        submissions.add_all(session, [held])

        assert list(submissions.held(session, ["uuid:1"])) == [held]
        assert list(submissions.held(session, ["uuid:9"])) == []
        submissions.settle(session, replace(held, is_held=False, change=CHANGE))
        assert list(submissions.held(session)) == []
        assert submissions.raw(session, "uuid:2", held.sha256) == RAW


def test_one_that_waits_for_its_form_is_readable_when_that_is_published(database):
    facts = {"is_held": True, "change": None, "form_version": "2"}
    held = a_submission("uuid:2", slug="unknown-version", off_ms=5, **facts)
    others = [
        a_submission("uuid:3", slug="correction", **facts),
        a_submission("uuid:4", slug="unknown-version", **facts | {"is_held": False}),
        a_submission("uuid:5", slug="unknown-version", **facts | {"form_version": "3"}),
    ]
    slugs = {"unknown-version", "unknown-form"}
    with database.transaction() as session:
        submissions.add_all(session, [held, *others])
        assert submissions.readable(session, slugs) == ()

        session.add(
            FormRow(
                form_id="reception",
                version="2",
                doc=documents.schema("reception", "2"),
                xml="<h:html/>",
                md5="",
                title={},
                rules={},
                published=1,
                is_retired=False,
            )
        )
        session.flush()

        assert submissions.readable(session, slugs) == (held,)


def test_who_waits_is_found_without_reading_all_submissions(file):
    with file.reading() as session:
        connection = session.connection()
        with told(connection) as said:
            submissions.is_awaited(session, ["uuid:1"])
            submissions.held(session, ["uuid:1"])
        plans = [
            str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}").fetchall())
            for one in said
        ]

    assert len(plans) == 2
    assert all("ix_submission_held" in plan for plan in plans)


def held(number, **facts):
    facts = {"status": "quarantined", "is_held": True, "change": None} | facts
    return a_submission(f"uuid:{number}~", received=at(number), **facts)


def at(number):
    return datetime(2026, 3, 2, 9, number, tzinfo=UTC)


def listed(session, **asked):
    """Return the numbers of what is listed, page after page."""
    found, cursor = [], None
    while True:
        page, cursor = submissions.aside(session, cursor=cursor, limit=2, **asked)
        found += [int(one.instance_id[5:-1]) for one in page]
        if cursor is None:
            return found


def test_what_waits_is_listed_the_longest_first_and_what_was_left_the_latest(database):
    with database.transaction() as session:
        kept = [held(n, is_held=n != 3) for n in (4, 1, 3, 0, 2)]
        kept += [held(5, is_held=False), a_submission("uuid:6")]
        kept += [held(7, is_held=False, change=CHANGE), held(8, site="chernivtsi")]
        submissions.add_all(session, kept)

        assert listed(session, is_held=True) == [0, 1, 2, 4, 8]
        assert listed(session, is_held=True, site="chernivtsi") == [8]
        assert listed(session, is_held=False) == [5, 3]


def test_forms_of_one_moment_stand_on_one_page_each(database):
    with database.transaction() as session:
        kept = [replace(held(n), received=at(0)) for n in range(5)]
        submissions.add_all(session, kept)

        assert sorted(listed(session, is_held=True)) == [0, 1, 2, 3, 4]


def test_the_list_of_what_waits_reads_an_index_and_nothing_else_in_order(database):
    with database.transaction() as session, told(session.connection()) as said:
        submissions.aside(session, is_held=True)
        if session.get_bind().dialect.name == "sqlite":
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {said[0]}")
            steps = " ".join(row[3] for row in plan)
            assert "ix_submission_aside" in steps
            assert "TEMP B-TREE" not in steps


def test_a_form_is_found_with_its_bytes_until_they_are_erased(database):
    with database.transaction() as session:
        one, gone = held(1), held(2)
        submissions.add_all(session, [one, gone])
        bulk.many(
            session.connection(),
            "UPDATE submission SET raw = ? WHERE instance_id = ?",
            [(b"", "uuid:2~")],
        )

        assert submissions.find(session, "uuid:1~", one.sha256) == one
        assert submissions.find(session, "uuid:2~", gone.sha256).raw == b""
        assert submissions.find(session, "uuid:3~", one.sha256) is None


def test_a_submission_leads_to_its_last_correction(database):
    def sent(name, corrects=None, **facts):
        return a_submission(
            f"uuid:{name}", raw=name.encode(), corrects=corrects, **facts
        )

    every = [
        sent("first"),
        sent("second", "uuid:first"),
        sent("third", "uuid:second"),
        sent("waiting", "uuid:third", status="quarantined", is_held=True),
        sent("alone"),
    ]
    with database.transaction() as session:
        submissions.add_all(session, every)

        found = submissions.last_of(session, ["uuid:first", "uuid:alone", "uuid:none"])

    assert {root: one.instance_id for root, one in found.items()} == {
        "uuid:first": "uuid:third",
        "uuid:alone": "uuid:alone",
    }
