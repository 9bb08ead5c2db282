"""Who is one child."""

import pytest
from histories import SCHEMA, a_change

from sync import clock
from sync.change import Edit, Write
from sync.merge.fold import fold


def a_verdict(id_, a, b, verdict, *, hlc=1, **facts):
    doc = f"link:{min(a, b)}|{max(a, b)}"
    writes = (
        Write(f="a", v=a),
        Write(f="b", v=b),
        Write(f="verdict", v=verdict, **facts),
    )
    return a_change(id_, *writes, doc=doc, kind="link", hlc=clock.text(hlc))


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
