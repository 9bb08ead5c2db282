"""Which document a statement belongs to."""

from uuid import UUID

from sync import documents


def test_the_same_facts_give_the_same_document_for_ever():
    person = documents.person("4KH7T299")

    assert person == documents.person("4KH7T299")
    assert UUID(person).version == 5
    assert documents.case(person) == documents.relation(person, "case")
    assert documents.event("uuid:1") == documents.event("uuid:1")


def test_every_kind_of_document_has_its_own_ids():
    person = documents.person("x")
    event = documents.event("x")
    ids = [
        person,
        event,
        documents.case(person),
        documents.relation(person, "kin", "mother"),
        documents.relation(person, "kin", "father"),
        documents.row(event, "children", "1"),
        documents.row(event, "children", "2"),
        documents.schema("x", "1"),
        documents.site("x"),
        documents.link(person, event),
    ]

    assert len(set(ids)) == len(ids)


def test_a_pair_has_one_link_in_either_order():
    assert documents.link("a", "b") == documents.link("b", "a")
