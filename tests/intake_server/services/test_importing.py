from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from centres import a_form
from fillings import AUNT, EVERY, FILLED, MOTHER

from forms.catalogue import shipped
from forms.instance import to_xml
from intake_server.config import Settings
from intake_server.errors import StorageFullError
from intake_server.security.policy import Principal, Role
from intake_server.services.importing import AT_ONCE, Import
from intake_server.services.shelves import Archive, Folder, UnreadableError
from intake_server.storage import blobs, submissions

OPERATOR = Principal("person", "operator", "", Role.ADMIN, "chernivtsi")
LIMIT = 2_000_000


def imported(centre, shelf, folder, **settings):
    chosen = {
        "data": folder,
        "min_free_bytes": 0,
        "max_post_bytes": LIMIT,
        "max_attachment_bytes": LIMIT,
        **settings,
    }
    return Import(
        database=centre.database,
        shelf=Folder(shelf) if isinstance(shelf, Path) else shelf,
        sender=OPERATOR,
        settings=Settings(**chosen),
        now=lambda: centre.now,
    ).run()


def kept(centre, number=1):
    name = f"uuid:{number:08d}-0000-4000-8000-000000000000"
    with centre.database.reading() as session:
        return submissions.known(session, [name]).get(name, ())


def is_void(view):
    return bool(view["values"].get("_deleted"))


def written(path, *parts):
    place = path.joinpath(*parts)
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    return folder


@pytest.fixture
def registered(centre):
    centre.publish(shipped("registration"))
    return centre


def xml(number=1, form_id="registration", **more):
    return a_form(form_id, {**EVERY[form_id], **more}, number=number).xml


def test_a_briefcase_folder_comes_in_with_the_files_of_each_form(
    registered, export, tmp_path
):
    forms = "forms/Реєстрація"
    written(export, forms, "registration.xml").write_bytes(shipped("registration").xml)
    for number in (1, 2):
        place = f"{forms}/instances/uuid{number}"
        written(export, place, "submission.xml").write_bytes(xml(number))
        written(export, place, "danylo.jpg").write_bytes(b"picture %d" % number)

    done = imported(registered, export, tmp_path)

    assert dict(done.counts) == {"stored": 2}
    assert (done.files, done.skipped) == (2, [])
    (first,) = kept(registered, 1)
    assert (first.sender, first.site) == ("u:operator", "chernivtsi")
    assert [file["name"] for file in first.attachments] == ["danylo.jpg"]
    with registered.database.reading() as session:
        digest = bytes.fromhex(first.attachments[0]["sha256"])
        assert blobs.find(session, digest) == b"picture 1"


def test_what_collect_leaves_on_a_phone_comes_in(registered, export, tmp_path):
    place = "instances/registration_2026-11-26_10-00-00"
    name = "registration_2026-11-26_10-00-00.xml"
    written(export, place, name).write_bytes(xml())
    written(export, place, "birth_cert.jpg").write_bytes(b"picture")
    written(export, place, ".hidden").write_bytes(b"x")

    done = imported(registered, export, tmp_path)

    assert (dict(done.counts), done.files) == ({"stored": 1}, 1)


def test_a_flat_folder_gives_each_form_the_files_that_it_names(
    registered, export, tmp_path
):
    written(export, "one.xml").write_bytes(xml(1))
    written(export, "two.xml").write_bytes(xml(2, g_end={"photo_id": "other.jpg"}))
    for name in ("danylo.jpg", "other.jpg", "nobody.jpg"):
        written(export, "media", name).write_bytes(name.encode())

    done = imported(registered, export, tmp_path)

    assert (dict(done.counts), done.files) == ({"stored": 2}, 2)
    names = [kept(registered, number)[0].attachments[0]["name"] for number in (1, 2)]
    assert names == ["danylo.jpg", "other.jpg"]


def test_a_zip_comes_in_as_its_folder_would(registered, export, tmp_path):
    packed = tmp_path / "export.zip"
    with ZipFile(packed, "w", ZIP_DEFLATED) as file:
        file.writestr("x/instances/a/submission.xml", xml())
        file.writestr("x/instances/a/danylo.jpg", b"picture")

    with ZipFile(packed) as file:
        done = imported(registered, Archive(file), tmp_path)

    assert (dict(done.counts), done.files) == ({"stored": 1}, 1)


def test_importing_again_changes_nothing(registered, export, tmp_path):
    written(export, "instances/a/submission.xml").write_bytes(xml())
    written(export, "instances/a/danylo.jpg").write_bytes(b"picture")
    imported(registered, export, tmp_path)
    before = registered.view(kept(registered)[0].documents[0][0])

    done = imported(registered, export, tmp_path)

    assert dict(done.counts) == {"duplicate": 1}
    assert registered.view(kept(registered)[0].documents[0][0]) == before
    assert len(kept(registered)[0].attachments) == 1


def test_files_that_come_later_are_added(registered, export, tmp_path):
    written(export, "instances/a/submission.xml").write_bytes(xml())
    imported(registered, export, tmp_path)
    written(export, "instances/a/danylo.jpg").write_bytes(b"picture")

    imported(registered, export, tmp_path)

    assert [file["name"] for file in kept(registered)[0].attachments] == ["danylo.jpg"]


def test_a_form_that_another_server_wrote_in_other_words_is_the_same(
    registered, export, tmp_path
):
    registered.receive(a_form("registration", FILLED["registration"]))
    other = xml().replace(
        b"<data ",
        b'<data xmlns="http://opendatakit.org/submissions" isComplete="true"'
        b' submissionDate="2026-11-26T09:00:00.000Z" ',
    )
    written(export, "instances/a/submission.xml").write_bytes(other)

    done = imported(registered, export, tmp_path)

    assert dict(done.counts) == {"duplicate": 1}
    assert len(kept(registered)) == 1


def test_the_same_id_with_other_answers_is_a_question(registered, export, tmp_path):
    registered.receive(a_form("registration", FILLED["registration"]))
    other = xml(g_end={**FILLED["registration"]["g_end"], "risk_level": "high"})
    written(export, "instances/a/submission.xml").write_bytes(other)

    done = imported(registered, export, tmp_path)

    assert dict(done.counts) == {"quarantined": 1}
    assert len(kept(registered)) == 2


def test_the_id_and_the_day_on_the_root_count_where_another_server_put_them(
    registered, export, tmp_path
):
    bare = xml().replace(
        b"<meta><instanceID>uuid:00000001-0000-4000-8000-000000000000</instanceID></meta>",
        b"",
    )
    named = bare.replace(
        b"<data ",
        b'<data instanceID="uuid:00000001-0000-4000-8000-000000000000"'
        b' submissionDate="2026-11-20T08:30:00.000+02:00" ',
    )
    assert named != bare != xml()
    written(export, "instances/a/submission.xml").write_bytes(named)

    done = imported(registered, export, tmp_path)

    assert dict(done.counts) == {"stored": 1}
    assert kept(registered)[0].finalized_at == "2026-11-20T08:30:00.000+02:00"


@pytest.mark.parametrize("is_first", [False, True], ids=["after", "before"])
def test_a_correction_counts_whichever_comes_first(
    registered, export, tmp_path, is_first
):
    definition = shipped("registration").definition
    edited = {**FILLED["registration"], "family": [MOTHER | {"rel_name": "Інша"}]}
    correction = to_xml(
        definition,
        edited,
        instance_id="uuid:edit",
        deprecated_id="uuid:00000001-0000-4000-8000-000000000000",
    )
    names = ("a", "b") if is_first else ("b", "a")
    for name, content in zip(names, (correction, xml()), strict=True):
        written(export, "instances", name, "submission.xml").write_bytes(content)

    done = imported(registered, export, tmp_path)

    assert done.skipped == []
    (first,) = kept(registered)
    kin = [registered.view(doc) for doc, kind in first.documents if kind == "kin"]
    assert {view["values"].get("rel_name"): is_void(view) for view in kin} == {
        "Інша": False,
        AUNT["rel_name"]: True,
    }
    assert registered.questions() == ()


def test_more_than_a_batch_comes_in(registered, export, tmp_path):
    count = AT_ONCE + 3
    for number in range(1, count + 1):
        written(export, f"{number}.xml").write_bytes(xml(number))

    done = imported(registered, export, tmp_path)

    assert dict(done.counts) == {"stored": count}


def test_what_cannot_be_read_spares_the_rest_and_is_named(registered, export, tmp_path):
    written(export, "a.xml").write_bytes(xml(1))
    written(export, "b.xml").write_bytes(b"x" * (LIMIT + 1))
    written(export, "c.xml").write_text("<settings><a/></settings>")
    written(export, "d.xml").write_text('<data id="x" encrypted="yes"/>')
    written(export, "e.xml").symlink_to("/etc/hostname")
    written(export, "__MACOSX", "._a.xml").write_bytes(b"x")
    written(export, "formList.xml").write_text("<xforms/>")

    done = imported(registered, export, tmp_path)

    assert dict(done.counts) == {"stored": 1}
    assert {one.file: one.why.split()[1] for one in done.skipped} == {
        "b.xml": "larger",
        "c.xml": "no",
        "d.xml": "encrypted",
        "e.xml": "a",
    }


def test_a_file_that_cannot_be_read_does_not_hold_up_its_form(
    registered, export, tmp_path
):
    written(export, "instances/a/submission.xml").write_bytes(xml())
    written(export, "instances/a/danylo.jpg").symlink_to("/etc/hostname")

    done = imported(registered, export, tmp_path)

    assert (dict(done.counts), done.files) == ({"stored": 1}, 0)
    assert [one.file for one in done.skipped] == ["instances/a/danylo.jpg"]


def test_files_past_a_limit_are_named_with_their_form(registered, export, tmp_path):
    written(export, "instances/a/submission.xml").write_bytes(xml())
    for name in ("birth_cert.jpg", "danylo.jpg"):
        written(export, "instances/a", name).write_bytes(name.encode())

    done = imported(registered, export, tmp_path, max_attachments=1)

    assert (dict(done.counts), done.files) == ({"stored": 1}, 1)
    assert [(one.file, one.why) for one in done.skipped] == [
        ("instances/a/submission.xml: danylo.jpg", "is past a limit (too-many)")
    ]


def test_a_broken_form_in_its_own_folder_waits_where_people_see_it(
    registered, export, tmp_path
):
    written(export, "instances/a/submission.xml").write_bytes(xml()[:200])

    done = imported(registered, export, tmp_path)

    assert dict(done.counts) == {"quarantined": 1}
    assert len(registered.questions()) == 1


def test_nothing_comes_in_while_the_disk_is_nearly_full(registered, export, tmp_path):
    written(export, "a.xml").write_bytes(xml())

    with pytest.raises(StorageFullError):
        imported(registered, export, tmp_path, min_free_bytes=1 << 60)

    assert kept(registered) == ()


@pytest.mark.parametrize(
    "name", ["../a.xml", "/a.xml", "x/../../a.xml", "C:\\a.xml", "..\\a.xml"]
)
def test_a_zip_that_climbs_out_of_itself_is_refused(tmp_path, name):
    packed = tmp_path / "export.zip"
    with ZipFile(packed, "w") as file:
        file.writestr(name, xml())

    with ZipFile(packed) as file, pytest.raises(UnreadableError, match="climbs"):
        Archive(file)


def test_a_zip_with_a_file_twice_is_refused(tmp_path):
    packed = tmp_path / "export.zip"
    with ZipFile(packed, "w") as file:
        file.writestr("a.xml", xml(1))
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr("a.xml", xml(2))

    with ZipFile(packed) as file, pytest.raises(UnreadableError, match="twice"):
        Archive(file)


def test_an_archive_gives_no_more_than_it_may_hold(registered, tmp_path):
    packed = tmp_path / "export.zip"
    with ZipFile(packed, "w") as file:
        file.writestr("a/instances/1/submission.xml", xml(1))
        file.writestr("a/instances/2/submission.xml", xml(2))

    with ZipFile(packed) as file:
        done = imported(registered, Archive(file, LIMIT + 10), tmp_path)

    assert dict(done.counts) == {"stored": 1}
    assert [one.why for one in done.skipped] == [
        "is beyond what an archive may hold; unpack it"
    ]


@pytest.mark.parametrize("day", ["yesterday", "2026-11-20", ""])
def test_a_day_that_is_none_is_not_believed(registered, export, tmp_path, day):
    odd = xml().replace(b"<data ", f'<data submissionDate="{day}" '.encode())
    written(export, "instances/a/submission.xml").write_bytes(odd)

    imported(registered, export, tmp_path)

    assert kept(registered)[0].finalized_at is None


def a_link(name):
    entry = ZipInfo(name)
    entry.external_attr = 0o120777 << 16
    return entry


def test_a_bomb_and_a_link_in_a_zip_are_left_out(registered, tmp_path):
    packed = tmp_path / "export.zip"
    with ZipFile(packed, "w", ZIP_DEFLATED) as file:
        file.writestr("instances/a/submission.xml", xml())
        file.writestr("instances/a/danylo.jpg", b"\0" * (LIMIT - 1))
        file.writestr("instances/a/huge.jpg", b"\0" * (LIMIT + 1))
        file.writestr(a_link("instances/a/link.jpg"), "/etc/passwd")

    with ZipFile(packed) as file:
        done = imported(registered, Archive(file), tmp_path)

    assert (dict(done.counts), done.files) == ({"stored": 1}, 0)
    assert {one.file.rsplit("/", 1)[1]: one.why for one in done.skipped} == {
        "danylo.jpg": "is packed tighter than any form or picture",
        "huge.jpg": f"is larger than {LIMIT} bytes",
        "link.jpg": "is a link",
    }
