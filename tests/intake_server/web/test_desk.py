"""A signed-in browser opens a form about a child, keeps it at each answer, finishes it."""

from copy import deepcopy
from hashlib import sha256
from uuid import NAMESPACE_DNS, uuid5

import pytest
from centres import DANYLO, RECEPTION, REHABILITATION
from desks import CASE, CHILD, a_desk

from forms.catalogue import shipped
from forms.instance import to_xml
from forms.practice import is_practised
from intake_server.security.policy import PEOPLE, Role
from intake_server.services import triage
from intake_server.storage import documents, submissions
from intake_server.storage.submissions import Submission

STAFF = {Role.WORKER, Role.CLINICIAN, Role.COORDINATOR}
DRAFT = str(uuid5(NAMESPACE_DNS, "draft"))
ABOUT = f"/desk/children/{CHILD}/forms"


@pytest.fixture
def desk(tmp_path, stores):
    with a_desk(tmp_path, stores) as desk:
        desk.publish(shipped("registration"), shipped("followup"))
        yield desk


@pytest.fixture
def known(desk):
    """A node where Truskavets has received a child and begun a stay."""
    olena = desk.phone("truskavets", "Телефон Олени")
    reception = deepcopy(RECEPTION)
    reception["g_contact"]["child_ref"] = DANYLO
    desk.send(olena, "reception", reception, hours_ago=72)
    desk.send(olena, "rehabilitation", REHABILITATION, hours_ago=50)
    return desk


@pytest.fixture
def marta(known):
    return known.browser(Role.WORKER, "truskavets", "Marta")


@pytest.fixture
def halyna(known):
    return known.browser(Role.CLINICIAN, "truskavets", "Halyna")


@pytest.fixture
def stepan(known):
    return known.browser(Role.WORKER, "chernivtsi", "Stepan")


def opened(browser, form_id, about=ABOUT):
    answer = browser.get(f"{about}/{form_id}")
    assert answer.status_code == 200, answer.json
    return answer.json


def call(browser, method, path, said=None, csrf=None):
    token = csrf or browser.get("/desk/drafts").json["csrf"]
    return browser.open(
        path, method=method, json={} if said is None else said,
        headers={"X-CSRF-Token": token},
    )  # fmt: skip


def finish(browser, form, xml=None, **more):
    said = {
        "instance_xml": xml or form["instance_xml"],
        "finalized_at": "2026-11-22T11:00:00+02:00",
        "based_on": form["based_on"],
        "anew": form["anew"],
        **more,
    }
    return call(browser, "POST", "/desk/submissions", said, form["csrf"])


def finished(browser, form, xml=None, **more):
    answer = finish(browser, form, xml, **more)
    assert answer.status_code == 200, answer.json
    return answer.json


def saved(browser, form, revision=0, xml=None, **more):
    said = {
        "revision": revision,
        "instance_xml": xml or form["instance_xml"],
        "child": CHILD,
        "opened": {"based_on": form["based_on"], "contested": form["contested"]},
        **more,
    }
    return call(browser, "PUT", f"/desk/drafts/{DRAFT}", said, form["csrf"])


def with_answer(form, name, text):
    assert f"<{name}/>" in form["instance_xml"]
    return form["instance_xml"].replace(f"<{name}/>", f"<{name}>{text}</{name}>", 1)


def values(desk, doc):
    with desk.database.reading() as session:
        found = documents.find(session, doc)
    return found.view["values"]


def test_every_answer_tells_who_practises_that_they_do(marta):
    assert "Dodomu-Practice" not in marta.get("/desk/drafts").headers
    csrf = marta.get("/desk/drafts").json["csrf"]
    marta.post("/practice", data={"csrf": csrf, "practice": "on"})

    form = marta.get("/desk/forms/reception")
    missing = marta.get(f"/desk/drafts/{DRAFT}")

    assert is_practised(form.json["version"])
    assert missing.status_code == 404
    for answer in (form, missing):
        assert answer.headers["Dodomu-Practice"] == "1"


def test_a_form_opens_with_what_the_record_says(marta):
    form = opened(marta, "registration")

    assert "<family_name>Ремез</family_name>" in form["instance_xml"]
    assert f"<child_ref>{DANYLO}</child_ref>" in form["instance_xml"]
    assert form["child"]["name"] == "Ремез Данило"
    assert set(form["based_on"]) == {CHILD, CASE}
    assert marta.get(form["xform_url"]).status_code == 200


def test_what_is_sent_back_unchanged_changes_nothing(marta, known):
    became = finished(marta, opened(marta, "rehabilitation"))

    assert became["receipt"]["status"] == "stored"
    assert (became["changed"], became["questions"]) == (0, [])
    assert known.questions() == {}


def test_a_stay_is_one_event_that_the_team_edits(marta, halyna, known):
    form = opened(marta, "rehabilitation")
    assert form["goes_on"]
    assert form["corrects"] in form["instance_xml"]

    became = finished(marta, form, with_answer(form, "planned_until", "2026-12-20"))
    again = opened(halyna, "rehabilitation")

    assert became["changed"] == 1
    assert again["goes_on"]["event"] == form["goes_on"]["event"]
    assert again["corrects"] == form["instance_id"]
    assert "<planned_until>2026-12-20</planned_until>" in again["instance_xml"]
    assert known.questions() == {}


def test_after_the_stay_has_ended_a_new_one_begins(marta):
    form = opened(marta, "rehabilitation")
    finished(marta, form, with_answer(form, "discharge_outcome", "goals_met"))

    again = opened(marta, "rehabilitation")

    assert (again["goes_on"], again["corrects"]) == (None, None)
    assert "<discharge_outcome/>" in again["instance_xml"]


def test_a_stay_at_another_centre_is_another_event(known, marta):
    stepan = known.phone("chernivtsi", "Телефон Степана")
    known.send(stepan, "rehabilitation", REHABILITATION)
    other = known.browser(Role.WORKER, "chernivtsi", "Oksana")

    ours, theirs = opened(marta, "rehabilitation"), opened(other, "rehabilitation")

    assert ours["goes_on"]["event"] != theirs["goes_on"]["event"]


def test_two_colleagues_who_edit_at_once_and_differ_are_both_kept(marta, halyna, known):
    mine, hers = opened(marta, "rehabilitation"), opened(halyna, "rehabilitation")
    finished(marta, mine, with_answer(mine, "vaccine_status", "partial"))

    became = finished(halyna, hers, with_answer(hers, "vaccine_status", "refused"))

    (question,) = became["questions"]
    assert question["name"] == "vaccine_status"
    assert set(known.questions()) == {"vaccine_status"}
    assert opened(marta, "rehabilitation")["contested"] == [
        {"ref": "/data/g_med/vaccine_status", "name": "vaccine_status"}
    ]
    assert "<vaccine_status/>" in opened(marta, "rehabilitation")["instance_xml"]


def test_consent_is_asked_anew_and_supersedes_what_was_said(marta, known):
    form = opened(marta, "reception")
    assert "<consent_intake/>" in form["instance_xml"]
    assert {"ref": "/data/g_consent/consent_intake", "name": "consent_intake",
            "value": "given"} in form["standing"]  # fmt: skip
    finished(marta, form, with_answer(form, "consent_intake", "refused"))
    again = opened(marta, "reception")

    finished(marta, again, with_answer(again, "consent_intake", "given"))

    assert values(known, CASE)["consent_intake"] == "given"
    assert known.questions() == {}


def test_a_form_is_kept_at_each_answer_and_found_by_the_team(marta, halyna, stepan):
    form = opened(marta, "followup")
    assert saved(marta, form).json["revision"] == 1
    xml = (
        with_answer(form, "visit_on", "")
        if "<visit_on/>" in form["instance_xml"]
        else None
    )
    assert saved(marta, form, 1, xml).json["revision"] == 2

    again = halyna.get(f"/desk/drafts/{DRAFT}").json

    assert again["instance_xml"] == form["instance_xml"]
    assert (again["revision"], again["moved"]) == (2, False)
    assert again["author"]["name"] == "Marta"
    assert again["based_on"] == form["based_on"]
    assert opened(halyna, "followup")["draft"]["id"] == DRAFT
    assert stepan.get(f"/desk/drafts/{DRAFT}").status_code == 404
    assert stepan.get("/desk/drafts").json["drafts"] == []


def test_of_two_who_save_at_once_the_second_is_shown_what_the_first_wrote(
    marta, halyna
):
    form = opened(marta, "followup")
    saved(marta, form)
    theirs = with_answer(form, "kind", "planned")
    csrf = halyna.get("/desk/drafts").json["csrf"]
    assert saved(halyna, {**form, "csrf": csrf}, 1, theirs).status_code == 200

    answer = saved(marta, form, 1, with_answer(form, "kind", "urgent"))

    assert answer.status_code == 409
    assert answer.json["type"].endswith("stale-draft")
    assert answer.json["draft"]["instance_xml"] == theirs
    assert answer.json["draft"]["revision"] == 2


def test_what_a_mistake_has_hidden_is_kept_with_the_draft_and_goes_with_it(
    marta, halyna, stepan
):
    form = opened(marta, "followup")
    photo = {"reference": "/data/photo", "value": "1.jpg", "isFile": True}
    name = {"reference": "/data/kin[2]/kin_name", "value": "Галина"}
    assert saved(marta, form, unasked=[photo, name]).status_code == 200

    kept = halyna.get(f"/desk/drafts/{DRAFT}").json
    assert kept["unasked"] == [photo, name]
    assert "Галина" not in kept["instance_xml"]
    assert stepan.get(f"/desk/drafts/{DRAFT}").status_code == 404

    csrf = halyna.get("/desk/drafts").json["csrf"]
    saved(halyna, {**form, "csrf": csrf}, 1, unasked=[name])
    assert marta.get(f"/desk/drafts/{DRAFT}").json["unasked"] == [name]
    saved(marta, form, 2)
    assert marta.get(f"/desk/drafts/{DRAFT}").json["unasked"] == []


def test_what_is_typed_and_is_no_answer_is_kept_with_the_draft(marta, halyna):
    form = opened(marta, "followup")
    typed = [{"reference": "/data/age", "texts": ["12-13"], "why": "digits"}]
    assert saved(marta, form, typed=typed).status_code == 200

    kept = halyna.get(f"/desk/drafts/{DRAFT}").json
    assert kept["typed"] == typed
    assert "12-13" not in kept["instance_xml"]
    saved(marta, form, 1)
    assert marta.get(f"/desk/drafts/{DRAFT}").json["typed"] == []


@pytest.mark.parametrize("name", ["unasked", "typed"])
def test_the_same_answers_with_something_else_beside_them_are_another_state(
    marta, name
):
    form = opened(marta, "followup")
    beside = {name: [{"reference": "/data/a", "value": "1"}]}
    saved(marta, form, **beside)

    assert saved(marta, form, **beside).json["revision"] == 1
    assert saved(marta, form).status_code == 409


@pytest.mark.parametrize("name", ["unasked", "typed"])
@pytest.mark.parametrize(
    "beside",
    [
        [{"reference": "/data/a", "value": "x" * 1_000_001}],
        [{"reference": "/data/a", "value": "1"}] * 5_001,
        [{"reference": "/data/a", "value": "\ud800"}],
        {"reference": "/data/a"},
    ],
    ids=["long", "many", "no text", "no list"],
)
def test_what_is_beside_the_answers_has_its_limits(marta, name, beside):
    answer = saved(marta, opened(marta, "followup"), **{name: beside})

    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [name]


def test_an_answer_that_was_lost_on_its_way_costs_nothing(marta):
    form = opened(marta, "followup")
    saved(marta, form)

    assert saved(marta, form).json["revision"] == 1


def test_what_changed_meanwhile_is_told_when_a_form_is_gone_on_with(marta, halyna):
    form = opened(marta, "registration")
    saved(marta, form)
    other = opened(halyna, "registration")
    xml = other["instance_xml"].replace(">Ремез<", ">Ремезов<")
    finished(halyna, other, xml)

    assert marta.get(f"/desk/drafts/{DRAFT}").json["moved"] is True


def test_finishing_lets_the_draft_go_and_sending_again_is_harmless(marta):
    form = opened(marta, "followup")
    saved(marta, form)

    first = finished(marta, form, draft=DRAFT, revision=1)
    second = finished(marta, form, draft=DRAFT, revision=1)

    assert [first["receipt"]["status"], second["receipt"]["status"]] == [
        "stored",
        "duplicate",
    ]
    assert marta.get(f"/desk/drafts/{DRAFT}").status_code == 404
    assert saved(marta, form, 1).status_code == 404


def sent(desk, form):
    with desk.database.reading() as session:
        return submissions.known(session, [form["instance_id"]])


def test_what_a_colleague_saved_since_is_not_lost_by_finishing(marta, halyna, known):
    form = opened(marta, "followup")
    saved(marta, form)
    theirs = with_answer(form, "kind", "planned")
    csrf = halyna.get("/desk/drafts").json["csrf"]
    saved(halyna, {**form, "csrf": csrf}, 1, theirs)
    mine = with_answer(form, "kind", "urgent")

    answer = finish(marta, form, mine, draft=DRAFT, revision=1)

    assert answer.status_code == 409
    assert answer.json["type"].endswith("stale-draft")
    assert answer.json["draft"]["instance_xml"] == theirs
    assert not sent(known, form)
    kept = halyna.get(f"/desk/drafts/{DRAFT}").json
    assert (kept["instance_xml"], kept["revision"]) == (theirs, 2)

    became = finished(marta, form, mine, draft=DRAFT, revision=2)
    assert became["receipt"]["status"] == "stored"
    assert halyna.get(f"/desk/drafts/{DRAFT}").status_code == 404


def test_what_is_here_already_is_answered_as_before_whoever_saved_since(
    marta, halyna, known
):
    form = opened(marta, "followup")
    saved(marta, form)
    unknown = form["instance_xml"].replace(form["version"], "1")
    first = finished(marta, form, unknown, draft=DRAFT, revision=1)
    assert first["receipt"]["status"] == "quarantined"
    theirs = with_answer(form, "kind", "planned")
    csrf = halyna.get("/desk/drafts").json["csrf"]
    saved(halyna, {**form, "csrf": csrf}, 1, theirs)

    again = finished(marta, form, unknown, draft=DRAFT, revision=1)

    assert again["receipt"]["status"] == "duplicate"
    assert again["receipt"]["sha256"] == first["receipt"]["sha256"]
    assert halyna.get(f"/desk/drafts/{DRAFT}").json["instance_xml"] == theirs


def test_what_was_recorded_already_takes_no_colleagues_answers_with_it(marta, halyna):
    form = opened(marta, "followup")
    finished(marta, form)
    saved(marta, form)
    theirs = with_answer(form, "kind", "planned")
    csrf = halyna.get("/desk/drafts").json["csrf"]
    saved(halyna, {**form, "csrf": csrf}, 1, theirs)

    again = finished(marta, form, draft=DRAFT, revision=1)

    assert again["receipt"]["status"] == "duplicate"
    assert halyna.get(f"/desk/drafts/{DRAFT}").json["instance_xml"] == theirs


def test_who_finishes_a_form_that_is_kept_says_which_state_they_know(marta, known):
    form = opened(marta, "followup")
    saved(marta, form)

    answer = finish(marta, form, draft=DRAFT)

    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"revision"}
    assert not sent(known, form)


def test_what_was_discarded_can_be_taken_back_for_a_week(marta, known):
    form = opened(marta, "followup")
    saved(marta, form)
    call(marta, "POST", f"/desk/drafts/{DRAFT}/discard", {"revision": 1})
    assert marta.get(f"/desk/drafts/{DRAFT}").status_code == 404

    call(marta, "POST", f"/desk/drafts/{DRAFT}/restore")

    assert marta.get(f"/desk/drafts/{DRAFT}").json["revision"] == 1


def test_a_form_is_handed_over_within_the_team_alone(marta, halyna, known):
    form = opened(marta, "followup")
    saved(marta, form)
    people = {one["name"]: one["id"] for one in marta.get("/desk/team").json["people"]}
    assert set(people) == {"Marta", "Halyna"}
    path = f"/desk/drafts/{DRAFT}/hand-over"

    call(marta, "POST", path, {"to": people["Halyna"]})
    (one,) = halyna.get("/desk/drafts").json["drafts"]

    assert one["owner"]["name"] == "Halyna"
    assert call(marta, "POST", path, {"to": "somebody"}).status_code == 422


def test_a_photo_comes_first_and_is_named_by_the_form_then(marta, known):
    photo = b"\xff\xd8 a face"
    digest = sha256(photo).hexdigest()
    form = opened(marta, "reception")
    named = [{"name": "face.jpg", "sha256": digest, "size": len(photo)}]
    answer = marta.put(
        f"/desk/files/{digest}", data=photo, headers={"X-CSRF-Token": form["csrf"]}
    )
    assert answer.json == {"sha256": digest, "size": len(photo)}
    xml = with_answer(form, "photo_id", "face.jpg")
    saved(marta, form, xml=xml, files=named)
    assert marta.get(f"/desk/files/{digest}?draft={DRAFT}").data == photo

    became = finished(marta, form, xml, draft=DRAFT, revision=1, attachments=named)

    assert became["receipt"]["missing"] == []
    assert values(known, CHILD)["photo_id"] == [digest]


@pytest.mark.parametrize("path", [f"{ABOUT}/testimony", f"{ABOUT}/nothing",
                                  f"/desk/children/{DRAFT}/forms/followup"])  # fmt: skip
def test_what_is_not_filled_in_here_is_not_there(marta, path):
    answer = marta.get(path)

    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def an_unfinished_form(desk, answers=None, form_id="followup"):
    """What a phone sent before somebody finished it; return the question about it."""
    answers = answers or {"g_contact": {"child_ref": DANYLO, "mode": "home_visit"}}
    kept = Submission(
        instance_id="uuid:unfinished",
        sha256=sha256(b"unfinished").digest(),
        media="xml",
        raw=to_xml(shipped(form_id).definition, answers, instance_id="uuid:unfinished"),
        form_id=form_id,
        form_version=shipped(form_id).version,
        received=desk.watch(),
        sender="d:phone",
        site="truskavets",
        status="quarantined",
        slug="unfinished",
        is_held=True,
    )
    with desk.database.transaction() as session:
        submissions.add_all(session, [kept])
        triage.propose(session, [kept])
    return triage.item(kept).qid


def test_what_a_phone_sent_unfinished_is_finished_at_a_desk(known, marta, stepan):
    qid = an_unfinished_form(known)
    path = f"/desk/unfinished/{qid}"
    draft = call(marta, "POST", path).json
    assert draft["child"]["doc"] == CHILD
    assert "<mode>home_visit</mode>" in draft["instance_xml"]
    assert draft["instance_id"] != "uuid:unfinished"
    assert call(marta, "POST", path).json["id"] == draft["id"]
    assert call(stepan, "POST", path).status_code == 404

    became = finished(marta, draft, draft=draft["id"], revision=draft["revision"])

    assert became["receipt"]["status"] == "stored"
    assert known.questions() == {}
    assert call(marta, "POST", path).status_code == 404
    with known.database.reading() as session:
        (kept,) = submissions.known(session, ["uuid:unfinished"])["uuid:unfinished"]
    assert (kept.is_held, kept.change) == (False, None)


def test_an_unfinished_form_about_nobody_is_the_whole_teams(known, halyna):
    answers = {"g_child": {"name_called": "Орися"}}
    qid = an_unfinished_form(known, answers, "reception")

    draft = call(halyna, "POST", f"/desk/unfinished/{qid}").json

    assert (draft["child"], draft["owner"]) == (None, None)
    (listed,) = halyna.get("/desk/drafts").json["drafts"]
    assert listed["id"] == draft["id"]


def test_a_row_that_stood_there_is_changed_and_not_doubled(marta, known):
    form = opened(marta, "registration")
    row = "<family><kin_row>uuid:7</kin_row><rel_type>aunt</rel_type><rel_name>Галина</rel_name></family>"
    finished(
        marta,
        form,
        form["instance_xml"].replace("<g_separation>", row + "<g_separation>"),
    )
    again = opened(marta, "registration")
    assert "<any_family>yes</any_family>" in again["instance_xml"]
    assert "<kin_row>uuid:7</kin_row>" in again["instance_xml"]

    xml = again["instance_xml"].replace(">Галина<", ">Галина Ремез<")
    assert finished(marta, again, xml)["questions"] == []

    third = opened(marta, "registration")["instance_xml"]
    assert third.count("<kin_row>uuid:7</kin_row>") == 1
    assert "<rel_name>Галина Ремез</rel_name>" in third


def test_a_goal_that_is_taken_out_of_a_stay_is_gone_from_it(marta, halyna, known):
    form = opened(marta, "rehabilitation")
    goals = form["instance_xml"].count("<goals>")
    row = "<goals><goal_row>uuid:9</goal_row><goal_domain>sleep</goal_domain></goals>"
    with_goal = form["instance_xml"].replace("<g_plan>", row + "<g_plan>")
    finished(marta, form, with_goal)
    again = opened(halyna, "rehabilitation")
    assert again["instance_xml"].count("<goals>") == goals + 1
    start = again["instance_xml"].index("<goals><goal_row>uuid:9")
    end = again["instance_xml"].index("</goals>", start) + len("</goals>")

    finished(halyna, again, again["instance_xml"][:start] + again["instance_xml"][end:])

    assert opened(marta, "rehabilitation")["instance_xml"].count("<goals>") == goals
    assert known.questions() == {}


def test_a_child_of_another_centre_is_not_there(stepan):
    assert stepan.get(f"{ABOUT}/followup").status_code == 404


def test_a_child_without_a_record_is_received_at_a_desk(marta):
    form = opened(marta, "reception", "/desk/forms")
    xml = with_answer(form, "name_called", "Орися")

    became = finished(marta, form, xml)

    assert form["child"] is None
    assert became["receipt"]["status"] == "stored"
    assert became["receipt"]["reference"]


@pytest.mark.parametrize("said", [{}, {"revision": -1}, {"revision": 0, "instance_xml": "<"},
                                  {"revision": 0, "instance_xml": "x", "opened": {"based_on": {"a": 1}}},
                                  {"revision": 0, "instance_xml": "x", "opened": {"goes_on": {"a": "\ud800"}}}])  # fmt: skip
def test_what_cannot_be_read_is_refused_in_words(marta, said):
    answer = call(marta, "PUT", f"/desk/drafts/{DRAFT}", said)

    assert answer.status_code == 422
    assert answer.json["errors"]


@pytest.mark.parametrize("role", [*PEOPLE, None])
def test_every_call_is_for_those_who_fill_in_forms_and_for_nobody_else(known, role):
    browser = known.app.test_client() if role is None else known.browser(role)
    form = {
        "<uuid:doc>": CHILD,
        "<uuid:id>": DRAFT,
        "<string(length=32):qid>": "0" * 32,
        "<string(length=64):digest>": "0" * 64,
    }

    for rule in known.app.url_map.iter_rules():
        if rule.endpoint.startswith("desk."):
            path = rule.rule
            for part, value in form.items():
                path = path.replace(part, value)
            (method,) = rule.methods - {"HEAD", "OPTIONS"}
            status = browser.open(path, method=method).status_code
            if role in STAFF:
                assert status != 401
                assert method == "GET" or status == 403, "without the session's token"
            else:
                assert status == (401 if role is None else 404), rule.rule


def test_nothing_is_taken_while_the_disk_is_nearly_full(tmp_path, stores):
    with a_desk(tmp_path, stores, min_free_percent=100) as full:
        marta = full.browser(Role.WORKER, "truskavets", "Marta")
        said = {"revision": 0, "instance_xml": "<data/>"}

        assert call(marta, "PUT", f"/desk/drafts/{DRAFT}", said).status_code == 507
