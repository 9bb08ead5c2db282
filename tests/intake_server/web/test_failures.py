import logging

import pytest
from servers import SIGNING, Server

from intake_server.config import Settings
from intake_server.errors import BusyError, ConfigError
from intake_server.security.policy import Action
from intake_server.web.auth import refuse_unmarked, requires


def breaking(server, error):
    """The same node with one more page, which fails."""
    again = Server(server.database, server.settings, server.watch)

    @requires(Action.PUBLIC)
    def fail():
        raise error

    for path in ("/api/v1/failing", "/failing", "/xforms/failing"):
        again.app.add_url_rule(path, path, fail)
    return again


def test_an_unknown_path_is_answered_in_the_manner_of_the_api(server):
    answer = server.get("/api/v1/nothing")

    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert answer.json["type"] == "about:blank"
    assert answer.json["instance"] == "/api/v1/nothing"


def test_another_method_is_refused_with_those_that_are_taken(server):
    answer = server.client.delete("/api/v1/forms")

    assert answer.status_code == 405
    assert answer.mimetype == "application/problem+json"
    assert "GET" in answer.headers["Allow"]


def test_an_unknown_page_is_a_page(server):
    answer = server.client.get("/nothing", headers={"Accept-Language": "uk"})

    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "Такої адреси тут немає" in answer.text


@pytest.mark.parametrize("path", ["/api/v1/failing", "/failing", "/xforms/failing"])
def test_what_nobody_foresaw_is_told_outside_by_a_number_alone(server, caplog, path):
    broken = breaking(server, KeyError("Ремез"))

    answer = broken.client.get(path)

    assert answer.status_code == 500
    assert "Ремез" not in answer.text
    (record,) = [r for r in caplog.records if r.levelno >= logging.ERROR]
    number = record.getMessage().split()[1]
    assert "KeyError" in record.getMessage()
    assert number in answer.text
    assert "Ремез" not in caplog.text


def test_a_busy_server_says_when_to_come_again(server):
    answer = breaking(server, BusyError(retry_after_s=7)).client.get("/api/v1/failing")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "7"
    assert answer.json["retry_after_s"] == 7


def test_titles_come_in_the_language_of_the_asker(server):
    titles = {
        language: server.client.get(
            "/api/v1/forms", headers={"Accept-Language": language}
        ).json["title"]
        for language in ("uk", "en-GB,en;q=0.8", "pl")
    }

    assert titles == {
        "uk": "Потрібен дозвіл",
        "en-GB,en;q=0.8": "Credentials are needed",
        "pl": "Потрібен дозвіл",
    }


def test_an_application_with_a_view_that_says_nothing_does_not_start(server):
    again = Server(server.database, server.settings, server.watch)
    again.app.add_url_rule("/open-to-all", "open_to_all", lambda: "")

    with pytest.raises(ConfigError, match="open_to_all"):
        refuse_unmarked(again.app)


def test_a_view_that_says_nothing_is_closed_even_if_it_got_in(server):
    again = Server(server.database, server.settings, server.watch)
    again.app.add_url_rule("/api/v1/open", "open_to_all", lambda: "")

    assert again.client.get("/api/v1/open").status_code == 401
    assert again.get("/api/v1/open", again.device()).status_code == 404


def test_a_server_without_a_secret_does_not_start(server):
    with pytest.raises(ConfigError, match="secret_key"):
        Server(server.database, Settings(secret_key=SIGNING[:31]))
