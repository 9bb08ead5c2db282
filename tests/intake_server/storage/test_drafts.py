"""Forms that are not finished, in both kinds of store."""

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from centres import DANYLO, MORNING

from intake_server.storage import blobs, drafts, forgetting
from intake_server.storage.drafts import Draft
from sync import documents as ids

CHILD = ids.person(DANYLO)
BEGUN = Draft(
    id="1",
    person=CHILD,
    site="truskavets",
    form_id="followup",
    form_version="1",
    author="u:marta",
    saved_by="u:marta",
    owner=None,
    begun=MORNING,
    saved=MORNING,
    revision=1,
    xml="<data>Ремез</data>".encode(),
    opened={"based_on": {CHILD: {"sex": ["a"]}}},
    unasked=[{"reference": "/data/name", "value": "Данило"}],
    typed=[{"reference": "/data/age", "texts": ["12-13"], "why": "digits"}],
)
PHOTO = b"a face"
NAMED = {"name": "face.jpg", "sha256": sha256(PHOTO).hexdigest(), "size": len(PHOTO)}


def kept(database, *every):
    with database.transaction() as session:
        for one in every:
            drafts.add(session, one)
            drafts.name_files(session, one.id, [NAMED])
        blobs.add_all(session, {sha256(PHOTO).digest(): PHOTO})


def test_what_is_kept_is_read_as_it_was(database):
    kept(database, BEGUN)

    with database.reading() as session:
        assert drafts.find(session, "1") == BEGUN
        assert list(drafts.files(session, "1")) == [NAMED]
        assert drafts.find(session, "2") is None


def test_of_two_who_begin_under_one_id_the_first_stands(database):
    kept(database, BEGUN)

    with database.transaction() as session:
        assert not drafts.add(session, replace(BEGUN, xml=b"<late/>"))

    with database.reading() as session:
        assert drafts.find(session, "1") == BEGUN


def test_of_two_who_save_at_once_one_is_too_late(database):
    kept(database, BEGUN)
    anew = {"xml": b"<second/>", "revision": 2, "saved_by": "u:halyna"}
    second = replace(BEGUN, **anew, unasked=[], typed=[])

    with database.transaction() as session:
        assert drafts.save(session, second, after=1)
    with database.transaction() as session:
        assert not drafts.save(session, replace(second, xml=b"<late/>"), after=1)

    with database.reading() as session:
        assert drafts.find(session, "1") == second


def test_what_is_being_finished_is_saved_by_nobody_meanwhile(database):
    kept(database, BEGUN)

    def save():
        with database.transaction() as session:
            second = replace(BEGUN, xml=b"<late/>", revision=2)
            return drafts.save(session, second, after=1)

    with ThreadPoolExecutor() as pool:
        with database.transaction() as session:
            assert drafts.find(session, "1", is_ending=True) == BEGUN
            saving = pool.submit(save)
            assert not wait([saving], timeout=0.5).done
            drafts.drop(session, ["1"])
        assert not saving.result()


def test_a_team_finds_its_own_and_an_author_what_they_began_elsewhere(database):
    kept(database, BEGUN, replace(BEGUN, id="2", site="kyiv", author="u:olena"))

    with database.reading() as session:
        of_team = drafts.of_team(session, site="truskavets", author="u:olena")
        of_child = drafts.of_team(
            session, site="kyiv", author="", persons=[ids.person("4KH00000")]
        )
        beside = drafts.with_children(session, site="kyiv", author="")

    assert [one.id for one in of_team] == ["1", "2"]
    assert list(of_child) == []
    assert [(one.id, views) for one, views in beside] == [("2", ())]


def test_what_was_discarded_goes_after_its_time_and_its_files_with_it(database):
    late = MORNING + timedelta(days=1)
    kept(database, BEGUN, replace(BEGUN, id="2", discarded=MORNING))

    with database.transaction() as session:
        drafts.drop_discarded(session, before=late)
        blobs.drop_abandoned(session, before=late)
        assert blobs.find(session, sha256(PHOTO).digest()) == PHOTO
        drafts.drop(session, ["1"])

    with database.reading() as session:
        assert drafts.find(session, "2") is None
        assert blobs.find(session, sha256(PHOTO).digest()) is None


def test_with_an_erased_child_go_the_forms_about_it(database):
    other = replace(BEGUN, id="2", person=ids.person("4KH00000"))
    kept(database, BEGUN, other)

    with database.transaction() as session:
        forgetting.forget(session.connection(), [CHILD], [])

    with database.reading() as session:
        assert drafts.find(session, "1") is None
        assert drafts.find(session, "2") == other
