"""What came sealed is opened once, on each kind of store, whatever comes when."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import tus
from sealed import a_sealed_file, a_sealed_form
from servers import MORNING, REFERENCE, SITE, a_server

from intake_server.security import envelope
from intake_server.security.keyring import Keyring
from intake_server.services import nodes, post, reopening
from intake_server.services.nodes import keep
from intake_server.storage import blobs, documents, letters, rebuild, submissions
from sync import documents as ids

LOST = envelope.new_private()
LOST_PUBLIC = envelope.public_text(envelope.private(LOST))
FILE = a_sealed_file("0.jpg", b"\xff\xd8" + bytes(100_000))
BROKEN = a_sealed_file("1.jpg", b"\xff\xd8 another")


@pytest.fixture
def server(tmp_path, stores):
    with a_server(tmp_path, stores, site=SITE) as server:
        server.with_keys()
        yield server


def kept(server):
    with server.database.reading() as session:
        return submissions.known(session, ["uuid:1"]).get("uuid:1", ())


def is_here(server, digest):
    with server.database.reading() as session:
        return blobs.find(session, bytes.fromhex(digest)) is not None


def a_form(key, **more):
    return a_sealed_form(
        key, files=(FILE,), family_name="Ремез", child_ref=REFERENCE, **more
    )


def test_files_of_a_sealed_form_are_opened_or_said_to_be_damaged(server):
    device, key = server.device(), Keyring(server.settings.keys).seal.public
    lie = {**BROKEN.inside, "key": FILE.inside["key"]}
    item = a_sealed_form(key, inside={"attachments": [FILE.inside, lie]})
    (first,) = server.send(device, item)

    for file in (FILE, BROKEN):
        tus.patch(server, device, file.sealed, digest=file.digest)

    (receipt,) = server.send(device, item)
    assert first["missing"] == [FILE.digest, BROKEN.digest]
    assert receipt["missing"] == []
    assert receipt["left_out"] == [{"sha256": BROKEN.digest, "reason": "damaged"}]
    assert is_here(server, FILE.inside["sha256"])
    assert not is_here(server, FILE.digest)
    assert is_here(server, BROKEN.digest)


def test_a_key_that_is_put_back_opens_form_and_files(server):
    device, ring = server.device(), Keyring(server.settings.keys)
    item = a_form(LOST_PUBLIC)
    server.send(device, item)
    tus.patch(server, device, FILE.sealed, digest=FILE.digest)
    keep(server.settings.keys / "seal-old.key", LOST)

    def look(_):
        return reopening.open_waiting(server.database, ring, now=MORNING)

    with ThreadPoolExecutor(2) as pool:
        opened = sum(pool.map(look, range(4)))

    assert opened == 1
    assert [(one.media, one.status) for one in kept(server)] == [("xml", "stored")]
    assert is_here(server, FILE.inside["sha256"])
    assert not is_here(server, FILE.digest)
    (receipt,) = server.send(device, item)
    assert (receipt["status"], receipt["missing"]) == ("duplicate", [])


def test_a_letter_is_opened_once_however_many_open_it(server):
    nodes.add_site(server.database, "lviv", now=MORNING)
    (receipt,) = server.send(server.device(), a_form(LOST_PUBLIC, to="lviv"))
    assert receipt["sealed_for"] == "lviv"
    with server.database.transaction() as session:
        (letter,) = documents.page(session, kind=letters.KIND).views
        letters.expect(session, [letter.doc, letter.doc])
    keep(server.settings.keys / "seal-old.key", LOST)
    ring = Keyring(server.settings.keys)

    with ThreadPoolExecutor(3) as pool:
        list(
            pool.map(
                lambda _: post.deliver(server.database, ring, now=MORNING), range(6)
            )
        )

    assert [(one.media, one.status) for one in kept(server)] == [("xml", "stored")]
    with server.database.reading() as session:
        assert letters.waiting(session, 10) == ()
        assert letters.about(session, [ids.person(REFERENCE)]) == (letter.doc,)
        assert letters.about(session, [ids.person("22222222")]) == ()
        assert rebuild.compare(session).different == ()
