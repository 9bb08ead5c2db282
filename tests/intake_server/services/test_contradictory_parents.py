"""What two separately filled forms say of one parent, taken in at two centres."""

from random import Random

import pytest
from centres import DANYLO, FORMS, MORNING, OLENA, TARAS
from network import a_central, a_centre

from forms.authoring import convert
from forms.catalogue import form as catalogue_form
from forms.instance import to_xml
from intake_server.services import intake, publishing
from intake_server.services.intake import Incoming
from intake_server.storage import documents, queue
from sync import documents as ids

CHILD = ids.person(DANYLO)
MOTHER = ids.relation(CHILD, "kin", "mother")
FAMILY = catalogue_form(
    convert(
        """
| survey |
| | type | name | label | calculation | bind::dodomu:home | bind::dodomu:property | bind::dodomu:policy | bind::dodomu:level | bind::dodomu:document | bind::dodomu:parent | bind::dodomu:identity |
| | text | child_ref | C | | person | child_ref | once | restricted | | | |
| | begin_repeat | family | F | | relation | | | | kin | person | singular rel_type |
| | calculate | family_row | | once(uuid()) | relation | relation_row | once | restricted | | | |
| | select_one relation | rel_type | R | | relation | rel_type | review | confidential | | | |
| | text | rel_name | N | | relation | rel_name | review | confidential | | | |
| | select_one status | rel_status | S | | relation | rel_status | review base | confidential | | | |
| | end_repeat | family | | | | | | | | | |
| choices |
| | list_name | name | label | singular |
| | relation | mother | M | yes |
| | relation | aunt | A | |
| | status | alive_contact | A | |
| | status | in_rf | R | |
| | status | dead_reported | D | |
| | status | unknown | U | |
| settings |
| | form_title | form_id | version | namespaces |
| | Family | family | 1 | dodomu="https://dodomu.org/xforms" |
""",
        kind="md",
    )
)
"""A form that asks for relatives as registration does: who, and where they are."""


@pytest.fixture
def central(tmp_path):
    member = a_central(tmp_path / "kyiv")
    with member.database, member.serving():
        publish(member)
        yield member


@pytest.fixture
def centres(tmp_path, central):
    made = [
        a_centre(tmp_path / site, central, site)
        for site in ("truskavets", "chernivtsi")
    ]
    for member in made:
        member.sync()
    yield made
    for member in made:
        member.database.dispose()


def publish(member):
    with member.database.transaction() as session:
        publishing.publish(
            session,
            [FAMILY, FORMS["reunification"]],
            site="kyiv",
            now=MORNING,
            entropy=Random(1).randbytes,
        )


def fill(member, sender, form, answers):
    """Take a finished form in, as the centre's own phone sends it."""
    name = f"uuid:{sender.id}:{form.form_id}"
    xml = to_xml(form.definition, answers, instance_id=name)
    said = Incoming(
        instance_id=name, form_id=form.form_id, form_version=form.version, xml=xml
    )
    (receipt,) = intake.receive(
        member.database,
        [said],
        sender=sender,
        now=member.now(),
        entropy=Random(name).randbytes,
    )
    assert receipt.status == "stored"


def a_relative(rel, name, status, row):
    return {"family_row": row, "rel_type": rel, "rel_name": name, "rel_status": status}


def family(*rows):
    return {"child_ref": DANYLO, "family": [a_relative(*row) for row in rows]}


def exchange(centres):
    for member in (*centres, *centres):
        member.sync()


def questions(member):
    with member.database.reading() as session:
        return queue.page(session).items


def view(member, doc):
    with member.database.reading() as session:
        found = documents.find(session, doc)
    return found.view if found else None


def clash(centres, status, other):
    """Let each centre's phone say something else of one mother; then exchange."""
    here, there = centres
    fill(here, OLENA, FAMILY, family(("mother", "Ремез Ольга", status, "r1")))
    fill(there, TARAS, FAMILY, family(("mother", "Ремез Ольга", other, "r2")))
    exchange(centres)


@pytest.mark.parametrize(
    ("status", "other"),
    [("alive_contact", "dead_reported"), ("in_rf", "unknown"), ("unknown", "in_rf")],
)
def test_a_contradiction_about_a_mother_is_one_question_at_both_centres(
    centres, central, status, other
):
    clash(centres, status, other)

    for member in (*centres, central):
        (question,) = questions(member)
        assert (question.doc, question.cell) == (MOTHER, "rel_status")
        assert {c["site"]: c["value"] for c in question.candidates} == {
            "truskavets": status,
            "chernivtsi": other,
        }
        assert question.displayed is None
        assert view(member, MOTHER)["values"]["rel_status"] is None
        assert member.differing == ()


def test_what_both_forms_say_alike_asks_nothing(centres):
    here, there = centres
    clash(centres, "alive_contact", "alive_contact")
    assert questions(here) == questions(there) == ()

    assert view(here, MOTHER)["values"]["rel_status"] == "alive_contact"
    assert view(there, MOTHER)["values"] == view(here, MOTHER)["values"]


def test_two_forms_of_different_kinds_speak_of_one_mother(centres):
    here, there = centres
    fill(here, OLENA, FAMILY, family(("mother", "Ремез Ольга", "in_rf", "r1")))
    sought = {"sought_row": "r2", "sought_rel": "mother", "sought_name": "Ремез Оксана"}
    answers = {"g_start": {"child_ref": DANYLO}, "sought_persons": [sought]}
    fill(there, TARAS, FORMS["reunification"], answers)

    exchange(centres)

    for member in centres:
        (question,) = questions(member)
        assert (question.doc, question.cell) == (MOTHER, "rel_name")
        said = {candidate["value"] for candidate in question.candidates}
        assert said == {"Ремез Ольга", "Ремез Оксана"}
        assert view(member, MOTHER)["values"]["rel_status"] == "in_rf"


def test_aunts_of_two_forms_stay_two(centres):
    here, there = centres
    fill(here, OLENA, FAMILY, family(("aunt", "Ремез Ольга", "in_rf", "r1")))
    fill(there, TARAS, FAMILY, family(("aunt", "Ремез Ольга", "unknown", "r2")))

    exchange(centres)

    for member in centres:
        assert questions(member) == ()
        with member.database.reading() as session:
            rows = documents.rows_of(session, CHILD)
        said = sorted(row.view["values"]["rel_status"] for row in rows)
        assert said == ["in_rf", "unknown"]
