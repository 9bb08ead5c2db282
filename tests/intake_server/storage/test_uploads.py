from datetime import timedelta
from hashlib import sha256

from centres import MORNING
from leaks import everything_in, found_in

from intake_server.storage import allowances, attachments, blobs, copies, uploads
from intake_server.storage.copies import Copy
from intake_server.storage.uploads import Upload

FILE = b"\x89PNG a face"
KEY = sha256(FILE).digest()
PLACE = ("uuid:1", bytes(32))


def begin(database, sender="d:1", *parts):
    upload = Upload(KEY, sender, len(FILE), 0)
    for part in parts:
        with database.transaction() as session:
            upload = uploads.append(session, upload, part, now=MORNING)
    return upload


def name(database, *places):
    said = {"name": "a.jpg", "sha256": KEY.hex(), "size": len(FILE)}
    with database.transaction() as session:
        for place in places or [PLACE]:
            attachments.add(session.connection(), place, "truskavets", [said])


def test_parts_are_put_together_in_their_order_for_each_sender(database):
    begin(database, "d:1", FILE[:4], FILE[4:9], FILE[9:])
    begin(database, "d:2", b"junk")

    with database.reading() as session:
        one, other = (uploads.find(session, KEY, who) for who in ("d:1", "d:2"))
        assert (one.received, other.received) == (len(FILE), 4)
        assert uploads.whole(session, one) == FILE
        assert uploads.whole(session, other) == b"junk"
        assert uploads.find(session, KEY, "d:3") is None


def test_only_what_nobody_went_on_with_is_forgotten(database):
    begin(database, "d:1", FILE[:4])

    with database.transaction() as session:
        uploads.drop_untouched(session, since=MORNING)
        assert uploads.find(session, KEY, "d:1") is not None
        uploads.drop_untouched(session, since=MORNING + timedelta(seconds=1))
        assert uploads.find(session, KEY, "d:1") is None
        assert found_in(everything_in(session), FILE[:4]) == []


def test_a_named_file_is_missing_until_its_own_site_hands_it_in(database):
    name(database)
    with database.transaction() as session:
        blobs.add_all(session, {KEY: FILE})
        blobs.deliver(session, [KEY], site="chernivtsi", at=MORNING)
        (named,) = attachments.missing(session, [PLACE])[PLACE]
        blobs.deliver(session, [KEY], site="truskavets", at=MORNING)
        assert attachments.missing(session, [PLACE]) == {}

    assert (named.sha256, named.size, named.number) == (KEY, len(FILE), 0)


def test_with_the_last_form_that_names_a_file_everything_of_it_goes(database):
    other = ("uuid:2", bytes(32))
    name(database, PLACE, other)
    begin(database, "d:1", FILE[:4])
    with database.transaction() as session:
        blobs.add_all(session, {KEY: FILE})
        blobs.deliver(session, [KEY], site="truskavets", at=MORNING)
        copies.keep(session, Copy(KEY, "image/png", "picture", b"whole", b"small"))

    for place, is_left in ((PLACE, True), (other, False)):
        with database.transaction() as session:
            attachments.drop(session.connection(), [place])
            blobs.drop_unnamed(session.connection(), [KEY.hex()])
            left = found_in(everything_in(session), FILE, FILE[:4], b"whole", KEY.hex())
            assert bool(left) == is_left
            assert (blobs.find(session, KEY) is not None) == is_left


def test_a_file_whose_form_never_came_goes_after_a_time(database):
    with database.transaction() as session:
        blobs.add_all(session, {KEY: FILE})
        blobs.deliver(session, [KEY], site="truskavets", at=MORNING)
        blobs.drop_abandoned(session, before=MORNING)
        assert blobs.find(session, KEY) == FILE
        blobs.drop_abandoned(session, before=MORNING + timedelta(seconds=1))
        assert blobs.find(session, KEY) is None


def test_a_file_that_a_form_names_is_never_taken_for_abandoned(database):
    name(database)
    with database.transaction() as session:
        blobs.add_all(session, {KEY: FILE})
        blobs.drop_abandoned(session, before=MORNING + timedelta(days=999))
        assert blobs.find(session, KEY) == FILE


def test_a_copy_is_kept_once_and_only_of_what_is_here(database):
    with database.transaction() as session:
        copies.keep(session, Copy(KEY, "image/png", "picture", b"one", b"s"))
        assert copies.find(session, KEY) is None
        blobs.add_all(session, {KEY: FILE})
        assert copies.wanting(session, limit=5) == (KEY,)
        for data in (b"one", b"two"):
            copies.keep(session, Copy(KEY, "image/png", "picture", data, b"s"))
        assert copies.find(session, KEY).data == b"one"
        (known,) = copies.beginnings(session, [KEY], 1).values()
        assert known.made == ("image/png", "picture")
        assert copies.wanting(session, limit=5) == ()


def test_what_is_handed_in_is_counted_by_sender_and_day(database):
    with database.transaction() as session:
        for sender, day in (
            ("d:1", "2026-11-22"),
            ("d:1", "2026-11-23"),
            ("d:2", "2026-11-22"),
        ):
            allowances.use(session, sender, day, 5)
            allowances.use(session, sender, day, 6)
        assert allowances.used(session, "d:1", "2026-11-22") == 11
        allowances.drop_before(session, "2026-11-23")
        assert allowances.used(session, "d:1", "2026-11-22") == 0
        assert allowances.used(session, "d:1", "2026-11-23") == 11
