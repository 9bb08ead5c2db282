"""The way of a form with the unmodified ODK Collect, from the settings QR to the record.

JavaRosa fills the forms, the phone's wire format carries them, and a server in a process
of its own takes them in.
"""

import re
import zlib
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random
from struct import pack
from typing import Any

import pytest
import qr
from collect import AuthenticationNeededError, Collect, CollectError
from fillings import EVERY, as_of
from javarosa import asked_only
from lxml import etree
from network import a_member
from new_nodes import a_node
from programs import dodomu, said, serving
from repository import ROOT

from forms.catalogue import shipped
from forms.reference import make, normalise, printed
from intake_server.config import Settings
from intake_server.storage import documents, queue, submissions

pytestmark = pytest.mark.javarosa

TODAY = datetime.now(UTC).date()
MOST_BYTES = 400_000
"""What the server takes in one post, so that small files need several."""


class Node:
    """A node that serves, and its operator."""

    def __init__(self, folder, server):
        self.folder = folder
        self.server = server
        self.keys = []

    def phone(self, label="Калина 1"):
        """A new phone that has scanned what the operator's terminal shows."""
        shown = dodomu(
            self.folder,
            *("device", "enrol", "--label", label, "--qr"),
            DODOMU_PUBLIC_URL=self.server.url,
        ).stdout
        halves = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
        lines = [line for line in shown.splitlines() if line and set(line) <= {*halves}]
        rows = [[halves[c][half] for c in line] for line in lines for half in (0, 1)]
        phone = Collect.scan(qr.read(qr.within(rows))[0])
        self.keys.append(phone.server_url.rsplit("/", 1)[1])
        return phone

    @contextmanager
    def reading(self):
        settings = Settings.load({}, self.folder / "dodomu.toml")
        with a_member(settings).database as database, database.reading() as session:
            yield session

    def kept(self, instance_id):
        """What was stored under an id, oldest first."""
        with self.reading() as session:
            return submissions.known(session, [instance_id]).get(instance_id, ())

    def views(self, instance_id):
        """What the documents of a submission say, by their kind."""
        (kept,) = self.kept(instance_id)
        with self.reading() as session:
            return [documents.find(session, doc).view for doc, _ in kept.documents]

    def told(self):
        """Everything that the server has written somewhere, by file."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return {str(path): path.read_bytes() for path in files}

    def questions(self):
        with self.reading() as session:
            return queue.page(session, limit=500).items


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    folder = a_node(tmp_path_factory.mktemp("node"))
    testimony = ROOT / "forms" / "definitions" / "testimony.md"
    said(folder, "forms", "publish", str(testimony))
    with serving(folder, DODOMU_MAX_POST_BYTES=str(MOST_BYTES)) as server:
        node = Node(folder, server)
        yield node
    assert keys_in(node) == [], "after all that was done to it"


@pytest.fixture(scope="module")
def phone(node):
    phone = node.phone()
    phone.update()
    return phone


@pytest.fixture
def child(request):
    """A code of a child that no other test speaks of."""
    number = zlib.crc32(request.node.name.encode()) % 80_000
    return make("4KH", number)


def asked(form_id, child, **more):
    """What a phone is answered on a form; ``more`` are answers by group."""
    definition = shipped(form_id).definition
    answers = asked_only(as_of(TODAY, EVERY[form_id]), definition)
    for group in answers.values():
        if isinstance(group, dict) and "child_ref" in group:
            group["child_ref"] = printed(child).lower()
    for group, changed in more.items():
        answers[group] = {**answers[group], **changed}
    return answers


def filled(javarosa, phone, form_id, child, *, before=None, **more):
    """A form of the phone, filled."""
    form = phone.form(form_id)
    answers = asked(form_id, child, **more)
    return javarosa.fill(form.xml, answers, media=form.media, before=before)


def a_picture(seed, width=300):
    """A picture that does not get smaller."""
    random = Random(seed)
    dots = b"".join(b"\0" + random.randbytes(3 * width) for _ in range(width))
    parts = {
        b"IHDR": pack(">IIBBBBB", width, width, 8, 2, 0, 0, 0),
        b"IDAT": zlib.compress(dots),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))
        for kind, data in parts.items()
    )


def leaves(value: Any) -> set[str]:
    """Everything that a value is made of, as text."""
    match value:
        case dict():
            return leaves(list(value.values()))
        case list():
            return {leaf for one in value for leaf in leaves(one)}
        case _:
            return {str(value)}


def parts(asked, text):
    """What an answer is made of once it is stored, from how it was given."""
    policy = (asked.policy or "").split(" ")[0]
    if asked.property in ("child_ref", "sibling_group", "subject_ref"):
        return {normalise(text)}
    if asked.type == "select":
        return set(text.split(" "))
    if asked.type == "string" and policy == "set":
        each = {one.strip() for one in re.split("[;\n]", text)}
        return {normalise(one) or one for one in each}
    return {text}


def is_kept(asked, text, views):
    """Whether an answer stands where its field says that it lives."""
    kinds = {"person", "case", "event"} & {asked.home if not asked.repeat else ""}
    said_there = [
        leaves(view["values"].get(asked.group or asked.property))
        for view in views
        if not kinds or view["kind"] in kinds
    ]
    if asked.type == "dateTime":
        moments = [{moment(one) for one in said} for said in said_there]
        return any(moment(text) in said for said in moments)
    return any(parts(asked, text) <= said for said in said_there)


def moment(text):
    return datetime.fromisoformat(text) if re.match("[0-9-]{10}T", text) else None


def test_a_phone_finds_every_form_and_nothing_that_it_swallows(node):
    phone = node.phone()

    assert phone.update() == dict.fromkeys(EVERY, "new")
    assert phone.update() == dict.fromkeys(EVERY, "on device")
    assert phone.swallowed == []
    for form_id in EVERY:
        languages = etree.fromstring(phone.form(form_id).xml).iterfind(
            ".//{*}translation"
        )
        assert [one.get("lang") for one in languages] == [
            "Українська (uk)",
            "English (en)",
        ]


@pytest.mark.parametrize("form_id", EVERY)
def test_each_shipped_form_comes_from_a_phone_as_it_was_filled(
    node, phone, javarosa, child, form_id
):
    one = filled(javarosa, phone, form_id, child)

    sent = phone.send(one.xml)

    (kept,) = node.kept(one.instance_id)
    assert (sent.status, kept.status, kept.slug) == (201, "stored", None)
    definition = shipped(form_id).definition
    views = node.views(one.instance_id)
    given = {
        place: text
        for place, text in one.said.items()
        if text and asked_at(place, definition).property
    }
    lost = [
        place
        for place, text in given.items()
        if asked_at(place, definition).type != "binary"
        and not is_kept(asked_at(place, definition), text, views)
    ]
    assert lost == []
    assert len(given) >= 10


def asked_at(place, definition):
    """The field at a place, which counts rows: ``/data[1]/family[2]/rel_type[1]``."""
    return definition.field(tuple(re.sub(r"\[[0-9]+\]", "", place).split("/")[2:]))


def test_files_come_in_as_many_posts_as_they_need(node, phone, javarosa, child):
    one = filled(javarosa, phone, "registration", child)
    photos = [(name, a_picture(name)) for name in ("birth_cert.jpg", "danylo.jpg")]

    sent = phone.send(one.xml, photos)

    assert (sent.status, sent.posts) == (201, 2)
    assert "вже прийнято" not in sent.message, "the volunteer has sent it once"
    (kept,) = node.kept(one.instance_id)
    assert {file["name"] for file in kept.attachments} == {name for name, _ in photos}
    said_there = leaves([view["values"] for view in node.views(one.instance_id)])
    digests = {leaf for leaf in said_there if re.fullmatch("[0-9a-f]{64}", leaf)}
    assert len(digests) == 2, "each answer names its file"


def test_more_than_a_hundred_files_come_in_several_posts(node, phone, javarosa, child):
    one = filled(javarosa, phone, "followup", child)
    files = [(f"{number}.png", a_picture(number, 2)) for number in range(205)]

    sent = phone.send(one.xml, files)

    (kept,) = node.kept(one.instance_id)
    assert (sent.status, sent.posts, kept.status) == (201, 3, "stored")
    assert kept.attachments


def test_a_full_post_leaves_room_for_the_form_itself(node, phone, javarosa, child):
    one = filled(javarosa, phone, "followup", child)
    picture = a_picture("a", 360)

    sent = phone.send(
        one.xml, [("a.png", picture + b"\0" * (MOST_BYTES - len(picture)))]
    )

    assert (sent.status, sent.posts) == (201, 1)


@pytest.mark.parametrize("is_first", [False, True], ids=["after", "before"])
def test_an_edit_counts_whichever_comes_first(node, phone, javarosa, child, is_first):
    first = filled(javarosa, phone, "registration", child)
    edited = filled(
        javarosa,
        phone,
        "registration",
        child,
        before=first.xml,
        g_end={"risk_level": "high"},
        g_identity={"family_name": "Ремезенко"},
    )

    order = [edited, first] if is_first else [first, edited]
    statuses = [phone.send(one.xml).status for one in order]

    assert statuses == [201, 201]
    assert [node.kept(one.instance_id)[0].status for one in order] == ["stored"] * 2
    said_of = {view["kind"]: view for view in node.views(first.instance_id)}
    assert said_of["person"]["values"]["family_name"] == "Ремезенко"
    assert said_of["case"]["values"]["risk_level"] == "high"
    assert "family_name" not in said_of["person"]["contested"]
    rows = [view["doc"] for view in node.views(first.instance_id)]
    assert {view["doc"] for view in node.views(edited.instance_id)} <= {*rows}


def test_one_id_with_other_answers_is_a_question(node, phone, javarosa, child):
    one = filled(javarosa, phone, "followup", child)
    other = one.xml.replace("Сплю краще.".encode(), "Сплю добре.".encode())
    assert other != one.xml
    phone.send(one.xml)

    sent = phone.send(other)

    assert sent.status == 202
    assert "координатор" in sent.message
    assert len(node.kept(one.instance_id)) == 2
    asked_about = [(item.facts or {}).get("instance_id") for item in node.questions()]
    assert one.instance_id in asked_about


def test_a_form_that_was_sent_is_sent_again_without_harm(node, phone, javarosa, child):
    one = filled(javarosa, phone, "followup", child)

    sent = [phone.send(one.xml) for _ in range(2)]

    assert [answer.status for answer in sent] == [201, 201]
    assert "вже прийнято" in sent[1].message
    assert len(node.kept(one.instance_id)) == 1


def test_a_child_without_a_card_gets_a_code_that_collect_shows(phone, javarosa, child):
    one = filled(javarosa, phone, "reception", child, g_contact={"child_ref": ""})

    sent = phone.send(one.xml)

    code = re.search(r"Код дитини: (\S+)\.", sent.message)[1]
    assert normalise(code) is not None


def test_a_phone_with_a_wrong_or_a_revoked_key_is_asked_who_it_is(
    node, javarosa, phone, child
):
    one = filled(javarosa, phone, "followup", child)
    wrong = Collect(re.sub("/key/.*", f"/key/{'x' * 43}", phone.server_url))
    lost = node.phone("Загублений")
    lost.update()
    listed = said(node.folder, "device", "list")["devices"]
    (device,) = [known for known in listed if known["label"] == "Загублений"]
    said(node.folder, "device", "revoke", device["device_id"])

    for other in (wrong, lost):
        with pytest.raises(AuthenticationNeededError):
            other.update()
        with pytest.raises(AuthenticationNeededError):
            other.send(one.xml)
    assert node.kept(one.instance_id) == ()


def test_what_is_no_submission_stays_on_the_phone(phone):
    with pytest.raises(CollectError, match="413"):
        phone.send(b"<data/>", [("large.png", b"x" * 12 * MOST_BYTES)])


def test_a_new_version_takes_the_place_of_the_old_and_both_are_accepted(
    node, javarosa, tmp_path, child
):
    phone = node.phone()
    phone.update()
    early = filled(javarosa, phone, "functioning_2_4", child)
    known = shipped("functioning_2_4")
    newer = str(int(known.version) + 90_000)
    (tmp_path / "newer.xml").write_bytes(
        known.xml.replace(known.version.encode(), newer.encode())
    )
    said(node.folder, "forms", "publish", str(tmp_path / "newer.xml"))

    done = phone.update()

    assert done["functioning_2_4"] == "updated version"
    assert [version for name, version in phone.forms if name == "functioning_2_4"] == [
        newer
    ]
    late = filled(javarosa, phone, "functioning_2_4", child)
    for one in (early, late):
        assert phone.send(one.xml).status == 201
        assert node.kept(one.instance_id)[0].status == "stored"


def keys_in(node):
    """The files of a node, its log among them, that hold the key of a phone."""
    return [
        path
        for path, content in node.told().items()
        if any(key.encode() in content for key in node.keys)
    ]


def test_no_key_of_a_phone_is_in_what_the_server_writes(node, phone):
    for path in ("nothing", "xforms/none/1.xml", "submission?x=%ff", "formList/"):
        with pytest.raises(CollectError):
            phone.get(f"{phone.server_url}/{path}")

    assert keys_in(node) == []
    assert b"Traceback" not in node.server.errors.read_bytes()
