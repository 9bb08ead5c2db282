import pytest
from centres import BOHDAN, IRYNA, MARTA, MORNING, RECEPTION, STEPAN, a_form

from intake_server.errors import NotFoundError
from intake_server.services import records


def child(receipts):
    return next(doc for doc, kind in receipts[0].documents if kind == "person")


@pytest.fixture
def danylo(centre):
    return child(centre.receive(a_form("reception", RECEPTION)))


def test_a_record_is_shown_to_those_whose_site_it_belongs_to(centre, danylo):
    for viewer in (MARTA, IRYNA):
        found = records.one(centre.database, danylo, viewer=viewer, now=MORNING)

        assert found.view["values"]["given_name"] == "Данило"


@pytest.mark.parametrize("viewer", [STEPAN, BOHDAN])
def test_a_record_is_absent_for_everybody_else(centre, danylo, viewer):
    for read in (records.one, records.history):
        with pytest.raises(NotFoundError):
            read(centre.database, danylo, viewer=viewer, now=MORNING)

    listed = records.page(centre.database, viewer=viewer, now=MORNING)
    assert listed.views == ()
