"""What is set aside, and that nothing hostile gets past or breaks anything."""

from functools import reduce

import pytest
from histories import SCHEMA, a_change
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sync.change import Change, Edit, Write, decode, encode
from sync.merge.fold import fold, picture_of
from sync.merge.heads import State, apply, fault
from sync.merge.schema import Schema


def nested(depth):
    value = "x"
    for _ in range(depth):
        value = [value]
    return value


SEALED = {"~sealed": {"kid": "k", "nonce": "n", "ct": "c", "tag": "t"}}


@pytest.mark.parametrize(
    ("write", "code"),
    [
        pytest.param(Write(f="surname", v="Коваль"), None, id="good"),
        pytest.param(Write(f="surname", v=None), None, id="cleared"),
        pytest.param(Write(f="surname"), "shape:surname", id="says-nothing"),
        pytest.param(Write(v=1), "shape:", id="names-nothing"),
        pytest.param(Write(f="", v=1), "shape:", id="empty-name"),
        pytest.param(Write(f="a", g="b", v=1), "shape:a", id="names-two"),
        pytest.param(Write(f="status/x", v=[1]), "shape:status/x", id="slash"),
        pytest.param(Write(s="allergies", v=True), "shape:allergies", id="no-element"),
        pytest.param(
            Write(s="allergies", e=" ", v=True), "shape:allergies", id="blank"
        ),
        pytest.param(Write(n="notes", v="x"), "shape:notes", id="no-entry"),
        pytest.param(Write(f="allergies", v=True), "type:allergies", id="set-as-field"),
        pytest.param(Write(f="notes", v="x"), "type:notes", id="log-as-field"),
        pytest.param(
            Write(s="surname", e="x", v=True), "type:surname", id="field-as-set"
        ),
        pytest.param(Write(s="allergies", e="x", v="так"), "type:allergies", id="vote"),
        pytest.param(Write(s="newer", e="x", v=True), None, id="unknown-set"),
        pytest.param(Write(s="newer", e="x", v=1), "type:newer", id="unknown-set-vote"),
        pytest.param(Write(n="newer", e="x", v="текст"), None, id="unknown-log"),
        pytest.param(Write(f="newer", v={"a": [1]}), None, id="unknown-field"),
        pytest.param(Write(f="surname", v=5), "type:surname", id="number-for-text"),
        pytest.param(Write(f="surname", v="\ud800"), "type:surname", id="surrogate"),
        pytest.param(Write(f="newer", v={"\ud800": 1}), "type:newer", id="bad-name"),
        pytest.param(Write(f="newer", v={1: 1}), "type:newer", id="name-is-number"),
        pytest.param(Write(f="newer", v=b"x"), "type:newer", id="bytes"),
        pytest.param(Write(f="newer", v=nested(64)), None, id="deep-enough"),
        pytest.param(Write(f="newer", v=nested(65)), "type:newer", id="too-deep"),
        pytest.param(Write(f="newer", v=2**63), "type:newer", id="too-large"),
        pytest.param(
            Write(f="weight_kg", v=True), "type:weight_kg", id="bool-for-number"
        ),
        pytest.param(Write(f="weight_kg", v=31.5), None, id="float"),
        pytest.param(Write(f="weight_kg", v=float("nan")), "type:weight_kg", id="nan"),
        pytest.param(Write(f="newer", v=[float("inf")]), "type:newer", id="infinite"),
        pytest.param(Write(f="height_cm", v="120.5"), None, id="decimal"),
        pytest.param(Write(f="height_cm", v="NaN"), "type:height_cm", id="decimal-nan"),
        pytest.param(Write(f="height_cm", v="1e9"), "type:height_cm", id="exponent"),
        pytest.param(
            Write(f="date_returned", v="2023-02-30"), "type:date_returned", id="day"
        ),
        pytest.param(
            Write(f="date_returned", v="2023-W01-1"), "type:date_returned", id="week"
        ),
        pytest.param(
            Write(f="date_returned", v=20230101), "type:date_returned", id="digits"
        ),
        pytest.param(
            Write(f="first_seen_at", v="2026-03-02T09:00:00"),
            "type:first_seen_at",
            id="naive",
        ),
        pytest.param(
            Write(f="address", v=["Київ"]), "type:address", id="list-for-group"
        ),
        pytest.param(
            Write(f="share_with", v=["a", {}]), "type:share_with", id="meet-item"
        ),
        pytest.param(Write(f="share_with", v="a"), "type:share_with", id="meet-text"),
        pytest.param(
            Write(f="status", v=["returned"]), "type:status", id="state-is-list"
        ),
        pytest.param(Write(f="status", v={}), "type:status", id="state-is-object"),
        pytest.param(Write(f="status", v="місяць"), "enum:status", id="unknown-state"),
        pytest.param(Write(f="reg_no", v="R", p=("a",)), "once:reg_no", id="once"),
        pytest.param(
            Write(f="reg_no", v="R", p=("a",), act="amend"), None, id="amended"
        ),
        pytest.param(
            Write(f="reg_no", v="R", p=("a",), act="resolve"), None, id="resolved"
        ),
        pytest.param(Write(f="_erased", v=False, saw=()), "type:_erased", id="unerase"),
        pytest.param(Write(f="_hold", v=True), None, id="hold"),
        pytest.param(Write(f="_hold", v="так"), "type:_hold", id="hold-text"),
        pytest.param(Write(f="_deleted", v="так"), "type:_deleted", id="void-text"),
        pytest.param(
            Write(f="_dismiss:r", v="так"), "type:_dismiss:r", id="dismiss-text"
        ),
        pytest.param(Write(s="_scope", e="TRU", v=True), None, id="scope"),
        pytest.param(Write(f="_scope", v=True), "type:_scope", id="scope-as-field"),
        pytest.param(Write(f="surname", v=SEALED), None, id="sealed"),
        pytest.param(Write(f="date_returned", v=SEALED), None, id="sealed-date"),
        pytest.param(Write(f="phone", v=SEALED), "type:phone", id="sealed-lww"),
        pytest.param(
            Write(f="surname", v=SEALED | {"x": 1}), "type:surname", id="half-sealed"
        ),
        pytest.param(
            Write(f="surname", v="А", p=tuple(map(str, range(100_000)))),
            "shape:surname",
            id="hundred-thousand-preds",
        ),
    ],
)
def test_a_write_is_good_or_has_a_code(write, code):
    assert fault(a_change("c1", write), SCHEMA) == code


@pytest.mark.parametrize(
    ("verdict", "code"),
    [("same", None), ("different", None), ("maybe", "enum:verdict")],
)
def test_a_verdict_is_same_or_different(verdict, code):
    write = Write(f="verdict", v=verdict)

    assert fault(a_change("c1", write, kind="link"), SCHEMA) == code


ERASURE = Write(f="_erased", v=True, saw=())


def test_an_erasure_stands_alone_on_its_document():
    other = Write(f="surname", v="А")

    assert fault(a_change("c1", ERASURE), SCHEMA) is None
    assert fault(a_change("c1", ERASURE, other), SCHEMA) == "shape:_erased"
    assert fault(a_change("c1", ERASURE, ERASURE), SCHEMA) == "shape:_erased"


@pytest.mark.parametrize(
    "writes",
    [(Write(f="weight_kg", v="сорок"),), (ERASURE,), None],
    ids=["bad", "erasure", "withheld"],
)
def test_an_erasure_stands_alone_in_its_change_whatever_is_withheld(writes):
    edits = (
        Edit(doc="P1", type="person", w=(ERASURE,)),
        Edit(doc="P2", type="person", w=writes),
    )

    assert fault(a_change("c1", edits=edits), SCHEMA) == "shape:_erased"


def test_a_field_that_is_called_verdict_is_free_elsewhere():
    assert fault(a_change("c1", Write(f="verdict", v="guilty")), SCHEMA) is None


def test_a_clock_that_is_none_is_a_fault_and_no_exception():
    change = a_change("c1", Write(f="surname", v="А"), hlc="yesterday")

    state = apply(State(SCHEMA), change)

    assert picture_of(state) == fold([change], SCHEMA)
    assert state.faults["c1"] == "shape:hlc"


def test_one_document_twice_in_a_change_is_a_fault():
    edit = Edit(doc="P1", type="person", w=(Write(f="surname", v="А"),))
    change = a_change("c1", edits=(edit, edit))

    assert fault(change, SCHEMA) == "shape:doc"


def test_two_answers_to_one_question_in_a_change_are_a_fault():
    twice = (Write(f="surname", v="А"), Write(f="surname", v="Б"))

    assert fault(a_change("c1", *twice), SCHEMA) == "shape:surname"


def test_one_element_in_two_spellings_is_said_once():
    twice = (
        Write(s="allergies", e="мед", v=True),
        Write(s="allergies", e=" мед", v=True),
    )

    assert fault(a_change("c1", *twice), SCHEMA) is None


def test_the_code_is_of_the_first_bad_field_in_name_order():
    schema = Schema.from_json(
        {"fields": {"lang": {"policy": "set"}, "lang-x": {"type": "number"}}}
    )
    change = a_change("c1", Write(f="lang-x", v="а"), Write(s="lang", e="uk", v="а"))

    assert fault(change, schema) == "type:lang"


PLAIN = "surname status share_with allergies notes verdict a b dob last_contact"
ODD = "_deleted _erased _hold _scope _dismiss:x newer a/b"
NAMES = st.sampled_from((*PLAIN.split(), *ODD.split()))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(codec=None), max_size=4)
    | st.sampled_from(("same", "reported", "2023-01-01", "2026-01-01T00:00:00Z")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=5,
)
IDS = st.lists(st.sampled_from(("c0", "c1", "c2", "zz")), max_size=3).map(tuple)
WRITES = st.builds(
    Write,
    f=st.none() | NAMES,
    s=st.none() | NAMES,
    n=st.none() | NAMES,
    e=st.none() | st.sampled_from(("uk", " ", "a/b")),
    v=JSON,
    p=IDS,
    src=st.none() | st.sampled_from(("document", "estimate", "rumour")),
    act=st.none() | st.sampled_from(("resolve", "override", "dance")),
    saw=st.none() | IDS,
)
EDITS = st.builds(
    Edit,
    doc=st.sampled_from(("P1", "P2")),
    type=st.sampled_from(("person", "link")),
    w=st.none() | st.lists(WRITES, max_size=3).map(tuple),
)
HOSTILE = st.lists(
    st.builds(
        Change,
        id=st.sampled_from(("c0", "c1", "c2", "c3")),
        log=st.sampled_from(("l", "m")),
        seq=st.integers(1, 2),
        hlc=st.sampled_from(("000000000001-0000", "000000000002-0000", "-1", "")),
        wall=st.just(""),
        author=st.just("?"),
        site=st.just("?"),
        edits=st.lists(EDITS, max_size=2).map(tuple),
    ),
    max_size=4,
    unique_by=lambda change: change.id,
)


def partly_withheld(change, random):
    edits = tuple(
        replace(edit, w=None) if random.randrange(2) else edit for edit in change.edits
    )
    return replace(change, edits=edits)


@given(HOSTILE, st.randoms())
def test_nothing_that_can_be_said_breaks_a_node(changes, random):
    arrivals = [*changes, *(partly_withheld(change, random) for change in changes)]
    random.shuffle(arrivals)

    state = reduce(apply, arrivals, State(SCHEMA))

    assert picture_of(state) == fold(changes, SCHEMA)


def test_what_was_decoded_can_be_kept_and_judged():
    deep = a_change("c1", Write(f="newer", v=nested(200)))

    assert fault(decode(encode(deep)), SCHEMA) == "type:newer"
