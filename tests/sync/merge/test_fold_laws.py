"""The laws of the whole: what any history, in any order, amounts to.

Each names the invariant it holds. The laws of stores (I13, I15, I17) are in
``tests/contracts``, those of a line and a disk (I9, I10, I14) in ``tests/faults`` and
beside the exchange.
"""

from functools import reduce
from hashlib import sha256

from histories import ANSWERS, SCHEMA, a_change, deliveries, edits, histories
from hypothesis import given
from hypothesis import strategies as st

from sync.change import Write, canonical
from sync.merge.conformance import plain
from sync.merge.fold import fold, picture_of
from sync.merge.heads import State, apply, fault
from sync.merge.identity import resolve
from sync.merge.scenario import authored
from sync.values import element_key, key


def incrementally(changes):
    return picture_of(reduce(apply, changes, State(SCHEMA)))


def written(changes):
    """Every accepted write as (document, cell, change, write)."""
    return [
        (edit.doc, write.cell, change.id, write)
        for change in changes
        if not fault(change, SCHEMA)
        for edit in change.edits
        for write in edit.w or ()
    ]


def heads_of(picture):
    return {
        (doc, cell, id_)
        for doc, document in picture.documents.items()
        for cell, state in document.cells.items()
        for id_ in state.heads
    }


def heads_in(picture, doc, cell):
    state = picture.documents[doc].cells.get(cell)
    return [head.version for head in state.heads.values()] if state else []


@given(st.data())
def test_any_order_with_repetitions_ends_as_the_fold(data):
    """I1, I2."""
    changes = data.draw(histories())
    arrivals = data.draw(deliveries(changes))

    assert incrementally(arrivals) == fold(changes, SCHEMA)
    assert fold(arrivals, SCHEMA) == fold(changes, SCHEMA)


@given(st.data())
def test_a_part_of_the_history_is_a_history(data):
    changes = data.draw(histories())
    some = data.draw(st.lists(st.sampled_from(changes), min_size=1))

    assert incrementally(some) == fold(some, SCHEMA)


@given(histories())
def test_no_write_is_lost_in_silence(changes):
    """I3."""
    picture = fold(changes, SCHEMA)

    accepted = [one for one in written(changes) if one[2] not in picture.faults]
    named = {
        (doc, cell, other)
        for doc, cell, _, write in accepted
        for other in write.p + write.undoes
    }
    said = {(doc, cell, id_) for doc, cell, id_, write in accepted if not write.undoes}
    assert said - named <= heads_of(picture)
    bad = {change.id for change in changes if fault(change, SCHEMA)}
    asked = {i.heads[0] for i in picture.items if i.kind == "quarantine"}
    assert bad <= asked == picture.faults.keys()


@given(st.data())
def test_a_resolution_removes_exactly_the_heads_it_names(data):
    """I4."""
    changes = data.draw(
        histories(acts=("set",), fields=("surname",), documents=("P1",))
    )
    before = heads_of(fold(changes, SCHEMA))
    ids = sorted(id_ for _, _, id_ in before)
    named = data.draw(
        st.lists(st.sampled_from(ids), unique=True) if ids else st.just([])
    )

    decision = a_change("r1", Write(f="surname", v="Я", p=tuple(named), act="resolve"))
    after = heads_of(fold([*changes, decision], SCHEMA))

    gone = {("P1", "surname", id_) for id_ in named}
    assert after == before - gone | {("P1", "surname", "r1")}


CALM = tuple(sorted(ANSWERS.keys() - {"date_deported", "date_returned", "reg_no"}))


@given(histories(acts=("set",), fields=CALM, documents=("P1",), is_sequential=True))
def test_edits_that_saw_each_other_never_ask(changes):
    """I5, whatever the clocks say."""
    asked = {item.kind for item in fold(changes, SCHEMA).items}

    assert asked <= {"quarantine"}


@given(histories(acts=("set",), fields=("surname", "shelter_code"), documents=("P1",)))
def test_no_contradiction_is_missed_and_each_is_asked_once(changes):
    """I6."""
    items = fold(changes, SCHEMA).items

    accepted = written(changes)
    for name in ("surname", "shelter_code"):
        said = {id_: write for _, cell, id_, write in accepted if cell == name}
        named = {pred for write in said.values() for pred in write.p}
        current = {id_: key(write.v) for id_, write in said.items() if id_ not in named}
        found = [set(i.heads) for i in items if i.cell == name]
        assert found == ([set(current)] if len(set(current.values())) > 1 else [])


@given(edits(acts=("set", "add")))
def test_saving_a_form_as_it_was_shown_says_nothing(said):
    """I7."""
    views = fold(authored(said, SCHEMA), SCHEMA).views
    shown = views["P1"].values if "P1" in views else {}
    form = {name: plain(shown.get(name), name, SCHEMA) for name in ANSWERS}
    saved = {
        "id": "z",
        "site": "TRU",
        "hlc": 9,
        "doc": "P1",
        "seen": [edit["id"] for edit in said],
        "set": form,
    }

    assert authored([*said, saved], SCHEMA)[-1].edits[0].w == ()


@given(histories())
def test_every_question_has_an_id_of_its_own(changes):
    """I8."""
    items = fold(changes, SCHEMA).items

    assert len({item.qid for item in items}) == len(items)
    for item in items:
        said = [item.kind, item.doc, item.key, sorted(item.heads)]
        assert item.qid == sha256(canonical(said)).hexdigest()[:32]


@given(edits(), st.sampled_from((("P1", "P2"), ("P2", "P3"))))
def test_a_link_taken_back_leaves_everything_as_it_was(said, pair):
    """I12."""
    a, b = pair
    said = [edit for edit in said if "link" not in edit and "undo" not in edit]
    ids = {edit["id"] for edit in said}
    said = [e | {"seen": [s for s in e["seen"] if s in ids]} for e in said]
    facts = {"site": "CENTRAL", "hlc": 9, "doc": a}
    verdict = {"a": a, "b": b}
    join = {"id": "y", "seen": [], "link": verdict | {"v": "same"}}
    part = {"id": "z", "seen": ["y"], "link": verdict | {"v": "different"}}
    before = fold(authored(said, SCHEMA), SCHEMA)

    after = fold(authored([*said, join | facts, part | facts], SCHEMA), SCHEMA)

    assert {doc: after.views[doc] for doc in before.views} == before.views
    assert after.items == before.items
    assert after.identity == before.identity


@given(st.data())
def test_who_is_one_child_does_not_depend_on_what_is_read_first(data):
    changes = data.draw(histories(acts=("link",)))
    documents = list(fold(changes, SCHEMA).documents.values())

    assert resolve(data.draw(st.permutations(documents))) == resolve(documents)


@given(histories(acts=("set",), fields=("consent", "risk"), documents=("P1",)))
def test_what_is_shown_is_never_less_protective_than_a_current_answer(changes):
    """I16, of orders."""
    picture = fold(changes, SCHEMA)

    for document, view in zip(
        picture.documents.values(), picture.views.values(), strict=True
    ):
        for cell, state in document.cells.items():
            order = SCHEMA.rule(cell).order
            for head in state.heads.values():
                assert not order.is_below(view.values[cell], head.version.value)


@given(histories(acts=("set",), fields=("share_with",), documents=("P1",)))
def test_only_what_every_current_answer_allows_is_shown_as_allowed(changes):
    """I16, of lists that meet."""
    picture = fold(changes, SCHEMA)

    for doc, view in picture.views.items():
        for head in heads_in(picture, doc, "share_with"):
            assert set(view.values["share_with"] or ()) <= set(head.value or ())


@given(histories(acts=("add",), documents=("P1",)))
def test_a_set_errs_on_the_side_that_it_declares(changes):
    """I16, of sets: a danger that somebody names stands, a right somebody denies falls."""
    picture = fold(changes, SCHEMA)

    for doc, view in picture.views.items():
        for name, is_shown in (("allergies", True), ("authorised_pickup", False)):
            for cell in picture.documents[doc].cells:
                said = heads_in(picture, doc, cell)
                if cell.startswith(f"{name}/") and is_shown in {v.value for v in said}:
                    shown = {element_key(name, e) for e in view.values[name]}
                    assert (cell in shown) == is_shown


@given(histories(acts=("set",), fields=("custody_order",), documents=("P1",)))
def test_while_custody_is_contested_nothing_new_is_shown(changes):
    """I16, of what keeps to the value last agreed on."""
    picture = fold(changes, SCHEMA)

    for item in picture.items:
        if item.cell == "custody_order":
            current = {v.value for v in heads_in(picture, item.doc, item.cell)}
            superseded = {
                write.v
                for _, _, id_, write in written(changes)
                if id_ not in item.heads
            }
            assert item.displayed in superseded | {None}, current


@given(histories(acts=("set",), fields=("dob", "origin"), documents=("P1",)))
def test_weaker_evidence_never_hides_stronger(changes):
    """I18."""
    plainly = [c for c in changes if all(w.act != "override" for w in c.edits[0].w)]
    documents = fold(plainly, SCHEMA).documents

    for _, cell, _, write in written(plainly):
        rule = SCHEMA.rule(cell)
        heads = documents["P1"].cells[cell].heads.values()
        best = max(rule.grade(head.version.src) for head in heads)
        assert best >= rule.grade(write.src)
