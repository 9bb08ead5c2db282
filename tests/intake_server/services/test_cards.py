import pytest
from centres import MORNING, RECEPTION, a_form, with_answers

from forms.reference import BLOCK_SIZE, normalise
from intake_server.errors import InvalidRequestError, NoReferencesError
from intake_server.services import cards
from intake_server.services import references as numbering
from intake_server.storage import audit, documents, references


def draw(centre, sheets=1, site="truskavets"):
    return cards.draw(centre.database, sheets, site=site, by="u:ma", now=MORNING)


def exhaust(centre):
    with centre.database.transaction() as session:
        (block,) = references.blocks(session, "truskavets")
        references.draw(session, block.block, BLOCK_SIZE - block.next)


def test_every_card_has_a_code_that_checks_and_nobody_else_has(centre):
    (before,) = centre.receive(a_form("reception", RECEPTION))

    first, second = draw(centre), draw(centre, sheets=2)

    (after,) = centre.receive(a_form("reception", RECEPTION, number=2))
    every = [before.reference, *first, *second, after.reference]
    assert len(first) == cards.A_SHEET
    assert len(second) == 2 * cards.A_SHEET
    assert len(set(every)) == len(every)
    assert [normalise(one) for one in every] == every


def test_who_printed_how_many_is_noted_and_no_code(centre):
    drawn = draw(centre)

    with centre.database.reading() as session:
        (entry,) = [e for e in audit.page(session) if e.action == "print_cards"]
    assert (entry.actor, entry.object) == ("u:ma", "truskavets")
    assert entry.meta == {"count": cards.A_SHEET}
    assert not any(code in repr(entry) for code in drawn)


@pytest.mark.parametrize("sheets", [0, -1, cards.MOST_SHEETS + 1])
def test_nobody_draws_a_block_empty_by_a_slip(centre, sheets):
    with pytest.raises(InvalidRequestError):
        draw(centre, sheets)

    assert len(draw(centre, cards.MOST_SHEETS)) == cards.MOST_SHEETS * cards.A_SHEET


def test_too_few_codes_make_no_sheet_with_holes(centre):
    exhaust(centre)

    with pytest.raises(NoReferencesError):
        draw(centre)


def test_a_card_that_was_handed_out_is_the_code_of_the_child(centre):
    card = draw(centre)[5]

    (receipt,) = centre.receive(
        a_form("reception", with_answers(RECEPTION, g_contact={"child_ref": card}))
    )

    assert receipt.reference == card
    with centre.database.reading() as session:
        (person,) = documents.by_reference(session, card)
    assert person.view["values"]["family_name"] == "Ремез"


def test_without_a_free_code_a_form_is_kept_until_there_is_one(centre):
    exhaust(centre)

    first, second = centre.receive(
        a_form("reception", RECEPTION),
        a_form(
            "reception",
            with_answers(RECEPTION, g_contact={"child_ref": "4KH7T299"}),
            number=2,
        ),
    )

    assert (first.status, first.problem.slug) == ("quarantined", "no-free-reference")
    assert second.status == "stored"
    (item,) = centre.questions()
    with pytest.raises(NoReferencesError):
        centre.decide(item.qid, "release")
    with centre.database.transaction() as session:
        numbering.reserve(session, "truskavets")
    centre.decide(item.qid, "release")
    assert centre.questions() == ()
    (again,) = centre.receive(a_form("reception", RECEPTION))
    assert again.status == "duplicate"
    assert again.reference
