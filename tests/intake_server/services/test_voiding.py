"""A record that was made by mistake is hidden, unless somebody wrote what was not seen."""

import pytest
from centres import (
    BOHDAN,
    IRYNA,
    MARTA,
    OLENA,
    RECEPTION,
    STEPAN,
    a_form,
    with_answers,
)

from intake_server.errors import InvalidRequestError, NotFoundError
from intake_server.services import voiding
from intake_server.services.voiding import Void
from intake_server.storage import audit, documents, rebuild
from sync import documents as ids


@pytest.fixture
def person(centre):
    (receipt,) = centre.receive(a_form("reception", RECEPTION))
    return ids.person(receipt.reference)


def shown(centre, doc):
    heads = centre.view(doc)["heads"]
    return frozenset(id_ for ids_ in heads.values() for id_ in ids_)


def say(centre, doc, *, is_void, on=None, by=MARTA, reason="двічі той самий"):
    seen = shown(centre, doc) if on is None else on
    said = Void(doc=doc, is_void=is_void, reason=reason, shown=seen)
    return voiding.void(centre.database, said, by=by, now=centre.now)


def is_voided(centre, doc):
    with centre.database.reading() as session:
        assert rebuild.compare(session).different == ()
        return documents.find(session, doc).is_voided


def write_more(centre, person, number=2):
    view = centre.view(person)
    contact = {**RECEPTION["g_contact"], "child_ref": view["reference"]}
    child = {**RECEPTION["g_child"], "given_name": f"Інше {number}"}
    answers = with_answers(RECEPTION, g_contact=contact, g_child=child)
    centre.receive(a_form("reception", answers, number=number))


def test_a_void_hides_the_record_and_is_taken_back_by_its_opposite(centre, person):
    assert say(centre, person, is_void=True)
    assert is_voided(centre, person)

    assert say(centre, person, is_void=False, by=IRYNA)
    assert not is_voided(centre, person)
    assert centre.questions() == ()


def test_saying_what_stands_already_writes_nothing(centre, person):
    assert say(centre, person, is_void=False) is None
    say(centre, person, is_void=True)

    assert say(centre, person, is_void=True) is None


def test_an_answer_that_was_not_on_the_screen_keeps_the_record(centre, person):
    on_screen = shown(centre, person)
    write_more(centre, person)

    say(centre, person, is_void=True, on=on_screen)

    assert not is_voided(centre, person)
    assert "delete_conflict" in {item.kind for item in centre.questions()}


def test_an_answer_that_comes_after_a_void_shows_the_record_again(centre, person):
    say(centre, person, is_void=True)

    write_more(centre, person)

    assert not is_voided(centre, person)
    assert "delete_conflict" in {item.kind for item in centre.questions()}


def test_somebody_who_has_seen_all_settles_it(centre, person):
    on_screen = shown(centre, person)
    write_more(centre, person)
    say(centre, person, is_void=True, on=on_screen)

    assert say(centre, person, is_void=False)

    kinds = {item.kind for item in centre.questions()}
    assert not is_voided(centre, person)
    assert "delete_conflict" not in kinds


def test_a_void_has_a_reason_and_is_noted(centre, person):
    with pytest.raises(InvalidRequestError):
        say(centre, person, is_void=True, reason=" ")
    change = say(centre, person, is_void=True)

    with centre.database.reading() as session:
        entry = next(e for e in audit.page(session) if e.action == "void")
    assert (entry.object, entry.actor) == (person, MARTA.actor)
    assert entry.meta == {"change": change}


@pytest.mark.parametrize("by", [STEPAN, BOHDAN, OLENA], ids=lambda who: who.name)
def test_a_record_of_others_is_absent(centre, person, by):
    with pytest.raises(NotFoundError):
        say(centre, person, is_void=True, by=by)


@pytest.mark.parametrize("doc", ["no id", ids.person("nobody"), ids.site("truskavets")])
def test_what_is_no_record_is_not_voided(centre, person, doc):
    with pytest.raises(NotFoundError):
        say(centre, doc, is_void=True, on=frozenset(), by=IRYNA)
