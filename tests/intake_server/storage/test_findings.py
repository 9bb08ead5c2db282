from datetime import UTC, datetime
from hashlib import sha256

import pytest
from statements import told

from intake_server.storage import findings, queue, submissions
from intake_server.storage.queue import LOCAL, QueueItem
from intake_server.storage.submissions import Submission


def at(minute):
    return datetime(2026, 3, 2, 9, minute, tzinfo=UTC)


def aside(number, field="returned_on", slug="unreadable-value", **facts):
    raw = str(number).encode()
    return Submission(
        **{
            "instance_id": f"uuid:{number}",
            "sha256": sha256(raw).digest(),
            "media": "xml",
            "raw": raw,
            "form_id": "reception",
            "form_version": "1",
            "received": at(number),
            "sender": "d:1",
            "site": "truskavets",
            "status": "quarantined",
            "is_held": True,
            "field": field,
            "slug": slug,
        }
        | facts
    )


def contradiction(number, rule="birth_not_after", **facts):
    return QueueItem(
        **{
            "qid": f"{number:032x}",
            "kind": "rule",
            "doc": f"doc-{number}",
            "cell": rule,
            "key": rule,
            "severity": 2,
            "owner": "coordinator",
            "sites": ("truskavets",),
            "first_seen": f"2026-03-02T09:{number:02}:00.000Z",
            "is_provisional": False,
            "source": LOCAL,
        }
        | facts
    )


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


def test_what_was_set_aside_is_counted_by_question_with_the_newest_of_each(session):
    kept = [aside(n) for n in range(8)]
    kept += [aside(20, "child_ref", "bad-reference"), aside(21, None, "malformed-xml")]
    kept += [aside(30, form_id="followup"), aside(31, status="stored", is_held=False)]
    submissions.add_all(session, kept)

    found = findings.held(session, "reception", site=None)

    told_of = [(one.field, one.count, one.received.minute) for one in found]
    assert sorted(told_of, key=lambda one: (-one[1], one[0] or "~")) == [
        *(("returned_on", 8, minute) for minute in (7, 6, 5, 4, 3)),
        ("child_ref", 1, 20),
        (None, 1, 21),
    ]
    assert {one.slug for one in found[:5]} == {"unreadable-value"}
    assert findings.by_form(session, site=None) == {"reception": 10, "followup": 1}


def test_a_centre_counts_its_own(session):
    submissions.add_all(session, [aside(1), aside(2, site="chernivtsi")])
    for one in (contradiction(1), contradiction(2, sites=("chernivtsi",))):
        queue.propose(session, one)

    held = findings.held(session, "reception", site="chernivtsi")
    rules = findings.contradictions(session, ["birth_not_after"], site="chernivtsi")

    assert [(one.instance_id, one.count) for one in held] == [("uuid:2", 1)]
    assert [(one.doc, one.count) for one in rules] == [("doc-2", 1)]
    assert findings.by_form(session, site="chernivtsi") == {"reception": 1}


def test_answers_that_do_not_fit_are_counted_by_rule_with_the_newest_of_each(session):
    for number in range(7):
        queue.propose(session, contradiction(number))
    queue.propose(session, contradiction(20, rule="other_rule"))
    queue.propose(session, contradiction(21, rule="rule_of_another_form"))
    queue.propose(session, contradiction(22, kind="finding"))

    rules = ["birth_not_after", "other_rule"]
    found = findings.contradictions(session, rules, site=None)

    assert [(one.rule, one.count, one.doc) for one in found] == [
        *(("birth_not_after", 7, f"doc-{number}") for number in (6, 5, 4, 3, 2)),
        ("other_rule", 1, "doc-20"),
    ]
    assert findings.contradictions(session, [], site=None) == ()


@pytest.mark.parametrize("count", [1, 40])
def test_the_store_is_asked_once_however_much_was_set_aside(session, count):
    submissions.add_all(session, [aside(n) for n in range(count)])

    with told(session.connection()) as said:
        findings.held(session, "reception", site=None)
    assert len(said) == 1
