from hashlib import sha256

import pytest
from centres import MORNING

from intake_server.storage import blobs, submissions
from intake_server.storage.submissions import Submission

PICTURE = b"\x89PNG\0picture"
DIGEST = sha256(PICTURE).digest()


def test_a_file_is_kept_once_however_often_it_comes(database):
    for _ in range(2):
        with database.transaction() as session:
            blobs.add_all(session, {DIGEST: PICTURE, sha256(b"").digest(): b""})

    with database.reading() as session:
        assert blobs.find(session, DIGEST) == PICTURE
        assert blobs.find(session, sha256(b"").digest()) == b""
        assert blobs.find(session, bytes(32)) is None


@pytest.mark.parametrize("times", [1, 2])
def test_further_files_of_a_submission_join_those_it_names(database, times):
    first, second = (
        {"name": name, "sha256": "0" * 64, "size": 1} for name in ("a.jpg", "b.jpg")
    )
    form = Submission(
        instance_id="uuid:1",
        sha256=DIGEST,
        media="xml",
        raw=b"<data/>",
        form_id="arrival",
        form_version="1",
        received=MORNING,
        sender="d:1",
        site="truskavets",
        status="stored",
        attachments=(first,),
    )
    with database.transaction() as session:
        submissions.add_all(session, [form])
    for _ in range(times):
        with database.transaction() as session:
            submissions.attach(session, "uuid:1", DIGEST, [first, second])

    with database.reading() as session:
        (kept,) = submissions.known(session, ["uuid:1"])["uuid:1"]
    assert kept.attachments == (first, second)
