"""How often each page asks the store: seldom, and as often for much as for little."""

import pytest
from desks import a_desk
from flask import Flask
from full_record import paths, ten_times, with_a_full_record
from statements import asked

from intake_server.security.policy import Role
from intake_server.web import pages

MOST = 12
"""So many statements a page may cost."""
PEOPLE = (
    (Role.COORDINATOR, "kyiv"),
    (Role.COORDINATOR, "truskavets"),
    (Role.WORKER, "truskavets"),
    (Role.CLINICIAN, "truskavets"),
    (Role.ADMIN, "kyiv"),
)


def every_page():
    """Return the endpoint of every page that is opened; none has to be written here.

    A list for a spreadsheet is a file, read part after part while it goes out.
    """
    app = Flask("all pages")
    app.register_blueprint(pages.blueprint())
    return [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods
        and rule.endpoint.startswith("pages.")
        and not rule.endpoint.startswith("pages.list_")
    ]


@pytest.fixture(scope="module")
def desks(tmp_path_factory, sqlite_stores):
    """One node that knows much of a child, and one that knows ten times as much."""
    folder = tmp_path_factory.mktemp("desks")
    with a_desk(folder, sqlite_stores) as few, a_desk(folder, sqlite_stores) as many:
        with_a_full_record(few)
        ten_times(with_a_full_record(many))
        yield [Opened(few), Opened(many)]


class Opened:
    """A node, and a browser of each person in front of it."""

    def __init__(self, desk):
        self.paths = paths(desk)
        self.browsers = {
            (role, site): desk.browser(role, site, f"{role} {site}")
            for role, site in PEOPLE
        }

    def costs(self, endpoint):
        """Return what a page costs each person who may open it, once it is warm."""
        found = {}
        for person, browser in self.browsers.items():
            path = self.paths[endpoint]
            if browser.get(path).status_code < 400:
                with asked() as said:
                    browser.get(path).get_data()
                found[person] = len(said)
        return found


@pytest.mark.parametrize("endpoint", every_page())
def test_a_page_asks_the_store_seldom_however_much_there_is(desks, endpoint):
    few, many = (one.costs(endpoint) for one in desks)

    assert few, "nobody may open this page"
    assert max(few.values()) <= MOST
    assert many == few
