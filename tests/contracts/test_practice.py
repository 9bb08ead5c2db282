"""What is practised: it goes where nothing is meant in earnest, and nowhere else."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from network import a_central, a_centre
from pages import decide, tree, words
from servers import SITE, VERSION, Server, a_server, an_item, an_xml, arrival
from sqlalchemy import func, select

from forms.practice import practised_version
from forms.reference import PRACTICE_BLOCK, normalise
from intake_server.security.policy import Role
from intake_server.services import enrolment, practice
from intake_server.services.practice import Room
from intake_server.storage.practice import PracticeStore
from intake_server.storage.tables import METADATA

PRACTISED = practised_version(VERSION)
PLANTED = "Заплановано-Ремез"
WAYS_IN = {"attempt", "audit", "code", "device", "person", "practising", "session"}
"""What is noted of people and devices as such, in earnest or not."""


@pytest.fixture
def server(tmp_path, stores):
    with a_server(tmp_path, stores) as server:
        yield server


class Trainee:
    """A coordinator who practises, and a phone that does."""

    def __init__(self, server):
        self.server = server
        self.token = server.device()
        self.browser = server.browser(Role.COORDINATOR)
        self.switch("/practice", "on")
        (phone,) = enrolment.enrolled(server.database)
        self.path = f"/devices/{phone.id}/practice"
        self.switch(self.path, "on")

    def csrf(self):
        page = tree(self.browser.get("/practice"))
        return page.xpath("//input[@name='csrf']/@value")[0]

    def switch(self, path, practice):
        said = {"csrf": self.csrf(), "practice": practice}
        assert self.browser.post(path, data=said).status_code == 303

    def send(self, instance="1", **answers):
        item = {**an_item(instance, **answers), "form_version": PRACTISED}
        (receipt,) = self.server.send(self.token, item)
        return receipt

    def collect(self, instance, **answers):
        xml = an_xml(instance, **answers).replace(VERSION.encode(), PRACTISED.encode())
        return self.server.collect(self.token, xml)

    def delete(self):
        return self.browser.post("/practice/delete", data={"csrf": self.csrf()})

    def question(self):
        links = tree(self.browser.get("/queue")).xpath("//main//a/@href")
        return next(link for link in links if len(link.split("/queue/")[-1]) == 32)


@pytest.fixture
def trainee(server):
    return Trainee(server)


def counted(database):
    with database.reading() as session:
        return {
            name: session.connection().scalar(select(func.count()).select_from(table))
            for name, table in METADATA.tables.items()
            if name not in WAYS_IN
        }


def everything_said(database):
    with database.reading() as session:
        return "".join(
            repr(row)
            for table in METADATA.sorted_tables
            for row in session.connection().execute(select(table))
        )


def store(server):
    return PracticeStore(
        server.settings.data / practice.FOLDER,
        Room(server.database, server.watch).furnish,
    )


def played(trainee):
    """Play a whole story: two forms that contradict each other, and a decision."""
    receipt = trainee.send(family_name=PLANTED, medication=PLANTED)
    said = {"child_ref": receipt["reference"], "family_name": "Інша", "medication": "х"}
    answer = trainee.collect("2", **said)
    assert answer.status_code == 201
    path = trainee.question()
    page = trainee.browser.get(path)
    choice = tree(page).xpath("//input[@name='choice']/@value")[0]
    said = {"choice": choice, "reason": "так сказала мама"}
    assert decide(trainee.browser, path, on=page, **said).status_code == 303
    return receipt, answer, path


def test_nothing_of_a_whole_story_reaches_the_nodes_own_store(server):
    before = counted(server.database)
    trainee = Trainee(server)

    played(trainee)
    trainee.delete()

    assert counted(server.database) == before
    assert PLANTED not in everything_said(server.database)


def test_what_is_practised_is_there_for_those_who_practise(trainee):
    trainee.send(family_name=PLANTED)

    found = trainee.browser.get(f"/children?q={PLANTED}")
    assert PLANTED in words(found)
    assert PLANTED not in words(trainee.server.browser(Role.COORDINATOR).get("/queue"))
    trainee.switch("/practice", "off")
    assert PLANTED not in words(trainee.browser.get("/queue"))


def test_receipts_say_that_it_was_practised(trainee):
    receipt, answer, _ = played(trainee)

    assert receipt["practice"] is True
    assert receipt["status"] == "stored"
    assert "НАВЧАННЯ" in answer.get_data(as_text=True)
    trainee.switch(trainee.path, "off")
    (earnest,) = trainee.server.send(trainee.token, an_item("3"))
    assert "practice" not in earnest


def test_a_child_in_practice_has_a_reference_that_no_child_has_in_earnest(trainee):
    receipt = trainee.send()
    trainee.switch(trainee.path, "off")
    (earnest,) = trainee.server.send(trainee.token, an_item("2"))

    assert receipt["reference"].startswith(PRACTICE_BLOCK)
    assert normalise(receipt["reference"])
    assert not earnest["reference"].startswith(PRACTICE_BLOCK)


def test_a_phone_that_is_switched_back_sends_to_the_nodes_own_store(server, trainee):
    trainee.send()
    before = counted(server.database)["submission"]

    trainee.switch(trainee.path, "off")
    (receipt,) = server.send(trainee.token, an_item("2"))

    assert receipt["status"] == "stored"
    assert counted(server.database)["submission"] == before + 1


def test_when_a_phone_called_is_noted_also_where_it_practised(server, trainee):
    seen = []
    for send in (trainee.send, lambda: trainee.collect("2", family_name="Ремез")):
        server.watch.forward(minutes=5)
        send()
        (phone,) = enrolment.enrolled(server.database)
        seen.append(phone.last_seen == server.watch())

    assert seen == [True, True]


def test_a_draft_of_practice_that_is_sent_later_is_set_aside(trainee):
    trainee.switch(trainee.path, "off")

    answer = trainee.collect("1", family_name="Ремез")
    receipt = trainee.send("2", family_name="Ремез")

    assert "перегляне координатор" in answer.get_data(as_text=True)

    assert receipt["status"] == "quarantined"
    assert receipt["problem"]["type"] == "/problems/practised"


def test_a_card_of_practice_that_is_scanned_in_earnest_is_set_aside(trainee):
    reference = trainee.send()["reference"]
    trainee.switch(trainee.path, "off")

    item = an_item("2", child_ref=reference, family_name="Ремез")
    (receipt,) = trainee.server.send(trainee.token, item)

    assert receipt["problem"]["type"] == "/problems/practised"
    assert receipt["problem"]["field"] == "child_ref"


def test_a_form_in_earnest_is_not_taken_where_it_would_be_deleted(server, trainee):
    answer = server.post(
        "/api/v1/submissions", trainee.token, {"submissions": [an_item("1")]}
    )
    collected = server.collect(trainee.token, an_xml("2"), photo_jpg=b"\xff\xd8\xff")

    assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-practised")
    assert collected.status_code == 409
    assert "навчання" in collected.get_data(as_text=True)
    with store(server) as kept:
        rows = counted(kept)
    assert (rows["submission"], rows["blob"]) == (0, 0)


@pytest.mark.parametrize(
    "odd",
    [
        {"answers": None, "sealed": {"to": "n", "key_id": "k", "enc": "e", "ct": "c"}},
        {"based_on": "nothing"},
        {"attachments": [{"name": "a.jpg"}]},
        {"answers": None, "xml": "<data"},
        {"instance_id": None},
        {"form_version": 7},
    ],
)
def test_what_is_odd_is_not_taken_either_where_it_would_be_deleted(
    server, trainee, odd
):
    item = {**an_item("1"), **odd}

    answer = server.post("/api/v1/submissions", trainee.token, {"submissions": [item]})

    assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-practised")
    with store(server) as kept:
        assert counted(kept)["submission"] == 0


def test_forms_are_offered_marked_and_follow_those_of_the_node(server, trainee):
    def offered():
        forms = server.get("/api/v1/forms", trainee.token).json["forms"]
        return {(one["form_id"], one["version"], one["title"]["uk"]) for one in forms}

    assert offered() == {("arrival", PRACTISED, "НАВЧАННЯ · Прибуття")}

    server.publish(arrival("2026112202"))
    server.watch.forward(minutes=1)

    newer = practised_version("2026112202")
    assert offered() == {("arrival", newer, "НАВЧАННЯ · Прибуття")}
    listed = server.client.get(f"/key/{trainee.token}/formList")
    assert newer in listed.get_data(as_text=True)


def test_after_the_deletion_no_file_holds_what_was_practised(server, trainee):
    played(trainee)
    folder = server.settings.data / practice.FOLDER
    with store(server) as kept:
        assert PLANTED in everything_said(kept)
    (life,) = folder.glob("*.sqlite3")

    with life.open("rb", buffering=0) as held:  # as by who has not noticed yet
        assert held.read(1)
        assert trainee.delete().status_code == 303
        assert held.read() == b""

    assert [path.name for path in folder.iterdir()] == ["current"]
    assert in_no_file(server.settings.data, PLANTED)
    with store(server) as kept:
        assert counted(kept)["submission"] == 0


def in_no_file(folder, text):
    sought = [text.encode(code) for code in ("utf-8", "utf-16-le")]
    sought.append(json.dumps(text).encode())
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return not any(one in content for one in sought for content in files)


def test_deleting_again_is_harmless_and_practice_goes_on(trainee):
    trainee.send()
    first = trainee.delete()

    assert [first.status_code, trainee.delete().status_code] == [303, 303]
    assert trainee.send()["status"] == "stored"
    assert PLANTED not in words(trainee.browser.get("/queue"))


def test_who_is_at_a_page_that_was_deleted_gets_a_clear_answer(trainee):
    _, _, path = played(trainee)
    trainee.delete()

    answer = trainee.browser.get(path)

    assert answer.status_code == 404
    assert "щойно стерли" in words(answer)


def test_those_at_work_meanwhile_are_never_told_of_a_fault(server, trainee):
    def work(number):
        if number % 7 == 3:
            return trainee.delete().status_code
        item = {**an_item(str(number)), "form_version": PRACTISED}
        body = {"submissions": [item]}
        return server.post("/api/v1/submissions", trainee.token, body).status_code

    with ThreadPoolExecutor(4) as people:
        told = list(people.map(work, range(28)))

    assert set(told) == {200, 303}


def test_programs_that_share_the_folder_notice_that_all_was_deleted(server):
    with store(server) as one, store(server) as other:
        with one.transaction() as session:
            session.connection().execute(
                METADATA.tables["lease"]
                .insert()
                .values(name="x", holder=PLANTED, until=server.watch())
            )
        assert PLANTED in everything_said(other)

        assert one.throw_away()
        assert not one.throw_away()

        assert PLANTED not in everything_said(one)
        assert PLANTED not in everything_said(other)
        assert counted(one) == counted(other)
        assert one.store == other.store


def test_a_beginning_that_broke_off_leaves_a_store_that_begins_anew(server):
    room = Room(server.database, server.watch)
    broken = iter([True, False])

    def furnish(database):
        room.furnish(database)
        if next(broken):
            raise RuntimeError

    folder = server.settings.data / practice.FOLDER
    with PracticeStore(folder, furnish) as kept:
        with pytest.raises(RuntimeError), kept.reading():
            pass
        assert not kept.is_begun

        assert counted(kept)["node"] == 1
    assert len(list(folder.glob("*.sqlite3"))) == 1


@pytest.mark.parametrize(
    ("which", "content"),
    [
        ("*.key", None),
        ("*.key", bytes(32)),
        ("*.key", b"short"),
        ("*.sqlite3", None),
        ("*.sqlite3", bytes(20_000)),
        ("current", b"../elsewhere"),
        ("current", b"\xff"),
    ],
)
def test_where_the_disk_has_damaged_it_practice_begins_anew(
    server, trainee, which, content
):
    trainee.send(family_name=PLANTED)
    folder = server.settings.data / practice.FOLDER
    (file,) = folder.glob(which)
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)

    with store(server) as kept:
        assert counted(kept)["submission"] == 0
        assert counted(kept)["node"] == 1
    assert trainee.send()["status"] == "stored"
    assert len(list(folder.glob("*.sqlite3"))) == 1


def test_a_site_practises_with_all_who_belong_to_it(server):
    phone, script = server.device(), server.token(Role.WORKER)
    other = server.device("chernivtsi")
    worker = server.browser(Role.WORKER)
    admin = server.browser(Role.ADMIN, "kyiv")

    assert switch_site(admin, "on") == 303

    said = [
        server.get("/api/v1/forms", token).json["forms"][0]["version"]
        for token in (phone, script, other)
    ]
    assert said == [PRACTISED, PRACTISED, VERSION]
    assert tree(worker.get("/practice")).xpath("//body[@class='practice']")
    assert not tree(admin.get("/practice")).xpath("//body[@class='practice']")
    assert switch_site(admin, "off") == 303
    assert not tree(worker.get("/practice")).xpath("//body[@class='practice']")


def switch_site(admin, practice):
    csrf = tree(admin.get("/practice")).xpath("//input[@name='csrf']/@value")[0]
    said = {"csrf": csrf, "practice": practice}
    return admin.post(f"/practice/sites/{SITE}", data=said).status_code


def test_nobody_switches_what_is_not_theirs(server):
    server.device("chernivtsi")
    (phone,) = enrolment.enrolled(server.database)
    browser = server.browser(Role.COORDINATOR)
    csrf = tree(browser.get("/practice")).xpath("//input[@name='csrf']/@value")[0]
    said = {"csrf": csrf, "practice": "on"}

    told = [
        browser.post(path, data=said).status_code
        for path in (
            f"/devices/{phone.id}/practice",
            "/devices/none/practice",
            f"/practice/sites/{SITE}",
        )
    ]

    assert told == [404, 404, 404]
    assert practice.everybody(server.database) == frozenset()


def test_switching_is_noted(server, trainee):
    trainee.switch(trainee.path, "off")
    trainee.delete()

    said = everything_said(server.database)
    assert "'practise'" in said
    assert "'end_practice'" in said
    assert "'delete_practice'" in said
    (person,) = practice.everybody(server.database)
    assert person.kind == "person"


def test_an_exchange_sends_nothing_that_was_practised(tmp_path):
    central = a_central(tmp_path / "kyiv")
    with central.database, central.serving():
        central.publish(arrival())
        centre = a_centre(tmp_path / SITE, central, SITE)
        with centre.database:
            centre.sync()
            server = Server(centre.database, centre.settings)
            trainee = Trainee(server)
            before = (central.accepted, central.digest, centre.accepted)
            played(trainee)

            done = centre.sync()

            assert (done.pushed, done.pulled) == (0, 0)
            assert (central.accepted, central.digest, centre.accepted) == before
            assert PLANTED not in everything_said(central.database)
