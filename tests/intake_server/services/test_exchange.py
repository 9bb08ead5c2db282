import json
import shutil
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
import requests
from centres import FORMS, MORNING, OLENA, RECEPTION
from ledgers import a_change
from lines import Line
from msgspec import Raw, structs
from network import a_central, a_centre, a_member
from sqlalchemy.exc import OperationalError

from forms.catalogue import form as catalogue_form
from forms.instance import to_xml
from intake_server.errors import HeldError, NotFoundError
from intake_server.services import contact, enrolment, intake
from intake_server.services.intake import Incoming
from intake_server.storage import documents, peers, queue, references
from sync import documents as ids
from sync.client.agent import Summary
from sync.errors import RefusedError, UnreachableError
from sync.protocol import frames
from sync.protocol.messages import MAX_BYTES, MAX_CHANGES, Exchange, Exchanged, Hello


@pytest.fixture
def central(tmp_path):
    member = a_central(tmp_path / "kyiv")
    with member.database, member.serving():
        yield member


@pytest.fixture
def truskavets(tmp_path, central):
    member = a_centre(tmp_path / "truskavets", central, "truskavets")
    with member.database:
        yield member


@pytest.fixture
def chernivtsi(tmp_path, central):
    member = a_centre(tmp_path / "chernivtsi", central, "chernivtsi")
    with member.database:
        yield member


@pytest.fixture
def line(central):
    host, port = central.url.removeprefix("http://").split(":")
    with Line((host, int(port))) as line:
        yield line


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_exchanges_ends_in_the_same_views(
    central, truskavets, chernivtsi, seed
):
    chance = Random(seed)
    centres = [truskavets, chernivtsi]
    for n in range(25):
        author = chance.choice([central, *centres])
        child = f"child {chance.randrange(6)}"
        author.say(child, family_name=f"Name {chance.randrange(3)}", n=n)
        if chance.random() < 0.5:
            chance.choice(centres).sync()

    for centre in [*centres, *centres]:
        centre.sync()

    assert central.digest == truskavets.digest == chernivtsi.digest
    assert central.accepted == truskavets.accepted == chernivtsi.accepted
    assert central.differing == truskavets.differing == chernivtsi.differing == ()


def test_nothing_new_is_one_round_trip_of_at_most_600_bytes(truskavets, line):
    truskavets.say("child", family_name="Ремез")
    truskavets.sync()

    done = truskavets.sync(line.url)

    assert done == Summary(rounds=1)
    assert line.connections == 1
    assert line.sent + line.received <= 600


def test_a_reply_that_is_cut_anywhere_is_asked_for_again_without_double(
    central, truskavets, line
):
    for n in range(30):
        truskavets.say(f"child {n}", family_name="Ремез")
        central.say(f"other {n}", family_name="Тиха")
    line.cuts = [0, 40, 400, 900, 1, 200]

    while line.cuts:
        with suppress(UnreachableError):
            truskavets.sync(line.url, wait=lambda _: None)
    truskavets.sync(line.url)

    assert central.digest == truskavets.digest
    assert central.accepted == truskavets.accepted


def test_a_node_that_cannot_store_acknowledges_nothing(central, truskavets):
    truskavets.say("child", family_name="Ремез")
    truskavets.sync()
    before = heard_of(central)
    truskavets.say("child", family_name="Ремезова")

    with broken(central.database):
        with pytest.raises((UnreachableError, RefusedError)):
            truskavets.sync(wait=lambda _: None)
        assert heard_of(central) == before
    truskavets.sync()

    assert central.digest == truskavets.digest
    assert central.accepted == truskavets.accepted


def heard_of(member):
    """How far a node says it has heard its peers."""
    with member.database.reading() as session:
        return {peer.id: peer.in_cursor for peer in peers.all_of(session)}


def test_a_change_counts_once_whoever_brings_it(central, truskavets, chernivtsi):
    said = truskavets.say("child", family_name="Ремез")
    truskavets.sync()
    chernivtsi.sync()
    before = central.accepted

    answer = exchange(central, chernivtsi, push=[said])

    assert [(r.id, r.status) for r in answer.results] == [(said.id, "duplicate")]
    assert central.accepted == before


def test_nobody_is_told_again_what_they_said(central, truskavets, line):
    truskavets.say("child", family_name="Ремез")
    truskavets.sync()

    unsent = [
        peer.unsent
        for member in (central, truskavets)
        for peer in contact.standing(member.database).contacts
    ]

    assert unsent == [0, 0]


def test_what_was_not_sent_is_counted(central, truskavets):
    truskavets.sync()
    truskavets.say("child", family_name="Ремез")
    central.say("child", family_name="Тиха")
    central.say("other", family_name="Тиха")

    [up] = contact.standing(truskavets.database).contacts
    [down] = contact.standing(central.database).contacts

    assert (up.unsent, up.is_upstream) == (1, True)
    assert (down.unsent, down.is_upstream) == (2, False)


def test_a_restored_server_is_offered_everything_again(central, truskavets, chernivtsi):
    truskavets.say("child", family_name="Ремез")
    truskavets.sync()
    backup = back_up(central)
    truskavets.say("child", given_name="Данило")
    truskavets.sync()
    chernivtsi.sync()

    with restored(backup) as again:
        pushed = truskavets.sync(again.url).pushed
        chernivtsi.sync(again.url)
        truskavets.sync(again.url)

        assert pushed == 1
        assert again.digest == truskavets.digest == chernivtsi.digest
        assert again.differing == ()


def test_a_server_put_back_without_a_word_of_it_is_noticed_too(central, truskavets):
    truskavets.sync()
    backup = back_up(central)
    truskavets.say("child", family_name="Ремез")
    truskavets.sync()
    truskavets.say("child", given_name="Данило")

    again = a_member(backup)
    with again.database, again.serving():
        pushed = truskavets.sync(again.url).pushed

        assert pushed == 2
        assert again.digest == truskavets.digest


def test_a_restored_server_hears_from_a_centre_what_only_it_had_said(
    central, truskavets
):
    truskavets.sync()
    backup = back_up(central)
    central.say("child", family_name="Ремез")
    truskavets.sync()

    with restored(backup) as again:
        truskavets.sync(again.url)

        assert again.digest == truskavets.digest


def test_a_restored_centre_hears_what_it_had_said_itself(central, truskavets):
    truskavets.sync()
    backup = back_up(truskavets)
    truskavets.say("child", family_name="Ремез")
    truskavets.sync()

    again = a_member(backup)
    with again.database:
        again.begin_new_life()
        again.sync()

        assert again.digest == central.digest


def test_one_change_that_is_none_spoils_nothing_beside_it(central, truskavets):
    said = a_change(1)
    sent = [Raw(b'{"id":"ab","edits":1}'), frames.wrap(said)]

    answer = exchange(central, truskavets, raw=sent)

    assert [(r.id, r.status, r.code) for r in answer.results] == [
        ("ab", "quarantined", "malformed"),
        (said.id, "stored", None),
    ]


def test_a_change_that_is_not_what_its_id_says_is_set_aside(central, truskavets):
    forged = replace_value(a_change(1), "Інший")

    answer = exchange(central, truskavets, push=[forged])

    [result] = answer.results
    assert result.status == "quarantined"


@contextmanager
def broken(database):
    """A store that can be read and keeps nothing, until the end of the block."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE alias RENAME TO away")
    yield
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO alias")


@pytest.mark.parametrize(
    ("who", "error"),
    [("central", UnreachableError), ("truskavets", OperationalError)],
)
def test_what_could_not_be_stored_is_told_again(central, truskavets, who, error):
    truskavets.sync()
    central.say("child 1", phone="050")
    truskavets.say("child 2", phone="067")
    store = {"central": central, "truskavets": truskavets}[who].database

    with broken(store), pytest.raises(error):
        truskavets.sync(wait=lambda _: None)
    truskavets.sync()

    assert central.accepted == truskavets.accepted
    assert central.digest == truskavets.digest


@pytest.mark.parametrize("is_central_ahead", [True, False])
def test_the_clock_of_another_node_is_followed(central, truskavets, is_central_ahead):
    nodes = [central, truskavets]
    ahead, behind = nodes if is_central_ahead else reversed(nodes)
    ahead.ahead = timedelta(minutes=2)
    heard = ahead.say("child 1", phone="050")

    truskavets.sync()

    assert behind.say("child 1", phone="067").hlc > heard.hlc


def test_a_page_is_as_large_as_was_asked_for(central, truskavets):
    central.say_all([(f"child {n}", {"notes": "а" * 400}) for n in range(40)])

    answer = exchange(central, truskavets, max_bytes=8_192)

    size = sum(len(frames.wrap(frames.unwrap(part))) for part in answer.changes)
    assert 4_096 < size <= 8_192
    assert answer.more


def test_a_change_larger_than_asked_for_still_comes(central, truskavets):
    central.say("child", notes="а" * 20_000)
    truskavets.sync()

    assert central.digest == truskavets.digest


def test_the_clocks_are_compared(central, truskavets):
    truskavets.ahead = timedelta(hours=3)

    truskavets.sync()

    hours = timedelta(milliseconds=central.peer(truskavets).clock_off_ms)
    assert hours == pytest.approx(timedelta(hours=3), abs=timedelta(minutes=1))
    hours = timedelta(milliseconds=truskavets.peer(central).clock_off_ms)
    assert hours == pytest.approx(timedelta(hours=-3), abs=timedelta(minutes=1))


def test_a_revoked_node_is_not_known_any_more(central, truskavets):
    with central.database.transaction() as session:
        peers.note(session, truskavets.settings.node, revoked=central.now())

    with pytest.raises(RefusedError) as refusal:
        truskavets.sync()

    assert refusal.value.status == 401


def test_a_code_lets_one_node_in(tmp_path, central):
    first = a_centre(tmp_path / "one", central, "truskavets")
    first.database.dispose()

    answer = post(
        central,
        "join",
        {
            "code": "used-up",
            "node": "second",
            "site": "truskavets",
            "public_key": "A" * 43 + "=",
        },
    )

    assert (answer.status_code, slug(answer)) == (404, "unknown-code")


def test_two_nodes_of_a_site_number_children_from_different_blocks(tmp_path, central):
    blocks = set()
    for name in ("one", "two"):
        member = a_centre(tmp_path / name, central, "truskavets")
        with member.database, member.database.reading() as session:
            blocks |= {block.block for block in references.blocks(session)}

    assert len(blocks) == 4


def test_only_one_calls_at_a_time(central, truskavets):
    contact.take(
        truskavets.database,
        "sync with kyiv",
        "dodomu work",
        now=truskavets.now(),
    )

    with pytest.raises(HeldError) as held:
        truskavets.sync()
    truskavets.ahead = timedelta(seconds=contact.LEASE_S)
    truskavets.sync()

    assert held.value.holder == "dodomu work"


def test_a_node_without_upstream_has_nobody_to_call(central):
    with pytest.raises(NotFoundError):
        central.sync()


@pytest.mark.parametrize(
    ("call", "body", "headers", "expected"),
    [
        ("exchange", b"{", {}, (400, "malformed")),
        ("exchange", b"{}", {"Content-Encoding": "zstd"}, (400, "malformed")),
        ("exchange", b"{}", {"Content-Encoding": "br"}, (415, "unsupported-type")),
        ("exchange", b"{}", {"Content-Type": "text/xml"}, (415, "unsupported-type")),
        ("exchange", bytes(MAX_BYTES + 1), {}, (413, "request-too-large")),
        (
            "exchange",
            frames.pack(bytes(MAX_BYTES + 1))[0],
            {"Content-Encoding": "zstd"},
            (413, "request-too-large"),
        ),
        (
            "exchange",
            json.dumps({"epoch": "e", "push": [1] * (MAX_CHANGES + 1)}).encode(),
            {},
            (413, "request-too-large"),
        ),
        (
            "hello",
            frames.write(Hello(node="n", epoch="e", proto=(99,))),
            {},
            (426, "unknown-protocol"),
        ),
        ("hello", b"{}", {"Authorization": "Bearer none"}, (401, "unauthenticated")),
        ("hello", b"{}", {"Authorization": ""}, (401, "unauthenticated")),
    ],
)
def test_what_is_wrong_with_a_message_is_said(
    central, truskavets, call, body, headers, expected
):
    answer = post(central, call, body, node=truskavets, **headers)

    assert (answer.status_code, slug(answer)) == expected


def test_a_phone_does_not_reach_the_calls_of_nodes(central, truskavets):
    code = enrolment.offer_device(
        central.database, "kyiv", label="Phone", by="op", now=central.now()
    )
    token = enrolment.enrol(central.database, code, label="", now=central.now()).token

    answer = post(central, "hello", b"{}", Authorization=f"Bearer {token}")

    assert answer.status_code == 404


def test_messagepack_is_spoken_too(central, truskavets):
    said = a_change(1)
    message = Exchange(
        epoch="e", push=(frames.wrap(said, media=frames.MSGPACK),), upto=1
    )

    answer = post(
        central,
        "exchange",
        frames.write(message, media=frames.MSGPACK),
        node=truskavets,
        **{"Content-Type": frames.MSGPACK},
    )
    told = frames.read(answer.content, Exchanged, media=frames.MSGPACK)

    assert told.results[0].status == "stored"
    assert frames.unwrap(told.changes[0], media=frames.MSGPACK) is not None


def back_up(member):
    """Copy all of a node's files; return the settings of the copy."""
    folder = member.settings.data
    copy = folder.with_name(f"{folder.name}-backup")
    shutil.copytree(folder, copy)
    return replace(member.settings, data=copy)


@contextmanager
def restored(settings):
    """Serve a copy as it is put back: with a new epoch and a new log."""
    again = a_member(settings)
    with again.database:
        again.begin_new_life()
        with again.serving():
            yield again


def replace_value(change, value):
    [edit] = change.edits
    write = structs.replace(edit.w[0], v=value)
    return structs.replace(change, edits=(structs.replace(edit, w=(write,)),))


def exchange(central, node, push=(), raw=(), **more):
    parts = [*raw, *map(frames.wrap, push)]
    message = Exchange(epoch="e", push=tuple(parts), upto=len(parts), **more)
    answer = post(central, "exchange", frames.write(message), node=node)
    assert answer.status_code == 200, answer.text
    return frames.read(answer.content, Exchanged)


def post(central, call, body, node=None, **headers):
    known = {"Content-Type": frames.JSON}
    if node:
        known["Authorization"] = f"Bearer {node.peer(central).token}"
    return requests.post(
        f"{central.url}/sync/v1/{call}",
        data=body if isinstance(body, bytes) else json.dumps(body),
        headers={**known, **headers},
        timeout=30,
    )


def slug(answer):
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.json()["type"].removeprefix("/problems/")


@pytest.mark.parametrize("holder", ["truskavets", "kyiv"])
def test_a_form_that_waits_for_its_version_is_stored_when_that_arrives(
    central, truskavets, holder
):
    holds, publishes = truskavets, central
    if holder == "kyiv":
        holds, publishes = central, truskavets
    older = FORMS["reception"]
    central.publish(older)
    truskavets.sync()
    newer = catalogue_form(older.xml.replace(older.version.encode(), b"2099010101"))
    form = Incoming(
        instance_id="uuid:1",
        xml=to_xml(newer.definition, RECEPTION, instance_id="uuid:1"),
    )
    sender = replace(OLENA, site=holds.site)
    [held] = intake.receive(holds.database, [form], sender=sender, now=MORNING)
    truskavets.sync()
    assert held.problem.slug == "unknown-version"

    publishes.publish(newer)
    truskavets.sync()

    assert asked(holds) == asked(publishes) == ()
    [again] = intake.receive(holds.database, [form], sender=sender, now=MORNING)
    assert (again.status, again.problem) == ("duplicate", None)
    for member in (central, truskavets):
        with member.database.reading() as session:
            child = documents.find(session, ids.person(again.reference))
        assert child.view["values"]["family_name"] == "Ремез"
        assert member.differing == ()
    assert central.digest == truskavets.digest


def asked(member):
    with member.database.reading() as session:
        return queue.page(session).items
