import json
import re
import socket
import stat
import struct
import zlib
from base64 import b64decode
from datetime import timedelta
from secrets import token_bytes

import pytest
import qr
from click.testing import CliRunner
from fillings import FILLED
from lxml import etree
from network import a_central, a_centre, a_member
from programs import Serving, said

from forms.catalogue import SHIPPED, shipped
from forms.instance import to_xml
from intake_server import clock
from intake_server.cli import main
from intake_server.config import Settings
from intake_server.security import envelope
from intake_server.security.policy import PEOPLE, Principal, Role
from intake_server.services import admission, contact, enrolment, people, publishing
from intake_server.storage import forms, practising, references, sites, submissions
from intake_server.storage.practising import Subject
from intake_server.web.openrosa import settings as collect
from sync import documents as ids

SECRET = "kalyna-2026/ostannii-poihnav-u-dodomu!"  # noqa: S105 - for tests only


class Node:
    """A node in a folder, and its operator at the keyboard."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, *words, expect=0, **environ):
        result = CliRunner().invoke(
            main, [*words, "--data", str(self.folder)], env=environ
        )
        assert result.exit_code == expect, result.output
        return result

    def said(self, *words, expect=0, **environ):
        result = self.run(*words, "--json", expect=expect, **environ)
        [line] = result.stdout.splitlines()
        return json.loads(line)

    @property
    def database(self):
        return a_member(Settings.load({}, self.folder / "dodomu.toml")).database


@pytest.fixture
def nowhere(tmp_path):
    return Node(tmp_path / "node")


@pytest.fixture
def node(tmp_path):
    with a_central(tmp_path / "kyiv").database:
        yield Node(tmp_path / "kyiv")


def test_making_a_node_makes_all_that_it_needs(nowhere):
    made = nowhere.said("init", "--role", "central", "--site", "kyiv")

    settings = Settings.load({}, nowhere.folder / "dodomu.toml")
    assert (made["role"], made["site"]) == ("central", "kyiv")
    assert settings.node == made["node"]
    settings.refuse_unsafe()
    listed = nowhere.said("forms", "list")["forms"]
    assert {form["form_id"] for form in listed} == set(SHIPPED) - {"testimony"}
    with nowhere.database as database, database.reading() as session:
        assert references.blocks(session, "kyiv")
        assert forms.all_of(session)


def test_nobody_else_can_read_what_a_node_keeps(nowhere):
    nowhere.folder.mkdir(mode=0o755)

    nowhere.run("init", "--role", "center", "--site", "truskavets")

    def mode(*parts):
        return stat.S_IMODE(nowhere.folder.joinpath(*parts).stat().st_mode)

    assert mode() == mode("keys") == 0o700
    assert mode("dodomu.toml") == mode("keys", "secret_key") == 0o600
    assert mode("keys", "database.key") == mode("keys", "node.key") == 0o600
    assert len((nowhere.folder / "keys" / "database.key").read_bytes()) == 32


def test_a_node_is_not_made_twice(node):
    before = (node.folder / "dodomu.toml").read_bytes()

    refused = node.said("init", "--role", "center", "--site", "other", expect=1)

    assert "already" in refused["error"]
    assert (node.folder / "dodomu.toml").read_bytes() == before


def test_a_making_that_broke_off_is_completed(nowhere):
    nowhere.run("init", "--role", "center", "--site", "truskavets")
    (nowhere.folder / "dodomu.toml").unlink()
    key = (nowhere.folder / "keys" / "database.key").read_bytes()

    nowhere.run("init", "--role", "center", "--site", "truskavets")

    assert (nowhere.folder / "keys" / "database.key").read_bytes() == key


def test_a_centre_joins_and_holds_what_central_holds(tmp_path, node):
    central = a_member(Settings.load({}, node.folder / "dodomu.toml"))
    centre = Node(tmp_path / "centre")
    with central.database, central.serving() as url:
        central.say("child", family_name="Ремез")
        code = node.said("site", "add", "truskavets")["code"]

        made = centre.said(
            *("init", "--role", "center", "--site", "truskavets"),
            *("--upstream", url, "--join", code),
        )

        assert made["sync"]["pulled"] > 0
        again = centre.said("sync", "now")
        assert (again["pushed"], again["pulled"], again["rounds"]) == (0, 0, 1)
        [up] = centre.said("sync", "status")["peers"]
        assert (up["site"], up["upstream"], up["unsent"]) == ("kyiv", True, 0)
        [down] = node.said("sync", "status")["peers"]
        assert (down["site"], down["upstream"], down["unsent"]) == (
            "truskavets",
            False,
            0,
        )


def test_a_centre_that_was_made_alone_joins_later(tmp_path, node):
    central = a_member(Settings.load({}, node.folder / "dodomu.toml"))
    centre = Node(tmp_path / "centre")
    centre.run("init", "--role", "center", "--site", "truskavets")
    with central.database, central.serving() as url:
        code = node.said("site", "add", "truskavets")["code"]

        joined = centre.said("join", code, "--upstream", url)
        refused = centre.said("join", code, "--upstream", url, expect=1)

    assert joined["sync"]["pushed"] > 0
    assert "no such code" in refused["error"]
    assert Settings.load({}, centre.folder / "dodomu.toml").upstream == url


def test_an_upstream_that_is_away_is_said_in_words(tmp_path, node):
    central = a_member(Settings.load({}, node.folder / "dodomu.toml"))
    with central.database, central.serving():
        centre = a_centre(tmp_path / "centre", central, "truskavets")
        centre.database.dispose()

    refused = Node(tmp_path / "centre").said("sync", "now", expect=1)

    assert "does not answer" in refused["error"]


def test_a_node_without_upstream_cannot_exchange(node):
    assert "upstream" in node.said("sync", "now", expect=1)["error"]


def test_who_must_wait_is_told_for_whom(tmp_path, node):
    central = a_member(Settings.load({}, node.folder / "dodomu.toml"))
    with central.database, central.serving():
        centre = a_centre(tmp_path / "centre", central, "truskavets")
        with centre.database:
            contact.take(
                centre.database, "sync with kyiv", "dodomu work", now=clock.now()
            )

            refused = Node(tmp_path / "centre").said("sync", "now", expect=1)

    assert "dodomu work" in refused["error"]


def test_a_device_is_enrolled_and_revoked(node):
    made = node.said("device", "enrol", "--site", "truskavets", "--label", "Phone 1")

    with node.database as database:
        known = people.who(database, made["token"], now=clock.now())
        assert known.id == made["device_id"]
        scanned = enrolment.enrol(database, made["code"], label="", now=clock.now())
        assert scanned.site == "truskavets"
    assert made["openrosa_url"].endswith(f"/key/{made['token']}")

    node.run("device", "revoke", made["device_id"])

    with node.database as database:
        assert people.who(database, made["token"], now=clock.now()) is None
    listed = node.said("device", "list")["devices"]
    is_revoked = {one["device_id"]: bool(one["revoked"]) for one in listed}
    assert is_revoked == {made["device_id"]: True, scanned.device_id: False}


@pytest.fixture
def with_forms(nowhere):
    nowhere.said("init", "--role", "central", "--site", "kyiv")
    return nowhere


def test_a_phone_is_let_in_with_what_is_the_same_for_a_whole_post(with_forms):
    same = ("--default", "reception_point=border_point")
    more = ("--default", "return_channel=icrc ucrn")

    made = with_forms.said("device", "enrol", "--label", "Phone", *same, *more)

    code = made["code"].replace("-", "")
    assert made["field_url"].endswith(f"/field/#code={code}")
    (listed,) = with_forms.said("device", "list")["devices"]
    answers = {"reception_point": "border_point", "return_channel": "icrc ucrn"}
    assert listed["defaults"] == answers
    with with_forms.database as database:
        scanned = enrolment.enrol(database, made["code"], label="", now=clock.now())
    assert scanned.device.defaults == answers


def test_what_cannot_be_the_same_for_a_post_is_refused_with_what_can(with_forms):
    for wrong in (
        *("consent_intake=given", "reception_point=nowhere", "reception_point"),
        *("reception_point=", "=border_point", "return_channel=unknown"),
    ):
        said = ("device", "enrol", "--label", "Phone", "--default", wrong)
        refused = with_forms.run(*said, expect=2).output
        assert "border_point" in refused
    assert with_forms.said("device", "list")["devices"] == []


def test_the_list_of_devices_says_how_each_is_let_in(node):
    now = clock.now()
    key = envelope.public_text(envelope.private(envelope.new_private()))

    def let_in(label, since=now, public_key=key, **more):
        code = enrolment.offer_device(
            database, "kyiv", label=label, by="operator", now=since
        )
        return enrolment.enrol(
            database, code, label="", now=since, public_key=public_key, **more
        ).device

    with node.database as database:
        let_in("Collect", public_key=None)
        let_in("Lina")
        late = let_in("Taras", now - timedelta(days=31))
        gone, wiped = let_in("Olena"), let_in("Iryna")
        for one in (gone, wiped):
            enrolment.revoke(database, one.id, by="operator", now=now)
        caller = Principal("device", wiped.id, "", Role.VOLUNTEER, "kyiv")
        admission.wiped(database, caller, now=now)
        with database.transaction() as session:
            practising.begin(session, Subject("device", late.id), now=now)

    listed = {one["label"]: one for one in node.said("device", "list")["devices"]}

    states = {label: one["state"] for label, one in listed.items()}
    assert states == {
        "Collect": "in use",
        "Lina": "in use",
        "Taras": "over",
        "Olena": "revoked",
        "Iryna": "wiped",
    }
    assert [label for label, one in listed.items() if one["practises"]] == ["Taras"]
    assert listed["Collect"]["lease_until"] is None
    in_a_month = (now + timedelta(days=30)).date().isoformat()
    assert listed["Lina"]["lease_until"].startswith(in_a_month)
    assert listed["Iryna"]["wiped"]
    shown = node.run("device", "list").stdout
    assert "practises" in shown
    assert "never seen" in shown

    node.run("device", "renew", late.id)

    listed = {one["label"]: one for one in node.said("device", "list")["devices"]}
    assert listed["Taras"]["state"] == "in use"
    assert "no device" in node.said("device", "renew", gone.id, expect=1)["error"]


def settings_in(matrix):
    """What ODK Collect is set up with by a QR."""
    text, level = qr.read(qr.within(matrix))
    assert level == "L"
    assert len(text) <= 4000
    return json.loads(zlib.decompress(b64decode(text)))


def modules_of(png):
    """The modules of a picture in black and white, ten by ten dots each."""
    width, height = struct.unpack(">II", png[16:24])
    start = png.index(b"IDAT") + 4
    (length,) = struct.unpack(">I", png[start - 8 : start - 4])
    dots = zlib.decompress(png[start : start + length])
    line, above, rows = (width + 7) // 8 + 1, bytes(width), []
    for at in range(0, height * line, line):
        packed = dots[at + 1 : at + line]
        if dots[at] == 2:  # said as what differs from the line above
            packed = bytes((a + b) % 256 for a, b in zip(packed, above, strict=False))
        above = packed
        rows.append(packed)
    return [
        [not row[column // 8] >> (7 - column % 8) & 1 for column in range(5, width, 10)]
        for row in rows[5::10]
    ]


def test_a_qr_in_the_terminal_holds_the_settings_for_collect(node):
    shown = node.run("device", "enrol", "--label", "Phone", "--qr").stdout

    url = re.search(r"http://\S+/key/\S+", shown)[0]
    lines = [line for line in shown.splitlines() if set(line) <= set("█▀▄ ") and line]
    assert len(lines[0]) <= 80, "a terminal would break the lines"
    halves = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
    rows = [[halves[c][half] for c in line] for line in lines for half in (0, 1)]
    settings = settings_in(rows)
    assert settings["general"]["server_url"] == url
    assert settings["general"]["form_update_mode"] == "match_exactly"
    assert settings["general"]["delete_send"] is False
    assert settings["admin"] == {}


def test_who_enrols_is_told_when_no_phone_can_come(node):
    def shown(**environ):
        words = ("device", "enrol", "--label", "Phone")
        return node.run(*words, **environ).stdout

    assert "public_url" in shown()
    assert "public_url" not in shown(DODOMU_PUBLIC_URL="https://centre.example")


def test_a_qr_is_drawn_into_files_that_nobody_else_can_read(node, tmp_path):
    png, svg = tmp_path / "phone.png", tmp_path / "phone.svg"
    png.touch(0o644)

    made = node.said(
        *("device", "enrol", "--label", "Phone", "--delete-sent"),
        *("--png", str(png), "--svg", str(svg)),
    )

    settings = settings_in(modules_of(png.read_bytes()))
    assert settings["general"]["server_url"] == made["openrosa_url"]
    assert settings["general"]["delete_send"] is True
    assert (made["png"], made["svg"]) == (str(png), str(svg))
    assert etree.parse(svg).getroot().tag.endswith("svg")
    assert {stat.S_IMODE(path.stat().st_mode) for path in (png, svg)} == {0o600}


def test_a_long_address_still_fits_a_qr_that_collect_reads(node):
    settings = collect.packed(f"https://{'довга-назва.' * 20}/key/x", site="x" * 60)

    assert len(settings) <= collect.MOST
    text, level = qr.read([*collect.drawn(settings).matrix])
    assert (text, level) == (settings, "L")


def test_an_odk_export_is_imported_and_what_is_left_out_is_named(node, tmp_path):
    place = tmp_path / "export" / "instances" / "a"
    place.mkdir(parents=True)
    form = shipped("followup")
    with node.database as database, database.transaction() as session:
        publishing.publish(
            session, [form], site="kyiv", now=clock.now(), entropy=token_bytes
        )
    (place / "submission.xml").write_bytes(
        to_xml(form.definition, FILLED["followup"], instance_id="uuid:a")
    )
    export = str(tmp_path / "export")

    unknown = ("submissions", "import", export, "--site", "truskavetz")
    assert "there are: " in node.said(*unknown, expect=1)["error"]
    with node.database as database, database.reading() as session:
        site = [one.name for one in sites.all_of(session)][-1]

    done = node.said("submissions", "import", export, "--site", site)
    again = node.said("submissions", "import", export)
    (place.parent / "x.xml").write_text("<x/>")
    part = node.said("submissions", "import", export, expect=1)

    counts = {"stored": 1, "duplicate": 0, "quarantined": 0, "files": 0, "skipped": []}
    assert done == counts
    assert again == {**counts, "stored": 0, "duplicate": 1}
    assert part["skipped"] == [
        {"file": "instances/x.xml", "why": "is no finished form"}
    ]
    with node.database as database, database.reading() as session:
        (kept,) = submissions.known(session, ["uuid:a"])["uuid:a"]
    assert (kept.site, kept.sender) == (site, "u:operator")
    refused = node.said("submissions", "import", str(place.parent / "x.xml"), expect=1)
    assert "neither a folder nor a zip" in refused["error"]


def test_forms_are_exported_into_a_folder_of_the_operators_own(node, tmp_path):
    form, folder = shipped("followup"), tmp_path / "out"
    with node.database as database, database.transaction() as session:
        publishing.publish(
            session, [form], site="kyiv", now=clock.now(), entropy=token_bytes
        )
    export = ("submissions", "export", "followup", "--output", str(folder))

    done = node.said(*export)

    files = ["followup-columns.csv", "followup-services.csv", "followup.csv"]
    assert (done["rows"], done["left_out"], done["files"]) == (0, 0, files)
    assert sorted(path.name for path in folder.iterdir()) == files
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "there already" in node.said(*export, expect=1)["error"]
    unknown = ("submissions", "export", "nothing", "--output", str(tmp_path / "x"))
    assert "no form nothing" in node.said(*unknown, expect=1)["error"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kyiv", "out"]


def test_an_unknown_device_cannot_be_revoked(node):
    assert "no device" in node.said("device", "revoke", "x", expect=1)["error"]


def test_a_person_is_added_with_a_link_to_sign_in(node):
    made = node.said("user", "add", "--name", "Iryna", "--role", "coordinator")

    code = made["url"].rpartition("/sign-in/")[2]
    with node.database as database:
        token = people.sign_in(database, code, now=clock.now())
        assert people.signed_in(database, token, now=clock.now())

    node.run("user", "end", made["user_id"])
    [listed] = node.said("user", "list")["users"]
    assert listed["ended"]
    node.said("user", "link", made["user_id"], expect=1)


@pytest.mark.parametrize("role", [role.value for role in PEOPLE])
def test_a_new_token_is_printed_alone(node, role):
    printed = node.run("token", "new", "--role", role, "--site", "kyiv").stdout

    [token] = printed.splitlines()
    with node.database as database:
        assert people.who(database, token, now=clock.now()).role.value == role


def test_a_sound_store_is_verified(node):
    report = node.said("verify")

    assert report["changes"] == report["documents"] == 1
    assert report["different"] == []


def test_a_store_that_shows_something_else_is_found_out(node):
    with node.database as database, database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE document SET view = '{}'")

    report = node.said("verify", expect=1)

    assert len(report["different"]) == 1


def test_every_setting_is_listed_with_its_source(node):
    listed = {
        row["name"]: row
        for row in node.said("settings", DODOMU_PORT="9000")["settings"]
    }

    assert (listed["port"]["value"], listed["port"]["source"]) == (9000, "DODOMU_PORT")
    assert listed["secret_key"]["value"] == "(hidden)"
    assert listed["lang"]["source"] == "default"


def test_the_doctor_finds_nothing_wrong_with_a_new_node(node):
    any_disk = {"DODOMU_MIN_FREE_PERCENT": "0", "DODOMU_MIN_FREE_BYTES": "0"}
    findings = node.said("doctor", **any_disk)["findings"]

    assert {found["check"] for found in findings} >= {
        "packages",
        "keys",
        "settings",
        "disk",
        "clock",
        "store",
    }
    assert all(found["ok"] for found in findings)


def test_the_doctor_names_what_is_wrong(node):
    (node.folder / "keys" / "node.key").chmod(0o644)

    findings = node.said(
        "doctor",
        expect=1,
        DODOMU_UPSTREAM="http://127.0.0.1:9",
        DODOMU_MIN_FREE_BYTES=str(10**18),
    )["findings"]

    assert {found["check"] for found in findings if not found["ok"]} == {
        "keys",
        "disk",
        "upstream",
    }


@pytest.mark.parametrize(
    "environ",
    [
        {"DODOMU_SECRET_KEY": "short"},
        {"DODOMU_HOST": "0.0.0.0"},  # noqa: S104 - that it is refused is the point
        {"DODOMU_PROT": "8080"},
        {"DODOMU_PORT": "many"},
    ],
)
def test_an_unsafe_or_misspelt_setting_stops_the_start(node, environ):
    refused = node.said("serve", expect=78, **environ)

    assert "dodomu settings" in refused["error"]


@pytest.mark.parametrize(
    ("url", "code", "reason"),
    [
        ("nonsense", 78, "database_url"),
        ("nonsense://x", 78, "database_url"),
        ("postgresql+psycopg://u:hidden-word@127.0.0.1:9/x", 1, "refused"),
    ],
)
def test_a_database_that_cannot_be_reached_is_said_in_words(nowhere, url, code, reason):
    words = ["init", "--role", "center", "--site", "tru", "--database", url]

    refused = nowhere.said(*words, expect=code)["error"]

    assert reason in refused
    assert "hidden-word" not in refused


def test_a_port_that_is_taken_is_said_at_once(node):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        refused = node.said("serve", "--port", str(port), expect=1)["error"]

    assert f"port {port}" in refused


def test_a_key_that_does_not_fit_stops_the_start(node):
    (node.folder / "keys" / "database.key").write_bytes(bytes(32))

    assert "key" in node.said("verify", expect=78)["error"]


@pytest.mark.parametrize(
    "words",
    [
        ["init"],
        ["init", "--role", "center", "--site", "Трускавець"],
        ["init", "--role", "center", "--site", "tru", "--upstream", "http://x"],
        ["init", "--role", "center", "--site", "tru", "--join", "abc"],
        ["token", "new", "--role", "volunteer"],
        ["sync", "later"],
    ],
)
def test_wrong_usage_is_told_from_failure(nowhere, words):
    nowhere.run(*words, expect=2)


def test_a_folder_without_a_node_is_said_to_be_one(nowhere):
    assert "dodomu init" in nowhere.said("sync", "status", expect=1)["error"]


def test_the_folder_may_be_named_by_the_environment_or_before_the_command(node):
    folder = str(node.folder)

    by_environment = CliRunner().invoke(
        main, ["sync", "status", "--json"], env={"DODOMU_DATA": folder}
    )
    before = CliRunner().invoke(main, ["--data", folder, "--json", "sync", "status"])

    assert json.loads(by_environment.stdout) == json.loads(before.stdout)


def test_no_secret_is_in_what_the_settings_say(node):
    url = "postgresql+psycopg://dodomu:secret-word@db/dodomu"

    listed = node.run(
        "settings", DODOMU_DATABASE_URL=url, DODOMU_SECRET_KEY=SECRET
    ).output

    assert "secret-word" not in listed
    assert SECRET not in listed


def test_serving_says_where_it_listens_when_it_answers(node):
    server = Serving(node.folder)

    assert server.line.startswith("listening on http://127.0.0.1:")
    assert server.stop() == 0


def test_the_program_starts_as_a_module(node):
    assert said(node.folder, "sync", "status")["site"] == "kyiv"


@pytest.fixture
def kyiv(nowhere):
    nowhere.run("init", "--role", "central", "--site", "kyiv")
    with a_member(Settings.load({}, nowhere.folder / "dodomu.toml")).database:
        yield nowhere


def with_a_child(node):
    member = a_member(Settings.load({}, node.folder / "dodomu.toml"))
    with member.database:
        member.say("child", family_name="Ремез")
    return ids.person("child")


def test_a_child_is_erased_at_the_command_line(kyiv):
    child = with_a_child(kyiv)

    said = kyiv.said("erase", child, "--reason", "на вимогу", "--yes")

    assert said == {
        "person": child,
        "documents": [child],
        "changes": said["changes"],
        "linked": [],
        "scrubbed": True,
    }
    assert len(said["changes"]) == 1
    assert kyiv.said("verify")["different"] == []


def test_nothing_is_erased_before_somebody_is_sure(kyiv):
    child = with_a_child(kyiv)
    words = ["erase", child, "--reason", "на вимогу", "--data", str(kyiv.folder)]

    refused = CliRunner().invoke(main, words, input="n\n")
    unasked = kyiv.said(*words[:4], expect=1)

    assert refused.exit_code == 1
    assert "1 documents (1 person)" in refused.stderr
    assert "--yes" in unasked["error"]
    agreed = CliRunner().invoke(main, words, input="y\n")
    assert agreed.exit_code == 0
    assert "erased here" in agreed.stdout


def test_a_held_child_is_not_erased(kyiv):
    child = with_a_child(kyiv)

    held = kyiv.said("hold", child, "--reason", "справа 7")
    refused = kyiv.said("erase", child, "--reason", "вимога", "--yes", expect=1)
    lifted = kyiv.said("hold", child, "--reason", "закрито", "--lift")
    again = kyiv.run("hold", child, "--reason", "закрито", "--lift")

    assert (held["held"], lifted["held"]) == (True, False)
    assert "legal hold" in refused["error"]
    assert "as before" in again.stdout
    assert kyiv.said("erase", child, "--reason", "вимога", "--yes")["scrubbed"]


def test_a_centre_erases_nothing_at_the_command_line(node):
    child = with_a_child(node)

    refused = node.said("erase", child, "--reason", "вимога", "--yes", expect=1)

    assert "central" in refused["error"]
