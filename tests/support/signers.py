"""People who choose how they sign in, with a phone that shows them codes."""

import re
from dataclasses import dataclass
from typing import Any, Final

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from servers import Watch
from werkzeug.test import TestResponse

PASSWORD: Final = "місяць грає на цимбалах"  # noqa: S105 - of somebody invented


@dataclass
class Phone:
    """An authenticator: a secret, and the clock that everybody shares."""

    secret: str
    watch: Watch

    def digits(self, steps: int = 0) -> str:
        """The code that it shows, so many steps from now."""
        return pyotp.TOTP(self.secret).at(self.watch(), counter_offset=steps)


@dataclass
class Signer:
    """Somebody who has chosen, and the codes that they have printed."""

    app: Flask
    login: str
    phone: Phone
    recovery: list[str]
    browser: FlaskClient

    def enter(self, browser: FlaskClient | None = None, **said: Any) -> TestResponse:
        """Sign in with what is right, but for what is said."""
        right = {
            "login": self.login,
            "password": PASSWORD,
            "digits": self.phone.digits(),
        }
        asked = {
            name: said.pop(name)
            for name in ("login", "password", "digits")
            if name in said
        }
        client = browser or self.app.test_client()
        return client.post("/sign-in", data={**right, **asked}, **said)


def choose(
    app: Flask, watch: Watch, code: str, **said: Any
) -> tuple[TestResponse, FlaskClient, Phone]:
    """Open a link and choose, with what is right but for what is said."""
    browser = app.test_client()
    page = html.fromstring(browser.get(f"/sign-in/{code}").text)
    secret = page.xpath("//input[@name='secret']/@value")[0]
    phone = Phone(secret, watch)
    right = {
        "login": "marta",
        "password": PASSWORD,
        "digits": phone.digits(),
        "secret": secret,
    }
    answer = browser.post(f"/sign-in/{code}", data={**right, **said})
    return answer, browser, phone


def a_signer(app: Flask, watch: Watch, code: str, login: str = "marta") -> Signer:
    """Somebody who has chosen by a link."""
    answer, browser, phone = choose(app, watch, code, login=login)
    assert answer.status_code == 200, answer.text
    codes = re.findall(r"[2-9ACEHKMPTX]{5}-[2-9ACEHKMPTX]{5}", answer.text)
    return Signer(app, login, phone, codes, browser)
