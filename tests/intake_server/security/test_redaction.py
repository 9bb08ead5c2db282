import logging

import pytest

from intake_server.security.redaction import redact_logs, redacted


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ('"GET /key/s3cr3t/formList HTTP/1.1" 200', '"GET /key/…/formList HTTP/1.1" 200'),
        ("/key/s3cr3t", "/key/…"),
        ("/key/s3cr3t?x=1", "/key/…?x=1"),
        ("http://h/key/a/x /sign-in/b and /key/c/y", "http://h/key/…/x /sign-in/… and /key/…/y"),
        ("/keys/public", "/keys/public"),
        ("no path", "no path"),
    ],
)  # fmt: skip
def test_what_opens_doors_is_replaced(text, clean):
    assert redacted(text) == clean


@pytest.mark.parametrize(
    "name",
    ["werkzeug", "gunicorn.access", "urllib3.connectionpool", "intake_server.web"],
)
def test_no_log_shows_a_key(caplog, name):
    redact_logs()
    redact_logs()

    with caplog.at_level(logging.INFO, logger=name):
        logging.getLogger(name).info("%s asked for %s", "::1", "/key/s3cr3t/formList")

    assert caplog.messages == ["::1 asked for /key/…/formList"]
