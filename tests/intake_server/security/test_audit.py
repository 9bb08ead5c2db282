import pytest

from intake_server.errors import AuditError
from intake_server.security.audit import Act, note, note_all
from intake_server.storage import audit


@pytest.fixture
def database(stores):
    with stores.new() as database:
        yield database


def test_a_note_says_who_did_what_to_what_and_when(database, now):
    with database.transaction() as session:
        note(session, Act.ENROL, "d1", by="d:d1", now=now, site="truskavets")

    with database.reading() as session:
        (entry,) = audit.page(session)
    assert (entry.actor, entry.action, entry.object) == ("d:d1", "enrol", "d1")
    assert (entry.at, entry.meta) == (now, {"site": "truskavets"})


def test_the_same_act_on_several_things_is_noted_for_each(database, now):
    with database.transaction() as session:
        note_all(session, Act.LIST_RECORDS, ["a", "b"], by="u:1", now=now)

    with database.reading() as session:
        assert {entry.object for entry in audit.page(session)} == {"a", "b"}


def test_an_act_that_is_given_up_leaves_no_note(database, now):
    def give_up():
        with database.transaction() as session:
            note(session, Act.DECIDE, "q", by="u:1", now=now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        give_up()

    with database.reading() as session:
        assert audit.page(session) == ()


def test_what_cannot_be_noted_does_not_happen(database, now):
    def read_without_an_audit():
        with database.transaction() as session:
            session.connection().exec_driver_sql("DROP TABLE audit")
            note(session, Act.READ_RECORD, "a", by="u:1", now=now)

    with pytest.raises(AuditError):
        read_without_an_audit()

    with database.reading() as session:
        assert audit.page(session) == ()


@pytest.mark.parametrize(
    "statement", ["DELETE FROM audit", "UPDATE audit SET actor=''"]
)
def test_a_note_is_never_taken_back(database, now, statement):
    with database.transaction() as session:
        note(session, Act.ENROL, "d1", by="d:d1", now=now)

    with (
        pytest.raises(Exception, match="only ever added to"),
        database.transaction() as session,
    ):
        session.connection().exec_driver_sql(statement)
