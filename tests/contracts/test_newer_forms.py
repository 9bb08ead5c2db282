"""A node with an old form, then the new one, ends as one that had it from the start."""

from random import Random

from chronicles import RULES, a_chronicle, child
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import take_in

from intake_server.storage import documents, rebuild
from sync import clock
from sync import documents as ids
from sync.change import Write, compose

OLD = {
    "fields": {
        "medicine": {"policy": "review"},
        "status": {"policy": "lattice", "states": ["located"], "edges": []},
        "weight": {"policy": "review", "type": "number"},
        "languages": {"policy": "set"},
    }
}
NEW = {
    "fields": {
        "drugs": {"policy": "review", "harm": "medical", "renamed_from": "medicine"},
        "status": {
            "policy": "lattice",
            "states": ["located", "returned"],
            "edges": [["located", "returned"]],
        },
        "weight": {"policy": "review", "type": "decimal"},
        "pains": {"policy": "set", "exclusive": ["none"], "review_mixed": True},
        "phones": {"policy": "set", "type": "phone"},
        "diary": {"policy": "log"},
        "share_with": {"policy": "meet", "type": "list"},
        "age": {"policy": "review", "type": "number"},
    }
}


class Author:
    """Somebody who writes one change after the other."""

    def __init__(self, site="truskavets"):
        self._site, self._chance, self._seq = site, Random(site), 0

    def write(self, doc, kind, *writes):
        self._seq += 1
        return compose(
            hlc=clock.at(1_700_000_000_000 + self._seq),
            edits={(doc, kind): list(writes)},
            salts=self._salt,
            log=f"{self._site}#1",
            seq=self._seq,
            wall="2026-03-02T09:00:00+02:00",
            author=f"u:{self._site}",
            site=self._site,
        )

    def say(self, *writes, number=1):
        return self.write(child(number), "person", *writes)

    def publish(self, version, rules):
        said = {"form_id": "reception", "version": version, "title": {}, "xml": "<x/>"}
        writes = [Write(f=name, v=v) for name, v in (said | {"rules": rules}).items()]
        return self.write(ids.schema("reception", version), "schema", *writes)

    def _salt(self):
        return self._chance.randbytes(16)


def of_a_newer_form():
    """Changes as people with the new form write them, and some with the old one."""
    here, there = Author("truskavets"), Author("chernivtsi")
    first = here.say(Write(f="medicine", v="300"))
    return [
        first,
        there.say(Write(f="drugs", v="500", p=(first.id,))),
        here.say(Write(f="medicine", v="400", p=(first.id,))),
        here.say(Write(f="medicine", v="250"), number=2),
        here.say(Write(s="pains", e="none", v=True)),
        there.say(Write(s="pains", e="head", v=True)),
        here.say(Write(s="phones", e="0501234567", v=True)),
        there.say(Write(s="phones", e="+380501234567", v=True)),
        here.say(Write(n="diary", e="1", v="їсть")),
        there.say(Write(f="status", v="returned")),
        here.say(Write(f="status", v="located")),
        there.say(Write(f="weight", v="30.5"), Write(f="note", v="x")),
        here.say(Write(f="weight", v=30.5)),
        here.say(Write(f="share_with", v=["police"])),
        there.say(Write(f="share_with", v=["police", "school"])),
        here.say(Write(f="age", v="вісім"), Write(s="languages", e="uk", v=True)),
        here.say(Write(f="unheard_of", v={"y": 1})),
    ]


def kept(database):
    """Everything that nodes with the same changes must agree on."""
    with database.reading() as session:
        assert rebuild.compare(session).different == ()
        execute = session.connection().exec_driver_sql
        asked = execute("SELECT qid, body, severity, owner FROM queue ORDER BY qid")
        codes = execute("SELECT id, code FROM change ORDER BY id")
        return (
            list(documents.all_views(session)),
            [tuple(row) for row in asked],
            [tuple(row) for row in codes],
        )


def view(database, number=1):
    with database.reading() as session:
        return documents.find(session, child(number)).view


def test_what_a_newer_form_asks_is_kept_until_it_comes_and_then_understood(stores):
    central = Author("kyiv")
    old, new = central.publish("1", OLD), central.publish("2", NEW)
    changes = of_a_newer_form()
    with stores.new() as late, stores.new() as early:
        take_in(late, [old], changes)
        before = view(late)
        assert before["values"]["unheard_of"] == {"y": 1}
        assert before["values"]["pains"] == ["head", "none"]
        assert before["values"]["age"] == "вісім"

        take_in(late, [new])
        take_in(early, [old], [new], changes)

        assert kept(late) == kept(early)
        values = view(late)["values"]
        assert values["status"] == "returned"
        assert values["weight"] == 30.5
        assert values["pains"] == ["head"]
        assert values["phones"] == ["0501234567"]
        assert values["share_with"] == ["police"]
        assert "age" not in values
        assert view(late)["contested"].keys() == {"drugs", "pains", "share_with"}
        assert view(late, 2)["values"] == {"drugs": "250"}


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_it_does_not_matter_when_the_newer_form_comes(stores, data):
    """I15."""
    central = Author("kyiv")
    forms = [central.publish("1", OLD), central.publish("2", NEW)]
    changes = [*of_a_newer_form(), *forms]
    order = data.draw(st.permutations(changes))
    cut = data.draw(st.integers(1, len(order) - 1))
    with stores.new() as early, stores.new() as other:
        take_in(early, forms, of_a_newer_form())
        take_in(other, order[:cut], order[cut:])

        assert kept(other) == kept(early)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1 << 32), size=st.integers(5, 30), data=st.data())
def test_a_history_on_old_rules_ends_as_one_on_the_new(stores, seed, size, data):
    central = Author("kyiv")
    old, new = central.publish("1", OLD), central.publish("2", RULES)
    changes = [c for c in a_chronicle(size, seed) if c.edits[0].type != "schema"]
    cut = data.draw(st.integers(0, len(changes)))
    with stores.new() as late, stores.new() as early:
        take_in(late, [old], changes[:cut], [new], changes[cut:])
        take_in(early, [old, new], changes)

        assert kept(late) == kept(early)
