"""Files beside a form travel with it, and another node hands out the same bytes."""

from dataclasses import replace
from random import Random

import pytest
from illustrated import FILES, illustrated
from network import a_central, a_centre

from forms import media
from forms.places import lists
from forms.places.lists import HROMADA_LIST
from intake_server.services import publishing


@pytest.fixture
def central(tmp_path):
    member = a_central(tmp_path / "kyiv")
    with member.database, member.serving():
        yield member


@pytest.fixture
def truskavets(tmp_path, central):
    member = a_centre(tmp_path / "truskavets", central, "truskavets")
    with member.database:
        yield member


def handed_out(member):
    with member.database.reading() as session:
        [form] = [f for f in publishing.available(session) if f.form_id == "herbs"]
        return {
            one.name: publishing.file(session, form, one.name)[1] for one in form.media
        }


def test_a_form_brings_its_files_to_every_node(central, truskavets):
    central.publish(illustrated())

    truskavets.sync()

    places = lists.content(HROMADA_LIST.name)
    assert handed_out(truskavets) == {**FILES, HROMADA_LIST.name: places}
    assert central.digest == truskavets.digest
    assert truskavets.differing == ()


def test_a_form_whose_file_is_not_what_it_says_is_not_handed_out(central):
    form = illustrated()
    other = [
        replace(one, sha256="0" * 64) if one.name == "herbs.csv" else one
        for one in form.media
    ]

    central.publish(replace(form, media=tuple(other)))

    with central.database.reading() as session:
        assert publishing.available(session) == ()
    assert central.differing == ()


def test_the_largest_files_that_a_form_may_have_fit_into_an_exchange(
    central, truskavets
):
    noise = Random(7).randbytes(media.MOST_BYTES - 10_000)
    form = illustrated(**{"meadow.png": noise})
    assert (
        0.98
        < sum(media.weight(one.content) for one in form.media if one.content)
        / media.MOST_BYTES
        < 1
    )
    central.publish(form)

    truskavets.sync()

    assert handed_out(truskavets)["meadow.png"] == noise
