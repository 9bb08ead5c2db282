"""The process that writes for all workers: faster when it lives, never needed."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from secrets import token_bytes

import pytest
from centres import MORNING, OLENA, RECEPTION, Centre, a_form, with_answers
from sqlalchemy import event
from stores import KEY

from intake_server.services import single_writer
from intake_server.services.intake import Incoming, Post
from intake_server.services.single_writer import LARGEST, HandedOver, OwnDesk
from intake_server.storage import locks, submissions
from intake_server.storage.database import Database

PATIENCE_S = 20


class NoDesk:
    """A worker that could do nothing without the writer."""

    def ask(self, post):
        return pytest.fail("the writer was passed by")


NO_DESK = NoDesk()


def a_post(number=1):
    form = a_form("reception", RECEPTION, number=number)
    return Post(batch=[Incoming(xml=form.xml)], sender=OLENA, now=MORNING)


def beside(database):
    """Open a store once more, as another process does."""
    url = database.engine.url
    is_file = url.get_backend_name() == "sqlite"
    return Database(url.render_as_string(hide_password=False), KEY if is_file else None)


@contextmanager
def writing(database, otherwise=NO_DESK):
    """Let a writer work in a thread; give a desk that hands over, and its commits."""
    ours, theirs = single_writer.entrance()
    with beside(database) as its_own, theirs:
        commits = []
        event.listen(its_own.engine, "commit", commits.append)
        writer = threading.Thread(
            target=single_writer.write, args=(theirs, its_own), daemon=True
        )
        writer.start()
        desk = HandedOver(ours, otherwise)
        try:
            yield desk, commits
        finally:
            desk.hang_up()
            ours.close()
            writer.join(PATIENCE_S)
            assert not writer.is_alive()


@pytest.fixture
def centre(stores):
    with stores.new() as database:
        yield Centre(database)


def kept(centre):
    with centre.database.reading() as session:
        return submissions.count(session, "reception")


def test_what_is_handed_over_is_durable_when_the_answer_comes(centre):
    with writing(centre.database) as (desk, _):
        (receipt,) = desk.ask(a_post()).receipts

        assert (receipt.status, kept(centre)) == ("stored", 1)
        (again,) = desk.ask(a_post()).receipts
        assert (again.status, again.reference) == ("duplicate", receipt.reference)


def test_those_who_wait_share_a_commit(centre, monkeypatch):
    with (
        writing(centre.database) as (desk, commits),
        ThreadPoolExecutor(8) as threads,
    ):
        desk.ask(a_post(100))
        commits.clear()

        handed_over = threading.Semaphore(0)
        send = Connection.send

        def counted(line, said):
            send(line, said)
            handed_over.release()

        with centre.database.transaction() as session:
            locks.lock_all(session.connection())
            monkeypatch.setattr(Connection, "send", counted)
            asked = [threads.submit(desk.ask, a_post(n)) for n in range(8)]
            for _ in asked:
                assert handed_over.acquire(timeout=PATIENCE_S)
        receipts = [one.result(PATIENCE_S).receipts[0] for one in asked]

        assert {one.status for one in receipts} == {"stored"}
        assert len({one.reference for one in receipts}) == 8
        assert len(commits) <= 4


def test_a_worker_takes_in_by_itself_when_the_writer_is_gone(centre):
    ours, theirs = single_writer.entrance()
    theirs.close()
    desk = HandedOver(ours, OwnDesk(centre.database, token_bytes))

    taken = [desk.ask(a_post(number)) for number in range(2)]

    assert [one.receipts[0].status for one in taken] == ["stored", "stored"]
    ours.close()


def test_a_worker_takes_in_by_itself_when_the_writer_dies_over_it(centre):
    ours, theirs = single_writer.entrance()

    def dies_over_it():
        _, (line,), _, _ = socket.recv_fds(theirs, 1, 1)
        with socket.socket(fileno=line) as heard:
            heard.recv(1)

    with ThreadPoolExecutor(1) as thread:
        dying = thread.submit(dies_over_it)
        desk = HandedOver(ours, OwnDesk(centre.database, token_bytes))
        (receipt,) = desk.ask(a_post()).receipts
        dying.result(PATIENCE_S)

    assert receipt.status == "stored"
    ours.close()
    theirs.close()


def test_a_worker_waits_no_longer_than_it_has_patience_and_hears_no_late_answer(centre):
    ours, theirs = single_writer.entrance()
    own = OwnDesk(centre.database, token_bytes)
    desk = HandedOver(ours, own, patience_s=0.05)

    (receipt,) = desk.ask(a_post()).receipts

    assert receipt.status == "stored"
    _, (line,), _, _ = socket.recv_fds(theirs, 1, 1)
    with Connection(line) as heard:
        assert heard.recv() == a_post()
        assert heard.poll(PATIENCE_S)
        with pytest.raises(EOFError):
            heard.recv()
    ours.close()
    theirs.close()


def test_a_writer_that_is_silent_is_passed_by_for_a_while(centre):
    ours, theirs = single_writer.entrance()
    theirs.setblocking(False)
    own = OwnDesk(centre.database, token_bytes)
    desk = HandedOver(ours, own, patience_s=0.05)

    taken = [desk.ask(a_post(number)) for number in range(3)]

    assert [one.receipts[0].status for one in taken] == ["stored"] * 3
    _, (line,), _, _ = socket.recv_fds(theirs, 1, 1)
    socket.socket(fileno=line).close()
    with pytest.raises(BlockingIOError):
        socket.recv_fds(theirs, 1, 1)
    ours.close()
    theirs.close()


def test_a_worker_takes_in_by_itself_what_the_writer_could_not(centre, tmp_path):
    with (
        Database(f"sqlite:///{tmp_path}/without-tables", KEY) as broken,
        writing(broken, OwnDesk(centre.database, token_bytes)) as (desk, _),
    ):
        taken = [desk.ask(a_post(number)) for number in range(2)]

    assert [one.receipts[0].status for one in taken] == ["stored", "stored"]


def test_a_large_form_holds_nobody_up_but_its_sender(centre):
    class Itself:
        def ask(self, post):
            return "by itself"

    large = Incoming(xml=b"<" + b"x" * LARGEST)
    with writing(centre.database, Itself()) as (desk, _):
        post = Post(batch=[large], sender=OLENA, now=MORNING)

        assert desk.ask(post) == "by itself"


def test_what_is_no_form_is_told_so_by_the_writer_too(centre):
    with writing(centre.database) as (desk, _):
        odd = Post(batch=[Incoming(xml=b"<a/>")], sender=OLENA, now=MORNING)

        (receipt,) = desk.ask(odd).receipts

        assert receipt.status == "quarantined"


def test_a_worker_learns_which_files_a_form_names(centre):
    answers = with_answers(RECEPTION, g_child={"photo_id": "face.jpg"})
    with writing(centre.database) as (desk, _):
        post = Post(batch=[a_form("reception", answers)], sender=OLENA, now=MORNING)

        assert desk.ask(post).named == ("face.jpg",)
