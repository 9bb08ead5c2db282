from hashlib import sha256

import pytest
from centres import IRYNA, MORNING, OLENA
from pictures_taken import a_photo

from forms.reference import PRACTICE_BLOCK, block_name
from intake_server import jobs
from intake_server.errors import NotFoundError
from intake_server.services import references as numbering
from intake_server.services.practice import Room, Subject, begin, everybody
from intake_server.storage import blobs, copies, devices, references
from intake_server.storage.practice import PracticeStore
from intake_server.storage.references import Block

LAST = 17**3 - 1
PHOTO = a_photo("JPEG")
DIGEST = sha256(PHOTO).digest()


@pytest.fixture
def practice(centre, tmp_path):
    room = Room(centre.database, lambda: MORNING)
    with PracticeStore(tmp_path / "practice", room.furnish) as store:
        yield store


def test_the_block_of_practice_is_never_given_in_earnest(centre):
    assert block_name(LAST) == PRACTICE_BLOCK
    with centre.database.transaction() as session:
        taken = {block.block for block in references.blocks(session)}
        for number in range(1, LAST):
            if (name := block_name(number)) not in taken:
                references.reserve(session, Block(block=name, site="elsewhere"))

        with pytest.raises(ValueError, match="cannot write"):
            numbering.reserve(session, "kyiv")


@pytest.mark.parametrize("name", ["truskavets", "nowhere"])
def test_a_coordinator_lets_no_site_practise(centre, name):
    with pytest.raises(NotFoundError):
        begin(centre.database, Subject("site", name), by=IRYNA, now=MORNING)

    assert everybody(centre.database) == frozenset()


def test_jobs_leave_a_store_alone_that_nobody_has_practised_in(centre, practice):
    jobs.make_copies(centre.database, practice)
    jobs.tidy(centre.database, practice, now=lambda: MORNING)

    assert not practice.is_begun


def test_pictures_of_practice_are_shown_as_copies_too(centre, practice):
    with practice.transaction() as session:
        blobs.add_all(session, {DIGEST: PHOTO})

    jobs.make_copies(centre.database, practice)

    with practice.reading() as session:
        assert copies.find(session, DIGEST) is not None
    with centre.database.reading() as session:
        assert copies.find(session, DIGEST) is None


def test_files_of_practice_that_no_form_came_for_are_tidied_away(centre, practice):
    with practice.transaction() as session:
        blobs.add_all(session, {DIGEST: PHOTO})

    jobs.tidy(centre.database, practice, now=lambda: MORNING)

    with practice.reading() as session:
        assert blobs.find(session, DIGEST) is None


def test_a_guest_is_known_by_name_and_gets_no_way_in(centre, practice):
    room = Room(centre.database, lambda: MORNING)

    room.welcome(practice, OLENA)
    room.welcome(practice, OLENA)

    with practice.reading() as session:
        (device,) = devices.all_of(session)
    assert (device.label, device.site) == (OLENA.name, OLENA.site)
