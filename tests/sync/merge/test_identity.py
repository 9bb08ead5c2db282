"""Who is one child."""

import pytest
from histories import SCHEMA, a_change

from sync import clock
from sync.change import Edit, Write
from sync.merge.fold import fold


def a_verdict(id_, a, b, verdict, *, hlc=1, author="u:x", **facts):
    doc = f"link:{min(a, b)}|{max(a, b)}"
    writes = (
        Write(f="a", v=a),
        Write(f="b", v=b),
        Write(f="verdict", v=verdict, **facts),
    )
    facts = {"doc": doc, "kind": "link", "author": author}
    return a_change(id_, *writes, hlc=clock.text(hlc), **facts)


def a_signature(id_, author, *preds):
    return a_verdict(id_, "P1", "P2", "proposed", author=author, p=preds)


def who(*changes):
    return fold(changes, SCHEMA).identity


def test_every_member_leads_to_the_smallest_id():
    identity = who(
        a_verdict("c1", "P3", "P2", "same"), a_verdict("c2", "P1", "P3", "same")
    )

    assert identity.aliases == {"P1": "P1", "P2": "P1", "P3": "P1"}


def test_a_ring_of_same_is_one_cluster():
    ring = [
        a_verdict(f"c{a}", f"P{a}", f"P{b}", "same")
        for a, b in ((1, 2), (2, 3), (3, 1))
    ]

    assert who(*ring).clusters == (("P1", "P2", "P3"),)


def test_an_earlier_same_joins_and_a_later_one_is_blocked():
    apart = a_verdict("c0", "P1", "P3", "different")
    early = a_verdict("c2", "P2", "P3", "same", hlc=1)
    late = a_verdict("c1", "P1", "P2", "same", hlc=2)

    identity = who(apart, early, late)

    assert identity.clusters == (("P2", "P3"),)
    assert [item.doc for item in identity.items] == ["link:P1|P2"]


def test_links_of_one_change_are_taken_in_the_order_of_their_pairs():
    def link(a, b):
        return Edit(
            doc=f"link:{a}|{b}",
            type="link",
            w=(Write(f="a", v=a), Write(f="b", v=b), Write(f="verdict", v="same")),
        )

    apart = a_verdict("c0", "P1", "P3", "different")
    one = a_change("c1", edits=(link("P2", "P3"), link("P1", "P2")))
    other = a_change("c1", edits=(link("P1", "P2"), link("P2", "P3")))

    assert who(apart, one) == who(other, apart)
    assert who(apart, one).clusters == (("P1", "P2"),)


@pytest.mark.parametrize(
    "writes",
    [
        pytest.param((Write(f="verdict", v="same"),), id="no-pair"),
        pytest.param(
            (Write(f="a", v="P1"), Write(f="verdict", v="same")), id="half-a-pair"
        ),
        pytest.param((Write(f="a", v="P1"), Write(f="b", v="P2")), id="no-verdict"),
        pytest.param(
            (Write(f="a", v=1), Write(f="b", v="P2"), Write(f="verdict", v="same")),
            id="number",
        ),
        pytest.param(
            (Write(f="a", v="P1"), Write(f="b", v="P1"), Write(f="verdict", v="same")),
            id="itself",
        ),
        pytest.param(
            (Write(f="a", v="P1"), Write(f="b", v="P2"), Write(f="verdict", v=None)),
            id="unsure",
        ),
    ],
)
def test_half_a_verdict_joins_nobody(writes):
    identity = who(a_change("c1", *writes, doc="link:x", kind="link"))

    assert (identity.clusters, identity.items) == ((), ())


def test_an_erased_verdict_joins_nobody():
    same = a_verdict("c1", "P1", "P2", "same")
    erased = Write(f="_erased", v=True, saw=("c1",))

    assert (
        who(same, a_change("c2", erased, doc="link:P1|P2", kind="link")).clusters == ()
    )


def test_two_kinds_of_one_document_end_the_same_in_either_order():
    one = a_change("c1", Write(f="a", v="x"), kind="person")
    other = a_change("c2", Write(f="b", v="y"), kind="link")

    assert fold([one, other], SCHEMA) == fold([other, one], SCHEMA)


@pytest.mark.parametrize(
    ("authors", "is_one"),
    [
        (("u:oksana",), False),
        (("u:oksana", "u:oksana"), False),
        (("u:oksana", "u:bohdan"), True),
    ],
    ids=["one", "one twice", "two"],
)
def test_r22_two_records_are_one_once_two_people_have_said_so(authors, is_one):
    signed = [a_signature(f"c{n}", author) for n, author in enumerate(authors)]

    identity = who(*signed)

    assert identity == who(*reversed(signed))
    assert identity.clusters == ((("P1", "P2"),) if is_one else ())
    kinds = [item.kind for item in identity.items]
    assert kinds == ([] if is_one else ["link_proposed"])


def test_r22_one_signature_takes_no_parting_away():
    apart = a_verdict("c1", "P1", "P2", "different", author="u:iryna")
    chain = [a_verdict("c2", "P2", "P3", "same"), a_verdict("c3", "P1", "P3", "same")]
    first = a_signature("c4", "u:oksana")

    kinds = {item.kind for item in who(apart, *chain, first).items}
    assert kinds == {"link_blocked", "link_proposed"}
    both = who(apart, first, a_signature("c5", "u:bohdan", "c1"))
    assert both.clusters == (("P1", "P2"),)


def test_r22_a_refusal_by_one_ends_the_question():
    refused = a_verdict("c2", "P1", "P2", "different", author="u:iryna", p=("c1",))

    identity = who(a_signature("c1", "u:oksana"), refused)

    assert (identity.clusters, identity.items) == ((), ())


def test_r22_a_signature_beside_a_refusal_that_it_has_not_seen_is_asked_about():
    signed = [a_signature("c1", "u:oksana"), a_signature("c2", "u:bohdan")]
    refused = a_verdict("c3", "P1", "P2", "different", author="u:iryna", p=("c1",))

    (item,) = who(*signed, refused).items

    assert item.kind == "link_proposed"


def test_r22_a_link_that_one_person_made_before_stays():
    assert who(a_verdict("c1", "P1", "P2", "same")).clusters == (("P1", "P2"),)
