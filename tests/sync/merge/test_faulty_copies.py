"""A change that is set aside, and comes again."""

from functools import reduce

from msgspec import structs

from sync import clock
from sync.change import Change, Edit, Write
from sync.merge.fold import fold, picture_of
from sync.merge.heads import State, apply
from sync.merge.schema import Schema


def test_a_poorer_copy_of_a_faulty_change_does_not_change_what_is_wrong_with_it():
    whole = Change(
        id="0" * 32,
        log="l",
        seq=1,
        hlc=clock.text(1),
        wall="",
        author="u:1",
        site="truskavets",
        edits=(
            Edit(doc="a", type="person", w=(Write(f="surname", n="x", v="А"),)),
            Edit(doc="b", type="person", w=(Write(f="", v="Б"),)),
        ),
    )
    poorer = structs.replace(
        whole, edits=(whole.edits[0], Edit(doc="b", type="person"))
    )

    state = reduce(apply, [whole, poorer], State(Schema({})))

    assert picture_of(state) == fold([whole, poorer], Schema({}))
    assert picture_of(state).items != ()
