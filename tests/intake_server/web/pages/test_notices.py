"""Letters that say how many questions wait, and nothing else."""

import logging
import socket
from dataclasses import replace
from datetime import timedelta

import pytest
from desks import CASE, a_desk, with_a_clash
from mailboxes import a_mailbox
from pages import tree, words

from intake_server import jobs
from intake_server.security.policy import Role
from intake_server.services import noticing
from intake_server.services.noticing import Sent
from intake_server.storage import people
from sync.change import Write

BOX = "marta@example.org"
URL = "http://127.0.0.1:8080"
HOUR = timedelta(hours=1)


@pytest.fixture
def mailbox():
    with a_mailbox("nobody@example.org") as mailbox:
        yield mailbox


@pytest.fixture
def post(tmp_path, stores, mailbox):
    """A node that sends letters, where two centres contradict each other."""
    with a_desk(tmp_path, stores, public_url=URL, **mailbox.place) as desk:
        yield with_a_clash(desk)


@pytest.fixture
def iryna(post):
    return post.browser()


def want(browser, **said):
    page = browser.get("/account")
    (form,) = tree(page).xpath("//form[@action='/account/notices']")
    asked = {"wanted": "yes", "address": BOX, "hours": "1"}
    return browser.post(form.action, data={**dict(form.form_values()), **asked, **said})


def send(desk, later=timedelta(0)):
    settings = desk.app.extensions["dodomu"].settings
    return noticing.send_due(desk.database, settings, now=desk.watch() + later)


def a_question(desk, name="vaccine_status"):
    desk.watch.forward(minutes=1)
    for site in ("truskavets", "chernivtsi"):
        desk.write({(CASE, "case"): [Write(f=name, v=f"{name} {site}")]}, site=site)


def test_a_letter_says_how_many_wait_and_where_and_nothing_else(post, iryna, mailbox):
    want(iryna)
    a_question(post)

    assert send(post) == Sent(1, 0)

    ((address, letter),) = mailbox.letters
    waiting = len(post.questions())
    assert address == BOX
    assert (
        letter.get_content().split()
        == (
            f"На вас чекає питань: {waiting}. Questions that wait for you: {waiting}. {URL}"
        ).split()
    )
    said = letter.as_string() + str(letter["Subject"]) + letter.get_content()
    for secret in ("Ремез", "4KH", "Iryna", "truskavets", "Трускавець", "vaccine"):
        assert secret not in said


def test_who_has_not_asked_gets_no_letter(post, iryna, mailbox):
    a_question(post)

    assert send(post) == Sent(0, 0)
    assert mailbox.calls == 0


def test_what_waited_before_is_nothing_new(post, iryna, mailbox):
    want(iryna)

    assert send(post) == Sent(0, 0)


def test_there_is_one_letter_in_an_hour_at_the_most(post, iryna, mailbox):
    want(iryna)
    a_question(post)
    send(post)
    a_question(post, "disability_formal")

    assert send(post, later=HOUR / 2) == Sent(0, 0)
    assert send(post, later=HOUR) == Sent(1, 0)
    assert send(post, later=3 * HOUR) == Sent(0, 0)


def test_there_is_one_letter_a_day_for_who_wants_that(post, iryna):
    want(iryna, hours="24")
    a_question(post)
    send(post)
    a_question(post, "disability_formal")

    assert send(post, later=23 * HOUR) == Sent(0, 0)
    assert send(post, later=24 * HOUR) == Sent(1, 0)


def test_who_wants_no_more_gets_no_more(post, iryna):
    want(iryna)
    want(iryna, wanted="")
    a_question(post)

    assert send(post) == Sent(0, 0)


def test_only_what_one_decides_counts(post, mailbox):
    marta = post.browser(Role.WORKER, "truskavets", "Марта")
    want(marta)
    a_question(post)

    assert send(post) == Sent(0, 0)


def test_one_bad_address_stops_nobody_elses_letter(post, iryna, mailbox):
    sofiia = post.browser(name="Софія")
    want(iryna, address="nobody@example.org")
    want(sofiia)
    a_question(post)

    assert send(post) == Sent(1, 1)

    assert [address for address, _ in mailbox.letters] == [BOX]
    assert noticing.trouble(post.database) == ("SMTPRecipientsRefused",)
    assert "Останній лист не пішов" in words(iryna.get("/account"))
    assert "Останній лист не пішов" not in words(sofiia.get("/account"))


def test_what_did_not_go_is_tried_again_when_the_next_would_be_due(post, iryna):
    want(iryna, address="nobody@example.org")
    a_question(post)
    send(post)
    want(iryna)

    assert send(post, later=HOUR / 2) == Sent(0, 0)
    assert send(post, later=HOUR) == Sent(1, 0)
    assert noticing.trouble(post.database) == ()


def test_a_server_that_is_away_is_said_and_stops_nothing(tmp_path, stores, caplog):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    place = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"}
    sender = {"smtp_sender": "dodomu@example.org"}
    with a_desk(tmp_path, stores, **place, **sender) as desk:
        want(with_a_clash(desk).browser())
        a_question(desk)
        settings = desk.app.extensions["dodomu"].settings
        with caplog.at_level(logging.INFO):
            jobs.send_notices(desk.database, settings, now=desk.watch)

        assert "1 notices did not go" in caplog.text
        assert BOX not in caplog.text
        assert noticing.trouble(desk.database) == ("ConnectionRefusedError",)
        assert noticing.knock(settings) == "ConnectionRefusedError"


@pytest.mark.parametrize(
    "typo", [{"smtp_host": "mail..example"}, {"smtp_sender": "a@b.example\nBcc: c@d.e"}]
)
def test_a_typo_in_the_settings_is_said_and_stops_nothing(
    tmp_path, stores, mailbox, typo
):
    with a_desk(tmp_path, stores, **mailbox.place) as desk:
        want(with_a_clash(desk).browser())
        a_question(desk)
        settings = replace(desk.app.extensions["dodomu"].settings, **typo)

        assert noticing.send_due(desk.database, settings, now=desk.watch()) == Sent(
            0, 1
        )
        assert noticing.trouble(desk.database)[0].endswith("Error")


def test_nothing_goes_in_the_clear_where_the_way_should_be_closed(
    tmp_path, stores, mailbox
):
    closed = {**mailbox.place, "smtp_security": "starttls"}
    with a_desk(tmp_path, stores, **closed) as desk:
        want(with_a_clash(desk).browser())
        a_question(desk)

        assert send(desk) == Sent(0, 1)
        assert mailbox.letters == []
        assert noticing.trouble(desk.database) == ("SMTPNotSupportedError",)


@pytest.mark.parametrize(
    "address",
    ["", "marta", "marta@", "a b@example.org", "a@b.c\r\nBcc: x@y.z", "м@example.org"],
)
def test_what_is_no_address_is_said_and_kept(post, iryna, address):
    answer = want(iryna, address=address)

    assert answer.status_code == 422
    assert "Напишіть адресу" in words(answer)
    assert noticing.trouble(post.database) == ()


def test_a_node_without_a_server_of_letters_offers_none(clash):
    iryna = clash.browser()
    (token, *_) = tree(iryna.get("/account")).xpath("//input[@name='csrf']/@value")

    assert "e-mail" not in words(iryna.get("/account"))
    assert iryna.post("/account/notices", data={"csrf": token}).status_code == 404


def test_whose_work_is_over_gets_no_letter(post, iryna):
    want(iryna)
    a_question(post)
    with post.database.transaction() as session:
        (person,) = people.all_of(session)
        people.end(session, person.id, now=post.watch())

    assert send(post) == Sent(0, 0)
