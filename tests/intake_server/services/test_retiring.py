"""Retiring a form: nobody is given it any more, and what was filled in is accepted."""

from datetime import timedelta

import pytest
from centres import DANYLO, FORMS, IRYNA, RECEPTION, a_form, with_answers
from network import a_central, a_centre

from forms.catalogue import form as catalogue_form
from forms.instance import to_xml
from intake_server.errors import NotCentralError, NotFoundError
from intake_server.services import publishing, retiring
from intake_server.services.intake import Incoming
from intake_server.storage import audit, forms
from sync import documents as ids

NEWER = "2099010101"
OLDER = FORMS["reception"].version


@pytest.fixture
def central(centre):
    """A central node with two versions of a form."""
    make_central(centre.database)
    centre.publish(newer())
    return centre


def make_central(database):
    with database.transaction() as session:
        statement = "UPDATE node SET role = 'central'"
        session.connection().exec_driver_sql(statement)


def newer(old=b"", new=b""):
    form = FORMS["reception"]
    xml = form.xml.replace(form.version.encode(), NEWER.encode())
    assert old in xml
    return catalogue_form(xml.replace(old, new) if old else xml)


def set_retired(centre, version, *, is_retired=True, form_id="reception"):
    return retiring.set_retired(
        centre.database,
        form_id,
        version,
        is_retired=is_retired,
        by=IRYNA,
        now=centre.now,
    )


def offered(database, form_id="reception"):
    with database.reading() as session:
        every = publishing.available(session)
        return next((one.version for one in every if one.form_id == form_id), None)


def test_a_retired_version_gives_way_to_the_one_before_it(central):
    assert offered(central.database) == NEWER

    assert set_retired(central, NEWER) == (NEWER,)

    assert offered(central.database) == OLDER


def test_a_form_all_versions_of_which_are_retired_is_offered_to_nobody(central):
    assert set_retired(central, None) == (OLDER, NEWER)

    assert offered(central.database) is None


def test_what_is_retired_can_be_offered_again(central):
    set_retired(central, None)

    set_retired(central, OLDER, is_retired=False)

    assert offered(central.database) == OLDER


def test_retiring_again_writes_nothing(central):
    set_retired(central, NEWER)

    assert set_retired(central, NEWER) == ()
    assert set_retired(central, None) == (OLDER,)


def test_what_was_filled_in_on_a_retired_version_is_taken_in_for_ever(central):
    set_retired(central, None)
    known = with_answers(RECEPTION, g_contact={"child_ref": DANYLO})

    (receipt,) = central.receive(a_form("reception", known))

    assert receipt.status == "stored"
    child = central.view(ids.person(DANYLO))
    assert child["values"]["family_name"] == "Ремез"


def test_rules_of_a_version_are_no_newer_for_its_being_retired(central):
    with central.database.reading() as session:
        before = publishing.schema(session)
        published = {one.doc: one.published for one in forms.listed(session)}

    central.now += timedelta(minutes=1)
    set_retired(central, OLDER)

    with central.database.reading() as session:
        after = {one.doc: one.published for one in forms.listed(session)}
        assert publishing.schema(session).rules == before.rules
    assert after == published


def test_who_retired_what_is_noted(central):
    set_retired(central, NEWER)
    set_retired(central, NEWER, is_retired=False)

    doc = ids.schema("reception", NEWER)
    with central.database.reading() as session:
        noted = [(e.action, e.actor) for e in audit.page(session) if e.object == doc]
    assert sorted(noted) == [("offer_form", "u:ir"), ("retire_form", "u:ir")]


def test_only_central_retires(centre):
    with pytest.raises(NotCentralError):
        set_retired(centre, OLDER)


@pytest.mark.parametrize(
    ("form_id", "version"), [("none", None), ("reception", "1"), ("reception", "\0")]
)
def test_what_was_never_published_is_not_retired(central, form_id, version):
    with pytest.raises(NotFoundError):
        set_retired(central, version, form_id=form_id)


def test_it_travels_to_the_other_nodes_and_back_again_as_well(tmp_path):
    kyiv = a_central(tmp_path / "kyiv")
    with kyiv.database, kyiv.serving():
        make_central(kyiv.database)
        truskavets = a_centre(tmp_path / "truskavets", kyiv, "truskavets")
        with truskavets.database:
            kyiv.publish(FORMS["reception"])
            truskavets.sync()
            assert offered(truskavets.database) == OLDER

            for is_retired, there in ((True, None), (False, OLDER)):
                retiring.set_retired(
                    kyiv.database,
                    "reception",
                    None,
                    is_retired=is_retired,
                    by=IRYNA,
                    now=kyiv.now(),
                )
                truskavets.sync()
                assert offered(truskavets.database) == there


def test_a_form_on_a_version_that_is_retired_before_it_comes_is_taken_in(central):
    set_retired(central, NEWER)
    name = "uuid:00000001-0000-4000-8000-000000000000"
    xml = to_xml(newer().definition, RECEPTION, instance_id=name)

    (receipt,) = central.receive(Incoming(instance_id=name, xml=xml))

    assert receipt.status == "stored"
