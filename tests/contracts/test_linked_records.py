"""Linking and parting on a real store: nothing moves, and nothing depends on order."""

from itertools import count
from random import Random

from chronicles import Chronicle, batches, child
from hypothesis import given, settings
from hypothesis import strategies as st
from statements import told
from stores import take_in

from intake_server.storage import clusters, documents, forms, partings, rebuild
from sync import documents as ids
from sync.change import Write
from sync.merge.cells import LINK, VERDICT

LAWS = settings(max_examples=15, deadline=None)
ONE, OTHER = sorted((child(0), child(1)))
PAIR = ids.link(ONE, OTHER)


class Story(Chronicle):
    """Changes on two children whom nobody but the test links."""

    def _link(self, *docs):
        return {(child(doc), "person"): self._writes(child(doc), 0) for doc in docs}


def a_story(seed, size=8):
    story = Story(Random(seed), children=2, may_erase=False)
    story.publish()
    for _ in range(size):
        story.grow()
    return story


def a_verdict(story, verdict, *, pair=(ONE, OTHER), preds=(), saw=()):
    writes = [
        Write(f="a", v=pair[0]),
        Write(f="b", v=pair[1]),
        Write(f=VERDICT, v=verdict, p=preds, saw=saw),
    ]
    return story.add({(ids.link(*pair), LINK): writes})


def views_in(database):
    with database.reading() as session:
        return {d: text for d, text in documents.all_views(session) if d != PAIR}


def seen_in(database):
    with database.reading() as session:
        asked = tuple(documents.find_all(session, (ONE, OTHER)).values())
        return clusters.seen(session, asked, forms.schema(session))


@LAWS
@given(data=st.data(), seed=st.integers(0, 1 << 32))
def test_parting_restores_every_view_byte_for_byte(stores, data, seed):
    """I12: but for what was written in between."""
    story = a_story(seed)
    before = list(story.changes)
    same = a_verdict(story, "same")
    between = [story.grow() for _ in range(data.draw(st.integers(0, 3)))]
    different = a_verdict(story, "different", preds=(same.id,))

    with stores.new() as linked, stores.new() as never:
        take_in(linked, before, [same], between, [different])
        take_in(never, before, between)

        assert views_in(linked) == views_in(never)
        with linked.reading() as session:
            assert rebuild.compare(session).different == ()


@LAWS
@given(data=st.data(), seed=st.integers(0, 1 << 32))
def test_every_node_sees_the_same_child_in_linked_records(stores, data, seed):
    story = a_story(seed)
    a_verdict(story, "same")
    if data.draw(st.booleans()):
        a_verdict(story, "different", preds=(story.changes[-1].id,))
        story.grow()

    with stores.new() as one, stores.new() as other:
        take_in(one, *data.draw(batches(story.changes)))
        take_in(other, *data.draw(batches(story.changes)))

        assert seen_in(one) == seen_in(other)


def sites_in(changes):
    return {c.site for c in changes for edit in c.edits if edit.type == "person"}


def test_a_child_is_found_at_the_site_of_any_of_its_records(stores):
    several = (linked_pairs(1, seed) for seed in count())
    changes = next(c for c in several if len(sites_in(c)) == 2)
    sites = sites_in(changes)

    with stores.new() as database:
        take_in(database, changes)
        with database.reading() as session:
            for site in sites:
                found = documents.page(session, kind="person", site=site).views
                assert {view.doc for view in found} == {ONE, OTHER}


def test_a_verdict_names_what_stands_on_persons_cases_and_rows(stores):
    story = Story(Random(1))
    person, case = child(0), ids.case(child(0))
    mother = ids.relation(person, "kin", "mother")
    made = [
        story.add({(person, "person"): [Write(f="family_name", v="Коваль")]}),
        story.add({(case, "case"): [Write(f="subject", v=person)]}),
        story.add({(mother, "kin"): [Write(f="parent", v=person)]}),
    ]
    visit = story.add({(ids.event("1"), "event"): [Write(f="subject", v=person)]})
    verdict = a_verdict(story, "same", pair=tuple(sorted((person, child(1)))))

    with stores.new() as database:
        take_in(database, made, [visit, verdict])
        with database.reading() as session:
            heads = partings.standing_on(session, frozenset({person, child(1)}))

    assert set(heads) == {change.id for change in made}


def test_what_is_sorted_stands_under_the_present_name(stores):
    story = Story(Random(1), children=2)
    story.publish()
    same = a_verdict(story, "same")
    given = story.add({(ONE, "person"): [Write(f="medicine", v="300 мг")]})
    a_verdict(story, "different", preds=(same.id,), saw=(given.id,))

    with stores.new() as database:
        take_in(database, story.changes)
        (entry,) = seen_in(database)[ONE].view["sorting"]
        assert (entry["property"], entry["value"]) == ("drugs", "300 мг")

        anew = Write(f="drugs", v="300 мг", p=(given.id,))
        take_in(database, [story.add({(ONE, "person"): [anew]})])
        assert ONE not in seen_in(database)


def test_many_linked_records_are_read_in_as_few_queries_as_two(stores):
    counts = []
    with stores.new() as database:
        for number in (1, 30):
            take_in(database, linked_pairs(number))
            with database.reading() as session:
                asked = documents.page(session, kind="person", limit=100).views
                schema = forms.schema(session)
                with told(session.connection()) as asked_for:
                    assert len(clusters.seen(session, asked, schema)) == 2 * number
            counts.append(len(asked_for))

    assert 0 < counts[0] == counts[1] < 12


def linked_pairs(number, seed=7):
    """Children of two records each, under two names."""
    story = Story(Random(seed))
    for place in range(0, 2 * number, 2):
        for doc in (place, place + 1):
            write = Write(f="family_name", v=f"name {doc}")
            story.add({(child(doc), "person"): [write]})
        a_verdict(story, "same", pair=tuple(sorted((child(place), child(place + 1)))))
    return story.changes
