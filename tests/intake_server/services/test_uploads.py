"""Two who send parts of one file at once, and what the store is asked last."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
from centres import MARTA, MORNING, OLENA, RECEPTION, a_form

from intake_server.config import Settings
from intake_server.errors import NotFoundError, TooLargeError, WrongOffsetError
from intake_server.services import uploads
from intake_server.services.uploads import Bringing

FILE = b"\x89PNG a face" * 100
NAMED = {"name": "a.jpg", "sha256": sha256(FILE).hexdigest(), "size": len(FILE)}


def brings(sender=OLENA, **more):
    digest = sha256(FILE).digest()
    return Bringing(digest, sender, MORNING, Settings(), **more)


@pytest.fixture
def awaiting(centre):
    """A centre where a form has named a file."""
    centre.receive(a_form("reception", RECEPTION, attachments=[NAMED]))
    return centre.database


def test_of_two_who_send_one_part_at_once_one_is_told_where_to_go_on(awaiting):
    def send(_):
        try:
            return uploads.append(awaiting, brings(), 0, FILE[:500]).received
        except WrongOffsetError as error:
            return f"from {error.received}"

    with ThreadPoolExecutor(4) as phones:
        told = sorted(map(str, phones.map(send, range(4))))

    assert told == ["500", "from 500", "from 500", "from 500"]
    after = uploads.append(awaiting, brings(), 500, FILE[500:])
    assert (after.received, after.size) == (len(FILE), len(FILE))


@pytest.mark.parametrize("offset", [1, 499, 501])
def test_a_part_goes_on_exactly_where_the_last_one_stopped(awaiting, offset):
    uploads.append(awaiting, brings(), 0, FILE[:500])

    with pytest.raises(WrongOffsetError):
        uploads.append(awaiting, brings(), offset, FILE[offset:])

    assert uploads.standing(awaiting, brings()).received == 500


def test_no_part_goes_past_the_end(awaiting):
    with pytest.raises(TooLargeError):
        uploads.append(awaiting, brings(), 0, FILE + b"x")
    with pytest.raises(WrongOffsetError):
        uploads.append(awaiting, brings(size=7), 5, FILE)


def test_a_colleague_of_the_same_site_may_bring_the_file_too(awaiting):
    uploads.append(awaiting, brings(), 0, FILE[:500])

    assert uploads.standing(awaiting, brings(MARTA)).received == 0
    uploads.append(awaiting, brings(MARTA), 0, FILE)

    assert uploads.standing(awaiting, brings()).received == len(FILE)


def test_nobody_brings_what_no_form_names(centre):
    with pytest.raises(NotFoundError):
        uploads.standing(centre.database, brings())
