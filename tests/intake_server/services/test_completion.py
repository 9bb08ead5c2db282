"""Files that come after their form: the answer means them, unless it has moved on."""

from hashlib import sha256

from centres import MORNING, OLENA, RECEPTION, a_form, with_answers
from leaks import everything_in, found_in

from forms.catalogue import shipped
from forms.instance import to_xml
from intake_server.config import Settings
from intake_server.services import attachments
from intake_server.services.attachments import File
from intake_server.services.intake import Incoming
from intake_server.storage import documents, rebuild, submissions
from sync import documents as ids

WITH_A_PHOTO = with_answers(RECEPTION, g_child={"photo_id": "face.jpg"})
FORM = a_form("reception", WITH_A_PHOTO)
SIGNED = a_form(
    "reception",
    with_answers(WITH_A_PHOTO, g_consent={"consent_signature": "sign.png"}),
)
FACE, SIGN, OTHER = b"\xff\xd8\xff face", b"\x89PNG sign", b"\xff\xd8\xff other"


def digest(content):
    return sha256(content).hexdigest()


def send(centre, *files, form=FORM):
    """Send the form with some of its files, as one of several posts."""
    kept = attachments.keep(
        centre.database,
        [File(name, content) for name, content in files],
        sender=OLENA,
        now=MORNING,
        settings=Settings(),
    )
    said = Incoming(
        xml=form.xml, finalized_at=form.finalized_at, attachments=kept.files
    )
    (receipt,) = centre.receive(said)
    if receipt.status == "duplicate":
        attachments.add_to(
            centre.database,
            receipt.place,
            kept.files,
            now=centre.now,
            settings=Settings(),
            entropy=bytes,
        )
    return receipt


def photos(centre, receipt):
    return centre.view(ids.person(receipt.reference))["values"].get("photo_id")


def signature(centre):
    event = ids.event(FORM.instance_id)
    return centre.view(event)["values"].get("consent_signature")


def changes_on(centre, receipt):
    with centre.database.reading() as session:
        return documents.history(session, ids.person(receipt.reference))


def as_rebuilt(centre):
    with centre.database.reading() as session:
        return rebuild.compare(session).different


def test_answers_mean_the_files_that_come_later_one_after_the_other(centre):
    """Also where an answer is given once, and whatever policy it has."""
    first = send(centre, form=SIGNED)
    assert (photos(centre, first), signature(centre)) == (["face.jpg"], "sign.png")

    send(centre, ("face.jpg", FACE), form=SIGNED)
    assert (photos(centre, first), signature(centre)) == ([digest(FACE)], "sign.png")

    send(centre, ("sign.png", SIGN), form=SIGNED)
    assert (photos(centre, first), signature(centre)) == ([digest(FACE)], digest(SIGN))
    assert centre.questions() == ()
    assert as_rebuilt(centre) == ()


def test_what_a_late_file_means_is_the_word_of_who_sent_the_form(centre):
    receipt = send(centre)
    send(centre, ("face.jpg", FACE))

    newest, *_ = changes_on(centre, receipt)

    assert (newest.change.author, newest.change.site) == (OLENA.actor, OLENA.site)
    assert newest.change.form.startswith("reception@")
    assert len(newest.change.edits) == 1


def test_a_file_that_comes_twice_is_written_once(centre):
    receipt = send(centre)
    for _ in range(3):
        send(centre, ("face.jpg", FACE))

    assert len(changes_on(centre, receipt)) == 2


def test_the_first_of_several_files_of_one_name_is_meant(centre):
    receipt = send(centre, ("face.jpg", FACE), ("face.jpg", OTHER))
    send(centre, ("face.jpg", OTHER))

    assert photos(centre, receipt) == [digest(FACE)]
    assert len(changes_on(centre, receipt)) == 1


def test_a_correction_inherits_the_files_of_what_it_corrects(centre):
    receipt = send(centre, ("face.jpg", FACE))
    answers = with_answers(
        RECEPTION, g_child={"photo_id": "face.jpg", "family_name": "Ремезова"}
    )

    centre.receive(corrected(answers))

    assert photos(centre, receipt) == [digest(FACE)]
    assert centre.questions() == ()


def test_a_file_that_comes_after_its_answer_was_corrected_changes_nothing(centre):
    receipt = send(centre)
    centre.receive(corrected(RECEPTION))
    before = changes_on(centre, receipt)
    assert photos(centre, receipt) == []

    send(centre, ("face.jpg", FACE))

    assert photos(centre, receipt) == []
    assert changes_on(centre, receipt) == before
    assert centre.questions() == ()


def test_a_correction_takes_the_place_of_what_a_late_file_said(centre):
    receipt = send(centre)
    send(centre, ("face.jpg", FACE))

    centre.receive(corrected(RECEPTION))

    assert photos(centre, receipt) == []
    assert centre.questions() == ()
    assert as_rebuilt(centre) == ()


def test_a_form_that_is_held_gets_its_files_when_it_is_taken_in(centre):
    correction = corrected(with_answers(RECEPTION, g_child={"photo_id": "face.jpg"}))
    held = send(centre, ("face.jpg", FACE), form=correction)
    assert held.status == "quarantined"

    receipt = send(centre)

    assert photos(centre, receipt) == [digest(FACE)]


def test_which_files_a_form_names_is_found_by_their_digest(centre):
    send(centre, ("face.jpg", FACE))

    with centre.database.reading() as session:
        (kept,) = submissions.known(session, [FORM.instance_id])[FORM.instance_id]
        text = everything_in(session)
    assert [file["name"] for file in kept.attachments] == ["face.jpg"]
    assert found_in(text, FACE) == [FACE]


def corrected(answers):
    """The form again, as ODK Collect sends it after an edit."""
    xml = to_xml(
        shipped("reception").definition,
        answers,
        instance_id="uuid:second",
        deprecated_id=FORM.instance_id,
    )
    return Incoming(xml=xml, finalized_at="2026-11-22T11:00:00+02:00")
