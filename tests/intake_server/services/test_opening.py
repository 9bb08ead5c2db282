"""What a form shows of a record, and what is written when it comes back."""

from random import Random

import pytest
from centres import MARTA, Centre, a_form
from chance_fillings import answer, filling
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from forms.catalogue import shipped
from forms.reference import make
from intake_server.services import opening
from intake_server.services.intake import Incoming
from intake_server.storage import changes, submissions
from sync import documents as ids
from sync.merge.cells import name_of

SENT = ("reception", "registration", "reunification", "rehabilitation", "followup")
NUMBERS = iter(range(1, 10_000))


def opened(centre, doc, form_id, by=MARTA):
    return opening.about(
        centre.database,
        doc,
        form_id,
        viewer=by,
        now=centre.now,
        entropy=Random(next(NUMBERS)).randbytes,
    )


def returned(centre, form, xml=None, sender=MARTA):
    """Send an opened form back; return its receipt."""
    (receipt,) = centre.receive(
        Incoming(
            xml=xml or form.xml,
            finalized_at="2026-11-22T11:00:00+02:00",
            based_on=form.shown.based_on,
        ),
        sender=sender,
    )
    assert (receipt.status, receipt.problem) == ("stored", None), receipt.problem
    return receipt


def written(centre, receipt):
    """What a submission wrote, but for the event that it began."""
    with centre.database.reading() as session:
        (one,) = submissions.known(session, [receipt.instance_id])[receipt.instance_id]
        change = changes.find(session, one.change)
        found = changes.whole(session.connection(), [bytes.fromhex(one.change)])
    event = ids.event(receipt.instance_id)
    assert change is not None
    return [
        (edit.doc, write)
        for edit in found[one.change].edits
        if edit.doc != event
        for write in edit.w
    ]


def changed(xml, path, row, text):
    """The same instance with another answer; the first row of a repeat is 0."""
    root = etree.fromstring(xml)
    found = [root]
    for name in path:
        found = [p for n in found for p in n if etree.QName(p).localname == name]
    found[row or 0].text = text
    return etree.tostring(root)


@pytest.fixture(scope="module")
def centre(stores):
    """One for all children here: each has a reference of its own."""
    with stores.new() as database:
        centre = Centre(database)
        centre.publish(shipped("registration"), shipped("followup"))
        yield centre


def a_child(centre, seed, forms):
    """Take in forms about a new child, each filled in at random; return the child."""
    chance = Random(seed)
    reference = make("4KH", next(NUMBERS))
    for form_id in forms:
        answers = filling(shipped(form_id).definition, reference, chance)
        number = next(NUMBERS)
        (receipt,) = centre.receive(a_form(form_id, answers, number=number))
        assert receipt.status == "stored", receipt.problem
    return ids.person(reference)


def places(form):
    """What is filled in and may be changed: path, row, text."""
    definition = form_of(form)
    for path, text in form.shown.answers.items():
        if definition.field(path).property != "sibling_group":
            yield path, None, text
    for repeat in definition.repeats:
        names = {repeat.row_id, repeat.identity.partition(" ")[2]}
        for number, row in enumerate(form.shown.rows.get(repeat.path, ())):
            for path, text in row.items():
                if path[-1] not in names:
                    yield path, number, text


def form_of(form):
    return shipped(form.form.form_id).definition


def another(definition, asked, text, chance):
    for _ in range(50):
        said = answer(definition, asked, chance)
        said = " ".join(said) if isinstance(said, list) else str(said)
        if said != text:
            return said
    return None


SEEDS = st.integers(0, 2**32)
FORMS = st.sets(st.sampled_from(SENT), min_size=1)
QUICK = settings(
    settings.get_profile("hasty"),
    max_examples=20,
    suppress_health_check=[HealthCheck.too_slow],
)


@QUICK
@given(seed=SEEDS, sent=FORMS)
def test_a_form_sent_back_as_it_was_opened_writes_nothing(centre, seed, sent):
    doc = a_child(centre, seed, [one for one in SENT if one in sent])
    waiting = [item.qid for item in centre.questions()]

    for form_id in SENT:
        form = opened(centre, doc, form_id)
        assert written(centre, returned(centre, form)) == []

    assert [item.qid for item in centre.questions()] == waiting


@QUICK
@given(seed=SEEDS, sent=FORMS)
def test_one_other_answer_supersedes_exactly_what_stood_there(centre, seed, sent):
    doc = a_child(centre, seed, [one for one in SENT if one in sent])
    chance = Random(seed)

    for form_id in SENT:
        form = opened(centre, doc, form_id)
        changes_to = list(places(form))
        if not changes_to:
            continue
        path, row, text = chance.choice(changes_to)
        asked = form_of(form).field(path)
        said = another(form_of(form), asked, text, chance)
        if said is None:
            continue
        writes = written(
            centre, returned(centre, form, changed(form.xml, path, row, said))
        )

        assert {name_of(write.cell) for _, write in writes} == {
            asked.group or asked.property
        }
        for on, write in writes:
            seen = form.shown.based_on[on].get(write.cell, ())
            is_once = asked.policy == "once"
            assert write.p == (() if is_once else tuple(sorted(seen)))
