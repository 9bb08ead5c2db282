"""R32: who is named in a child's record as one who shall not see it finds nothing of it."""

import re

import pytest
from centres import RECEPTION, with_answers
from desks import CASE, CHILD, a_desk
from full_record import paths, with_a_full_record
from pages import tree
from statements import asked

from forms.reference import make, printed
from intake_server.security.policy import Role
from intake_server.services import people
from intake_server.storage import people as rows
from intake_server.storage import rebuild, withheld
from sync import documents as ids
from sync.change import Write

CODE = "4KH7T299"
ARGUMENTS = {"doc", "qid", "change", "digest", "sha256"}
SAID = {(CASE, "case"): [Write(s="withhold_from", e="Петро Кравець: де живе", v=True)]}
OURS = {CHILD, CASE, CODE, printed(CODE)}


@pytest.fixture(scope="module")
def desk(tmp_path_factory, stores):
    with a_desk(tmp_path_factory.mktemp("withheld"), stores) as desk:
        with_a_full_record(desk)
        desk.places = paths(desk)
        desk.write(SAID)
        yield desk


def known(desk, name):
    with desk.database.reading() as session:
        return next(one.id for one in rows.all_of(session) if one.name == name)


@pytest.fixture(scope="module", params=["kyiv", "truskavets"])
def petro(desk, request):
    role = {"kyiv": Role.COORDINATOR, "truskavets": Role.WORKER}[request.param]
    return desk.browser(role, request.param, "КРАВЕЦЬ Петро")


@pytest.fixture(scope="module")
def iryna(desk):
    return desk.browser()


def rules(desk, prefix, method):
    return [
        rule
        for rule in desk.app.url_map.iter_rules()
        if rule.endpoint.startswith(prefix) and method in rule.methods
    ]


def test_no_page_shows_a_withheld_child(desk, petro, iryna):
    shown, hidden = set(), set()
    for endpoint, path in desk.places.items():
        if endpoint.startswith("pages.list_"):
            continue
        theirs, ours = petro.get(path), iryna.get(path)
        text = theirs.get_data().decode(errors="replace")
        assert not [one for one in OURS if one in text.replace(path, "")], endpoint
        if theirs.status_code == 404 and ours.status_code < 400:
            hidden.add(endpoint)
        if any(one.encode() in ours.get_data() for one in OURS):
            shown.add(endpoint)

    assert {"pages.child", "pages.summary", "pages.item", "pages.file"} <= hidden
    assert {"pages.child", "pages.children", "pages.queue"} <= shown


def test_every_address_with_the_id_of_a_withheld_child_is_absent(desk, petro):
    (token, *_) = tree(petro.get("/queue")).xpath("//input[@name='csrf']/@value")
    with desk.database.reading() as session:
        reach = withheld.reach(session, [CASE])
    for method in ("GET", "POST"):
        for rule in rules(desk, "pages.", method):
            for name in rule.arguments & ARGUMENTS:
                for value in _of_kind(reach, name):
                    given = dict.fromkeys(rule.arguments, "x") | {name: value}
                    path = desk.app.url_map.bind("localhost").build(
                        rule.endpoint, given, method=method
                    )
                    body = (
                        {"csrf": token, "reason": "так"} if method == "POST" else None
                    )
                    answer = petro.open(path, method=method, data=body)
                    assert answer.status_code == 404, (method, rule.rule)


def _of_kind(reach, name):
    """Return one id of those by which a child is asked for, of the kind of a name."""
    if name == "doc":
        return [CHILD, CASE]
    length = 64 if name in ("digest", "sha256") else 32
    found = [one for one in reach if re.fullmatch(f"[0-9a-f]{{{length}}}", one)]
    assert found, name
    return sorted(found)[:3]


@pytest.mark.parametrize("path", ["records/{}", "records/{}/history"])
def test_the_api_gives_nothing_of_a_withheld_child(desk, petro, path):
    now = desk.watch()
    me = known(desk, "КРАВЕЦЬ Петро")
    token = people.token_of(desk.database, me, by="operator", now=now)
    client = desk.app.test_client()

    for doc in (CHILD, CASE):
        answer = client.get(
            f"/api/v1/{path.format(doc)}", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 404
    for page in ("records", "queue"):
        answer = client.get(
            f"/api/v1/{page}", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 200
        said = answer.json.get("records") or answer.json["items"]
        about = {
            one.get(key) for one in said for key in ("doc", "subject", "reference")
        }
        assert said
        assert not about & OURS


@pytest.mark.parametrize("ending", ["csv"])
def test_no_list_holds_a_withheld_child(desk, ending):
    petro = desk.browser(Role.COORDINATOR, "kyiv", "Петро Кравець")

    for name in ("children", "queue", "tasks"):
        text = petro.get(f"/lists/{name}.{ending}").get_data(as_text=True)
        assert not [one for one in OURS if one in text]


def test_the_attempt_is_in_the_audit(desk, petro):
    petro.get(f"/children/{CHILD}")

    with desk.database.reading() as session:
        found = session.connection().exec_driver_sql(
            "SELECT object FROM audit WHERE action = 'withheld'"
        )
        assert (CHILD,) in {tuple(row) for row in found}


def test_what_follows_from_the_changes_is_what_is_kept(desk):
    with desk.database.transaction() as session:
        assert rebuild.compare(session).different == ()


@pytest.mark.parametrize(
    ("name", "is_there"),
    [
        ("Петро Кравець", True),
        ("кравец петр", False),
        ("Kravets Petro", True),
        ("Кравець Петро Іванович", False),
        ("Ірина", False),
        ("живе", False),
    ],
)
def test_a_person_is_known_by_every_word_of_their_name_however_spelled(name, is_there):
    said = " ".join(withheld.words("Петро Кравець"))

    assert withheld.is_named(name, said) is is_there


def test_it_ends_when_nobody_is_named_any_more(tmp_path, stores):
    with a_desk(tmp_path, stores) as desk:
        answers = with_answers(RECEPTION, g_contact={"child_ref": make("4KH", 1)})
        desk.send(desk.phone("truskavets", "Т"), "reception", answers)
        doc = ids.person(make("4KH", 1))
        case = (ids.case(doc), "case")
        petro = desk.browser(Role.COORDINATOR, "kyiv", "Петро Кравець")
        assert petro.get(f"/children/{doc}").status_code == 200

        (named,) = desk.write(
            {case: [Write(s="withhold_from", e="Петро Кравець", v=True)]}
        )
        assert petro.get(f"/children/{doc}").status_code == 404

        gone = Write(s="withhold_from", e="Петро Кравець", v=False, p=(named,))
        desk.write({case: [gone]})
        assert petro.get(f"/children/{doc}").status_code == 200


def test_who_is_not_named_asks_the_store_no_oftener(desk, iryna):
    path = f"/children/{CHILD}"
    iryna.get(path)
    with asked() as said:
        iryna.get(path)

    assert not [text for text in said if "FROM withheld" in text and "names" in text]
