"""A form sealed for one site is handed in at another, and opened only at its own."""

from dataclasses import replace
from hashlib import sha256
from random import Random

import pytest
from centres import BOHDAN
from network import a_central, a_centre
from sealed import a_sealed, a_sealed_file, a_sealed_form, digest_of
from servers import REFERENCE, an_xml, arrival

from intake_server import jobs
from intake_server.security import envelope
from intake_server.security.keyring import Keyring
from intake_server.security.policy import Principal, Role, Standing
from intake_server.services import enrolment, erasure, post
from intake_server.services.authoring import Pen
from intake_server.services.items import incoming
from intake_server.services.unsealing import unseal
from intake_server.storage import documents, letters, node, queue, submissions
from sync import documents as ids
from sync.change import Write

LINA = Principal("device", "11na", "Lina", Role.VOLUNTEER, "lviv")
FILE = a_sealed_file("photo.jpg", b"\xff\xd8 a picture")


@pytest.fixture
def nodes_of(tmp_path):
    """Central, and two centres that know each other and the form."""
    with (
        (central := a_central(tmp_path / "kyiv")).database,
        central.serving(),
    ):
        central.publish(arrival())
        odesa = a_centre(tmp_path / "odesa", central, "odesa")
        lviv = a_centre(tmp_path / "lviv", central, "lviv")
        for member in (odesa, lviv, odesa):
            member.sync()
        yield central, odesa, lviv


def ring(member):
    return Keyring(member.settings.keys)


def key(member):
    return ring(member).seal.public


def hand_in(member, *items, sender=LINA):
    opened = [unseal(incoming(item), ring(member)) for item in items]
    return post.receive(member.database, opened, sender=sender, now=member.now())


def deliver(member):
    return post.deliver(member.database, ring(member), now=member.now())


def a_form(home, instance="1", **more):
    more = {"family_name": "Ремез", "child_ref": REFERENCE, **more}
    return a_sealed_form(key(home), instance, to=home.site, **more)


def kept(member, instance="1"):
    name = f"uuid:{instance}"
    with member.database.reading() as session:
        return [
            submissions.find(session, one.instance_id, one.sha256)
            for one in submissions.known(session, [name]).get(name, ())
        ]


def child_at(member):
    with member.database.reading() as session:
        return documents.find(session, ids.person(REFERENCE))


def test_it_is_taken_in_anywhere_and_opened_only_at_its_own_node(nodes_of):
    central, odesa, lviv = nodes_of
    item = a_form(lviv)

    (receipt,) = hand_in(odesa, item)
    odesa.sync()

    assert (receipt.status, receipt.sealed_for) == ("stored", "lviv")
    assert receipt.sha256 == digest_of(item)
    for member in (odesa, central):
        assert deliver(member) == 0
        assert child_at(member) is None
        assert kept(member) == []

    lviv.sync()
    assert deliver(lviv) == 1

    (one,) = kept(lviv)
    assert one.raw == an_xml(family_name="Ремез", child_ref=REFERENCE)
    assert (one.media, one.status) == ("xml", "stored")
    assert (one.sender, one.site) == ("d:11na", "lviv")
    for member in (lviv, odesa):
        member.sync()
    for member in nodes_of:
        assert child_at(member).view["values"]["family_name"] == "Ремез"
        assert member.differing == ()
    assert len({member.digest for member in nodes_of}) == 1


def test_handing_in_again_is_a_duplicate_and_writes_nothing(nodes_of):
    _, odesa, lviv = nodes_of
    item = a_form(lviv)
    hand_in(odesa, item)
    before = odesa.accepted

    receipts = hand_in(odesa, item, item)

    assert [one.status for one in receipts] == ["duplicate", "duplicate"]
    assert {one.sha256 for one in receipts} == {digest_of(item)}
    assert odesa.accepted == before


def test_it_is_taken_in_once_whatever_ways_it_takes(nodes_of):
    central, odesa, lviv = nodes_of
    item, anew = a_form(lviv), a_form(lviv)
    hand_in(odesa, item, anew)
    hand_in(central, item)
    (direct,) = hand_in(lviv, item)
    odesa.sync()
    lviv.sync()

    deliver(lviv)
    deliver(lviv)
    lviv.sync()

    assert direct.status == "stored"
    assert len(kept(lviv)) == 1
    with lviv.database.reading() as session:
        assert queue.page(session).items == ()
        assert letters.waiting(session, 10) == ()
    assert lviv.differing == ()


def test_opening_is_gone_on_with_after_a_crash(nodes_of):
    _, odesa, lviv = nodes_of
    hand_in(odesa, a_form(lviv))
    odesa.sync()
    lviv.sync()
    with lviv.database.reading() as session:
        assert len(letters.waiting(session, 10)) == 1

    jobs.open_sealed(lviv.database, ring(lviv), now=lviv.now)
    jobs.open_sealed(lviv.database, ring(lviv), now=lviv.now)

    assert [one.status for one in kept(lviv)] == ["stored"]
    with lviv.database.reading() as session:
        assert letters.waiting(session, 10) == ()


def test_the_job_that_exchanges_opens_what_came(nodes_of):
    _, odesa, lviv = nodes_of
    hand_in(odesa, a_form(lviv))
    odesa.sync()

    jobs.exchange_with_upstream(
        lviv.database, holder="test", ring=ring(lviv), now=lviv.now
    )

    assert [one.status for one in kept(lviv)] == ["stored"]


def test_central_opens_what_is_sealed_for_it_as_it_comes(nodes_of):
    central, odesa, _ = nodes_of
    hand_in(odesa, a_form(central))

    odesa.sync()

    assert [one.status for one in kept(central)] == ["stored"]


def test_a_receipt_of_another_node_claims_no_file(nodes_of):
    _, odesa, lviv = nodes_of
    item = a_form(lviv, files=(FILE,), photo="photo.jpg")

    receipts = [*hand_in(odesa, item), *hand_in(odesa, item)]

    assert [one.missing for one in receipts] == [(FILE.digest,), (FILE.digest,)]


def test_files_are_asked_for_at_home_once_the_letter_is_there(nodes_of):
    _, odesa, lviv = nodes_of
    hand_in(odesa, a_form(lviv, files=(FILE,), photo="photo.jpg"))
    odesa.sync()
    lviv.sync()
    deliver(lviv)

    (one,) = kept(lviv)

    assert [file["sealed"] for file in one.attachments] == [FILE.digest]


def test_what_no_key_of_its_node_opens_waits_there(nodes_of):
    _, odesa, lviv = nodes_of
    stranger = envelope.public_text(envelope.private(envelope.new_private()))
    hand_in(odesa, a_sealed_form(stranger, to="lviv", family_name="Ремез"))
    odesa.sync()
    lviv.sync()

    deliver(lviv)

    (one,) = kept(lviv)
    assert (one.media, one.slug, one.is_held) == ("sealed", "unknown-key", True)
    assert one.sender == "d:11na"


def test_a_site_that_nobody_knows_gets_no_letter(nodes_of):
    _, odesa, lviv = nodes_of

    (receipt,) = hand_in(odesa, {**a_sealed_form(key(lviv), to="atlantis")})

    assert (receipt.status, receipt.sealed_for) == ("quarantined", None)
    assert receipt.problem.slug == "unknown-key"


def test_a_batch_for_several_sites_is_answered_in_order(nodes_of):
    _, odesa, lviv = nodes_of
    batch = [
        a_form(odesa, "1"),
        a_form(lviv, "2"),
        {"instance_id": "uuid:3", "xml": an_xml("3", family_name="Тиха").decode()},
        a_form(lviv, "4"),
        {},
    ]

    receipts = hand_in(odesa, *batch)

    assert [one.instance_id for one in receipts][:4] == [
        f"uuid:{n}" for n in range(1, 5)
    ]
    assert [one.sealed_for for one in receipts] == [None, "lviv", None, "lviv", None]
    assert [one.status for one in receipts] == [*["stored"] * 4, "quarantined"]


def test_a_correction_travels_and_waits_for_what_it_corrects(nodes_of):
    _, odesa, lviv = nodes_of
    entry = {"field": "family_name", "old": "Ремез", "new": "Ремезова", "why": "хиба"}
    said = {"corrects": {"instance_id": "uuid:1", "entries": [entry]}}
    hand_in(odesa, a_sealed(key(lviv), said, instance="2", to="lviv"))
    odesa.sync()
    lviv.sync()
    deliver(lviv)
    assert [one.slug for one in kept(lviv, "2")] == ["correction"]

    hand_in(lviv, a_form(lviv))

    assert child_at(lviv).view["values"]["family_name"] == "Ремезова"


def test_a_letter_goes_with_the_child_that_it_was_about(nodes_of):
    central, odesa, lviv = nodes_of
    hand_in(odesa, a_form(lviv), a_form(lviv, "2", child_ref=""))
    for member in (odesa, lviv):
        member.sync()
    deliver(lviv)
    lviv.sync()
    with central.database.transaction() as session:
        node.write(session, replace(node.read(session), role="central"))

    erasure.erase(
        central.database,
        ids.person(REFERENCE),
        "their wish",
        by=BOHDAN,
        now=central.now(),
    )
    for member in (odesa, lviv, odesa):
        member.sync()

    for member in nodes_of:
        with member.database.reading() as session:
            found = documents.page(session, kind=letters.KIND).views
        assert sorted(view.is_erased for view in found) == [False, True]
        (gone,) = (view for view in found if view.is_erased)
        assert letters.SAYS not in gone.view["values"]
        assert member.differing == ()


@pytest.mark.parametrize(
    "said",
    [
        "{}",
        "[]",
        "no JSON",
        '{"item":[],"sender":"d:1","device":"1","site":"lviv"}',
        '{"item":{},"sender":7,"device":"1","site":"lviv"}',
        "[" * 5000,
    ],
)
def test_a_letter_that_no_node_wrote_is_passed_by(nodes_of, said):
    central, _, lviv = nodes_of
    write_letter(central, said)
    lviv.sync()

    assert deliver(lviv) == 0
    with lviv.database.reading() as session:
        assert letters.waiting(session, 10) == ()


def test_a_letter_that_is_not_what_its_id_says_is_passed_by(nodes_of):
    central, odesa, lviv = nodes_of
    hand_in(odesa, a_form(lviv))
    odesa.sync()
    with central.database.reading() as session:
        (letter,) = documents.page(session, kind=letters.KIND).views
    said = letter.view["values"][letters.SAYS].replace("11na", "2eva")
    write_letter(central, said, ids.letter("another"))
    lviv.sync()

    assert deliver(lviv) == 1
    assert [one.sender for one in kept(lviv)] == ["d:11na"]


def write_letter(member, said, doc=None):
    doc = doc or ids.letter(sha256(said.encode()).hexdigest())
    with member.database.transaction() as session:
        pen = Pen(session, now=member.now(), entropy=Random(said).randbytes)
        writes = [Write(f=letters.TO, v="lviv"), Write(f=letters.SAYS, v=said)]
        change = pen.write(
            {(doc, letters.KIND): writes}, author="d:1", site=member.site
        )
        pen.take_in([change])


def test_what_a_revoked_device_handed_in_elsewhere_waits_for_a_person(nodes_of):
    _, odesa, lviv = nodes_of
    now = lviv.now()
    code = enrolment.offer_device(
        lviv.database, "lviv", label="Lina", by="operator", now=now
    )
    device = enrolment.enrol(lviv.database, code, label="", now=now).device
    lina = replace(LINA, id=device.id, standing=Standing.GUEST)
    hand_in(odesa, a_form(lviv, "early"), sender=lina)
    for member in (odesa, lviv):
        member.sync()
    deliver(lviv)
    enrolment.revoke(lviv.database, device.id, by="operator", now=lviv.now())

    hand_in(odesa, a_form(lviv, "late"), sender=lina)
    for member in (odesa, lviv):
        member.sync()
    deliver(lviv)

    assert [one.slug for one in kept(lviv, "early")] == [None]
    assert [one.slug for one in kept(lviv, "late")] == ["revoked-device"]


@pytest.mark.parametrize("standing", [Standing.REVOKED, Standing.FORGOTTEN])
def test_what_a_doubtful_device_sealed_for_another_site_goes_nowhere(
    nodes_of, standing
):
    _, odesa, lviv = nodes_of
    out = replace(LINA, standing=standing)

    (receipt,) = hand_in(lviv, a_form(odesa), sender=out)

    assert (receipt.status, receipt.sealed_for) == ("quarantined", None)
    (one,) = kept(lviv)
    assert (one.slug, one.media) == ("unknown-key", "sealed")
