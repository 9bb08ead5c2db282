"""Forms about a code under which nobody has been received: kept, and seen to wait."""

import pytest
from centres import (
    DANYLO,
    IRYNA,
    MARTA,
    MORNING,
    RECEPTION,
    REHABILITATION,
    STEPAN,
    a_form,
    with_answers,
)
from statements import told

from forms.catalogue import shipped
from intake_server.services import child
from intake_server.storage import documents
from sync.documents import case, person


def waiting(centre, viewer=IRYNA):
    found = child.waiting(centre.database, viewer=viewer, now=MORNING)
    return [listed.person.reference for listed in found]


def test_a_form_about_an_unknown_code_is_stored_and_waits_for_the_child(centre):
    (receipt,) = centre.receive(a_form("rehabilitation", REHABILITATION))

    assert (receipt.status, receipt.reference) == ("stored", DANYLO)
    assert waiting(centre) == [DANYLO]


@pytest.mark.parametrize("name", ["reception", "registration"])
def test_whoever_receives_or_registers_the_child_ends_the_waiting(centre, name):
    from fillings import FILLED  # noqa: PLC0415

    centre.receive(a_form("rehabilitation", REHABILITATION))
    known = with_answers(RECEPTION, g_contact={"child_ref": DANYLO})
    centre.publish(shipped("registration"))

    centre.receive(a_form(name, {**FILLED, "reception": known}[name], number=2))

    assert waiting(centre) == []
    values = centre.view(case(person(DANYLO)))["values"]
    assert values["medication"] == "вальпроат 300 мг × 2"


def test_a_child_without_consent_has_no_name_and_waits_for_nobody(centre):
    refused = {
        **with_answers(RECEPTION, g_contact={"child_ref": DANYLO}),
        "g_consent": {"consent_intake": "refused"},
        "g_child": {"sex": "male"},
    }

    centre.receive(a_form("reception", refused))

    assert waiting(centre) == []


def test_a_code_waits_at_the_sites_that_named_it(centre):
    centre.receive(a_form("rehabilitation", REHABILITATION))

    assert waiting(centre, MARTA) == [DANYLO]
    assert waiting(centre, STEPAN) == []


def test_what_waits_is_found_without_reading_all_children(centre):
    with centre.database.reading() as session:
        connection = session.connection()
        if connection.dialect.name != "sqlite":
            pytest.skip("the plan is SQLite's")
        with told(connection) as said:
            documents.nameless(session)
        (plan,) = [
            str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}").fetchall())
            for one in said
        ]
    assert "ix_document_nameless" in plan
