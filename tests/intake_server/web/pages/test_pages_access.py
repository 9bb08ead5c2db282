"""Each page and each role: what the table allows answers, everything else is absent."""

import pytest
from desks import CHILD

from intake_server.security.policy import PEOPLE, Action, Principal, Role, may
from intake_server.web.auth import required

QID = "0" * 32


def routes(desk):
    for rule in desk.app.url_map.iter_rules():
        if rule.endpoint.startswith("pages."):
            path = rule.rule.replace("<qid>", QID).replace("<doc>", CHILD)
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield method, path, required(desk.app, rule.endpoint)


@pytest.mark.parametrize("role", PEOPLE, ids=lambda role: role.value)
def test_a_page_that_is_not_for_a_role_is_absent(clash, role):
    browser = clash.browser(role, "truskavets")
    somebody = Principal("person", "x", "x", role, "truskavets")
    refused = {
        (method, path)
        for method, path, action in routes(clash)
        if browser.open(path, method=method).status_code == 404 and QID not in path
    }

    forbidden = {
        (method, path)
        for method, path, action in routes(clash)
        if not may(somebody, action) and QID not in path
    }
    assert refused == forbidden


def test_nobody_reaches_a_page_without_signing_in(clash):
    stranger = clash.app.test_client()

    for method, path, action in routes(clash):
        status = stranger.open(path, method=method).status_code
        assert (status == 401) == (action is not Action.PUBLIC), path


def test_what_decides_is_refused_without_the_token_of_its_session(clash, iryna):
    for method, path, action in routes(clash):
        if method == "POST" and action is not Action.PUBLIC:
            assert iryna.post(path).status_code == 403, path


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
        "/queue/%00",
    ],
)
def test_an_address_that_nobody_made_breaks_nothing(iryna, path):
    assert iryna.get(path).status_code in (200, 303, 404)


def test_an_absent_page_is_a_page(iryna):
    answer = iryna.get("/children/nobody")

    assert answer.mimetype == "text/html"
    assert "Dodomu" in answer.text
    assert Role.COORDINATOR.value not in answer.text
