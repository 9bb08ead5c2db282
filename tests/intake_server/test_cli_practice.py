from new_nodes import a_node
from programs import said

from intake_server.cli.here import Here, open_practice
from intake_server.storage import people
from intake_server.storage.people import Person


def test_all_that_was_practised_is_deleted_from_the_command_line(tmp_path):
    folder = a_node(tmp_path / "kyiv")
    somebody = Person(id="1", name="Olena", role="worker", site="kyiv")
    with Here(folder).opened() as (settings, database):
        with open_practice(settings, database) as store:
            with store.transaction() as session:
                people.add(session, somebody)
            assert store.is_begun

            assert said(folder, "practice", "wipe") == {"deleted": True}
            assert said(folder, "practice", "wipe") == {"deleted": True}

            assert not store.is_begun
            with store.reading() as session:
                assert people.all_of(session) == ()
        with database.reading() as session:
            assert people.all_of(session) == ()
