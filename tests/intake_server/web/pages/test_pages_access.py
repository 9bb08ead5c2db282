"""Each page and each role: what is not for a role is absent."""

from hashlib import sha256

import pytest
from desks import CHILD, with_files
from full_record import draft_id, with_a_draft
from pictures_taken import a_photo

from intake_server.security.policy import PEOPLE, Role, Standing, may
from intake_server.storage import people
from intake_server.web.auth import required

SIGN = a_photo("PNG")
STAFF = {Role.WORKER, Role.CLINICIAN, Role.COORDINATOR}
MANAGERS = {Role.COORDINATOR, Role.ADMIN}
ALLOWED = {
    "GET /": set(PEOPLE),
    "GET /day": STAFF,
    "GET /day/medicines": STAFF,
    "POST /day/arrivals": STAFF,
    "POST /day/tasks": STAFF,
    "POST /day/notes": STAFF,
    "GET /queue": STAFF,
    "GET /queue/next": STAFF,
    "GET /queue/spelling": STAFF,
    "POST /queue/spelling": STAFF,
    "GET /queue/child/<doc>": STAFF,
    "GET /queue/<qid>": STAFF,
    "POST /queue/<qid>": STAFF,
    "GET /queue/<qid>/form/<change>": STAFF,
    "POST /queue/<qid>/talk": STAFF,
    "POST /queue/<qid>/preview": STAFF,
    "GET /quarantine": STAFF,
    "GET /quarantine/<qid>/raw": {Role.COORDINATOR},
    "POST /quarantine/<qid>/take-up": STAFF,
    "GET /decided": STAFF,
    "GET /decided/count": STAFF,
    "POST /decided": STAFF,
    "GET /children": STAFF,
    "GET /children/waiting": STAFF,
    "GET /children/<doc>": STAFF,
    "GET /children/<doc>/summary": STAFF,
    "GET /children/<doc>/answers/<name>": STAFF,
    "POST /children/<doc>/answers/<name>": STAFF,
    "POST /changes/<change>/undo": STAFF,
    "GET /drafts/<uuid:id>": STAFF,
    "POST /drafts/<uuid:id>": STAFF,
    "GET /children/<doc>/link": STAFF,
    "POST /children/<doc>/link": STAFF,
    "POST /children/<doc>/pick": STAFF,
    "POST /children/<doc>/void": STAFF,
    "POST /children/<doc>/sign": STAFF,
    "GET /cards": STAFF,
    "POST /cards": STAFF,
    "GET /forms": STAFF,
    "GET /forms/<form_id>": STAFF,
    "POST /forms/<form_id>/retire": {Role.COORDINATOR},
    "GET /forms/<form_id>/print": STAFF,
    "POST /forms": {Role.COORDINATOR},
    "POST /forms/publish": {Role.COORDINATOR},
    "GET /files/<digest>": STAFF,
    "GET /files/<digest>/copy": STAFF,
    "GET /files/<digest>/small": STAFF,
    "GET /files/<digest>/original": {Role.COORDINATOR},
    "GET /devices": MANAGERS,
    "POST /devices": MANAGERS,
    "POST /devices/invitations": MANAGERS,
    "POST /devices/<device_id>/revoke": MANAGERS,
    "POST /devices/<device_id>/renew": MANAGERS,
    "GET /people": {Role.ADMIN},
    "POST /people": {Role.ADMIN},
    "GET /people/<person_id>": {Role.ADMIN},
    "POST /people/<person_id>": {Role.ADMIN},
    "POST /people/<person_id>/end": {Role.ADMIN},
    "POST /people/<person_id>/reset": {Role.ADMIN},
    "POST /people/<person_id>/sign-out": {Role.ADMIN},
    "GET /account": set(PEOPLE),
    "POST /account/password": set(PEOPLE),
    "POST /account/notices": set(PEOPLE),
    "POST /account/sign-out": set(PEOPLE),
    "POST /account/sessions/<session_id>/end": set(PEOPLE),
    "GET /lists/children.<any(csv,xlsx):ending>": STAFF,
    "GET /lists/queue.<any(csv,xlsx):ending>": STAFF,
    "GET /lists/tasks.<any(csv,xlsx):ending>": STAFF,
    "GET /lists/devices.<any(csv,xlsx):ending>": MANAGERS,
    "GET /lists/people.<any(csv,xlsx):ending>": {Role.ADMIN},
    "GET /practice": set(PEOPLE),
    "POST /practice": set(PEOPLE),
    "POST /practice/delete": MANAGERS,
    "POST /practice/sites/<site>": {Role.ADMIN},
    "POST /devices/<device_id>/practice": MANAGERS,
    "POST /people/<person_id>/practice": {Role.ADMIN},
    "POST /language": {*PEOPLE, None},
}
"""Who may reach a page; None is somebody who has not signed in."""


def routes(desk):
    for rule in desk.app.url_map.iter_rules():
        if rule.endpoint.startswith("pages."):
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield f"{method} {rule.rule}", rule.endpoint


def ask(browser, route, item, person="nobody"):
    method, path = route.split()
    path = path.replace("<person_id>", person).replace("<any(csv,xlsx):ending>", "csv")
    path = path.replace("/quarantine/<qid>", "/quarantine/<held>")
    path = path.replace("<name>", "comm_mode").replace("<uuid:id>", draft_id(0))
    for part, value in item.items():
        path = path.replace(part, value)
    path = path.replace("<doc>", CHILD).replace("<form_id>", "reception")
    path = path.replace("<digest>", sha256(SIGN).hexdigest())
    return browser.open(path, method=method).status_code


def a_question(desk):
    """Return the question on which two centres differ, and that on a form held back."""
    nameless = {"g_stay": {"center": "truskavets"}}
    desk.send(desk.phone("truskavets", "T"), "rehabilitation", nameless)
    asked = desk.questions()
    return {
        "<qid>": asked["medication"].qid,
        "<held>": asked["no-reference"].qid,
        "<change>": asked["medication"].heads[0],
    }


def test_every_page_stands_in_the_table(desk):
    assert {route for route, _ in routes(desk)} == ALLOWED.keys()


def test_a_page_requires_what_the_table_says(desk):
    class Somebody:
        is_practising = False
        standing = Standing.IN_FORCE

        def __init__(self, role):
            self.role = role

    for route, endpoint in routes(desk):
        action = required(desk.app, endpoint)
        allowed = {role for role in PEOPLE if may(Somebody(role), action)}
        assert allowed == ALLOWED[route] - {None}, route


@pytest.mark.parametrize("role", PEOPLE, ids=lambda role: role.value)
def test_a_page_that_is_not_for_a_role_is_absent(clash, role):
    with_files(with_a_draft(clash), sign_png=SIGN)
    browser = clash.browser(role, "truskavets")
    item = a_question(clash)

    with clash.database.reading() as session:
        person = people.all_of(session)[0].id
    absent = {route for route in ALLOWED if ask(browser, route, item, person) == 404}

    assert absent == {route for route in ALLOWED if role not in ALLOWED[route]}


def test_nobody_reaches_a_page_without_signing_in(clash):
    stranger = clash.app.test_client()
    item = a_question(clash)

    refused = {route for route in ALLOWED if ask(stranger, route, item) == 401}

    assert refused == {route for route in ALLOWED if None not in ALLOWED[route]}


def test_what_changes_anything_is_refused_without_the_token_of_its_session(clash):
    item = a_question(clash)
    browsers = {role: clash.browser(role, "truskavets") for role in PEOPLE}

    for route, roles in ALLOWED.items():
        if route.startswith("POST ") and None not in roles:
            role = next(role for role in PEOPLE if role in roles)
            assert ask(browsers[role], route, item) == 403, route


@pytest.mark.parametrize(
    "path",
    [
        "/queue/zzz",
        "/queue/next?decided=zzz",
        "/queue?cursor=zzz",
        "/children?cursor=zzz",
        "/children?q=%00",
        "/queue?kind=%00&site=%00",
        "/children/%00",
        f"/children/{CHILD}/link?other=%00",
        "/children/nobody/link?other=nobody",
        "/queue/%00",
    ],
)
def test_an_address_that_nobody_made_breaks_nothing(iryna, path):
    assert iryna.get(path).status_code in (200, 303, 404)


def test_an_absent_page_is_a_page(iryna):
    answer = iryna.get("/children/nobody")

    assert answer.mimetype == "text/html"
    assert "Dodomu" in answer.text
