from dataclasses import replace

import pytest
from servers import Server

from intake_server.web.headers import HEADERS

PATHS = ("/healthz", "/api/v1/forms", "/nothing", "/key/a/formList", "/problems/busy")


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_guarded(server, path):
    answer = server.client.get(path)

    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", PATHS)
def test_no_answer_is_kept_unless_it_says_so(server, path):
    assert server.client.get(path).headers["Cache-Control"] == "no-store"


def test_scripts_come_from_here_alone():
    policy = HEADERS["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_public_node_is_reached_over_https_for_years(server):
    settings = replace(server.settings, public_url="https://centre.example")
    public = Server(server.database, settings, server.watch)

    answer = public.client.get("/healthz")

    assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in server.client.get("/healthz").headers
